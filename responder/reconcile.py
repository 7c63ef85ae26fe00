"""Read back: what of ours stands under a mention, before a send and after a doubtful one.

"It is not there" is believed only when nothing of ours can be on its way any more and the network
has had time to show it: `Reply.read_back_at` is the stamp of the last attempt plus the longest a
call may take plus the channel's read lag. Only then may it be sent again, with a new stamp. Reusing
the old one, or not waiting, sent 3 and 21 of 91 replies twice in the trials this rule comes from
(docs/reliability.md).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from listener.channels.base import OWN_STREAM, Channel, Outgoing, Posted, Written
from listener.channels.errors import ChannelError, Gone, Unavailable
from listener.models import Cursor, OwnPost
from listener.poll import wait_after
from responder.bot import Bot
from responder.models import Reply, ReplyStatus
from responder.recognise import Recognised, Sought, Whose, recognise
from responder.settle import (
    SENDS_AT_MOST,
    answered_by_colleague,
    confirm,
    give_back,
    lost_its_mention,
    may_leave_again,
    withdrawn_for_doubt,
)

log = logging.getLogger(__name__)

_OVERLAP: Final = timedelta(minutes=15)  # the stream of our own posts may lag behind so much


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where to look for a reply, and what for."""

    channel: str
    outgoing: Outgoing
    since: datetime
    sought: Sought
    heard: tuple[Written, ...]  # posts of ours there that a stream has shown already


def outgoing(reply: Reply) -> Outgoing:
    """The reply as its channel takes it."""
    return Outgoing(
        mention_id=reply.mention.external_id,
        answer_under=reply.in_reply_to,
        conversation=reply.mention.conversation.external_id,
        text=reply.text,
        key=reply.id,
        made_at=reply.queued_at,
    )


def look(bot: Bot, reply_id: str) -> Recognised:
    """What of ours stands where the reply stands or is to stand. Raises ChannelError, LookupError.

    Changes nothing: `settle_found` draws the consequence.
    """
    with bot.database.read() as session:
        reply = session.get(Reply, reply_id)
        if reply is None or reply.channel not in bot.channels:
            raise LookupError("There is no such reply, or its channel is gone")
        place = _place(session, reply, bot.channels[reply.channel])
        if not place.sought.exact and _others_in_doubt(session, reply):
            raise Unavailable("another reply of ours in that very place is in doubt")
    shown = bot.channels[place.channel].own_replies(place.outgoing, place.since)
    return recognise([*shown, *place.heard], place.sought)


def settle_found(bot: Bot, reply_id: str, found: Recognised) -> None:
    """Something of ours stands there: the reply itself, or a colleague's word."""
    post = found.post
    if post is None:
        return
    if found.whose is Whose.OURS:
        posted = Posted(
            external_id=post.external_id,
            url=post.url,
            posted_at=post.posted_at,
            in_reply_to=post.in_reply_to,
        )
        confirm(bot, reply_id, posted, reason="found on the network")
    elif found.whose is Whose.COLLEAGUES:
        answered_by_colleague(bot, reply_id, post)
    else:
        withdrawn_for_doubt(bot, reply_id)
    log.info("reply %s: %s", reply_id, found.whose.value)


def reconcile_round(bot: Bot, channel: str) -> int:
    """Read back every unknown reply of a channel that is due. Returns how many were settled."""
    with bot.database.read() as session:
        due = session.scalars(
            select(Reply.id)
            .where(
                Reply.channel == channel,
                Reply.status == ReplyStatus.UNKNOWN,
                Reply.read_back_at <= bot.clock(),
            )
            .order_by(Reply.read_back_at)
        ).all()
    settled = 0
    for reply_id in due:
        try:
            found = look(bot, reply_id)
        except Gone:
            lost_its_mention(bot, reply_id)
            continue
        except ChannelError as error:
            _look_again_later(bot, reply_id, error)
            continue
        except Exception as error:
            # One reply that trips us must not keep the others in doubt.
            log.exception("reading reply %s back", reply_id)
            trouble = Unavailable(f"a fault of ours: {type(error).__name__}")
            _look_again_later(bot, reply_id, trouble)
            continue
        if found.whose is Whose.NOBODYS:
            _is_not_there(bot, reply_id)
        else:
            settle_found(bot, reply_id, found)
        settled += 1
    return settled


def _is_not_there(bot: Bot, reply_id: str) -> None:
    """It surely did not land: once more with a new stamp, but not for ever."""
    now = bot.clock()
    with bot.database.write() as session:
        reply = session.get(Reply, reply_id, with_for_update=True)
        if reply is None or reply.status is not ReplyStatus.UNKNOWN:
            return  # a human settled it meanwhile
        if reply.repetition or reply.sends >= SENDS_AT_MOST:
            give_back(bot, reply, f"sent in vain, look at the thread: {reply.reason}", now)
        else:
            may_leave_again(reply, now)


def _look_again_later(bot: Bot, reply_id: str, error: ChannelError) -> None:
    now = bot.clock()
    with bot.database.write() as session:
        reply = session.get(Reply, reply_id, with_for_update=True)
        if reply is not None and reply.status is ReplyStatus.UNKNOWN:
            doubted = reply.doubted_at or now
            # 2 s doubling to 5 minutes, by the age of the doubt: no counter is needed for that.
            failures = max(1, int((now - doubted).total_seconds()).bit_length())
            reply.read_back_at = now + wait_after(error, failures, now)
    log.warning("reply %s cannot be read back: %s", reply_id, error)


def _place(session: Session, reply: Reply, channel: Channel) -> Place:
    mention = reply.mention
    heard = session.scalars(
        select(OwnPost).where(
            OwnPost.channel == reply.channel,
            OwnPost.in_reply_to == reply.in_reply_to,
            OwnPost.posted_at >= mention.created_at,
        )
    )
    accounted = session.scalars(
        select(Reply.external_id).where(
            Reply.channel == reply.channel,
            Reply.in_reply_to == reply.in_reply_to,
            Reply.external_id.is_not(None),
            Reply.id != reply.id,
        )
    )
    return Place(
        channel=reply.channel,
        outgoing=outgoing(reply),
        since=_since(session, reply, channel),
        sought=Sought(
            text=reply.text,
            accounted=frozenset(filter(None, accounted)),
            exact=reply.in_reply_to in (mention.external_id, mention.revision_id),
        ),
        heard=tuple(
            Written(
                external_id=post.external_id,
                text=post.text,
                posted_at=post.posted_at,
                in_reply_to=post.in_reply_to,
                url=post.url,
            )
            for post in heard
        ),
    )


def _others_in_doubt(session: Session, reply: Reply) -> bool:
    """Their words may be the same, and their ids are not known yet: a post found there could be
    theirs."""
    found = select(Reply.id).where(
        Reply.channel == reply.channel,
        Reply.in_reply_to == reply.in_reply_to,
        Reply.status.in_((ReplyStatus.SENDING, ReplyStatus.UNKNOWN)),
        Reply.id != reply.id,
    )
    return session.scalar(found.limit(1)) is not None


def _since(session: Session, reply: Reply, channel: Channel) -> datetime:
    """From when on the network must be asked: nothing of ours answers a text before it was written,
    and what is older than the last whole reading of our own posts is among those it showed."""
    since = reply.mention.created_at
    if OWN_STREAM in channel.declaration.streams:
        cursor = session.get(Cursor, (channel.name, OWN_STREAM))
        if cursor is not None and cursor.finished_at is not None:
            since = max(since, cursor.finished_at - _OVERLAP)
    return min(since, reply.stamped_at) if reply.stamped_at else since
