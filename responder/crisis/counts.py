"""Hours as the rollup counts them, made into the series that are watched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from listener.spikes.baseline import HOURS_OF_WEEK, LEAST_WEEKS, Counts, Places
from listener.spikes.series import NEEDED
from listener.trends.cells import FacetKind, facet
from listener.trends.models import ALL, Grain, Rollup
from listener.trends.steps import HOUR, start_of_hour
from responder.crisis.course import Key
from responder.crisis.hearing import Hearing
from responder.crisis.models import Kind
from sentiment.score import Sentiment

_TOPICS: Final = 30
"""So many topics are watched at most, the busiest."""

_LIVELY: Final = 0.25
"""What came before we listened was imported, or was a few old texts that the network still listed:
a week of it counts as heard if it has this part of the busiest week, and if there are as many such
weeks as an import makes worth while."""

Slot = tuple[Kind, str, str]
"""What is counted: the kind, the topic, the channel."""


@dataclass
class Table:
    """Counts by hour; `first` is the hour of the oldest. Kept between two looks, because only the
    latest hours change."""

    zone: ZoneInfo
    first: datetime
    counts: dict[Slot, Counts] = field(default_factory=dict)

    @property
    def hours(self) -> list[datetime]:
        return [self.first + HOUR * index for index in range(NEEDED)]


def fresh(zone: ZoneInfo, now: datetime) -> Table:
    """An empty table that ends with the running hour."""
    return Table(zone=zone, first=start_of_hour(now, zone) - HOUR * (NEEDED - 1))


def fill(session: Session, table: Table, since: datetime, *, topic: str | None = None) -> None:
    """Read the counts of all hours from `since` on anew; of one `topic` only, or of none (""), if
    that is all that is asked for."""
    begin = max(0, round((since - table.first) / HOUR))
    for counts in table.counts.values():
        counts[begin:] = 0.0
    negative = func.sum(case((Rollup.sentiment == Sentiment.NEGATIVE, Rollup.mentions), else_=0))
    rows = session.execute(
        select(Rollup.facet, Rollup.channel, Rollup.start, func.sum(Rollup.mentions), negative)
        .where(
            Rollup.grain == Grain.HOUR,
            _facets(topic),
            Rollup.start >= max(since, table.first),
        )
        .group_by(Rollup.facet, Rollup.channel, Rollup.start)
    )
    before = len(facet(FacetKind.TOPIC, ""))
    for name, channel, start, every, bad in rows:
        if name == ALL:
            _put(table, (Kind.ALL, "", channel), start, every)
            _put(table, (Kind.NEGATIVE, "", channel), start, bad)
        else:
            _put(table, (Kind.TOPIC, name[before:], channel), start, every)


def _facets(topic: str | None) -> ColumnElement[bool]:
    if topic is not None:
        wanted = (ALL, facet(FacetKind.TOPIC, topic)) if topic else (ALL,)
        return Rollup.facet.in_(wanted)
    topics = (Rollup.facet > f"{FacetKind.TOPIC}:") & (Rollup.facet < f"{FacetKind.TOPIC};")
    return (Rollup.facet == ALL) | topics


def _put(table: Table, slot: Slot, start: datetime, number: int) -> None:
    index = round((start - table.first) / HOUR)
    if 0 <= index < NEEDED:
        counts = table.counts.setdefault(slot, np.zeros(NEEDED))
        counts[index] += float(number)


def places(table: Table) -> Places:
    """The hour of the week of each, on the brand's clocks."""
    local = [hour.astimezone(table.zone) for hour in table.hours]
    return np.array([at.weekday() * 24 + at.hour for at in local], dtype=np.int64)


def heard(table: Table, hearing: Mapping[str, Hearing]) -> Mapping[str, Counts]:
    """By channel: 1 for an hour in which it was heard, NaN for one in which it was not."""
    return {name: _mask(table, name, one) for name, one in hearing.items()}


