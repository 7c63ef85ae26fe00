"""Numbers over the steps of a period, as the panel most tabs show: a line for each series, and the
same numbers as a table, newest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from listener.trends.scope import Scope
from listener.trends.steps import By
from responder.desk.pictures.lines import Point, line_chart
from responder.desk.pictures.look import COLOURS
from responder.desk.tongue import _, many
from responder.desk.trends.amounts import number_words
from responder.desk.trends.panel import Cell, Panel
from responder.desk.trends.steps import is_over, step_value, step_words
from responder.desk.words import calendar_words


@dataclass(frozen=True, kw_only=True)
class Series:
    """`values`: a number for each step, in the order of the steps."""

    name: str
    values: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Curves:
    """`steps`: their local starts, oldest first. `leads`: where the number of a step and of a
    series (by its place) leads; of all series together, None. `total`: they add up to something.
    `now`: a step that is not over then is in the table only: as the end of a line it would look
    like a fall."""

    scope: Scope
    steps: Sequence[datetime]
    series: Sequence[Series]
    leads: Callable[[datetime, int | None], str]
    colours: Sequence[str] = COLOURS
    total: bool = False
    now: datetime | None = None


def lines_panel(curves: Curves, *, key: str, title: str, finding: str, note: str = "") -> Panel:
    """A line for each series, and the table."""
    return Panel(
        key=key,
        title=title,
        finding=finding,
        columns=columns(curves),
        rows=table(curves),
        spec=lines(curves) if any(any(one.values) for one in curves.series) else None,
        note=note,
    )


def columns(curves: Curves) -> tuple[str, ...]:
    total = (_("Total"),) if curves.total and len(curves.series) > 1 else ()
    return (_("Start"), *(one.name for one in curves.series), *total)


def table(curves: Curves) -> tuple[tuple[Cell, ...], ...]:
    """A row for each step, newest first."""
    return tuple(
        (step_cell(start, curves.scope.by), *_cells(curves, at, start))
        for at, start in reversed(list(enumerate(curves.steps)))
    )


def _cells(curves: Curves, at: int, start: datetime) -> list[Cell]:
    found = [
        number_cell(one.values[at], curves.leads(start, place))
        for place, one in enumerate(curves.series)
    ]
    if curves.total and len(curves.series) > 1:
        total = sum(one.values[at] for one in curves.series)
        found.append(number_cell(total, curves.leads(start, None)))
    return found


def step_cell(start: datetime, by: By) -> Cell:
    return Cell(text=step_words(start, by), value=step_value(start, by))


def number_cell(number: int, href: str = "") -> Cell:
    """Of nothing there is nothing to see."""
    return Cell(text=number_words(number), value=number, href=href if number else "")


def wall(start: datetime) -> str:
    """A local moment as a picture takes it."""
    return start.replace(tzinfo=None).isoformat(timespec="seconds")


def spoken(when: str, series: str, number: int) -> str:
    """One point, as a screen reader says it."""
    return many(
        "%(when)s, %(series)s: %(number)s mention",
        "%(when)s, %(series)s: %(number)s mentions",
        number,
        when=when,
        series=series,
    )


def lines(curves: Curves) -> Mapping[str, Any]:
    by, now = curves.scope.by, curves.now
    every = list(enumerate(curves.steps))
    over = [(at, step) for at, step in every if now is None or is_over(step, curves.scope, now)]
    points = [
        Point(
            at=wall(start),
            series=one.name,
            value=one.values[at],
            spoken=spoken(step_words(start, by), one.name, one.values[at]),
        )
        for at, start in over or every
        for one in curves.series
    ]
    return line_chart(
        points,
        order=[one.name for one in curves.series],
        hours=by is By.HOUR,
        colours=curves.colours,
        calendar=calendar_words(),
    )
