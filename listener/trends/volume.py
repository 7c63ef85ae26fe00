"""What marketers read: how much was said, where and in which mood, over time. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from config.database import Database, start_of_hour
from listener.models import Cursor, Mention
from listener.trends.scope import By

LONGEST: Final = {
    By.HOUR: timedelta(days=45),
    By.DAY: timedelta(days=400),
    By.WEEK: timedelta(days=800),
}
"""How long a period may be; a chart of more points says nothing and costs the desk its speed."""

USUAL: Final = timedelta(days=14)
"""The period nobody asked for otherwise."""

_YEARS: Final = (2000, 2100)  # outside, a moment near the end of all calendars would overflow
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """One hour, day or week of one channel. `start` is local to the zone that was asked for.

    The four moods add up to `mentions`; every mention heard counts, whatever became of it.
    """

    start: datetime
    channel: str
    mentions: int = 0
    negative: int = 0
    neutral: int = 0
    positive: int = 0
    unknown: int = 0


def volume(
    database: Database,
    *,
    start: datetime,
    end: datetime,
    by: By,
    zone: ZoneInfo,
    channel: str | None = None,
) -> tuple[Bucket, ...]:
    """Mentions created in [start, end), both aware, by local hour, day or week and by channel.

    Ordered by start, then channel, without holes: every channel that was ever polled or has
    mentions in the period has a bucket for every step. Raises ValueError, with a sentence, for a
    period that is empty, too long or out of this world.
    """
    _check(start, end, by)
    counts: dict[tuple[datetime, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for hour, name, mood, number in _hours(database, start, end, zone, channel):
        counts[_begin(hour, by, zone), name][mood] += number
    channels = {name for _, name in counts} | _polled(database) if channel is None else {channel}
    return tuple(
        _bucket(step.astimezone(zone), name, counts.get((step, name), {}))
        for step in _steps(start, end, by, zone)
        for name in sorted(channels)
    )


def period(
    start: str | None, end: str | None, *, zone: ZoneInfo, now: datetime
) -> tuple[datetime, datetime]:
    """The period two texts name: ISO 8601 moments, or dates of `zone`, the last one included.

    Without an end it lasts until now, without a start 14 days. A moment without offset is local.
    Raises ValueError with a sentence.
    """
    until = _moment(end, zone, whole_day=True) if end else now
    since = _moment(start, zone) if start else until - USUAL
    return since, until


def _moment(text: str, zone: ZoneInfo, *, whole_day: bool = False) -> datetime:
    try:
        if len(text) == len("2026-03-01"):
            day = date.fromisoformat(text) + timedelta(days=whole_day)
            return _checked(datetime.combine(day, time.min, zone))
        moment = datetime.fromisoformat(text)
        return _checked(moment if moment.tzinfo else moment.replace(tzinfo=zone))
    except (ValueError, OverflowError):
        raise ValueError(
            f"{text[:40]!r} is no moment: write 2026-03-01 or 2026-03-01T09:00:00Z"
        ) from None


def _checked(moment: datetime) -> datetime:
    if not _YEARS[0] <= moment.year <= _YEARS[1]:
        raise ValueError("The period must lie between the years 2000 and 2100")
    return moment


def _check(start: datetime, end: datetime, by: By) -> None:
    _checked(start)
    _checked(end)
    if start >= end:
        raise ValueError("The period must start before it ends")
    if end - start > LONGEST[by]:
        raise ValueError(f"By {by.value} the period may last {LONGEST[by].days} days at most")


def _hours(
    database: Database, start: datetime, end: datetime, zone: ZoneInfo, channel: str | None
) -> Iterator[tuple[datetime, str, str, int]]:
    hour = start_of_hour(Mention.created_at, past=_past(start, zone)).label("hour")
    query = (
        select(hour, Mention.channel, Mention.sentiment, func.count())
        .where(Mention.created_at >= start, Mention.created_at < end)
        .group_by(hour, Mention.channel, Mention.sentiment)
    )
    if channel is not None:
        query = query.where(Mention.channel == channel)
    with database.read() as session:
        for moment, name, mood, number in session.execute(query):
            yield moment, name, mood.value, number


def _past(moment: datetime, zone: ZoneInfo) -> int:
    """Where local hours begin, in minutes after the full UTC hour."""
    offset = moment.astimezone(zone).utcoffset() or timedelta()
    return int(-offset % _HOUR / timedelta(minutes=1))


def _polled(database: Database) -> set[str]:
    with database.read() as session:
        return set(session.scalars(select(Cursor.channel).distinct()))


def _begin(moment: datetime, by: By, zone: ZoneInfo) -> datetime:
    """The start, in UTC, of the step `moment` lies in."""
    if by is By.HOUR:
        past = timedelta(minutes=_past(moment, zone))
        return (moment - past).astimezone(UTC).replace(minute=0, second=0, microsecond=0) + past
    day = moment.astimezone(zone).date()
    return _midnight(day - timedelta(days=day.weekday() if by is By.WEEK else 0), zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def _steps(start: datetime, end: datetime, by: By, zone: ZoneInfo) -> Iterator[datetime]:
    step = _begin(start, by, zone)
    while step < end:
        yield step
        if by is By.HOUR:
            step += _HOUR
        else:  # a day is not always 24 hours long: count on the calendar
            days = 7 if by is By.WEEK else 1
            step = _midnight(step.astimezone(zone).date() + timedelta(days=days), zone)


def _bucket(start: datetime, channel: str, moods: Mapping[str, int]) -> Bucket:
    return Bucket(start=start, channel=channel, mentions=sum(moods.values()), **moods)
