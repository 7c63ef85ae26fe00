"""What in a text of ours becomes a link or calls somebody. Pure but for the look at who that is.

A place in a text is told in bytes of UTF-8: https://docs.bsky.app/docs/advanced-guides/post-richtext
(2026-11). Nobody is called whose handle does not stand in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

_LINK: Final = re.compile(r"(?<![\w/])https?://[^\s<>\"]+", re.IGNORECASE)
_HANDLE: Final = re.compile(
    r"(?<![\w@./])@((?:[a-z0-9][a-z0-9-]*\.)+[a-z][a-z0-9-]*)", re.IGNORECASE
)
_NO_END: Final = ".,;:!?'’\"»”…"  # closes the sentence, not the address
_PAIRS: Final = {")": "(", "]": "["}
_MOST_CALLED: Final = 10  # handles looked up for one reply

Who = Callable[[str], str | None]
"""The account behind a handle; None if there is none, or nobody can tell now."""


def read(text: str, who: Who) -> list[dict[str, Any]]:
    """The facets of a text, in its order."""
    found = [*_links(text), *_mentions(text, who)]
    return sorted(found, key=lambda facet: facet["index"]["byteStart"])


def _links(text: str) -> Iterator[dict[str, Any]]:
    for match in _LINK.finditer(text):
        address = _without_end(match[0])
        feature = {"$type": "app.bsky.richtext.facet#link", "uri": address}
        yield _facet(text, match.start(), match.start() + len(address), feature)


def _mentions(text: str, who: Who) -> Iterator[dict[str, Any]]:
    links = [(match.start(), match.end()) for match in _LINK.finditer(text)]
    called: dict[str, str | None] = {}
    for match in _HANDLE.finditer(text):
        if any(start <= match.start() < end for start, end in links):
            continue
        handle = match[1].lower()
        if handle not in called:
            called[handle] = who(handle) if len(called) < _MOST_CALLED else None
        if did := called[handle]:
            feature = {"$type": "app.bsky.richtext.facet#mention", "did": did}
            yield _facet(text, match.start(), match.end(), feature)


def _facet(text: str, start: int, end: int, feature: dict[str, str]) -> dict[str, Any]:
    return {
        "$type": "app.bsky.richtext.facet",
        "index": {"byteStart": _bytes(text[:start]), "byteEnd": _bytes(text[:end])},
        "features": [feature],
    }


def _bytes(text: str) -> int:
    return len(text.encode())


def _without_end(address: str) -> str:
    """Without what closes the sentence, or a bracket that was opened before it."""
    while address:
        last = address[-1]
        opened = _PAIRS.get(last)
        if last in _NO_END or (opened and address.count(last) > address.count(opened)):
            address = address[:-1]
        else:
            break
    return address
