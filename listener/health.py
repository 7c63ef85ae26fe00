"""How listening goes, channel by channel: what was read when, what is missing, what was unreadable.

Read only. The numbers are of the store, not of the network: `check` asks the network itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from config.database import Database
from listener.cursors import LOOK_BACK
from listener.models import Cursor, DeadLetter, Gap

NEWEST = 50


@dataclass(frozen=True, kw_only=True)
class StreamHealth:
    """`fetched_at` is the last fetch that went well; `error` the trouble since then, if any."""

    name: str
    fetched_at: datetime | None
    failures: int
    error: str
    not_before: datetime | None


@dataclass(frozen=True, kw_only=True)
class ChannelHealth:
    """What is open: `gaps` nobody has filled yet, `letters` nobody has read or dismissed. They are
    the newest 50, the newest first; the counts are of all. The daily look back is no gap."""

    name: str
    streams: tuple[StreamHealth, ...]
    gaps: tuple[Gap, ...]
    gap_count: int
    letters: tuple[DeadLetter, ...]
    letter_count: int


def channel_health(database: Database, name: str) -> ChannelHealth:
    """How listening on one channel goes."""
    with database.read() as session:
        cursors = session.scalars(
            select(Cursor).where(Cursor.channel == name).order_by(Cursor.stream)
        ).all()
        open_gap = and_(Gap.channel == name, Gap.filled_at.is_(None), Gap.stream != LOOK_BACK)
        open_letter = and_(DeadLetter.channel == name, DeadLetter.closed_at.is_(None))
        gaps = session.scalars(
            select(Gap).where(open_gap).order_by(Gap.noticed_at.desc()).limit(NEWEST)
        ).all()
        letters = session.scalars(
            select(DeadLetter).where(open_letter).order_by(DeadLetter.heard_at.desc()).limit(NEWEST)
        ).all()
        return ChannelHealth(
            name=name,
            streams=tuple(_stream(cursor) for cursor in cursors),
            gaps=tuple(gaps),
            gap_count=_count(session, open_gap),
            letters=tuple(letters),
            letter_count=_count(session, open_letter),
        )


def _stream(cursor: Cursor) -> StreamHealth:
    return StreamHealth(
        name=cursor.stream,
        fetched_at=cursor.fetched_at,
        failures=cursor.failures,
        error=cursor.last_error,
        not_before=cursor.not_before,
    )


def _count(session: Session, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(condition)) or 0
