"""What was said beside what is usual, hour by hour, for whoever looks: one series of a week."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from math import isfinite, sqrt
from typing import Final

from sqlalchemy.orm import Session

from listener.spikes.baseline import HOURS_OF_WEEK, learn
from listener.trends.steps import HOUR
from responder.bot import Bot
from responder.crisis.counts import fill, fresh, heard, places, series_of
from responder.crisis.hearing import read_hearing
from responder.crisis.models import Kind

_WIDE: Final = 2.0  # standard deviations: outside is about one hour in twenty


@dataclass(frozen=True, kw_only=True)
class Hour:
    """`observed`: None where nobody listened. [low, high] is the usual range."""

    start: datetime
    observed: int | None
    expected: float
    low: float
    high: float

    @property
    def above(self) -> bool:
        return self.observed is not None and self.observed > self.high


@dataclass(frozen=True, kw_only=True)
class Week:
    """`hours`: the last seven days, the oldest first, the one that runs left out; none while less
    than three weeks were heard. `weeks` that say what is usual; `channels` that were heard."""

    hours: tuple[Hour, ...] = ()
    weeks: int = 0
    channels: frozenset[str] = frozenset()


def read_week(
    session: Session, bot: Bot, channels: Collection[str], now: datetime, *, topic: str = ""
) -> Week:
    """The series of all mentions on `channels`, or of those about `topic`."""
    table = fresh(bot.zone, now)
    fill(session, table, table.first, topic=topic)
    hearing = {n: one for n, one in read_hearing(session, bot, now).items() if n in channels}
    kind = Kind.TOPIC if topic else Kind.ALL
    whole = [
        counts
        for key, counts in series_of(table, heard(table, hearing))
        if key.kind == kind and key.topic == topic and (len(hearing) == 1 or not key.channel)
    ]
    if not whole:
        return Week()
    counts, weekly = whole[0], places(table)
    last = len(counts) - 1
    today = last - int(weekly[last]) % 24
    baseline = learn(counts[:today], weekly[:today])
    if baseline is None:
        return Week()
    hours = []
    for index in range(last - HOURS_OF_WEEK, last):
        expected = baseline.at(int(weekly[index]))
        spread = _WIDE * sqrt(expected * baseline.scatter(expected))
        had = float(counts[index])
        hours.append(
            Hour(
                start=table.first + HOUR * index,
                observed=int(had) if isfinite(had) else None,
                expected=expected,
                low=max(0.0, expected - spread),
                high=expected + spread,
            )
        )
    return Week(hours=tuple(hours), weeks=baseline.weeks, channels=frozenset(hearing))
