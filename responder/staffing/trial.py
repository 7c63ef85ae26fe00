"""Pure: the answer of the formula played through, so that nobody has to believe it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from responder.staffing.demand import need_of, on_roster
from responder.staffing.simulation import Order, Outcome, enough, lasting, try_out
from responder.staffing.what_if import Plan, pool
from responder.staffing.work import Stream

TASKS: Final = 4_000
"""So many answers are played through at most: a page is answered within a moment."""
LONGEST: Final = 40  # days
SHORTEST: Final = 7


@dataclass(frozen=True, kw_only=True)
class Trial:
    """`found`: the fewest people who keep the target; `fewer`: one person fewer, if anybody is left
    then; `in_order`: the same people, answering in order of arrival."""

    days: int
    found: Outcome
    fewer: Outcome | None
    in_order: Outcome


def played(likely: Plan, careful: Plan, target: float) -> list[tuple[int, Trial]]:
    """One trial for all channels of the same hours, of what is likely to come; each with the people
    the formula has for a busy week, from whom on it is looked."""
    needs = [need_of(stream, careful.max_load) for stream in pool(careful.streams)]
    guesses = [on_roster(need.people, 0) for need in needs]
    pairs = zip(pool(likely.streams), guesses, strict=True)
    return [(guess, trial(stream, guess, target)) for stream, guess in pairs if guess]


@lru_cache(maxsize=64)
def trial(stream: Stream, guess: int, target: float) -> Trial:
    """Looked for from `guess` on, which is what the formula says."""
    a_day = stream.work / stream.minutes / (len(stream.hours) / 24)
    days = int(min(max(TASKS / max(a_day, 1.0), SHORTEST), LONGEST))
    long = lasting(stream, days)
    *fewer, found = enough(long, guess, target=target)
    return Trial(
        days=days,
        found=found,
        fewer=fewer[0] if fewer else None,
        in_order=try_out(long, found.people, order=Order.FIFO),
    )
