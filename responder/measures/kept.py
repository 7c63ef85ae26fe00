"""What was read of the last days, kept in memory day by day: a page of a month is read in a moment.

It is no counter that could drift. A day is read anew as soon as anything that counts in it has
changed (mentions and replies say when they last did), and every day when what it is judged by has,
such as a calendar. Another process keeps its own.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from threading import Lock
from typing import Final, Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from config.calendar import Stretch
from config.database import Database
from listener.trends.scope import Scope
from responder.bot import Bot

MOST_DAYS: Final = 62
"""Of a longer period every so many days are looked at, so that no page takes seconds."""

_REMEMBERED: Final = 200  # days
_SLOW: Final = timedelta(minutes=2)  # a change may be seen so long after the moment it names
_MANY: Final = timedelta(days=1)  # of changes: reading the days anew is quicker than telling which
_DAY: Final = timedelta(days=1)
_WEEK: Final = 7

T = TypeVar("T")


@dataclass(kw_only=True)
class _Kept(Generic[T]):
    lock: Lock = field(default_factory=Lock)
    judged_by: object = None
    as_of: datetime | None = None
    days: OrderedDict[date, T] = field(default_factory=OrderedDict)


@dataclass(frozen=True, kw_only=True, eq=False)
class Shelf(Generic[T]):
    """One kind of reading. `read`: days that follow each other; `changed`: in which days something
    has changed since then; `judged_by`: what makes all of it void when it changes."""

    read: Callable[[Bot, Session, Sequence[date]], Mapping[date, T]]
    changed: Callable[[Session, datetime], set[date]]
    judged_by: Callable[[Bot], object]
    _kept: WeakKeyDictionary[Database, _Kept[T]] = field(default_factory=WeakKeyDictionary)
    _making: Lock = field(default_factory=Lock)

    def days(self, bot: Bot, days: Sequence[date]) -> list[T]:
        """What there is of these days, as it stands now."""
        with self._making:
            kept = self._kept.setdefault(bot.database, _Kept())
        with kept.lock, bot.database.read() as session:
            self._forget_what_changed(bot, session, kept)
            for run in _runs(days, kept.days):
                kept.days |= self.read(bot, session, run)
            found = [kept.days[day] for day in days]
            for day in days:
                kept.days.move_to_end(day)
            while len(kept.days) > _REMEMBERED:
                kept.days.popitem(last=False)
        return found

    def _forget_what_changed(self, bot: Bot, session: Session, kept: _Kept[T]) -> None:
        now, judged_by = bot.clock(), self.judged_by(bot)
        if kept.as_of is None or kept.judged_by != judged_by or now - kept.as_of > _MANY:
            kept.days.clear()
        else:
            for day in self.changed(session, kept.as_of - _SLOW):
                kept.days.pop(day, None)
        kept.as_of, kept.judged_by = now, judged_by


def _runs(days: Sequence[date], known: Mapping[date, object]) -> list[list[date]]:
    """Those that are not known, each run of days that follow each other together."""
    runs: list[list[date]] = []
    for day in days:
        if day in known:
            continue
        if runs and day == runs[-1][-1] + _DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def sampled(scope: Scope, now: datetime) -> tuple[list[date], int]:
    """The UTC days of a period that are looked at, and of how many each is one: 1 for all of them,
    3 for every third. A step that is no multiple of a week comes to each weekday as often."""
    every = -(-((scope.end - scope.start) // _DAY + 1) // MOST_DAYS)
    every += every % _WEEK == 0
    return list(_days(scope.start, min(scope.end, now + _DAY)))[::every], every


def _days(start: datetime, end: datetime) -> Iterator[date]:
    day = day_of(start)
    while span_of(day)[0] < end:
        yield day
        day += _DAY


def day_of(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def span_of(first: date, last: date | None = None) -> Stretch:
    """From the beginning of one day to the end of it, or of a later one."""
    begin = datetime.combine(first, time.min, UTC)
    return begin, datetime.combine(last or first, time.min, UTC) + _DAY
