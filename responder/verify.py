"""Does it still stand? Networks hide or remove replies later, without a word to who wrote them."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from responder.audit import note
from responder.bot import Bot
from responder.models import Reply, ReplyStatus
from responder.settle import BOT

log = logging.getLogger(__name__)

_LAST: Final = timedelta(hours=24)  # after it was posted: from then on it is left alone
_AT_ONCE: Final = 50


def verify_round(bot: Bot, channel: str) -> int:
    """Look at the replies of a channel that are due. Returns how many have vanished.

    A vanished one is told, never sent again by itself. Raises ChannelError; then they stay due.
    """
    now = bot.clock()
    with bot.database.read() as session:
        due = session.execute(
            select(Reply.id, Reply.external_id)
            .where(
                Reply.channel == channel,
                Reply.status == ReplyStatus.SENT,
                Reply.verify_at <= now,
                Reply.external_id.is_not(None),
            )
            .order_by(Reply.verify_at)
            .limit(_AT_ONCE)
        ).all()
    if not due:
        return 0
    shown = bot.channels[channel].lookup([row.external_id for row in due])
    clear = [row.id for row in due if row.external_id in shown]
    with bot.database.write() as session:
        for reply in session.scalars(select(Reply).where(Reply.id.in_(clear))).all():
            last = (reply.posted_at or now) + _LAST
            reply.verify_at = last if now < last else None
            if shown[reply.external_id or ""] is None:
                reply.vanished_at, reply.verify_at, reply.changed_at = now, None, now
                note(session, who=BOT, action="vanished", subject=reply.id, now=now)
                log.warning("%s: the network hides or removed reply %s", channel, reply.id)
        # About the others the network said nothing clear: they are asked for once more in the end.
        for row in due:
            if row.id not in clear:
                unclear = session.get_one(Reply, row.id)
                last = (unclear.posted_at or now) + _LAST
                unclear.verify_at = last if now < last else None
    return sum(shown[row.external_id] is None for row in due if row.external_id in shown)
