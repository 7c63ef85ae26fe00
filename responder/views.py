"""What other programs see of our rows: the documented shape of each, and the lists page by page."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from listener.channels.base import Answerable
from listener.models import Author, Mention, MentionStatus
from responder.lint import Severity
from responder.models import AuthorKind, Draft, DraftStatus, Purpose, Reply, ReplyStatus
from sentiment.phase import Phase
from sentiment.prioritize import Level
from sentiment.score import Sentiment

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
    answerable: Answerable
    version: int
    status: MentionStatus
    status_reason: str
    created_at: datetime
    heard_at: datetime
    due_at: datetime
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
    """`version` is what a decision names; `due_at` and `priority` are the mention's."""

    id: str
    version: int
    status: DraftStatus
    reason: str
    mention_id: str
    channel: str
    text: str
    language: str
    findings: list[FindingView]
    made_from: str
    priority: Level
    due_at: datetime
    created_at: datetime
    changed_at: datetime


class ReplyView(BaseModel):
    """The outbox. `external_id` and `posted_at` are null until the network has named the reply."""

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


class PageView(BaseModel, Generic[T]):
    """`next` goes into `after=` to read on; null: that was all."""

    items: list[T]
    next: str | None


class BadCursor(ValueError):
    """An `after` this program never gave out."""


def mention_view(mention: Mention) -> MentionView:
    author = mention.author
    return MentionView(
        **_columns(mention, MentionView, but={"author", "conversation_id", "media", "thread_url"}),
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


def draft_view(draft: Draft) -> DraftView:
    mention = draft.mention
    return DraftView(
        **_columns(draft, DraftView, but={"channel", "due_at", "findings", "priority"}),
        channel=mention.channel,
        due_at=mention.due_at,
        priority=mention.priority,
        findings=[FindingView.model_validate(one) for one in draft.findings],
    )


def reply_view(reply: Reply) -> ReplyView:
    return ReplyView(**_columns(reply, ReplyView, but=set()))


def mentions_page(
    session: Session,
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
        query = query.outerjoin(Mention.author).where(_contains(q))
    if after:
        moment, row_id = _moment_and_id(after)
        query = query.where(
            or_(
                Mention.created_at < moment,
                and_(Mention.created_at == moment, Mention.id < row_id),
            )
        )
    rows, last = one_page(session, query, limit)
    following = last and cursor_of(last.created_at.isoformat(), last.id)
    return PageView(items=[mention_view(row) for row in rows], next=following)


def drafts_page(
    session: Session,
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
        moment, row_id = _moment_and_id(after)
        query = query.where(
            or_(Mention.due_at > moment, and_(Mention.due_at == moment, Draft.id > row_id))
        )
    rows, last = one_page(session, query, limit)
    following = last and cursor_of(last.mention.due_at.isoformat(), last.id)
    return PageView(items=[draft_view(row) for row in rows], next=following)


def replies_page(
    session: Session,
    *,
    status: ReplyStatus | None = None,
    channel: str | None = None,
    limit: int,
    after: str | None = None,
) -> PageView[ReplyView]:
    """Newest first: our ids sort by the time they were made."""
    query = select(Reply).order_by(Reply.id.desc())
    query = _narrowed(query, (Reply.status, status), (Reply.channel, channel))
    if after:
        (row_id,) = parts_of(after, 1)
        query = query.where(Reply.id < row_id)
    rows, last = one_page(session, query, limit)
    return PageView(items=[reply_view(row) for row in rows], next=last and cursor_of(last.id))


def _columns(row: Any, view: type[BaseModel], *, but: set[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in view.model_fields if name not in but}


def _narrowed(query: Select[Any], *filters: tuple[Any, object]) -> Select[Any]:
    for column, value in filters:
        if value is not None:
            query = query.where(column == value)
    return query


def _contains(q: str) -> ColumnElement[bool]:
    # SQLite knows upper and lower case of ASCII alone: "Παραγγελία" is tried in its usual shapes.
    shapes = {q} if q.isascii() else {q, q.lower(), q.upper(), q.capitalize()}
    columns = (Mention.text, Author.name, Author.handle)
    return or_(
        *(column.icontains(shape, autoescape=True) for column in columns for shape in shapes)
    )


def one_page(session: Session, query: Select[Any], limit: int) -> tuple[Sequence[Any], Any]:
    """The rows, and the last of them if there are more behind it."""
    rows = session.scalars(query.limit(limit + 1)).all()
    return rows[:limit], rows[limit - 1] if len(rows) > limit else None


def cursor_of(*parts: str) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def parts_of(cursor: str, number: int) -> list[str]:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        parts: Any = json.loads(raw)
    except (binascii.Error, ValueError, RecursionError):
        raise BadCursor("after is not a cursor of this list") from None
    if not isinstance(parts, list) or len(parts) != number or not all(map(_is_word, parts)):
        raise BadCursor("after is not a cursor of this list")
    return parts


def _is_word(part: object) -> bool:
    # Whatever is not plain ASCII could not be one of ours, and PostgreSQL refuses a NUL.
    return isinstance(part, str) and part.isascii() and part.isprintable()


def _moment_and_id(cursor: str) -> tuple[datetime, str]:
    moment, row_id = parts_of(cursor, 2)
    try:
        found = datetime.fromisoformat(moment)
        if found.tzinfo is None:
            raise ValueError(moment)
        return found.astimezone(UTC), row_id
    except (ValueError, OverflowError):
        raise BadCursor("after is not a cursor of this list") from None
