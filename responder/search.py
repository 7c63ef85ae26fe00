"""Looking for words in columns, as people look: without minding upper and lower case."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_


def contains(q: str, *columns: Any) -> ColumnElement[bool]:
    """Whether one of the columns holds `q`."""
    # SQLite knows upper and lower case of ASCII alone: "Παραγγελία" is tried in its usual shapes.
    shapes = {q} if q.isascii() else {q, q.lower(), q.upper(), q.capitalize()}
    return or_(
        *(column.icontains(shape, autoescape=True) for column in columns for shape in shapes)
    )
