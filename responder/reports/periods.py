"""Pure: which day or week is to be told by now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from config.digests import When
from config.hours import Hours
from listener.trends.steps import midnight

_DAY: Final = timedelta(days=1)
_LOOKS_BACK: Final = 9  # days: a week, one that quiet hours put off, and today


@dataclass(frozen=True, kw_only=True)
class Due:
    """The days in [start, end), to be told from `since` on."""

    start: datetime
    end: datetime
    since: datetime


def newest_due(when: When, now: datetime, zone: ZoneInfo, quiet: Hours | None) -> Due:
    """The newest period that is to be told by now: the day before the day it is told on, or the
    seven days before. What quiet hours hold back is due at their end. What is older has been told,
    or is not worth a message any more: whoever was away gets one, not ten."""
    today = now.astimezone(zone).date()
    for back in range(_LOOKS_BACK):
        day = today - back * _DAY
        if when.weekday not in (None, day.weekday()):
            continue
        since = datetime.combine(day, when.at, zone)
        since = quiet.over(since, zone) if quiet else since
        if since <= now:
            days = 1 if when.weekday is None else 7
            start, end = midnight(day - days * _DAY, zone), midnight(day, zone)
            return Due(start=start, end=end, since=since)
    raise AssertionError("no day of the last nine is one of a week")


def last_whole(weekly: bool, now: datetime, zone: ZoneInfo) -> Due:  # noqa: FBT001  # which of two
    """The last whole week (from Monday on), or day, that is over."""
    today = now.astimezone(zone).date()
    end = today - today.weekday() * _DAY if weekly else today
    start = end - (7 if weekly else 1) * _DAY
    return Due(start=midnight(start, zone), end=midnight(end, zone), since=now)
