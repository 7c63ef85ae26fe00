"""Pure: the desk played through. Mentions come in at random, people answer one after the other, in
one order or another: who keeps which promise?

A reply that was begun is brought to its end: nobody puts a customer aside. Nobody begins one after
their shift has ended. Moments are minutes since the beginning.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

import numpy as np

from responder.staffing.demand import due_at, open_time
from responder.staffing.supply import Span, minutes_since
from responder.staffing.work import HOUR, Hour, Stream
from sentiment.prioritize import Level

SPREAD_OF_DAYS: Final = 0.15
"""How far days differ from one another, as a coefficient of variation: their levels are gamma."""
_DAY: Final = 24 * 60.0
_MOST_LOOKED: Final = 4
"""Times the guess: with more people than that, no promise is kept that was not before."""
_HOURS_OF_WEEK: Final = 7 * 24


class Order(StrEnum):
    EDF = "edf"  # what is due first
    FIFO = "fifo"  # what came first


@dataclass(frozen=True, kw_only=True)
class Task:
    """One mention that wants an answer."""

    released: float
    due: float
    minutes: float
    level: Level = Level.P3


@dataclass(frozen=True, kw_only=True)
class Run:
    """How it went. `begun`: by task, in the order they were given; None for what nobody came to.
    `worked` and `there` are person-minutes."""

    begun: tuple[float | None, ...]
    worked: float
    there: float


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """`in_time`: share by level, and `total` of all, of what somebody can do in time; `unstaffed`:
    how many nobody can, because they fall due before anybody is there for long enough. `busy`:
    share of the time people were there; `oldest`: the longest anybody waited; `left`: how many
    still do at the end."""

    people: int
    in_time: Mapping[Level, float]
    total: float
    busy: float
    oldest: timedelta
    tasks: int
    unstaffed: int
    left: int

    def keeps(self, target: float) -> bool:
        return all(share >= target for share in self.in_time.values())


def play(tasks: Sequence[Task], crew: Sequence[Sequence[Span]], order: Order = Order.EDF) -> Run:
    """Have the crew, each with their shifts in order, answer the tasks. Whoever is free takes the
    next one; of those who are, whoever is named first."""
    key = _KEYS[order]
    coming = sorted(range(len(tasks)), key=lambda n: tasks[n].released)
    begun: list[float | None] = [None] * len(tasks)
    waiting: list[tuple[float, float, int]] = []
    shifts = [_Shifts(spans) for spans in crew]
    free = [(0.0, who) for who in range(len(crew))]
    came, worked, now = 0, 0.0, 0.0
    while free and (waiting or came < len(coming)):
        ready, who = heapq.heappop(free)
        now = max(now, ready)
        if not waiting:  # whoever is idle goes on to when the next one comes, and not all at once
            now = max(now, tasks[coming[came]].released)
        start = shifts[who].next(now)
        if start is None:
            continue
        if start > now:
            heapq.heappush(free, (start, who))
            continue
        while came < len(coming) and tasks[coming[came]].released <= now:
            number = coming[came]
            heapq.heappush(waiting, (key(tasks[number]), tasks[number].released, number))
            came += 1
        number = heapq.heappop(waiting)[2]
        begun[number] = now
        worked += tasks[number].minutes
        heapq.heappush(free, (now + tasks[number].minutes, who))
    there = sum(end - begin for spans in crew for begin, end in spans)
    return Run(begun=tuple(begun), worked=worked, there=there)


_KEYS: Final[Mapping[Order, Callable[[Task], float]]] = {
    Order.EDF: lambda task: task.due,
    Order.FIFO: lambda task: task.released,
}


class _Shifts:
    """The shifts of one person, asked about later and later moments."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans, self._at = spans, 0

    def next(self, moment: float) -> float | None:
        """The first moment from this one on at which they are there."""
        while self._at < len(self._spans):
            begins, ends = self._spans[self._at]
            if moment < ends:
                return max(begins, moment)
            self._at += 1
        return None


