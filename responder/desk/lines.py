"""Pure: numbers over time as the specification of a line chart (Vega-Lite, https://vega.github.io)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

# 3:1 or more on white and on our dark ground; each series has its own dash and shape as well.
BLUE, ORANGE, GREEN, PURPLE = "#2f7fc1", "#c8641b", "#5b8f22", "#a05bb5"
COLOURS: Final = (BLUE, ORANGE, GREEN, PURPLE)
_DASHES: Final = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3])
_SHAPES: Final = ("circle", "square", "triangle-up", "cross")

_HOUR_OR_DAY: Final = "utchours(datum.value) == 0 ? utcFormat(datum.value, '%-d %b') : datum.label"
_WIDTH, _HEIGHT, _LINE = 720, 240, 17  # pixels; the last one: of a line of text


@dataclass(frozen=True, kw_only=True)
class Point:
    """`at` is local wall-clock time without offset; `spoken` is what a screen reader says."""

    at: str
    series: str
    value: int
    spoken: str


def line_chart(
    points: Sequence[Point],
    *,
    order: Sequence[str],
    hours: bool,
    colours: Sequence[str] = COLOURS,
    calendar: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A Vega-Lite spec: a line for each series, named at its end, so that nobody needs a legend.

    `calendar`: the words for dates, as d3 takes a locale; English without.
    Text has no colour of its own: the page's style sheet gives it one for light and dark.
    """
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": None,
        "width": _WIDTH,
        "height": _HEIGHT,
        # Room on the right: browsers draw the names wider than the drawer measures them.
        "padding": {"left": 4, "right": 40, "top": 8, "bottom": 4},
        "autosize": {"type": "pad"},
        "data": {"values": _rows(points)},
        "encoding": _encoding(order, colours, hours=hours),
        "layer": [_line(order), _points(order), _names()],
        "config": _CONFIG | ({"locale": {"time": calendar}} if calendar else {}),
    }


def _rows(points: Sequence[Point]) -> list[dict[str, Any]]:
    names = _label_places(points)
    rows: list[dict[str, Any]] = []
    for point in points:
        row = {
            "at": f"{point.at}Z",  # drawn as if it were UTC: the axis then shows the local hour
            "series": point.series,
            "value": point.value,
            "spoken": point.spoken,
        }
        rows.append(row | {"name_at": names[point]} if point in names else row)
    return rows


def _line(order: Sequence[str]) -> dict[str, Any]:
    return {
        "mark": {"type": "line", "strokeWidth": 2, "aria": False},
        "encoding": {"strokeDash": _series(order, _DASHES)},
    }


def _points(order: Sequence[str]) -> dict[str, Any]:
    return {
        "mark": {"type": "point", "filled": True, "size": 42, "opacity": 1},
        "encoding": {"description": {"field": "spoken"}, "shape": _series(order, _SHAPES)},
    }


def _names() -> dict[str, Any]:
    """The series' names at the ends of their lines."""
    return {
        "transform": [{"filter": "isValid(datum.name_at)"}],
        "mark": {
            "type": "text",
            "align": "left",
            "dx": 8,
            "fontWeight": "bold",
            "fontSize": 12,
            "aria": False,
        },
        "encoding": {
            "text": {"field": "series"},
            "y": {"field": "name_at", "type": "quantitative"},
        },
    }


def _label_places(points: Sequence[Point]) -> dict[Point, float]:
    """How high to write each line's name beside its end: at the end, or so far from it that two
    names do not lie on each other."""
    newest = max((point.at for point in points), default="")
    ends = sorted((p for p in points if p.at == newest), key=lambda p: p.value, reverse=True)
    gap = max((point.value for point in points), default=0) * _LINE / _HEIGHT or _LINE / _HEIGHT
    places: dict[Point, float] = {}
    ceiling = float("inf")
    for point in ends:  # from the top down ...
        places[point] = min(float(point.value), ceiling)
        ceiling = places[point] - gap
    floor = 0.0
    for point in reversed(ends):  # ... and from the bottom up again, to stay above zero
        places[point] = round(max(places[point], floor), 3)
        floor = places[point] + gap
    return places


def _encoding(order: Sequence[str], colours: Sequence[str], *, hours: bool) -> dict[str, Any]:
    return {
        "x": {
            "field": "at",
            "type": "temporal",
            "scale": {"type": "utc"},
            "axis": {
                "title": None,
                "aria": False,
                "format": "%H:%M" if hours else "%-d %b",
                "tickCount": 8,
                "labelOverlap": True,
                "grid": False,
                "labelFlush": True,
                # At midnight the day matters more than the hour.
                **({"labelExpr": _HOUR_OR_DAY} if hours else {}),
            },
        },
        "y": {
            "field": "value",
            "type": "quantitative",
            "axis": {"title": None, "aria": False, "tickCount": 5, "tickMinStep": 1, "format": "d"},
            "scale": {"zero": True, "nice": True},
        },
        "color": _series(order, colours),
    }


def _series(order: Sequence[str], values: Sequence[object]) -> dict[str, Any]:
    """A look for each series. Only marks that show it may have it: a line that is given shapes
    grows a second set of points."""
    given = [values[place % len(values)] for place in range(len(order))]
    return {
        "field": "series",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": list(order), "range": given},
    }


_CONFIG: Final[dict[str, Any]] = {
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {"labelFontSize": 12, "gridOpacity": 0.25, "domainOpacity": 0.4, "ticks": False,
             "labelPadding": 6},
}  # fmt: skip
