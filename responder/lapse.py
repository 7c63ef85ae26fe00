"""An approval holds for a day. What could not leave by then (paused, the network away) is read
again before it does: the world it was written for has moved on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from responder.bot import Bot
from responder.models import Approval, AuthorKind, Reply, ReplyStatus
from responder.settle import give_back

HOLDS: Final = timedelta(hours=24)


def lapse(bot: Bot, channel: str) -> int:
    """Give back to the desk what waits on a channel in the name of an approval that is too old.
    Never what may stand on the network. Returns how many replies that were."""
    now = bot.clock()
    old = (
        Reply.channel == channel,
        Reply.status == ReplyStatus.QUEUED,
        Reply.queued_at <= now - HOLDS,
    )
    with bot.database.read() as session:
        if session.scalar(select(Reply.id).where(*old).limit(1)) is None:
            return 0
    with bot.database.write() as session:
        replies = session.scalars(select(Reply).where(*old).with_for_update()).all()
        for reply in replies:
            give_back(bot, reply, lapsed(session, reply, now), now)
    return len(replies)


def lapsed(session: Session, reply: Reply, now: datetime) -> str:
    """Why it may not leave any more, as a sentence for the desk; "" while its approval holds."""
    if reply.queued_at > now - HOLDS:
        return ""
    hours = int(HOLDS / timedelta(hours=1))
    return f"{_allowed(session, reply)}, but it could not leave for {hours} hours: read it again"


def _allowed(session: Session, reply: Reply) -> str:
    if reply.author_kind is AuthorKind.AUTO:
        return "a rule let it leave"
    by = session.scalar(
        select(Approval.approved_by)
        .where(Approval.draft_id == reply.draft_id)
        .order_by(Approval.approved_at.desc(), Approval.id.desc())
        .limit(1)
    )
    return f"approved by {by}" if by else "it was approved"
