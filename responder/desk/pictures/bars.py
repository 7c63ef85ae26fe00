"""Pure: numbers side by side as bars, and shares of a whole over time as stacked bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from responder.desk.pictures.look import (
    BLUE,
    COLOURS,
    WIDTH,
    day_format,
    frame,
    moment,
    name_places,
    names,
    of_series,
    upwards,
)

_NAMES: Final = 28  # pixels: browsers draw the names wider than the drawer measures them
_STEP: Final = 30  # pixels of a bar and the room between two


@dataclass(frozen=True, kw_only=True)
class Bar:
    """`text` is written at its end; `spoken` is what a screen reader says."""

    name: str
    value: float
    text: str
    spoken: str


@dataclass(frozen=True, kw_only=True)
class Share:
    """A part of a whole at a moment (`at` as of a Point), 0 to 1."""

    at: str
    series: str
    value: float
    spoken: str


def bar_chart(bars: Sequence[Bar], *, colour: str = BLUE) -> dict[str, Any]:
    """A bar for each, in their order, with its number at the end."""
    rows = [
        {"name": bar.name, "value": bar.value, "text": bar.text, "spoken": bar.spoken}
        for bar in bars
    ]
    axis = {"title": None, "aria": False, "labelLimit": 180, "domain": False}
    encoding = {
        "y": {"field": "name", "type": "nominal", "sort": None, "axis": axis},
        "x": {"field": "value", "type": "quantitative", "axis": None, "scale": {"zero": True}},
    }
    layers = (
        {
            "mark": {"type": "bar", "color": colour, "height": 18, "cornerRadiusEnd": 2},
            "encoding": {"description": {"field": "spoken"}},
        },
        {
            "mark": {"type": "text", "align": "left", "dx": 6, "fontSize": 12, "aria": False},
            "encoding": {"text": {"field": "text"}},
        },
    )
    return frame(rows, layers, encoding=encoding, height=_STEP * max(len(bars), 1), left=_NAMES)


def share_chart(
    shares: Sequence[Share],
    *,
    order: Sequence[str],
    hours: bool,
    colours: Sequence[str] = COLOURS,
    calendar: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """For each moment a bar that is the whole, cut into its series, the first at the bottom; they
    are named beside the last bar."""
    moments = sorted({share.at for share in shares})
    rows = _rows(shares, order)
    axis = {
        "title": None,
        "aria": False,
        "labelOverlap": True,
        "labelAngle": 0,
        "grid": False,
        "labelExpr": f"utcFormat(toDate(datum.value), '{day_format(moments, hours=hours)}')",
    }
    encoding = {
        "x": {"field": "at", "type": "ordinal", "sort": None, "axis": axis}
        | {"scale": {"domain": [moment(at) for at in moments], "paddingInner": 0.15}},
        "color": of_series(order, colours),
    }
    up = upwards(".0%", scale={"domain": [0, 1]})
    layers = (
        {
            "mark": {"type": "bar"},
            "encoding": {
                "y": up | {"stack": "zero"},
                "order": {"field": "place"},
                "description": {"field": "spoken"},
            },
        },
        names({"value": "square"}, x={"value": WIDTH}),
    )
    return frame(rows, layers, encoding=encoding, calendar=calendar)


def _rows(shares: Sequence[Share], order: Sequence[str]) -> list[dict[str, Any]]:
    newest = max((share.at for share in shares), default="")
    place = {name: at for at, name in enumerate(order)}
    middles: dict[str, float] = {}
    below = 0.0
    for share in sorted((s for s in shares if s.at == newest), key=lambda s: place[s.series]):
        if share.value:
            middles[share.series] = below + share.value / 2
        below += share.value
    places = name_places(middles, 1)
    rows = [
        {
            "at": moment(share.at),
            "series": share.series,
            "value": share.value,
            "place": place[share.series],
            "spoken": share.spoken,
        }
        for share in shares
    ]
    for row, share in zip(rows, shares, strict=True):
        if share.at == newest and share.series in places:
            row["name_at"] = places[share.series]
    return rows
