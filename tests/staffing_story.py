"""Weeks of mentions and people on a roster, for the tests of staffing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from config.calendar import Calendar
from responder.bot import Bot
from responder.staffing.shifts import Person
from responder.staffing.work import USUAL, Hour, Mix, Stream
from tests.factories import FakeChannel, make_bot

HOURS: Final = "Mon-Sun 08:00-20:00"
MONDAY: Final = datetime(2026, 11, 23, tzinfo=UTC)
DAYTIME: Final = Calendar.read(hours="Mon-Sun 07:00-23:00")
WEEKDAYS: Final = Calendar.read(hours="Mon-Fri 09:00-17:00")


def staffed_bot(folder: Path, *channels: FakeChannel, hours: str = HOURS) -> Bot:
    """A bot whose channels are staffed by day."""
    bot = make_bot(folder, channels=list(channels))
    brand = bot.settings.brand.model_copy(update={"staffed_hours": hours})
    return replace(bot, settings=bot.settings.model_copy(update={"brand": brand}))


def at(hours: float) -> datetime:
    """So many hours after Monday's midnight."""
    return MONDAY + timedelta(hours=hours)


def stream(
    per_hour: float | Callable[[int], float] = 10.0,
    *,
    calendar: Calendar = DAYTIME,
    mix: Mix = USUAL,
    minutes: float = 6.0,
    hours: int = 168,
) -> Stream:
    """Mentions while it is staffed, as many each hour or by the hour's number."""

    def mentions(number: int) -> float:
        if callable(per_hour):
            return per_hour(number)
        return per_hour if calendar.next_opening(at(number)) == at(number) else 0.0

    return Stream(
        hours=tuple(Hour(start=at(n), mentions=mentions(n)) for n in range(hours)),
        mix=mix,
        minutes=minutes,
        calendar=calendar,
    )


def person(name: str = "anna", hours: str = "Mon-Sun 07:00-23:00", **changes: object) -> Person:
    own = Calendar.read(hours=hours) if hours else None
    return Person(agent_id=name, own=own, **changes)  # type: ignore[arg-type]
