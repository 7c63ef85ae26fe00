"""Where a number leads: to the mentions behind it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from listener.trends.scope import Scope
from responder.desk.pages import query

_NARROWING: Final = ("channel", "language", "topic", "phase")


def mentions_url(scope: Scope, **narrow: str) -> str:
    """The list of the mentions of `scope`, held to `narrow` besides: parameters of /mentions."""
    return mentions_between(scope, scope.start, scope.end, **narrow)


def mentions_between(scope: Scope, start: datetime, end: datetime, **narrow: str) -> str:
    """The same of [start, end) of it."""
    since, until = max(start, scope.start), min(end, scope.end)
    asked = {name: getattr(scope, name) for name in _NARROWING} | narrow
    period = {"from": as_word(since, scope.zone), "to": as_word(until, scope.zone, end=True)}
    return query("/mentions", {name: word for name, word in (period | asked).items() if word})


def as_word(moment: datetime, zone: ZoneInfo, *, end: bool = False) -> str:
    """A moment as an address holds it: a date where a local day begins (of an end the last day
    that is included), else with the hour."""
    local = moment.astimezone(zone)
    if local.time() == time.min:
        return (local.date() - timedelta(days=end)).isoformat()
    return local.isoformat(timespec="minutes")
