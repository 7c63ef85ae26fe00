"""Words that need not be kept any more are erased; that they were said, and how they felt, is not.

X wants what is deleted there erased within 24 hours, and nothing kept for longer than it is needed:
https://docs.x.com/developer-terms/policy (2026-08).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from config.database import Database
from listener.models import OPEN, Conversation, DeadLetter, Mention, MentionStatus, OwnPost

AT_ONCE: Final = 500  # rows a transaction, so that nobody waits for a long one
GONE_KEPT: Final = timedelta(hours=23)
"""A text gone by mistake (an account protected for a moment) may come back for so long."""


def purge_closed(database: Database, channel: str, days: int | None, now: datetime) -> int:
    """Erase text, media and context of what has been closed for more than `days` (those gone from
    the network: for 23 hours), with our own posts and closed dead letters of that age. Returns how
    many mentions lost their words. `days` is `Declaration.keeps_text_days`; None: nothing is.
    """
    if days is None:
        return 0
    limit = now - timedelta(days=days)
    erased = 0
    while count := _some_mentions(database, channel, limit, now):
        erased += count
    with database.write() as session:
        _contexts(session, channel)
        session.execute(
            update(OwnPost)
            .where(OwnPost.channel == channel, OwnPost.posted_at < limit, OwnPost.text != "")
            .values(text="")
        )
        session.execute(
            update(DeadLetter)
            .where(
                DeadLetter.channel == channel,
                DeadLetter.closed_at < limit,
                DeadLetter.payload != "",
            )
            .values(payload="")
        )
    return erased


def _some_mentions(database: Database, channel: str, limit: datetime, now: datetime) -> int:
    due = (
        select(Mention.id)
        .where(
            Mention.channel == channel,
            Mention.purged_at.is_(None),
            Mention.status.not_in(OPEN),
            or_(
                Mention.changed_at < limit,
                and_(
                    Mention.status == MentionStatus.GONE,
                    Mention.changed_at < now - GONE_KEPT,
                ),
            ),
        )
        .limit(AT_ONCE)
    )
    with database.write() as session:
        ids = session.scalars(due).all()
        session.execute(
            update(Mention).where(Mention.id.in_(ids)).values(text="", media=[], purged_at=now)
        )
        return len(ids)


def _contexts(session: Session, channel: str) -> None:
    """What stands above a conversation, once nothing in it has words any more."""
    worded = select(Mention.id).where(
        Mention.conversation_id == Conversation.id, Mention.purged_at.is_(None)
    )
    session.execute(
        update(Conversation)
        .where(Conversation.channel == channel, Conversation.context != "", ~worded.exists())
        .values(context="")
    )
