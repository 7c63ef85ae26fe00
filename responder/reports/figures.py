"""What a digest tells of a period: how much was said, how it felt, about what; what waits; and how
we answered."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, joinedload

from listener.models import OPEN, Mention, MentionStatus
from listener.trends.breakdown import Breakdown, Mood, Part, breakdown, mood_of
from listener.trends.cells import FacetKind
from listener.trends.scope import Scope
from listener.trends.steps import By
from listener.trends.volume import Bucket, volume_of
from responder.bot import Bot
from responder.model.masking import masked
from responder.models import AuthorKind, Draft, DraftStatus, Reply, ReplyStatus
from sentiment.signals import Signal
from sentiment.topics import OTHER

MOST_TOPICS: Final = 5
_MOST_RISING: Final = 3
_LOOKED_AT: Final = 500  # of the newest, for a text that shows what rises
_LONGEST_QUOTE: Final = 200
# What somebody wrote in need or in anger at the law is for those who answer it.
_NOT_QUOTED: Final = frozenset(
    {Signal.SAFETY, Signal.SELF_HARM, Signal.LEGAL, Signal.DATA, Signal.THREAT, Signal.ALARMING,
     Signal.DELICATE, Signal.SPAM}
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Quote:
    """A public text, without what identifies a person."""

    text: str
    language: str
    channel: str


@dataclass(frozen=True, kw_only=True)
class Rising:
    part: Part
    quote: Quote | None


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What left in the period. `median`: from the customer's text to our answer, by the clock on
    the wall; None of none. `in_time`: before it was due. `automatic`: no human approved it."""

    sent: int
    in_time: int
    automatic: int
    median: timedelta | None


@dataclass(frozen=True, kw_only=True)
class Figures:
    """`waiting`: for a person, when the digest is made; `late`: of those, due before that."""

    scope: Scope
    mood: Mood
    before: Mood
    buckets: Sequence[Bucket]
    topics: Sequence[Part]
    rising: Sequence[Rising]
    waiting: int
    late: int
    answers: Answers

    @property
    def mentions(self) -> int:
        return self.mood.mentions


def figures_of(bot: Bot, scope: Scope, now: datetime, *, examples: bool) -> Figures:
    """Everything a digest says of `scope`."""
    buckets = volume_of(bot.database, scope)
    with bot.database.read() as session:
        topics = breakdown(session, scope, "facet", kind=FacetKind.TOPIC)
        rising = [part for part in topics.parts if part.rises and part.name != OTHER]
        rising.sort(key=lambda part: part.before - part.mentions)
        quoted = _newest(session, scope) if examples and rising else ()
        waiting, late = _waiting(session, scope, now)
        return Figures(
            scope=scope,
            mood=mood_of(session, scope),
            before=mood_of(session, scope.before()),
            buckets=buckets,
            topics=_first(topics),
            rising=[
                Rising(part=part, quote=_quote(bot, quoted, part.name))
                for part in rising[:_MOST_RISING]
            ],
            waiting=waiting,
            late=late,
            answers=_answers(session, scope),
        )


def scope_of(bot: Bot, start: datetime, end: datetime, channels: Sequence[str]) -> Scope:
    """A day by the hour, a longer period by the day. No `channels`: all."""
    by = By.HOUR if end - start <= timedelta(days=1, hours=1) else By.DAY
    scope = Scope(start=start, end=end, by=by, zone=bot.zone)
    return replace(scope, channels=frozenset(channels)) if channels else scope


def _first(topics: Breakdown) -> Sequence[Part]:
    return [part for part in topics.parts if part.name != OTHER][:MOST_TOPICS]


def _newest(session: Session, scope: Scope) -> Sequence[Mention]:
    """Texts of the period that may be shown outside the desk, the newest first."""
    query = (
        select(Mention)
        .options(joinedload(Mention.author))
        .where(
            Mention.created_at >= scope.start,
            Mention.created_at < scope.end,
            Mention.private.is_(False),
            Mention.purged_at.is_(None),
            Mention.status.not_in((MentionStatus.GONE, MentionStatus.IGNORED)),
            *_in_sight(Mention.channel, scope),
        )
        .order_by(Mention.created_at.desc(), Mention.id.desc())
        .limit(_LOOKED_AT)
    )
    return [one for one in session.scalars(query) if not _NOT_QUOTED & set(one.signals)]


def _quote(bot: Bot, texts: Sequence[Mention], topic: str) -> Quote | None:
    one = next((text for text in texts if topic in text.topics and text.text.strip()), None)
    if one is None:
        return None
    names = (one.author.name, one.author.handle) if one.author else ()
    shown = masked(one.text, language=one.language, names=names, house=bot.house(one.language))
    shown = " ".join(shown.split())
    if len(shown) > _LONGEST_QUOTE:
        shown = f"{shown[:_LONGEST_QUOTE].rstrip()}…"
    return Quote(text=shown, language=one.language, channel=one.channel)


def _waiting(session: Session, scope: Scope, now: datetime) -> tuple[int, int]:
    """What a person has to do something about; and of that what is late."""
    leaves = exists().where(Draft.mention_id == Mention.id, Draft.status == DraftStatus.APPROVED)
    late = func.count().filter(Mention.due_at < now)
    row = session.execute(
        select(func.count(), late)
        .select_from(Mention)
        .where(Mention.status.in_(OPEN), ~leaves, *_in_sight(Mention.channel, scope))
    ).one()
    return row[0], row[1]


def _answers(session: Session, scope: Scope) -> Answers:
    rows = session.execute(
        select(Reply.posted_at, Reply.author_kind, Mention.created_at, Mention.due_at)
        .join(Reply.mention)
        .where(
            Reply.status == ReplyStatus.SENT,
            Reply.posted_at >= scope.start,
            Reply.posted_at < scope.end,
            *_in_sight(Reply.channel, scope),
        )
    ).all()
    waits = [posted - created for posted, _, created, _ in rows if posted is not None]
    return Answers(
        sent=len(rows),
        in_time=sum(posted is not None and posted <= due for posted, _, _, due in rows),
        automatic=sum(kind is AuthorKind.AUTO for _, kind, _, _ in rows),
        median=_median(waits),
    )


def _median(waits: Sequence[timedelta]) -> timedelta | None:
    """A network's clock may be behind that of another: nobody waits for less than nothing."""
    if not waits:
        return None
    seconds = statistics.median(wait.total_seconds() for wait in waits)
    return timedelta(seconds=max(seconds, 0.0))


def _in_sight(column: Any, scope: Scope) -> Iterator[ColumnElement[bool]]:
    if scope.channels is not None:
        yield column.in_(sorted(scope.channels))