def _mask(table: Table, channel: str, hearing: Hearing) -> Counts:
    mask = np.ones(NEEDED)
    for index, start in enumerate(table.hours):
        if any(one.touches(start, start + HOUR) for one in hearing.silent):
            mask[index] = np.nan
    began = hearing.began_at
    before = NEEDED if began is None else -(-(began - table.first) // HOUR)
    _forget_before(mask, table.counts.get((Kind.ALL, "", channel)), min(max(before, 0), NEEDED))
    return mask


def _forget_before(mask: Counts, counts: Counts | None, before: int) -> None:
    """Weeks before we listened, as far as they are too thin to have been imported."""
    if counts is None:
        mask[:before] = np.nan
        return
    ends = range(NEEDED, 0, -HOURS_OF_WEEK)
    weeks = {end: float(counts[max(0, end - HOURS_OF_WEEK) : end].sum()) for end in ends}
    least = _LIVELY * max(*weeks.values(), 1.0)
    earlier = {end: total for end, total in weeks.items() if end - HOURS_OF_WEEK < before}
    imported = sum(total >= least for total in earlier.values()) >= LEAST_WEEKS
    for end, total in earlier.items():
        if not imported or total < least:
            mask[max(0, end - HOURS_OF_WEEK) : min(end, before)] = np.nan


def series_of(table: Table, masks: Mapping[str, Counts]) -> Iterator[tuple[Key, Counts]]:
    """What is watched: all mentions and the negative ones, on each channel and on all together;
    topics on all together. A series of several channels is heard where each of them is; those that
    are deaf now, or new, are left out of it."""
    several = len(masks) > 1
    if several:
        for name, mask in masks.items():
            for kind in (Kind.ALL, Kind.NEGATIVE):
                yield Key(kind, "", name), _of(table, kind, "", [name]) * mask
    whole = _known_well(masks)
    if not whole:
        return
    mask = np.prod([masks[name] for name in whole], axis=0)
    channel = "" if several else whole[0]
    for kind in (Kind.ALL, Kind.NEGATIVE):
        yield Key(kind, "", channel), _of(table, kind, "", whole) * mask
    for topic in _topics(table, whole):
        yield Key(Kind.TOPIC, topic, channel), _of(table, Kind.TOPIC, topic, whole) * mask


def _known_well(masks: Mapping[str, Counts]) -> Sequence[str]:
    hearing = [name for name, mask in masks.items() if np.isfinite(mask[-1])]
    long = [
        name for name in hearing if np.isfinite(masks[name]).sum() >= LEAST_WEEKS * HOURS_OF_WEEK
    ]
    return long or hearing


def _of(table: Table, kind: Kind, topic: str, channels: Iterable[str]) -> Counts:
    total = np.zeros(NEEDED)
    for channel in channels:
        total = total + table.counts.get((kind, topic, channel), 0.0)
    return total


def _topics(table: Table, channels: Collection[str]) -> list[str]:
    totals: dict[str, float] = {}
    for (kind, topic, channel), counts in table.counts.items():
        if kind is Kind.TOPIC and channel in channels:
            totals[topic] = totals.get(topic, 0.0) + float(counts.sum())
    busiest = sorted(totals, key=lambda topic: (-totals[topic], topic))
    return busiest[:_TOPICS]


def siblings(keys: Iterable[Key]) -> Mapping[Key, int]:
    """Among how many each has to stand out, so that all together alarm about as often as a single
    one would: each family (all mentions, the negative ones, the topics; on one channel, or on all
    together) has the same part of all false alarms, and shares it out among its own."""
    families = {key: (key.kind, bool(key.channel)) for key in keys}
    sizes = Counter(families.values())
    return {key: len(sizes) * sizes[family] for key, family in families.items()}


RECENT: Final = timedelta(hours=3)
"""What may still change from one look to the next; older hours are read again once in one."""
