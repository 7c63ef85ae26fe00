"""Pure: which words of an answer are anybody's. Only what is known to be so counts: words of
grammar, of the brand book, of the customer who asks now. All else may be another customer's own.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from responder.voice.cues import lexicon
from sentiment.cues import fold

_FILE: Final = Path(__file__).parent / "small.toml"
_TOKEN: Final = re.compile(r"[^\W_]+")
_RUN: Final = re.compile(r"\d+(?:[\s.,:/()-]+\d+)*")
"""A number, or several with nothing but marks between: "5 1 2" is one, as "9.30" is."""

_MONEY: Final = re.compile(
    r"(\w+)\s+(?:pounds?|quid|sterlin\w+|libras?|dollars?|dollar[io]|dolar\w*|euros?|cents?|pence|penn"
    r"(?:y|ies)|centesim[io]|centim(?:es?|os?)|francs?|franken|frank(?:i|ow|a)|zlot\w+|grosz\w*|percent|"
    r"(?:per|pour) cent|per cento|por ciento|prozent|procent\w*|ευρω|λιρ\w+|δολαρι\w+|τοισ εκατο)\b"
)
_MANY: Final = 8


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is anybody's in one language: `words` as `forms` has them, `tokens` with a digit in
    them, `numbers` and sums of `money` as `numbers_in` and `money_in` have them."""

    words: frozenset[str]
    tokens: frozenset[str]
    numbers: frozenset[str]
    money: frozenset[str]


def known_of(texts: Iterable[str], language: str) -> Known:
    """All that stands in `texts`, and the words of grammar."""
    folded = [fold(text) for text in texts]
    said = {token for text in folded for token in _TOKEN.findall(text)}
    return Known(
        words=frozenset().union(*map(forms, said)) | grammar(language),
        tokens=frozenset(token for token in said if not token.isalpha()),
        numbers=frozenset(one for text in folded for one in numbers_in(text)),
        money=frozenset(one for text in folded for one in money_in(text)),
    )


@cache
def grammar(language: str) -> frozenset[str]:
    """Words that tell nothing of anybody."""
    listed = tomllib.loads(_FILE.read_text(encoding="utf-8")).get(language, "")
    words = {*_TOKEN.findall(fold(listed)), *lexicon(language).listed("R14", "stopwords")}
    return frozenset(words)


def strangers(text: str, known: Known) -> frozenset[str]:
    """The words of `text`, folded, that are not known in any form."""
    return frozenset(
        token
        for token in _TOKEN.findall(fold(text))
        if token.isalpha() and known.words.isdisjoint(forms(token))
    )


def strange_numbers(text: str, known: Known) -> bool:
    """Whether a number, a word with a digit in it or a sum of money stands there that is not known
    just so: 15 pounds are not known by 15 days."""
    folded = fold(text)
    mixed = {token for token in _TOKEN.findall(folded) if not token.isalpha()}
    mixed -= {token for token in mixed if token.isdecimal()}
    return not (
        mixed <= known.tokens
        and numbers_in(folded) <= known.numbers
        and money_in(folded) <= known.money
    )


def forms(word: str) -> frozenset[str]:
    """What a folded word shares with its other forms, and with no other word: its beginnings, down
    to all of four letters, and to all but three of a long word."""
    return frozenset(word[:length] for length in range(_least(len(word)), len(word) + 1))


def forms_in(text: str) -> frozenset[str]:
    """The forms of all words of `text`."""
    return frozenset().union(*map(forms, _TOKEN.findall(fold(text))))


def numbers_in(folded: str) -> set[str]:
    """Numbers, with one space where marks part their digits."""
    return {" ".join(re.findall(r"\d+", hit[0])) for hit in _RUN.finditer(folded)}


def money_in(folded: str) -> set[str]:
    """How much, where a currency or "per cent" is written as a word: "fifteen" of "fifteen
    pounds"."""
    return {hit[1] for hit in _MONEY.finditer(folded)}


def _least(length: int) -> int:
    if length <= 4:
        return length
    return min(length - 1, 5) if length < _MANY else length - 3
