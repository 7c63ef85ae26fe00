"""Those in a list who say nearly the same are one row, the most urgent of them.

A list is read in its order, and only the crowds of what was read are counted: to number everything
that waits took longer than the rest of a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, or_, true
from sqlalchemy.orm import Session

from listener.models import Mention
from responder.models import Draft

Listed = Select[*tuple[Any, ...]]
"""A list in its order; its columns: the draft, its place, and CROWD."""
Place = Sequence[Any]
"""When it is due, its points, the id of its draft."""

CROWD: Final = (Mention.likeness, Mention.channel, Mention.language)


@dataclass
class Crowd:
    first: str
    size: int = 0


def first_of_each(
    session: Session, listed: Listed, after: Place | None, limit: int, *, apart: bool
) -> list[tuple[str, int]]:
    """Up to `limit` rows behind a place: the first draft of each crowd, and how many that is.
    `apart`: each is a row of its own."""
    found: list[tuple[str, int]] = []
    asked = 2 * limit
    while len(found) < limit:
        rows = session.execute(listed.where(behind(after)).limit(asked)).all()
        crowds = {} if apart else _crowds(session, listed, rows)
        for row in rows:
            crowd = crowds.get(_key(row))
            if crowd is None or crowd.first == row.id:
                found.append((row.id, crowd.size if crowd else 1))
        if len(rows) < asked:
            break
        after = (rows[-1].due_at, rows[-1].points, rows[-1].draft_id)
        asked *= 2
    return found[:limit]


def behind(place: Place | None) -> ColumnElement[bool]:
    """Of drafts with their mentions: those behind this place; all behind none."""
    if place is None:
        return true()
    due_at, points, draft_id = place
    later = or_(Mention.points < points, and_(Mention.points == points, Draft.id > draft_id))
    return or_(Mention.due_at > due_at, and_(Mention.due_at == due_at, later))


def _crowds(
    session: Session, listed: Listed, rows: Sequence[Row[*tuple[Any, ...]]]
) -> dict[tuple[str, str, str], Crowd]:
    """The crowds that these rows belong to, by what they have in common."""
    said = {row.likeness for row in rows} - {""}
    crowds: dict[tuple[str, str, str], Crowd] = {}
    for row in session.execute(listed.where(Mention.likeness.in_(said))) if said else ():
        crowds.setdefault(_key(row), Crowd(first=row.id)).size += 1
    return crowds


def _key(row: Row[*tuple[Any, ...]]) -> tuple[str, str, str]:
    return row.likeness, row.channel, row.language
