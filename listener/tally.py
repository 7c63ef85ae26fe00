"""Do we have what the network counts? Hour by hour where it counts; where it does not, a daily look
back. What seems to be lacking becomes a gap, and gaps are read again (listener/gaps.py).

This is what finds a text that appeared long after it was written, or that a list left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.database import start_of_hour
from listener.channels.base import Channel
from listener.cursors import COUNT, LOOK_BACK, first_start
from listener.gaps import LISTED
from listener.models import Gap, HourCount, Mention, MentionStatus
from listener.poll import Poller

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
REACH: Final = timedelta(days=7)
"""So far networks look back: X counts and searches the last seven days
(https://docs.x.com/x-api/posts/counts/introduction, 2026-08)."""
_SLACK: Final = timedelta(hours=4)  # an hour found lacking must still be within reach when filled
SETTLED: Final = timedelta(minutes=30)  # an hour is compared when it is over for so long


def compare_hours(poller: Poller, channel: Channel) -> int | None:
    """Compare the network's hourly counts of the last days with what we have; what lacks becomes a
    gap. Returns how many hours lack something new; None if it is not time yet, or nothing was read
    on this channel so far. Asks at most once an hour. Raises ChannelError.
    """
    now = poller.clock()
    with poller.database.read() as session:
        started_at = first_start(session, channel.name)
        last = session.scalar(
            select(func.max(HourCount.checked_at)).where(HourCount.channel == channel.name)
        )
    if started_at is None or (last is not None and now - last < HOUR):
        return None
    # What was said before the first start is no business of ours: it is not read either.
    begin = started_at - poller.answerable
    since = max(_hour(now - REACH + _SLACK), _hour(begin + HOUR - timedelta.resolution))
    until = _hour(now - SETTLED)
    if since >= until:
        return None
    theirs = channel.count(since, until)
    if theirs is None:
        _look_back(poller, channel, max(now - REACH, begin), now)
        return 0
    hours = [since + n * HOUR for n in range((until - since) // HOUR)]
    with poller.database.write() as session:
        ours = _ours(session, channel.name, since, until)
        rows = _rows(session, channel.name, hours, now)
        lacking = 0
        for hour in hours:
            reason = _compare(rows[hour], theirs.get(hour, 0), ours.get(hour, 0), now)
            if reason:
                reason = f"{channel.declaration.label} {reason}"
                _read_again(session, channel.name, hour, reason, now)
                lacking += 1
        return lacking


def lacks(theirs: int, ours: int, *, before: tuple[int, int] = (0, 0)) -> bool:
    """Whether an hour is to be read again. `before`: both counts when it last was compared.

    A difference that a reading did not close is not read a second time: networks count texts of
    ours, and their counts are rough (X: "may differ from what is returned"). Only more of theirs,
    or other ones of ours, is news.
    """
    if theirs <= ours:
        return False
    return ours != before[1] or theirs > before[0]


def _compare(row: HourCount, theirs: int, ours: int, now: datetime) -> str:
    """Remember both counts; says why the hour is to be read again, or "" if it is not."""
    again = lacks(theirs, ours, before=(row.theirs, row.ours))
    # While it lacks, the highest count is remembered: 5, 4, 5 is rounding, and not read again.
    swings = theirs > ours and ours == row.ours
    row.theirs = max(theirs, row.theirs) if swings else theirs
    row.ours, row.checked_at = ours, now
    return f"counts {theirs} texts in this hour, we have {ours}" if again else ""


def _rows(
    session: Session, channel: str, hours: Sequence[datetime], now: datetime
) -> Mapping[datetime, HourCount]:
    """What is remembered of these hours; of one never compared, that nothing was counted."""
    found = session.scalars(
        select(HourCount).where(
            HourCount.channel == channel, HourCount.hour.between(hours[0], hours[-1])
        )
    )
    known = {row.hour: row for row in found}
    fresh = {
        hour: HourCount(channel=channel, hour=hour, theirs=0, ours=0, checked_at=now)
        for hour in hours
        if hour not in known
    }
    session.add_all(fresh.values())
    return known | fresh


def _read_again(session: Session, channel: str, hour: datetime, reason: str, now: datetime) -> None:
    """One open gap an hour: one that still waits to be filled learns the newest numbers."""
    gap = session.scalar(
        select(Gap).where(
            Gap.channel == channel,
            Gap.stream == COUNT,
            Gap.since == hour,
            Gap.filled_at.is_(None),
        )
    )
    if gap is None:
        gap = Gap(channel=channel, stream=COUNT, since=hour, until=hour + HOUR, noticed_at=now)
        gap.next_try_at = now
        session.add(gap)
    gap.reason = reason


def _ours(
    session: Session, channel: str, since: datetime, until: datetime
) -> Mapping[datetime, int]:
    """What we have that speaks to us, an hour. Without what is gone: the network does not count it
    either, and it would hide one that came late."""
    hour = start_of_hour(Mention.created_at)
    rows = session.execute(
        select(hour.label("hour"), func.count().label("number"))
        .where(
            Mention.channel == channel,
            Mention.addressed,
            Mention.status != MentionStatus.GONE,
            Mention.created_at >= since,
            Mention.created_at < until,
        )
        .group_by(hour)
    )
    return {row.hour: row.number for row in rows}


def _look_back(poller: Poller, channel: Channel, since: datetime, now: datetime) -> None:
    """Once a day the last days are read again, by way of one gap that is used over and over. One
    that is still being read is left to that; one the network refused is tried again next day."""
    with poller.database.write() as session:
        gap = session.scalar(
            select(Gap).where(Gap.channel == channel.name, Gap.stream == LOOK_BACK)
        )
        if gap is None:
            gap = Gap(channel=channel.name, stream=LOOK_BACK, reason="daily look back")
            session.add(gap)
        elif gap.next_try_at is not None or now - gap.noticed_at < DAY:
            return
        gap.since, gap.until, gap.noticed_at, gap.next_try_at = since, now - LISTED, now, now
        gap.position, gap.filled_at, gap.tries, gap.last_error = None, None, 0, ""
        gap.found = 0


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
