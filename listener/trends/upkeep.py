"""Counts follow the mentions: in the same transaction, whoever writes them, and however.

Whatever the ORM inserts, changes or deletes is noticed when it is flushed. Rows that are written in
bulk pass it by: `count_in` says so itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Insert, delete, event, tuple_
from sqlalchemy.orm import Session, UOWTransaction, attributes

from config.database import upsert
from listener.trends.cells import COUNTED, Change, Counted, Key, Sums
from listener.trends.models import Cube, Rollup

_AT_ONCE: Final = 500


class InRollup:
    """What the rollup counts: the table of mentions is one. Whoever can write a mention has thereby
    loaded what counts it."""


def count_in(session: Session, mentions: Iterable[Counted]) -> None:
    """Count mentions that are written in bulk, in the same transaction."""
    change = _change(session)
    for mention in mentions:
        change.add(mention)
    _write(session, change)


@event.listens_for(Session, "after_flush")
def _follow(session: Session, _flush: UOWTransaction) -> None:
    """Count what is being written: it stands or falls with the rows themselves."""
    change = _change(session)
    for mention in _mentions(session.new):
        change.add(mention)
    for mention in _mentions(session.dirty):
        if any(attributes.get_history(mention, name).has_changes() for name in COUNTED):
            change.add(_as_it_was(mention), times=-1)
            change.add(mention)
    for mention in _mentions(session.deleted):
        change.add(_as_it_was(mention), times=-1)
    _write(session, change)


def _change(session: Session) -> Change:
    return Change(session.info.get("zone") or ZoneInfo("UTC"))


def _mentions(written: Iterable[object]) -> Iterator[Any]:
    return (one for one in written if isinstance(one, InRollup))


def _as_it_was(mention: Any) -> Counted:
    """A mention as it was counted."""

    def former(name: str) -> Any:
        history = attributes.get_history(mention, name)
        return history.deleted[0] if history.deleted else getattr(mention, name)

    return cast(Counted, SimpleNamespace(**{name: former(name) for name in COUNTED}))


def _write(session: Session, change: Change) -> None:
    _add(session, Rollup, list(change.rollup.rows()))
    _add(session, Cube, list(change.cube.rows()))


def _add(
    session: Session, table: type[Rollup] | type[Cube], rows: Sequence[tuple[Key, Sums]]
) -> None:
    if not rows:
        return
    put(session, rows, upsert(session, table, adding=Sums._fields))
    emptied = [key for key, sums in rows if sums.mentions < 0]
    for begin in range(0, len(emptied), _AT_ONCE):
        some = emptied[begin : begin + _AT_ONCE]
        columns = tuple_(*(getattr(table, name) for name in some[0]._fields))
        session.execute(delete(table).where(columns.in_(some), table.mentions == 0))


def put(session: Session, rows: Sequence[tuple[Key, Sums]], how: Insert) -> None:
    """Write rows; `how` says what becomes of those that are there."""
    if rows:
        session.execute(how, [{**key._asdict(), **sums._asdict()} for key, sums in rows])
