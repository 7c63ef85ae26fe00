"""What is looked at: a period, and what narrows it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from listener.trends.steps import By
from sentiment.phase import Phase

LONGEST: Final = {
    By.HOUR: timedelta(days=45),
    By.DAY: timedelta(days=400),
    By.WEEK: timedelta(days=800),
}
"""How long a period may be; a chart of more points says nothing and costs the desk its speed."""

LONGEST_HOURS_OF_SEVERAL: Final = timedelta(days=14)
"""By hour with two of language, topic and phase: those are counted from the mentions themselves."""

USUAL: Final = timedelta(days=14)
"""The period nobody asked for otherwise."""

_YEARS: Final = (2000, 2100)  # outside, a moment near the end of all calendars would overflow


@dataclass(frozen=True, kw_only=True)
class Scope:
    """[start, end), aware, in steps of `by`; the rest narrows, and "" is all. `channels`: those the
    reader may see; None: every one."""

    start: datetime
    end: datetime
    by: By
    zone: ZoneInfo
    channel: str = ""
    language: str = ""
    topic: str = ""
    phase: str = ""
    channels: frozenset[str] | None = None

    def before(self) -> Scope:
        """The period of the same length just before, by the clock on the wall."""
        begins, ends = (moment.astimezone(self.zone) for moment in (self.start, self.end))
        length = ends.replace(tzinfo=None) - begins.replace(tzinfo=None)
        earlier = (begins.replace(tzinfo=None) - length).replace(tzinfo=self.zone)
        return replace(self, start=earlier, end=self.start)


def checked(scope: Scope) -> Scope:
    """`scope`, if it can be looked at. Raises ValueError, with a sentence, for a period that is
    empty, too long or out of this world."""
    _in_this_world(scope.start)
    _in_this_world(scope.end)
    if scope.start >= scope.end:
        raise ValueError("The period must start before it ends")
    longest = LONGEST[scope.by]
    if scope.end - scope.start > longest:
        raise ValueError(f"By {scope.by.value} the period may last {longest.days} days at most")
    several = sum(map(bool, (scope.language, scope.topic, scope.phase))) > 1
    if scope.by is By.HOUR and several and scope.end - scope.start > LONGEST_HOURS_OF_SEVERAL:
        raise ValueError(
            "By hour, with two of language, topic and phase, the period may last "
            f"{LONGEST_HOURS_OF_SEVERAL.days} days at most"
        )
    if scope.phase and scope.phase not in set(Phase):
        raise ValueError(f"There is no phase {scope.phase[:40]!r}")
    return scope


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
            return _in_this_world(datetime.combine(day, time.min, zone))
        moment = datetime.fromisoformat(text)
        return _in_this_world(moment if moment.tzinfo else moment.replace(tzinfo=zone))
    except (ValueError, OverflowError):
        raise ValueError(
            f"{text[:40]!r} is no moment: write 2026-03-01 or 2026-03-01T09:00:00Z"
        ) from None


def _in_this_world(moment: datetime) -> datetime:
    if not _YEARS[0] <= moment.year <= _YEARS[1]:
        raise ValueError("The period must lie between the years 2000 and 2100")
    return moment
