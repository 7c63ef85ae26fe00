"""Pure: what the team made of our words, and which mentions say nearly the same.

Two mentions are similar by the runs of 2 to 5 letters they share, each counting by its rarity
(sentiment/features.py), so that endings, typos and accents weigh little.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

import numpy as np
from numpy.typing import NDArray

from listener.channels.base import Answerable, Length
from responder.voice.cues import lexicon
from responder.voice.reading import Reading
from responder.voice.target import House, Target
from sentiment.cues import fold
from sentiment.features import LETTERS, pieces
from sentiment.linear import Floats, Rarity

SIMILAR_FROM: Final = 0.44
"""From here on two mentions are taken for similar: rather too few than the wrong ones. Among 16,082
pairs of different texts of our own corpus, alike in language, feeling and topic, the most similar
reach 0.33; of 14 pairs that say the same in other words 13 are above it, but so are some that
differ in one word alone, which is what `learned_fit` looks for."""

EDITED_BELOW: Final = 0.98
"""Below this share of words kept somebody really wrote something."""

FEWEST_WORDS: Final = 4
"""Fewer say nothing that one could compare, or learn."""

_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_NOISE: Final = re.compile(r"(?:https?://|www\.)\S+|(?<!\w)@[\w@.-]+")
_STEM: Final = 5
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_SIGNED: Final = re.compile(r"\s*(?:\^\s?[^\W\d_]{1,12}|[—–-]\s?[^\W\d_][^.!?\n]{0,40})\s*$")


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The runs of letters of a text, with what each counts; all of them together have length 1."""

    pieces: NDArray[np.int32]
    values: Floats


def body_of(text: str, language: str, house: House) -> str:
    """`text` without greeting, signature, and the initials or name somebody signed with."""
    target = Target(
        length=Length(used=0, limit=0),
        counted_in="",
        language=language,
        languages=(),
        answerable=Answerable.YES,
        label="",
        house=house,
    )
    reading = Reading(text, target)
    return _SIGNED.sub("", text[reading.head : reading.tail]).strip()


def share_kept(proposed: str, sent: str) -> float:
    """How much of our words the team kept, 0 to 1: 2 × M / (P + S), where P and S are the numbers
    of words in `proposed` and `sent`, and M of those that stand in both in the same order
    (difflib's ratio). What is added counts like what is taken out; case and marks do not."""
    ours, theirs = words_of(proposed), words_of(sent)
    return SequenceMatcher(None, ours, theirs, autojunk=False).ratio()


def shape_of(text: str, rarity: Rarity) -> Shape:
    """What `text` is compared by."""
    found = pieces(_NOISE.sub(" ", text))
    found = found[found < LETTERS]
    values = rarity.table[found]
    length = float(np.sqrt(values @ values))
    return Shape(pieces=found, values=values / np.float32(length) if length else values)


def similarity(one: Shape, other: Shape) -> float:
    """0 to 1: the cosine of the two."""
    _, mine, theirs = np.intersect1d(
        one.pieces, other.pieces, assume_unique=True, return_indices=True
    )
    return float(one.values[mine] @ other.values[theirs])


def says_enough(text: str) -> bool:
    """Whether there are words enough to compare."""
    return len(_LETTERS.findall(_NOISE.sub(" ", text))) >= FEWEST_WORDS


def stems(text: str, language: str) -> frozenset[str]:
    """The first 5 letters of each word that says something: two forms of one share them."""
    empty = lexicon(language).listed("R14", "stopwords")
    words = _LETTERS.findall(fold(_NOISE.sub(" ", text)))
    return frozenset(w[:_STEM] for w in words if len(w) >= _STEM - 1 and w not in empty)


def words_of(text: str) -> list[str]:
    """The words of `text`, folded, with their apostrophes."""
    return _WORD.findall(fold(text))
