"""Pure: the two ways to say what each hour of a usual week will bring. Both take weeks and give 168
numbers, Monday midnight first."""

from __future__ import annotations

from typing import Final

import numpy as np

from listener.forecast.model import SHAPED_BY
from listener.forecast.weeks import SLOTS, Flags, Numbers, filled

_SHAPED: Final = SHAPED_BY.days // 7
_LEVELLED: Final = 3  # weeks
_COVERED: Final = 0.5  # of what a week brings: with less of it known, its total is a guess
_MEDIAN: Final = 0.7
"""The rest is the mean: where little is said, the median of most hours is zero."""


def as_last_week(counts: Numbers) -> Numbers:
    """Each hour as it was a week ago, or the last time it was known."""
    values = np.full(SLOTS, np.nan)
    for week in counts:
        values = np.where(np.isnan(week), values, week)
    return filled(values)


def shape_times_level(counts: Numbers) -> Numbers:
    """How a week usually divides over its hours, times what a week lately brings.

    The shares of six weeks, each hour's median (and a little of its mean, see above) smoothed with
    the hours beside it; the median of the last three weekly totals. What is missing of a week is
    set at what that part of a week usually brings: it is not taken for silence.
    """
    recent = counts[-_SHAPED:]
    totals, covered = _totals(recent)
    if not totals.any():
        return np.zeros(SLOTS)
    heard = totals > 0
    shares = recent[heard] / totals[heard, None]
    profile = _smooth(filled(_middle(shares)))
    level = np.median((totals[covered] if covered.any() else totals)[-_LEVELLED:])
    return profile * (float(level) / float(profile.sum()))


def _totals(counts: Numbers) -> tuple[Numbers, Flags]:
    """What each week would have brought with all its hours known, and whether enough of it is."""
    typical = filled(_mean(counts))
    parts = (~np.isnan(counts) * typical).sum(axis=1)
    sums = np.nansum(counts, axis=1)
    whole = typical.sum()
    totals = np.divide(sums * whole, parts, out=np.zeros_like(sums), where=parts > 0)
    return totals, parts >= _COVERED * whole


def _middle(shares: Numbers) -> Numbers:
    known = ~np.isnan(shares).all(axis=0)
    middle = np.full(SLOTS, np.nan)
    some = shares[:, known]
    middle[known] = _MEDIAN * np.nanmedian(some, axis=0) + (1 - _MEDIAN) * np.nanmean(some, axis=0)
    return middle


def _mean(counts: Numbers) -> Numbers:
    known = ~np.isnan(counts).all(axis=0)
    mean = np.full(SLOTS, np.nan)
    mean[known] = np.nanmean(counts[:, known], axis=0)
    return mean


def _smooth(week: Numbers) -> Numbers:
    return (np.roll(week, 1) + 2 * week + np.roll(week, -1)) / 4
