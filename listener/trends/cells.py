"""Pure: in which rows of the rollup a mention counts, and as how much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from listener.trends.models import ALL, Grain
from listener.trends.steps import start_of_day, start_of_hour, start_of_month
from sentiment.phase import Phase
from sentiment.score import Sentiment


class Counted(Protocol):
    """The columns of a mention that count, wherever they come from."""

    created_at: datetime
    channel: str
    language: str
    phase: Phase
    sentiment: Sentiment
    sentiment_score: float
    topics: list[str]
    rivals: list[str]
    aspects: list[str]
    reach: int | None
    acquainted: bool


COUNTED: Final = tuple(Counted.__annotations__)
"""Their names."""


class Cell(NamedTuple):
    """The key of a row, in its order."""

    grain: Grain
    facet: str
    start: datetime
    channel: str
    language: str
    phase: Phase
    sentiment: Sentiment


class Measures(NamedTuple):
    """What a row holds. See `Rollup`."""

    mentions: int = 0
    scores: int = 0
    squares: int = 0
    reach: int = 0
    acquainted: int = 0


class FacetKind(StrEnum):
    """What a facet is about: the word before its colon."""

    TOPIC = "topic"
    RIVAL = "rival"
    ASPECT = "aspect"


def facet(kind: FacetKind, value: str) -> str:
    """As the column writes it."""
    return f"{kind}:{value}"


def facets_of(mention: Counted) -> Iterator[str]:
    """Every facet a mention counts in, each once."""
    yield ALL
    for kind, values in (
        (FacetKind.TOPIC, mention.topics),
        (FacetKind.RIVAL, mention.rivals),
        (FacetKind.ASPECT, mention.aspects),
    ):
        for value in dict.fromkeys(values):
            yield facet(kind, value)


def measures_of(mention: Counted) -> Measures:
    score = round(mention.sentiment_score * 1000)
    return Measures(
        mentions=1,
        scores=score,
        squares=score * score,
        reach=mention.reach or 0,
        acquainted=int(mention.acquainted),
    )


def starts_of(moment: datetime, zone: ZoneInfo) -> Mapping[Grain, datetime]:
    return {
        Grain.HOUR: start_of_hour(moment, zone),
        Grain.DAY: start_of_day(moment, zone),
        Grain.MONTH: start_of_month(moment, zone),
    }


class Change:
    """What a few mentions, heard and taken away, do to the rollup. Rows that end where they began
    are left out."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._sums: dict[Cell, list[int]] = {}

    def add(self, mention: Counted, times: int = 1) -> None:
        """Count `mention` once more (`times` 1), or once less (-1)."""
        measures = measures_of(mention)
        starts = starts_of(mention.created_at, self._zone)
        for name in facets_of(mention):
            for grain, start in starts.items():
                cell = Cell(
                    grain, name, start,
                    mention.channel, mention.language, mention.phase, mention.sentiment,
                )  # fmt: skip
                sums = self._sums.setdefault(cell, [0] * len(measures))
                for place, value in enumerate(measures):
                    sums[place] += times * value

    def cells(self) -> Iterator[tuple[Cell, Measures]]:
        """In the order of the key: two processes that write take their locks in the same order."""
        for cell in sorted(self._sums):
            measures = Measures(*self._sums[cell])
            if any(measures):
                yield cell, measures
