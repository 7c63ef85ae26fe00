"""Pure: what was said, over the range that is usual, as the specification of a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from responder.desk.pictures.lines import Point, line_chart
from responder.desk.pictures.look import BLUE, ORANGE, moment


@dataclass(frozen=True, kw_only=True)
class Range:
    """`at` as of a Point; `unusual`: an episode ran."""

    at: str
    low: float
    high: float
    unusual: bool


_OPACITY: Final = {"usual": 0.2, "episode": 0.16}


def band_chart(
    points: Sequence[Point],
    ranges: Sequence[Range],
    *,
    order: Sequence[str],
    calendar: Mapping[str, Any],
) -> dict[str, Any]:
    """The lines of `points` over the ranges; hours of episodes are shaded from top to bottom."""
    spec = line_chart(points, order=order, hours=True, colours=(ORANGE, BLUE), calendar=calendar)
    values = [
        {"at": moment(one.at), "low": one.low, "high": one.high, "unusual": one.unusual}
        for one in ranges
    ]
    x = {key: value for key, value in spec["encoding"]["x"].items() if key != "axis"}
    band = {
        "data": {"values": values},
        "mark": {"type": "area", "opacity": _OPACITY["usual"], "color": BLUE, "aria": False},
        "encoding": {
            "x": x,
            "y": {"field": "low", "type": "quantitative"},
            "y2": {"field": "high"},
            "color": {"value": BLUE},
        },
    }
    episodes = {
        "data": {"values": [one for one in values if one["unusual"]]},
        "mark": {"type": "rule", "strokeWidth": 4, "opacity": _OPACITY["episode"], "aria": False},
        "encoding": {"x": x, "y": {"value": 0}, "y2": {"value": 240}, "color": {"value": ORANGE}},
    }
    return spec | {"layer": [episodes, band, *spec["layer"]]}
