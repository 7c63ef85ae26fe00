"""Answers of our own that a stream showed. Which of them the bot itself has sent, the responder
finds out; the others were typed by a colleague in the network's own app."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from listener.channels.base import Incoming
from listener.models import OwnPost
from listener.store import Kept, Reading


def keep_own(session: Session, item: Incoming, reading: Reading, now: datetime) -> Kept:
    """Store an answer of our own, once, however often and in however many streams it is seen."""
    known = session.scalar(
        select(OwnPost.id).where(
            OwnPost.channel == reading.channel, OwnPost.external_id == item.external_id
        )
    )
    if known is not None:
        return Kept.KNOWN
    session.add(
        OwnPost(
            channel=reading.channel,
            external_id=item.external_id,
            in_reply_to=item.in_reply_to,
            text=item.text,
            url=item.url,
            posted_at=item.created_at,
            heard_at=now,
        )
    )
    session.flush()
    return Kept.NEW
