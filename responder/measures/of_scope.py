"""The waits and the cases of a scope: read once a day of theirs, and narrowed to what is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from listener.models import Mention
from listener.trends.scope import Scope
from responder.bot import Bot
from responder.measures.cases import Case, read_cases
from responder.measures.kept import Shelf, day_of, sampled, span_of
from responder.measures.rounds import Rounds, together
from responder.measures.staffed import micros, moment
from responder.measures.waits import read_waits
from responder.models import LIVE_REPLY, Reply


@dataclass(frozen=True, kw_only=True)
class Waits:
    """`every`: which days of the period were looked at: 1 for each of them, 3 for every third."""

    rounds: Rounds
    every: int


@dataclass(frozen=True, kw_only=True)
class Cases:
    """`every`: as of `Waits`."""

    cases: Sequence[Case]
    every: int


def waits_of(bot: Bot, scope: Scope) -> Waits:
    """The waits that began in `scope`."""
    days, every = sampled(scope, bot.clock())
    rounds = together(_WAITS.days(bot, days))
    begin, end = micros(scope.start), micros(scope.end)
    flags = (rounds.at >= begin) & (rounds.at < end)
    if _narrows(scope):
        topic = f'"{scope.topic}"' if scope.topic else ""
        fits = (
            _fits(scope, one.channel, one.language, one.phase) and topic in one.topics
            for one in (wait.text for wait in rounds.waits)
        )
        flags &= np.fromiter(fits, dtype=np.bool_, count=len(rounds.waits))
    return Waits(rounds=rounds if flags.all() else rounds.chosen(flags), every=every)


def cases_of(bot: Bot, scope: Scope) -> Cases:
    """The cases whose first answer of ours in the period left in it."""
    days, every = sampled(scope, bot.clock())
    begin, end = micros(scope.start), micros(scope.end)
    first: dict[tuple[str, str], Case] = {}
    for part in _CASES.days(bot, days):
        for case in part:
            known = first.get(case.customer)
            if begin <= case.left < end and (known is None or case.answered < known.answered):
                first[case.customer] = case
    found: Iterable[Case] = first.values()
    if _narrows(scope):
        found = (
            case
            for case in found
            if _fits(scope, case.channel, case.language, case.phase)
            and (not scope.topic or scope.topic in case.topics)
        )
    return Cases(cases=list(found), every=every)


def _narrows(scope: Scope) -> bool:
    named = scope.channel or scope.language or scope.topic or scope.phase
    return bool(named) or scope.channels is not None


def _fits(scope: Scope, channel: str, language: str, phase: str) -> bool:
    return (
        (not scope.channel or channel == scope.channel)
        and (scope.channels is None or channel in scope.channels)
        and (not scope.language or language == scope.language)
        and (not scope.phase or phase == scope.phase)
    )


def _read_waits(bot: Bot, session: Session, run: Sequence[date]) -> Mapping[date, Rounds]:
    rounds = read_waits(bot, session, span_of(run[0], run[-1]))
    found: dict[date, Rounds] = {}
    for day in run:
        begin, end = map(micros, span_of(day))
        found[day] = rounds.chosen((rounds.at >= begin) & (rounds.at < end))
    return found


def _read_cases(_bot: Bot, session: Session, run: Sequence[date]) -> Mapping[date, list[Case]]:
    found: dict[date, list[Case]] = {day: [] for day in run}
    for case in read_cases(session, span_of(run[0], run[-1])):
        found[day_of(moment(case.left))].append(case)
    return found


def _promises(bot: Bot) -> object:
    calendars = tuple((name, bot.calendar(name)) for name in sorted(bot.channels))
    return bot.before_buying, calendars


def _waits_changed(session: Session, since: datetime) -> set[date]:
    """The days in which something was written of which something has changed, or of whose customer
    in that conversation: an answer to one text is one to those before it."""
    beside = aliased(Mention)
    same = (beside.author_id == Mention.author_id) & (
        # Not the bare column, or SQLite looks by conversation: thousands share a post of ours.
        beside.conversation_id.concat("") == Mention.conversation_id
    )
    whole: Any = select(Mention.created_at, beside.created_at).outerjoin(beside, same)
    return _days_of(
        session,
        whole.where(Mention.changed_at > since),
        whole.join(Reply, Reply.mention_id == Mention.id).where(Reply.changed_at > since),
    )


def _cases_changed(session: Session, since: datetime) -> set[date]:
    """The days in which an answer left that has changed, or whose customer wrote since. By outer
    joins, or SQLite begins with the replies, all of them."""
    theirs = aliased(Mention)
    standing = LIVE_REPLY & (Reply.mention_id == Mention.id)
    by_them: Any = (
        select(Reply.not_before)
        .select_from(theirs)
        .outerjoin(Mention, Mention.author_id == theirs.author_id)
        .outerjoin(Reply, standing)
    )
    alone: Any = select(Reply.not_before).select_from(Mention).outerjoin(Reply, standing)
    return _days_of(
        session,
        select(Reply.not_before).where(Reply.changed_at > since),
        alone.where(Mention.changed_at > since),
        by_them.where(theirs.changed_at > since),
    )


def _days_of(session: Session, *queries: Any) -> set[date]:
    return {
        day_of(at)
        for query in queries
        for row in session.execute(query)
        for at in row
        if at is not None
    }


_WAITS: Final[Shelf[Rounds]] = Shelf(read=_read_waits, changed=_waits_changed, judged_by=_promises)
_CASES: Final[Shelf[list[Case]]] = Shelf(
    read=_read_cases, changed=_cases_changed, judged_by=lambda _bot: None
)
