"""What becomes of a reply once its sending has ended, or broken off: sent, later, back, unknown."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from listener.channels.base import Answerable, Channel, Posted, Written
from listener.channels.errors import (
    AuthFailed,
    BudgetSpent,
    ChannelError,
    Gone,
    PolicyBlock,
    RateLimited,
    Refused,
    Unavailable,
    Unknown,
)
from listener.models import MentionStatus, OwnPost
from listener.poll import wait_after
from responder.audit import note
from responder.bot import Bot
from responder.checking import check_reply
from responder.models import AuthorKind, Draft, DraftStatus, Reply, ReplyStatus

log = logging.getLogger(__name__)

BOT: Final = "bot"
_ATTEMPTS: Final = 20  # of calls the network surely did not act on, before a human is asked
SENDS_AT_MOST: Final = 3
"""A reply that was sent so often and never found is a human's: something is wrong there."""

FIRST_VERIFIED: Final = timedelta(minutes=10)
"""So long after it was posted a reply is looked at again: networks hide some, without a word."""

_REPETITION: Final = "the network takes it for a repetition: change the words"


def recover(
    bot: Bot,
    channel: str | None = None,
    reason: str = "the program stopped while it was being sent",
) -> int:
    """Whatever is `sending` while nobody sends (at a start; on one channel, before its round) may
    stand on the network, or not: it will be read back. Returns how many such replies there are."""
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
            _doubt(bot, reply, reason, now)
    return len(replies)


def confirm(bot: Bot, reply_id: str, posted: Posted, *, reason: str = "") -> None:
    """The reply stands on the network under this id."""
    now = bot.clock()
    with bot.database.write() as session:
        reply = session.get_one(Reply, reply_id, with_for_update=True)
        if reply.status is ReplyStatus.SENT:
            return
        reply.external_id, reply.url, reply.posted_at = (
            posted.external_id,
            posted.url,
            posted.posted_at,
        )
        reply.verify_at = posted.posted_at + FIRST_VERIFIED
        settled(reply, ReplyStatus.SENT, reason, now)
        reply.mention.status, reply.mention.status_reason = MentionStatus.ANSWERED, ""
        reply.mention.changed_at = now
        _remember_as_ours(session, reply, posted, now)
        note(session, who=BOT, action="sent", subject=reply.id, detail=reply.text_hash, now=now)


def _remember_as_ours(session: Session, reply: Reply, posted: Posted, now: datetime) -> None:
    """So that listening knows it, even from a network that does not say who wrote it."""
    known = select(OwnPost.id).where(
        OwnPost.channel == reply.channel, OwnPost.external_id == posted.external_id
    )
    if session.scalar(known) is None:
        session.add(
            OwnPost(
                channel=reply.channel,
                external_id=posted.external_id,
                in_reply_to=posted.in_reply_to,
                text=reply.text,
                url=posted.url,
                posted_at=posted.posted_at,
                heard_at=now,
                settled_at=now,
            )
        )


def answered_by_colleague(bot: Bot, reply_id: str, post: Written) -> None:
    """Somebody of us answered the mention in the network's own app: ours stays at home."""
    now = bot.clock()
    with bot.database.write() as session:
        reply = session.get_one(Reply, reply_id, with_for_update=True)
        if reply.status in (ReplyStatus.SENT, ReplyStatus.FAILED):
            return
        reason = "a colleague answered in the network's own app"
        settled(reply, ReplyStatus.FAILED, reason, now)
        reply.draft.status, reply.draft.reason = DraftStatus.WITHDRAWN, reason
        reply.draft.changed_at, reply.draft.version = now, reply.draft.version + 1
        mention = reply.mention
        mention.status, mention.status_reason = MentionStatus.ANSWERED_OUTSIDE, reason
        mention.changed_at = now
        note(
            session,
            who=BOT,
            action="answered outside",
            subject=mention.id,
            detail=post.external_id,
            now=now,
        )


