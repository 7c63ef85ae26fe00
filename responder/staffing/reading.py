"""Reads what staffing is counted from: who is on the roster, which promises the mentions of the
last weeks were owed, how long a reply takes, and what waits now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from listener.models import OPEN, Mention, MentionStatus
from responder.bot import Bot
from responder.draft import POLICY
from responder.handling.duty import deciders, own_calendar
from responder.handling.snooze import asleep
from responder.handling.waiting import waits
from responder.models import LIVE_REPLY, OPEN_DRAFT, Approval, AuthorKind, Draft, Reply
from responder.staffing.ahead import Waiting
from responder.staffing.kept import for_minutes
from responder.staffing.openings import NOT_OPEN
from responder.staffing.pace import Decision, Pace, pace_of
from responder.staffing.shifts import Person
from responder.staffing.work import USUAL, Mix, Portion
from sentiment.prioritize import RESPOND_WITHIN, TO_BUY, Level

LOOKED_BACK: Final = timedelta(weeks=4)
SAMPLE: Final = 20_000
"""Mentions, the latest: shares need no more."""
ENOUGH: Final = 100
"""Mentions of a channel; with fewer, those of all channels say what is owed there."""
_DECISIONS: Final = 5_000
_WANTED: Final = (*OPEN, MentionStatus.ANSWERED, MentionStatus.ANSWERED_OUTSIDE)


@dataclass(frozen=True, kw_only=True)
class Mixes:
    """What is owed, by channel and on all together. `measured`: from so many mentions."""

    by_channel: Mapping[str, Mix]
    all: Mix
    measured: int

    def of(self, channel: str) -> Mix:
        return self.by_channel.get(channel, self.all)


def people_of(bot: Bot, session: Session) -> tuple[Person, ...]:
    """Everybody who may approve, as the roster has them."""
    return tuple(
        Person(
            agent_id=agent.id,
            own=own_calendar(bot, agent),
            channels=frozenset(agent.channels),
            languages=frozenset(agent.languages),
        )
        for agent in deciders(session)
    )


def mixes_of(bot: Bot, now: datetime) -> Mixes:
    """Of the mentions of the last four weeks: which share was for a person to answer, and how
    soon. Without enough of them, what is usual."""
    return for_minutes(bot.database, "mixes", now, lambda: _mixes(bot, now))


def pace_now(bot: Bot, now: datetime) -> Pace | None:
    """How long a reply takes this team; None while too few were seen."""
    return for_minutes(bot.database, "pace", now, lambda: _pace(bot, now))


def minutes_each(bot: Bot, now: datetime) -> float:
    """Minutes of a person's time for one reply: as measured, else as the settings have it."""
    pace = pace_now(bot, now)
    return pace.minutes if pace else bot.settings.staffing.minutes_per_reply


def queue_of(session: Session, now: datetime, channels: frozenset[str]) -> list[Waiting]:
    """What waits for a person and is not put off, on these channels."""
    query = (
        select(Mention.due_at, Mention.channel)
        .select_from(Draft)
        .join(Draft.mention)
        .where(OPEN_DRAFT, waits(), ~asleep(now), Mention.channel.in_(sorted(channels)))
    )
    return [Waiting(due=due, channel=name) for due, name in session.execute(query)]


def _mixes(bot: Bot, now: datetime) -> Mixes:
    counts: dict[str, dict[tuple[Level, timedelta], int]] = defaultdict(lambda: defaultdict(int))
    heard: dict[str, int] = defaultdict(int)
    with bot.database.read() as session:
        for channel, level, to_buy, by_person, number in session.execute(_shares(now)):
            promise = RESPOND_WITHIN[level]
            within = min(promise, bot.before_buying) if to_buy else promise
            heard[channel] += number
            if by_person:
                counts[channel][level, within] += number
    whole: dict[tuple[Level, timedelta], int] = defaultdict(int)
    for own in counts.values():
        for key, number in own.items():
            whole[key] += number
    total = sum(heard.values())
    return Mixes(
        by_channel={
            name: _mix(counts[name], number) for name, number in heard.items() if number >= ENOUGH
        },
        all=_mix(whole, total) if total >= ENOUGH else USUAL,
        measured=total if total >= ENOUGH else 0,
    )


def _shares(now: datetime) -> Select[str, Level, bool, bool, int]:
    recent = (
        select(Mention.id)
        .where(Mention.created_at > now - LOOKED_BACK, Mention.created_at <= now, _heard_live())
        .order_by(Mention.created_at.desc())
        .limit(SAMPLE)
        .subquery()
    )
    to_buy = and_(
        Mention.addressed, cast(Mention.reasons, String).contains(f'"{TO_BUY}"', autoescape=True)
    )
    person = _by_person()
    return (
        select(Mention.channel, Mention.priority, to_buy, person, func.count())
        .join(recent, recent.c.id == Mention.id)
        .group_by(Mention.channel, Mention.priority, to_buy, person)
    )


def _heard_live() -> ColumnElement[bool]:
    """Not history that somebody brought in: nobody was to answer that."""
    history = Mention.status_reason.startswith("imported")
    return or_(Mention.status != MentionStatus.LISTEN_ONLY, ~history)


def _by_person() -> ColumnElement[bool]:
    """Of mentions: a person answered or is to; or would be, if the channel were open."""
    automatic = (
        select(Reply.id)
        .where(Reply.mention_id == Mention.id, LIVE_REPLY, Reply.author_kind == AuthorKind.AUTO)
        .correlate(Mention)
        .exists()
    )
    kept_shut = and_(Mention.status == MentionStatus.LISTEN_ONLY, Mention.status_reason == NOT_OPEN)
    return or_(and_(Mention.status.in_(_WANTED), ~automatic), kept_shut)


def _mix(counts: Mapping[tuple[Level, timedelta], int], heard: int) -> Mix:
    return tuple(
        Portion(level=level, share=number / heard, within=within)
        for (level, within), number in sorted(counts.items())
    )


def _pace(bot: Bot, now: datetime) -> Pace | None:
    # Our ids sort by time: the newest are found without an index.
    query = (
        select(Approval.approved_by, Approval.approved_at, Draft.created_at)
        .join(Draft, Draft.id == Approval.draft_id)
        .where(Approval.approved_by != POLICY, Approval.approved_at > now - LOOKED_BACK)
        .order_by(Approval.id.desc())
        .limit(_DECISIONS)
    )
    with bot.database.read() as session:
        rows = session.execute(query).all()
    return pace_of(Decision(by=by, at=at, made_at=made_at) for by, at, made_at in rows)
