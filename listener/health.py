"""How listening goes, channel by channel: what was read when, what is missing, what was unreadable.

Read only. The numbers are of the store, not of the network: `check` asks the network itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.database import Database
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
    """`gaps` and `letters` are the newest 50, the newest first; the counts are of all."""

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
        gaps = session.scalars(
            select(Gap).where(Gap.channel == name).order_by(Gap.noticed_at.desc()).limit(NEWEST)
        ).all()
        letters = session.scalars(
            select(DeadLetter)
            .where(DeadLetter.channel == name)
            .order_by(DeadLetter.heard_at.desc())
            .limit(NEWEST)
        ).all()
        return ChannelHealth(
            name=name,
            streams=tuple(_stream(cursor) for cursor in cursors),
            gaps=tuple(gaps),
            gap_count=_count(session, Gap, name),
            letters=tuple(letters),
            letter_count=_count(session, DeadLetter, name),
        )


def _stream(cursor: Cursor) -> StreamHealth:
    return StreamHealth(
        name=cursor.stream,
        fetched_at=cursor.fetched_at,
        failures=cursor.failures,
        error=cursor.last_error,
        not_before=cursor.not_before,
    )


def _count(session: Session, table: type[Gap] | type[DeadLetter], name: str) -> int:
    return session.scalar(select(func.count()).where(table.channel == name)) or 0
