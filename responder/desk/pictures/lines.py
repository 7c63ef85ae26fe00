"""Pure: numbers over time as lines, or as one line within what chance alone may have done to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from responder.desk.pictures.look import (
    BLUE,
    COLOURS,
    DASHES,
    SHAPES,
    frame,
    moment,
    name_places,
    names,
    of_series,
    over_time,
    point_size,
    upwards,
)


@dataclass(frozen=True, kw_only=True)
class Point:
    """`at` is local wall-clock time without offset; `spoken` is what a screen reader says. Without
    a value the line has a hole there. `low` and `high`: the band around it."""

    at: str
    series: str
    value: float | None
    spoken: str
    low: float | None = None
    high: float | None = None


def line_chart(
    points: Sequence[Point],
    *,
    order: Sequence[str],
    hours: bool,
    colours: Sequence[str] = COLOURS,
    calendar: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A line for each series, named at its end, so that nobody needs a legend."""
    moments = sorted({point.at for point in points})
    encoding = {
        "x": over_time(moments, hours=hours),
        "y": upwards(),
        "color": of_series(order, colours),
    }
    shapes = of_series(order, SHAPES)
    layers = (_line(order), _points(order, len(moments)), names(shapes))
    return frame(_rows(points), layers, encoding=encoding, calendar=calendar)


def band_chart(
    points: Sequence[Point],
    *,
    hours: bool,
    format_: str,
    domain: tuple[float, float],
    colour: str = BLUE,
    calendar: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """One line, and around it the band in which the true number lies. `format_`: of d3, for the
    numbers at the axis, which reaches over `domain`."""
    moments = sorted({point.at for point in points})
    rows = [_row(point) | {"low": point.low, "high": point.high} for point in points]
    up = upwards(format_, scale={"domain": list(domain), "nice": False, "zero": False})
    encoding = {"x": over_time(moments, hours=hours), "color": {"value": colour}}
    layers = (
        {
            "mark": {"type": "area", "opacity": 0.22, "aria": False},
            "encoding": {"y": up | {"field": "low"}, "y2": {"field": "high"}},
        },
        {"mark": {"type": "line", "strokeWidth": 2, "aria": False}, "encoding": {"y": up}},
        {
            "transform": [{"filter": "isValid(datum.value)"}],
            "mark": {"type": "point", "filled": True, "size": point_size(len(moments))}
            | {"opacity": 1},
            "encoding": {"y": up, "description": {"field": "spoken"}},
        },
    )
    return frame(rows, layers, encoding=encoding, calendar=calendar)


def _rows(points: Sequence[Point]) -> list[dict[str, Any]]:
    newest = max((point.at for point in points), default="")
    ends = {p.series: p.value for p in points if p.at == newest and p.value is not None}
    highest = max((point.value for point in points if point.value is not None), default=0)
    places = name_places(ends, highest)
    return [
        _row(point) | ({"name_at": places[point.series]} if point.at == newest else {})
        for point in points
        if point.at != newest or point.series in places
    ]


def _row(point: Point) -> dict[str, Any]:
    return {
        "at": moment(point.at),
        "series": point.series,
        "value": point.value,
        "spoken": point.spoken,
    }


def _line(order: Sequence[str]) -> dict[str, Any]:
    return {
        "mark": {"type": "line", "strokeWidth": 2, "aria": False},
        "encoding": {"strokeDash": of_series(order, DASHES)},
    }


def _points(order: Sequence[str], number: int) -> dict[str, Any]:
    return {
        "transform": [{"filter": "isValid(datum.value)"}],
        "mark": {"type": "point", "filled": True, "size": point_size(number), "opacity": 1},
        "encoding": {"description": {"field": "spoken"}, "shape": of_series(order, SHAPES)},
    }
