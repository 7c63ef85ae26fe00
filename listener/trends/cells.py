"""Pure: in which rows of counts a mention stands, and as how much."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final, Generic, NamedTuple, Protocol, TypeVar
from zoneinfo import ZoneInfo

from listener.trends.models import ALL, Grain
from listener.trends.steps import start_of_day, start_of_hour, start_of_month
from sentiment.phase import Phase
from sentiment.score import Sentiment

# Time zones are whole quarters of an hour apart.
_QUARTER: Final = timedelta(minutes=15)
_ORIGIN: Final = datetime(2000, 1, 1, tzinfo=UTC)


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


class FacetKind(StrEnum):
    """What a facet is about: the word before its colon."""

    LANGUAGE = "language"
    PHASE = "phase"
    TOPIC = "topic"
    RIVAL = "rival"
    ASPECT = "aspect"


class Cell(NamedTuple):
    """The key of a rollup's row, in its order."""

    grain: Grain
    facet: str
    start: datetime
    channel: str
    sentiment: Sentiment


class CubeCell(NamedTuple):
    """The key of a cube's row, in its order."""

    grain: Grain
    facet: str
    start: datetime
    channel: str
    sentiment: Sentiment
    language: str
    phase: Phase


class Sums(NamedTuple):
    """What a row holds: see `Measures`."""

    mentions: int = 0
    scores: int = 0
    squares: int = 0
    reach: int = 0
    acquainted: int = 0


Key = TypeVar("Key", Cell, CubeCell)


class Ledger(Generic[Key]):
    """Sums by key, in the making."""

    def __init__(self) -> None:
        self._sums: dict[Key, list[int]] = {}

    def add(self, key: Key, sums: Sums, times: int) -> None:
        total = self._sums.get(key)
        if total is None:
            self._sums[key] = [*sums] if times == 1 else [times * value for value in sums]
        else:
            for place, value in enumerate(sums):
                total[place] += times * value

    def rows(self) -> Iterator[tuple[Key, Sums]]:
        """Those that change anything, in the order of the key: two processes that write take their
        locks in the same order."""
        for key in sorted(self._sums):
            sums = Sums(*self._sums[key])
            if any(sums):
                yield key, sums


class Change:
    """What a few mentions, heard and taken away, do to the counts. `finest`: to the finest grain of
    each table alone, from which the others can be summed up."""

    def __init__(self, zone: ZoneInfo, *, finest: bool = False) -> None:
        self._zone = zone
        self._rolled = (Grain.HOUR,) if finest else tuple(Grain)
        self._cubed = (Grain.DAY,) if finest else (Grain.DAY, Grain.MONTH)
        self.rollup: Ledger[Cell] = Ledger()
        self.cube: Ledger[CubeCell] = Ledger()

    def add(self, mention: Counted, times: int = 1) -> None:
        """Count `mention` once more (`times` 1), or once less (-1)."""
        sums, (channel, mood) = sums_of(mention), (mention.channel, mention.sentiment)
        starts = starts_of(mention.created_at, self._zone)
        facets = list(facets_of(mention))
        for grain in self._rolled:
            for name in (*facets, *traits_of(mention)):
                self.rollup.add(Cell(grain, name, starts[grain], channel, mood), sums, times)
        for grain in self._cubed:
            for name in facets:
                key = CubeCell(
                    grain, name, starts[grain], channel, mood, mention.language, mention.phase
                )
                self.cube.add(key, sums, times)


def facet(kind: FacetKind, value: str) -> str:
    """As the column writes it."""
    return f"{kind}:{value}"


def facets_of(mention: Counted) -> Iterator[str]:
    """Every facet beside language and phase a mention counts in, each once."""
    yield ALL
    for kind, values in (
        (FacetKind.TOPIC, mention.topics),
        (FacetKind.RIVAL, mention.rivals),
        (FacetKind.ASPECT, mention.aspects),
    ):
        for value in dict.fromkeys(values):
            yield facet(kind, value)


def traits_of(mention: Counted) -> Iterator[str]:
    """Language and phase, as facets of the rollup."""
    yield facet(FacetKind.LANGUAGE, mention.language)
    yield facet(FacetKind.PHASE, mention.phase)


def sums_of(mention: Counted) -> Sums:
    """Of one. A half thousandth is rounded away from zero, as SQLite rounds."""
    score = int(math.copysign(abs(mention.sentiment_score) * 1000 + 0.5, mention.sentiment_score))
    return Sums(1, score, score * score, mention.reach or 0, int(mention.acquainted))


def starts_of(moment: datetime, zone: ZoneInfo) -> Mapping[Grain, datetime]:
    return _starts(_ORIGIN + (moment - _ORIGIN) // _QUARTER * _QUARTER, zone)


@lru_cache(maxsize=4096)
def _starts(quarter: datetime, zone: ZoneInfo) -> Mapping[Grain, datetime]:
    return {
        Grain.HOUR: start_of_hour(quarter, zone),
        Grain.DAY: start_of_day(quarter, zone),
        Grain.MONTH: start_of_month(quarter, zone),
    }
