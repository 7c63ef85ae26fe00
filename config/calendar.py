"""Pure: when a channel is staffed, and so how long a customer waits for somebody who is there.

A calendar is a time zone, the opening hours of each weekday, and public holidays. All moments are
aware; results are in UTC. The wall's clock is mapped to moments so that no minute counts twice or
never: an hour the wall shows twice is meant the first time, and one it skips is the moment of the
skip.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from config.holidays import NONE, days_off, read_place
from config.opening import EVERY_HOUR, Week, read_week

_NOTHING: Final = timedelta()
_UTC: Final = ZoneInfo("UTC")
_SECOND: Final = timedelta(seconds=1)
_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(weeks=1)
_A_MONDAY: Final = datetime(1970, 1, 5, tzinfo=UTC)  # whole weeks are counted from it
_KEPT: Final = 4096  # days or weeks a calendar remembers
_LONGEST_CLOSED: Final = 400  # days: what does not open in them never does
_ANY_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)

Stretch = tuple[datetime, datetime]
"""From the first moment to before the second."""


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """`holidays` is a place such as "IT" or "DE-BY"; on its holidays no shift begins. Empty: there
    are none."""

    zone: ZoneInfo = _UTC
    week: Week = EVERY_HOUR
    holidays: str = ""

    @classmethod
    def read(cls, *, zone: str = "UTC", hours: str = "", holidays: str = "") -> Calendar:
        """From texts as they stand in the settings. Raises ValueError, in a line for who wrote
        them; also when it would never be open."""
        return _read(zone, hours.strip(), holidays.strip())

    @property
    def always(self) -> bool:
        """Around the clock, on every day."""
        return self.week == EVERY_HOUR and not self.holidays

    def after(self, moment: datetime, span: timedelta) -> datetime:
        """The moment when so much staffed time has passed since `moment`. What is used up just when
        people leave is due then, not at the next opening."""
        moment = moment.astimezone(UTC)  # in any other zone Python adds by the wall's clock
        if span <= _NOTHING or self.always:
            return moment + max(span, _NOTHING)
        for begins, ends in self.staffed_from(moment):
            if ends - begins >= span:
                return begins + span
            span -= ends - begins
        raise AssertionError("the walk has no end")

    def between(self, begin: datetime, end: datetime) -> timedelta:
        """The staffed time from one moment to the other; zero if they come the other way round."""
        begin, end = begin.astimezone(UTC), end.astimezone(UTC)
        if end <= begin or self.always:
            return max(end - begin, _NOTHING)
        first, last = -((_A_MONDAY - begin) // _WEEK), (end - _A_MONDAY) // _WEEK
        if first >= last:
            return self._walked(begin, end)
        # What waits for a year is asked about as often as what came today: whole weeks are
        # remembered, and walked through once.
        whole = sum(map(self._of_week, range(first, last)), _NOTHING)
        upto, since = _A_MONDAY + first * _WEEK, _A_MONDAY + last * _WEEK
        return self._walked(begin, upto) + whole + self._walked(since, end)

    def next_opening(self, moment: datetime) -> datetime:
        """The first staffed moment from `moment` on; itself if somebody is there."""
        moment = moment.astimezone(UTC)
        return moment if self.always else next(self.staffed_from(moment))[0]

    def stretches(self, begin: datetime, end: datetime) -> Iterator[Stretch]:
        """What is staffed from one moment to the other, in order; two that touch may be two."""
        begin, end = begin.astimezone(UTC), end.astimezone(UTC)
        if begin >= end:
            return
        if self.always:
            yield begin, end
            return
        for begins, ends in self.staffed_from(begin):
            if begins >= end:
                return
            yield begins, min(ends, end)

    def _walked(self, begin: datetime, end: datetime) -> timedelta:
        """As `between`, shift by shift."""
        return sum((ends - begins for begins, ends in self.stretches(begin, end)), _NOTHING)

    @cached_property
    def _of_week(self) -> Callable[[int], timedelta]:
        """The staffed time of the week of that number, in UTC: no clock is changed there."""

        def of_week(number: int) -> timedelta:
            begin = _A_MONDAY + number * _WEEK
            return self._walked(begin, begin + _WEEK)

        return lru_cache(maxsize=_KEPT)(of_week)

    def staffed_from(self, moment: datetime) -> Iterator[Stretch]:
        """What is staffed from `moment` on, in order, without overlaps and without end."""
        reached = moment
        # A shift over midnight began the day before.
        day = moment.astimezone(self.zone).date() - _DAY
        found = day
        while (day - found).days < _LONGEST_CLOSED:
            for comes, leaves in self._shifts(day):
                begins = max(comes, reached)
                if begins < leaves:
                    yield begins, leaves
                    reached, found = leaves, day
            day += _DAY
        raise ValueError("it is never open")

    @cached_property
    def _shifts(self) -> Callable[[date], Sequence[Stretch]]:
        """The shifts that begin on a day, in the order they begin."""

        def shifts(day: date) -> Sequence[Stretch]:
            if self.holidays and day in days_off(self.holidays, day.year):
                return ()
            return tuple(
                (_moment(day, shift.begins, self.zone), _moment(day, shift.ends, self.zone))
                for shift in self.week[day.weekday()]
            )

        return lru_cache(maxsize=_KEPT)(shifts)


ALWAYS: Final = Calendar()
"""Staffed around the clock."""


@lru_cache(maxsize=256)
def _read(zone: str, hours: str, holidays: str) -> Calendar:
    if holidays.casefold() in ("", NONE):
        holidays = ""
    else:
        read_place(holidays)
    calendar = Calendar(zone=ZoneInfo(zone), week=read_week(hours), holidays=holidays)
    calendar.next_opening(_ANY_DAY)
    return calendar


def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """When the wall shows so many minutes after midnight of `day` for the first time."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    told = wall.replace(tzinfo=zone).astimezone(UTC)
    if _wall(told, zone) == wall:
        return told
    # The wall skips it: the clocks are put forward between these two moments.
    early, late = wall.replace(tzinfo=zone, fold=1).astimezone(UTC), told
    while late - early > _SECOND:
        middle = early + timedelta(seconds=(late - early) // _SECOND // 2)
        early, late = (early, middle) if _wall(middle, zone) >= wall else (middle, late)
    return late


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)
