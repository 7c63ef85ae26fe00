"""The waits of the last days, kept in memory day by day: a page of a month is read in a moment.

It is no counter that could drift. A day is read anew as soon as anything of what was written in it
has changed (mentions and replies say when they last did), and every day when a calendar or a
promise has. Another process keeps its own.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from threading import Lock
from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from config.calendar import Stretch
from config.database import Database
from listener.models import Mention
from listener.trends.scope import Scope
from responder.bot import Bot
from responder.measures.rounds import Rounds, together
from responder.measures.staffed import micros
from responder.measures.waits import read_waits
from responder.models import Reply

MOST_DAYS: Final = 62
"""Of a longer period every so many days are looked at, so that no page takes seconds."""

_REMEMBERED: Final = 200  # days
_SLOW: Final = timedelta(minutes=2)  # a change may be seen so long after the moment it names
_MANY: Final = timedelta(days=1)  # of changes: reading the days anew is quicker than telling which
_DAY: Final = timedelta(days=1)
_WEEK: Final = 7


@dataclass(kw_only=True)
class _Kept:
    lock: Lock = field(default_factory=Lock)
    promises: tuple[object, ...] = ()
    as_of: datetime | None = None
    days: OrderedDict[date, Rounds] = field(default_factory=OrderedDict)

    def forget(self) -> None:
        while len(self.days) > _REMEMBERED:
            self.days.popitem(last=False)


@dataclass(frozen=True, kw_only=True)
class Waits:
    """`rounds`: those of the scope. `every`: which days of the period were looked at: 1 for each of
    them, 3 for every third."""

    rounds: Rounds
    every: int


_KEPT: Final[WeakKeyDictionary[Database, _Kept]] = WeakKeyDictionary()
_MAKING: Final = Lock()


def waits_of(bot: Bot, scope: Scope) -> Waits:
    """The waits that began in `scope`."""
    every = _every(scope)
    days = list(_days(scope.start, min(scope.end, bot.clock() + _DAY)))[::every]
    kept = _kept(bot)
    with kept.lock, bot.database.read() as session:
        _forget_what_changed(bot, session, kept)
        _read_missing(bot, session, kept, days)
        rounds = together([kept.days[day] for day in days])
        kept.forget()
    begin, end = micros(scope.start), micros(scope.end)
    rounds = rounds.chosen((rounds.at >= begin) & (rounds.at < end))
    return Waits(rounds=_of_kind(rounds, scope), every=every)


def _every(scope: Scope) -> int:
    """A step that is no multiple of a week comes to each weekday as often."""
    days = (scope.end - scope.start) // _DAY + 1
    step = -(-days // MOST_DAYS)
    return step + 1 if step % _WEEK == 0 else step


def _days(start: datetime, end: datetime) -> Iterator[date]:
    day = start.astimezone(UTC).date()
    while datetime.combine(day, time.min, UTC) < end:
        yield day
        day += _DAY


def _kept(bot: Bot) -> _Kept:
    with _MAKING:
        return _KEPT.setdefault(bot.database, _Kept())


def _read_missing(bot: Bot, session: Session, kept: _Kept, days: Sequence[date]) -> None:
    """Read the days that are not kept; those that follow each other at once."""
    run: list[date] = []
    for day in (*days, None):
        if run and (day is None or day in kept.days or day != run[-1] + _DAY):
            _read_run(bot, session, kept, run)
            run = []
        if day is not None and day not in kept.days:
            run.append(day)
    for day in days:
        kept.days.move_to_end(day)


def _read_run(bot: Bot, session: Session, kept: _Kept, run: Sequence[date]) -> None:
    rounds = read_waits(bot, session, (_span(run[0])[0], _span(run[-1])[1]))
    for day in run:
        begin, end = map(micros, _span(day))
        kept.days[day] = rounds.chosen((rounds.at >= begin) & (rounds.at < end))


def _span(day: date) -> Stretch:
    begin = datetime.combine(day, time.min, UTC)
    return begin, begin + _DAY


def _forget_what_changed(bot: Bot, session: Session, kept: _Kept) -> None:
    now = bot.clock()
    promises = (bot.before_buying, *((name, bot.calendar(name)) for name in sorted(bot.channels)))
    known = kept.as_of is not None and kept.promises == promises and now - kept.as_of < _MANY
    if not known or kept.as_of is None:
        kept.days.clear()
    else:
        for day in _changed(session, kept.as_of - _SLOW):
            kept.days.pop(day, None)
    kept.as_of, kept.promises = now, promises


def _changed(session: Session, since: datetime) -> set[date]:
    """The days in which something was written of which something has changed, or of whose customer
    in that conversation: an answer to one text is one to those before it."""
    beside = aliased(Mention)
    same = (beside.author_id == Mention.author_id) & (
        beside.conversation_id.concat("") == Mention.conversation_id
    )
    whole: Any = select(Mention.created_at, beside.created_at).outerjoin(beside, same)
    queries = (
        whole.where(Mention.changed_at > since),
        whole.join(Reply, Reply.mention_id == Mention.id).where(Reply.changed_at > since),
    )
    return {
        moment.astimezone(UTC).date()
        for query in queries
        for row in session.execute(query)
        for moment in row
        if moment is not None
    }


def _of_kind(rounds: Rounds, scope: Scope) -> Rounds:
    """Those on the channels, and of the language, topic and phase, that are looked at."""
    narrowed = scope.channel or scope.language or scope.topic or scope.phase
    if not narrowed and scope.channels is None:
        return rounds
    topic = f'"{scope.topic}"'
    flags = np.fromiter(
        (
            (not scope.channel or text.channel == scope.channel)
            and (scope.channels is None or text.channel in scope.channels)
            and (not scope.language or text.language == scope.language)
            and (not scope.phase or text.phase == scope.phase)
            and (not scope.topic or topic in text.topics)
            for text in (wait.text for wait in rounds.waits)
        ),
        dtype=np.bool_,
        count=len(rounds.waits),
    )
    return rounds.chosen(flags)
