"""What is usual in each hour of the week, and how far hours stray from it by themselves.

A week has its own shape, so an hour is held against the same hour of the six weeks before, never
against the hour before it: else every Monday morning would be a crisis, and no night could have
one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.float64]
"""One number an hour, in a row, the oldest first. NaN: nobody listened in that hour."""

Places = NDArray[np.int64]
"""The hour of the week of each, from 0 to 167, on the brand's own clocks."""

HOURS_OF_WEEK: Final = 168
WEEKS: Final = 6
_SPAN: Final = WEEKS * HOURS_OF_WEEK
LEAST_WEEKS: Final = 3
"""With less nobody knows what is usual."""

LEAST: Final = 0.5
"""Mentions an hour that are held for usual at least: where nobody ever wrote at this hour, five
people are worth a look, and no crisis yet."""

_OF_MEDIAN: Final = 0.7
_OF_MEAN: Final = 0.3
_TRUSTED: Final = 0.975
"""Of the hours that the scatter is measured by; what lies beyond counts as this one does: the
crisis of last month must not make us blind to the next."""
_CUT: Final = 1.2
"""What that takes from the mean of ordinary weeks, given back: 16 % in those of `bench/crisis.py`,
and a little more, because phi itself is only known by what was counted."""


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """`usual`: mentions expected in each hour of the week. `phi`: how many times wider hours
    scatter than by chance alone, taken over the week. `weeks`: of how many it was made."""

    usual: Counts
    phi: float
    weeks: int

    def at(self, place: float) -> float:
        """What is usual for the sixty minutes that begin at this hour of the week."""
        hour, past = divmod(place, 1.0)
        now, then = (int(hour) % HOURS_OF_WEEK, (int(hour) + 1) % HOURS_OF_WEEK)
        return float(self.usual[now] * (1.0 - past) + self.usual[then] * past)

    def scatter(self, expected: float) -> float:
        """`phi` of an hour with so many: busy hours scatter wider than quiet ones, which have
        hardly more than chance."""
        return 1.0 + (self.phi - 1.0) * expected / float(self.usual.mean())


def learn(counts: Counts, places: Places) -> Baseline | None:
    """The baseline of what was counted; `places`: the hour of the week of each count. None where
    less than three weeks of it were heard."""
    counts, places = counts[-_SPAN:], places[-_SPAN:]
    weeks = int(np.isfinite(counts).sum()) // HOURS_OF_WEEK
    if weeks < LEAST_WEEKS:
        return None
    table = np.full((WEEKS, HOURS_OF_WEEK), np.nan)
    table[np.arange(len(counts))[::-1] // HOURS_OF_WEEK, places] = counts
    usual = np.maximum(_smooth(_middle(table)), LEAST)
    return Baseline(usual=usual, phi=_phi(table, usual), weeks=weeks)


def _middle(table: Counts) -> Counts:
    """What an hour of the week usually has; missing where it was never heard."""
    heard = np.isfinite(table).any(axis=0)
    known = table[:, heard]
    middle = np.full(HOURS_OF_WEEK, np.nan)
    middle[heard] = _OF_MEDIAN * np.nanmedian(known, axis=0) + _OF_MEAN * np.nanmean(known, axis=0)
    return middle


def _smooth(middle: Counts) -> Counts:
    """Each hour with its neighbours; one never heard takes after them, or after the whole week."""
    around = np.stack([np.roll(middle, 1), middle, np.roll(middle, -1)])
    heard = np.isfinite(around)
    total = np.where(heard, around, 0.0).sum(axis=0)
    many = heard.sum(axis=0)
    return np.where(many > 0, total / np.maximum(many, 1), np.nanmean(middle))


def _phi(table: Counts, usual: Counts) -> float:
    strays = (table - usual) ** 2 / usual
    heard = strays[np.isfinite(strays)]
    return max(1.0, _CUT * float(np.minimum(heard, np.quantile(heard, _TRUSTED)).mean()))
