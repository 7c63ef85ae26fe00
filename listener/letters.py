"""Dead letters, in the hands of people: which are open, read one again, dismiss one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.database import Database
from listener.channels.base import Channel, Incoming, Page
from listener.channels.errors import Refused
from listener.ingest import Ingested, take_in
from listener.models import DeadLetter
from listener.poll import Poller
from listener.unreadable import GONE, READ_AFTER_ALL


class Outcome(StrEnum):
    """What came of reading a letter again. The last two leave it open."""

    READ = "read"
    GONE = "gone"
    UNREADABLE = "unreadable"
    UNCLEAR = "unclear"


class NoSuchLetter(LookupError):
    """The text is a sentence for whoever asked."""


class Closed(ValueError):
    """Somebody, or the bot itself, was faster. The text says who."""


def open_letters(database: Database, channel: str | None = None) -> Sequence[DeadLetter]:
    """What nobody could read so far, the oldest first."""
    query = select(DeadLetter).where(DeadLetter.closed_at.is_(None))
    if channel is not None:
        query = query.where(DeadLetter.channel == channel)
    with database.read() as session:
        return session.scalars(query.order_by(DeadLetter.heard_at, DeadLetter.id)).all()


def find_letter(database: Database, letter_id: str) -> DeadLetter:
    """Raises NoSuchLetter."""
    with database.read() as session:
        return _letter(session, letter_id)


def retry(poller: Poller, channel: Channel, letter_id: str) -> Outcome:
    """Ask the network for that text once more, and keep it as if it had just been heard.

    `channel` is the letter's. Raises NoSuchLetter, Closed, Refused if the network never named an
    id to ask for, and whatever else `Channel.lookup` raises.
    """
    letter = find_letter(poller.database, letter_id)
    _require_open(letter)
    if not letter.external_id:
        raise Refused("the network gave no id to ask for: look for it there, then dismiss it")
    found = channel.lookup([letter.external_id])
    now = poller.clock()
    if letter.external_id not in found:
        return _tried(poller.database, letter.id)
    item = found[letter.external_id]
    if item is None:
        with poller.database.write() as session:
            dismiss(session, letter.id, by=GONE, now=now)
        return Outcome.GONE
    return _keep(poller, channel, letter, item, now)


def dismiss(session: Session, letter_id: str, *, by: str, now: datetime) -> DeadLetter:
    """Somebody has seen it and wants to see it no more. Raises NoSuchLetter and Closed."""
    letter = _letter(session, letter_id)
    _require_open(letter)
    letter.closed_at, letter.closed_by = now, by
    return letter


def _keep(
    poller: Poller, channel: Channel, letter: DeadLetter, item: Incoming, now: datetime
) -> Outcome:
    got = take_in(
        poller.database,
        Page(items=(item,), position=""),
        poller.reading(channel, letter.stream),
        now=now,
        and_then=partial(_close_if_read, letter.id, now),
    )
    return Outcome.UNREADABLE if got.rejected else Outcome.READ


def _close_if_read(letter_id: str, now: datetime, session: Session, got: Ingested) -> None:
    """Its id may have been that of one version of an edited text, which is known by another."""
    letter = session.get_one(DeadLetter, letter_id)
    if not got.rejected and letter.closed_at is None:
        letter.closed_at, letter.closed_by = now, READ_AFTER_ALL


def _tried(database: Database, letter_id: str) -> Outcome:
    with database.write() as session:
        _letter(session, letter_id).tries += 1
    return Outcome.UNCLEAR


def _letter(session: Session, letter_id: str) -> DeadLetter:
    letter = session.get(DeadLetter, letter_id)
    if letter is None:
        raise NoSuchLetter("There is no such dead letter")
    return letter


def _require_open(letter: DeadLetter) -> None:
    if letter.closed_at is not None:
        raise Closed(f"This dead letter is closed already: {letter.closed_by}")
