"""What is known of a text without counting its pieces: words of feeling, faces, cues, marks.

These are few and mean the same in every language, so that a model learns from an Italian complaint
what a Polish one looks like.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sentiment.cues import HARMLESS, SIGNALS, Hits
from sentiment.emoji import feeling
from sentiment.phase import Phase
from sentiment.topics import TOPICS

_GREEK_QUESTION: Final = re.compile(r"[\u0370-\u03ff\u1f00-\u1fff][;\u037e]")
_FULL: Final = 3
"""So many hits of one name count as many as any more."""
_LONG: Final = 300  # letters
_SHORT: Final = 4  # words

_MARKS: Final = ("!", "!!", "?", "capitals", "long", "short")
_FEELINGS: Final = ("lexicon glad", "lexicon cross", "lexicon says glad", "lexicon says cross")
_FACES: Final = ("faces glad", "faces cross")

_PLAINLY: Final = (*_MARKS, *_FEELINGS, *_FACES)
_CUED: Final = (
    *(("topic", topic) for topic in TOPICS),
    *(("phase", phase.value) for phase in Phase if phase is not Phase.UNKNOWN),
    *(("signal", signal) for signal in (*SIGNALS, HARMLESS)),
)
_PLACES: Final = {cue: place for place, cue in enumerate(_CUED, len(_PLAINLY))}

NAMES: Final = (*_PLAINLY, *map(" ".join, _CUED))
"""What each number of `evidence` tells of, in its order."""


def evidence(text: str, hits: Hits, compound: float) -> NDArray[np.float32]:
    """The numbers of `NAMES`, 0 to 1 each. `compound` is what VADER's rules say, -1 to 1."""
    told = np.zeros(len(NAMES), np.float32)
    told[: len(_PLAINLY)] = tuple(_plainly(html.unescape(text), compound))
    for group, found in (("topic", hits.topics), ("phase", hits.phases), ("signal", hits.signals)):
        for name, count in found.items():
            if (at := _PLACES.get((group, name))) is not None:
                told[at] = min(count, _FULL) / _FULL
    return told


def _plainly(text: str, compound: float) -> Iterator[float]:
    yield "!" in text
    yield "!!" in text
    yield "?" in text or _GREEK_QUESTION.search(text) is not None
    yield sum(map(str.isupper, text)) / max(1, len(text))
    yield min(len(text), _LONG) / _LONG
    yield len(text.split(maxsplit=_SHORT)) < _SHORT
    yield max(0.0, compound)
    yield max(0.0, -compound)
    yield compound >= 0.05
    yield compound <= -0.05
    felt = feeling(text) or 0.0
    yield max(0.0, felt)
    yield max(0.0, -felt)
