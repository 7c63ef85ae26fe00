"""The steps of a period in words, and those of a scope."""

from __future__ import annotations

from datetime import datetime

from babel.dates import format_date

from listener.trends.scope import Scope
from listener.trends.steps import By, following, steps
from responder.desk.tongue import _, locale
from responder.desk.trends.links import mentions_between
from responder.desk.words import hour_or_day


def local_steps(scope: Scope) -> tuple[datetime, ...]:
    """The local starts of the steps of `scope`, oldest first."""
    every = steps(scope.start, scope.end, scope.by, scope.zone)
    return tuple(start.astimezone(scope.zone) for start in every)


def is_over(start: datetime, scope: Scope, now: datetime) -> bool:
    """Whether the step that begins then has all it will ever have."""
    return following(start, scope.by, scope.zone) <= now


def unfinished(scope: Scope, now: datetime) -> str:
    """What to know of the last step, where it is still going on."""
    if scope.end <= now:
        return ""
    if scope.by is By.HOUR:
        return _("The last hour is not over yet.")
    return _("Today is not over yet.")


def step_words(start: datetime, by: By) -> str:
    """A point of a chart, by the clock it is given in: "23 Nov, 18:00", "23 Nov", "week of 23
    Nov"."""
    if by is not By.WEEK:
        return hour_or_day(start, hour=by is By.HOUR)
    return _("week of %(day)s", day=format_date(start.date(), "d MMM y", locale=locale()))


def step_value(start: datetime, by: By) -> str:
    """The same for programs: "2026-11-23T18:00+01:00", "2026-11-23"."""
    return start.isoformat(timespec="minutes") if by is By.HOUR else start.date().isoformat()


def step_url(scope: Scope, start: datetime, **narrow: str) -> str:
    """The mentions of one step."""
    return mentions_between(scope, start, following(start, scope.by, scope.zone), **narrow)
