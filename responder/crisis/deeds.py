"""What people do with an episode: take it up, put it off, note something, end it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from config.database import Database
from listener.normalize import clean
from responder.audit import note
from responder.crisis.logbook import write
from responder.crisis.models import Did, Episode

LONGEST_NOTE: Final = 4_000
LONGEST_SNOOZE: Final = timedelta(hours=24)


class NotThere(Exception):
    """There is no such episode, or it has ended already. The text says which."""


class Unsaid(ValueError):
    """Nothing was written, or no time was named that one can put it off to. The text says which."""


def acknowledge(database: Database, episode_id: str, *, by: str, now: datetime) -> None:
    """Somebody has it in hand, at the level it has: it is not told again. Raises NotThere."""
    with _open(database, episode_id) as (session, row):
        row.acknowledged_by, row.acknowledged_at = by, now
        row.acknowledged_level = row.level
        write(session, row, Did.ACKNOWLEDGED, by=by, now=now, detail=row.level)
        note(session, who=by, action="acknowledge episode", subject=row.id, now=now)


def snooze(database: Database, episode_id: str, *, until: datetime, by: str, now: datetime) -> None:
    """Not told again until then, unless it gets worse. Raises NotThere and Unsaid."""
    if not now < until <= now + LONGEST_SNOOZE:
        raise Unsaid("an episode can be put off for a day at most")
    with _open(database, episode_id) as (session, row):
        row.snoozed_by, row.snoozed_until, row.snoozed_level = by, until, row.level
        write(session, row, Did.SNOOZED, by=by, now=now, detail=until.isoformat())
        note(session, who=by, action="snooze episode", subject=row.id, now=now)


def end_by_hand(database: Database, episode_id: str, *, by: str, now: datetime) -> None:
    """It is over, says a person. What paused stays paused until somebody resumes it: that is a
    decision of its own. Raises NotThere."""
    with _open(database, episode_id) as (session, row):
        row.ended_at, row.ended_by = now, by
        write(session, row, Did.ENDED, by=by, now=now)
        note(session, who=by, action="end episode", subject=row.id, now=now)


def note_down(database: Database, episode_id: str, text: str, *, by: str, now: datetime) -> None:
    """A line in its log, also when it has ended. Raises NotThere and Unsaid."""
    said = _said(text)
    with _any(database, episode_id) as (session, row):
        write(session, row, Did.NOTED, by=by, now=now, detail=said)


def keep_post_mortem(
    database: Database, episode_id: str, text: str, *, by: str, now: datetime
) -> None:
    """What was learned; the former text stays in the log. Raises NotThere and Unsaid."""
    said = _said(text)
    with _any(database, episode_id) as (session, row):
        row.post_mortem = said
        write(session, row, Did.LEARNED, by=by, now=now, detail=said)
        note(session, who=by, action="post-mortem", subject=row.id, now=now)


def _said(text: str) -> str:
    said = clean(text).strip()[:LONGEST_NOTE]
    if not any(map(str.isalnum, said)):
        raise Unsaid("nothing was written")
    return said


@contextmanager
def _any(database: Database, episode_id: str) -> Iterator[tuple[Session, Episode]]:
    with database.write() as session:
        row = session.get(Episode, episode_id, with_for_update=True)
        if row is None:
            raise NotThere("There is no such episode")
        yield session, row


@contextmanager
def _open(database: Database, episode_id: str) -> Iterator[tuple[Session, Episode]]:
    with _any(database, episode_id) as (session, row):
        if row.ended_at is not None:
            raise NotThere("It is over already")
        yield session, row
