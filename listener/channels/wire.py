"""Reading JSON from strangers: what is there is taken, what is not is absent, nothing surprises.

Pure. Only what identifies a text (its id) and the text itself may spoil an item; a garbled count,
name or date costs that field alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NoReturn, TypeVar

from listener.channels.base import Rejected

Item = Mapping[str, Any]
T = TypeVar("T")

MOST: Final = 10**9
"""Counts are kept within 0..MOST: a follower count of 10**30 is somebody's joke."""

_IDENTIFIER = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
_PAYLOAD_LIMIT: Final = 64_000  # characters of a rejected item kept for a human
_DEEPEST: Final = 100  # levels; the deepest answer of any network we know has some 20
_TOKEN: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)
_LONG_NUMBER: Final = 400  # digits; int() refuses 4300 and is slow well before


class MalformedError(ValueError):
    """An item, or a whole answer, that cannot be read. The text names the field."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A 2xx answer: a JSON object and the headers, whose names may be asked in any case."""

    body: Item
    headers: Mapping[str, str]


def decode(body: bytes) -> Any:
    """The JSON value in `body`. Raises MalformedError for anything else.

    Stricter than `json.loads`, which accepts NaN and lets the last of two equal keys win. What is
    nested deeper than any network has reason to is cut off: one item must not cost its page.
    """
    try:
        try:
            return _read(body)
        except RecursionError:
            return _read(_without_the_deepest(body))
    except (ValueError, RecursionError) as error:
        raise MalformedError(f"no readable JSON ({type(error).__name__})") from None


def decoded(body: bytes) -> Any:
    """The JSON value in `body`; None where there is none to be read."""
    try:
        return decode(body)
    except MalformedError:
        return None


def mapping(value: object) -> Item:
    """`value` if it is a JSON object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def listing(value: object) -> list[Any]:
    """`value` if it is a JSON array, else an empty one."""
    return value if isinstance(value, list) else []


def identifier(value: object, field: str = "id") -> str:
    """An id as text, as every network sends it; a number is accepted. Raises MalformedError."""
    found = optional_identifier(value)
    if found is None:
        raise MalformedError(f"{field} is no identifier")
    return found


def optional_identifier(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value if isinstance(value, str) and _IDENTIFIER.fullmatch(value) else None


def required_text(value: object, field: str) -> str:
    """Text, with lone surrogates repaired. Raises MalformedError when it is of another type."""
    if not isinstance(value, str):
        raise MalformedError(f"{field} is no text")
    return repair(value)


def words(value: object) -> str:
    """Text that may be missing: a name, a title, a link."""
    return repair(value) if isinstance(value, str) else ""


def repair(text: str) -> str:
    """JSON may carry half an emoji (`"\\ud83d"`), which no database or log can store."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def count(value: object) -> int:
    """A whole number from 0 to MOST; 0 when there is none to be read."""
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return min(max(value, 0), MOST)


def moment(value: object) -> datetime | None:
    """An ISO 8601 time in UTC; without an offset it is taken as UTC. None when it is none.

    Graph writes `+0000` without a colon, which Python reads since 3.11.
    """
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):  # 0001-01-01 with an offset overflows
        return None


def iso(moment: datetime | None) -> str | None:
    """As `moment` reads it again, for a note of our own."""
    return moment.isoformat() if moment else None


def rejected(item: object, error: Exception) -> Rejected:
    """The note a human gets about an item nobody could read."""
    return noted(item, error, external_id=optional_identifier(mapping(item).get("id")))


def noted(item: object, error: Exception, *, external_id: str | None) -> Rejected:
    """The same, where the network has names of its own for what identifies an item."""
    return Rejected(external_id=external_id, payload=_payload(item), error=str(error))


def read_all(
    read: Callable[[object], T],
    raw: Iterable[object],
    note: Callable[[object, MalformedError], Rejected] = rejected,
) -> tuple[tuple[T, ...], tuple[Rejected, ...]]:
    """Each item read or, if it cannot be, noted: a bad one never costs the others."""
    items, bad = list[T](), list[Rejected]()
    for item in raw:
        try:
            items.append(read(item))
        except MalformedError as error:
            bad.append(note(item, error))
    return tuple(items), tuple(bad)


def _payload(item: object) -> str:
    try:
        return json.dumps(item, default=str)[:_PAYLOAD_LIMIT]
    except (ValueError, RecursionError) as error:  # it holds itself, or is nested too deep
        return json.dumps(f"it cannot be written down ({type(error).__name__})")


def _read(body: bytes) -> Any:
    return json.loads(body, parse_constant=_constant, parse_int=_whole, object_pairs_hook=_unique)


def _without_the_deepest(body: bytes) -> bytes:
    """The same JSON, with null for every value that lies deeper than _DEEPEST."""
    kept, level, start = list[bytes](), 0, 0
    for found in _TOKEN.finditer(body):
        if found[0] in (b"[", b"{"):
            level += 1
            if level == _DEEPEST + 1:
                kept += [body[start : found.start()], b"null"]
        elif found[0] in (b"]", b"}"):
            if level == _DEEPEST + 1:
                start = found.end()
            level -= 1
    if level > _DEEPEST:  # it ends down there: no JSON at all
        return b""
    return b"".join([*kept, body[start:]])


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONG_NUMBER else digits


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found
