"""Pure: a share of so many with what chance alone may have done to it, and how lengths of time are
spread. What a figure is made of (n) is part of it: a few say nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

ENOUGH: Final = 10
"""Of fewer no figure is shown."""
ENOUGH_OF_A_PERSON: Final = 30
"""Of fewer nobody's work is shown as a figure."""

SURE: Final = 0.95
"""With so much certainty an interval holds the true figure."""
DEVIATIONS: Final = 1.959963984540054
"""Within so many of them so much of a normal distribution lies."""

Micros = NDArray[np.int64]
"""Lengths of time, or moments since 1970, in millionths of a second."""
Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Rate:
    """`hits` of `of`. `low` and `high`: where the true share lies with 95 % confidence, by Wilson's
    score interval (JASA 22, 1927), which holds for few and for shares near 0 and 1 as well."""

    hits: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.hits <= self.of:
            raise ValueError(f"{self.hits} of {self.of} is no share")

    @property
    def share(self) -> float:
        return self.hits / self.of if self.of else 0.0

    @property
    def enough(self) -> bool:
        return self.of >= ENOUGH

    @property
    def low(self) -> float:
        return max(self._middle - self._reach, 0.0) if self.hits else 0.0

    @property
    def high(self) -> float:
        return min(self._middle + self._reach, 1.0) if self.hits < self.of else 1.0

    @property
    def _middle(self) -> float:
        z = DEVIATIONS
        return (self.hits + z * z / 2) / (self.of + z * z)

    @property
    def _reach(self) -> float:
        z, n, p = DEVIATIONS, self.of, self.share
        return z / (n + z * z) * math.sqrt(n * p * (1 - p) + z * z / 4)


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How long `n` things took: half of them at most `median`, nine of ten at most `p90`."""

    n: int
    median: timedelta
    p90: timedelta

    @property
    def enough(self) -> bool:
        return self.n >= ENOUGH


def rate(flags: Iterable[bool]) -> Rate:
    """The share of those that hold."""
    every = list(flags)
    return Rate(hits=sum(every), of=len(every))


def spread(lengths: Micros) -> Spread | None:
    """The spread of some lengths of time; None of none. Quantiles lie between two neighbours where
    they fall between them (definition 7 of Hyndman and Fan, The American Statistician 50, 1996)."""
    if not lengths.size:
        return None
    median, p90 = np.quantile(lengths, (0.5, 0.9))
    return Spread(n=int(lengths.size), median=_length(median), p90=_length(p90))


def _length(micros: float) -> timedelta:
    return timedelta(microseconds=round(micros))
