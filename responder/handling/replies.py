"""The lists of replies at the desk: in doubt, sent, and those that left alone and want a judge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from listener.models import Mention
from responder.automatic.models import Review
from responder.handling.lists import Asked, Filters, Onlooker, View, narrowed
from responder.models import Reply, ReplyStatus
from responder.paging import BadCursor, cursor_of, moment_and_id

_LEFT: Final = (ReplyStatus.QUEUED, ReplyStatus.SENDING, ReplyStatus.SENT)


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A row of a list of replies. `review_id`: of the judgement that is asked for, or ""."""

    reply: Reply
    review_id: str = ""


def replies_of(
    session: Session, view: View, filters: Filters, who: Onlooker, *, limit: int, after: str = ""
) -> tuple[list[Answered], str]:
    """One page of a list of replies, and the cursor of the next ("" for the last): doubts the
    longest first, reviews the oldest first, what was sent the newest first."""
    query = _of(select(Reply, Review.id), view, filters, who).options(
        contains_eager(Reply.mention).contains_eager(Mention.author),
        joinedload(Reply.draft),
    )
    query = _ordered(query, view, after)
    rows = session.execute(query.limit(limit + 1)).all()
    found = [Answered(reply=reply, review_id=review or "") for reply, review in rows[:limit]]
    if len(rows) <= limit:
        return found, ""
    last = found[-1].reply
    return found, cursor_of(last.changed_at.isoformat(), last.id)


def count_replies(session: Session, who: Onlooker, midnight: datetime) -> tuple[int, int, int]:
    """How many are in doubt, how many want a judge, and how many were sent since `midnight`."""
    doubts = _of(select(func.count()), View.UNKNOWN, Filters(), who)
    reviews = _of(select(func.count()), View.REVIEW, Filters(), who)
    sent = (
        select(func.count())
        .select_from(Reply)
        .join(Reply.mention)
        .where(Reply.status == ReplyStatus.SENT, Reply.changed_at >= midnight)
        .where(Reply.posted_at >= midnight, who.sight)
    )
    numbers = [session.scalar(query) or 0 for query in (doubts, reviews, sent)]
    return numbers[0], numbers[1], numbers[2]


def _of(query: Asked, view: View, filters: Filters, who: Onlooker) -> Asked:
    query = query.select_from(Reply).join(Reply.mention).outerjoin(Mention.author)
    query = query.outerjoin(Review, Review.reply_id == Reply.id).where(narrowed(filters, who))
    if view is View.UNKNOWN:
        return query.where(Reply.status == ReplyStatus.UNKNOWN)
    if view is View.REVIEW:
        asked = Review.id.is_not(None) & Review.verdict.is_(None)
        return query.where(Reply.status == ReplyStatus.SENT, asked)
    return query.where(Reply.status.in_(_LEFT))


def _ordered(query: Asked, view: View, after: str) -> Asked:
    newest = view is View.SENT
    try:
        moment, reply_id = moment_and_id(after) if after else (None, "")
    except BadCursor:
        moment, reply_id = None, ""
    if moment is not None:
        older = (Reply.changed_at < moment) if newest else (Reply.changed_at > moment)
        query = query.where(older | ((Reply.changed_at == moment) & (Reply.id > reply_id)))
    return query.order_by(Reply.changed_at.desc() if newest else Reply.changed_at, Reply.id)
