"""Pure: numbers with how sure they are, or from the middle to the long end, as a picture: a dot on
a line for each, one below the other (Vega-Lite, https://vega.github.io)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from responder.desk.pictures.look import COLOURS, CONFIG, SHAPES

_WIDTH, _ROW = 520, 30  # pixels


@dataclass(frozen=True, kw_only=True)
class Dot:
    """`at` lies between `low` and `high`. `label` is written beside it, `spoken` is what a screen
    reader says."""

    name: str
    at: float
    low: float
    high: float
    label: str
    spoken: str
    series: str = ""


def dot_chart(
    dots: Sequence[Dot], *, series: Sequence[str] = ("",), share: bool = False, unit: str = ""
) -> dict[str, Any]:
    """A Vega-Lite spec. `series`: each has its own colour and shape; `share`: of 0 to 1; `unit`:
    what is counted, below the axis. Text has no colour of its own: the page's style sheet gives it
    one for light and dark."""
    names = list(dict.fromkeys(dot.name for dot in dots))
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": None,
        "width": _WIDTH,
        "height": {"step": _ROW},
        # Room on both sides: browsers draw the words wider than the drawer measures them.
        "padding": {"left": 40, "right": 70, "top": 8, "bottom": 4},
        "autosize": {"type": "pad"},
        "data": {"values": [_row(dot) for dot in dots]},
        "encoding": {"y": _names(names), "x": _axis(unit, share=share)},
        "layer": [_line(series), _dots(series), _labels()],
        "config": CONFIG,
    }


def _row(dot: Dot) -> dict[str, Any]:
    return {
        "name": dot.name,
        "series": dot.series,
        "at": round(dot.at, 4),
        "low": round(dot.low, 4),
        "high": round(dot.high, 4),
        "label": dot.label,
        "spoken": dot.spoken,
    }


def _names(names: Sequence[str]) -> dict[str, Any]:
    return {
        "field": "name",
        "type": "nominal",
        "sort": list(names),
        "axis": {"title": None, "aria": False, "labelLimit": 260, "domain": False},
    }


def _axis(unit: str, *, share: bool) -> dict[str, Any]:
    return {
        "field": "at",
        "type": "quantitative",
        "scale": {"zero": True, "nice": True} | ({"domain": [0, 1]} if share else {}),
        "axis": {
            "title": unit or None,
            "titleFontWeight": "normal",
            "aria": False,
            "tickCount": 5,
            "format": ".0%" if share else "~g",
        },
    }


def _line(series: Sequence[str]) -> dict[str, Any]:
    return {
        "mark": {"type": "rule", "strokeWidth": 3, "opacity": 0.45, "aria": False},
        "encoding": {
            "x": {"field": "low", "type": "quantitative"},
            "x2": {"field": "high"},
            "color": _series(series, COLOURS),
        },
    }


def _dots(series: Sequence[str]) -> dict[str, Any]:
    return {
        "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
        "encoding": {
            "description": {"field": "spoken"},
            "color": _series(series, COLOURS),
            "shape": _series(series, SHAPES),
        },
    }


def _labels() -> dict[str, Any]:
    mark = {"type": "text", "align": "left", "dx": 8, "fontSize": 12, "aria": False}
    return {
        "mark": mark,
        "encoding": {
            "text": {"field": "label"},
            "x": {"field": "high", "type": "quantitative"},
        },
    }


def _series(series: Sequence[str], values: Sequence[object]) -> dict[str, Any]:
    given = [values[place % len(values)] for place in range(len(series))]
    return {
        "field": "series",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": list(series), "range": given},
    }
