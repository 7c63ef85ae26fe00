"""Pure: how much time people have had since a beginning, at any moment.

Moments are minutes since that beginning. What grows is person-minutes: two who are there at once
make two a minute. Of a calendar it grows by one a minute while it is open: staffed time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from config.calendar import Calendar, Stretch

MINUTE: Final = timedelta(minutes=1)

Numbers = NDArray[np.float64]
Span = tuple[float, float]


class Supply:
    """Who is there when. `spans` may overlap: then more than one is there."""

    def __init__(self, spans: Iterable[Span]) -> None:
        steps: dict[float, int] = {}
        for begins, ends in spans:
            if begins < ends:
                steps[begins] = steps.get(begins, 0) + 1
                steps[ends] = steps.get(ends, 0) - 1
        self._at: Numbers = np.array(sorted(steps) or [0.0], dtype=float)
        there = np.cumsum([steps.get(moment, 0) for moment in self._at.tolist()])
        self._grown: Numbers = _summed(np.diff(self._at) * there[:-1])

    @classmethod
    def course(cls, edges: Numbers, people: Numbers) -> Supply:
        """So many people, also parts of one, between each edge and the next."""
        made = cls(())
        made._at, made._grown = edges, _summed(np.diff(edges) * people)
        return made

    def scaled(self, factor: float) -> Supply:
        """The same people, with so much of their time."""
        made = Supply(())
        made._at, made._grown = self._at, self._grown * factor
        return made

    @property
    def total(self) -> float:
        """All there will ever be."""
        return float(self._grown[-1])

    def spans(self, end: float) -> list[Span]:
        """When anybody is there, until `end`, in order; spans that touch may be one or two."""
        there = np.diff(self._grown) > _EPSILON
        pairs = zip(self._at[:-1][there].tolist(), self._at[1:][there].tolist(), strict=True)
        return [(begins, min(ends, end)) for begins, ends in pairs if begins < end]

    def until(self, moments: ArrayLike) -> Numbers:
        """Person-minutes from the beginning to each moment."""
        found: Numbers = np.interp(np.asarray(moments, dtype=float), self._at, self._grown)
        return found

    def between(self, begin: float, end: float) -> float:
        begun, ended = self.until([begin, end])
        return float(ended - begun)

    def when(self, grown: ArrayLike) -> Numbers:
        """The first moment by which so much has passed: what is used up just when people leave is
        used up then, not at the next opening. Infinity for what will never have passed."""
        wanted = np.asarray(grown, dtype=float)
        after = np.searchsorted(self._grown, wanted - _EPSILON, side="left")
        last = len(self._grown) - 1
        place = np.clip(after, 1, max(last, 1))
        if last == 0:
            return np.where(wanted <= 0, self._at[0], np.inf)
        low, high = self._grown[place - 1], self._grown[place]
        rate = np.maximum(high - low, _EPSILON) / (self._at[place] - self._at[place - 1])
        found = self._at[place - 1] + (wanted - low) / rate
        return np.where(after > last, np.inf, found)


_EPSILON: Final = 1e-9


def _summed(steps: Numbers) -> Numbers:
    return np.concatenate(([0.0], np.cumsum(steps)))


def minutes_since(origin: datetime, moment: datetime) -> float:
    return (moment - origin) / MINUTE


def spans_of(stretches: Iterable[Stretch], origin: datetime) -> list[Span]:
    return [(minutes_since(origin, b), minutes_since(origin, e)) for b, e in stretches]


@lru_cache(maxsize=256)
def staffed(calendar: Calendar, origin: datetime, end: datetime) -> Supply:
    """The staffed time of a calendar."""
    return Supply(spans_of(calendar.stretches(origin.astimezone(UTC), end), origin))
