"""Pure: what changed between two versions of an entry, place by place and word by word."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, Final

_PARTED: Final = ("texts", "plain", "steps", "required")
"""Lists whose texts are compared one by one; of others each line is one piece."""
_WORDS: Final = re.compile(r"\s+|\w+|[^\w\s]")
_LONGEST: Final = 4_000  # pieces on both sides together: beyond, all of the old went


class Fate(StrEnum):
    KEPT = "kept"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Words that stayed, went or came."""

    fate: Fate
    text: str


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What changed in one place: a field of the entry, and which of its texts, counted from 1; 0
    where the field is one."""

    field: str
    number: int
    pieces: tuple[Piece, ...]


def differences(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> tuple[Difference, ...]:
    """What to change in `before` to get `after`, in the order of their fields. None: nothing is
    said."""
    old, new = dict(_places(before or {})), dict(_places(after or {}))
    return tuple(
        Difference(field=place[0], number=place[1], pieces=_pieces(old.get(place), new.get(place)))
        for place in dict.fromkeys((*old, *new))
        if old.get(place) != new.get(place)
    )


def _places(body: Mapping[str, Any]) -> Iterator[tuple[tuple[str, int], Sequence[str]]]:
    for name, value in body.items():
        if name in _PARTED and isinstance(value, list):
            for number, text in enumerate(value, 1):
                yield (name, number), _WORDS.findall(str(text))
        elif isinstance(value, list):
            yield (name, 0), [f"{one}\n" for one in value]
        elif isinstance(value, Mapping):
            yield (name, 0), [f"{word}: {instead}\n" for word, instead in value.items()]
        else:
            text = value if isinstance(value, str) else json.dumps(value)
            yield (name, 0), _WORDS.findall(text)


def _pieces(old: Sequence[str] | None, new: Sequence[str] | None) -> tuple[Piece, ...]:
    old, new = old or (), new or ()
    if len(old) + len(new) > _LONGEST:
        found = [Piece(fate=Fate.GONE, text="".join(old)), Piece(fate=Fate.NEW, text="".join(new))]
        return tuple(piece for piece in found if piece.text)
    pieces = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for same, start, end, begin, stop in matcher.get_opcodes():
        if same == "equal":
            pieces.append(Piece(fate=Fate.KEPT, text="".join(old[start:end])))
            continue
        for fate, words in ((Fate.GONE, old[start:end]), (Fate.NEW, new[begin:stop])):
            if words:
                pieces.append(Piece(fate=fate, text="".join(words)))
    return tuple(pieces)
