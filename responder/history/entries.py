"""What was decided, newest first: replies, and drafts that came to nothing. Read only.

Two tables are read side by side, each along its index of `changed_at`, and merged: a page of a
store with hundreds of thousands of replies costs what a page costs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, contains_eager, joinedload

from listener.models import Author, Mention
from responder.bot import Bot
from responder.history.again import what_is_against
from responder.learning.edits import kept_of
from responder.models import Approval, Audit, AuthorKind, Draft, DraftStatus, Reply, ReplyStatus
from responder.paging import cursor_of, moment_and_id
from responder.search import contains

SEARCHED: Final = timedelta(days=30)
"""So far back words are looked for where nobody says from when on: every text is looked at."""
AT_ONCE: Final = 500  # rows read at a time for a long list

_DECIDED: Final = ("reject", "answered by hand")  # as the audit calls it


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
class Search:
    """None, or "": any. `since` is included, `until` is not. `agent` approved, rejected, or
    answered by hand."""

    outcome: Outcome | None = None
    channel: str = ""
    language: str = ""
    author_kind: AuthorKind | None = None
    agent: str = ""
    since: datetime | None = None
    until: datetime | None = None
    q: str = ""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line. `reply` is None where none was ever queued. `by`: the agent who decided, "policy",
    or "" for nobody. `kept`: the share of our words in what was sent. `open`: its draft waits for a
    person; `again`: it may be tried again."""

    outcome: Outcome
    at: datetime
    draft: Draft
    mention: Mention
    reply: Reply | None
    by: str
    kept: float | None = None
    open: bool = False
    again: bool = False

    @property
    def text(self) -> str:
        return self.reply.text if self.reply else self.draft.text

    @property
    def reason(self) -> str:
        return self.reply.reason if self.reply else self.draft.reason


@dataclass(frozen=True, kw_only=True)
class Found:
    """`next` goes into `after` to read on; None: that was all."""

    entries: tuple[Entry, ...]
    next: str | None


def within(search: Search, now: datetime) -> Search:
    """The search as it is made: words are not looked for in everything there ever was."""
    return replace(search, since=now - SEARCHED) if search.q and not search.since else search


def read_entries(
    bot: Bot, visible: ColumnElement[bool], search: Search, *, limit: int, after: str = ""
) -> Found:
    """A page of what `search` finds among the mentions that are `visible`. Raises BadCursor."""
    search, beyond = within(search, bot.clock()), moment_and_id(after) if after else None
    with bot.database.read() as session:
        rows: list[Reply | Draft] = []
        for query in (replies_of(search, beyond), drafts_of(search, beyond)):
            if query is not None:
                rows += session.scalars(query.where(visible).limit(limit + 1))
        rows.sort(key=lambda row: (row.changed_at, row.id), reverse=True)
        shown = rows[:limit]
        entries = tuple(_entries(session, bot, shown))
    following = cursor_of(shown[-1].changed_at.isoformat(), shown[-1].id) if rows[limit:] else None
    return Found(entries=entries, next=following)


def every_entry(
    bot: Bot, visible: ColumnElement[bool], search: Search, *, at_most: int
) -> Iterator[Entry]:
    """The same without pages, up to so many: read in short transactions."""
    left, after = at_most, ""
    while left > 0:
        found = read_entries(bot, visible, search, limit=min(left, AT_ONCE), after=after)
        yield from found.entries
        left, after = left - len(found.entries), found.next or ""
        if not after:
            return


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
    return query


def drafts_of(search: Search, beyond: tuple[datetime, str] | None) -> Select[Any] | None:
    """The drafts that came to nothing, likewise. One that went together with its reply is told as
    that."""
    closed = (DraftStatus.REJECTED, DraftStatus.WITHDRAWN, DraftStatus.EXPIRED)
    wanted = [one for one in closed if search.outcome is None or search.outcome == one.value]
    if not wanted or search.author_kind is not None:
        return None
    together = select(Reply.id).where(
        Reply.changed_at == Draft.changed_at, Reply.draft_id == Draft.id
    )
    query = _narrowed(
        select(Draft)
        .join(Draft.mention)
        .outerjoin(Mention.author)
        .options(contains_eager(Draft.mention).contains_eager(Mention.author))
        .where(Draft.status.in_(wanted), ~together.exists()),
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
        Audit.subject == Draft.id, Audit.who == agent, Audit.action.in_(_DECIDED)
    )
    return decided.exists()


def _entries(session: Session, bot: Bot, rows: Iterable[Reply | Draft]) -> Iterator[Entry]:
    rows = list(rows)
    approvals = _approvals(session, {row.draft_id for row in rows if isinstance(row, Reply)})
    deciders = _deciders(session, {row.id for row in rows if isinstance(row, Draft)})
    for row in rows:
        if isinstance(row, Draft):
            yield Entry(
                outcome=Outcome(row.status.value),
                at=row.changed_at,
                draft=row,
                mention=row.mention,
                reply=None,
                by=deciders.get(row.id, ""),
            )
        else:
            yield _of_reply(session, bot, row, approvals.get(row.draft_id, ()))


def _of_reply(session: Session, bot: Bot, reply: Reply, approvals: Collection[Approval]) -> Entry:
    before = [one.approved_by for one in approvals if one.approved_at <= reply.queued_at]
    failed, sent = reply.status is ReplyStatus.FAILED, reply.status is ReplyStatus.SENT
    waits = failed and reply.draft.status is DraftStatus.PENDING
    return Entry(
        outcome=Outcome(reply.status.value),
        at=(reply.posted_at if sent else None) or reply.changed_at,
        draft=reply.draft,
        mention=reply.mention,
        reply=reply,
        by=before[-1] if before else "",
        kept=kept_of(bot, reply) if sent else None,
        open=waits,
        again=failed and not waits and what_is_against(session, bot, reply) is None,
    )


def _approvals(session: Session, drafts: Collection[str]) -> Mapping[str, list[Approval]]:
    """By draft, the oldest first."""
    found: dict[str, list[Approval]] = {}
    query = select(Approval).where(Approval.draft_id.in_(drafts))
    for one in session.scalars(query.order_by(Approval.approved_at, Approval.id)):
        found.setdefault(one.draft_id, []).append(one)
    return found


def _deciders(session: Session, drafts: Collection[str]) -> Mapping[str, str]:
    """Who rejected a draft, or answered by hand."""
    query = select(Audit.subject, Audit.who).where(
        Audit.subject.in_(drafts), Audit.action.in_(_DECIDED)
    )
    return {row.subject: row.who for row in session.execute(query.order_by(Audit.id))}
