"""Into the outbox, and out of it again before anything left."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.hours import Hours
from listener.models import Mention
from responder.audit import note
from responder.bot import Bot
from responder.models import Approval, AuthorKind, Draft, DraftStatus, Reply, ReplyStatus


def text_hash(text: str) -> str:
    """SHA-256 of the words, to prove that what was approved is what was sent."""
    return hashlib.sha256(text.encode()).hexdigest()


def leaves_at(bot: Bot, now: datetime) -> datetime:
    """When what is approved now may leave: after the time to take it back, and no quiet hour."""
    moment = now + timedelta(seconds=bot.settings.responder.undo_seconds)
    quiet = Hours.read(bot.settings.responder.quiet_hours)
    return quiet.over(moment, bot.zone) if quiet else moment


def enqueue(
    session: Session,
    *,
    draft: Draft,
    mention: Mention,
    by: str,
    author_kind: AuthorKind,
    now: datetime,
    leaving: datetime,
) -> Reply:
    """Put the words of an approved draft into the outbox, with the approval that allows it."""
    digest = text_hash(draft.text)
    session.add(
        Approval(
            draft_id=draft.id,
            version=draft.version,
            text_hash=digest,
            approved_by=by,
            approved_at=now,
        )
    )
    reply = Reply(
        draft_id=draft.id,
        mention_id=mention.id,
        channel=mention.channel,
        in_reply_to=mention.answer_under,
        text=draft.text,
        text_hash=digest,
        author_kind=author_kind,
        status=ReplyStatus.QUEUED,
        queued_at=now,
        not_before=leaving,
        changed_at=now,
    )
    session.add(reply)
    note(session, who=by, action="approve", subject=draft.id, detail=digest, now=now)
    session.flush()
    return reply


def call_back(session: Session, mention: Mention, reason: str, now: datetime) -> bool:
    """Withdraw what is drafted or queued for a mention. False if a reply may already stand: then
    this mention has had its one answer, whatever its author makes of the text afterwards."""
    live = session.scalar(
        select(Reply)
        .where(Reply.mention_id == mention.id, Reply.status != ReplyStatus.FAILED)
        .with_for_update()
    )
    if live is not None and live.status is not ReplyStatus.QUEUED:
        return False
    if live is not None:
        live.status, live.reason, live.changed_at = ReplyStatus.FAILED, reason, now
    for draft in session.scalars(
        select(Draft).where(
            Draft.mention_id == mention.id,
            Draft.status.in_((DraftStatus.PENDING, DraftStatus.APPROVED)),
        )
    ).all():
        withdraw(draft, reason, now)
    session.flush()
    return True


def withdraw(draft: Draft, reason: str, now: datetime) -> None:
    """Take a draft off the desk: what it answered is not there any more, or answered."""
    draft.status, draft.reason, draft.changed_at = DraftStatus.WITHDRAWN, reason, now
    draft.version += 1
