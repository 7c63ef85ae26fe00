"""Which words and cues pulled a judgement where, for the card and for `explain`."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final

import numpy as np

from sentiment import stacking
from sentiment.evidence import NAMES
from sentiment.features import normal, pieces
from sentiment.judge import Reading
from sentiment.learned import learn
from sentiment.linear import Head, Vector, Weights

MOST: Final = 6
"""So many pulls are told: more explain less."""

ENCODER: Final = "encoder"
"""The pull of the encoder, where there is one: words are told of the weights alone, because nobody
can say which words an encoder went by."""

_PLAINLY: Final = {
    "!": "an exclamation mark",
    "!!": "several exclamation marks",
    "?": "a question mark",
    "capitals": "many capitals",
    "long": "the length",
    "short": "the shortness",
    "lexicon glad": "how glad the words sound",
    "lexicon cross": "how cross the words sound",
    "lexicon says glad": "that the words sound glad",
    "lexicon says cross": "that the words sound cross",
    "faces glad": "a glad face",
    "faces cross": "a cross face",
    ENCODER: "what the encoder makes of the whole text",
}

_UNTOLD: Final = frozenset({"signal filler"})  # "please", "hello": nobody is wiser for it
_LEAST: Final = 0.05
_TINY: Final = 1e-6
_WORD: Final = re.compile(r"\w+(?:['’-]\w+)*|[^\w\s]+")


@dataclass(frozen=True, kw_only=True)
class Pull:
    """A word of the text, or a cue that was found in it, and how far it pulls towards the answer:
    so much more or less log-odds than without it."""

    what: str
    strength: float
    is_word: bool


def told(pull: Pull) -> str:
    """The pull as a reader may see it: what, and to which side."""
    what = f"“{pull.what}”" if pull.is_word else _PLAINLY.get(pull.what) or _cue(pull.what)
    return f"{what} speaks {'for' if pull.strength > 0 else 'against'} it"


def _cue(name: str) -> str:
    return f"a cue for {name.partition(' ')[2].replace('_', ' ')}"


def pulls(reading: Reading, answer: str, weights: Weights) -> tuple[Pull, ...]:
    """The strongest pulls towards `answer`, a sentiment, or away from it; none where the weights
    did not judge. A word's pull is that of all its pieces: what two words share counts for both.
    What an encoder adds to them stands last."""
    head = weights.heads["sentiment"]
    if reading.seen is None or answer not in head.names:
        return ()
    words = _of_words(reading.text, reading.seen, answer, head)
    found = [*words, *_of_cues(reading.seen, answer, head)]
    strong = [pull for pull in found if abs(pull.strength) >= _LEAST]
    strongest = sorted(strong, key=lambda pull: -abs(pull.strength))[:MOST]
    return (*strongest, *_of_encoder(reading.text, reading.seen, answer, weights))


def _of_words(text: str, seen: Vector, answer: str, head: Head) -> list[Pull]:
    strength = dict(zip(seen.pieces.tolist(), head.pull(seen, answer).tolist(), strict=True))
    words = dict.fromkeys(_WORD.findall(normal(text)))
    parts = {word: set(pieces(word).tolist()) for word in words}
    return [
        Pull(what=word, strength=sum(strength.get(piece, 0.0) for piece in own), is_word=True)
        for word, own in parts.items()
    ]


def _of_cues(seen: Vector, answer: str, head: Head) -> list[Pull]:
    weights = head.cues - head.cues.mean(axis=1, keepdims=True)
    strengths = seen.cues * weights[:, head.names.index(answer)]
    found = [number for number in np.flatnonzero(seen.cues) if NAMES[number] not in _UNTOLD]
    return [
        Pull(what=NAMES[number], strength=float(strengths[number]), is_word=False)
        for number in found
    ]


def _of_encoder(text: str, seen: Vector, answer: str, weights: Weights) -> list[Pull]:
    """How much likelier than by the weights alone the answer is with the encoder."""
    alone = learn(seen, weights).sentiment
    together = stacking.felt(text, alone)
    if together is None:
        return []
    strength = _log_odds(together[answer]) - _log_odds(alone[answer])
    pull = Pull(what=ENCODER, strength=strength, is_word=False)
    return [pull] if abs(strength) >= _LEAST else []


def _log_odds(likely: float) -> float:
    likely = min(max(likely, _TINY), 1 - _TINY)
    return math.log(likely / (1 - likely))
