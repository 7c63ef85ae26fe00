"""Which mentions are looked for, and what that means for their rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, String, cast, func

from listener.models import Mention
from listener.trends.cells import FacetKind
from sentiment.phase import Phase
from sentiment.rivals import WITHOUT_US
from sentiment.score import Sentiment

_COLUMNS: Final = {
    FacetKind.TOPIC: Mention.topics,
    FacetKind.RIVAL: Mention.rivals,
    FacetKind.ASPECT: Mention.aspects,
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """[start, end), aware; the rest narrows, and "" or None is all. `facet`: as the rollup writes
    it, "aspect:…". `ours`: not those that name a competitor alone. `weekday` (Monday is 0) and
    `hour` are local. `channels`: those the reader may see; None: every one. `private`: also those
    written in private. `only`: these and no others, whenever they were written."""

    start: datetime
    end: datetime
    zone: ZoneInfo
    channel: str = ""
    language: str = ""
    topic: str = ""
    phase: Phase | None = None
    sentiment: Sentiment | None = None
    facet: str = ""
    ours: bool = False
    q: str = ""
    weekday: int | None = None
    hour: int | None = None
    acquainted: bool | None = None
    channels: frozenset[str] | None = None
    private: bool = True
    only: frozenset[str] | None = None

    def is_then(self, moment: datetime) -> bool:
        """Whether it is the hour and the day of the week that are looked for."""
        local = moment.astimezone(self.zone)
        return self.weekday in (None, local.weekday()) and self.hour in (None, local.hour)


def narrowed(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """What is looked for, of mentions, but for when. The channel stands behind a function: by its
    own index the database would read and sort all there ever was on it."""
    channel = func.coalesce(Mention.channel, "")
    if wanted.channel:
        yield channel == wanted.channel
    if wanted.channels is not None:
        yield channel.in_(sorted(wanted.channels))
    if wanted.language:
        yield Mention.language == wanted.language
    if wanted.phase is not None:
        yield Mention.phase == wanted.phase
    if wanted.sentiment is not None:
        yield Mention.sentiment == wanted.sentiment
    if wanted.acquainted is not None:
        yield Mention.acquainted.is_(wanted.acquainted)
    if not wanted.private:
        yield Mention.private.is_(False)
    yield from _named(wanted)


def _named(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """By what a mention lists."""
    if wanted.topic:
        yield lists(Mention.topics, wanted.topic)
    if wanted.facet:
        kind, _, value = wanted.facet.partition(":")
        yield lists(_COLUMNS[FacetKind(kind)], value)
    if wanted.ours:
        yield ~lists(Mention.rivals, WITHOUT_US)


def lists(column: Any, value: str) -> ColumnElement[bool]:
    """Whether the list holds it: it is kept as JSON, where one is no part of another in quotes."""
    return cast(column, String).contains(json.dumps(value), autoescape=True)
