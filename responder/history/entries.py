"""What was decided, newest first: replies, and drafts that came to nothing. Read only.

Two queries are read side by side and merged: a page of a store with hundreds of thousands of
replies costs what a page costs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from listener.models import Mention
from responder.bot import Bot
from responder.history.again import what_is_against
from responder.history.search import DECIDED, Outcome, Search, drafts_of, replies_of, within
from responder.learning.edits import kept_of
from responder.models import Approval, Audit, Draft, DraftStatus, Reply, ReplyStatus
from responder.paging import cursor_of, moment_and_id

AT_ONCE: Final = 500  # rows read at a time for a long list


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
        Audit.subject.in_(drafts), Audit.action.in_(DECIDED)
    )
    return {row.subject: row.who for row in session.execute(query.order_by(Audit.id))}
