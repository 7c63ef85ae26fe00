"""The outbox: reserve, look once more, post, confirm.

The row says `sending`, committed to disk, before the call is made. Whatever dies after that leaves
a row that says "this may stand on the network", and such a row is never sent again by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from listener.channels.base import (
    Answerable,
    ChannelError,
    Outgoing,
    Posted,
    Unavailable,
    Unknown,
)
from listener.models import Mention, MentionStatus
from responder.audit import note
from responder.bot import Bot
from responder.draft import text_hash
from responder.models import Approval, AuthorKind, DraftStatus, PauseLevel, Reply, ReplyStatus
from responder.pause import level_for, stops_sending
from responder.settle import after_error, give_back, later, recover, settled

log = logging.getLogger(__name__)

BOT = "bot"
_TRIES_TO_WRITE_DOWN = 5


@dataclass(frozen=True, kw_only=True)
class Reserved:
    """A reply that is ours to post now: its row says `sending`, on disk."""

    reply_id: str
    channel: str
    mention_id: str
    mention_external_id: str
    outgoing: Outgoing


def post_round(bot: Bot, channel: str) -> int:
    """Post what may leave now on one channel, one after the other. Returns how many were posted.

    Only the holder of the instance lock may call this, and one round of a channel at a time: it
    takes for granted that nobody else is in the middle of a send there.
    """
    recover(bot, channel, "we lost track of it: the database did not take the outcome")
    posted = 0
    for reply_id in due(bot, channel):
        posted += post_one(bot, reply_id)
    return posted


def due(bot: Bot, channel: str) -> list[str]:
    """The replies of a channel whose time has come, the most urgent mention first."""
    with bot.database.read() as session:
        return list(
            session.scalars(
                select(Reply.id)
                .join(Reply.mention)
                .where(
                    Reply.channel == channel,
                    Reply.status == ReplyStatus.QUEUED,
                    Reply.not_before <= bot.clock(),
                )
                .order_by(Mention.due_at)
            )
        )


def post_one(bot: Bot, reply_id: str) -> bool:
    """Send one reply, unless something stands against it. True if it now stands on the network."""
    if not _still_answerable(bot, reply_id):
        return False
    reserved = reserve(bot, reply_id)
    if reserved is None:
        return False
    channel = bot.channels[reserved.channel]
    try:
        posted = channel.post(reserved.outgoing)
    except ChannelError as error:
        after_error(bot, reserved.reply_id, error)
        return False
    except Exception as error:
        # Whatever it was, it came after `sending`: the reply may stand on the network.
        log.exception("%s: reply %s", reserved.channel, reserved.reply_id)
        after_error(bot, reserved.reply_id, Unknown(f"unexpected {type(error).__name__}"))
        return False
    _insist(lambda: confirm(bot, reserved.reply_id, posted, by=BOT))
    log.info("%s: replied to %s", reserved.channel, reserved.mention_external_id)
    return True


def reserve(bot: Bot, reply_id: str) -> Reserved | None:
    """Commit `sending`, if every condition holds in that very transaction: not paused, not taken
    back, same words as approved, customer's text unchanged. None if the reply stays where it is."""
    now = bot.clock()
    with bot.database.write() as session:
        reply = session.get(Reply, reply_id, with_for_update=True)
        if reply is None or reply.status is not ReplyStatus.QUEUED or reply.not_before > now:
            return None
        if _paused(session, bot, reply) or reply.channel not in bot.channels:
            return None
        obstacle = _obstacle(session, bot, reply)
        if obstacle:
            give_back(reply, obstacle, now)
            return None
        reply.status, reply.stamped_at, reply.changed_at = ReplyStatus.SENDING, now, now
        return Reserved(
            reply_id=reply.id,
            channel=reply.channel,
            mention_id=reply.mention_id,
            mention_external_id=reply.mention.external_id,
            outgoing=Outgoing(
                mention_id=reply.mention.external_id,
                answer_under=reply.in_reply_to,
                conversation=reply.mention.conversation.external_id,
                text=reply.text,
            ),
        )


def confirm(bot: Bot, reply_id: str, posted: Posted, *, by: str) -> None:
    """The reply stands on the network under this id."""
    now = bot.clock()
    with bot.database.write() as session:
        reply = session.get_one(Reply, reply_id)
        reply.external_id, reply.url, reply.posted_at = (
            posted.external_id,
            posted.url,
            posted.posted_at,
        )
        settled(reply, ReplyStatus.SENT, "", now)
        reply.mention.status, reply.mention.status_reason = MentionStatus.ANSWERED, ""
        reply.mention.changed_at = now
        note(session, who=by, action="sent", subject=reply.id, detail=reply.text_hash, now=now)


def _still_answerable(bot: Bot, reply_id: str) -> bool:
    """Ask the network for the mention as it stands now. Only a clear answer lets us go on."""
    with bot.database.read() as session:
        reply = session.get(Reply, reply_id)
        if reply is None or reply.channel not in bot.channels:
            return False
        external_id = reply.mention.external_id
        channel = bot.channels[reply.channel]
        if _paused(session, bot, reply):
            return False
    try:
        refreshed = bot.poller.refresh_these(channel, [external_id])
        if external_id in refreshed.answered:
            return True
        raise Unavailable("the network says nothing clear about the mention")
    except ChannelError as error:
        now = bot.clock()
        with bot.database.write() as session:
            row = session.get(Reply, reply_id, with_for_update=True)
            if row is not None and row.status is ReplyStatus.QUEUED:
                later(row, error, now)
        log.warning("%s: cannot look at %s: %s", channel.name, external_id, error)
        return False


def _insist(work: Callable[[], None]) -> None:
    """Write down an outcome, though another process may hold the database for a while. What cannot
    be written down after all is `unknown` from the next round on."""
    for left in reversed(range(_TRIES_TO_WRITE_DOWN)):
        try:
            work()
        except OperationalError:
            if not left:
                raise
        else:
            return


def _paused(session: Session, bot: Bot, reply: Reply) -> bool:
    level = level_for(session, reply.channel, bot.pause_file)
    if level is PauseLevel.AUTO:
        return reply.author_kind is AuthorKind.AUTO
    return stops_sending(level)


def _obstacle(session: Session, bot: Bot, reply: Reply) -> str:
    """What stands against sending, as a sentence for the desk; "" for nothing."""
    draft, mention = reply.draft, reply.mention
    if mention.status is MentionStatus.GONE:
        return "the customer deleted the text"
    if mention.version != draft.mention_version:
        return "the customer changed the text after the approval"
    if mention.answerable is not Answerable.YES:
        return "the network does not let us answer it any more"
    if not _is_what_was_approved(session, reply):
        return "the words are not the ones that were approved"
    if reply.author_kind is AuthorKind.AUTO:
        return _obstacle_to_automatic(bot, reply)
    return ""


def _is_what_was_approved(session: Session, reply: Reply) -> bool:
    approved = session.scalar(
        select(Approval.text_hash)
        .where(Approval.draft_id == reply.draft_id, Approval.version == reply.draft.version)
        .order_by(Approval.approved_at.desc())
        .limit(1)
    )
    return reply.draft.status is DraftStatus.APPROVED and approved == text_hash(reply.text)


def _obstacle_to_automatic(bot: Bot, reply: Reply) -> str:
    """The policy may have changed since it was queued, and so may the customer's mind."""
    if not bot.channels[reply.channel].options.auto_reply:
        return "automatic replies were switched off"
    if reply.mention.author is not None and reply.mention.author.opted_out_at is not None:
        return "the author asked us not to write"
    return ""
