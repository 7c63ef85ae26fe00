"""How long X takes a text to be: https://docs.x.com/fundamentals/counting-characters (2026-08)."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from typing import Any


def weigh(text: str) -> int:
    """Weighted characters: most letters 1, emoji and CJK 2, a link 23. Line ends count once."""
    return int(_parser()(text.replace("\r\n", "\n")).weightedLength)


@cache
def _parser() -> Callable[[str], Any]:
    # Loaded at first use: its table of emoji and domains costs half a second of every start. It
    # reads that table through pkg_resources, which says loudly that it is deprecated.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from twitter_text import parse_tweet

    parser: Callable[[str], Any] = parse_tweet
    return parser
