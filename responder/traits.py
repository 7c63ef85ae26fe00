"""Pure: what was judged of a text as a few numbers, so that texts can be compared by it as they are
by their words: a complaint about a refund is like another one in whatever words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import numpy as np

from sentiment.judge import Judgement
from sentiment.linear import Floats
from sentiment.phase import Phase
from sentiment.score import Sentiment
from sentiment.signals import Signal
from sentiment.topics import TOPICS

_NAMES: Final = (
    *(("topic", topic) for topic in TOPICS),
    *(("signal", signal.value) for signal in Signal),
    *(("phase", phase.value) for phase in Phase),
    *(("feeling", feeling.value) for feeling in Sentiment),
)
_PLACES: Final = {name: place for place, name in enumerate(_NAMES)}

_FADING: Final = 0.5
"""How much less each topic counts than the stronger one before it."""
_BESIDE: Final = 0.7
"""What signals, phase and feeling count against the leading topic."""
_DOUBTED: Final = 0.3
"""A feeling counts by its confidence, but so much at least."""


def traits(
    *,
    topics: Sequence[str],
    signals: Collection[str],
    phase: str,
    sentiment: str,
    confidence: float,
) -> Floats:
    """The numbers, 0 to 1 each. `topics`: the strongest first; `confidence` in the sentiment, 0 to
    1. What has no name here ("other") counts nothing."""
    told = np.zeros(len(_NAMES), np.float32)
    for rank, topic in enumerate(topics):
        _tell(told, ("topic", topic), 1 / (1 + _FADING * rank))
    for signal in signals:
        _tell(told, ("signal", signal), _BESIDE)
    _tell(told, ("phase", phase), _BESIDE)
    _tell(told, ("feeling", sentiment), _BESIDE * max(_DOUBTED, confidence))
    return told


def traits_of(judged: Judgement) -> Floats:
    """Those of a text that was judged just now."""
    return traits(
        topics=judged.topics,
        signals=[signal.value for signal in judged.signals],
        phase=judged.phase.value,
        sentiment=judged.score.label.value,
        confidence=judged.score.confidence,
    )


def _tell(told: Floats, name: tuple[str, str], value: float) -> None:
    if (place := _PLACES.get(name)) is not None:
        told[place] = value
