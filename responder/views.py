"""What other programs see of our rows: the documented shape of each, and the lists page by page."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import joinedload

from listener.channels.base import Answerable
from listener.clocks import Clocks
from listener.models import Author, Mention, MentionStatus
from responder.bot import Bot
from responder.clock_views import ClocksView, clocks_view
from responder.clocks import read_clocks
from responder.learning.edits import kept_of
from responder.models import AuthorKind, Draft, DraftStatus, Purpose, Reply, ReplyStatus
from responder.paging import BadCursor, cursor_of, moment_and_id, one_page, parts_of
from responder.search import contains
from responder.voice.finding import Severity
from sentiment.phase import Phase
from sentiment.prioritize import Level
from sentiment.score import Sentiment

__all__ = [
    "BadCursor",
    "DraftView",
    "FindingView",
    "MentionView",
    "PageView",
    "ReplyView",
    "cursor_of",
    "draft_view",
    "drafts_page",
    "mention_view",
    "mentions_page",
    "one_page",
    "parts_of",
    "replies_page",
]

T = TypeVar("T")


class AuthorView(BaseModel):
    """Somebody as their network knows them; `id` is the network's."""

    id: str
    name: str
    handle: str
    followers: int | None


class MediaView(BaseModel):
    url: str
    kind: str
    alt: str


class MentionView(BaseModel):
    """`id` is ours; `external_id` and `conversation_id` are the network's own. `url` is where a
    person reads it, `thread_url` where they answer it by hand. Times are UTC."""

    id: str
    channel: str
    external_id: str
    conversation_id: str
    in_reply_to: str | None
    author: AuthorView | None
    text: str
    media: list[MediaView]
    language: str
    sentiment: Sentiment
    sentiment_score: float
    sentiment_confidence: float
    topics: list[str]
    signals: list[str]
    phase: Phase
    priority: Level
    reasons: list[str]
    addressed: bool
    private: bool  # only those it names, or its author's followers, can read it
    answerable: Answerable
    version: int
    status: MentionStatus
    status_reason: str
    created_at: datetime
    heard_at: datetime
    due_at: datetime
    clocks: ClocksView
    url: str
    thread_url: str


class FindingView(BaseModel):
    """`start` and `end` count code points of the draft's text; equal: it is about all of it."""

    rule: str
    severity: Severity
    message: str
    start: int
    end: int
    suggestion: str


class DraftView(BaseModel):
    """`version` is what a decision names; `due_at`, `clocks` and `priority` are the mention's.
    `proposed`: our words before anybody changed them; `escalated`: why a person should take the
    case over, "" for none."""

    id: str
    version: int
    status: DraftStatus
    reason: str
    mention_id: str
    channel: str
    text: str
    proposed: str
    escalated: str
    language: str
    findings: list[FindingView]
    made_from: str
    priority: Level
    due_at: datetime
    clocks: ClocksView
    created_at: datetime
    changed_at: datetime


class ReplyView(BaseModel):
    """The outbox. `external_id` and `posted_at` are null until the network has named the reply.
    `kept`: the share of our words a human kept, 0 to 1; null where no human had any to keep."""

    id: str
    draft_id: str
    mention_id: str
    channel: str
    purpose: Purpose
    external_id: str | None
    in_reply_to: str
    text: str
    status: ReplyStatus
    reason: str
    author_kind: AuthorKind
    attempts: int
    queued_at: datetime
    not_before: datetime
    posted_at: datetime | None
    url: str
    kept: float | None
    rule_id: str | None  # of the rule it left by


class PageView(BaseModel, Generic[T]):
    """`next` goes into `after=` to read on; null: that was all."""

    items: list[T]
    next: str | None


_MADE = {"author", "clocks", "conversation_id", "media", "thread_url"}


def mention_view(mention: Mention, clocks: Clocks) -> MentionView:
    author = mention.author
    return MentionView(
        **_columns(mention, MentionView, but=_MADE),
        clocks=clocks_view(clocks),
        conversation_id=mention.conversation.external_id,
        author=author
        and AuthorView(
            id=author.external_id,
            name=author.name,
            handle=author.handle,
            followers=author.followers,
        ),
        media=[MediaView.model_validate(one) for one in mention.media],
        thread_url=mention.answer_url or mention.url,
    )


