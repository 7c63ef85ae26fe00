"""Pure: the work of a stretch of time, as all of this package counts it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from config.calendar import Calendar
from sentiment.prioritize import RESPOND_WITHIN, Level

HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Hour:
    """So many mentions in the hour that begins at `start`."""

    start: datetime
    mentions: float


@dataclass(frozen=True, kw_only=True)
class Portion:
    """A part of the mentions: `share` of all, 0 to 1, to be answered `within` staffed time; a P1 by
    the clock on the wall."""

    level: Level
    share: float
    within: timedelta


Mix = tuple[Portion, ...]
"""The portions that a person answers. Their shares need not add up to one: the rest is only heard,
or answered by rules."""

USUAL: Final[Mix] = tuple(
    Portion(level=level, share=share, within=RESPOND_WITHIN[level])
    for level, share in zip(Level, (0.05, 0.25, 0.45, 0.25), strict=True)
)
"""What is taken for granted while nothing was measured: everything is answered."""


@dataclass(frozen=True, kw_only=True)
class Stream:
    """What comes in on one channel, or on several that keep the same hours. `minutes`: of a
    person's time for one reply. `hours` lie one after the other, without holes."""

    hours: tuple[Hour, ...]
    mix: Mix
    minutes: float
    calendar: Calendar

    @property
    def begins(self) -> datetime:
        return self.hours[0].start

    @property
    def ends(self) -> datetime:
        return self.hours[-1].start + HOUR

    @property
    def mentions(self) -> float:
        return sum(hour.mentions for hour in self.hours)

    @property
    def work(self) -> float:
        """Minutes of people's time."""
        return self.mentions * sum(portion.share for portion in self.mix) * self.minutes
