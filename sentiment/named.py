"""Pure: names in a text, of products and of competitors, whole words in any spelling `fold` evens
out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sentiment.cues import fold


@dataclass(frozen=True)
class Named:
    """Something with a name of ours, and the words customers use for it."""

    name: str
    words: tuple[str, ...]


def named_in(folded: str, things: Sequence[Named]) -> list[str]:
    """The names of `things` that stand in a folded text, once for each place, in their order; of
    names that lie on each other ("rain jacket", "jacket") the longest counts."""
    if not things:
        return []
    pattern, names = _pattern(tuple(things))
    return [names[found[0]] for found in pattern.finditer(folded)]


@lru_cache(256)
def _pattern(things: tuple[Named, ...]) -> tuple[re.Pattern[str], dict[str, str]]:
    names: dict[str, str] = {}
    for thing in things:
        for word in (*thing.words, thing.name):
            if folded := fold(word):
                names.setdefault(folded, thing.name)
    longest = sorted(names, key=lambda word: (-len(word), word))
    if not longest:
        return re.compile(r"(?!)"), names
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)"), names
