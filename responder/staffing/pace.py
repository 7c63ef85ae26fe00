"""Pure: how many minutes of a person's time a reply takes, from when the team decided.

What counts is the time somebody was at it: from their decision before, or from when the draft was
there if that was later, until this one. A stretch longer than a reply ever takes was a break.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from responder.staffing.supply import MINUTE

LONGEST: Final = timedelta(minutes=20)
ENOUGH: Final = 100
"""Decisions; with fewer, one slow morning would decide how many people a week takes."""
LEAST: Final = 0.25
"""Minutes: whole crowds are approved with one click, and nobody plans with seconds."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Somebody approved a draft that had been there since `made_at`."""

    by: str
    at: datetime
    made_at: datetime


@dataclass(frozen=True, kw_only=True)
class Pace:
    """`minutes` a reply, from so many decisions."""

    minutes: float
    decisions: int


def pace_of(decisions: Iterable[Decision]) -> Pace | None:
    """None while too few were seen."""
    ordered = sorted(decisions, key=lambda one: (one.by, one.at))
    spent, number = timedelta(), 0
    for _, own in groupby(ordered, key=lambda one: one.by):
        before: datetime | None = None
        for at, same in groupby(own, key=lambda one: one.at):
            together = list(same)  # decided with one click
            since = max(before, *(one.made_at for one in together)) if before else None
            if since is not None and timedelta() < at - since <= LONGEST:
                spent += at - since
                number += len(together)
            before = at
    if number < ENOUGH:
        return None
    return Pace(minutes=max(spent / MINUTE / number, LEAST), decisions=number)
