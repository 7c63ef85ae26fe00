"""Pure: staffed time of thousands of stretches at once, by the calendar of one channel.

A calendar is a curve that rises while somebody is there and rests else. What was staffed between
two moments is the difference of two points of it, and when a promise ends is its inverse: so a
month's answers are measured in milliseconds, each time anew, and a changed calendar counts at once
for what is past. It says what `config.calendar.Calendar` says, to the microsecond.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from config.calendar import Calendar
from responder.measures.figures import Flags, Micros

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO: Final = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """A moment as a number."""
    return (moment - _EPOCH) // _MICRO


def moment(number: int) -> datetime:
    """A number as the moment it stands for."""
    return _EPOCH + timedelta(microseconds=int(number))


class StaffedTime:
    """The staffed time from `begin` on. It knows what lies between that and `end`, and of promises
    of at most `longest` given until then."""

    def __init__(
        self, calendar: Calendar, begin: datetime, end: datetime, longest: timedelta
    ) -> None:
        self._always = calendar.always
        if self._always:
            return
        opens, closes, rises = [micros(begin)], [micros(begin)], [0]
        left = longest // _MICRO + 1
        for comes, leaves in calendar.staffed_from(begin):
            opens.append(micros(comes))
            closes.append(micros(leaves))
            rises.append(rises[-1] + closes[-1] - opens[-1])
            if comes >= end:
                left -= closes[-1] - opens[-1]
                if left <= 0:
                    break
        self._opens, self._closes, self._rises = map(np.array, (opens, closes, rises))

    def until(self, moments: Micros) -> Micros:
        """How much staffed time has passed by each of these since the curve begins. Only
        differences tell something."""
        if self._always:
            return moments
        at = np.searchsorted(self._opens, moments, side="right") - 1
        rest: Micros = np.maximum(self._closes[at] - moments, 0)
        passed: Micros = self._rises[at] - rest
        return passed

    def between(self, begins: Micros, ends: Micros) -> Micros:
        """The staffed time of each stretch; none of one that ends before it begins."""
        passed: Micros = np.maximum(self.until(ends) - self.until(begins), 0)
        return passed

    def after(self, begins: Micros, spans: Micros) -> Micros:
        """When so much staffed time has passed since each; used up just at closing time, then."""
        if self._always:
            return begins + spans
        wanted = self.until(begins) + spans
        at = np.searchsorted(self._rises, wanted, side="left")
        due: Micros = self._closes[at] - (self._rises[at] - wanted)
        due[spans <= 0] = begins[spans <= 0]
        return due

    def open_at(self, moments: Micros) -> Flags:
        """Whether somebody was there at each moment."""
        if self._always:
            return np.ones(moments.shape, dtype=np.bool_)
        at = np.searchsorted(self._opens, moments, side="right") - 1
        there: Flags = moments < self._closes[at]
        return there
