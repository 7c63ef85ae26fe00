"""A page becomes scored mentions: rows and cursor in ONE transaction, so nothing is lost."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from config.database import Database
from listener.channels.base import Incoming, Page, Rejected
from listener.models import OPEN, Gap, Mention, MentionStatus
from listener.normalize import UnreadableItem, is_mention, normalize
from listener.store import Kept, Reading, cursor_of, keep, keep_rejected, rewrite, stored
from sentiment.judge import Judgement, judge


@dataclass(frozen=True, kw_only=True)
class Ingested:
    """What a page brought: `changed` were edited by their authors, `known` were heard before."""

    new: int = 0
    changed: int = 0
    known: int = 0
    rejected: int = 0


def ingest(database: Database, page: Page, reading: Reading, *, now: datetime) -> Ingested:
    """Keep everything `page` holds and move the cursor, or raise and keep nothing at all."""
    items, rejected = _readable(page.items, page.rejected, now)
    judged = _judge_what_is_new(database, items, reading)
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
    """Take over what known mentions say now. Returns how many texts had been changed."""
    readable, _ = _readable(tuple(items), (), now)
    judged = _judge_what_is_new(database, readable, reading)
    changed = 0
    with database.write() as session:
        for item in readable:
            mention = stored(session, reading.channel, item.external_id)
            judgement = judged.get(item.external_id)
            if mention and judgement and mention.text != item.text:
                rewrite(session, mention, item, judgement, now)
                changed += 1
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
    found: Iterable[Incoming], unreadable: Iterable[Rejected], now: datetime
) -> tuple[list[Incoming], list[Rejected]]:
    items: dict[str, Incoming] = {}
    rejected = list(unreadable)
    for item in found:
        if not is_mention(item):
            continue
        try:
            ready = normalize(item, heard_at=now)
        except UnreadableItem as error:
            payload = json.dumps({"id": item.external_id, "text": item.text})
            rejected.append(Rejected(external_id=None, payload=payload, error=str(error)))
            continue
        # Two versions of one text may share a page; the newest version has the greatest id.
        seen = items.get(ready.external_id)
        if seen is None or len(seen.revision_id) <= len(ready.revision_id):
            items[ready.external_id] = ready
    # Oldest first, so that a conversation is stored in the order it was spoken.
    return sorted(items.values(), key=lambda item: item.created_at), rejected


def _judge_what_is_new(
    database: Database, items: Sequence[Incoming], reading: Reading
) -> Mapping[str, Judgement]:
    """Judgements of the items the store does not have in this wording. No transaction is open
    meanwhile: scoring takes its time."""
    with database.read() as session:
        rows = session.execute(
            select(Mention.external_id, Mention.text).where(
                Mention.channel == reading.channel,
                Mention.external_id.in_([item.external_id for item in items]),
            )
        )
        known = {row.external_id: row.text for row in rows}
    judged = {}
    for item in items:
        if known.get(item.external_id) != item.text:
            judged[item.external_id] = judge(
                item.text, languages=reading.languages, hint=item.language
            )
            # Yield, or the desk in the same process waits for the interpreter's lock.
            time.sleep(0)
    return judged
