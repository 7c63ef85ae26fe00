"""The one door to this package: everything a text can tell by itself, in one value."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Final

from sentiment import stacking
from sentiment.cues import LANGUAGES, Hits, find
from sentiment.language import identify
from sentiment.learned import Learned, learn, vector
from sentiment.linear import Vector, Weights
from sentiment.orders import without_orders
from sentiment.phase import Phase, likeliest
from sentiment.score import (
    MAX_LETTERS,
    Score,
    Sentiment,
    compound,
    has_words,
    learned,
    score,
    unknown,
)
from sentiment.signals import DANGEROUS, DANGERS, WORDLESS, Signal, heard
from sentiment.topics import OTHER, ranked
from sentiment.weights import shipped

_CLEARLY: Final = 0.6
"""From this confidence a feeling makes a complaint or praise."""
_SURELY: Final = 0.9
"""The same for who asks for something: wishes are written curtly, and that is no bad mood yet."""
_FEW_WORDS: Final = 5
_NO_PRAISE: Final = frozenset({Signal.COMPLAINT, Signal.SPAM, Signal.STOP})


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """`language` is ISO 639-1 or "unknown"; `topics` the likeliest first, ("other",) when it is
    about none that has a name; empty when nobody can tell."""

    language: str
    score: Score
    topics: tuple[str, ...]
    signals: frozenset[Signal]
    phase: Phase


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A text and what was found in it. `seen` is None where the weights cannot read it: another
    language, or no words."""

    text: str
    language: str
    hits: Hits
    seen: Vector | None


def judge(
    text: str,
    *,
    languages: Sequence[str],
    hint: str | None = None,
    usual: str | None = None,
    weights: Weights | None = None,
    encoder: bool = True,
) -> Judgement:
    """Judge `text` of a customer. Never raises, whatever the text.

    `languages` are the ones to choose from when the network's own `hint` does not say; `usual` is
    the one the author wrote in before. Without `weights` the shipped ones are used; without
    `encoder` they judge alone where one is installed, a hundred times as fast.
    """
    weights = weights or shipped()
    plain = without_orders(text)
    language = identify(plain, languages=languages, hint=hint, usual=usual)
    # Two orders may hide a third; most texts hold none, and are looked through once.
    reading = _read(plain if plain is text else without_orders(plain), language, weights)
    if reading.seen is None:
        return _by_rules(reading)
    return _by_weights(reading, learn(reading.seen, weights), encoder=encoder)


def read(text: str, language: str, weights: Weights) -> Reading:
    """Look up all that is judged by."""
    return _read(without_orders(text), language, weights)


def _read(text: str, language: str, weights: Weights) -> Reading:
    hits = find(text, language)
    short = text[:MAX_LETTERS]
    readable = language in weights.languages and has_words(short)
    seen = vector(short, hits, compound(short, language), weights) if readable else None
    return Reading(text=text, language=language, hits=hits, seen=seen)


def _by_rules(reading: Reading) -> Judgement:
    signals = heard(reading.hits, reading.language)
    verdict = score(reading.text, reading.language, cued=signals)
    return Judgement(
        language=reading.language,
        score=_reconciled(verdict, signals),
        topics=ranked(reading.hits),
        signals=signals,
        phase=likeliest(reading.hits),
    )


def _by_weights(reading: Reading, known: Learned, *, encoder: bool) -> Judgement:
    signals = heard(reading.hits, reading.language)
    felt = _felt(reading, known) if encoder else learned(known.sentiment)
    verdict = _reconciled(felt, signals)
    if reading.language not in LANGUAGES:  # a feeling may be known where nothing else is
        return replace(_by_rules(reading), score=verdict)
    completed = _completed(signals, known, verdict, says_little=_says_little(reading.text))
    return Judgement(
        language=reading.language,
        score=verdict,
        topics=_gated(tuple(known.topics), verdict, completed) or (OTHER,),
        signals=completed,
        phase=known.phase,
    )


def _felt(reading: Reading, known: Learned) -> Score:
    """By the best step there is."""
    together = stacking.felt(reading.text, known.sentiment)
    if together is None:
        return learned(known.sentiment)
    return learned(together, made_by=stacking.MADE_BY)


def _completed(
    signals: frozenset[Signal], known: Learned, verdict: Score, *, says_little: bool
) -> frozenset[Signal]:
    """What the cues did not hear and the weights did: danger, a complaint in words of no list."""
    signals, more = signals - DANGEROUS, _danger(signals, known, says_little=says_little)
    clearly = verdict.confidence >= _CLEARLY
    if verdict.label is Sentiment.NEGATIVE:
        cross = verdict.confidence >= _SURELY if Signal.REQUEST in signals else clearly
        more |= {Signal.COMPLAINT} if cross else set()
        return (signals - {Signal.PRAISE}) | more
    praised = clearly and verdict.label is Sentiment.POSITIVE and "praise" in known.topics
    if praised and not signals & _NO_PRAISE:
        more |= {Signal.PRAISE}
    return signals | more


def _danger(
    signals: AbstractSet[Signal], known: Learned, *, says_little: bool = False
) -> set[Signal]:
    """Danger is believed where cues and weights both see one, or the weights are very sure. What
    only one of them sees is a reason to look, but not in a few words without any cue: they are a
    greeting, and to weights that were taught on sentences any greeting is strange."""
    cued = set(signals & DANGEROUS)
    if says_little and not cued:
        return set()
    if known.dangerous or (cued and known.alarming):
        return cued or {DANGERS[known.kind]}
    if not cued and not known.alarming:
        return set()
    delicate = bool(cued & WORDLESS) if cued else known.delicate
    return {Signal.ALARMING, Signal.DELICATE} if delicate else {Signal.ALARMING}


def _says_little(text: str) -> bool:
    words = (word for word in text.split() if not word.startswith("@"))
    return sum(any(map(str.isalpha, word)) for word in words) < _FEW_WORDS


def _gated(
    topics: tuple[str, ...], verdict: Score, signals: AbstractSet[Signal]
) -> tuple[str, ...]:
    """Nobody praises in a bad mood: that is scorn."""
    cross = verdict.label is Sentiment.NEGATIVE or Signal.COMPLAINT in signals
    return tuple(topic for topic in topics if topic != "praise" or not cross)


def _reconciled(verdict: Score, signals: AbstractSet[Signal]) -> Score:
    """Scorn is taken at its word ("great, third week"): a cued complaint makes joy doubtful."""
    if Signal.COMPLAINT in signals and verdict.label is Sentiment.POSITIVE:
        return unknown(f"{verdict.made_by}, contradicted by cues")
    return verdict
