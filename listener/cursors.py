"""Where a stream stands, since when, and what it passed over. Everything here runs inside the
transaction of a page."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from listener.channels.base import Missing
from listener.models import Cursor, Gap
from listener.store import Reading

# Streams no channel polls. They stand in Gap.stream and Mention.streams beside those that are.
FILL: Final = "fill"  # what was found when a gap was filled
COUNT: Final = "count"  # an hour in which the network counts more than we have
LOOK_BACK: Final = "look back"  # the daily reading: routine, nothing is known to be missing


def cursor_of(session: Session, reading: Reading, now: datetime) -> Cursor:
    """The stream's cursor, made at its first fetch ever."""
    cursor = session.get(Cursor, (reading.channel, reading.stream))
    if cursor is None:
        cursor = Cursor(channel=reading.channel, stream=reading.stream, started_at=now, failures=0)
        session.add(cursor)
    return cursor


def first_start(session: Session, channel: str, stream: str = "") -> datetime | None:
    """When `stream` was fetched for the first time; one that has no cursor is as old as its
    channel. None if that was never fetched."""
    rows = session.execute(
        select(Cursor.stream, Cursor.started_at).where(Cursor.channel == channel)
    )
    started = {row.stream: row.started_at for row in rows}
    return started.get(stream) or min(started.values(), default=None)


def note_gap(session: Session, reading: Reading, missing: Missing, now: datetime) -> None:
    """Remember what a stream passed over. One that touches another which nobody has begun to fill
    makes that longer: it is one hole, and one row."""
    touching = session.scalar(
        select(Gap).where(
            Gap.channel == reading.channel,
            Gap.stream == reading.stream,
            Gap.reason == missing.reason,
            Gap.since <= missing.until,
            Gap.until >= missing.since,
            Gap.filled_at.is_(None),
            Gap.next_try_at.is_not(None),
            Gap.position.is_(None),
            Gap.tries == 0,
        )
    )
    if touching is not None:
        touching.since = min(touching.since, missing.since)
        touching.until = max(touching.until, missing.until)
        return
    session.add(
        Gap(
            channel=reading.channel,
            stream=reading.stream,
            since=missing.since,
            until=missing.until,
            reason=missing.reason,
            noticed_at=now,
            next_try_at=now,
        )
    )
