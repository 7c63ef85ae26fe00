"""Reads what a forecast is made from: mentions by the hour, and which hours nobody read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.calendar import Calendar
from config.database import Database
from config.holidays import days_off
from listener.cursors import LOOK_BACK
from listener.forecast.ahead import outlook
from listener.forecast.known import Counts, Heard, Listening, Stretch, begins, known_counts, unread
from listener.forecast.model import HOUR, Outlook, Series, TooLittle
from listener.models import Cursor, Gap, Mention
from listener.trends.counts import sums
from listener.trends.scope import Scope
from listener.trends.steps import By, following, start_of_day, start_of_hour

BACK: Final = timedelta(weeks=11)
"""Six weeks to read a shape from, four more to be tried on, and one that is cut."""
YEAR: Final = timedelta(weeks=56)
"""What a holiday does is read from the days of a year, the same holiday last year among them."""
LONGEST: Final = 28  # days


def look_ahead(
    database: Database,
    *,
    channels: frozenset[str] | None = None,
    calendar: Calendar,
    now: datetime,
    days: int,
) -> Outlook | TooLittle:
    """What the next days bring on these channels together, None: on all, from the next full hour
    on to the same time of day. `calendar` tells the zone and the public holidays. Raises
    ValueError, with a sentence, for days nobody can forecast."""
    if not 1 <= days <= LONGEST:
        raise ValueError(f"A forecast is for 1 to {LONGEST} days")
    start = start_of_hour(now, database.zone) + HOUR
    # By the wall's clock: a week in which the clocks change has 167 or 169 hours.
    end = (start.astimezone(calendar.zone) + timedelta(days=days)).astimezone(UTC)
    known = read_series(database, channels=channels, place=calendar.holidays, now=now)
    return outlook(known, start=start, end=end)


def read_series(
    database: Database,
    *,
    channels: frozenset[str] | None = None,
    place: str = "",
    now: datetime,
) -> Series:
    """The hours of these channels together, None: of all, up to the last full one. An hour that was
    not read on one of several is missing for all of them. `place`: whose holidays."""
    zone, end = database.zone, start_of_hour(now, database.zone)
    begin, year = end - BACK, start_of_day(end - YEAR, zone)
    with database.read() as session:
        streams = _streams(session, channels, end)
        gaps = list(_gaps(session, channels, year, end))
        hours = _past(_counts(session, begin, end, By.HOUR, channels), streams, end)
        start = max(begin, hours.start)
        earlier: Mapping[date, int] = {}
        if place and start == begin:
            until = start_of_day(begin, zone)
            days = _past(_counts(session, year, until, By.DAY, channels), streams, until)
            earlier = _known_days(days, gaps, year, until, zone)
    return Series(
        start=start,
        counts=known_counts(hours.counts, [*gaps, *hours.holes], start, end),
        zone=zone,
        holidays=_holidays(place, year, end),
        earlier=earlier,
    )


def ever_heard(database: Database, channel: str) -> bool:
    """Whether there is a mention of that channel, be it configured or not."""
    with database.read() as session:
        return (
            session.scalar(select(Mention.id).where(Mention.channel == channel).limit(1))
            is not None
        )


@dataclass(frozen=True, kw_only=True)
class _Past:
    """All channels together, by hours or by days."""

    counts: Counts
    start: datetime
    holes: Sequence[Stretch]


def _past(
    counts: Mapping[str, Counts], streams: Mapping[str, Sequence[Listening]], end: datetime
) -> _Past:
    channels = [
        Heard(counts=counts.get(name, {}), streams=streams.get(name, ()))
        for name in counts.keys() | streams.keys()
    ]
    total: Counter[datetime] = Counter()
    for heard in channels:
        total.update(heard.counts)
    return _Past(
        counts=total,
        start=min((begins(heard, end) for heard in channels), default=end),
        holes=tuple(unread(channels, end)),
    )


def _known_days(
    past: _Past, gaps: Sequence[Stretch], start: datetime, end: datetime, zone: ZoneInfo
) -> Mapping[date, int]:
    """What each whole day of [start, end) brought, without those a hole touches."""
    holes = [*gaps, *past.holes]
    found, day = {}, start
    while day < end:
        after = following(day, By.DAY, zone)
        holed = any(since < after and day < until for since, until in holes)
        if day >= past.start and not holed:
            found[day.astimezone(zone).date()] = past.counts.get(day, 0)
        day = after
    return found


def _counts(
    session: Session, start: datetime, end: datetime, by: By, channels: frozenset[str] | None
) -> Mapping[str, Counts]:
    """By channel and step. Hours are counted back from `end`, also where clocks have changed by
    half an hour in between."""
    scope = Scope(start=start, end=end, by=by, zone=session.info["zone"], channels=channels)
    found: dict[str, Counter[datetime]] = defaultdict(Counter)
    for (step, name), measures in sums(session, scope, "channel", steps=True).items():
        hour = step if by is By.DAY else end - -((step - end) // HOUR) * HOUR
        found[name][hour] += measures.mentions
    return found


def _streams(
    session: Session, channels: frozenset[str] | None, end: datetime
) -> Mapping[str, list[Listening]]:
    query = select(Cursor.channel, Cursor.started_at, Cursor.finished_at)
    if channels is not None:
        query = query.where(Cursor.channel.in_(sorted(channels)))
    found: dict[str, list[Listening]] = defaultdict(list)
    for name, since, until in session.execute(query):
        # One that was never read to its end told nothing yet, and is missed by nobody.
        if until is not None:
            found[name].append(Listening(since=since, until=min(until, end)))
    return found


def _gaps(
    session: Session, channels: frozenset[str] | None, start: datetime, end: datetime
) -> Iterator[Stretch]:
    query = select(Gap.since, Gap.until).where(
        Gap.filled_at.is_(None), Gap.stream != LOOK_BACK, Gap.until > start, Gap.since < end
    )
    if channels is not None:
        query = query.where(Gap.channel.in_(sorted(channels)))
    yield from ((row.since, row.until) for row in session.execute(query))


def _holidays(place: str, start: datetime, end: datetime) -> frozenset[date]:
    if not place:
        return frozenset()
    last = (end + timedelta(days=LONGEST + 2)).year
    return frozenset().union(*(days_off(place, year) for year in range(start.year - 1, last + 1)))
