"""How a month's money is divided, and how much of it a use may still have. Pure.

A budget has three pots, so that nobody starves another: replies (with the looks before and after
them), reads, and checks. In the pot of reads the uses are sacrificed one after the other: the
search stops first, then repairs, then second looks, and the mentions last. Of the pot of replies
the last tenth is kept for what is most urgent. No day may take more than a fifth of what a month
may: a runaway is seen before the money is gone.

All amounts are micros: millionths of a US dollar.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from listener.channels.metering import Use

MICROS: Final = 1_000_000  # in a US dollar
NEARLY: Final = 80  # percent: polls slow down, and people are told


class Pot(StrEnum):
    REPLIES = "replies"
    READS = "reads"
    CHECKS = "checks"


_SHARE: Final = {Pot.REPLIES: 30, Pot.READS: 65, Pot.CHECKS: 5}  # percent of the budget
_DAY: Final = 20  # percent of what the month allows
_KEPT: Final = 10  # percent of the replies' money, of the month's and of the day's

POT_OF: Final = {
    Use.REPLY: Pot.REPLIES,
    Use.MENTIONS: Pot.READS,
    Use.SEARCH: Pot.READS,
    Use.OWN: Pot.READS,
    Use.REPAIR: Pot.READS,
    Use.CHECK: Pot.CHECKS,
}

_MAY_FILL: Final = {Use.SEARCH: 60, Use.REPAIR: 75, Use.OWN: 90}
"""Percent of its pot up to which a use may go on, whoever emptied it; others go on to its end."""


@dataclass(frozen=True, kw_only=True)
class Used:
    """What each use took, settled or still set aside: in this UTC month, and in this UTC day."""

    month: Mapping[Use, int]
    today: Mapping[Use, int]


@dataclass(frozen=True, kw_only=True)
class Room:
    """`micros`: what a use may still have, 0 or more. `until`: when there will be more; `period`:
    "day" or "month", whichever bounds it."""

    micros: int
    until: datetime
    period: str


def budget_micros(monthly_budget_usd: float) -> int:
    return int(monthly_budget_usd * MICROS)


def share(pot: Pot, budget: int) -> int:
    """What a pot holds in a month."""
    return budget * _SHARE[pot] // 100


def taken(pot: Pot, by_use: Mapping[Use, int]) -> int:
    """What was taken out of a pot, by whatever use."""
    return sum(micros for use, micros in by_use.items() if POT_OF[use] is pot)


def room(use: Use, budget: int, used: Used, now: datetime) -> Room:
    """How much `use` may still have. Pots never lend to each other."""
    pot = POT_OF[use]
    ceiling = share(pot, budget) * _MAY_FILL.get(use, 100) // 100
    this_month = ceiling - taken(pot, used.month)
    this_day = ceiling * _DAY // 100 - taken(pot, used.today)
    if this_month <= this_day:
        return Room(micros=max(this_month, 0), until=next_month(now), period="month")
    return Room(micros=max(this_day, 0), until=day_start(now) + timedelta(days=1), period="day")


def is_kept_for_urgent(left: Room, budget: int, dearest: int) -> bool:
    """Whether only the most urgent may still have what is `left` for replies: one more that costs
    what the `dearest` does would take of the last tenth. (Of a budget so small that this is more
    than a fifth of it, ordinary replies would else never have any.)"""
    holds = share(Pot.REPLIES, budget)
    if left.period == "day":
        holds = holds * _DAY // 100
    return left.micros - min(dearest, holds * _DAY // 100) < holds * _KEPT // 100


def patience(budget: int, used: Used) -> float:
    """By how much to stretch the time between two polls: 1 as long as there is money, 3 once four
    fifths of the month's reads are used up."""
    holds = share(Pot.READS, budget)
    return 3.0 if taken(Pot.READS, used.month) * 100 >= holds * NEARLY else 1.0


def day_start(now: datetime) -> datetime:
    """`now` must be in UTC, as all of our clocks are."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def month_start(now: datetime) -> datetime:
    return day_start(now).replace(day=1)


def next_month(now: datetime) -> datetime:
    return (month_start(now) + timedelta(days=32)).replace(day=1)
