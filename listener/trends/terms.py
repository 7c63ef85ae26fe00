"""Pure: the words and pairs of words of many texts, counted by text, and which of them rise."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from listener.trends.rising import LEAST, Rise, rising
from sentiment.cues import fold

_NO_WORDS: Final = re.compile(r"(?:https?://|www\.)\S+|@[\w.@-]+")
_RUN: Final = re.compile(r"[^\W\d_](?:[\w'’-]*\w)?")
_BREAK: Final = re.compile(r"[.!?;:,()\[\]\"«»„“”…\n|/]+|\s[-–—]\s")
_SHORTEST: Final = 3  # letters
_LONGEST: Final = 30
_SAME: Final = 0.8
"""Of a word that rises in a pair nearly as often as alone, the pair says more."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """A text, in its language, with the key that its copies share ("" for none)."""

    text: str
    language: str
    likeness: str = ""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """In how many texts each term stands; `shown`: how it is most often written."""

    texts: int
    terms: Counter[str]
    shown: dict[str, str]


def count_terms(texts: Iterable[Said], but: Iterable[str] = ()) -> Counted:
    """Copies of one text count once, and a term once a text. `but`: words that say nothing here,
    such as our own name."""
    left_out = frozenset(word for phrase in but for word in fold(phrase).split())
    seen: set[str] = set()
    terms: Counter[str] = Counter()
    shown: dict[str, str] = {}
    number = 0
    for said in texts:
        if said.likeness and said.likeness in seen:
            continue
        seen.add(said.likeness)
        number += 1
        found = dict(_terms(said, left_out))
        terms.update(found.keys())
        for folded, written in found.items():
            shown.setdefault(folded, written)
    return Counted(texts=number, terms=terms, shown=shown)


def rising_terms(now: Counted, before: Counted) -> list[Rise]:
    """Which rose, as they are written; of a word and a pair with it the one that says more."""
    compared = {term: number for term, number in now.terms.items() if number >= LEAST}
    rises = rising(compared, before.terms, of_now=now.texts, of_before=before.texts)
    pairs = [rise for rise in rises if " " in rise.name]
    return [
        Rise(
            name=now.shown[rise.name],
            now=rise.now,
            before=rise.before,
            times=rise.times,
            chance=rise.chance,
        )
        for rise in rises
        if not any(_says_more(pair, rise) for pair in pairs)
    ]


def _says_more(pair: Rise, rise: Rise) -> bool:
    return rise.name in pair.name.split() and pair.now >= _SAME * rise.now


def _terms(said: Said, left_out: frozenset[str]) -> Iterator[tuple[str, str]]:
    silent = stop_words(said.language)
    for stretch in _BREAK.split(_NO_WORDS.sub("\n", said.text)):
        last: tuple[str, str] | None = None
        for run in _RUN.finditer(stretch):
            written = run[0].lower()
            folded = _folded(written)
            if not _SHORTEST <= len(folded) <= _LONGEST or folded in silent or folded in left_out:
                last = None
                continue
            yield folded, written
            if last is not None:
                yield f"{last[0]} {folded}", f"{last[1]} {written}"
            last = (folded, written)


@lru_cache(50_000)
def _folded(word: str) -> str:
    """Few words make most of what people write."""
    return fold(word)


@cache
def stop_words(language: str) -> frozenset[str]:
    """Those of the language; of one without a list, those of all: better a word too few."""
    lists = _lists()
    known = lists.get(language)
    return known if known is not None else frozenset().union(*lists.values())


@cache
def _lists() -> dict[str, frozenset[str]]:
    text = Path(__file__).with_name("stopwords.toml").read_text(encoding="utf-8")
    return {code: frozenset(words.split()) for code, words in tomllib.loads(text).items()}
