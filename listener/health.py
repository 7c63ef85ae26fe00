"""How listening goes, channel by channel: what was read when, what is missing, what was unreadable.

Read only. The numbers are of the store, not of the network: `check` asks the network itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from config.database import Database
from listener.cursors import LOOK_BACK
from listener.models import Breaker, Cause, Cursor, DeadLetter, Gap

NEWEST = 50
_FILLED: Final = 5


class GapState(StrEnum):
    FILLING = "filling"  # being read, or about to be
    WAITING = "waiting"  # tried in vain, and tried again at `next_try_at`
    FOR_GOOD = "for good"  # the network has no way to fill it
    FILLED = "filled"


class BreakerState(StrEnum):
    CLOSED = "closed"  # calls go out
    OPEN = "open"  # the network is left alone
    TRYING = "trying"  # its time is over: the next call finds out


@dataclass(frozen=True, kw_only=True)
class StreamHealth:
    """`fetched_at` is the last fetch that went well, `finished_at` the last that left nothing to be
    read: what lies between is how far it lags. `error` is the trouble since then, if any."""

    name: str
    fetched_at: datetime | None
    finished_at: datetime | None
    failures: int
    error: str
    not_before: datetime | None


@dataclass(frozen=True, kw_only=True)
class ChannelHealth:
    """What is open: `gaps` nobody has filled yet, `letters` nobody has read or dismissed. They are
    the newest 50, the newest first; the counts are of all. `filled`: the latest gaps that were.
    The daily look back is no gap. `breakers`: those that were ever touched."""

    name: str
    streams: tuple[StreamHealth, ...]
    gaps: tuple[Gap, ...]
    gap_count: int
    filled: tuple[Gap, ...]
    breakers: tuple[Breaker, ...]
    letters: tuple[DeadLetter, ...]
    letter_count: int


def gap_state(gap: Gap, now: datetime) -> GapState:
    """What is being done about a gap. Pure."""
    if gap.filled_at is not None:
        return GapState.FILLED
    if gap.next_try_at is None:
        return GapState.FOR_GOOD
    return GapState.FILLING if gap.next_try_at <= now else GapState.WAITING


def breaker_state(row: Breaker, now: datetime) -> BreakerState:
    """How a breaker stands, as `listener.breaker` sees it. Pure."""
    if row.blocked_until is None:
        return BreakerState.CLOSED
    if now < row.blocked_until:
        return BreakerState.OPEN
    # After a rate limit there is nothing to find out: its end closes the circuit.
    return BreakerState.CLOSED if row.cause is Cause.LIMIT else BreakerState.TRYING


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
            filled=tuple(_filled(session, name)),
            breakers=tuple(_breakers(session, name)),
            letters=tuple(letters),
            letter_count=_count(session, open_letter),
        )


def _stream(cursor: Cursor) -> StreamHealth:
    return StreamHealth(
        name=cursor.stream,
        fetched_at=cursor.fetched_at,
        finished_at=cursor.finished_at,
        failures=cursor.failures,
        error=cursor.last_error,
        not_before=cursor.not_before,
    )


def _filled(session: Session, name: str) -> Sequence[Gap]:
    filled = and_(Gap.channel == name, Gap.filled_at.is_not(None), Gap.stream != LOOK_BACK)
    newest = select(Gap).where(filled).order_by(Gap.filled_at.desc()).limit(_FILLED)
    return session.scalars(newest).all()


def _breakers(session: Session, name: str) -> Sequence[Breaker]:
    return session.scalars(
        select(Breaker).where(Breaker.channel == name).order_by(Breaker.operation)
    ).all()


def _count(session: Session, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(condition)) or 0
