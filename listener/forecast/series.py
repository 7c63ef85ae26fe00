"""Reads what a forecast is made from: mentions by the hour, and which hours nobody read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.calendar import Calendar
from config.database import Database
from config.holidays import days_off
from listener import trends
from listener.cursors import LOOK_BACK
from listener.forecast.ahead import outlook
from listener.forecast.known import Counts, Heard, Listening, Stretch, begins, known_counts, unread
from listener.forecast.model import HOUR, Outlook, Series, TooLittle
from listener.models import Cursor, Gap, Mention

LOOKED_BACK: Final = timedelta(weeks=56)
"""The method reads six weeks and is tried on four more; what a holiday does is read from a year."""
LONGEST: Final = 28  # days
_UTC: Final = ZoneInfo("UTC")


def look_ahead(
    database: Database, *, channel: str | None = None, calendar: Calendar, now: datetime, days: int
) -> Outlook | TooLittle:
    """What the next days bring on a channel, or on all: from the next full hour on to the same
    time of day. `calendar` tells the zone and the public holidays. Raises ValueError, with a
    sentence, for days nobody can forecast."""
    if not 1 <= days <= LONGEST:
        raise ValueError(f"A forecast is for 1 to {LONGEST} days")
    start = _full_hour(now) + HOUR
    # By the wall's clock: a week in which the clocks change has 167 or 169 hours.
    end = _full_hour((start.astimezone(calendar.zone) + timedelta(days=days)).astimezone(UTC))
    known = read_series(
        database, channel=channel, zone=calendar.zone, place=calendar.holidays, now=now
    )
    return outlook(known, start=start, end=end)


def read_series(
    database: Database,
    *,
    channel: str | None = None,
    zone: ZoneInfo,
    place: str = "",
    now: datetime,
    back: timedelta = LOOKED_BACK,
) -> Series:
    """The hours of a channel, or of all together, up to the last full one. An hour that was not
    read on one of several channels is missing for all of them. `place`: whose holidays."""
    end = _full_hour(now)
    earliest = end - back
    counts = _counts(database, earliest, end, channel)
    with database.read() as session:
        streams = _streams(session, channel, end)
        gaps = list(_gaps(session, channel, earliest, end))
    channels = [
        Heard(counts=counts.get(name, {}), streams=streams.get(name, ()))
        for name in counts.keys() | streams.keys()
    ]
    start = max(earliest, min((begins(heard, end) for heard in channels), default=end))
    total: Counter[datetime] = Counter()
    for heard in channels:
        total.update(heard.counts)
    holes = [*gaps, *unread(channels, end)]
    return Series(
        start=start,
        counts=known_counts(total, holes, start, end),
        zone=zone,
        holidays=_holidays(place, start, end),
    )


def ever_heard(database: Database, channel: str) -> bool:
    """Whether there is a mention of that channel, be it configured or not."""
    with database.read() as session:
        return (
            session.scalar(select(Mention.id).where(Mention.channel == channel).limit(1))
            is not None
        )


def _counts(
    database: Database, start: datetime, end: datetime, channel: str | None
) -> Mapping[str, Counts]:
    found: dict[str, dict[datetime, int]] = defaultdict(dict)
    for begin, until in _stretches(start, end):
        for bucket in trends.volume(
            database, start=begin, end=until, by=trends.By.HOUR, zone=_UTC, channel=channel
        ):
            if bucket.mentions:
                found[bucket.channel][bucket.start.astimezone(UTC)] = bucket.mentions
    return found


def _stretches(start: datetime, end: datetime) -> Iterator[Stretch]:
    """As long as can be asked for at once."""
    while start < end:
        until = min(end, start + trends.LONGEST[trends.By.HOUR])
        yield start, until
        start = until


def _streams(session: Session, channel: str | None, end: datetime) -> Mapping[str, list[Listening]]:
    query = select(Cursor.channel, Cursor.started_at, Cursor.finished_at)
    if channel is not None:
        query = query.where(Cursor.channel == channel)
    found: dict[str, list[Listening]] = defaultdict(list)
    for name, since, until in session.execute(query):
        # One that was never read to its end told nothing yet, and is missed by nobody.
        if until is not None:
            found[name].append(Listening(since=since, until=min(until, end)))
    return found


def _gaps(
    session: Session, channel: str | None, start: datetime, end: datetime
) -> Iterator[Stretch]:
    query = select(Gap.since, Gap.until).where(
        Gap.filled_at.is_(None), Gap.stream != LOOK_BACK, Gap.until > start, Gap.since < end
    )
    if channel is not None:
        query = query.where(Gap.channel == channel)
    yield from ((row.since, row.until) for row in session.execute(query))


def _holidays(place: str, start: datetime, end: datetime) -> frozenset[date]:
    if not place:
        return frozenset()
    last = (end + timedelta(days=LONGEST + 2)).year
    return frozenset().union(*(days_off(place, year) for year in range(start.year - 1, last + 1)))


def _full_hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
