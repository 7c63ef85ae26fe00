"""The one door to this package: everything a text can tell by itself, in one value."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from sentiment.cues import find
from sentiment.language import identify
from sentiment.phase import Phase, likeliest
from sentiment.score import Score, Sentiment, score, unknown
from sentiment.signals import Signal, heard
from sentiment.topics import ranked


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """`language` is ISO 639-1 or "unknown"; `topics` the strongest first."""

    language: str
    score: Score
    topics: tuple[str, ...]
    signals: frozenset[Signal]
    phase: Phase


def judge(text: str, *, languages: Sequence[str], hint: str | None = None) -> Judgement:
    """Judge `text` of a customer. Never raises, whatever the text.

    `languages` are the ones to choose from when the network's own `hint` does not say.
    """
    language = identify(text, languages=languages, hint=hint)
    hits = find(text, language)
    signals = heard(hits, language)
    return Judgement(
        language=language,
        score=_reconciled(score(text, language, cued=signals), signals),
        topics=ranked(hits),
        signals=signals,
        phase=likeliest(hits),
    )


def _reconciled(verdict: Score, signals: AbstractSet[Signal]) -> Score:
    """VADER takes scorn at its word ("great, third week"): a cued complaint makes it doubtful."""
    if Signal.COMPLAINT in signals and verdict.label is Sentiment.POSITIVE:
        return unknown(f"{verdict.made_by}, contradicted by cues")
    return verdict
