"""A batch of judged rows becomes mentions, by the rules of live ones, in one transaction.

Written in bulk, past the ORM: that would take as long as judging.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from config.ids import new_id
from listener.channels.base import Incoming
from listener.importing.judging import Told
from listener.importing.people import Writer, write_changed, write_new, writers
from listener.making import HISTORY, IMPORT, values_judged, values_of
from listener.models import Conversation, Mention, MentionStatus, OwnPost
from listener.store import Reading
from listener.timing import answer_due
from listener.trends.cells import Counted
from listener.trends.upkeep import count_in
from sentiment.judge import Judgement
from sentiment.prioritize import Facts, Priority, prioritize
from sentiment.signals import Signal


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A row that the store does not have, with what is thought of its text."""

    item: Incoming
    told: Told

    @property
    def judgement(self) -> Judgement:
        return self.told.judgement


def unheard(session: Session, channel: str, items: Sequence[Incoming]) -> list[Incoming]:
    """Those the store has neither as mentions nor as posts of our own. What it has stays as it is:
    an export cannot say that it is newer."""
    ids = [item.external_id for item in items]
    have: set[str] = set()
    for table in (Mention, OwnPost):
        have |= set(
            session.scalars(
                select(table.external_id).where(
                    table.channel == channel, table.external_id.in_(ids)
                )
            )
        )
    return [item for item in items if item.external_id not in have]


def keep_history(session: Session, batch: Sequence[Judged], reading: Reading, now: datetime) -> int:
    """Store what is new of `batch`, which is in the order it was written in. Returns how many."""
    items = unheard(session, reading.channel, [one.item for one in batch])
    if not items:
        return 0
    fresh = {item.external_id for item in items}
    who = writers(session, reading.channel, [item.author for item in items if item.author])
    threads = _threads(session, reading.channel, {item.conversation for item in items})
    rows = [_row(one, reading, now, who, threads) for one in batch if one.item.external_id in fresh]
    write_new(session, reading.channel, who.values())
    session.execute(insert(Mention.__table__), rows)  # type: ignore[arg-type]
    write_changed(session, list(who.values()))
    count_in(session, (cast(Counted, SimpleNamespace(**row)) for row in rows))
    return len(rows)


def _row(
    one: Judged,
    reading: Reading,
    now: datetime,
    who: Mapping[str, Writer],
    threads: Mapping[str, str],
) -> dict[str, Any]:
    """Every column of the mention."""
    item, judgement = one.item, one.judgement
    writer = who[item.author.external_id] if item.author else None
    repeats = writer.repeats(item.created_at) if writer else 0
    acquainted = writer.wrote(item.author, item.created_at) if writer and item.author else False
    if writer and Signal.STOP in judgement.signals:
        writer.opts_out(now)
    priority = _priority(one, reading, now, repeats)
    due_at = answer_due(item.created_at, priority.level, priority.respond_within, reading.calendar)
    return {
        **values_of(item, channel=reading.channel, stream=IMPORT, now=now),
        **values_judged(judgement),
        "aspects": one.told.aspects,
        "rivals": one.told.rivals,
        "id": new_id(),
        "author_id": writer.id if writer else None,
        "conversation_id": threads[item.conversation],
        "reach": item.author.followers if item.author else None,
        "acquainted": acquainted,
        "priority": priority.level,
        "points": priority.points,
        "reasons": list(priority.reasons),
        "due_at": due_at,
        "status": MentionStatus.LISTEN_ONLY,
        "status_reason": HISTORY,
    }


def _priority(one: Judged, reading: Reading, now: datetime, repeats: int) -> Priority:
    """As `listener.urgency.weigh` has it for a mention just heard."""
    item, judgement = one.item, one.judgement
    hours = max((now - item.created_at).total_seconds() / 3600, 1.0)
    return prioritize(
        Facts(
            score=judgement.score,
            signals=judgement.signals,
            topics=judgement.topics,
            phase=judgement.phase,
            followers=item.author.followers if item.author else None,
            engagements_per_hour=item.engagement / hours,
            repeats=repeats,
            addressed=item.addressed,
        ),
        before_buying=reading.before_buying,
    )


def _threads(session: Session, channel: str, wanted: set[str]) -> dict[str, str]:
    """The conversations they stand in: our id by the network's; what is new gets a row."""
    found = session.execute(
        select(Conversation.external_id, Conversation.id).where(
            Conversation.channel == channel, Conversation.external_id.in_(wanted)
        )
    )
    known = dict(found.all())
    new = {key: new_id() for key in sorted(wanted - known.keys())}
    if new:
        rows = [
            {"id": value, "channel": channel, "external_id": key, "context": ""}
            for key, value in new.items()
        ]
        session.execute(insert(Conversation.__table__), rows)  # type: ignore[arg-type]
    return known | new