def withdrawn_for_doubt(bot: Bot, reply_id: str) -> None:
    """Somebody of us wrote in the very thread, perhaps about something else: a human looks."""
    now = bot.clock()
    with bot.database.write() as session:
        reply = session.get_one(Reply, reply_id, with_for_update=True)
        if reply.status in (ReplyStatus.QUEUED, ReplyStatus.UNKNOWN):
            reason = "a colleague wrote in this thread meanwhile: look at it first"
            give_back(bot, reply, reason, now)


def may_leave_again(reply: Reply, now: datetime) -> None:
    """It was looked for, long enough after its stamp, and is not there."""
    reply.doubted_at = reply.read_back_at = None
    reply.not_before = now
    settled(reply, ReplyStatus.QUEUED, f"it did not arrive: {reply.reason}", now)


def settle_by_human(bot: Bot, reply_id: str, *, stands: bool, by: str) -> None:
    """A human looked at the thread and says whether an unknown reply stands there.

    If it does not, its draft is open again. Raises LookupError if the reply is not unknown, or if
    it may still show up on the network.
    """
    now = bot.clock()
    with bot.database.write() as session:
        reply = session.get(Reply, reply_id, with_for_update=True)
        if reply is None or reply.status is not ReplyStatus.UNKNOWN:
            raise LookupError("This reply is not in doubt")
        if not stands and reply.stamped_at and reply.channel in bot.channels:
            shown = reply.stamped_at + bot.channels[reply.channel].options.doubt
            if now < shown:
                seconds = round((shown - now).total_seconds()) + 1
                raise LookupError(f"It may still show up: look again in {seconds} s")
        if stands:
            reply.posted_at = reply.stamped_at
            settled(reply, ReplyStatus.SENT, f"{by} saw it on the network", now)
            reply.mention.status, reply.mention.changed_at = MentionStatus.ANSWERED, now
        else:
            give_back(bot, reply, f"{by} did not find it on the network", now)
        note(session, who=by, action="settle", subject=reply.id, detail=str(stands), now=now)


def after_error(bot: Bot, reply_id: str, error: ChannelError, *, stamp: datetime) -> None:
    """What becomes of a reply whose sending, stamped then, failed. Nothing, if that sending was
    given up for lost meanwhile (the process was frozen) and the reply is in other hands."""
    now = bot.clock()
    with bot.database.write() as session:
        reply = session.get_one(Reply, reply_id, with_for_update=True)
        if not is_under_way(reply, stamp):
            return
        if isinstance(error, Unknown):
            _doubt(bot, reply, str(error), now, repetition=error.repetition)
        elif isinstance(error, Gone):
            _lost_its_mention(bot, reply, now)
        elif isinstance(error, Refused):
            give_back(bot, reply, str(error), now)
            if error.by_hand:
                _only_by_hand(reply)
        else:
            later(bot, reply, error, now)
    log.warning("%s: reply %s: %s", reply.channel, reply_id, error)


def is_under_way(reply: Reply, stamp: datetime) -> bool:
    """Whether the row still is in that very sending."""
    return reply.status is ReplyStatus.SENDING and reply.stamped_at == stamp


def take_stamp_back(reply: Reply) -> None:
    """Nothing of it went out: this was no send."""
    if reply.status is ReplyStatus.SENDING:
        reply.sends -= 1
        reply.stamped_at = None


def later(bot: Bot, reply: Reply, error: ChannelError, now: datetime) -> None:
    """The network surely did not act on it: it may leave later, by itself.

    Where the network was not even asked (`held_until`) it was no attempt, and says nothing.
    """
    take_stamp_back(reply)
    asked = error.held_until is None
    reply.attempts += asked
    if asked and reply.attempts >= _ATTEMPTS and not isinstance(error, PolicyBlock | RateLimited):
        give_back(bot, reply, f"given up after {reply.attempts} attempts: {error}", now)
        return
    known = isinstance(error, RateLimited | AuthFailed | BudgetSpent | PolicyBlock | Unavailable)
    wait = wait_after(error, max(reply.attempts, 1), now) if known else timedelta(minutes=5)
    reply.status, reply.reason = ReplyStatus.QUEUED, str(error)
    reply.not_before, reply.changed_at = now + wait, now


