"""The outbox: reserve, look once more, post, confirm.

The row says `sending`, committed to disk, before the call is made. Whatever dies after that leaves
a row that says "this may stand on the network", and such a row is never sent again by itself.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from listener.channels.base import (
    Answerable,
    AuthFailed,
    BudgetSpent,
    ChannelError,
    Gone,
    Outgoing,
    Posted,
    RateLimited,
    Refused,
    Unavailable,
    Unknown,
)
from listener.models import Mention, MentionStatus
from listener.poll import wait_after
from responder.audit import note
from responder.bot import Bot
from responder.draft import text_hash
from responder.models import AuthorKind, DraftStatus, PauseLevel, Reply, ReplyStatus
from responder.pause import level_for, stops_sending

log = logging.getLogger(__name__)

BOT = "bot"
_ATTEMPTS = 20  # of calls the network surely did not act on, before a human is asked


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

    Only the holder of the instance lock may call this: it takes for granted that nobody else is in
    the middle of a send.
    """
    posted = 0
    for reply_id in due(bot, channel):
        posted += post_one(bot, reply_id)
    return posted


def recover(bot: Bot) -> int:
    """At a start: whatever was being sent when the last process died may stand on the network, or
    not. Ask a human. Returns how many such replies there are."""
    now = bot.clock()
    with bot.database.write() as session:
        cut_off = session.scalars(select(Reply).where(Reply.status == ReplyStatus.SENDING)).all()
        for reply in cut_off:
            _settle(reply, ReplyStatus.UNKNOWN, "the program stopped while it was being sent", now)
    return len(cut_off)


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
        after_error(bot, reserved, error)
        return False
    except Exception as error:
        # Whatever it was, it came after `sending`: the reply may stand on the network.
        log.exception("%s: reply %s", reserved.channel, reserved.reply_id)
        after_error(bot, reserved, Unknown(f"unexpected {type(error).__name__}"))
        return False
    confirm(bot, reserved.reply_id, posted, by=BOT)
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
        obstacle = _obstacle(reply)
        if obstacle:
            _give_back(reply, obstacle, now)
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
        _settle(reply, ReplyStatus.SENT, "", now)
        reply.mention.status, reply.mention.status_reason = MentionStatus.ANSWERED, ""
        reply.mention.changed_at = now
        note(session, who=by, action="sent", subject=reply.id, detail=reply.text_hash, now=now)


def settle_by_human(bot: Bot, reply_id: str, *, stands: bool, by: str) -> None:
    """A human looked at the thread and says whether an unknown reply stands there.

    If it does not, its draft is open again. Raises LookupError if the reply is not unknown.
    """
    now = bot.clock()
    with bot.database.write() as session:
        reply = session.get(Reply, reply_id, with_for_update=True)
        if reply is None or reply.status is not ReplyStatus.UNKNOWN:
            raise LookupError("This reply is not in doubt")
        if stands:
            reply.posted_at = reply.stamped_at
            _settle(reply, ReplyStatus.SENT, f"{by} saw it on the network", now)
            reply.mention.status, reply.mention.changed_at = MentionStatus.ANSWERED, now
        else:
            _give_back(reply, f"{by} did not find it on the network", now)
        note(session, who=by, action="settle", subject=reply.id, detail=str(stands), now=now)


def after_error(bot: Bot, reserved: Reserved, error: ChannelError) -> None:
    """What becomes of a reply whose sending failed."""
    now = bot.clock()
    with bot.database.write() as session:
        reply = session.get_one(Reply, reserved.reply_id)
        if isinstance(error, Unknown):
            _settle(reply, ReplyStatus.UNKNOWN, str(error), now)
        elif isinstance(error, Gone):
            _lost_its_mention(reply, now)
        elif isinstance(error, Refused):
            _give_back(reply, str(error), now)
            if error.by_hand:
                _only_by_hand(reply)
        else:
            _later(reply, error, now)
    log.warning("%s: reply %s: %s", reserved.channel, reserved.reply_id, error)


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
        bot.poller.refresh_these(channel, [external_id])
    except ChannelError as error:
        now = bot.clock()
        with bot.database.write() as session:
            row = session.get(Reply, reply_id)
            if row is not None and row.status is ReplyStatus.QUEUED:
                _later(row, error, now)
        log.warning("%s: cannot look at %s: %s", channel.name, external_id, error)
        return False
    return True


def _paused(session: Session, bot: Bot, reply: Reply) -> bool:
    level = level_for(session, reply.channel, bot.pause_file)
    if level is PauseLevel.AUTO:
        return reply.author_kind is AuthorKind.AUTO
    return stops_sending(level)


def _obstacle(reply: Reply) -> str:
    draft, mention = reply.draft, reply.mention
    if mention.status is MentionStatus.GONE:
        return "the customer deleted the text"
    if mention.version != draft.mention_version:
        return "the customer changed the text after the approval"
    if draft.status is not DraftStatus.APPROVED or text_hash(draft.text) != reply.text_hash:
        return "the draft is not what was approved"
    return ""


def _later(reply: Reply, error: ChannelError, now: datetime) -> None:
    """The network surely did not act on it: it may leave later, by itself."""
    reply.attempts += 1
    if reply.attempts >= _ATTEMPTS:
        _give_back(reply, f"given up after {reply.attempts} attempts: {error}", now)
        return
    known = isinstance(error, RateLimited | AuthFailed | BudgetSpent | Unavailable)
    wait = wait_after(error, reply.attempts, now) if known else timedelta(minutes=5)
    reply.status, reply.reason = ReplyStatus.QUEUED, str(error)
    reply.not_before, reply.changed_at = now + wait, now


def _only_by_hand(reply: Reply) -> None:
    """The network told us what it did not say when we heard the mention."""
    reply.mention.status = MentionStatus.BY_HAND
    reply.mention.answerable = Answerable.BY_HAND
    reply.mention.status_reason = reply.reason


def _give_back(reply: Reply, reason: str, now: datetime) -> None:
    """It did not leave, and a human must act: the draft is open again, with the reason on it."""
    reply.status, reply.reason, reply.changed_at = ReplyStatus.FAILED, reason, now
    draft, mention = reply.draft, reply.mention
    draft.status = DraftStatus.PENDING
    if mention.status is MentionStatus.GONE:
        draft.status = DraftStatus.WITHDRAWN
    elif mention.version != draft.mention_version:
        # It answers words that are no longer there: the next round of drafting begins anew.
        draft.status, mention.status = DraftStatus.WITHDRAWN, MentionStatus.NEW
    draft.reason, draft.changed_at = reason, now
    draft.version += 1


def _lost_its_mention(reply: Reply, now: datetime) -> None:
    reply.mention.status = MentionStatus.GONE
    reply.mention.status_reason = "it was gone when we answered"
    reply.mention.changed_at = now
    _give_back(reply, "the customer deleted the text", now)


def _settle(reply: Reply, status: ReplyStatus, reason: str, now: datetime) -> None:
    reply.status, reply.reason, reply.changed_at = status, reason, now
