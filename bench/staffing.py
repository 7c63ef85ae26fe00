"""How many people a stream of mentions takes: by the formula, and as a simulation has it.

The case of a medium brand: 557 mentions a day, 6 minutes each, staffed 7 to 23 every day, P1 5 %,
P2 25 %, P3 45 %, P4 25 %, with days that differ (gamma). The formula is asked for the volume that
four days of five stay under; the simulation plays 40 days of one person after the other.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from config.calendar import Calendar
from responder.staffing.demand import need_of, on_roster
from responder.staffing.simulation import Order, Outcome, enough, lasting, try_out
from responder.staffing.work import USUAL, Hour, Stream

MENTIONS, MINUTES = 557, 6.0
SHAPE = (5, 6, 7, 7, 7, 8, 7, 6, 6, 6, 7, 8, 8, 7, 5, 4)  # of a day, from 7 to 23
SPREADS = (0.1, 0.15, 0.2, 0.3)
DAYS, SEEDS, TARGET = 40, 5, 0.95
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def stream(mentions: float = MENTIONS) -> Stream:
    """A week of it."""
    hours = tuple(
        Hour(
            start=MONDAY + timedelta(hours=n),
            mentions=mentions * SHAPE[n % 24 - 7] / sum(SHAPE) if 7 <= n % 24 < 23 else 0.0,
        )
        for n in range(168)
    )
    calendar = Calendar.read(hours="Mon-Sun 07:00-23:00")
    return Stream(hours=hours, mix=USUAL, minutes=MINUTES, calendar=calendar)


def q80(spread: float) -> float:
    """The level of a day that four of five stay under."""
    levels = np.random.default_rng(1).gamma(spread**-2, spread**2, 200_000)
    return float(np.quantile(levels, 0.8))


def simulated(spread: float, guess: int) -> list[int]:
    """The fewest people who keep the target, seed by seed."""
    forty = lasting(stream(), DAYS)
    return [
        enough(forty, guess, target=TARGET, seed=seed, spread=spread)[-1].people
        for seed in range(1, SEEDS + 1)
    ]


def shares(outcomes: Sequence[Outcome]) -> str:
    mean = {
        level: sum(one.in_time[level] for one in outcomes) / len(outcomes)
        for level in outcomes[0].in_time
    }
    busy = sum(one.busy for one in outcomes) / len(outcomes)
    oldest = max(one.oldest for one in outcomes) / timedelta(hours=1)
    kept = " / ".join(f"{100 * share:5.1f}" for share in mean.values())
    return f"{kept} %   busy {100 * busy:3.0f} %   oldest {oldest:5.1f} h"


def main() -> int:
    began = time.perf_counter()
    need_of.cache_clear()
    need = need_of(stream())
    took = 1000 * (time.perf_counter() - began)
    print(
        f"{MENTIONS} mentions a day, {MINUTES:.0f} min each, staffed 7-23: {took:.0f} ms to compute"
    )
    print(f"  by the average     {need.even:5.2f} people   tightest window {need.peak:5.2f}")
    off = 0
    for spread in SPREADS:
        asked = need_of(stream(MENTIONS * q80(spread)))
        formula = on_roster(asked.people, shrinkage=0)
        found = simulated(spread, formula)
        off = max(off, *(abs(formula - people) for people in found))
        print(
            f"  days differ by {spread:.0%}: formula {formula} ({asked.people:.2f}), "
            f"simulation of {DAYS} days, {SEEDS} seeds: {min(found)}-{max(found)}"
        )
    print(f"formula and simulation differ by {off} at most   target 1")
    print(f"share in time P1 / P2 / P3 / P4 over {DAYS} days, {SEEDS} seeds, days differ by 15 %")
    began = time.perf_counter()
    forty = lasting(stream(), DAYS)
    for people in (4, 5):
        for order in Order:
            outcomes = [
                try_out(forty, people, order=order, seed=seed) for seed in range(1, SEEDS + 1)
            ]
            print(f"  {people} people, {order.upper():4}  {shares(outcomes)}")
    each = (time.perf_counter() - began) / (4 * SEEDS)
    print(f"one simulation of {DAYS} days: {each:.2f} s")
    return int(off > 1)


if __name__ == "__main__":
    raise SystemExit(main())
