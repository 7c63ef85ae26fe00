"""One series of hours, watched: each hour in, what it means out.

Two rules side by side. The *tail* rule sees what is sudden: an hour that chance alone hardly makes.
The *sum* rule (CUSUM) sees what is slow: many hours, each a little above the usual. Behind either
there must be several authors: one person with a loud day is no crisis.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import isfinite, log, sqrt
from typing import Final

from listener.spikes.baseline import Baseline
from listener.spikes.tail import chance_of

AUTHORS: Final = 5
"""So many different people at least."""

WATCHED: Final = 1e-2
ALERTING: Final = 1e-3
CRITICAL: Final = 1e-5
LASTING: Final = 3
"""Hours: two of so many that are watched make a watch, so many alerting in a row a crisis."""

SLACK: Final = 0.75
DECISION: Final = 6.0
"""The sum rule: standard deviations an hour that are forgiven, and the sum that alarms."""

_LOUDEST: Final = 3.0
"""Standard deviations: what one hour adds to the sum at most. What is sudden the tail rule sees."""

_LEAST_SPREAD: Final = 1.5
"""Mentions. Where hardly anybody writes, one more is no deviation, and its sum would be skewed."""

LEVEL_HOURS: Final = 48
_PRIOR: Final = 10.0  # mentions; of a quiet series two days tell little
_CAP: Final = 2.0  # standard deviations that one hour lifts the level by at most
_LEVELS: Final = (0.5, 2.0)


class Level(StrEnum):
    """How bad it is."""

    CALM = "calm"
    WATCH = "watch"
    ALERT = "alert"
    CRISIS = "crisis"

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS: Final = {Level.CALM: 0, Level.WATCH: 1, Level.ALERT: 2, Level.CRISIS: 3}


class Rule(StrEnum):
    """What raised the level."""

    NONE = "none"
    TAIL = "tail"  # an hour that chance alone hardly makes
    SUM = "sum"  # many hours, each a little above the usual
    LASTING = "lasting"  # alerting, hour after hour
    RATIO = "ratio"  # too few weeks to know what is usual: a day held against the week before
    DANGER = "danger"  # several people write of harm, the law or a data leak


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What one hour means. `chance`: that so many come by chance; `authors`: how many different
    people, where that was asked; `hours`: on how many of them, this one included, it stands."""

    level: Level = Level.CALM
    rule: Rule = Rule.NONE
    observed: float = 0.0
    expected: float = 0.0
    chance: float = 1.0
    authors: int = 0
    hours: int = 1


Authors = Callable[[int], int]
"""How many different people wrote in the last so many hours, this one included. Asked only of what
looks unusual."""


@dataclass(frozen=True, kw_only=True)
class State:
    """What is remembered from hour to hour: the sum, and since how many hours it is above zero;
    how likely the last hours were; alerting hours in a row; what two days had and should have."""

    sum: float = 0.0
    rising: int = 0
    chances: tuple[float, ...] = ()
    running: int = 0
    days: tuple[tuple[float, float], ...] = field(default=(), repr=False)

    @property
    def level(self) -> float:
        """How many times the usual the last two days had, single loud hours counting little."""
        had, usual = (sum(pair[i] for pair in self.days) for i in (0, 1))
        return min(max((had + _PRIOR) / (usual + _PRIOR), _LEVELS[0]), _LEVELS[1])


def step(  # an hour, and what it is held against
    state: State,
    observed: float,
    place: int,
    baseline: Baseline,
    authors: Authors,
    *,
    among: int = 1,
) -> tuple[State, Reading]:
    """The next hour, at its place in the week. NaN is one in which nobody listened: it tells
    nothing, good or bad. `among` so many series that share the false alarms of one, each has to
    be the more unusual.

    An hour that has not ended may be asked too, if the state is thrown away afterwards: its count
    only grows, so what alarms now would alarm at its end, and asking early costs no false alarm.
    """
    usual = baseline.at(place)
    if not isfinite(observed):
        return _passed_over(state), Reading(expected=usual)
    chances = (*state.chances, chance_of(observed, usual, baseline.scatter(usual)))[-LASTING:]
    total, rising = _sum(state, observed, usual, baseline)
    decision = DECISION + log(among) / (2 * SLACK)  # so that all alarm as often as one would
    reading = _louder(_judge(chances, authors, among), _slow(total > decision, rising, authors))
    running = state.running + 1 if reading.level.rank >= Level.ALERT.rank else 0
    if running >= LASTING and reading.level is not Level.CRISIS:
        reading = replace(reading, level=Level.CRISIS, rule=Rule.LASTING, hours=running)
    alarmed = total > decision and reading.rule is not Rule.NONE
    after = State(
        sum=0.0 if alarmed else min(total, 2 * decision),
        rising=0 if alarmed else rising,
        chances=chances,
        running=running,
        days=(*state.days, (_capped(observed, usual, baseline), usual))[-LEVEL_HOURS:],
    )
    return after, replace(reading, observed=observed, expected=usual, chance=chances[-1])


def glance(
    observed: float, expected: float, phi: float, authors: Authors, *, among: int = 1
) -> Reading:
    """The last sixty minutes, wherever in the hour they began: only what is sudden."""
    chance = chance_of(observed, expected, phi)
    reading = _judge((chance,), authors, among)
    return replace(reading, observed=observed, expected=expected, chance=chance)


def _judge(chances: tuple[float, ...], authors: Authors, among: int) -> Reading:
    """The tail rule."""
    chances = tuple(one * among for one in chances)
    chance = chances[-1]
    twice = chance < WATCHED and sum(one < WATCHED for one in chances) >= 2
    if not (chance < ALERTING or twice):
        return Reading()
    people = authors(1)
    if people < AUTHORS:
        return Reading()
    level = Level.CRISIS if chance < CRITICAL else Level.ALERT if chance < ALERTING else Level.WATCH
    hours = LASTING if level is Level.WATCH else 1
    return Reading(level=level, rule=Rule.TAIL, authors=people, hours=hours)


def _slow(alarms: bool, rising: int, authors: Authors) -> Reading:  # noqa: FBT001
    """The sum rule; those who wrote since it began to rise stand behind it."""
    if not alarms:
        return Reading()
    people = authors(rising)
    if people < AUTHORS:
        return Reading()
    return Reading(level=Level.ALERT, rule=Rule.SUM, authors=people, hours=rising)


def _louder(sudden: Reading, slow: Reading) -> Reading:
    return slow if slow.level.rank > sudden.level.rank else sudden


def _sum(state: State, observed: float, usual: float, baseline: Baseline) -> tuple[float, int]:
    expected = usual * state.level
    spread = max(sqrt(expected * baseline.scatter(expected)), _LEAST_SPREAD)
    strays = (observed - expected) / spread
    total = max(0.0, state.sum + min(strays, _LOUDEST) - SLACK)
    return total, state.rising + 1 if total > 0 else 0


def _capped(observed: float, usual: float, baseline: Baseline) -> float:
    return min(observed, usual + _CAP * sqrt(usual * baseline.scatter(usual)))


def _passed_over(state: State) -> State:
    """The sum stands still; the hours since it rose are those of the clock, by which authors are
    counted."""
    rising = state.rising + 1 if state.rising else 0
    return replace(state, rising=rising, chances=(*state.chances, 1.0)[-LASTING:], running=0)
