"""The rollup follows the mentions: in the same transaction, whoever writes them, and however.

Whatever the ORM inserts, changes or deletes is noticed when it is flushed. Rows that are written in
bulk pass it by: `count_in` says so itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Insert, delete, event, tuple_
from sqlalchemy.orm import Session, UOWTransaction, attributes

from config.database import upsert
from listener.trends.cells import COUNTED, Cell, Change, Counted, Measures
from listener.trends.models import Rollup
from sentiment.phase import Phase
from sentiment.score import Sentiment

_AT_ONCE: Final = 500
_KEY: Final = tuple_(*(getattr(Rollup, name) for name in Cell._fields))


class InRollup:
    """What the rollup counts: the table of mentions is one. Whoever can write a mention has thereby
    loaded what counts it."""


@dataclass(kw_only=True)
class _Before:
    """A mention as it was counted."""

    created_at: datetime
    channel: str
    language: str
    phase: Phase
    sentiment: Sentiment
    sentiment_score: float
    topics: list[str]
    rivals: list[str]
    aspects: list[str]
    reach: int | None
    acquainted: bool


@event.listens_for(Session, "after_flush")
def _follow(session: Session, _flush: UOWTransaction) -> None:
    """Count what is being written: it stands or falls with the rows themselves."""
    change = Change(session.info.get("zone") or ZoneInfo("UTC"))
    for mention in _mentions(session.new):
        change.add(mention)
    for mention in _mentions(session.dirty):
        if any(attributes.get_history(mention, name).has_changes() for name in COUNTED):
            change.add(_as_it_was(mention), times=-1)
            change.add(mention)
    for mention in _mentions(session.deleted):
        change.add(_as_it_was(mention), times=-1)
    _write(session, change)


def count_in(session: Session, mentions: Iterable[Counted]) -> None:
    """Count mentions that are written in bulk, in the same transaction."""
    change = Change(session.info.get("zone") or ZoneInfo("UTC"))
    for mention in mentions:
        change.add(mention)
    _write(session, change)


def _mentions(written: Iterable[object]) -> Iterator[Any]:
    return (one for one in written if isinstance(one, InRollup))


def _as_it_was(mention: Any) -> _Before:
    def former(name: str) -> Any:
        history = attributes.get_history(mention, name)
        return history.deleted[0] if history.deleted else getattr(mention, name)

    return _Before(**{name: former(name) for name in COUNTED})


def _write(session: Session, change: Change) -> None:
    rows = list(change.cells())
    put(session, rows, upsert(session, Rollup, adding=Measures._fields))
    emptied = [cell for cell, sums in rows if sums.mentions < 0]
    for begin in range(0, len(emptied), _AT_ONCE):
        some = emptied[begin : begin + _AT_ONCE]
        session.execute(delete(Rollup).where(_KEY.in_(some), Rollup.mentions == 0))


def put(session: Session, rows: Sequence[tuple[Cell, Measures]], how: Insert) -> None:
    """Write rows, `how` says what becomes of those that are there."""
    if rows:
        session.execute(how, [{**cell._asdict(), **sums._asdict()} for cell, sums in rows])
