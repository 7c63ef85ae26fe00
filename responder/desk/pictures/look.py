"""What all our pictures have in common: colours that hold on white and on dark, dashes and shapes
beside them, axes, and the names at the ends of lines.

Text has no colour of its own: the page's style sheet gives it one for light and dark. What is mere
decoration is hidden from screen readers (`"aria": False`); every mark that means something says so
in a sentence (`description`), in the reader's language.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

K = TypeVar("K", bound=Hashable)

# 3:1 or more on white and on our dark ground; each series has its own dash and shape as well.
BLUE, ORANGE, GREEN, PURPLE = "#2f7fc1", "#c8641b", "#5b8f22", "#a05bb5"
TEAL, GREY = "#0e8a86", "#7d7f87"
COLOURS: Final = (BLUE, ORANGE, GREEN, PURPLE, TEAL, GREY)
DASHES: Final = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [12, 3], [1, 4])
SHAPES: Final = ("circle", "square", "triangle-up", "cross", "diamond", "triangle-down")

WIDTH, HEIGHT = 720, 240  # pixels
_TEXT: Final = 17  # pixels of a line of text
_MANY: Final = 60  # points of a series: more are drawn smaller
_FEW: Final = 8  # points: each of them has its name
_LONG: Final = 190  # points: then it is about months

_HOUR_OR_DAY: Final = "utchours(datum.value) == 0 ? utcFormat(datum.value, '%-d %b') : datum.label"
CONFIG: Final[dict[str, Any]] = {
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {"labelFontSize": 12, "gridOpacity": 0.25, "domainOpacity": 0.4, "ticks": False,
             "labelPadding": 6},
}  # fmt: skip


def frame(
    rows: Sequence[Mapping[str, Any]],
    layers: Sequence[Mapping[str, Any]],
    *,
    encoding: Mapping[str, Any],
    calendar: Mapping[str, Any] | None = None,
    height: int = HEIGHT,
    left: int = 4,
) -> dict[str, Any]:
    """The whole specification. `calendar`: the words for dates, as d3 takes a locale; English
    without."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": None,
        "width": WIDTH,
        "height": height,
        # Room on the right: browsers draw the names wider than the drawer measures them.
        "padding": {"left": left, "right": 40, "top": 8, "bottom": 4},
        "autosize": {"type": "pad"},
        "data": {"values": [dict(row) for row in rows]},
        "encoding": dict(encoding),
        "layer": [dict(layer) for layer in layers],
        "config": CONFIG | ({"locale": {"time": calendar}} if calendar else {}),
    }


def moment(at: str) -> str:
    """A local wall-clock time, drawn as if it were UTC: the axis then shows the local hour."""
    return f"{at}Z"


def over_time(moments: Sequence[str], *, hours: bool) -> dict[str, Any]:
    """The axis along which time passes, from the first of `moments` to the last."""
    steps = sorted({_milliseconds(at) for at in moments})
    return {
        "field": "at",
        "type": "temporal",
        "scale": {"type": "utc"},
        "axis": {
            "title": None,
            "aria": False,
            "format": day_format(moments, hours=hours),
            "tickCount": 8,
            "labelOverlap": True,
            "grid": False,
            "labelFlush": True,
            # Of few steps each is named once: left alone, the axis names half days as well.
            **({} if hours or len(steps) > _FEW else {"values": steps}),
            # At midnight the day matters more than the hour.
            **({"labelExpr": _HOUR_OR_DAY} if hours else {}),
        },
    }


def _milliseconds(at: str) -> int:
    """As Vega takes a moment."""
    return round(datetime.fromisoformat(moment(at)).timestamp() * 1000)


def day_format(moments: Sequence[str], *, hours: bool) -> str:
    """How the steps from the first of `moments` to the last are called."""
    if hours:
        return "%H:%M"
    years = {at[:4] for at in moments}
    return "%b %Y" if len(years) > 1 and _is_long(moments) else "%-d %b"


def _is_long(moments: Sequence[str]) -> bool:
    first, last = datetime.fromisoformat(min(moments)), datetime.fromisoformat(max(moments))
    return (last - first).days > _LONG


# Up to two, Vega draws ticks at halves all the same, and would call them by the next whole number.
_WHOLE: Final = "floor(datum.value) == datum.value ? datum.label : ''"


def upwards(format_: str = "d", *, scale: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The axis of the numbers; whole ones unless told otherwise."""
    whole = {"tickMinStep": 1, "labelExpr": _WHOLE} if format_ == "d" else {}
    axis = {"title": None, "aria": False, "tickCount": 5, "format": format_, **whole}
    return {
        "field": "value",
        "type": "quantitative",
        "axis": axis,
        "scale": scale or {"zero": True, "nice": True},
    }


def of_series(order: Sequence[str], values: Sequence[object]) -> dict[str, Any]:
    """A look for each series. Only marks that show it may have it: a line that is given shapes
    grows a second set of points."""
    given = [values[place % len(values)] for place in range(len(order))]
    return {
        "field": "series",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": list(order), "range": given},
    }


def point_size(points: int) -> int:
    return 42 if points <= _MANY else 14


def name_places(ends: Mapping[K, float], highest: float) -> dict[K, float]:
    """How high to write each name beside the end of its line: at the end, or so far from it that
    two names do not lie on each other. `highest`: the number at the top of the picture."""
    order = sorted(ends, key=lambda key: ends[key], reverse=True)
    gap = (highest or 1) * _TEXT / HEIGHT
    places: dict[K, float] = {}
    ceiling = float("inf")
    for key in order:  # from the top down ...
        places[key] = min(float(ends[key]), ceiling)
        ceiling = places[key] - gap
    floor = 0.0
    for key in reversed(order):  # ... and from the bottom up again, to stay above zero
        places[key] = round(max(places[key], floor), 4)
        floor = places[key] + gap
    return places


def names(shape: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """The layer with the series' names at the ends of their lines: rows that have `name_at`. Before
    each name stands the mark of its series, in its colour and `shape`: text has no colour of its
    own."""
    text = {"type": "text", "align": "left", "dx": 22, "fontWeight": "bold", "fontSize": 12}
    mark = {"type": "point", "filled": True, "size": 64, "opacity": 1, "xOffset": 14}
    return {
        "transform": [{"filter": "isValid(datum.name_at)"}],
        "encoding": {"y": {"field": "name_at", "type": "quantitative"}} | more,
        "layer": [
            {"mark": mark | {"aria": False}, "encoding": {"shape": dict(shape)}},
            {"mark": text | {"aria": False}, "encoding": {"text": {"field": "series"}}},
        ],
    }
