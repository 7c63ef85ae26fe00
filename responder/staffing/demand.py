"""Pure: how many people a stream of mentions takes, if the one that is due first is answered first.

Answers that are owed are no telephone queue: they are work with deadlines. Whoever takes the
earliest deadline first (EDF) keeps every promise that can be kept, and can keep all of them if in
every window of time what comes in and falls due inside it fits into it: the processor-demand test
(Baruah, Rosier and Howell 1990, https://doi.org/10.1007/BF01995675). So the people needed are

    N = max(work / open time / 0.9, max over windows [s, e] of work come in from s on and due by e
            / (e - s)), in staffed minutes.

How many at each hour is the smoothest course that keeps the test: the window that asks for most is
given what it asks for and taken out, and again (Yao, Demers and Shenker 1995,
https://doi.org/10.1109/SFCS.1995.492493).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

import numpy as np

from responder.staffing.supply import MINUTE, Numbers, Supply, minutes_since, staffed
from responder.staffing.work import HOUR, Stream
from sentiment.prioritize import Level

MOST_LOAD: Final = 0.9
"""Nobody can be at work on answers for more of the time than this, day after day."""
_BEYOND: Final = timedelta(days=30)
"""So far behind the last hour calendars are read: until the last promise ends."""
_NOTHING: Final = 1e-9


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """Work in minutes that comes in from `released` on and is to be done by `due`, both in minutes
    since some beginning."""

    released: float
    due: float
    minutes: float


@dataclass(frozen=True, kw_only=True)
class HourNeed:
    """How many people the hour takes, while it is staffed."""

    start: datetime
    staffed: float  # share of the hour
    people: float


@dataclass(frozen=True, kw_only=True)
class Need:
    """What a stream takes. `people`: as many at every staffed moment are enough; `even`: what the
    work makes on average, at the highest load; `peak`: what the tightest window asks for, which
    lies between `tightest`. `unstaffed`: minutes of work that come in and fall due while nobody is
    there (P1 at night): for somebody on call, in no other number. Nobody's breaks are in these
    numbers: see `on_roster`."""

    people: float
    even: float
    peak: float
    tightest: tuple[datetime, datetime] | None
    work: float
    open: float
    unstaffed: float
    hours: tuple[HourNeed, ...]


def on_roster(people: float, shrinkage: float) -> int:
    """How many have to be on the roster so that `people` are at work: the others have a break, are
    ill or in a meeting."""
    return math.ceil(people / (1 - shrinkage) - _NOTHING)


def parcels_of(stream: Stream) -> list[Parcel]:
    """The work of each hour and portion. What comes in evenly during an hour is due, at the
    latest, when the promise to its last moment ends."""
    clock, origin = open_time(stream), stream.begins
    ends = np.array([minutes_since(origin, hour.start + HOUR) for hour in stream.hours])
    found: list[Parcel] = []
    for portion in stream.mix:
        due = due_at(ends, portion.level, portion.within, clock)
        for hour, end, limit in zip(stream.hours, ends.tolist(), due.tolist(), strict=True):
            minutes = hour.mentions * portion.share * stream.minutes
            if minutes > 0:
                found.append(Parcel(released=end - 60, due=limit, minutes=minutes))
    return found


def due_at(written: Numbers, level: Level, within: timedelta, clock: Supply) -> Numbers:
    """By when what was written at these moments is owed; as `listener.timing.answer_due` has it."""
    promise = within / MINUTE
    return written + promise if level is Level.P1 else clock.when(clock.until(written) + promise)


def open_time(stream: Stream) -> Supply:
    return staffed(stream.calendar, stream.begins, stream.ends + _BEYOND)


@lru_cache(maxsize=128)
def need_of(stream: Stream, most_load: float = MOST_LOAD) -> Need:
    """What a stream takes, at all and hour by hour."""
    clock = open_time(stream)
    end = minutes_since(stream.begins, stream.ends)
    opened = clock.between(0, end)
    inside, outside = _reachable(parcels_of(stream), clock)
    # What nobody can begin before the end belongs to the days behind it.
    inside = [parcel for parcel in inside if clock.between(parcel.released, end) > _NOTHING]
    table = _Table(inside, clock)
    peak, since, until = table.tightest()
    work = sum(parcel.minutes for parcel in inside)
    even = work / opened / most_load if opened else 0.0
    people = max(even, peak)
    return Need(
        people=people,
        even=even,
        peak=peak,
        tightest=_window(stream, clock, since, until) if peak > 0 else None,
        work=work,
        open=opened,
        unstaffed=outside,
        hours=_by_hour(stream, clock, table.course(), people, most_load),
    )


def smallest(parcels: Sequence[Parcel], clock: Supply) -> float:
    """The fewest people, all there whenever `clock` runs, with whom the test is passed. Infinity
    if some of it falls due before anybody comes."""
    inside, outside = _reachable(parcels, clock)
    return math.inf if outside else _Table(inside, clock).tightest()[0]


def lacking(parcels: Sequence[Parcel], there: Supply, clock: Supply) -> float:
    """How many people more it takes beside those who are `there`, whenever `clock` runs, so that
    the test is passed; nothing or less if it is. What falls due while the clock stands is left
    out."""
    inside, _ = _reachable(parcels, clock)
    if not inside:
        return 0.0
    begins, ends, within = _windows(inside)
    room = clock.until(ends)[None, :] - clock.until(begins)[:, None]
    supplied = there.until(ends)[None, :] - there.until(begins)[:, None]
    asked = (within > _NOTHING) & (room > _NOTHING)
    short = np.divide(within - supplied, room, out=np.full_like(room, -np.inf), where=asked)
    return float(short.max())


def _reachable(parcels: Sequence[Parcel], clock: Supply) -> tuple[list[Parcel], float]:
    """Those somebody can do in time, and the minutes of the others."""
    inside = [p for p in parcels if clock.between(p.released, p.due) > _NOTHING]
    return inside, sum(p.minutes for p in parcels) - sum(p.minutes for p in inside)


def _windows(parcels: Sequence[Parcel]) -> tuple[Numbers, Numbers, Numbers]:
    """Where windows begin and end, and the work that comes in and is due inside of each."""
    begins, row = np.unique([p.released for p in parcels], return_inverse=True)
    ends, column = np.unique([p.due for p in parcels], return_inverse=True)
    amounts = np.zeros((len(begins), len(ends)))
    np.add.at(amounts, (row, column), [p.minutes for p in parcels])
    return begins, ends, _inside(amounts)


def _inside(amounts: Numbers) -> Numbers:
    """Of amounts by beginning and end: all that begin there or later and end there or before."""
    later: Numbers = np.cumsum(amounts[::-1], axis=0)[::-1]
    return np.cumsum(later, axis=1)


class _Table:
    """The work by where it begins and ends, in staffed minutes: there, windows have no nights."""

    def __init__(self, parcels: Sequence[Parcel], clock: Supply) -> None:
        released = clock.until([p.released for p in parcels])
        due = clock.until([p.due for p in parcels])
        # Rounded, so that a moment that comes about in two ways is one.
        self._edges: Numbers = np.unique(np.round(np.concatenate((released, due, [0.0])), 6))
        row = np.searchsorted(self._edges, np.round(released, 6))
        column = np.searchsorted(self._edges, np.round(due, 6))
        self._from, row = np.unique(row, return_inverse=True)
        self._to, column = np.unique(column, return_inverse=True)
        self._amounts = np.zeros((len(self._from), len(self._to)))
        np.add.at(self._amounts, (row, column), [p.minutes for p in parcels])

    def tightest(self) -> tuple[float, float, float]:
        """What the window asks for that asks for most, and where it lies; zeros without work."""
        asked = self._asked(self._amounts, self._edges)
        if asked.size == 0 or asked.max() <= 0:
            return 0.0, 0.0, 0.0
        row, column = np.unravel_index(asked.argmax(), asked.shape)
        begin, end = self._edges[self._from[row]], self._edges[self._to[column]]
        return float(asked[row, column]), float(begin), float(end)

    def course(self) -> Supply:
        """The smoothest course of people that passes the test: person-minutes by staffed minute."""
        lengths, people = np.diff(self._edges), np.zeros(max(len(self._edges) - 1, 0))
        left, amounts = lengths.copy(), self._amounts.copy()
        while amounts.size:
            places = np.concatenate(([0.0], np.cumsum(left)))
            asked = self._asked(amounts, places)
            if asked.max() <= _NOTHING:
                break
            row, column = np.unravel_index(asked.argmax(), asked.shape)
            begin, end = self._from[row], self._to[column]
            free = left[begin:end] > 0
            people[begin:end][free] = asked[row, column]
            left[begin:end] = 0.0
            amounts[row:, : column + 1] = 0.0
        return Supply.course(self._edges, people)

    def _asked(self, amounts: Numbers, places: Numbers) -> Numbers:
        room = places[self._to][None, :] - places[self._from][:, None]
        return np.divide(_inside(amounts), room, out=np.zeros_like(amounts), where=room > _NOTHING)


def _window(stream: Stream, clock: Supply, begin: float, end: float) -> tuple[datetime, datetime]:
    since, until = clock.when([begin + 0.001, end]).tolist()
    return stream.begins + since * MINUTE, stream.begins + until * MINUTE


def _by_hour(
    stream: Stream, clock: Supply, course: Supply, people: float, most_load: float
) -> tuple[HourNeed, ...]:
    """By the course, with room to breathe as far as `people` leaves any."""
    starts = np.array([minutes_since(stream.begins, hour.start) for hour in stream.hours])
    since, until = clock.until(starts), clock.until(starts + 60)
    opened = until - since
    worked = course.until(until) - course.until(since)
    asked = np.divide(worked, opened, out=np.zeros_like(opened), where=opened > _NOTHING)
    return tuple(
        HourNeed(start=hour.start, staffed=share / 60, people=min(need / most_load, people))
        for hour, share, need in zip(stream.hours, opened.tolist(), asked.tolist(), strict=True)
    )
