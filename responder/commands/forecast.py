"""forecast: how many mentions the next days bring, hour by hour, and how sure that is."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from config.calendar import Calendar
from config.errors import ConfigError
from listener.forecast.choice import NAIVE
from listener.forecast.model import HOUR, Forecast, ForecastDay, ForecastHour, Outlook, TooLittle
from listener.forecast.series import LONGEST, ever_heard, look_ahead
from responder.bot import Bot
from responder.commands import require_known, with_bot
from responder.commands.people_needed import People, people_needed


def tell_forecast(config: Path, channel: str | None, *, days: int, as_json: bool) -> int:
    """The next days of one channel, or of all. Raises ConfigError for what nobody can ask for."""
    if not 1 <= days <= LONGEST:
        raise ConfigError(
            where="--days",
            key=str(days),
            problem="is no such stretch of time",
            fix=f"choose 1 to {LONGEST}",
        )
    with with_bot(config) as bot:
        calendar = _calendar(bot, channel)
        channels = None if channel is None else frozenset([channel])
        now = bot.clock()
        found = look_ahead(bot.database, channels=channels, calendar=calendar, now=now, days=days)
        people = people_needed(bot, channel, now, days)
    if as_json:
        print(json.dumps(_as_json(found, channel, calendar.zone) | {"people": people.as_json()}))
        return 0
    print(f"{channel or 'All channels'}, in hours of {calendar.zone.key}:")
    print("\n".join(_told(found, people, calendar.zone)))
    return 0


def _calendar(bot: Bot, channel: str | None) -> Calendar:
    if channel is None:
        return bot.settings.brand.staffing.calendar()
    if not ever_heard(bot.database, channel):
        require_known(channel, bot.channels)
    return bot.calendar(channel)


def _told(found: Outlook | TooLittle, people: People, zone: ZoneInfo) -> Iterator[str]:
    if isinstance(found, TooLittle):
        yield _lacking(found, zone)
        return
    yield _line(title for title, _ in COLUMNS)
    needed = people.by_day(zone)
    yield from (_line((*_cells(day, zone), needed.get(day.day, "-"))) for day in found.days)
    yield people.told()
    yield _why(found.forecast)
    if any(day.holiday for day in found.days):
        yield f"* a public holiday: {found.on_holidays:.2f} times what is usual on that weekday"


def _line(cells: Iterable[str]) -> str:
    return "".join(f"{cell:>{width}}" for cell, (_, width) in zip(cells, COLUMNS, strict=True))


def _lacking(found: TooLittle, zone: ZoneInfo) -> str:
    when = found.enough_at.astimezone(zone)
    return (
        f"No forecast yet: {_span(found.known // HOUR)} of mentions are known, and "
        f"{_span(found.needed // HOUR)} are needed. There will be enough on {when:%-d %B %Y} at "
        f"{when:%H:%M}, if no hour is missed until then."
    )


def _span(hours: int) -> str:
    days, left = divmod(hours, 24)
    return f"{days} days" + (f" and {left} hours" if left else "")


def _why(forecast: Forecast) -> str:
    won = "as last week" if forecast.method == NAIVE else "weekly shape x level"
    return (
        f"Made by: {won}. Error in the last weeks (MASE): {_figure(forecast.mase)}; of repeating "
        f"the week before: {_figure(forecast.naive_mase)}. {forecast.weeks} weeks are known."
    )


def _figure(mase: float) -> str:
    return f"{mase:.2f}" if math.isfinite(mase) else "not to be told"


COLUMNS: Final = (
    ("day ", 20),
    ("mentions", 10),
    ("four of five days", 20),
    ("busiest hour", 28),
    ("people / there", 17),
)
"""Title and width of each column of the table. The last is of the tightest hour."""


def _cells(day: ForecastDay, zone: ZoneInfo) -> tuple[str, ...]:
    """The line of a day, a text for each column but that of the people."""
    part = "" if day.hours > 22 else f" ({day.hours} h)"
    peak = day.peak
    return (
        f"{day.day:%a %-d %b}{part}{'*' if day.holiday else ' '}",
        f"{day.expected:.0f}",
        f"{day.low:.0f} to {day.high:.0f}",
        f"{peak.start.astimezone(zone):%H:%M} with {peak.expected:.1f} (up to {peak.high:.0f})",
    )


def _as_json(found: Outlook | TooLittle, channel: str | None, zone: ZoneInfo) -> dict[str, Any]:
    told = {"channel": channel, "timezone": zone.key}
    if isinstance(found, TooLittle):
        return told | {
            "hours": [],
            "too_little": {
                "known_hours": found.known // HOUR,
                "needed_hours": found.needed // HOUR,
                "enough_at": _moment(found.enough_at),
            },
        }
    forecast = found.forecast
    return told | {
        "from": _moment(forecast.hours[0].start),
        "to": _moment(forecast.hours[-1].start + HOUR),
        "method": forecast.method,
        "mase": _finite(forecast.mase),
        "naive_mase": _finite(forecast.naive_mase),
        "weeks": forecast.weeks,
        "on_holidays": round(found.on_holidays, 3),
        "hours": [
            _hour(hour) | {"naive": round(naive.expected, 3)}
            for hour, naive in zip(forecast.hours, found.naive.hours, strict=True)
        ],
        "days": [_day_as_json(day) for day in found.days],
    }


def _hour(hour: ForecastHour) -> dict[str, Any]:
    return {
        "start": _moment(hour.start),
        "expected": round(hour.expected, 3),
        "low": round(hour.low, 3),
        "high": round(hour.high, 3),
        "q80": round(hour.q80, 3),
    }


def _day_as_json(day: ForecastDay) -> dict[str, Any]:
    return {
        "day": day.day.isoformat(),
        "hours": day.hours,
        "expected": round(day.expected, 3),
        "low": round(day.low, 3),
        "high": round(day.high, 3),
        "peak": _moment(day.peak.start),
        "holiday": day.holiday,
    }


def _moment(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _finite(figure: float) -> float | None:
    return round(figure, 3) if math.isfinite(figure) else None
