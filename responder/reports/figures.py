"""What a digest tells of a period: how much was said, how it felt, about what; what waits; and how
we answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from listener.models import Mention, MentionStatus
from listener.trends.breakdown import Breakdown, Mood, Part, breakdown, mood_of
from listener.trends.cells import FacetKind
from listener.trends.rising import rising
from listener.trends.scope import Scope
from listener.trends.steps import By
from listener.trends.volume import Bucket, volume_of
from responder.bot import Bot
from responder.measures.of_scope import waits_of
from responder.measures.staffed import micros
from responder.measures.times import Times, times
from responder.measures.waiting import backlogs
from responder.model.masking import masked
from responder.models import AuthorKind, Reply, ReplyStatus
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
class Figures:
    """`waiting`: for an answer, when the digest is made; `late`: of those, due by then. `times`: of
    the answers to what was written in the period. `sent`: replies that left in it; `automatic`:
    of those, no human approved them."""

    scope: Scope
    mood: Mood
    before: Mood
    buckets: Sequence[Bucket]
    topics: Sequence[Part]
    rising: Sequence[Rising]
    waiting: int
    late: int
    times: Times
    sent: int
    automatic: int

    @property
    def mentions(self) -> int:
        return self.mood.mentions


def figures_of(bot: Bot, scope: Scope, now: datetime, *, examples: bool) -> Figures:
    """Everything a digest says of `scope`."""
    waits = waits_of(bot, scope)
    with bot.database.read() as session:
        before = mood_of(session, scope.before())
        topics = breakdown(session, scope, "facet", kind=FacetKind.TOPIC)
        more = _rising(topics, before.mentions)
        backlog = backlogs(session, scope, now).values()
        sent, automatic = _sent(session, scope)
        return Figures(
            scope=scope,
            mood=mood_of(session, scope),
            before=before,
            buckets=volume_of(bot.database, scope),
            topics=[part for part in topics.parts if part.name != OTHER][:MOST_TOPICS],
            rising=_shown(bot, more, _newest(session, scope) if examples and more else ()),
            waiting=sum(one.waiting for one in backlog),
            late=sum(one.late for one in backlog),
            times=times(waits.rounds, micros(now)),
            sent=sent,
            automatic=automatic,
        )


def _rising(topics: Breakdown, before: int) -> Sequence[Part]:
    parts = {part.name: part for part in topics.parts if part.name != OTHER}
    rises = rising(
        {name: part.mentions for name, part in parts.items()},
        {name: part.before for name, part in parts.items()},
        of_now=topics.mentions,
        of_before=before,
    )
    return [parts[rise.name] for rise in rises[:_MOST_RISING]]


def _shown(bot: Bot, parts: Sequence[Part], texts: Sequence[Mention]) -> Sequence[Rising]:
    return [Rising(part=part, quote=_quote(bot, texts, part.name)) for part in parts]


def scope_of(bot: Bot, start: datetime, end: datetime, channels: Sequence[str]) -> Scope:
    """A day by the hour, a longer period by the day. No `channels`: all."""
    by = By.HOUR if end - start <= timedelta(days=1, hours=1) else By.DAY
    scope = Scope(start=start, end=end, by=by, zone=bot.zone)
    return replace(scope, channels=frozenset(channels)) if channels else scope


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
    book = bot.book
    spoken = one.language if one.language in book.chapters else book.bridge
    shown = masked(one.text, language=spoken, names=names, house=bot.house(spoken))
    shown = " ".join(shown.split())
    if len(shown) > _LONGEST_QUOTE:
        shown = f"{shown[:_LONGEST_QUOTE].rstrip()}…"
    return Quote(text=shown, language=one.language, channel=one.channel)


def _sent(session: Session, scope: Scope) -> tuple[int, int]:
    automatic = func.count().filter(Reply.author_kind == AuthorKind.AUTO)
    row = session.execute(
        select(func.count(), automatic)
        .select_from(Reply)
        .where(
            Reply.status == ReplyStatus.SENT,
            Reply.posted_at >= scope.start,
            Reply.posted_at < scope.end,
            *_in_sight(Reply.channel, scope),
        )
    ).one()
    return row[0], row[1]


def _in_sight(column: Any, scope: Scope) -> Iterator[ColumnElement[bool]]:
    if scope.channels is not None:
        yield column.in_(sorted(scope.channels))
