"""What the weights make of a text: sentiment, topics, phase and danger, with probabilities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sentiment.cues import Hits
from sentiment.evidence import evidence
from sentiment.features import pieces
from sentiment.linear import Floats, Head, Vector, Weights
from sentiment.phase import Phase
from sentiment.signals import DANGERS, WORDLESS
from sentiment.topics import TOPICS

DANGER: Final = "danger"

_DELICATE: Final = 0.25
"""From this probability of despair or violence on no words of ours are proposed. Of the texts held
back from training in which weights alone see a danger it finds 17 of 35, and takes 10 of 55 calm
ones for it."""
_WORDLESS: Final = frozenset(kind for kind, signal in DANGERS.items() if signal in WORDLESS)


@dataclass(frozen=True, kw_only=True)
class Learned:
    """Probabilities 0 to 1. `sentiment`: of each label, adding up to 1; `topics`: the believed
    ones, the likeliest first; `kind` what danger it would be; `alarming`: there may be one;
    `delicate`: and if so, it may be despair or violence; `dangerous`: there is one, whatever the
    cues say."""

    sentiment: Mapping[str, float]
    topics: Mapping[str, float]
    phase: Phase
    kind: str
    alarming: bool
    delicate: bool
    dangerous: bool


def vector(text: str, hits: Hits, compound: float | None, weights: Weights) -> Vector:
    """`text` as the numbers the weights are for."""
    return weights.rarity.vector(pieces(text), evidence(text, hits, compound or 0.0))


def learn(seen: Vector, weights: Weights) -> Learned:
    """What `weights` say of a text seen as these numbers."""
    said = weights.answers(seen)
    phases = _named("phase", said, weights)
    phase = max(phases, key=phases.__getitem__)
    kinds = _named("kind", said, weights)
    likely = float(said[DANGER][0])
    possible, believed = weights.heads[DANGER].cuts.tolist()
    return Learned(
        sentiment=_named("sentiment", said, weights),
        topics=_believed(weights.heads["topics"], said["topics"]),
        phase=Phase(phase),
        kind=max(kinds, key=kinds.__getitem__),
        alarming=likely >= possible,
        delicate=likely * sum(kinds.get(kind, 0.0) for kind in _WORDLESS) >= _DELICATE,
        dangerous=likely >= believed,
    )


def _named(question: str, said: Mapping[str, Floats], weights: Weights) -> dict[str, float]:
    return dict(zip(weights.heads[question].names, said[question].tolist(), strict=True))


def _believed(head: Head, said: Floats) -> dict[str, float]:
    all_ = zip(head.names, said.tolist(), head.cuts.tolist(), strict=True)
    found = {name: likely for name, likely, cut in all_ if likely >= cut and name in TOPICS}
    return dict(sorted(found.items(), key=lambda item: -item[1]))
