"""Pure: Erlang C, for what is a queue of people who wait on the line: call-backs and live chat.

Not for mentions: it knows neither deadlines nor a backlog that may wait until tomorrow, and asks
for half as many people again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from responder.sentences import N_, Refused

_NO_TIMES: Final = N_("A load and a time cannot be negative")
_TOO_FEW: Final = N_("With so few people the line grows for ever")
_NO_TARGET: Final = N_("A share to be answered in time lies between 0 and 100 percent")
_MOST: Final = 5_000  # callers at once; beyond, somebody typed nonsense


@dataclass(frozen=True, kw_only=True)
class Line:
    """`waits`: share of callers who wait at all; `served`: share who are answered within the time
    asked for; `wait`: how long callers wait on average, in the unit of the handling time; `busy`:
    share of the time people are on a call."""

    people: int
    waits: float
    served: float
    wait: float
    busy: float


def line(load: float, people: int, *, handling: float, within: float) -> Line:
    """So many people on a line. `load`: callers in an hour times hours each takes (erlangs);
    `handling` and `within` in one unit. Raises Refused where the line would grow for ever."""
    if load < 0 or handling <= 0 or within < 0:
        raise Refused(_NO_TIMES)
    if people <= load:
        raise Refused(_TOO_FEW)
    waits, spare = _waits(load, people), people - load
    return Line(
        people=people,
        waits=waits,
        served=1 - waits * math.exp(-spare * within / handling),
        wait=waits * handling / spare,
        busy=load / people,
    )


def people_for(load: float, *, handling: float, within: float, target: float) -> Line:
    """The fewest people who answer a share of `target` within the time. Raises Refused."""
    if not 0 < target < 1 or not load < _MOST:
        raise Refused(_NO_TARGET)
    people = math.floor(load) + 1
    while (found := line(load, people, handling=handling, within=within)).served < target:
        people += 1
    return found


def _waits(load: float, people: int) -> float:
    """The probability of waiting, by the recursion of Erlang B, which never overflows."""
    blocked = 1.0
    for number in range(1, people + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked / (1 - load / people * (1 - blocked))
