"""How much is to come on each channel, hour by hour: the forecast, or what somebody expects while
too little is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from listener.forecast.model import Forecast
from listener.forecast.series import look_ahead
from listener.trends.steps import start_of_hour
from responder.bot import Bot
from responder.staffing.kept import for_minutes
from responder.staffing.work import HOUR, Hour

DAYS: Final = 7
WAKING: Final = range(8, 22)
"""Local hours over which an expected number is spread while nothing is known."""
CAUTION: Final = 1.13
"""Four of five weeks stay under so many times what is expected: gamma, days that differ by 15 %."""


class Source(StrEnum):
    FORECAST = "forecast"
    EXPECTED = "expected"  # somebody named a number


@dataclass(frozen=True, kw_only=True)
class Volume:
    """Of one channel. `careful`: what no more than come in four of five hours; `likely`: the mean.
    Both from the next full hour on."""

    source: Source
    careful: tuple[Hour, ...]
    likely: tuple[Hour, ...]

    @property
    def weekly(self) -> float:
        return sum(hour.mentions for hour in self.likely)


def volume_of(
    bot: Bot, channel: str, now: datetime, weekly: float | None, days: int = DAYS
) -> Volume | None:
    """None while fewer than three weeks are known and nobody said what to expect."""
    forecast = for_minutes(
        bot.database, ("forecast", channel, days), now, lambda: _forecast(bot, channel, now, days)
    )
    if forecast is not None:
        return Volume(
            source=Source.FORECAST,
            careful=tuple(Hour(start=one.start, mentions=one.q80) for one in forecast.hours),
            likely=tuple(Hour(start=one.start, mentions=one.expected) for one in forecast.hours),
        )
    return expected(bot, now, weekly, days) if weekly is not None else None


def expected(bot: Bot, now: datetime, weekly: float, days: int = DAYS) -> Volume:
    """So many mentions a week, spread evenly over the hours people are awake."""
    starts = _hours_from(bot, now, days)
    awake = [start for start in starts if start.astimezone(bot.zone).hour in WAKING]
    each, those = weekly * days / DAYS / len(awake), set(awake)
    likely = tuple(Hour(start=one, mentions=each if one in those else 0.0) for one in starts)
    careful = tuple(Hour(start=one.start, mentions=one.mentions * CAUTION) for one in likely)
    return Volume(source=Source.EXPECTED, careful=careful, likely=likely)


def _hours_from(bot: Bot, now: datetime, days: int) -> list[datetime]:
    """The hours of a forecast. By the wall's clock: a week in which the clocks change has 167 or
    169 of them."""
    begins = start_of_hour(now, bot.zone) + HOUR
    ends = (begins.astimezone(bot.zone) + timedelta(days=days)).astimezone(UTC)
    return [begins + n * HOUR for n in range((ends - begins) // HOUR)]


def _forecast(bot: Bot, channel: str, now: datetime, days: int) -> Forecast | None:
    found = look_ahead(
        bot.database,
        channels=frozenset({channel}),
        calendar=bot.calendar(channel),
        now=now,
        days=days,
    )
    return getattr(found, "forecast", None)
