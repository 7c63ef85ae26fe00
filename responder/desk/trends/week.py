"""When in the week most is said: every weekday and every hour of it, by the brand's clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from listener.trends.counts import sums
from listener.trends.scope import Scope
from listener.trends.steps import By
from responder.desk.tongue import _, locale, many
from responder.desk.trends.amounts import number_words
from responder.desk.trends.links import mentions_url
from responder.desk.trends.panel import Cell, Look, Panel
from responder.desk.trends.series import number_cell

WEEKS: Final = 8
"""Habits change: of a longer period the last weeks count."""
_HOURS: Final = range(24)

Fields = Mapping[tuple[int, int], int]
"""Mentions by weekday (Monday is 0) and hour."""


def week(look: Look, session: Session) -> Panel:
    """The heat map, and the busiest hours as a sentence."""
    scope = recent(look.scope)
    fields = read_week(session, scope)
    names = locale().days["format"]["abbreviated"]
    return Panel(
        key="hours",
        title=_("Busiest hours"),
        finding=_finding(fields),
        columns=(_("Weekday"), *(str(hour) for hour in _HOURS)),
        rows=tuple(
            (
                Cell(text=names[day].capitalize(), value=names[day]),
                *(_field(scope, day, hour, fields.get((day, hour), 0)) for hour in _HOURS),
            )
            for day in range(7)
        ),
        heat=True,
        note=_note(look, scope),
    )


def recent(scope: Scope) -> Scope:
    """The last weeks of a scope."""
    end = scope.end.astimezone(scope.zone)
    return replace(scope, start=max(scope.start, end - timedelta(weeks=WEEKS)))


def read_week(session: Session, scope: Scope) -> Fields:
    found = Counter[tuple[int, int]]()
    by_hour = sums(session, replace(scope, by=By.HOUR), steps=True)
    for (step,), one in by_hour.items():
        local = step.astimezone(scope.zone)
        found[local.weekday(), local.hour] += one.mentions
    return found


def busiest_stretch(fields: Fields) -> tuple[int, int]:
    """The shortest stretch of the day, [from, to) in hours, in which half of everything is said."""
    by_hour = [sum(fields.get((day, hour), 0) for day in range(7)) for hour in _HOURS]
    half = sum(by_hour) / 2
    for length in range(1, 25):
        best = max(range(25 - length), key=lambda first: sum(by_hour[first : first + length]))
        if sum(by_hour[best : best + length]) >= half:
            return best, best + length
    return 0, 24


def _field(scope: Scope, day: int, hour: int, number: int) -> Cell:
    return number_cell(number, mentions_url(scope, weekday=str(day), hour=str(hour)))


def _finding(fields: Fields) -> str:
    if not any(fields.values()):
        return _("Nothing was said in this time.")
    (day, hour), number = max(fields.items(), key=lambda item: (item[1], -item[0][0], -item[0][1]))
    since, until = busiest_stretch(fields)
    told = many(
        "Most was said on %(day)s from %(hour)s: %(number)s mention.",
        "Most was said on %(day)s from %(hour)s: %(number)s mentions.",
        number,
        day=locale().days["format"]["wide"][day],
        hour=_clock(hour),
        number=number_words(number),
    )
    half = _(
        "Half of everything is said between %(since)s and %(until)s.",
        since=_clock(since),
        until=_clock(until),
    )
    return f"{told} {half}"


def _clock(hour: int) -> str:
    return f"{hour:02}:00"


def _note(look: Look, part: Scope) -> str:
    zone = _("Hours are those of %(zone)s.", zone=part.zone.key)
    if part.start == look.scope.start:
        return zone
    last = many(
        "The last %(number)s week of the period is counted.",
        "The last %(number)s weeks of the period are counted.",
        WEEKS,
    )
    return f"{zone} {last}"
