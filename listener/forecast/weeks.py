"""Pure: a series laid out as weeks below each other, so that each column is one hour of the week.

An hour of the week is what the wall shows: on the night the clocks change, the hour it shows twice
counts once, with its mean, and the one it skips is not known in that week.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from listener.forecast.model import Series, each_hour

SLOTS: Final = 168
PER_DAY: Final = 24

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Weeks:
    """`counts`: a row a week, the newest last and ending where the series ends; NaN: not known.
    `holiday` says of each whether it lies on one. `days`: what whole days brought, as far as they
    are known, the year before as well; `free`: the holidays among them."""

    counts: Numbers
    holiday: Flags
    begins: tuple[date, ...]  # the day on which each row does
    days: Mapping[date, float]
    free: frozenset[date]

    def __len__(self) -> int:
        return len(self.counts)

    def before(self, week: int) -> Weeks:
        """What was known when that week began."""
        return Weeks(
            counts=self.counts[:week],
            holiday=self.holiday[:week],
            begins=self.begins[:week],
            days={day: count for day, count in self.days.items() if day < self.begins[week]},
            free=self.free,
        )

    @property
    def usual(self) -> Numbers:
        """The counts without those of holidays."""
        return np.where(self.holiday, np.nan, self.counts)


def slot(moment: datetime, zone: ZoneInfo) -> int:
    """The hour of the week the wall shows, 0 on Monday at midnight."""
    return _wall(moment, zone) % SLOTS


def lay_out(series: Series) -> Weeks:
    """The weeks of a series, from the first that has a known hour."""
    walls = np.array([_wall(hour, series.zone) for hour in each_hour(series.start, series.end)])
    counts = np.array([np.nan if count is None else count for count in series.counts], np.float64)
    back = (walls.max(initial=0) - walls) // SLOTS
    rows = (back.max(initial=-1) - back).astype(np.int64)
    sums, numbers = np.zeros((2, rows.max(initial=-1) + 1, SLOTS))
    known = ~np.isnan(counts)
    np.add.at(sums, (rows[known], walls[known] % SLOTS), counts[known])
    np.add.at(numbers, (rows[known], walls[known] % SLOTS), 1)
    laid = np.divide(sums, numbers, out=np.full_like(sums, np.nan), where=numbers > 0)
    holiday = np.zeros(laid.shape, np.bool_)
    free = [day.toordinal() - 1 for day in series.holidays]
    holiday[rows, walls % SLOTS] = np.isin(walls // PER_DAY, free)
    first = int(np.argmax(numbers.any(axis=1))) if known.any() else len(laid)
    newest = int(walls.max(initial=0))
    return Weeks(
        counts=laid[first:],
        holiday=holiday[first:],
        begins=tuple(_day(newest + 1 - back * SLOTS) for back in range(len(laid) - first, 0, -1)),
        days={**series.earlier, **_whole_days(walls, counts)},
        free=series.holidays,
    )


def _whole_days(walls: npt.NDArray[np.int64], counts: Numbers) -> Mapping[date, float]:
    """Of which every hour is known; 23 on the day the clocks are put forward."""
    numbers, sums = Counter(walls // PER_DAY), Counter[int]()
    for day, count in zip(walls // PER_DAY, counts, strict=True):
        sums[day] += count
    full = PER_DAY - 1
    return {
        _day(int(day) * PER_DAY): float(total)
        for day, total in sums.items()
        if numbers[day] >= full and not np.isnan(total)
    }


def filled(values: Numbers) -> Numbers:
    """A week whose unknown hours lie on the line between their known neighbours; all zero if none
    is known."""
    known = np.flatnonzero(~np.isnan(values))
    if not len(known):
        return np.zeros_like(values)
    return np.interp(np.arange(SLOTS), known, values[known], period=SLOTS)


def _wall(moment: datetime, zone: ZoneInfo) -> int:
    """Hours the wall has shown since a Monday long ago."""
    local = moment.astimezone(zone)
    return (local.toordinal() - 1) * PER_DAY + local.hour


def _day(wall: int) -> date:
    return date.fromordinal(wall // PER_DAY + 1)