def tasks_of(stream: Stream, *, seed: int = 1, spread: float = SPREAD_OF_DAYS) -> list[Task]:
    """Mentions as the stream might bring them: each day has its own level, each hour its chance.
    Those that rules answer, or that are only heard, are no tasks."""
    chance, clock = np.random.default_rng(seed), open_time(stream)
    mentions = np.array([hour.mentions for hour in stream.hours])
    starts = np.array([minutes_since(stream.begins, hour.start) for hour in stream.hours])
    days = (starts // _DAY).astype(int)
    levels = chance.gamma(spread**-2, spread**2, days.max() + 1) if spread else np.ones(len(starts))
    rates = mentions * (levels[days] if spread else 1.0)
    found: list[Task] = []
    for portion in stream.mix:
        counts = chance.poisson(rates * portion.share)
        written = np.repeat(starts, counts) + chance.uniform(0, 60, counts.sum())
        due = due_at(written, portion.level, portion.within, clock)
        found += [
            Task(released=at, due=limit, minutes=stream.minutes, level=portion.level)
            for at, limit in zip(written.tolist(), due.tolist(), strict=True)
        ]
    return found


def try_out(
    stream: Stream,
    people: int,
    *,
    order: Order = Order.EDF,
    seed: int = 1,
    spread: float = SPREAD_OF_DAYS,
) -> Outcome:
    """So many people at every staffed moment of a stream."""
    spans = open_time(stream).spans(minutes_since(stream.begins, stream.ends))
    tasks = tasks_of(stream, seed=seed, spread=spread)
    return judged(stream, tasks, play(tasks, [spans] * people, order), people)


def judged(stream: Stream, tasks: Sequence[Task], run: Run, people: int) -> Outcome:
    """What became of the tasks. What nobody came to and is not due before the end says nothing."""
    end = minutes_since(stream.begins, stream.ends)
    kept: dict[Level, list[bool]] = {}
    unstaffed, oldest = 0, 0.0
    for task, begun, room in zip(tasks, run.begun, _rooms(stream, tasks), strict=True):
        if room < task.minutes:
            unstaffed += 1
        elif begun is not None:
            kept.setdefault(task.level, []).append(begun + task.minutes <= task.due)
        elif task.due <= end:
            kept.setdefault(task.level, []).append(False)
        done = end if begun is None else begun + task.minutes
        oldest = max(oldest, done - task.released)
    every = [one for ones in kept.values() for one in ones]
    return Outcome(
        people=people,
        in_time={level: sum(ones) / len(ones) for level, ones in sorted(kept.items())},
        total=sum(every) / len(every) if every else 1.0,
        busy=run.worked / run.there if run.there else 0.0,
        oldest=timedelta(minutes=oldest),
        tasks=len(tasks),
        unstaffed=unstaffed,
        left=sum(begun is None for begun in run.begun),
    )


def _rooms(stream: Stream, tasks: Sequence[Task]) -> list[float]:
    """How much staffed time each leaves until it is due."""
    clock = open_time(stream)
    since = clock.until([task.released for task in tasks])
    until = clock.until([task.due for task in tasks])
    rooms: list[float] = (until - since).tolist()
    return rooms


def lasting(stream: Stream, days: int) -> Stream:
    """The same for so many days: whole weeks of it, one after the other."""
    known = stream.hours[: len(stream.hours) // _HOURS_OF_WEEK * _HOURS_OF_WEEK] or stream.hours
    hours = tuple(
        Hour(start=stream.begins + n * HOUR, mentions=known[n % len(known)].mentions)
        for n in range(days * 24)
    )
    return replace(stream, hours=hours)


def enough(
    stream: Stream, guess: int, *, target: float, seed: int = 1, spread: float = SPREAD_OF_DAYS
) -> tuple[Outcome, ...]:
    """Outcomes around the fewest people who keep the target of every level, by rising number: the
    last is theirs, and the one before it, if there is any, is of one person fewer. Looked for from
    a guess on, by halves."""
    tried: dict[int, Outcome] = {}

    def holds(people: int) -> bool:
        if people not in tried:
            tried[people] = try_out(stream, people, seed=seed, spread=spread)
        return tried[people].keeps(target)

    low, high = 0, max(guess, 1)  # nobody is too few; `high` is enough, or the most looked at
    while not holds(high) and high < _MOST_LOOKED * max(guess, 1):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return tuple(tried[number] for number in (high - 1, high) if number in tried)
