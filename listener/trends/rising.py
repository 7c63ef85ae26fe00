"""Pure: what is spoken of more than in the period before, and is more than chance.

Both periods are compared by an exact test of two counts: given their sum, how it would fall on the
two periods if nothing had changed. Many things are compared, so a list is cut where one in ten of
those it names may be there by chance (Benjamini and Hochberg). What fewer than `LEAST` mentions say
is never named. Mentions count as independent: one busy thread can look like a rise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

LEAST: Final = 5
"""So many mentions of the period at least have to say it."""

BY_CHANCE: Final = 0.1
"""What part of a list may be there by chance."""

_EXACT: Final = 5_000
"""Up to so many the tail is added up, beyond it is near enough to a bell curve."""


@dataclass(frozen=True, kw_only=True)
class Rise:
    """`times`: how much more often than before, of all mentions of each period; None where it was
    not said at all before. `chance`: of seeing so much if nothing had changed."""

    name: str
    now: int
    before: int
    times: float | None
    chance: float


def rising(
    now: Mapping[str, int], before: Mapping[str, int], *, of_now: int, of_before: int
) -> list[Rise]:
    """What rose, the surest first. `of_now`, `of_before`: how many mentions each period has.

    Nothing where the period before has no mentions: there is nothing to compare with.
    """
    if of_now <= 0 or of_before <= 0:
        return []
    share = of_now / (of_now + of_before)
    found = []
    for name, count in now.items():
        if count >= LEAST:
            earlier = before.get(name, 0)
            chance = tail(count, count + earlier, share)
            times = (count / of_now) / (earlier / of_before) if earlier else None
            found.append(Rise(name=name, now=count, before=earlier, times=times, chance=chance))
    found.sort(key=lambda rise: (rise.chance, -rise.now, rise.name))
    return found[: _believed(found)]


def _believed(found: Sequence[Rise]) -> int:
    """How many from the surest on may be named."""
    passed = (
        place
        for place, rise in enumerate(found, 1)
        if rise.chance <= BY_CHANCE * place / len(found)
    )
    return max(passed, default=0)


def tail(successes: int, tries: int, share: float) -> float:
    """How likely `successes` or more of `tries` are, each with the probability `share`."""
    if successes <= tries * share:
        return 1.0
    if tries > _EXACT:
        deviation = math.sqrt(tries * share * (1 - share))
        return 0.5 * math.erfc((successes - 0.5 - tries * share) / deviation / math.sqrt(2))
    win, lose, total = math.log(share), math.log1p(-share), 0.0
    for number in range(successes, tries + 1):
        ways = math.lgamma(tries + 1) - math.lgamma(number + 1) - math.lgamma(tries - number + 1)
        more = math.exp(ways + number * win + (tries - number) * lose)
        total += more
        if more < total * 1e-12:
            break
    return min(1.0, total)