def give_back(bot: Bot, reply: Reply, reason: str, now: datetime) -> None:
    """It did not leave, and a human must act: the draft is open again, with the reason on it."""
    reply.status, reply.reason, reply.changed_at = ReplyStatus.FAILED, reason, now
    reply.doubted_at = reply.read_back_at = None
    draft, mention = reply.draft, reply.mention
    draft.status = DraftStatus.PENDING
    if mention.status is MentionStatus.GONE:
        draft.status = DraftStatus.WITHDRAWN
    elif mention.version != draft.mention_version:
        # It answers words that are no longer there: the next round of drafting begins anew.
        draft.status, mention.status = DraftStatus.WITHDRAWN, MentionStatus.NEW
    if reply.author_kind is AuthorKind.AUTO:
        hand_over(bot, draft)
    draft.reason, draft.changed_at = reason, now
    draft.version += 1


def hand_over(bot: Bot, draft: Draft) -> None:
    """Give a draft that was to leave by itself the words without the disclosure, and what is to be
    said of these: "no human approved this" is not for a human to approve."""
    if not draft.proposed:
        return
    draft.text, draft.findings = draft.proposed, []
    session = object_session(draft)
    if session is not None and draft.mention.channel in bot.channels:
        findings = check_reply(session, bot, draft.mention, draft.text)
        draft.findings = [finding.as_json() for finding in findings]


def settled(reply: Reply, status: ReplyStatus, reason: str, now: datetime) -> None:
    reply.status, reply.reason, reply.changed_at = status, reason, now
    if status is not ReplyStatus.UNKNOWN:
        reply.doubted_at = reply.read_back_at = None


def _doubt(bot: Bot, reply: Reply, reason: str, now: datetime, *, repetition: bool = False) -> None:
    """Nobody knows whether it stands. It is looked for once nothing of it can be under way any
    more. `repetition`: if it is not there then, the same words would be refused again."""
    channel = bot.channels.get(reply.channel)
    settled(reply, ReplyStatus.UNKNOWN, _REPETITION if repetition else reason, now)
    reply.doubted_at, reply.repetition = now, repetition
    # A channel that is not configured any more cannot be asked: then only a human can settle it.
    reply.read_back_at = _believable_at(reply, channel, now) if channel else None


def _believable_at(reply: Reply, channel: Channel, now: datetime) -> datetime:
    """When a reading back can be believed: nothing of the call is under way any more, and the
    network had the time to show it. Counted from the stamp and, because the process may have slept
    between stamp and call, also from now on, when the call surely has ended."""
    options = channel.options
    lag = timedelta(seconds=options.read_lag_seconds)
    return max((reply.stamped_at or now) + options.doubt, now + lag)


def _only_by_hand(reply: Reply) -> None:
    """The network told us what it did not say when we heard the mention."""
    reply.mention.answerable = Answerable.BY_HAND
    if reply.mention.status is MentionStatus.DRAFTED:
        reply.mention.status, reply.mention.status_reason = MentionStatus.BY_HAND, reply.reason


def lost_its_mention(bot: Bot, reply_id: str) -> None:
    """A reply in doubt whose mention is gone: what hung under it is gone as well."""
    now = bot.clock()
    with bot.database.write() as session:
        reply = session.get(Reply, reply_id, with_for_update=True)
        if reply is not None and reply.status in (ReplyStatus.UNKNOWN, ReplyStatus.QUEUED):
            _lost_its_mention(bot, reply, now)


def _lost_its_mention(bot: Bot, reply: Reply, now: datetime) -> None:
    reply.mention.status = MentionStatus.GONE
    reply.mention.status_reason = "it was gone when we answered"
    reply.mention.changed_at = now
    give_back(bot, reply, "the customer deleted the text", now)
