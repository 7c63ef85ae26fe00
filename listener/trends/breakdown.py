"""Of what a period was made: its moods step by step, and its topics, languages or phases."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from listener.trends.cells import FacetKind, Sums
from listener.trends.counts import Found, sums
from listener.trends.scope import Scope
from listener.trends.steps import steps
from sentiment.score import Sentiment

_NORMAL: Final = 1.959963984540054
"""95 % of a normal distribution lie within so many deviations."""


@dataclass(frozen=True, kw_only=True)
class Mood:
    """How some mentions feel."""

    by: Mapping[Sentiment, Sums] = field(default_factory=dict)

    @property
    def mentions(self) -> int:
        return sum(one.mentions for one in self.by.values())

    @property
    def negative(self) -> int:
        return self._of(Sentiment.NEGATIVE)

    @property
    def neutral(self) -> int:
        return self._of(Sentiment.NEUTRAL)

    @property
    def positive(self) -> int:
        return self._of(Sentiment.POSITIVE)

    @property
    def unknown(self) -> int:
        return self._of(Sentiment.UNKNOWN)

    @property
    def judged(self) -> int:
        return self.mentions - self.unknown

    @property
    def index(self) -> float | None:
        """The mean score of those that were judged, -1 to 1; None of none."""
        return self._sum("scores") / self.judged / 1000 if self.judged else None

    @property
    def low(self) -> float | None:
        return self._edge(-1)

    @property
    def high(self) -> float | None:
        return self._edge(1)

    def _edge(self, side: int) -> float | None:
        """The mean, and as far to one side as it may lie with 95 % confidence."""
        n, mean = self.judged, self.index
        if n < 2 or mean is None:
            return None
        spread = max(self._sum("squares") / 1e6 - n * mean * mean, 0.0) / (n - 1)
        return max(-1.0, min(1.0, mean + side * _NORMAL * math.sqrt(spread / n)))

    def _of(self, sentiment: Sentiment) -> int:
        return self.by[sentiment].mentions if sentiment in self.by else 0

    def _sum(self, measure: str) -> int:
        return sum(getattr(m, measure) for s, m in self.by.items() if s is not Sentiment.UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class Part:
    """`share`: of all mentions. `before`: mentions in the period just before."""

    name: str
    mood: Mood
    share: float
    before: int

    @property
    def mentions(self) -> int:
        return self.mood.mentions


@dataclass(frozen=True, kw_only=True)
class Breakdown:
    """The most frequent part first."""

    mentions: int
    parts: Sequence[Part]


def moods(session: Session, scope: Scope) -> Iterator[tuple[datetime, Mood]]:
    """Every step with its mood, in order, without holes."""
    found: dict[Any, dict[Sentiment, Sums]] = defaultdict(dict)
    for (step, sentiment), measures in sums(session, scope, "sentiment", steps=True).items():
        found[step][sentiment] = measures
    for step in steps(scope.start, scope.end, scope.by, scope.zone):
        yield step.astimezone(scope.zone), Mood(by=found.get(step, {}))


def mood_of(session: Session, scope: Scope) -> Mood:
    """Of the whole period."""
    found = sums(session, scope, "sentiment")
    return Mood(by={sentiment: measures for (sentiment,), measures in found.items()})


def breakdown(
    session: Session, scope: Scope, dimension: str, *, kind: FacetKind | None = None
) -> Breakdown:
    """The mentions by facet (of one `kind`), channel, language or phase, beside the period before.
    Of facets in a scope with a topic it is that topic alone."""
    every = mood_of(session, scope).mentions
    now, before = (_told_apart(session, one, dimension, kind) for one in (scope, scope.before()))
    parts = [
        Part(
            name=name,
            mood=mood,
            share=mood.mentions / every if every else 0.0,
            before=before[name].mentions if name in before else 0,
        )
        for name, mood in now.items()
    ]
    parts.sort(key=lambda part: (-part.mentions, part.name))
    return Breakdown(mentions=every, parts=parts)


def _told_apart(
    session: Session, scope: Scope, dimension: str, kind: FacetKind | None
) -> dict[str, Mood]:
    if kind is FacetKind.TOPIC and scope.topic:
        mood = mood_of(session, scope)
        return {scope.topic: mood} if mood.mentions else {}
    found: dict[str, dict[Sentiment, Sums]] = defaultdict(dict)
    read: Found = sums(session, scope, dimension, "sentiment", kind=kind)
    for (value, sentiment), measures in read.items():
        name = value.partition(":")[2] if dimension == "facet" else str(value)
        found[name][sentiment] = measures
    return {name: Mood(by=by) for name, by in found.items()}
