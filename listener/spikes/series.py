"""A series as it stands now: its hours replayed, the running one and the last sixty minutes too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import Final

import numpy as np

from listener.spikes.baseline import HOURS_OF_WEEK, WEEKS, Baseline, Counts, Places, learn
from listener.spikes.watch import AUTHORS, Authors, Level, Reading, Rule, State, glance, step

REPLAYED: Final = 120
"""Hours that are read again each time, so that nothing has to be kept between two looks."""

NEEDED: Final = WEEKS * HOURS_OF_WEEK + REPLAYED + 24
"""Hours a series is best given. Less is fine."""

_DAY: Final = 24
_WEEK_DAYS: Final = 7
_LEAST_DAYS: Final = 3  # of the week before, without which a day is held against nothing
_TIMES: Final = 2.0

AuthorsAt = Callable[[int, int], int]
"""How many different people wrote in so many hours, the last of which has this index; 0 hours: in
the last sixty minutes."""


@dataclass(frozen=True, kw_only=True)
class Series:
    """`counts`: one number an hour, the last one of the hour that runs; `places` beside them.
    `past`: how much of that hour is over, 0..1. `sliding`: what the last sixty minutes had.
    `among`: how many series share the false alarms that one alone may make."""

    counts: Counts
    places: Places
    past: float
    sliding: float
    among: int = 1


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a series says now. `baseline`: None where too little is known, and the ratio rule
    speaks; `hours`: what each replayed hour said, the oldest first, without the running one."""

    now: Reading
    baseline: Baseline | None
    hours: tuple[Reading, ...] = ()


def look(series: Series, authors: AuthorsAt) -> Seen:
    """What the series says. Never alarms for an hour in which nobody listened."""
    last = len(series.counts) - 1
    start = max(0, last - REPLAYED)
    state, readings, baseline = State(), [], _baseline(series, start)
    for index in range(start, last):
        if series.places[index] % _DAY == 0:
            baseline = _baseline(series, index)
        if baseline is None:
            continue
        state, reading = step(
            state,
            float(series.counts[index]),
            int(series.places[index]),
            baseline,
            _at(authors, index),
            among=series.among,
        )
        readings.append(reading)
    baseline = _baseline(series, last - int(series.places[last]) % _DAY)
    if baseline is None:
        return Seen(now=_ratio(series, authors), baseline=None)
    return Seen(
        now=_now(series, state, baseline, authors), baseline=baseline, hours=tuple(readings)
    )


def _now(series: Series, state: State, baseline: Baseline, authors: AuthorsAt) -> Reading:
    last = len(series.counts) - 1
    place, asked = int(series.places[last]), _at(authors, last)
    running = step(state, float(series.counts[last]), place, baseline, asked, among=series.among)[1]
    hour_ago = baseline.at(place - 1 + series.past)
    sliding = glance(
        series.sliding,
        hour_ago,
        baseline.scatter(hour_ago),
        lambda _: authors(0, last),
        among=series.among,
    )
    return max(running, sliding, key=lambda one: (one.level.rank, -one.chance))


def _baseline(series: Series, end: int) -> Baseline | None:
    """Of whole days, up to this one: what happens today does not change what is usual today."""
    end = max(0, end)
    return learn(series.counts[:end], series.places[:end])


def _at(authors: AuthorsAt, index: int) -> Authors:
    return lambda hours: authors(hours, index)


def _ratio(series: Series, authors: AuthorsAt) -> Reading:
    """The last 24 hours against the mean day of the week before, by the hours that were heard."""
    last = len(series.counts) - 1
    days = series.counts[max(0, last - _DAY) : last + 1]
    weeks = series.counts[max(0, last - (_WEEK_DAYS + 1) * _DAY) : max(0, last - _DAY)]
    if not isfinite(days[-1]) or np.isfinite(weeks).sum() < _LEAST_DAYS * _DAY:
        return Reading()
    had = float(np.nansum(days))
    expected = float(np.nanmean(weeks)) * float(np.isfinite(days[:-1]).sum() + series.past)
    loud = had > _TIMES * expected and had >= AUTHORS
    people = authors(_DAY, last) if loud else 0
    level = Level.ALERT if people >= AUTHORS else Level.CALM
    rule = Rule.RATIO if people >= AUTHORS else Rule.NONE
    return Reading(
        level=level, rule=rule, observed=had, expected=expected, authors=people, hours=_DAY
    )
