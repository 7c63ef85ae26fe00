"""Our own reply is taken off the network again, and, if somebody wants that, answered anew.

The row says so only once the network has confirmed it, or shows it no more: a mention never has two
live replies. What became of the deletion is known by looking: to ask for it twice does no harm.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from listener.channels.base import Channel
from listener.channels.errors import Unavailable
from listener.models import MentionStatus
from responder.approve import Conflict, NotFound
from responder.audit import note
from responder.bot import Bot
from responder.models import Reply, ReplyStatus
from responder.settle import give_back

log = logging.getLogger(__name__)

DELETED_BY: Final = "deleted by "
"""How the reason of such a reply begins: the network removed the others."""
REMOVED: Final = "our reply was "
"""How the reason of its draft begins, where that is open again."""


def remove_reply(bot: Bot, reply_id: str, *, anew: bool, by: str) -> None:
    """Delete a reply that stands on its network; `anew`: its draft is open again afterwards. Raises
    NotFound, Conflict, or a ChannelError; then nothing is noted."""
    with bot.database.read() as session:
        reply = _standing(session, reply_id)
        channel, external_id = bot.channels.get(reply.channel), reply.external_id or ""
        done = was_removed(reply)
    if channel is None or not channel.declaration.can_delete:
        raise Conflict(f"Nothing can be deleted on {reply.channel} from here")
    if not done:
        _delete(channel, external_id)
    now = bot.clock()
    with bot.database.write() as session:
        reply = _standing(session, reply_id)
        if not was_removed(reply):
            _note(session, reply, by, now)
        if anew:
            _open_again(bot, reply, now)


def was_removed(reply: Reply) -> bool:
    """Whether we took it off the network ourselves."""
    return reply.vanished_at is not None and reply.reason.startswith(DELETED_BY)


def _standing(session: Session, reply_id: str) -> Reply:
    reply = session.get(Reply, reply_id, with_for_update=True)
    if reply is None:
        raise NotFound("There is no such reply")
    if reply.status is not ReplyStatus.SENT or reply.external_id is None:
        raise Conflict("It does not stand on the network")
    return reply


def _delete(channel: Channel, external_id: str) -> None:
    try:
        channel.delete(external_id)
    except Unavailable as error:
        # Nobody knows what became of it, but the network shows it or does not.
        shown = channel.lookup([external_id])
        if shown.get(external_id, error) is not None:
            raise
        log.info("%s: %s is gone, though its deletion was not confirmed", channel.name, external_id)


def _note(session: Session, reply: Reply, by: str, now: datetime) -> None:
    reply.vanished_at, reply.verify_at, reply.changed_at = now, None, now
    reply.reason = f"{DELETED_BY}{by}"
    reply.draft.changed_at = now
    note(session, who=by, action="delete reply", subject=reply.id, now=now)


def _open_again(bot: Bot, reply: Reply, now: datetime) -> None:
    """The mention has no live reply any more, and its draft waits."""
    mention, reason = reply.mention, reply.reason
    if mention.status is MentionStatus.ANSWERED:
        mention.status, mention.status_reason = MentionStatus.DRAFTED, ""
        mention.changed_at = now
    give_back(bot, reply, f"{REMOVED}{reason}", now)
    reply.reason = reason
