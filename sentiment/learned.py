"""What the weights make of a text: sentiment, topics, phase and danger, with probabilities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sentiment.cues import Hits
from sentiment.evidence import evidence
from sentiment.features import pieces
from sentiment.linear import Head, Vector, Weights
from sentiment.phase import Phase
from sentiment.topics import TOPICS

NO_DANGER: Final = "no"


@dataclass(frozen=True, kw_only=True)
class Learned:
    """Probabilities 0 to 1. `sentiment`: of each label, adding up to 1; `topics`: the believed
    ones, the likeliest first; `danger` the kind of danger that is believed, if any."""

    sentiment: Mapping[str, float]
    topics: Mapping[str, float]
    phase: Phase
    danger: str | None


def vector(text: str, hits: Hits, compound: float | None, weights: Weights) -> Vector:
    """`text` as the numbers the weights are for."""
    return weights.rarity.vector(pieces(text), evidence(text, hits, compound or 0.0))


def learn(seen: Vector, weights: Weights) -> Learned:
    """What `weights` say of a text seen as these numbers."""
    phases = _named(weights.heads["phase"], seen)
    phase = max(phases, key=phases.__getitem__)
    dangers = _named(weights.heads["urgent"], seen)
    danger = 1 - dangers.pop(NO_DANGER)
    believed = danger >= weights.heads["urgent"].cuts[0]
    return Learned(
        sentiment=_named(weights.heads["sentiment"], seen),
        topics=_believed(weights.heads["topics"], seen),
        phase=Phase(phase),
        danger=max(dangers, key=dangers.__getitem__) if believed else None,
    )


def _named(head: Head, seen: Vector) -> dict[str, float]:
    return dict(zip(head.names, head.probabilities(seen).tolist(), strict=True))


def _believed(head: Head, seen: Vector) -> dict[str, float]:
    said = zip(head.names, head.probabilities(seen).tolist(), head.cuts.tolist(), strict=True)
    found = {name: likely for name, likely, cut in said if likely >= cut and name in TOPICS}
    return dict(sorted(found.items(), key=lambda item: -item[1]))