def draft_view(draft: Draft, clocks: Clocks) -> DraftView:
    mention = draft.mention
    return DraftView(
        **_columns(draft, DraftView, but={"channel", "clocks", "due_at", "findings", "priority"}),
        clocks=clocks_view(clocks),
        channel=mention.channel,
        due_at=mention.due_at,
        priority=mention.priority,
        findings=[FindingView.model_validate(one) for one in draft.findings],
    )


def reply_view(bot: Bot, reply: Reply) -> ReplyView:
    return ReplyView(**_columns(reply, ReplyView, but={"kept"}), kept=kept_of(bot, reply))


def mentions_page(
    bot: Bot,
    *,
    status: MentionStatus | None = None,
    channel: str | None = None,
    language: str | None = None,
    q: str | None = None,
    limit: int,
    after: str | None = None,
) -> PageView[MentionView]:
    """Newest first. `q` is looked for in the text, and in the author's name and handle."""
    query = (
        select(Mention)
        .options(joinedload(Mention.author), joinedload(Mention.conversation))
        .order_by(Mention.created_at.desc(), Mention.id.desc())
    )
    query = _narrowed(query, (Mention.status, status), (Mention.channel, channel))
    query = _narrowed(query, (Mention.language, language))
    if q:
        query = query.outerjoin(Mention.author).where(
            contains(q, Mention.text, Author.name, Author.handle)
        )
    if after:
        moment, row_id = moment_and_id(after)
        query = query.where(
            or_(
                Mention.created_at < moment,
                and_(Mention.created_at == moment, Mention.id < row_id),
            )
        )
    with bot.database.read() as session:
        rows, last = one_page(session, query, limit)
        told = read_clocks(bot, session, rows)
    following = last and cursor_of(last.created_at.isoformat(), last.id)
    return PageView(items=[mention_view(row, told[row.id]) for row in rows], next=following)


def drafts_page(
    bot: Bot,
    *,
    status: DraftStatus | None = None,
    channel: str | None = None,
    limit: int,
    after: str | None = None,
) -> PageView[DraftView]:
    """The most urgent first: by the mention's deadline."""
    query = (
        select(Draft)
        .join(Draft.mention)
        .options(joinedload(Draft.mention))
        .order_by(Mention.due_at, Draft.id)
    )
    query = _narrowed(query, (Draft.status, status), (Mention.channel, channel))
    if after:
        moment, row_id = moment_and_id(after)
        query = query.where(
            or_(Mention.due_at > moment, and_(Mention.due_at == moment, Draft.id > row_id))
        )
    with bot.database.read() as session:
        rows, last = one_page(session, query, limit)
        told = read_clocks(bot, session, [row.mention for row in rows])
    following = last and cursor_of(last.mention.due_at.isoformat(), last.id)
    views = [draft_view(row, told[row.mention_id]) for row in rows]
    return PageView(items=views, next=following)


def replies_page(
    bot: Bot,
    *,
    status: ReplyStatus | None = None,
    channel: str | None = None,
    limit: int,
    after: str | None = None,
) -> PageView[ReplyView]:
    """Newest first: our ids sort by the time they were made."""
    query = select(Reply).options(joinedload(Reply.draft)).order_by(Reply.id.desc())
    query = _narrowed(query, (Reply.status, status), (Reply.channel, channel))
    if after:
        (row_id,) = parts_of(after, 1)
        query = query.where(Reply.id < row_id)
    with bot.database.read() as session:
        rows, last = one_page(session, query, limit)
    views = [reply_view(bot, row) for row in rows]
    return PageView(items=views, next=last and cursor_of(last.id))


def _columns(row: Any, view: type[BaseModel], *, but: set[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in view.model_fields if name not in but}


def _narrowed(query: Select[Any], *filters: tuple[Any, object]) -> Select[Any]:
    for column, value in filters:
        if value is not None:
            query = query.where(column == value)
    return query
