"""How X takes a text to be: how long, and whether there is a link in it
(https://docs.x.com/fundamentals/counting-characters, 2026-08)."""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any


def weigh(text: str) -> int:
    """Weighted characters: most letters 1, emoji and CJK 2, a link 23. Line ends count once."""
    return int(_twitter_text().parse_tweet(_as_sent(text)).weightedLength)


def has_link(text: str) -> bool:
    """Will X see a link there? A bare domain is one, an address of electronic mail is none."""
    # The parser knows the domains of its own day: what begins like an address is always one.
    return "://" in text or bool(_twitter_text().extract_urls_with_indices(_as_sent(text)))


def _as_sent(text: str) -> str:
    return text.replace("\r\n", "\n")


@cache
def _twitter_text() -> Any:
    # Loaded at first use: its table of emoji and domains costs half a second of every start. It
    # reads that table through pkg_resources, which says loudly that it is deprecated.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import twitter_text

    return twitter_text
