"""What stands against sending a reply, read inside the very transaction that would reserve it.

Whatever was true when a human approved may have changed since: a pause, the customer's words, the
policy, the hour; also because the machine slept or the process was frozen in between.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.hours import Hours
from listener.budget import ASK_AGAIN
from listener.channels.base import Answerable, Channel
from listener.channels.errors import BudgetSpent
from listener.channels.metering import Use
from listener.models import Breaker, MentionStatus, Operation
from listener.pots import is_kept_for_urgent
from listener.spending import spending
from responder.automatic.answers import must_wait, still_against
from responder.bot import Bot
from responder.limits import Wait, sent_lately
from responder.models import (
    Approval,
    AuthorKind,
    DraftStatus,
    PauseLevel,
    Reply,
    ReplyStatus,
)
from responder.outbox import text_hash
from responder.pause import level_for, stops_sending

_MANY: Final = 20  # due at once, as at the end of a pause: from here on they leave at a steady pace
_QUARTER: Final = timedelta(minutes=15)


def paused(session: Session, bot: Bot, reply: Reply) -> bool:
    level = level_for(session, reply.channel, bot.pause_file)
    if level is PauseLevel.AUTO:
        return reply.author_kind is AuthorKind.AUTO
    return stops_sending(level)


def wait_for(session: Session, bot: Bot, channel: str, now: datetime) -> Wait | None:
    """Why nothing may leave on a channel just now: quiet hours, the network wants to be left alone,
    or enough has left lately."""
    hours = Hours.read(bot.settings.responder.quiet_hours)
    if hours is not None and hours.hold(now, bot.zone):
        return Wait(until=hours.over(now, bot.zone), reason="quiet hours")
    writing = session.get(Breaker, (channel, Operation.WRITE))
    if writing is not None and writing.blocked_until is not None and now < writing.blocked_until:
        return Wait(until=writing.blocked_until, reason=writing.reason)
    most = bot.channels[channel].options.sends_per_15_minutes
    stamps = sent_lately(session, channel, now)
    if len(stamps) >= most:
        reason = f"{most} replies in 15 minutes are the most this channel sends"
        return Wait(until=stamps[most - 1] + _QUARTER, reason=reason)
    pace = _QUARTER / most
    if stamps and stamps[0] + pace > now and _many_wait(session, channel, now):
        return Wait(until=stamps[0] + pace, reason="many replies wait: one after the other")
    return None


def kept_from_others(bot: Bot, channel: Channel) -> BudgetSpent | None:
    """What to tell a reply that is not of the highest priority, once little money is left for
    replies: the rest is for those that are."""
    if channel.declaration.prices_checked is None:
        return None
    now = bot.clock()
    state = spending(bot.database, channel.name, now, channel.options)
    left, fees = state.rooms[Use.REPLY], channel.declaration.fees
    if not is_kept_for_urgent(left, state.budget, max((fee.micros for fee in fees), default=0)):
        return None
    detail = f"what is left of the {left.period}'s money for replies is kept for P1"
    return BudgetSpent(until=min(left.until, now + ASK_AGAIN), detail=detail)


def obstacle(session: Session, bot: Bot, reply: Reply, now: datetime) -> str:
    """Why the reply may not leave at all, as a sentence for the desk; "" for nothing."""
    draft, mention = reply.draft, reply.mention
    if mention.status is MentionStatus.GONE:
        return "the customer deleted the text"
    if mention.version != draft.mention_version:
        return "the customer changed the text after the approval"
    if mention.status is not MentionStatus.DRAFTED:
        return f"somebody settled the mention meanwhile: it is {mention.status.value}"
    if mention.answerable is not Answerable.YES:
        return "the network does not let us answer it any more"
    if not _is_what_was_approved(session, reply):
        return "the words are not the ones that were approved"
    if reply.author_kind is AuthorKind.AUTO:
        return _obstacle_to_automatic(session, bot, reply, now)
    return ""


def too_early(bot: Bot, reply_id: str) -> bool:
    """Have a reply wait, before the network is asked anything, if enough left by itself by now.
    Whether it waits."""
    now = bot.clock()
    with bot.database.read() as session:
        reply = session.get(Reply, reply_id)
        if reply is None or must_wait(session, reply, now) is None:
            return False
    with bot.database.write() as session:
        reply = session.get(Reply, reply_id, with_for_update=True)
        return reply is not None and put_off(session, reply, now)


def put_off(session: Session, reply: Reply, now: datetime) -> bool:
    """The same, inside a transaction that holds the reply."""
    wait = must_wait(session, reply, now) if reply.status is ReplyStatus.QUEUED else None
    if wait is not None:
        reply.not_before, reply.reason, reply.changed_at = wait.until, wait.reason, now
    return wait is not None


def _many_wait(session: Session, channel: str, now: datetime) -> bool:
    waiting = session.scalar(
        select(func.count()).where(
            Reply.channel == channel,
            Reply.status == ReplyStatus.QUEUED,
            Reply.not_before <= now,
        )
    )
    return (waiting or 0) > _MANY


def _is_what_was_approved(session: Session, reply: Reply) -> bool:
    approved = session.scalar(
        select(Approval.text_hash)
        .where(Approval.draft_id == reply.draft_id, Approval.version == reply.draft.version)
        .order_by(Approval.approved_at.desc())
        .limit(1)
    )
    return reply.draft.status is DraftStatus.APPROVED and approved == text_hash(reply.text)


def _obstacle_to_automatic(session: Session, bot: Bot, reply: Reply, now: datetime) -> str:
    """The policy may have changed since it was queued, and so may the customer's mind."""
    if reply.mention.author is not None and reply.mention.author.opted_out_at is not None:
        return "the author asked us not to write"
    return still_against(session, bot, reply, now)
