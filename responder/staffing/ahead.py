"""Pure: what waits now, played through to the end of the day: what will be late, and how many
people are missing."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from responder.staffing.demand import Parcel, lacking
from responder.staffing.shifts import Calendars, Person, spans_for, supply_of
from responder.staffing.supply import MINUTE, Supply, minutes_since

SOONEST: Final = timedelta(minutes=15)
"""Nobody who is asked for help is there sooner: what is due before is not theirs to save."""
LONGEST: Final = timedelta(hours=12)
FEW: Final = 3
"""So many late ones are worth a word; fewer come and go."""
WORTH: Final = 0.5
"""People; less than half a person nobody can send for."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """An open mention that a person has to answer."""

    due: datetime
    channel: str


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """Until `until`: the end of the day's shifts, 12 hours on at the latest. `late` are late now,
    `will_be_late` are not yet. `short`: people missing beside those on the roster. `there`: who is
    there now. `done_at`: when the last one is answered; None: not within these shifts."""

    until: datetime
    waiting: int
    late: int
    will_be_late: int
    short: float
    there: int
    done_at: datetime | None

    @property
    def is_trouble(self) -> bool:
        return self.will_be_late >= FEW and self.short >= WORTH


class Advice(StrEnum):
    OVERFLOW = "overflow"  # ask others to help
    FOLLOW_UPS = "follow_ups"  # stop what leaves by itself and invites an answer
    HOURS = "hours"  # promise less: shorten the channel's hours


def look_ahead(
    queue: Iterable[Waiting],
    people: Sequence[Person],
    channels: Calendars,
    *,
    minutes: float,
    now: datetime,
    at_desk: float = 1.0,
) -> Ahead | None:
    """Everybody takes what is due first of what they see, each reply taking `minutes`. `at_desk`:
    the share of their hours they are. None if nobody's hours are known: there is nothing to tell
    then."""
    until = _end_of_day(people, channels, now)
    if until is None:
        return None
    ordered = sorted(queue, key=lambda one: (one.due, one.channel))
    each = minutes / at_desk
    ends = _answered(ordered, people, channels, each, now, until)
    late = [one.due < now for one in ordered]
    to_come = [
        one.due >= now and one.due <= until and (end is None or end > one.due)
        for one, end in zip(ordered, ends, strict=True)
    ]
    there = supply_of(people, channels, now, until)
    done = [end for end in ends if end is not None]
    return Ahead(
        until=until,
        waiting=len(ordered),
        late=sum(late),
        will_be_late=sum(to_come),
        short=max(0.0, _short(ordered, there, each, now, until)),
        there=round(there.between(0, 0.5) / 0.5),
        done_at=max(done, default=now) if len(done) == len(ordered) else None,
    )


def advice(ahead: Ahead, *, week_is_short: bool, answers_by_itself: bool) -> tuple[Advice, ...]:
    """What helps, the quickest first."""
    if not ahead.is_trouble:
        return ()
    follow_ups = (Advice.FOLLOW_UPS,) if answers_by_itself else ()
    hours = (Advice.HOURS,) if week_is_short else ()
    return (Advice.OVERFLOW, *follow_ups, *hours)


def _end_of_day(people: Sequence[Person], channels: Calendars, now: datetime) -> datetime | None:
    """When the last of those who are there, or come next, leaves."""
    if not any(one.hours_known(channels) for one in people):
        return None
    begin = now
    for _ in range(7):
        shifts = [
            stretch
            for one in people
            for stretch in one.stretches(channels, begin, begin + timedelta(days=1))
        ]
        first = min((begins for begins, _ in shifts), default=None)
        if first is not None:
            today = [ends for begins, ends in shifts if begins < first + LONGEST]
            return min(max(today), first + LONGEST)
        begin += timedelta(days=1)
    return None


def _answered(
    ordered: Sequence[Waiting],
    people: Sequence[Person],
    channels: Calendars,
    minutes: float,
    now: datetime,
    until: datetime,
) -> list[datetime | None]:
    """When each is answered. Whoever is free takes what is due first of what they see."""
    queues: dict[str, list[int]] = defaultdict(list)
    for number in range(len(ordered) - 1, -1, -1):
        queues[ordered[number].channel].append(number)
    shifts = [spans_for(one, channels, now, until) for one in people]
    free = [(spans[0][0], who, 0) for who, spans in enumerate(shifts) if spans]
    heapq.heapify(free)
    ends: list[datetime | None] = [None] * len(ordered)
    while free:
        moment, who, shift = heapq.heappop(free)
        heads = [own[-1] for name, own in queues.items() if own and people[who].sees(name)]
        if not heads:
            continue  # nothing comes in: they are free for good
        number = min(heads)
        queues[ordered[number].channel].pop()
        after = moment + minutes
        ends[number] = now + after * MINUTE
        while shift < len(shifts[who]) and shifts[who][shift][1] <= after:
            shift += 1
        if shift < len(shifts[who]):
            heapq.heappush(free, (max(after, shifts[who][shift][0]), who, shift))
    return ends


def _short(
    ordered: Sequence[Waiting], there: Supply, minutes: float, now: datetime, until: datetime
) -> float:
    """By the tightest time from now on. What is late already is to be done by the end of the day:
    it is no reason to want a hundred people at once."""
    end = minutes_since(now, until)
    soonest = min(SOONEST / MINUTE, end)
    dues = [minutes_since(now, one.due) for one in ordered if one.due <= until]
    parcels = [
        Parcel(released=0.0, due=end if due < 0 else max(due, soonest), minutes=minutes)
        for due in dues
    ]
    return lacking(parcels, there, Supply([(0.0, end)]))
