"""Pure: how long answers took and how many kept the promise, of any choice of waits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from responder.measures.figures import Flags, Rate, Spread, spread
from responder.measures.rounds import Rounds, Wait

K = TypeVar("K")


@dataclass(frozen=True, kw_only=True)
class Times:
    """`staffed`: as the promise counts, in the time somebody was there (a P1: every hour); `wall`:
    as the customer counts. Both of what was answered. `kept`: the promise, of all of which it is
    known by now: what nobody answered in time counts as broken. `waiting`: not answered yet."""

    staffed: Spread | None
    wall: Spread | None
    kept: Rate
    waiting: int

    @property
    def n(self) -> int:
        return self.wall.n if self.wall else 0


def times(rounds: Rounds, now: int) -> Times:
    answered, judged = rounds.answered, rounds.judged(now)
    broken = rounds.late(now) & judged
    of = int(judged.sum())
    return Times(
        staffed=spread(rounds.taken[answered]),
        wall=spread(rounds.waited[answered]),
        kept=Rate(hits=of - int(broken.sum()), of=of),
        waiting=int((~answered).sum()),
    )


def told_apart(rounds: Rounds, key: Callable[[Wait], K]) -> Mapping[K, Rounds]:
    """The waits by what `key` says of each, in no order."""
    places: dict[K, list[int]] = {}
    for place, wait in enumerate(rounds.waits):
        places.setdefault(key(wait), []).append(place)
    found: dict[K, Rounds] = {}
    for name, some in places.items():
        flags: Flags = np.zeros(len(rounds.waits), dtype=np.bool_)
        flags[some] = True
        found[name] = rounds.chosen(flags)
    return found
