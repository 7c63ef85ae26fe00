"""What becomes of a reply once its sending has ended, or broken off: sent, later, back, unknown."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from listener.channels.base import (
    Answerable,
    AuthFailed,
    BudgetSpent,
    ChannelError,
    Gone,
    RateLimited,
    Refused,
    Unavailable,
    Unknown,
)
from listener.models import MentionStatus
from listener.poll import wait_after
from responder.audit import note
from responder.bot import Bot
from responder.models import DraftStatus, Reply, ReplyStatus

log = logging.getLogger(__name__)

_ATTEMPTS: Final = 20  # of calls the network surely did not act on, before a human is asked


def recover(
    bot: Bot,
    channel: str | None = None,
    reason: str = "the program stopped while it was being sent",
) -> int:
    """Whatever is `sending` while nobody sends (at a start; on one channel, before its round) may
    stand on the network, or not. Ask a human. Returns how many such replies there are."""
    cut_off = select(Reply).where(Reply.status == ReplyStatus.SENDING)
    if channel is not None:
        cut_off = cut_off.where(Reply.channel == channel)
    with bot.database.read() as session:
        if session.scalars(cut_off.limit(1)).first() is None:
            return 0
    now = bot.clock()
    with bot.database.write() as session:
        replies = session.scalars(cut_off).all()
        for reply in replies:
            settled(reply, ReplyStatus.UNKNOWN, reason, now)
    return len(replies)


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
            settled(reply, ReplyStatus.SENT, f"{by} saw it on the network", now)
            reply.mention.status, reply.mention.changed_at = MentionStatus.ANSWERED, now
        else:
            give_back(reply, f"{by} did not find it on the network", now)
        note(session, who=by, action="settle", subject=reply.id, detail=str(stands), now=now)


def after_error(bot: Bot, reply_id: str, error: ChannelError) -> None:
    """What becomes of a reply whose sending failed."""
    now = bot.clock()
    with bot.database.write() as session:
        reply = session.get_one(Reply, reply_id)
        if isinstance(error, Unknown):
            settled(reply, ReplyStatus.UNKNOWN, str(error), now)
        elif isinstance(error, Gone):
            _lost_its_mention(reply, now)
        elif isinstance(error, Refused):
            give_back(reply, str(error), now)
            if error.by_hand:
                _only_by_hand(reply)
        else:
            later(reply, error, now)
    log.warning("%s: reply %s: %s", reply.channel, reply_id, error)


def later(reply: Reply, error: ChannelError, now: datetime) -> None:
    """The network surely did not act on it: it may leave later, by itself."""
    reply.attempts += 1
    if reply.attempts >= _ATTEMPTS:
        give_back(reply, f"given up after {reply.attempts} attempts: {error}", now)
        return
    known = isinstance(error, RateLimited | AuthFailed | BudgetSpent | Unavailable)
    wait = wait_after(error, reply.attempts, now) if known else timedelta(minutes=5)
    reply.status, reply.reason = ReplyStatus.QUEUED, str(error)
    reply.not_before, reply.changed_at = now + wait, now


def _only_by_hand(reply: Reply) -> None:
    """The network told us what it did not say when we heard the mention."""
    reply.mention.answerable = Answerable.BY_HAND
    if reply.mention.status is MentionStatus.DRAFTED:
        reply.mention.status, reply.mention.status_reason = MentionStatus.BY_HAND, reply.reason


def give_back(reply: Reply, reason: str, now: datetime) -> None:
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
    give_back(reply, "the customer deleted the text", now)


def settled(reply: Reply, status: ReplyStatus, reason: str, now: datetime) -> None:
    reply.status, reply.reason, reply.changed_at = status, reason, now
