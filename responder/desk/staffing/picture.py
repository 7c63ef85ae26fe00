"""Pure: people needed beside people there, hour by hour, as a chart (Vega-Lite)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

# 3:1 or more on white and on our dark ground; what is missing has another place as well: it
# stands on top.
_THERE, _MISSING, _LINE = "#2f7fc1", "#c8641b", "#5b8f22"
_WIDTH, _HEIGHT = 720, 240


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One hour. `at` is local wall-clock time without offset; `spoken` is what a screen reader
    says."""

    at: str
    needed: float
    there: float
    spoken: str


@dataclass(frozen=True, kw_only=True)
class Names:
    covered: str
    missing: str
    there: str


def bars_and_line(
    bars: Sequence[Bar], names: Names | None, calendar: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Bars of the people needed, what is missing of them in another colour on top, and a line of
    those who are there; without `names` nobody knows who is there, and only what is needed is
    drawn. Text has no colour of its own: the page's style sheet gives it one."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": None,
        "width": _WIDTH,
        "height": _HEIGHT,
        "padding": {"left": 4, "right": 40, "top": 8, "bottom": 4},
        "autosize": {"type": "pad"},
        "data": {"values": [row for bar in bars for row in _rows(bar, names)]},
        "layer": [_bars(names), _line(names)] if names else [_bars(None)],
        "config": {
            "font": "sans-serif",
            "view": {"stroke": None},
            "axis": {
                "labelFontSize": 12,
                "gridOpacity": 0.25,
                "domainOpacity": 0.4,
                "ticks": False,
                "labelPadding": 6,
            },
            **({"locale": {"time": calendar}} if calendar else {}),
        },
    }


def _rows(bar: Bar, names: Names | None) -> list[dict[str, Any]]:
    at, covered = f"{bar.at}Z", min(bar.needed, bar.there)
    base: dict[str, Any] = {"at": at, "spoken": bar.spoken}
    if names is None:
        return [base | {"low": 0.0, "high": bar.needed}]
    parts = ((names.covered, 0.0, covered), (names.missing, covered, bar.needed))
    found = [
        base | {"part": part, "low": low, "high": high} for part, low, high in parts if high > low
    ]
    return [*found, base | {"part": names.there, "there": bar.there}]


def _bars(names: Names | None) -> dict[str, Any]:
    return {
        "transform": [{"filter": "isValid(datum.high)"}],
        "mark": {"type": "bar", "binSpacing": 0},
        "encoding": {
            "x": _time() | {"timeUnit": "utcyearmonthdatehours"},
            "y": _people("low"),
            "y2": {"field": "high"},
            "color": _colours(names) if names else {"value": _THERE},
            "description": {"field": "spoken"},
        },
    }


def _line(names: Names) -> dict[str, Any]:
    return {
        "transform": [{"filter": "isValid(datum.there)"}],
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2, "aria": False},
        "encoding": {"x": _time(), "y": _people("there"), "color": _colours(names)},
    }


def _time() -> dict[str, Any]:
    return {
        "field": "at",
        "type": "temporal",
        "scale": {"type": "utc"},
        "axis": {
            "title": None,
            "aria": False,
            "format": "%a %-d %b",
            "tickCount": "day",
            "labelOverlap": True,
            "labelFlush": True,
            "grid": False,
        },
    }


def _people(field: str) -> dict[str, Any]:
    axis = {"title": None, "aria": False, "tickCount": 5, "tickMinStep": 1, "format": "d"}
    return {"field": field, "type": "quantitative", "axis": axis, "scale": {"zero": True}}


def _colours(names: Names) -> dict[str, Any]:
    order: Final = [names.covered, names.missing, names.there]
    return {
        "field": "part",
        "type": "nominal",
        "scale": {"domain": order, "range": [_THERE, _MISSING, _LINE]},
        # Room between: browsers draw the words wider than the drawer measures them.
        "legend": {"title": None, "orient": "top", "aria": False, "labelFontSize": 12}
        | {"columnPadding": 36, "labelLimit": 260},
    }
