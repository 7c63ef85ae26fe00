"""The outbox: look once more, reserve, post, confirm.

The row says `sending`, committed to disk, before the call is made. Whatever dies after that leaves
a row that says "this may stand on the network", and such a row is read back before anything else
happens to it (responder/reconcile.py).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from listener.channels.base import Channel, Outgoing
from listener.channels.errors import (
    AuthFailed,
    BudgetSpent,
    ChannelError,
    Gone,
    RateLimited,
    Unavailable,
    Unknown,
)
from listener.channels.metering import Use
from listener.models import Mention
from responder.bot import Bot
from responder.lapse import lapse, lapsed
from responder.limits import Wait
from responder.models import Reply, ReplyStatus
from responder.obstacles import kept_from_others, obstacle, paused, put_off, too_early, wait_for
from responder.pause import level_for, stops_polling
from responder.recognise import Whose
from responder.reconcile import look, outgoing, reconcile_round, settle_found
from responder.settle import (
    after_error,
    confirm,
    give_back,
    is_under_way,
    later,
    lost_its_mention,
    recover,
    take_stamp_back,
)
from sentiment.prioritize import Level

log = logging.getLogger(__name__)

_TRIES_TO_WRITE_DOWN: Final = 5
_STALE: Final = timedelta(seconds=2)
"""A reservation older than this was made before the machine slept or the process was frozen."""


@dataclass(frozen=True, kw_only=True)
class Reserved:
    """A reply that is ours to post now: its row says `sending`, on disk, since `stamped_at`."""

    reply_id: str
    channel: str
    stamped_at: datetime
    outgoing: Outgoing


def post_round(bot: Bot, channel: str) -> int:
    """Settle what is in doubt on one channel, then post what may leave now, one after the other.
    Returns how many were posted.

    Only the holder of the instance lock may call this, and one round of a channel at a time: it
    takes for granted that nobody else in this installation is in the middle of a send there.
    """
    if not bot.sender.take(bot.database, channel, bot.clock()):
        log.warning("%s: another process holds the right to send", channel)
        return 0
    turn = bot.sender.next_turn(channel)
    recover(bot, channel, "we lost track of it: the database did not take the outcome")
    if not asleep(bot, channel):
        reconcile_round(bot, channel)
    lapse(bot, channel)
    posted = 0
    for reply_id in due(bot, channel):
        if must_wait(bot, channel) or not bot.sender.is_turn(channel, turn):
            break
        posted += _post_safely(bot, reply_id, turn)
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


def asleep(bot: Bot, channel: str) -> bool:
    """Whether a pause forbids to ask the network anything."""
    with bot.database.read() as session:
        return stops_polling(level_for(session, channel, bot.pause_file))


def must_wait(bot: Bot, channel: str) -> Wait | None:
    """Why nothing may leave on the channel just now, although its time has come."""
    with bot.database.read() as session:
        return wait_for(session, bot, channel, bot.clock())


def _post_safely(bot: Bot, reply_id: str, turn: int) -> bool:
    """One reply that trips us must not keep the others from leaving."""
    try:
        return post_one(bot, reply_id, turn)
    except OperationalError:
        raise
    except Exception as error:
        log.exception("reply %s", reply_id)
        _try_later(bot, reply_id, Unavailable(f"a fault of ours: {type(error).__name__}"))
        return False


def post_one(bot: Bot, reply_id: str, turn: int) -> bool:
    """Send one reply, unless something stands against it. True if it now stands on the network."""
    if too_early(bot, reply_id) or not look_once_more(bot, reply_id):
        return False
    reserved = reserve(bot, reply_id, turn)
    if reserved is None:
        return False
    stamp = reserved.stamped_at
    if bot.clock() - stamp > _STALE:
        release(bot, reply_id, stamp)
        return False
    channel = bot.channels[reserved.channel]
    try:
        posted = channel.post(reserved.outgoing)
    except ChannelError as error:
        trouble = error
        insist(lambda: after_error(bot, reply_id, trouble, stamp=stamp))
        return False
    except Exception as error:
        # Whatever it was, it came after `sending`: the reply may stand on the network.
        log.exception("%s: reply %s", reserved.channel, reply_id)
        doubt = Unknown(f"unexpected {type(error).__name__}")
        insist(lambda: after_error(bot, reply_id, doubt, stamp=stamp))
        return False
    insist(lambda: confirm(bot, reply_id, posted))
    log.info("%s: replied to %s", reserved.channel, reserved.outgoing.mention_id)
    return True


def reserve(bot: Bot, reply_id: str, turn: int) -> Reserved | None:
    """Commit `sending`, with a fresh stamp, if every condition holds in that very transaction: the
    lease is ours, nothing is paused, the hour is right, it was not taken back, the words are the
    approved ones, the customer's text is unchanged. None if the reply stays where it is.

    `turn` is the round's: one that hung, and was replaced meanwhile, reserves nothing any more.
    """
    now = bot.clock()
    with bot.database.write() as session:
        reply = session.get(Reply, reply_id, with_for_update=True)
        if reply is None or reply.channel not in bot.channels:
            return None
        if not _may_leave(session, bot, reply, turn, now):
            return None
        reason = lapsed(session, reply, now) or obstacle(session, bot, reply, now)
        if reason:
            give_back(bot, reply, reason, now)
            return None
        if put_off(session, reply, now):
            return None
        reply.status, reply.stamped_at, reply.changed_at = ReplyStatus.SENDING, now, now
        reply.sends += 1
        return Reserved(
            reply_id=reply.id, channel=reply.channel, stamped_at=now, outgoing=outgoing(reply)
        )


def release(bot: Bot, reply_id: str, stamp: datetime) -> None:
    """Give a reservation up before its call was made: nothing of it is on the wire."""
    now = bot.clock()
    with bot.database.write() as session:
        reply = session.get_one(Reply, reply_id, with_for_update=True)
        if is_under_way(reply, stamp):
            take_stamp_back(reply)
            reply.status, reply.changed_at = ReplyStatus.QUEUED, now


def look_once_more(bot: Bot, reply_id: str) -> bool:
    """Ask the network for the mention as it stands now, and for what of ours stands under it. Only
    clear answers let us go on."""
    asked = _whom_to_ask(bot, reply_id)
    if asked is None:
        return False
    channel, mention_id = asked
    try:
        refreshed = bot.poller.refresh_these(channel, [mention_id], use=Use.REPLY)
        if mention_id not in refreshed.answered:
            raise Unavailable("the network says nothing clear about the mention")
        if mention_id in refreshed.gone:
            lost_its_mention(bot, reply_id)
            return False
        found = look(bot, reply_id)
    except Gone:
        lost_its_mention(bot, reply_id)
        return False
    except LookupError:
        return False  # taken back meanwhile
    except ChannelError as error:
        _try_later(bot, reply_id, error)
        log.warning("%s: cannot look at %s: %s", channel.name, mention_id, error)
        return False
    if found.whose is not Whose.NOBODYS:
        settle_found(bot, reply_id, found)
        return False
    # All this may have taken longer than the lease lasts.
    return bot.sender.take(bot.database, channel.name, bot.clock())


def _whom_to_ask(bot: Bot, reply_id: str) -> tuple[Channel, str] | None:
    """The channel to look at before a send, and the mention there; None if not even that much may
    be asked just now."""
    with bot.database.read() as session:
        reply = session.get(Reply, reply_id)
        if reply is None or reply.channel not in bot.channels or paused(session, bot, reply):
            return None
        if reply.not_before > bot.clock():  # put off together with another one of this round
            return None
        channel, mention = bot.channels[reply.channel], reply.mention
        mention_id, urgent = mention.external_id, mention.priority is Level.P1
    if not urgent and (spent := kept_from_others(bot, channel)):
        _try_later(bot, reply_id, spent)
        return None
    return channel, mention_id


def insist(work: Callable[[], None]) -> None:
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


def _may_leave(session: Session, bot: Bot, reply: Reply, turn: int, now: datetime) -> bool:
    return (
        bot.sender.is_turn(reply.channel, turn)
        and reply.status is ReplyStatus.QUEUED
        and reply.not_before <= now
        and bot.sender.holds(session, reply.channel, now)
        and not paused(session, bot, reply)
        and wait_for(session, bot, reply.channel, now) is None
    )


def _try_later(bot: Bot, reply_id: str, error: ChannelError) -> None:
    """Put the reply off; and all others that are due there, if the network wants to be left alone:
    asking it once for each of a hundred replies would be a hundred calls too many."""
    now = bot.clock()
    with bot.database.write() as session:
        reply = session.get(Reply, reply_id, with_for_update=True)
        if reply is None or reply.status is not ReplyStatus.QUEUED:
            return
        later(bot, reply, error, now)
        if isinstance(error, AuthFailed | BudgetSpent | RateLimited):
            waiting = [
                Reply.channel == reply.channel,
                Reply.status == ReplyStatus.QUEUED,
                Reply.not_before < reply.not_before,
            ]
            if isinstance(error, BudgetSpent):  # some money is left for what is most urgent
                waiting.append(Reply.mention.has(Mention.priority != Level.P1))
            put_off = {"not_before": reply.not_before, "reason": reply.reason}
            session.execute(
                update(Reply)
                .where(*waiting)
                .values(put_off)
                .execution_options(synchronize_session=False)
            )
