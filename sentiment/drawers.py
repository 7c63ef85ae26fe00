"""Cues filed so that a text only meets those its own words can start.

Most cues are plain, and comparing letters is ten times as quick as a regular expression, which
moreover has to be compiled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

_SHORTEST, _LONGEST = 2, 6
"""A cue is filed under as many of its first letters as are sure, up to the longest."""
_REMEMBERED: Final = 4_000
"""So many words a file knows the drawers of: few words make most of what people write."""

_GAP: Final = r"(?:[^\w.!?;]{1,3}\w{1,30}){0,4}?[^\w.!?;]{1,3}"
_HEAD: Final = re.compile(r"[^\W\d_]+")
_SPECIAL: Final = re.compile(r"[~…\\.^$*+?{}\[\]|()]")
_WORD: Final = re.compile(r"\w+")
_PARTS: Final = (" ", "'", "-")  # end a word


@dataclass(frozen=True, kw_only=True)
class Cue:
    """A pattern, its group ("topics", "phases" or "signals") and its name in there."""

    group: str
    name: str
    text: str

    @property
    def pattern(self) -> str:
        return self.text.replace("~", r"\w*").replace(" … ", _GAP)

    @property
    def is_plain(self) -> bool:
        """Whether it says what it means letter by letter, up to an ending that may be any."""
        return not _SPECIAL.search(self.text.removesuffix("~"))

    @cached_property
    def key(self) -> str:
        """The letters a word must start with for this cue to be worth a try; "" means always."""
        head = _HEAD.match(self.text)
        letters, rest = (head[0], self.text[head.end() :]) if head else ("", "")
        if rest[:1] in ("?", "*", "{", "|"):
            letters = letters[:-1]
        elif len(letters) < _SHORTEST and rest[:1] in ("", " ", "'", "-"):
            return letters
        return letters[:_LONGEST] if len(letters) >= _SHORTEST else ""

    @property
    def head(self) -> tuple[str, bool]:
        """What a word must start with, and whether it must be all of that word."""
        head = _HEAD.match(self.text)
        rest = self.text[head.end() :] if head else ""
        ends = rest[:1] in _PARTS and rest[1:2] not in ("?", "*", "{") and "|" not in rest
        return (head[0], True) if head and ends else (self.key, False)


class Cues:
    """All cues of one key and one name. Most of them are plain, and comparing letters is ten times
    as quick as a regular expression, which moreover has to be compiled."""

    def __init__(self, cues: Iterable[Cue]) -> None:
        every = list(cues)
        self.group, self.name, self.key = every[0].group, every[0].name, every[0].key
        plain = sorted({cue.text for cue in every if cue.is_plain}, key=lambda text: -len(text))
        self._whole = tuple(text for text in plain if not text.endswith("~"))
        self._stems = tuple(text[:-1] for text in plain if text.endswith("~"))
        self.plain = self._whole + self._stems
        special = [cue for cue in every if not cue.is_plain]
        self.special = "|".join(dict.fromkeys(cue.pattern for cue in special))
        self._special_heads = [cue.head for cue in special]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        # Compiled when a text first holds a word it could start with: most never do.
        return re.compile(rf"(?<!\w)(?:{self.special})(?!\w)")

    def may_start_with(self, word: str) -> bool:
        """Whether one of them may start at `word`, a whole word of a text: False is sure."""
        return word in self._heads or word.startswith(self._starts)

    @cached_property
    def _heads(self) -> frozenset[str]:
        """The words that must stand there whole."""
        firsts = (_WORD.match(text) for text in self.plain if not self._is_stem(text))
        special = (head for head, whole in self._special_heads if whole)
        return frozenset([*(found[0] for found in firsts if found), *special])

    @cached_property
    def _starts(self) -> tuple[str, ...]:
        """What a word must start with, whatever its ending."""
        special = (head for head, whole in self._special_heads if not whole)
        return (*filter(self._is_stem, self.plain), *special)

    def _is_stem(self, text: str) -> bool:
        return text in self._stems and _WORD.fullmatch(text) is not None

    def end(self, folded: str, start: int) -> int:
        """Where one of them that starts at `start`, the beginning of a word, ends; else -1."""
        best = -1
        if self._whole and folded.startswith(self._whole, start):
            for text in self._whole:
                if folded.startswith(text, start) and _at_edge(folded, start + len(text)):
                    best = max(best, start + len(text))
        if self._stems and folded.startswith(self._stems, start):
            for text in self._stems:
                if folded.startswith(text, start):
                    best = max(best, _edge(folded, start + len(text)))
        if self.special and (match := self._pattern.match(folded, start)):
            best = max(best, match.end())
        return best

    def anywhere(self, folded: str) -> Iterator[tuple[int, int]]:
        """Where any of them starts and ends, for those that are filed under no word."""
        return (match.span() for match in self._everywhere.finditer(folded))

    @cached_property
    def _everywhere(self) -> re.Pattern[str]:
        every = "|".join(
            [
                *([self.special] if self.special else ()),
                *map(re.escape, self._whole),
                *(re.escape(stem) + r"\w*" for stem in self._stems),
            ]
        )
        return re.compile(rf"(?<!\w)(?:{every})(?!\w)")


def _at_edge(folded: str, at: int) -> bool:
    return at == len(folded) or not _WORD.match(folded, at)


def _edge(folded: str, at: int) -> int:
    """The end of the word that goes on at `at`."""
    rest = _WORD.match(folded, at)
    return rest.end() if rest else at


Found = tuple[Cues, int, int]
"""What was found, and where it starts and ends."""


class File:
    """Drawers by their key."""

    def __init__(self, drawers: Mapping[str, Sequence[Cues]]) -> None:
        self._drawers = drawers
        self._always = drawers.get("", ())
        self._opened = lru_cache(_REMEMBERED)(self._look_up)

    def matches(self, folded: str) -> Iterator[Found]:
        """Every cue that starts at a word of the text, found by trying only those filed under
        it."""
        # Most texts hold no word of a small file: one look tells.
        if any(map(self._opened, _WORD.findall(folded))):
            for word in _WORD.finditer(folded):
                for cues in self._opened(word[0]):
                    if (end := cues.end(folded, word.start())) >= 0:
                        yield cues, word.start(), end
        for cues in self._always:
            for start, end in cues.anywhere(folded):
                yield cues, start, end

    def _look_up(self, word: str) -> tuple[Cues, ...]:
        """The cues of all keys `word` starts with that may start there: few, and a text's words are
        mostly those of the texts before."""
        keys = dict.fromkeys(word[:letters] for letters in range(_SHORTEST, _LONGEST + 1))
        return tuple(
            cues for key in keys for cues in self._drawers.get(key, ()) if cues.may_start_with(word)
        )


def filed(cues: Iterable[Cue]) -> File:
    """The cues of one key and one name together: they are tried once a word."""
    together: dict[tuple[str, str, str], list[Cue]] = {}
    for cue in cues:
        together.setdefault((cue.key, cue.group, cue.name), []).append(cue)
    file: dict[str, list[Cues]] = {}
    for (key, _, _), same in together.items():
        file.setdefault(key, []).append(Cues(same))
    return File(file)
