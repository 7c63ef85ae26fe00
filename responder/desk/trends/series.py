"""Numbers over the steps of a period, as the panel most tabs show: a line for each series, and the
same numbers as a table, newest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from listener.trends.scope import Scope
from listener.trends.steps import By
from responder.desk.lines import COLOURS, Point, line_chart
from responder.desk.tongue import _, many
from responder.desk.trends.panel import Cell, Panel
from responder.desk.trends.steps import step_value, step_words
from responder.desk.words import calendar_words


@dataclass(frozen=True, kw_only=True)
class Series:
    """`values`: a number for each step, in the order of the steps."""

    name: str
    values: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Curves:
    """`steps`: their local starts, oldest first. `leads`: where the number of a step and of a
    series (by its place) leads."""

    scope: Scope
    steps: Sequence[datetime]
    series: Sequence[Series]
    leads: Callable[[datetime, int], str]
    colours: Sequence[str] = COLOURS


def lines_panel(curves: Curves, *, key: str, title: str, finding: str, note: str = "") -> Panel:
    anything = any(any(one.values) for one in curves.series)
    by = curves.scope.by
    rows = tuple(
        (
            Cell(text=step_words(start, by), value=step_value(start, by)),
            *(
                number_cell(one.values[at], curves.leads(start, place))
                for place, one in enumerate(curves.series)
            ),
        )
        for at, start in reversed(list(enumerate(curves.steps)))
    )
    return Panel(
        key=key,
        title=title,
        finding=finding,
        columns=(_("Start"), *(one.name for one in curves.series)),
        rows=rows,
        spec=_lines(curves) if anything else None,
        note=note,
    )


def number_cell(number: int, href: str = "") -> Cell:
    return Cell(text=f"{number:,}", value=number, href=href if number else "")


def spoken(when: str, series: str, number: int) -> str:
    """One point, as a screen reader says it."""
    return many(
        "%(when)s, %(series)s: %(number)s mention",
        "%(when)s, %(series)s: %(number)s mentions",
        number,
        when=when,
        series=series,
    )


def _lines(curves: Curves) -> Mapping[str, object]:
    by = curves.scope.by
    points = [
        Point(
            at=start.replace(tzinfo=None).isoformat(timespec="seconds"),
            series=one.name,
            value=one.values[at],
            spoken=spoken(step_words(start, by), one.name, one.values[at]),
        )
        for at, start in enumerate(curves.steps)
        for one in curves.series
    ]
    return line_chart(
        points,
        order=[one.name for one in curves.series],
        hours=by is By.HOUR,
        colours=curves.colours,
        calendar=calendar_words(),
    )
