"""How much may leave by itself: against bot loops, bursts, and a night in which a rule goes wrong.

What waits to leave counts when a new reply is written; when one is about to leave, what left does.

The numbers are ours; the first one is X's own rule
(https://docs.x.com/developer-guidelines, 2026-08: one automated reply per interaction), which the
unique index of the outbox holds. Two bots answering each other once wrote 1,941 messages in 37
minutes (https://github.com/anneschuth/claude-threads/issues/491, read 2026-11).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from listener.models import Mention
from responder.models import AuthorKind, Reply, ReplyStatus

PER_CONVERSATION: Final = 2
PER_AUTHOR: Final = 3  # in 24 hours
PER_CHANNEL: Final = 20  # in 15 minutes
EVERYWHERE: Final = 60  # in an hour
QUICK: Final = timedelta(seconds=60)
QUICK_ANSWERS: Final = 2  # an author so quick so often is likely a program

_CHANNEL_IS_FULL: Final = f"{PER_CHANNEL} automatic replies in 15 minutes are enough"
_HOUSE_IS_FULL: Final = f"{EVERYWHERE} automatic replies in an hour are enough"

QUARTER: Final = timedelta(minutes=15)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(hours=24)

_LIVE = Reply.status != ReplyStatus.FAILED
_AUTO = Reply.author_kind == AuthorKind.AUTO
_GONE = Reply.status.in_((ReplyStatus.SENDING, ReplyStatus.UNKNOWN, ReplyStatus.SENT))
_LEFT_AT = func.coalesce(Reply.stamped_at, Reply.queued_at)


@dataclass(frozen=True, kw_only=True)
class Wait:
    """It may leave, but not yet."""

    until: datetime
    reason: str


def left_since(moment: datetime) -> ColumnElement[bool]:
    """The replies that left after `moment`, and those that wait to leave: they will."""
    return or_(Reply.status == ReplyStatus.QUEUED, moment < _LEFT_AT)


def too_many_automatic(session: Session, mention: Mention, now: datetime) -> str:
    """Why no automatic reply may be written to this mention now, as a sentence for the desk; "" if
    one may."""
    if enough := too_many_to_one(session, mention, now):
        return enough
    here = Reply.channel == mention.channel
    if _count(session, left_since(now - QUARTER), here) >= PER_CHANNEL:
        return _CHANNEL_IS_FULL
    return _HOUSE_IS_FULL if _count(session, left_since(now - HOUR)) >= EVERYWHERE else ""


def too_many_to_one(
    session: Session, mention: Mention, now: datetime, *, but: str | None = None
) -> str:
    """Why no automatic reply may go to this author or into this thread; "" if one may.

    `but` is the id of the reply in question, if it is in the outbox already.
    """
    others = Reply.id != (but or "")
    if _count(session, others, Mention.conversation_id == mention.conversation_id) >= (
        PER_CONVERSATION
    ):
        return f"{PER_CONVERSATION} automatic replies in one conversation are enough"
    if _from_author(session, mention, others, now) >= PER_AUTHOR:
        return f"{PER_AUTHOR} automatic replies to one person in 24 hours are enough"
    if _answered_quickly(session, mention) >= QUICK_ANSWERS:
        return "the author answers within seconds, again and again: it may be a program"
    return ""


def house_is_full(session: Session, channel: str, now: datetime) -> Wait | None:
    """Until when nothing more may leave by itself on `channel`, over all rules."""
    until = room_again(session, now, PER_CHANNEL, QUARTER, Reply.channel == channel)
    if until is not None:
        return Wait(until=until, reason=_CHANNEL_IS_FULL)
    until = room_again(session, now, EVERYWHERE, HOUR)
    return Wait(until=until, reason=_HOUSE_IS_FULL) if until is not None else None


def room_again(
    session: Session, now: datetime, most: int, within: timedelta, *where: ColumnElement[bool]
) -> datetime | None:
    """If `most` automatic replies left `within` the last time: when the first of these is past."""
    left = session.scalars(
        select(_LEFT_AT)
        .where(_AUTO, _GONE, now - within < _LEFT_AT, *where)
        .order_by(_LEFT_AT.desc())
        .limit(most)
    ).all()
    return left[-1] + within if len(left) == most else None


def sent_lately(session: Session, channel: str, now: datetime) -> list[datetime]:
    """When replies were put on the wire of `channel` in the last 15 minutes, the newest first."""
    stamps = session.scalars(
        select(Reply.stamped_at)
        .where(Reply.channel == channel, Reply.stamped_at > now - timedelta(minutes=15))
        .order_by(Reply.stamped_at.desc())
    )
    return [stamp for stamp in stamps if stamp is not None]


def _count(session: Session, *where: ColumnElement[bool]) -> int:
    found = select(func.count()).select_from(Reply).join(Reply.mention).where(_LIVE, _AUTO, *where)
    return session.scalar(found) or 0


def _from_author(
    session: Session, mention: Mention, others: ColumnElement[bool], now: datetime
) -> int:
    if mention.author_id is None:
        return 0
    day = left_since(now - DAY)
    return _count(session, others, day, Mention.author_id == mention.author_id)


def _answered_quickly(session: Session, mention: Mention) -> int:
    """How often this author wrote within a minute after an automatic reply of ours, in a day."""
    if mention.author_id is None:
        return 0
    ours = session.execute(
        select(Reply.posted_at)
        .join(Reply.mention)
        .where(
            _LIVE,
            _AUTO,
            Mention.author_id == mention.author_id,
            Reply.posted_at > mention.created_at - timedelta(hours=24),
        )
    ).scalars()
    theirs = session.scalars(
        select(Mention.created_at).where(
            Mention.author_id == mention.author_id,
            Mention.created_at > mention.created_at - timedelta(hours=24),
        )
    ).all()
    answers = [moment for moment in ours if moment is not None]
    return sum(any(timedelta() < wrote - posted <= QUICK for posted in answers) for wrote in theirs)
