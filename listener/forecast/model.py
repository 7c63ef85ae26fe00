"""What a forecast is made from, and what it says. All moments are aware and in UTC."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

HOUR: Final = timedelta(hours=1)
NEEDED: Final = timedelta(weeks=3)
"""With fewer hours known there is no forecast: neither a weekly shape nor a level can be told from
chance, and nothing is left to test the methods on."""
SHAPED_BY: Final = timedelta(weeks=6)
"""The shape of the week and its level are read from the last weeks; older ones were different."""


@dataclass(frozen=True, kw_only=True)
class Series:
    """Mentions in each hour from `start` on, without holes. None: nobody knows, because the hour
    was not read. `holidays` are days of `zone`, past ones and those to come; `earlier` holds what
    whole days before `start` brought, as far as they are known: what a holiday does is read from a
    year."""

    start: datetime
    counts: tuple[int | None, ...]
    zone: ZoneInfo
    holidays: frozenset[date] = frozenset()
    earlier: Mapping[date, int] = field(default_factory=dict)

    @property
    def end(self) -> datetime:
        return self.start + len(self.counts) * HOUR

    @property
    def known(self) -> int:
        """How many hours are known."""
        return sum(count is not None for count in self.counts)


@dataclass(frozen=True, kw_only=True)
class ForecastHour:
    """Mentions in one hour. Four of five hours lie between `low` and `high`, and no more than `q80`
    come in four of five: what a team that wants to be safe plans by."""

    start: datetime
    expected: float
    low: float
    high: float
    q80: float


@dataclass(frozen=True, kw_only=True)
class ForecastDay:
    """One local day, or the part of it that is forecast: `hours` of it. Its band is not the sum of
    its hours' bands: a lively morning and a lively evening come together."""

    day: date
    hours: int
    expected: float
    low: float
    high: float
    peak: ForecastHour
    holiday: bool


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """By one method. `mase`: its error in the last weeks, as a share of what "as a week before" was
    wrong by in the weeks before those; infinite where that was never wrong. `weeks`: how many whole
    weeks of hours are known."""

    hours: tuple[ForecastHour, ...]
    method: str
    mase: float
    naive_mase: float
    weeks: int


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """The forecast of the better method, and always beside it what repeating last week would say.
    `on_holidays`: how many times what is usual comes on a public holiday."""

    forecast: Forecast
    naive: Forecast
    days: tuple[ForecastDay, ...]
    on_holidays: float


@dataclass(frozen=True, kw_only=True)
class TooLittle:
    """No forecast yet: `known` is how much there is of the `needed`, and from `enough_at` on there
    is enough, if no hour is missed until then."""

    known: timedelta
    needed: timedelta
    enough_at: datetime


def each_hour(start: datetime, end: datetime) -> Iterator[datetime]:
    """The full hours of [start, end)."""
    while start < end:
        yield start
        start += HOUR
