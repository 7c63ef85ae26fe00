"""Pure: how long answers took and how many kept the promise, of any choice of waits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import numpy as np

from responder.measures.figures import Flags, Rate, Spread, spread
from responder.measures.rounds import Rounds, Wait

K = TypeVar("K")


class Ending(StrEnum):
    """What became of a wait. The values stand in addresses."""

    ANSWERED = "answered"
    WAITING = "waiting"  # not answered yet
    KEPT = "kept"  # answered in time
    LATE = "late"  # answered too late, or too late by now


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

    @property
    def late(self) -> int:
        """So many promises were broken."""
        return self.kept.of - self.kept.hits


def ended(rounds: Rounds, ending: Ending, now: int) -> Flags:
    """Which of them ended so, as it is known by `now`."""
    if ending is Ending.ANSWERED:
        return rounds.answered
    if ending is Ending.WAITING:
        return ~rounds.answered
    late = rounds.late(now) & rounds.judged(now)
    return late if ending is Ending.LATE else rounds.judged(now) & ~late


def times(rounds: Rounds, now: int) -> Times:
    answered = ended(rounds, Ending.ANSWERED, now)
    kept, late = (int(ended(rounds, one, now).sum()) for one in (Ending.KEPT, Ending.LATE))
    return Times(
        staffed=spread(rounds.taken[answered]),
        wall=spread(rounds.waited[answered]),
        kept=Rate(hits=kept, of=kept + late),
        waiting=int(ended(rounds, Ending.WAITING, now).sum()),
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
