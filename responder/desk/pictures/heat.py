"""Pure: a table of numbers as a picture of shaded fields, for slides; a page shows the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from responder.desk.pictures.look import frame

DEEPEST: Final = 5
_GROUNDS: Final = ("#f5f6f8", "#e3eefa", "#c3dbf3", "#97c0e8", "#1f66a8", "#0b3f73")
_LIGHT_FROM: Final = 4  # deeper ones carry white letters
_STEP: Final = 26  # pixels of a row


def depth(value: float, highest: float) -> int:
    """How deep a field is shaded: 0 for nothing, else 1 to 5 by fifths of the highest."""
    return min(DEEPEST, int(DEEPEST * value / highest) + 1) if value > 0 else 0


def heat_chart(
    columns: Sequence[str], rows: Sequence[tuple[str, Sequence[tuple[float, str]]]]
) -> dict[str, Any]:
    """`rows`: a heading, and of each field its number and how it is written."""
    highest = max((value for _, fields in rows for value, _ in fields), default=0)
    data = [
        {"row": heading, "column": column, "text": text, "depth": depth(value, highest)}
        for heading, fields in rows
        for column, (value, text) in zip(columns, fields, strict=True)
    ]
    axis = {"title": None, "aria": False, "domain": False}
    encoding = {
        "x": {"field": "column", "type": "ordinal", "sort": None}
        | {"axis": axis | {"orient": "top", "labelAngle": 0}},
        "y": {"field": "row", "type": "ordinal", "sort": None, "axis": axis},
    }
    ground = {"domain": list(range(DEEPEST + 1)), "range": list(_GROUNDS)}
    ink = {"condition": {"test": f"datum.depth >= {_LIGHT_FROM}", "value": "white"}}
    layers = (
        {
            "mark": {"type": "rect", "stroke": "white"},
            "encoding": {"color": _shade(ground)},
        },
        {
            "mark": {"type": "text", "fontSize": 11, "aria": False},
            "encoding": {"text": {"field": "text"}, "color": ink | {"value": "#171b22"}},
        },
    )
    return frame(data, layers, encoding=encoding, height=_STEP * max(len(rows), 1))


def _shade(scale: dict[str, Any]) -> dict[str, Any]:
    return {"field": "depth", "type": "ordinal", "legend": None, "scale": scale}
