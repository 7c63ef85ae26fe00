"""A page becomes scored mentions: rows and position in ONE transaction, so nothing is lost."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.orm import Session

from config.database import Database
from listener.channels.base import Incoming, Page, Rejected
from listener.cursors import cursor_of, first_start, note_gap
from listener.models import OPEN, Mention, MentionStatus
from listener.own import keep_own
from listener.ready import Batch, dead, make_ready
from listener.store import (
    Kept,
    Reading,
    Ready,
    keep,
    nothing_new,
    rewrite,
    says_something_new,
    shown_to_others,
    stored,
    stored_of,
    take_over_readers,
)
from listener.unreadable import close_heard, keep_rejected

log = logging.getLogger(__name__)

# The database is busy, full or away: no fault of the item's, so the whole page waits.
_NOT_THE_ITEM = (OperationalError, InterfaceError, MemoryError)


@dataclass(frozen=True, kw_only=True)
class Ingested:
    """What a page brought: `changed` were edited by their authors, `known` were heard before.
    `own` are new answers of this account."""

    new: int = 0
    changed: int = 0
    known: int = 0
    rejected: int = 0
    own: int = 0

    def __add__(self, other: Ingested) -> Ingested:
        return Ingested(
            new=self.new + other.new,
            changed=self.changed + other.changed,
            known=self.known + other.known,
            rejected=self.rejected + other.rejected,
            own=self.own + other.own,
        )


AndThen = Callable[[Session, Ingested], None]
"""What else belongs into the transaction of a page, when its items are in: above all, the position
from which to go on."""


def ingest(database: Database, page: Page, reading: Reading, *, now: datetime) -> Ingested:
    """Keep everything `page` holds and move the cursor, or raise and keep nothing at all."""

    def move_cursor(session: Session, _got: Ingested) -> None:
        cursor = cursor_of(session, reading, now)
        cursor.position = page.position
        cursor.fetched_at, cursor.not_before = now, None
        if not page.more:
            cursor.finished_at = now
        cursor.failures, cursor.last_error = 0, ""
        if page.missing:
            note_gap(session, reading, page.missing, now)

    return take_in(database, page, reading, now=now, and_then=move_cursor)


def take_in(
    database: Database, page: Page, reading: Reading, *, now: datetime, and_then: AndThen
) -> Ingested:
    """Keep everything `page` holds and do `and_then`, or raise and keep nothing at all."""
    batch = make_ready(database, page.items, page.rejected, reading, now=now)
    with database.write() as session:
        got = _keep_all(session, batch, reading, now)
        and_then(session, got)
    return got


def _keep_all(session: Session, batch: Batch, reading: Reading, now: datetime) -> Ingested:
    keeper = _Keeper(
        session=session,
        reading=reading,
        now=now,
        started_at=first_start(session, reading.channel, reading.stream) or now,
        known=stored_of(
            session, reading.channel, [ready.item.external_id for ready in batch.mentions]
        ),
    )
    outcomes = [keeper.mention(ready) for ready in batch.mentions]
    own = [keeper.own(item) for item in batch.own]
    rejected = [*batch.rejected, *keeper.spoilt]
    keep_rejected(session, rejected, reading, now)
    close_heard(session, reading.channel, batch.heard - {bad.external_id for bad in rejected}, now)
    return Ingested(
        new=outcomes.count(Kept.NEW),
        changed=outcomes.count(Kept.CHANGED),
        known=outcomes.count(Kept.KNOWN),
        rejected=len(rejected),
        own=own.count(Kept.NEW),
    )


@dataclass(kw_only=True)
class _Keeper:
    """Keeps the items of one page, each behind a savepoint: what the database, or we, stumble over
    is `spoilt`, leaves no trace and keeps no other away."""

    session: Session
    reading: Reading
    now: datetime
    started_at: datetime
    known: Mapping[str, Mention]
    spoilt: list[Rejected] = field(default_factory=list)

    def mention(self, ready: Ready) -> Kept | None:
        item = ready.item
        have = self.known.get(item.external_id)
        if have is not None and nothing_new(have, ready, self.reading.stream):
            return Kept.KNOWN

        def once() -> Kept:
            return self._keep(ready, have)

        def again() -> Kept:
            return self._keep(ready, stored(self.session, self.reading.channel, item.external_id))

        return self._apart(item, once, again)

    def own(self, item: Incoming) -> Kept | None:
        def once() -> Kept:
            return keep_own(self.session, item, self.reading, self.now)

        return self._apart(item, once, once)

    def _keep(self, ready: Ready, have: Mention | None) -> Kept:
        return keep(self.session, ready, have, self.reading, self.started_at, self.now)

    def _apart(
        self, item: Incoming, once: Callable[[], Kept], again: Callable[[], Kept]
    ) -> Kept | None:
        try:
            try:
                with self.session.begin_nested():
                    return once()
            except IntegrityError:
                # Another process kept it at the same moment (PostgreSQL): now we see its row.
                with self.session.begin_nested():
                    return again()
        except _NOT_THE_ITEM:
            raise
        except Exception as error:
            log.exception("%s: cannot keep %s", self.reading.channel, item.external_id)
            self.spoilt.append(dead(item, error))
            return None


def renew(database: Database, items: Iterable[Incoming], reading: Reading, *, now: datetime) -> int:
    """Take over what known mentions say now; one that was gone and is seen again is new again.

    `items` are the network's word (a lookup), not a stream, which may lag behind a deletion.
    Returns how many changed.
    """
    batch = make_ready(database, items, (), reading, now=now)
    ids = [ready.item.external_id for ready in batch.mentions]
    with database.write() as session:
        known = stored_of(session, reading.channel, ids)
        return sum(
            _renew_one(session, known[ready.item.external_id], ready, reading, now)
            for ready in batch.mentions
            if ready.item.external_id in known
        )


def _renew_one(
    session: Session, mention: Mention, ready: Ready, reading: Reading, now: datetime
) -> bool:
    item = ready.item
    changed = False
    if mention.answerable is not item.answerable:
        mention.answerable, mention.changed_at, changed = item.answerable, now, True
    if mention.status is MentionStatus.GONE and mention.purged_at is None:
        mention.status, mention.status_reason = MentionStatus.NEW, "it can be seen again"
        mention.changed_at, changed = now, True
    if shown_to_others(mention, item):
        take_over_readers(mention, item, now)
        changed = True
    if ready.judgement and says_something_new(mention, item):
        rewrite(session, mention, ready, ready.judgement, reading, now)
        changed = True
    return changed


def mark_gone(database: Database, channel: str, external_ids: Iterable[str], now: datetime) -> int:
    """The network does not show these any more. Returns how many were open until now."""
    with database.write() as session:
        gone = session.scalars(
            select(Mention).where(
                Mention.channel == channel,
                Mention.external_id.in_(list(external_ids)),
                Mention.status.in_(OPEN),
            )
        ).all()
        for mention in gone:
            mention.status = MentionStatus.GONE
            mention.status_reason = "deleted or hidden on the network"
            mention.changed_at = now
        return len(gone)
