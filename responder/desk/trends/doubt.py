"""Pure: in which band a true share or mean lies, as far as so few mentions can tell."""

from __future__ import annotations

import math
from dataclasses import dataclass

from responder.measures.figures import DEVIATIONS, Rate


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """`value` as counted among `n`; the true one lies in low..high with 95 % confidence."""

    value: float
    low: float
    high: float
    n: int


def share_of(hits: int, n: int) -> Estimate | None:
    """A share, with Wilson's score interval (JASA 22, 1927), which holds for few and near 0 and 1
    too. None of nothing."""
    if not n:
        return None
    rate = Rate(hits=hits, of=n)
    return Estimate(value=rate.share, low=rate.low, high=rate.high, n=n)


def mean_of(n: int, total: float, squares: float, *, least: int = 2) -> Estimate | None:
    """The mean of `n` numbers by their sum and the sum of their squares, with the band of its
    standard error. None of fewer than `least`: what they say is chance."""
    if n < max(least, 2):
        return None
    mean = total / n
    deviation = math.sqrt(max(0.0, (squares - total * mean) / (n - 1)))
    reach = DEVIATIONS * deviation / math.sqrt(n)
    return Estimate(value=mean, low=mean - reach, high=mean + reach, n=n)


def differs(one: Estimate, other: Estimate) -> bool:
    """Whether two lie further apart than chance explains, by the root of both bands squared."""
    reach = math.hypot((one.high - one.low) / 2, (other.high - other.low) / 2)
    return abs(one.value - other.value) > reach
