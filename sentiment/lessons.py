"""What weights are trained with: texts that are known, and the questions asked about them.

Apart from the trainer, whose scikit-learn takes a second and 90 MB to come up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sentiment.features import SIZE
from sentiment.learned import DANGER
from sentiment.linear import Floats


@dataclass(frozen=True, kw_only=True)
class Example:
    """A text as numbers, what is right about it, and how much it counts (1: as much as any).

    `answers` has one entry for each question that was answered: "sentiment" and "phase" one name,
    "topics" several, "danger" its own name or nothing, and "kind" what danger it is. `text` is what
    was written, for who reads it in another way.
    """

    pieces: NDArray[np.int32]
    cues: Floats
    language: str
    answers: dict[str, tuple[str, ...]]
    weight: float = 1.0
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Question:
    """How a head is trained. `rows`: how many its table has, `SIZE` or a power of two; `strength`:
    scikit-learn's C, the larger the more the texts are trusted; `cue_weight`: how much more freely
    cues may pull than pieces. `most_false`: for a question of yes or no, how often a yes may be
    wrong among texts where it is no, 0 to 1 each: for "possible" and for "believed". `trust`: how
    far pieces are believed of what they seem to tell on the texts they were learned from; less than
    1 where those are of few kinds, because elsewhere words mean other things and cues the same
    ones."""

    name: str
    rows: int
    strength: float
    cue_weight: float
    many: bool = False
    most_false: tuple[float, ...] = ()
    trust: float = 1.0


QUESTIONS: Final = (
    Question(name="sentiment", rows=SIZE, strength=3, cue_weight=1),
    Question(name="topics", rows=1 << 15, strength=10, cue_weight=1, many=True),
    Question(name="phase", rows=1 << 15, strength=3, cue_weight=1),
    Question(name=DANGER, rows=SIZE, strength=20, cue_weight=1, many=True, most_false=(0.10, 0.02)),
    Question(name="kind", rows=1 << 15, strength=10, cue_weight=1),
)
