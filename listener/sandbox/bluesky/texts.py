"""What Bluesky's own app makes of a typed text: facets, whose places are counted in UTF-8 bytes.

https://docs.bsky.app/docs/advanced-guides/post-richtext (2026-11)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from listener.sandbox.bluesky.lexicon import LINK, MENTION, TAG

_MENTION = re.compile(r"(?<![\w@])@([a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?)")
_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")
_TAG = re.compile(r"(?<![\w#&])#(\w*[^\W\d]\w*)")


def facets(text: str, did_of: Callable[[str], str | None]) -> list[dict[str, Any]]:
    """The mentions of handles that `did_of` knows, the links and the tags of a text, in order."""
    found = [*_mentions(text, did_of), *_links(text), *_tags(text)]
    return sorted(found, key=lambda facet: int(facet["index"]["byteStart"]))


def _mentions(text: str, did_of: Callable[[str], str | None]) -> Iterator[dict[str, Any]]:
    for one in _MENTION.finditer(text):
        did = did_of(one[1])
        if did is not None:
            yield _facet(text, one, {"$type": MENTION, "did": did})


def _links(text: str) -> Iterator[dict[str, Any]]:
    for one in _LINK.finditer(text):
        yield _facet(text, one, {"$type": LINK, "uri": one[0]})


def _tags(text: str) -> Iterator[dict[str, Any]]:
    for one in _TAG.finditer(text):
        yield _facet(text, one, {"$type": TAG, "tag": one[1]})


def _facet(text: str, found: re.Match[str], feature: dict[str, Any]) -> dict[str, Any]:
    start = len(text[: found.start()].encode())
    index = {"byteStart": start, "byteEnd": start + len(found[0].encode())}
    return {"index": index, "features": [feature]}
