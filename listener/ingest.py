"""A page becomes scored mentions: rows and cursor in ONE transaction, so nothing is lost."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.database import Database
from listener.channels.base import Incoming, Page, Rejected
from listener.models import OPEN, Gap, Mention, MentionStatus
from listener.normalize import UnreadableItem, is_mention, is_newer, normalize
from listener.store import (
    Kept,
    Reading,
    cursor_of,
    keep,
    keep_rejected,
    rewrite,
    says_something_new,
    stored,
)
from sentiment.judge import Judgement, judge

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Ingested:
    """What a page brought: `changed` were edited by their authors, `known` were heard before."""

    new: int = 0
    changed: int = 0
    known: int = 0
    rejected: int = 0


def ingest(database: Database, page: Page, reading: Reading, *, now: datetime) -> Ingested:
    """Keep everything `page` holds and move the cursor, or raise and keep nothing at all."""
    items, rejected = _readable(page.items, page.rejected, reading, now)
    judged, unjudged = _judge_what_is_new(database, items, reading)
    items = [item for item in items if item.external_id not in unjudged]
    rejected += unjudged.values()
    with database.write() as session:
        cursor = cursor_of(session, reading, now)
        outcomes = [
            keep(session, item, judged.get(item.external_id), reading, cursor, now)
            for item in items
        ]
        keep_rejected(session, rejected, reading, now)
        if page.missing:
            session.add(
                Gap(
                    channel=reading.channel,
                    stream=reading.stream,
                    since=page.missing.since,
                    until=page.missing.until,
                    reason=page.missing.reason,
                    noticed_at=now,
                )
            )
        cursor.position = page.position
        cursor.fetched_at, cursor.not_before = now, None
        cursor.failures, cursor.last_error = 0, ""
    return Ingested(
        new=outcomes.count(Kept.NEW),
        changed=outcomes.count(Kept.CHANGED),
        known=outcomes.count(Kept.KNOWN),
        rejected=len(rejected),
    )


def renew(database: Database, items: Iterable[Incoming], reading: Reading, *, now: datetime) -> int:
    """Take over what known mentions say now; one that was gone and is seen again is new again.

    `items` are the network's word (a lookup), not a stream, which may lag behind a deletion.
    Returns how many changed.
    """
    readable, _ = _readable(items, (), reading, now)
    judged, _ = _judge_what_is_new(database, readable, reading)
    with database.write() as session:
        return sum(
            _renew_one(session, item, judged.get(item.external_id), reading, now)
            for item in readable
        )


def _renew_one(
    session: Session, item: Incoming, judgement: Judgement | None, reading: Reading, now: datetime
) -> bool:
    mention = stored(session, reading.channel, item.external_id)
    if mention is None:
        return False
    changed = False
    if mention.answerable is not item.answerable:
        mention.answerable, mention.changed_at, changed = item.answerable, now, True
    if mention.status is MentionStatus.GONE:
        mention.status, mention.status_reason = MentionStatus.NEW, "it can be seen again"
        mention.changed_at, changed = now, True
    if judgement and says_something_new(mention, item):
        rewrite(session, mention, item, judgement, now)
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


def _readable(
    found: Iterable[Incoming], unreadable: Iterable[Rejected], reading: Reading, now: datetime
) -> tuple[list[Incoming], list[Rejected]]:
    items: dict[str, Incoming] = {}
    rejected = list(unreadable)
    for item in found:
        if not is_mention(item, reading.our_handles):
            continue
        try:
            ready = normalize(item, heard_at=now)
        except UnreadableItem as error:
            rejected.append(_dead(item, error))
            continue
        # Two versions of one text may share a page, in any order.
        seen = items.get(ready.external_id)
        if seen is None or is_newer(ready.revision_id, seen.revision_id):
            items[ready.external_id] = ready
    # Oldest first, so that a conversation is stored in the order it was spoken.
    return sorted(items.values(), key=lambda item: item.created_at), rejected


def _judge_what_is_new(
    database: Database, items: Sequence[Incoming], reading: Reading
) -> tuple[Mapping[str, Judgement], Mapping[str, Rejected]]:
    """Judgements of the items the store does not have in this wording, and what could not be
    judged. No transaction is open meanwhile: scoring takes its time."""
    with database.read() as session:
        rows = session.execute(
            select(Mention.external_id, Mention.text).where(
                Mention.channel == reading.channel,
                Mention.external_id.in_([item.external_id for item in items]),
            )
        )
        known = {row.external_id: row.text for row in rows}
    judged, unjudged = {}, {}
    for item in items:
        if known.get(item.external_id) == item.text:
            continue
        try:
            judged[item.external_id] = judge(
                item.text, languages=reading.languages, hint=item.language
            )
        except Exception as error:
            # One text that trips the judge must not keep its page, and every page after it, away.
            log.exception("%s: cannot judge %s", reading.channel, item.external_id)
            unjudged[item.external_id] = _dead(item, error)
        # Yield, or the desk in the same process waits for the interpreter's lock.
        time.sleep(0)
    return judged, unjudged


def _dead(item: Incoming, error: Exception) -> Rejected:
    payload = json.dumps({"id": item.external_id, "text": item.text})
    return Rejected(
        external_id=item.external_id, payload=payload, error=f"{type(error).__name__}: {error}"
    )
