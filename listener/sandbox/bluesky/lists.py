"""Lists of the AppView, a page at a time.

Their cursors are where naive readers lose things (measured 2026-11-22): that of notifications is
a bare millisecond, and the next page is strictly older; those of search and feeds name a post as
well. What is hidden is taken out of a page after it was cut; it is filled up only while it is less
than half full.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from math import ceil
from typing import Final, Protocol, TypeVar

from listener.sandbox.bluesky import problems
from listener.sandbox.bluesky.dates import iso

_ROUNDS: Final = 10  # how often a page is filled up at most


class Listed(Protocol):
    """Something a list holds, sorted by `key`: a moment (ISO, to the millisecond) and a CID."""

    @property
    def key(self) -> tuple[str, str]: ...


T = TypeVar("T", bound=Listed)
Fetch = Callable[[str | None, int], tuple[list[T], str | None]]


def filled(fetch: Fetch[T], cursor: str | None, limit: int) -> tuple[list[T], str | None]:
    """Fetch on while less than half full. A page may stay nearly empty, its cursor there."""
    found, after = fetch(cursor, limit)
    for _ in range(_ROUNDS - 1):
        if after is None or len(found) >= ceil(limit / 2):
            break
        more, after = fetch(after, limit - len(found))
        found += more
    return found, after


def by_moment(items: Sequence[T], cursor: str | None, limit: int) -> tuple[list[T], str | None]:
    """A page of what is strictly older than the cursor's millisecond. `items`: newest first."""
    if cursor is not None:
        before = _moment(cursor)
        items = [one for one in items if one.key[0] < before]
    page = list(items[:limit])
    return page, page[-1].key[0] if len(items) > limit else None


def by_moment_and_cid(
    items: Sequence[T], cursor: str | None, limit: int
) -> tuple[list[T], str | None]:
    """A page of what stands behind the moment and CID of the cursor. `items`: newest first."""
    if cursor is not None:
        before = _pair(cursor)
        items = [one for one in items if one.key < before]
    page = list(items[:limit])
    return page, _packed(page[-1].key) if len(items) > limit else None


def _packed(key: tuple[str, str]) -> str:
    return f"{_milliseconds(datetime.fromisoformat(key[0]))}__{key[1]}"


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _moment(cursor: str) -> str:
    """The AppView stumbles over a cursor that is no date, and the PDS passes that on as a 502."""
    try:
        moment = datetime.fromisoformat(cursor)
        return iso(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise problems.internal(502) from None


def _pair(cursor: str) -> tuple[str, str]:
    moment, _, cid = cursor.partition("__")
    try:
        return iso(datetime.fromtimestamp(int(moment) / 1000, UTC)), cid
    except (ValueError, OverflowError, OSError):
        raise problems.internal(502) from None
