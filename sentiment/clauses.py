"""Pure: sentences and breaths of a text, and the cues in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sentiment.drawers import File

_ENDS: Final = re.compile(r"[.!?…]+(?=\s|$|[\"»”'])|(?<=\w);(?=\s|$)|[!?…\n¿¡]+")
ASIDE: Final = re.compile(r"[,;:()\[\]–—]| - |\.\.\.?")
"""Where a breath ends."""
_REMEMBERED: Final = 16  # texts: most are of one sentence, and that of one part
_GREEK: Final = re.compile(r"[α-ωά-ώ]", re.IGNORECASE)


@dataclass(frozen=True)
class Hit:
    """A cue's group and name, and where it stands."""

    group: str
    name: str
    start: int
    end: int


def sentences(text: str) -> Iterator[tuple[str, bool]]:
    """Each, and whether it asks; a Greek one does so with a semicolon."""
    start = 0
    greek = _GREEK.search(text) is not None
    for end in _ENDS.finditer(text):
        asks = "?" in end[0] or (greek and ";" in end[0])
        yield text[start : end.start()], asks
        start = end.end()
    yield text[start:], False


def breaths(text: str) -> Iterator[tuple[int, int]]:
    """Where what is said between commas begins and ends."""
    start = 0
    for aside in ASIDE.finditer(text):
        yield start, aside.start()
        start = aside.end()
    yield start, len(text)


@lru_cache(_REMEMBERED)
def hits_in(file: File, folded: str) -> Sequence[Hit]:
    """All cues of a folded text, in their order."""
    found = {Hit(cues.group, cues.name, start, end) for cues, start, end in file.matches(folded)}
    return tuple(sorted(found, key=lambda hit: (hit.start, hit.end, hit.group, hit.name)))


def longest(hits: Sequence[Hit]) -> list[Hit]:
    """Of those that lie on each other the longest ("size chart" is no size), in their order."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda h: h.start - h.end):
        if not any(overlap(hit, other) for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda h: h.start)


def overlap(one: Hit, other: Hit) -> bool:
    return one.start < other.end and other.start < one.end
