"""How the mentions of a period felt: counts by mood and score, read once for a tab."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from sqlalchemy.orm import Session

from listener.trends.cells import Sums as Measures
from listener.trends.counts import sums
from listener.trends.scope import Scope
from responder.desk.tongue import N_
from responder.desk.trends.doubt import Estimate, mean_of, share_of
from sentiment.score import Sentiment

K = TypeVar("K", bound=Hashable)

ORDER: Final = (Sentiment.NEGATIVE, Sentiment.NEUTRAL, Sentiment.POSITIVE, Sentiment.UNKNOWN)
NAMES: Final = (N_("Negative"), N_("Neutral"), N_("Positive"), N_("Not judged"))
LEAST: Final = 5
"""Of fewer mentions a share or a mean is chance: it is left out of pictures."""

_NONE: Final = Measures()


@dataclass(frozen=True)
class Feelings:
    """The measures of some mentions by mood."""

    by_mood: Mapping[Sentiment, Measures]

    def number(self, mood: Sentiment) -> int:
        return self.by_mood.get(mood, _NONE).mentions

    @property
    def mentions(self) -> int:
        return sum(one.mentions for one in self.by_mood.values())

    @property
    def judged(self) -> int:
        return self.mentions - self.number(Sentiment.UNKNOWN)

    @property
    def negative(self) -> Estimate | None:
        """The share of negative ones among those that were judged."""
        return share_of(self.number(Sentiment.NEGATIVE), self.judged)

    @property
    def index(self) -> Estimate | None:
        """The mean score of those that were judged, from -1 to 1."""
        judged = [one for mood, one in self.by_mood.items() if mood is not Sentiment.UNKNOWN]
        return mean_of(
            self.judged,
            sum(one.scores for one in judged) / 1e3,
            sum(one.squares for one in judged) / 1e6,
        )


EMPTY: Final = Feelings({})


def by_step(session: Session, scope: Scope) -> Mapping[datetime, Feelings]:
    """By local start of the step."""
    found = sums(session, scope, "sentiment", steps=True)
    return _gathered(found.items(), lambda step: step.astimezone(scope.zone))


def by_value(session: Session, scope: Scope, dimension: str) -> Mapping[str, Feelings]:
    """By channel or language."""
    found = sums(session, scope, dimension, "sentiment")
    return _gathered(found.items(), str)


def overall(session: Session, scope: Scope) -> Feelings:
    found = sums(session, scope, "sentiment")
    return Feelings({mood: one for (mood,), one in found.items()})


def _gathered(
    found: Iterable[tuple[tuple[object, ...], Measures]], key: Callable[..., K]
) -> dict[K, Feelings]:
    gathered: dict[K, dict[Sentiment, Measures]] = defaultdict(dict)
    for (value, mood), one in found:
        gathered[key(value)][Sentiment(str(mood))] = one
    return {value: Feelings(moods) for value, moods in gathered.items()}
