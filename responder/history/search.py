"""What is looked for among what was decided, as queries: one of replies, one of drafts.

Two tables are read side by side, each along its index of `changed_at`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, contains_eager, joinedload

from listener.models import Author, Mention
from responder.heard.wanted import lists
from responder.models import Approval, Audit, AuthorKind, Draft, DraftStatus, Reply, ReplyStatus
from responder.search import contains
from sentiment.phase import Phase

SEARCHED: Final = timedelta(days=30)
"""So far back words are looked for where nobody says from when on: every text is looked at."""
DECIDED: Final = ("reject", "answered by hand")
"""The deeds that close a draft without a reply, as the audit calls them."""


class Outcome(StrEnum):
    """What became of an answer. The values stand in URLs."""

    SENT = "sent"
    FAILED = "failed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    QUEUED = "queued"
    SENDING = "sending"
    UNKNOWN = "unknown"


_STATUS: Final[Mapping[Outcome, ReplyStatus]] = {
    Outcome(status.value): status for status in ReplyStatus
}


@dataclass(frozen=True, kw_only=True)
class Among:
    """Of which replies, and of which drafts: queries for their ids."""

    replies: Select[Any]
    drafts: Select[Any]


@dataclass(frozen=True, kw_only=True)
class Search:
    """None, or "": any. `since` is included, `until` is not. `agent` approved, rejected, or
    answered by hand. `among`: these alone."""

    outcome: Outcome | None = None
    channel: str = ""
    language: str = ""
    topic: str = ""
    phase: Phase | None = None
    author_kind: AuthorKind | None = None
    agent: str = ""
    since: datetime | None = None
    until: datetime | None = None
    q: str = ""
    among: Among | None = None


def within(search: Search, now: datetime) -> Search:
    """The search as it is made: words are not looked for in everything there ever was."""
    everywhere = search.q and not search.since and search.among is None
    return replace(search, since=now - SEARCHED) if everywhere else search


def replies_of(search: Search, beyond: tuple[datetime, str] | None) -> Select[Any] | None:
    """The replies that are looked for, newest first; None where there can be none."""
    status = _STATUS.get(search.outcome) if search.outcome else None
    if search.outcome is not None and status is None:
        return None
    query = _narrowed(
        select(Reply)
        .join(Reply.mention)
        .outerjoin(Mention.author)
        .options(
            contains_eager(Reply.mention).contains_eager(Mention.author), joinedload(Reply.draft)
        ),
        Reply.changed_at,
        Reply.id,
        search,
        beyond,
    )
    if status is ReplyStatus.SENT:
        # Nearly all are sent: by that index the database would read and sort every one of them.
        query = query.where(func.coalesce(Reply.status, "") == status)
    elif status is not None:
        query = query.where(Reply.status == status)
    if search.author_kind is not None:
        query = query.where(Reply.author_kind == search.author_kind)
    if search.agent:
        query = query.where(_approver() == search.agent)
    if search.q:
        query = query.where(_words(search.q, Reply.text))
    if search.among is not None:
        query = query.where(Reply.id.in_(search.among.replies))
    return query


def drafts_of(search: Search, beyond: tuple[datetime, str] | None) -> Select[Any] | None:
    """The drafts that came to nothing, likewise. One that went together with its reply is told as
    that."""
    closed = (DraftStatus.REJECTED, DraftStatus.WITHDRAWN, DraftStatus.EXPIRED)
    wanted = [one for one in closed if search.outcome is None or search.outcome == one.value]
    if not wanted or search.author_kind is not None:
        return None
    query = _narrowed(
        select(Draft)
        .join(Draft.mention)
        .outerjoin(Mention.author)
        .options(contains_eager(Draft.mention).contains_eager(Mention.author))
        .where(Draft.status.in_(wanted), _by_itself(search)),
        Draft.changed_at,
        Draft.id,
        search,
        beyond,
    )
    if search.agent:
        query = query.where(_decided_by(search.agent))
    if search.q:
        query = query.where(_words(search.q, Draft.text))
    return query


def _by_itself(search: Search) -> ColumnElement[bool]:
    if search.among is not None:
        return Draft.id.in_(search.among.drafts)
    together = select(Reply.id).where(
        Reply.changed_at == Draft.changed_at, Reply.draft_id == Draft.id
    )
    return ~together.exists()


def _narrowed(
    query: Select[Any],
    at: InstrumentedAttribute[datetime],
    key: InstrumentedAttribute[str],
    search: Search,
    beyond: tuple[datetime, str] | None,
) -> Select[Any]:
    if search.channel:
        # Not the bare column, or SQLite begins with all that was ever heard on the channel.
        query = query.where(Mention.channel.concat("") == search.channel)
    if search.language:
        query = query.where(Mention.language == search.language)
    if search.topic:
        query = query.where(lists(Mention.topics, search.topic))
    if search.phase is not None:
        query = query.where(Mention.phase == search.phase)
    if search.since is not None:
        query = query.where(at >= search.since)
    if search.until is not None:
        query = query.where(at < search.until)
    if beyond is not None:
        moment, row_id = beyond
        # Not as "less, or equal and …": for an "or" the database would leave the index.
        query = query.where(at <= moment, or_(at < moment, key < row_id))
    return query.order_by(at.desc(), key.desc())


def _words(q: str, ours: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    return contains(q, ours, Mention.text, Author.name, Author.handle)


def _approver() -> Any:
    """Of a reply: who allowed it. Its draft may have been approved before, or since."""
    return (
        select(Approval.approved_by)
        .where(Approval.draft_id == Reply.draft_id, Approval.approved_at <= Reply.queued_at)
        .order_by(Approval.approved_at.desc(), Approval.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _decided_by(agent: str) -> ColumnElement[bool]:
    decided = select(Audit.id).where(
        Audit.subject == Draft.id, Audit.who == agent, Audit.action.in_(DECIDED)
    )
    return decided.exists()
