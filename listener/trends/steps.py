"""Pure: where hours, days, weeks and months begin by the clock on a wall, as moments in UTC."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

HOUR: Final = timedelta(hours=1)


class By(StrEnum):
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"  # from Monday on


def past_the_hour(moment: datetime, zone: ZoneInfo) -> timedelta:
    """Where local hours begin, after the full UTC hour: half of one in Kolkata."""
    return -(moment.astimezone(zone).utcoffset() or timedelta()) % HOUR


def start_of_hour(moment: datetime, zone: ZoneInfo) -> datetime:
    past = past_the_hour(moment, zone)
    return (moment - past).astimezone(UTC).replace(minute=0, second=0, microsecond=0) + past


def start_of_day(moment: datetime, zone: ZoneInfo) -> datetime:
    return midnight(moment.astimezone(zone).date(), zone)


def start_of_month(moment: datetime, zone: ZoneInfo) -> datetime:
    return midnight(moment.astimezone(zone).date().replace(day=1), zone)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def begin(moment: datetime, by: By, zone: ZoneInfo) -> datetime:
    """The start of the step `moment` lies in."""
    if by is By.HOUR:
        return start_of_hour(moment, zone)
    day = moment.astimezone(zone).date()
    return midnight(day - timedelta(days=day.weekday() if by is By.WEEK else 0), zone)


def steps(start: datetime, end: datetime, by: By, zone: ZoneInfo) -> Iterator[datetime]:
    """The starts of all steps that [start, end) touches."""
    step = begin(start, by, zone)
    while step < end:
        yield step
        step = following(step, by, zone)


def following(step: datetime, by: By, zone: ZoneInfo) -> datetime:
    """The start of the next one. A day is not always 24 hours long: counted on the calendar."""
    if by is By.HOUR:
        return step + HOUR
    days = 7 if by is By.WEEK else 1
    return midnight(step.astimezone(zone).date() + timedelta(days=days), zone)


def next_month(month: datetime, zone: ZoneInfo) -> datetime:
    """The start of the month after the one that begins at `month`."""
    first = month.astimezone(zone).date()
    return midnight((first.replace(day=28) + timedelta(days=4)).replace(day=1), zone)
