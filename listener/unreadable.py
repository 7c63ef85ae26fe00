"""What could not be read, as rows: kept where a human sees it, closed when it could be read after
all. Everything here runs inside the transaction of its page."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from listener.channels.base import Rejected
from listener.models import DeadLetter
from listener.normalize import clean
from listener.store import Reading

READ_AFTER_ALL: Final = "read after all"  # DeadLetter.closed_by, where no person closed it
GONE: Final = "gone from the network"

_LONGEST_ID: Final = 128


def keep_rejected(
    session: Session, rejected: Sequence[Rejected], reading: Reading, now: datetime
) -> None:
    """Keep each item once, by its id or, where it has none, by its payload: likes go on being
    counted under a text nobody can read. Seen again, it was tried once more."""
    for item in rejected:
        payload = item.payload.encode("utf-8", "replace")
        fingerprint = hashlib.sha256(payload).hexdigest()
        letter = _known(session, reading.channel, item.external_id, fingerprint)
        if letter is None:
            letter = DeadLetter(
                channel=reading.channel, stream=reading.stream, heard_at=now, tries=0
            )
            session.add(letter)
        elif letter.closed_by == READ_AFTER_ALL and letter.fingerprint != fingerprint:
            letter.closed_at, letter.closed_by = None, ""  # it was changed into something else
        letter.tries += 1
        letter.external_id = item.external_id and clean(item.external_id)[:_LONGEST_ID]
        if letter.closed_at is None:
            letter.payload, letter.fingerprint = payload.decode(), fingerprint
            letter.error = clean(item.error)
        session.flush()


def close_heard(session: Session, channel: str, ids: Collection[str], now: datetime) -> None:
    """What was unreadable once and has now been heard well needs nobody's eyes any more."""
    session.execute(
        update(DeadLetter)
        .where(
            DeadLetter.channel == channel,
            DeadLetter.external_id.in_(ids),
            DeadLetter.closed_at.is_(None),
        )
        .values(closed_at=now, closed_by=READ_AFTER_ALL)
    )


def _known(
    session: Session, channel: str, external_id: str | None, fingerprint: str
) -> DeadLetter | None:
    same = DeadLetter.fingerprint == fingerprint
    if external_id:
        same = or_(same, DeadLetter.external_id == external_id)
    return session.scalars(
        select(DeadLetter).where(DeadLetter.channel == channel, same).order_by(DeadLetter.heard_at)
    ).first()
