"""What colleagues answered in the network's own app: found among our own posts, and taken for the
answer it is, so that nobody hears twice from us."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from listener.models import OPEN, Mention, MentionStatus, OwnPost
from responder.audit import note
from responder.bot import Bot
from responder.models import Reply, ReplyStatus
from responder.outbox import call_back
from responder.settle import BOT

log = logging.getLogger(__name__)

OUTSIDE: Final = "a colleague answered in the network's own app"
_STREAMS_APART: Final = timedelta(hours=24)
"""Our answer may show up before the mention it answers: so long we wait for that one."""


def outside_round(bot: Bot, channel: str) -> int:
    """Compare the posts of ours that streams showed with the outbox. Returns how many mentions
    turned out to be answered."""
    now = bot.clock()
    with bot.database.read() as session:
        strange = session.scalars(
            select(OwnPost.id).where(OwnPost.channel == channel, OwnPost.settled_at.is_(None))
        ).all()
    answered = 0
    for post_id in strange:
        with bot.database.write() as session:
            answered += _settle(session, session.get_one(OwnPost, post_id), now)
    if answered:
        log.info("%s: colleagues answered %d mentions in the network's own app", channel, answered)
    return answered


def _settle(session: Session, post: OwnPost, now: datetime) -> bool:
    if _is_known(session, post):
        post.settled_at = now
        return False
    mention = _answered_by(session, post)
    if mention is None:
        if now - post.heard_at > _STREAMS_APART:
            post.settled_at = now
        return False
    if mention.status not in OPEN:
        post.settled_at = now
        return False
    if _in_doubt(session, mention) or not call_back(session, mention, OUTSIDE, now):
        return False  # it may be that very reply: reading back will tell
    mention.status, mention.status_reason = MentionStatus.ANSWERED_OUTSIDE, OUTSIDE
    mention.changed_at = post.settled_at = now
    note(
        session,
        who=BOT,
        action="answered outside",
        subject=mention.id,
        detail=post.external_id,
        now=now,
    )
    return True


def _is_known(session: Session, post: OwnPost) -> bool:
    """Did the bot itself post it?"""
    found = select(Reply.id).where(
        Reply.channel == post.channel, Reply.external_id == post.external_id
    )
    return session.scalar(found) is not None


def _answered_by(session: Session, post: OwnPost) -> Mention | None:
    """The mention the post hangs under. One that merely shares its thread is not answered by it:
    a human, or the look before the send, decides about that one."""
    return session.scalar(
        select(Mention).where(
            Mention.channel == post.channel,
            or_(
                Mention.external_id == post.in_reply_to,
                Mention.revision_id == post.in_reply_to,
            ),
        )
    )


def _in_doubt(session: Session, mention: Mention) -> bool:
    found = select(Reply.id).where(
        Reply.mention_id == mention.id,
        Reply.status.in_((ReplyStatus.SENDING, ReplyStatus.UNKNOWN)),
    )
    return session.scalar(found.limit(1)) is not None
