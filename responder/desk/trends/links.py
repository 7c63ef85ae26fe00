"""Where a number leads: to exactly the mentions, or decisions, behind it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from listener.trends.scope import Scope
from responder.desk.pages import query
from responder.measures.listed import has_a_period

_NARROWING: Final = ("channel", "language", "topic", "phase")


def mentions_url(scope: Scope, **narrow: str) -> str:
    """The list of the mentions of `scope`, held to `narrow` besides: parameters of /mentions."""
    return mentions_between(scope, scope.start, scope.end, **narrow)


def mentions_between(scope: Scope, start: datetime, end: datetime, **narrow: str) -> str:
    """The same of [start, end) of it."""
    return _url("/mentions", scope, _period(scope, start, end), narrow)


def figure_url(scope: Scope, figure: str, **narrow: str) -> str:
    """The mentions that a figure counts (responder/measures/listed.py)."""
    period = _period(scope, scope.start, scope.end) if has_a_period(figure) else {}
    return _url("/mentions", scope, period, {"figure": figure} | narrow)


def decided_url(scope: Scope, figure: str, **narrow: str) -> str:
    """The decisions that a figure counts (responder/history/decided.py)."""
    period = _period(scope, scope.start, scope.end)
    return _url("/history", scope, period, {"figure": figure} | narrow)


def _url(path: str, scope: Scope, period: dict[str, str], narrow: dict[str, str]) -> str:
    asked = {name: getattr(scope, name) for name in _NARROWING} | narrow
    return query(path, {name: word for name, word in (period | asked).items() if word})


def _period(scope: Scope, start: datetime, end: datetime) -> dict[str, str]:
    since, until = max(start, scope.start), min(end, scope.end)
    return {"from": as_word(since, scope.zone), "to": as_word(until, scope.zone, end=True)}


def as_word(moment: datetime, zone: ZoneInfo, *, end: bool = False) -> str:
    """A moment as an address holds it: a date where a local day begins (of an end the last day
    that is included), else with the hour."""
    local = moment.astimezone(zone)
    if local.time() == time.min:
        return (local.date() - timedelta(days=end)).isoformat()
    return local.isoformat(timespec="minutes")
