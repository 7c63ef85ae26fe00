"""How urgent a mention is: a class with a promise, points to break ties, and the reasons in words.

points = 40·S/4 + 20·max(0, -score) + 15·min(1, log10(1 + followers)/6)
       + 10·min(1, log2(1 + engagements per hour)/8) + 15·min(1, repeats)

S, how serious the matter is, makes at most 40 points and sets floors; reach makes at most 25, so
that a star's praise never passes a report of an injury. The queue is ordered by deadline, not by
points: age needs no weight then, and nothing starves.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from sentiment.phase import Phase
from sentiment.score import Score
from sentiment.signals import ASKING, TROUBLE_TOPICS, Signal
from sentiment.topics import OTHER


class Level(StrEnum):
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


RESPOND_WITHIN: Final = {
    Level.P1: timedelta(minutes=15),
    Level.P2: timedelta(hours=1),
    Level.P3: timedelta(hours=4),
    Level.P4: timedelta(hours=24),
}
"""The promise: time to the first answer, and to each next one. A question before buying is a P2
of 15 minutes."""

RESOLVE_WITHIN: Final = {
    Level.P1: timedelta(hours=24),
    Level.P2: timedelta(hours=48),
    Level.P3: timedelta(hours=72),
    Level.P4: timedelta(days=5),
}
"""The promise: time until the matter is settled."""

BEFORE_BUYING: Final = timedelta(minutes=15)
"""Whoever asks before buying otherwise opens another shop. The settings may say another time."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What urgency depends on.

    `followers` of the author (None: unknown), `engagements_per_hour` with the mention, `repeats`:
    earlier unanswered mentions of this author within 24 hours, `addressed`: it speaks to us.
    """

    score: Score
    signals: Collection[Signal]
    topics: Collection[str]
    phase: Phase
    followers: int | None
    engagements_per_hour: float
    repeats: int
    addressed: bool


@dataclass(frozen=True, kw_only=True)
class Priority:
    """`points` are 0..100; `reasons` name every part that counted, the weightiest first."""

    level: Level
    points: float
    reasons: tuple[str, ...]
    respond_within: timedelta


_ORDER_TOPICS: Final = TROUBLE_TOPICS | {"cancellation"}
_CUSTOMER_PHASES: Final = frozenset({Phase.ACQUISITION, Phase.OWNERSHIP, Phase.RETIREMENT})
_FLOORS: Final = {4: Level.P1, 3: Level.P2, 2: Level.P3}
TO_BUY: Final = "question before buying"
"""The reason of who asks before they buy."""


def prioritize(facts: Facts, *, before_buying: timedelta = BEFORE_BUYING) -> Priority:
    """Class, points and reasons of one mention. `before_buying`: how soon a question before buying
    is answered. Never raises."""
    seriousness, reason = _seriousness(facts)
    points = 10.0 * seriousness
    reasons = [reason] if reason else []
    for part, words in _parts(facts):
        if part > 0:
            points += part
            reasons.append(words)
    waits_to_buy = seriousness == 1 and facts.addressed
    floor = Level.P2 if waits_to_buy else _FLOORS.get(seriousness, Level.P4)
    level = min(floor, _by_points(points))
    return Priority(
        level=level,
        points=round(min(points, 100.0), 2),
        reasons=tuple(reasons),
        respond_within=respond_within(
            level, reasons, addressed=facts.addressed, before_buying=before_buying
        ),
    )


def respond_within(
    level: Level, reasons: Collection[str], *, addressed: bool, before_buying: timedelta
) -> timedelta:
    """The promise to a mention that was prioritized before, from what was kept of it."""
    promise = RESPOND_WITHIN[level]
    return min(promise, before_buying) if addressed and TO_BUY in reasons else promise


def _by_points(points: float) -> Level:
    if points >= 70:
        return Level.P1
    if points >= 45:
        return Level.P2
    return Level.P3 if points >= 20 else Level.P4


def _parts(facts: Facts) -> tuple[tuple[float, str], ...]:
    followers = max(0, facts.followers or 0)
    # max() with the zero first also turns a rate that is not a number into zero.
    rate = max(0.0, facts.engagements_per_hour)
    reactions = f"{rate:,.0f}"  # of infinitely many "inf"
    negative = max(0.0, -facts.score.score)
    return (
        (20 * min(1.0, negative), "sounds unhappy"),
        (15.0 * min(1, max(0, facts.repeats)), "wrote before and was not answered"),
        (
            15 * min(1.0, math.log10(1 + followers) / 6),
            f"{followers:,} follower{'' if followers == 1 else 's'}",
        ),
        (
            10 * min(1.0, math.log2(1 + rate) / 8),
            f"{reactions} reaction{'' if reactions == '1' else 's'} an hour",
        ),
    )


def _seriousness(facts: Facts) -> tuple[int, str]:
    """S and why: 4 safety or law, 3 what may be that, money, outage or a second call for a human,
    2 a complaint or a customer's question, 1 a question before buying, 0 all else."""
    found, again = set(facts.signals), facts.repeats >= 1
    complains = Signal.COMPLAINT in found
    rules = (
        (Signal.SAFETY in found, (4, "safety: a person may be hurt")),
        (Signal.SELF_HARM in found, (4, "somebody may harm themselves")),
        (Signal.THREAT in found, (4, "a threat")),
        (Signal.LEGAL in found, (4, "legal: the law is named")),
        (Signal.DATA in found, (4, "personal data in wrong hands")),
        (Signal.ALARMING in found, (3, "may be about danger or the law: please look")),
        (Signal.OUTAGE in found, (3, "outage: something of ours does not work")),
        (Signal.HUMAN in found and again, (3, "asks for a human again")),
        (complains and "payment" in facts.topics, (3, "trouble with a payment")),
        (complains, (2, "complaint")),
        (Signal.HUMAN in found, (2, "asks for a human")),
        (bool(found & ASKING), _question(facts)),
        (Signal.PRAISE in found, (0, "praise")),
    )
    return next((result for holds, result in rules if holds), (0, ""))


def _question(facts: Facts) -> tuple[int, str]:
    if facts.phase in _CUSTOMER_PHASES:
        return 2, "question of a customer"
    if facts.phase is Phase.UNKNOWN and _ORDER_TOPICS & set(facts.topics):
        return 2, "question about an order"
    if facts.phase is Phase.REQUIREMENTS or set(facts.topics) - {OTHER}:
        return 1, TO_BUY
    return 0, ""
