"""How a text feels, and which step said so: the first that can read it.

1. A text without words: its emoji.
2. A language the weights were trained in: what they learned, and what an encoder sees beside them
   where one is installed (stacking.py).
3. VADER (Hutto & Gilbert, "VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social
   Media Text", ICWSM 2014): English by its own lexicon, other languages by ours.
4. Cue words of complaint or praise, and emoji.

What none of them can read is "unknown", never "neutral".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final, Protocol, cast

from sentiment import lexicon
from sentiment.emoji import feeling
from sentiment.signals import Signal, signals


class Sentiment(StrEnum):
    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Score:
    """`score` is -1..1 (0 when unknown), `confidence` 0..1 (0 when unknown), `made_by` the step
    that decided: "trained", "trained, with encoder", "vader", "lexicon", "emoji", "cues" or "none".
    """

    label: Sentiment
    score: float
    confidence: float
    made_by: str


MAX_LETTERS: Final = 1000
"""VADER's time grows faster than its text; a feeling shows in the first paragraph."""

THRESHOLD: Final = 0.05
"""VADER's authors' own border between neutral and polar compounds."""

_DECISIVE: Final = 0.5
_CUED: Final = 0.5
_CUES_ARE_RIGHT: Final = 0.6
_LETTER: Final = re.compile(r"[^\W\d_]")
_PLAIN_WORDS: Final = re.compile(r"(?<!\S)[^\W\d_]{2,15} [^\W\d_]{3,15} ")
_NO_WORDS: Final = re.compile(r"https?://\S+|www\.\S+|@\w+|(?<!\S)(?:x|:-?)d(?!\S)", re.IGNORECASE)


def score(text: str, language: str, *, cued: AbstractSet[Signal] | None = None) -> Score:
    """The feeling of the first 1,000 letters of `text`, in `language` (ISO 639-1 or "unknown").

    `cued` are its signals if the caller already knows them. Emoji decide for a text without words;
    else VADER, in English with its own lexicon, in other languages with ours, unless cue words of
    complaint or praise know better; where there is no lexicon only cues and emoji. Confidence is
    0.5 + 0.5·|compound| for a polar reading, 0.5 for a neutral one, 0.3 if none of the words was
    known; 0.6 for cues; 0.5 + 0.4·|mean| for emoji.
    """
    text = text[:MAX_LETTERS]
    if not has_words(text):
        return _by_emoji(text)
    if language == "en":
        return _by_vader(text)
    found = signals(text, language) if cued is None else cued
    if language in lexicon.LANGUAGES:
        return _by_lexicon(text, language, found)
    return _by_cues(text, found)


def learned(probabilities: Mapping[str, float], *, made_by: str = "trained") -> Score:
    """The same from the probability of each label: `confidence` is the likeliest one's, `score` how
    much likelier glad is than cross."""
    label = max(probabilities, key=probabilities.__getitem__)
    glad, cross = probabilities[Sentiment.POSITIVE], probabilities[Sentiment.NEGATIVE]
    return Score(
        label=Sentiment(label),
        score=round(glad - cross, 4),
        confidence=round(probabilities[label], 4),
        made_by=made_by,
    )


def compound(text: str, language: str) -> float | None:
    """What VADER's rules say of the first 1,000 letters, -1..1; None where there is no lexicon."""
    text = text[:MAX_LETTERS]
    if language == "en":
        return _vader().polarity_scores(text)["compound"]
    return lexicon.compound(text, language) if language in lexicon.LANGUAGES else None


def unknown(made_by: str = "none") -> Score:
    """The honest answer when nothing could be read."""
    return Score(label=Sentiment.UNKNOWN, score=0.0, confidence=0.0, made_by=made_by)


def has_words(text: str) -> bool:
    """Whether there is anything to read beside links, handles and faces."""
    # The second look is thorough but slow beside VADER; almost every text passes the first.
    if _PLAIN_WORDS.search(text):
        return True
    return _LETTER.search(_NO_WORDS.sub(" ", text)) is not None


def _polar(value: float, confidence: float, made_by: str) -> Score:
    label = Sentiment.POSITIVE if value > 0 else Sentiment.NEGATIVE
    return Score(label=label, score=value, confidence=confidence, made_by=made_by)


def _by_emoji(text: str) -> Score:
    mean = feeling(text)
    if mean is None or abs(mean) < _DECISIVE:
        return unknown()
    return _polar(round(mean, 4), round(0.5 + 0.4 * abs(mean), 4), "emoji")


def _by_cues(text: str, found: AbstractSet[Signal]) -> Score:
    if Signal.COMPLAINT in found:
        return _polar(-_CUED, _CUES_ARE_RIGHT, "cues")
    if Signal.PRAISE not in found:
        return _by_emoji(text)
    # Kind words under an angry face mean something, but nobody can say what.
    if (feeling(text) or 0.0) < 0:
        return unknown()
    return _polar(_CUED, _CUES_ARE_RIGHT, "cues")


def _by_lexicon(text: str, language: str, found: AbstractSet[Signal]) -> Score:
    """Single words miss what a turn of phrase says: a cued complaint that reads as joy is scorn,
    and praise in words the lexicon does not know is praise."""
    compound = lexicon.compound(text, language)
    if Signal.COMPLAINT in found and compound > -THRESHOLD:
        return _polar(-_CUED, _CUES_ARE_RIGHT, "cues")
    if Signal.PRAISE in found and abs(compound) < THRESHOLD:
        return _polar(_CUED, _CUES_ARE_RIGHT, "cues")
    return _read(compound, "lexicon", knew_a_word=compound != 0)


def _by_vader(text: str) -> Score:
    result = _vader().polarity_scores(text)
    knew_a_word = bool(result["pos"] or result["neg"])
    return _read(result["compound"], "vader", knew_a_word=knew_a_word)


def _read(compound: float, made_by: str, *, knew_a_word: bool) -> Score:
    if abs(compound) >= THRESHOLD:
        return _polar(compound, round(0.5 + 0.5 * abs(compound), 4), made_by)
    return Score(
        label=Sentiment.NEUTRAL,
        score=compound,
        confidence=0.5 if knew_a_word else 0.3,
        made_by=made_by,
    )


class _Vader(Protocol):
    def polarity_scores(self, text: str) -> dict[str, float]: ...


@cache
def _vader() -> _Vader:
    # Loaded when first needed: a desk that only shows what was scored never pays for the lexicon.
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return cast(_Vader, SentimentIntensityAnalyzer())
