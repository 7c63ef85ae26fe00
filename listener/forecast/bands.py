"""Pure: how far counts stray from what is expected. A negative binomial: people talk in waves, so
counts scatter more than chance alone would have it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from listener.forecast.weeks import Numbers

LOW: Final = 0.1
HIGH: Final = 0.9
PLANNED: Final = 0.8  # what people are planned by
_FAR: Final = 12  # standard deviations: nothing lies beyond


@dataclass(frozen=True, kw_only=True)
class Scatter:
    """The variance of a count is its mean times `base` + `waves` x mean; 1 and 0 is pure chance.

    `base` is what every hour has; `waves` come where much is said: a lively day lifts all of it.
    """

    base: float = 1.0
    waves: float = 0.0

    def around(self, mean: float) -> float:
        """How many times its mean the variance is: the phi of a negative binomial."""
        return self.base + self.waves * mean


def scatter(actual: Numbers, expected: Numbers) -> Scatter:
    """Of counts around what was expected of them. Hours that are not known tell nothing.

    Fitted so that each hour counts alike; never less than chance.
    """
    told = ~np.isnan(actual) & (expected > 0)
    mean = expected[told]
    if not len(mean):
        return Scatter()
    strayed = (actual[told] - mean) ** 2
    over = strayed / mean
    tilt = ((mean - mean.mean()) ** 2).sum()
    waves = float(((mean - mean.mean()) * over).sum() / tilt) if tilt > 0 else 0.0
    base = float(over.mean() - waves * mean.mean())
    if waves < 0:
        return Scatter(base=max(1.0, float(strayed.sum() / mean.sum())))
    if base < 1:
        return Scatter(waves=max(0.0, float((strayed - mean).sum() / (mean**2).sum())))
    return Scatter(base=base, waves=waves)


@lru_cache(maxsize=4096)
def band(mean: float, spread: float) -> tuple[float, float, float]:
    """Low, high and q80 of a count with that mean. What is expected lies between low and high, also
    where nearly every hour is empty and the quantiles are all zero."""
    if not mean > 0:
        return 0.0, 0.0, 0.0
    low, planned, high = quantiles(mean, spread, (LOW, PLANNED, HIGH))
    return min(low, mean), max(high, mean), planned


def quantiles(mean: float, spread: float, shares: tuple[float, ...]) -> tuple[float, ...]:
    """The least counts that are not exceeded with these probabilities."""
    deviation = math.sqrt(mean * spread)
    first = max(0, math.floor(mean - _FAR * deviation))
    last = math.ceil(mean + _FAR * (deviation + spread))
    counts = np.arange(first, last + 1, dtype=np.float64)
    # Each probability from the one before it, in logarithms: the first may be below any float.
    steps = ((1 - 1 / spread) * counts[:-1] + mean / spread) / counts[1:]
    logs = np.concatenate(([0.0], np.cumsum(np.log(steps))))
    chances = np.exp(logs - logs.max())
    reached = np.cumsum(chances) / chances.sum()
    return tuple(float(counts[np.searchsorted(reached, share)]) for share in shares)
