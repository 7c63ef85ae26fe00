"""A picture that stands alone: on white, under its title and finding, over a line that says where
it is from."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any, Final

_OF_THE_WHOLE: Final = ("$schema", "config", "autosize")
_INK, _FAINT = "#171b22", "#566072"
_WIDTH, _LINE = 720, 96  # pixels; letters of a finding on one line


def slide(spec: Mapping[str, Any], *, title: str, finding: str, source: str) -> dict[str, Any]:
    """`spec` with its words around it, for a PNG."""
    parts = (*_OF_THE_WHOLE, "padding", "background")
    inner = {name: value for name, value in spec.items() if name not in parts}
    outer = {name: spec[name] for name in _OF_THE_WHOLE if name in spec}
    return outer | {
        "background": "white",
        "padding": 24,
        "title": {
            "text": title,
            "subtitle": textwrap.wrap(finding, _LINE),
            "anchor": "start",
            "fontSize": 18,
            "subtitleFontSize": 14,
            "subtitlePadding": 6,
            "offset": 18,
            "color": _INK,
            "subtitleColor": _INK,
        },
        "vconcat": [inner, _source(source)],
    }


def _source(words: str) -> dict[str, Any]:
    return {
        "data": {"values": [{"words": words}]},
        "width": _WIDTH,
        "height": 16,
        "view": {"stroke": None},
        "mark": {"type": "text", "align": "left", "fontSize": 11, "color": _FAINT},
        "encoding": {"text": {"field": "words"}, "x": {"value": 0}},
    }
