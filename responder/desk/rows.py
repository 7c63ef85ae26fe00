"""The queue as values: which drafts wait, most urgent first, and what a row shows of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from listener.models import Author, Mention, MentionStatus
from responder.bot import Bot
from responder.desk.holding import badges
from responder.desk.words import Due, Mark, ago, due, first_line, language_name, mark_of, span
from responder.models import OPEN_DRAFT, Draft, DraftStatus, Reply, ReplyStatus

ROWS: Final = 100
_SENT: Final = (ReplyStatus.QUEUED, ReplyStatus.SENDING, ReplyStatus.SENT)


class View(StrEnum):
    """The lists of the desk. The values stand in URLs."""

    APPROVE = "approve"  # wait for a yes
    BY_HAND = "hand"  # only a person may answer them, on the network
    UNKNOWN = "unknown"  # nobody knows whether our reply stands
    SENT = "sent"  # on their way, or there


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the queue. `claimed_by` is somebody else who has it open; `trouble` says why it
    is back, `held` why its reply would wait."""

    draft_id: str
    name: str
    channel: str
    due: Due
    line: str
    language: str
    language_name: str
    mark: Mark
    level: str
    claimed_by: str = ""
    trouble: str = ""
    held: str = ""


@dataclass(frozen=True, kw_only=True)
class Queue:
    view: View
    rows: tuple[Row, ...]
    counts: Mapping[View, int]

    @property
    def more(self) -> int:
        """How many wait beyond the rows shown."""
        return max(0, self.counts.get(self.view, 0) - len(self.rows))


def read_queue(bot: Bot, view: View, *, agent_id: str | None) -> Queue:
    """The rows of `view` as they stand now, seen by one agent."""
    now = bot.clock()
    with bot.database.read() as session:
        if view in (View.APPROVE, View.BY_HAND):
            held = badges(session, bot)
            rows = [_draft_row(bot, draft, agent_id, now, held) for draft in _drafts(session, view)]
        else:
            rows = [_reply_row(bot, reply, now) for reply in _replies(session, view)]
        return Queue(view=view, rows=tuple(rows), counts=_counts(session))


def next_after(queue: Queue, draft_id: str) -> str | None:
    """The draft to open once this one is done: the next that nobody else has open, or the first."""
    ids = [row.draft_id for row in queue.rows]
    at = ids.index(draft_id) if draft_id in ids else -1
    for row in (*queue.rows[at + 1 :], *queue.rows[: max(at, 0)]):
        if not row.claimed_by and row.draft_id != draft_id:
            return row.draft_id
    return None


def name_of(author: Author | None) -> str:
    """What to call an author the network may not have named."""
    return (author.name or author.handle or "Somebody") if author else "Somebody"


def label_of(bot: Bot, channel: str) -> str:
    known = bot.channels.get(channel)
    return known.declaration.label if known else channel


def _by_hand(view: View) -> ColumnElement[bool]:
    by_hand = Mention.status == MentionStatus.BY_HAND
    return by_hand if view is View.BY_HAND else ~by_hand


def _drafts(session: Session, view: View) -> list[Draft]:
    return list(
        session.scalars(
            select(Draft)
            .join(Draft.mention)
            .options(
                contains_eager(Draft.mention).joinedload(Mention.author),
                joinedload(Draft.claimant),
            )
            .where(OPEN_DRAFT, Draft.status == DraftStatus.PENDING, _by_hand(view))
            .order_by(Mention.due_at, Mention.points.desc(), Draft.id)
            .limit(ROWS)
        )
    )


def _replies(session: Session, view: View) -> list[Reply]:
    replies = (
        select(Reply)
        .join(Reply.mention)
        .options(contains_eager(Reply.mention).joinedload(Mention.author))
        .limit(ROWS)
    )
    if view is View.UNKNOWN:
        unknown = replies.where(Reply.status == ReplyStatus.UNKNOWN)
        return list(session.scalars(unknown.order_by(Mention.due_at, Reply.id)))
    sent = replies.where(Reply.status.in_(_SENT))
    return list(session.scalars(sent.order_by(Reply.changed_at.desc(), Reply.id)))


def _counts(session: Session) -> dict[View, int]:
    by_hand = Mention.status == MentionStatus.BY_HAND
    waiting = session.execute(
        select(by_hand, func.count())
        .select_from(Draft)
        .join(Draft.mention)
        .where(OPEN_DRAFT, Draft.status == DraftStatus.PENDING)
        .group_by(by_hand)
    )
    counts = {View.BY_HAND if hand else View.APPROVE: number for hand, number in waiting}
    counts[View.UNKNOWN] = (
        session.scalar(
            select(func.count()).select_from(Reply).where(Reply.status == ReplyStatus.UNKNOWN)
        )
        or 0
    )
    return counts


def _draft_row(
    bot: Bot, draft: Draft, agent_id: str | None, now: datetime, held: Mapping[str, str]
) -> Row:
    claimed = draft.claimed_until is not None and draft.claimed_until > now
    others = claimed and draft.claimed_by != agent_id and draft.claimant is not None
    return _row(
        bot,
        draft.mention,
        draft.id,
        when=due(draft.mention.due_at, now),
        claimed_by=draft.claimant.name if others and draft.claimant else "",
        trouble=draft.reason,
        held=held.get(draft.mention.channel, ""),
    )


def _reply_row(bot: Bot, reply: Reply, now: datetime) -> Row:
    return _row(bot, reply.mention, reply.draft_id, when=_progress(reply, now))


def _progress(reply: Reply, now: datetime) -> Due:
    if reply.status is ReplyStatus.UNKNOWN:
        since = reply.stamped_at or reply.changed_at
        words = f"unknown {span(now - since)}"
        return Due(text=words, spoken=f"in doubt for {span(now - since)}", state="late")
    if reply.status is ReplyStatus.SENT:
        words = ago(reply.posted_at or reply.changed_at, now)
        return Due(text=words, spoken=f"sent {words}", state="done")
    words = "on its way" if reply.status is ReplyStatus.SENDING else "waiting"
    return Due(text=words, spoken=words, state="soon")


def _row(
    bot: Bot,
    mention: Mention,
    draft_id: str,
    *,
    when: Due,
    claimed_by: str = "",
    trouble: str = "",
    held: str = "",
) -> Row:
    return Row(
        draft_id=draft_id,
        name=name_of(mention.author),
        channel=label_of(bot, mention.channel),
        due=when,
        line=first_line(mention.text) or "(no words)",
        language=mention.language,
        language_name=language_name(mention.language),
        mark=mark_of(
            mention.sentiment, mention.sentiment_confidence, bot.settings.sentiment.sure_from
        ),
        level=mention.priority.value,
        claimed_by=claimed_by,
        trouble=trouble,
        held=held,
    )
