"""Text as cues see it, with the way back to the original, and cut into sentences."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sentiment.cues import fold

_UNSEEN: Final = re.compile(
    "[\u0300-\u036f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+"
)


@dataclass(frozen=True, kw_only=True)
class Folded:
    """`text`, and for each of its letters where it came from; at the end one more."""

    text: str
    origin: Sequence[int]

    def back(self, start: int, end: int) -> tuple[int, int]:
        """The offsets in the original of text[start:end]."""
        if start >= end:
            return self.origin[start], self.origin[start]
        return self.origin[start], max(self.origin[end - 1] + 1, self.origin[start] + 1)

    def place(self, offset: int) -> int:
        """Where in `text` the letter at `offset` of the original stands, or the next one kept."""
        return bisect_left(self.origin, offset, hi=len(self.text))


def folded(text: str) -> Folded:
    """Lower case, no accents, ł as l, ς as σ, plain apostrophes, nothing invisible, single spaces:
    what `sentiment.cues.fold` makes of a text, except that a space may stand at either end."""
    return _mapped(text, _folded)


def unaccented(text: str) -> Folded:
    """The same with capitals kept."""
    return _mapped(text, _unaccented)


def _mapped(text: str, change: Callable[[str], str]) -> Folded:
    parts = [change(letter) for letter in text]
    whole = "".join(parts)
    if len(whole) == len(text) and "" not in parts and "  " not in whole and whole[:1] != " ":
        return Folded(text=whole, origin=range(len(text) + 1))
    letters: list[str] = []
    origin: list[int] = []
    blank = True  # nothing stands before the first word
    for offset, part in enumerate(parts):
        for new in part:
            if new == " " and blank:
                continue
            blank = new == " "
            letters.append(new)
            origin.append(offset)
    return Folded(text="".join(letters), origin=(*origin, len(text)))


@lru_cache(maxsize=4096)
def _folded(letter: str) -> str:
    return " " if letter.isspace() else fold(letter) or _spaced(letter)


@lru_cache(maxsize=4096)
def _unaccented(letter: str) -> str:
    if letter.isspace():
        return " "
    if letter.lower() == "ł":
        return "l" if letter == "ł" else "L"
    plain = _UNSEEN.sub("", unicodedata.normalize("NFKD", letter))
    return "".join("'" if mark in "’‘ʼ´`" else mark for mark in plain)


def _spaced(letter: str) -> str:
    """What folds to spaces alone is one; what folds to nothing is nothing."""
    return " " if _UNSEEN.sub("", unicodedata.normalize("NFKD", letter)).isspace() else ""


# -- sentences ---------------------------------------------------------------------------------

# Where a sentence may end: its marks, closing quotes, and then a gap or the end.
_END: Final = re.compile(
    "(?:(?<![.!?…;\u037e])[.!?…;\u037e]++[\"'»”’)\\]]*+|"
    "[\U0001f300-\U0001faff\u2600-\u27bf]\ufe0f?)(?=\\s|$)|\n+"
)
# A full stop behind these ends nothing: shortened words, initials, "1." and "27." of a date.
_SHORT: Final = re.compile(
    r"(?:^|[\s(.])(?:[^\W\d_]|"
    r"mr|mrs|ms|dr|st|no|nr|art|tel|ca|vs|approx|incl|excl|etc|e\.g|i\.e|"
    r"sig|dott|sigg|ecc|es|pag|p\.es|"
    r"env|ex|p\.ex|mme|mlle|"
    r"bzw|ggf|evtl|usw|z\.b|d\.h|u\.a|str|hr|fr|inkl|zzgl|mind|max|min|"
    r"sr|sra|ud|uds|pag|p\.ej|aprox|"
    r"np|tzw|itd|itp|godz|ul|tys|ok|m\.in|pn|wt|sr|czw|pt|"
    r"π\.χ|κ\.λπ|τηλ|αρ|ωρ"
    r")\.$",
    re.IGNORECASE,
)
_DAY: Final = re.compile(
    r"(?<!\d)\d{1,2}\.\s+(?=[^\W\d_])(?:(?![A-ZÀ-ŽΑ-Ω])|"
    r"(?:Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez))"
)
_SAYS: Final = re.compile(r"[^\W_]")
# The number of a step, at the start of a sentence or behind a colon.
_STEP: Final = re.compile(r"\s*(?:[^:\n]{0,80}:\s+)?\d{1,2}[.)]\s")


def spans(text: str, *, greek: bool = False) -> tuple[tuple[int, int], ...]:
    """Where the sentences of `text` stand. Numbered steps that follow each other are one sentence.
    ";" ends a sentence in Greek only."""
    cut, start = [], 0
    for end in _END.finditer(text.rstrip()):
        if _ends(text, start, end, greek=greek):
            cut.append((start, end.end()))
            start = end.end()
    cut.append((start, len(text)))
    return tuple(_joined_steps(text, [span for span in cut if _SAYS.search(text, *span)]))


def _ends(text: str, start: int, end: re.Match[str], *, greek: bool) -> bool:
    mark = end[0]
    if mark[0] in ";\u037e" and not greek:
        return False
    if mark != ".":
        return True
    if end.end() == len(end.string):
        return True
    near = max(start, end.end() - 12)
    step = _STEP.fullmatch(text, start, end.end() + 1) is not None
    day = _DAY.match(text, max(start, end.start() - 2)) or _DAY.match(text, end.start() - 1)
    return not (step or day or _SHORT.search(text, near, end.end()))


def _joined_steps(text: str, cut: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    steps = False
    for start, end in cut:
        if joined and _STEP.match(text, start) and steps:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
            steps = _STEP.match(text, start) is not None
    return joined


def key(sentence: str) -> str:
    """What two wordings of one sentence share: folded, without what ends it."""
    return fold(sentence).strip(" .!?…;\"'»«“”()")


def keys(*texts: str) -> frozenset[str]:
    """The keys of all sentences of the brand's own texts: what `House.agreed` holds."""
    return frozenset(
        key(text[a:b])
        for text in texts
        for greek in (False, True)
        for a, b in spans(text, greek=greek)
    ) - {""}
