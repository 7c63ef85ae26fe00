"""Episodes as conditions: told once a level, over when they have ended, and told again every hour
while nobody takes a crisis up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from listener.spikes.watch import Level
from responder.condition import Condition, Severity, moment, warning
from responder.crisis.models import Episode

REMINDED: Final = timedelta(hours=1)
_REMINDERS: Final = 24


def of_episodes(session: Session, now: datetime) -> Iterator[Condition]:
    """What is told of the open ones. A watch is for who looks at the desk, and wakes nobody."""
    rows = session.scalars(
        select(Episode)
        .where(Episode.ended_at.is_(None), Episode.level.in_((Level.ALERT, Level.CRISIS)))
        .order_by(Episode.id)
    )
    for row in rows:
        # A level that was told stays told when a higher one follows: each is said once.
        if row.level is Level.ALERT or row.first_level is Level.ALERT:
            yield warning(_cause(row, Level.ALERT), _unusual(row))
        if row.level is Level.CRISIS:
            yield warning(_cause(row, Level.CRISIS), _crisis(row))
        if not is_taken_up(row, now):
            yield from _reminder(row, now)


def is_taken_up(row: Episode, now: datetime) -> bool:
    """Whether somebody acknowledged it, or put it off, at the level it has now. What was said of a
    lower one counts no more."""
    if _covers(row.acknowledged_level, row.level):
        return True
    put_off = row.snoozed_until is not None and now < row.snoozed_until
    return put_off and _covers(row.snoozed_level, row.level)


def _covers(said_of: Level | None, level: Level) -> bool:
    return said_of is not None and said_of.rank >= level.rank


def _reminder(row: Episode, now: datetime) -> Iterator[Condition]:
    put_off = row.snoozed_until if _covers(row.snoozed_level, row.level) else None
    since = max(row.raised_at, put_off or row.raised_at)
    hours = int((now - since) / REMINDED)
    if row.level is Level.CRISIS and 1 <= hours <= _REMINDERS:
        cause = f"{_place(row)}spike:{row.id}:waits:{since:%d%H%M}:{hours}"
        yield Condition(cause=cause, severity=Severity.WARNING, text=_waits(row, hours), once=True)


def _cause(row: Episode, level: Level) -> str:
    return f"{_place(row)}spike:{row.id}:{level}"


def _place(row: Episode) -> str:
    """A cause names its channel, so that the desk shows it to those whom it concerns."""
    return f"{row.channel}:" if row.channel else ""


def _unusual(row: Episode) -> str:
    number, since = round(row.observed), moment(row.began_at)
    if row.channel:
        return f"more is said on {row.channel} than usual: {number} mentions since {since}"
    return f"more is said on all channels than usual: {number} mentions since {since}"


def _crisis(row: Episode) -> str:
    number, since = round(row.observed), moment(row.began_at)
    if row.channel:
        return f"a crisis on {row.channel}: {number} mentions since {since}"
    return f"a crisis on all channels: {number} mentions since {since}"


def _waits(row: Episode, hours: int) -> str:
    if row.channel:
        return f"nobody has taken up the crisis on {row.channel}, told {hours} h ago"
    return f"nobody has taken up the crisis on all channels, told {hours} h ago"
