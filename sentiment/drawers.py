"""Cues filed so that a text only meets those its own words can start.

Most cues are plain, and comparing letters is ten times as quick as a regular expression, which
moreover has to be compiled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice
from typing import Final

from sentiment.openings import ANY, openings

_SHORTEST, _LONGEST = 2, 6
"""A cue is filed under as many of its first letters as are sure, up to the longest."""
_REMEMBERED: Final = 4_000
"""So many words a file knows the drawers of: few words make most of what people write."""

_GAP: Final = r"(?:[^\w.!?;]{1,3}\w{1,30}){0,4}?[^\w.!?;]{1,3}"
_HEAD: Final = re.compile(r"[^\W\d_]+")
_SPECIAL: Final = re.compile(r"[~…\\.^$*+?{}\[\]|()]")
_WORD: Final = re.compile(r"\w+")
_BRACKETS: Final = re.compile(r"\([^()]*\)")
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

    @cached_property
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
        if self.is_plain:
            first = _WORD.match(self.text)
            word = first[0] if first else ""
            return word, word + "~" != self.text
        head = _HEAD.match(self.text)
        rest = self.text[head.end() :] if head else ""
        ends = rest[:1] in _PARTS and rest[1:2] not in ("?", "*", "{")
        ends = ends and "|" not in _BRACKETS.sub("", rest)
        return (head[0], True) if head and ends else (self.key, False)

    @cached_property
    def next(self) -> tuple[str, ...]:
        """What the word behind the first must start with: one of these."""
        word, is_whole = self.head
        if self.is_plain:
            return tuple(_WORD.findall(self.text)[1:2]) or ANY
        return openings(self.text[len(word) + 1 :]) if is_whole else ANY

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        # Compiled when a text first holds the words it could start with: most never do.
        return re.compile(rf"(?<!\w)(?:{self.pattern})(?!\w)")


class Cues:
    """All cues of one key and one name."""

    def __init__(self, cues: Iterable[Cue]) -> None:
        self.every = tuple(cues)
        first = self.every[0]
        self.group, self.name, self.key = first.group, first.name, first.key

    def anywhere(self, folded: str) -> Iterator[tuple[int, int]]:
        """Where any of them starts and ends, for those that are filed under no word."""
        return (match.span() for match in self._everywhere.finditer(folded))

    @cached_property
    def _everywhere(self) -> re.Pattern[str]:
        """What is special first, and what is plain the longest first."""
        plain = sorted(
            dict.fromkeys(cue for cue in self.every if cue.is_plain),
            key=lambda cue: (cue.text.endswith("~"), -len(cue.text)),
        )
        special = dict.fromkeys(cue.pattern for cue in self.every if not cue.is_plain)
        every = "|".join([*special, *(cue.pattern for cue in plain)])
        return re.compile(rf"(?<!\w)(?:{every})(?!\w)")


class Drawer:
    """What of some cues may start at one word."""

    __slots__ = ("_special", "_stems", "_whole", "alone", "cues", "next")

    def __init__(self, cues: Cues, filed: Sequence[Cue]) -> None:
        self.cues = cues
        plain = {cue.text for cue in filed if cue.is_plain}
        longer = {text for text in plain if not _WORD.fullmatch(text.removesuffix("~"))}
        self.alone = len(longer) < len(plain)  # the word by itself is one of them
        self._whole = tuple(text for text in longer if not text.endswith("~"))
        self._stems = tuple(text[:-1] for text in longer if text.endswith("~"))
        self._special = tuple(cue for cue in filed if not cue.is_plain)
        more = (cue for cue in filed if not cue.is_plain or cue.text in longer)
        self.next = tuple({start for cue in more for start in cue.next})

    def end(self, folded: str, word: re.Match[str], after: str) -> int:
        """Where one of them that starts at `word` ends; else -1. `after` is the word behind it."""
        start = word.start()
        best = word.end() if self.alone else -1
        if not after.startswith(self.next):
            return best
        for text in self._whole:
            if folded.startswith(text, start) and _at_edge(folded, start + len(text)):
                best = max(best, start + len(text))
        for text in self._stems:
            if folded.startswith(text, start):
                best = max(best, _edge(folded, start + len(text)))
        for cue in self._special:
            if after.startswith(cue.next) and (match := cue.compiled.match(folded, start)):
                return max(best, match.end())
        return best


def _at_edge(folded: str, at: int) -> bool:
    return at == len(folded) or not _WORD.match(folded, at)


def _edge(folded: str, at: int) -> int:
    """The end of the word that goes on at `at`."""
    rest = _WORD.match(folded, at)
    return rest.end() if rest else at


Found = tuple[Cues, int, int]
"""What was found, and where it starts and ends."""


class File:
    """Cues by the word they start with, or by the letters that word starts with."""

    def __init__(self, cues: Iterable[Cues]) -> None:
        self._always: list[Cues] = []
        self._words: dict[str, list[tuple[Cues, int, Cue]]] = {}
        self._starts: dict[str, list[tuple[Cues, int, Cue]]] = {}
        for some in cues:
            self._file(some)
        self._longest = max(map(len, self._starts), default=0)
        self._opened = lru_cache(_REMEMBERED)(self._open)

    def _file(self, cues: Cues) -> None:
        if not cues.key:
            self._always.append(cues)
            return
        for number, cue in enumerate(cues.every):
            head, is_whole = cue.head
            place = self._words if is_whole else self._starts
            place.setdefault(head, []).append((cues, number, cue))

    def matches(self, folded: str) -> Iterator[Found]:
        """Every cue that starts at a word of the text, found by trying only those filed under
        it."""
        words = _WORD.findall(folded)
        opened = list(map(self._opened, words))
        # Most texts hold no word of a small file: one look tells.
        if any(opened):
            words.append("")
            behind = islice(words, 1, None)
            for word, drawers, after in zip(_WORD.finditer(folded), opened, behind, strict=True):
                for drawer in drawers:
                    if drawer.alone or after.startswith(drawer.next):
                        end = drawer.end(folded, word, after)
                        if end >= 0:
                            yield drawer.cues, word.start(), end
        for cues in self._always:
            for start, end in cues.anywhere(folded):
                yield cues, start, end

    def _open(self, word: str) -> tuple[Drawer, ...]:
        """What may start at `word`: little, and a text's words are mostly those of the texts
        before."""
        found = [*self._words.get(word, ())]
        longest = max(_SHORTEST, min(len(word), self._longest))
        for letters in range(_SHORTEST, longest + 1):
            if some := self._starts.get(word[:letters]):
                found += some
        drawers: dict[Cues, dict[int, Cue]] = {}
        for cues, number, cue in found:
            drawers.setdefault(cues, {})[number] = cue
        return tuple(
            Drawer(cues, [filed[number] for number in sorted(filed)])
            for cues, filed in drawers.items()
        )


def filed(cues: Iterable[Cue]) -> File:
    """The cues of one key and one name together: they are tried once a word."""
    together: dict[tuple[str, str, str], list[Cue]] = {}
    for cue in cues:
        together.setdefault((cue.key, cue.group, cue.name), []).append(cue)
    return File(map(Cues, together.values()))
