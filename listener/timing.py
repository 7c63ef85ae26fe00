"""Pure: one clock. How long it has run, by when its promise ends, and whether that was kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from config.calendar import ALWAYS, Calendar, Stretch
from listener.stretches import FOREVER, without
from sentiment.prioritize import Level


class State(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"  # we wait for the customer
    MET = "met"
    BROKEN = "broken"  # too late; while `ended_at` is empty it is still open
    DROPPED = "dropped"  # no answer is owed any more


@dataclass(frozen=True, kw_only=True)
class Timing:
    """One clock. `due_at` is None while it is paused in time, and of what was dropped. `taken` is
    the time it ran and `promise` the time it may run; both, and `left`, count as the clock does:
    `staffed` time, or every hour. `waits`: for the customer, so that it does not run; also of one
    that is broken."""

    state: State
    started_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    promise: timedelta
    taken: timedelta
    staffed: bool = False
    waits: bool = False

    @property
    def left(self) -> timedelta:
        """Nothing or less once it is broken: what is due at closing time is late from then on, and
        no staffed time passes until the next opening."""
        return self.promise - self.taken


def answer_due(
    written_at: datetime, level: Level, within: timedelta, calendar: Calendar
) -> datetime:
    """When the answer to a text is due, if nothing pauses."""
    return hours_of(level, calendar).after(written_at, within)


def hours_of(level: Level, calendar: Calendar) -> Calendar:
    """Somebody is there for a P1 at every hour."""
    return ALWAYS if level is Level.P1 else calendar


def timing_of(
    whole: Stretch,
    pauses: Sequence[Stretch],
    *,
    promise: timedelta,
    calendar: Calendar,
    now: datetime,
    dropped_at: datetime | None,
) -> Timing:
    """How a clock stands that runs through `whole` (FOREVER: it has no end yet) but for the
    `pauses`, and that is no longer looked at once nothing is owed any more."""
    began, ended = whole
    pauses = [(begins, min(ends, ended)) for begins, ends in pauses if begins < ended]
    end = min(ended, dropped_at or now)
    taken = sum(
        (calendar.between(*stretch) for stretch in without((began, end), pauses)), timedelta()
    )
    due_at = None if dropped_at else _due(began, pauses, promise, calendar)
    closed = end if dropped_at or ended != FOREVER else None
    waits = closed is None and any(begins <= now < ends for begins, ends in pauses)
    return Timing(
        state=_state(
            closed=closed is not None,
            dropped=dropped_at is not None,
            # By the moment, as the queue has it, and not by what was taken: whatever is due at
            # closing time is late an hour later, though nobody was there meanwhile.
            late=due_at is not None and due_at < end,
            paused=waits,
        ),
        started_at=began,
        due_at=due_at,
        ended_at=closed,
        promise=promise,
        taken=taken,
        staffed=not calendar.always,
        waits=waits,
    )


def _due(
    began: datetime, pauses: Sequence[Stretch], left: timedelta, calendar: Calendar
) -> datetime | None:
    """When the promise is used up; None if it will not be before the pause of now has an end. One
    used up just when a pause begins is due when that ends: until then nobody is late."""
    for begins, ends in without((began, FOREVER), pauses):
        due_at = calendar.after(begins, left)
        if due_at < ends:
            return due_at
        left -= calendar.between(begins, ends)
    return None


def _state(*, closed: bool, dropped: bool, late: bool, paused: bool) -> State:
    if dropped:
        return State.DROPPED
    if late:
        return State.BROKEN
    if closed:
        return State.MET
    return State.PAUSED if paused else State.RUNNING
