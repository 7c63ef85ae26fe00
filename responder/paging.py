"""Lists page by page: where one page ends, the next begins."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session


class BadCursor(ValueError):
    """An `after` this program never gave out."""


def one_page(session: Session, query: Select[Any], limit: int) -> tuple[Sequence[Any], Any]:
    """The rows, and the last of them if there are more behind it."""
    rows = session.scalars(query.limit(limit + 1)).all()
    return rows[:limit], rows[limit - 1] if len(rows) > limit else None


def cursor_of(*parts: str) -> str:
    """What goes into `after=` to read on."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def parts_of(cursor: str, number: int) -> list[str]:
    """What `cursor_of` was given. Raises BadCursor."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        parts: Any = json.loads(raw)
    except (binascii.Error, ValueError, RecursionError):
        raise BadCursor("after is not a cursor of this list") from None
    if not isinstance(parts, list) or len(parts) != number or not all(map(_is_word, parts)):
        raise BadCursor("after is not a cursor of this list")
    return parts


def _is_word(part: object) -> bool:
    # Whatever is not plain ASCII could not be one of ours, and PostgreSQL refuses a NUL.
    return isinstance(part, str) and part.isascii() and part.isprintable()


def moment_and_id(cursor: str) -> tuple[datetime, str]:
    """Where a list that is ordered by a moment goes on. Raises BadCursor."""
    moment, row_id = parts_of(cursor, 2)
    try:
        found = datetime.fromisoformat(moment)
        if found.tzinfo is None:
            raise ValueError(moment)
        return found.astimezone(UTC), row_id
    except (ValueError, OverflowError):
        raise BadCursor("after is not a cursor of this list") from None
