"""How long Bluesky takes a text to be: at most 300 graphemes, and at most 3,000 bytes.

https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/post.json (2026-11). A
grapheme is what a reader takes for one character: a letter with its accents, an emoji with all its
parts. Families of emoji take 25 bytes each, so that 300 of them are too many bytes.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from listener.channels import wire

GRAPHEMES: Final = 300
_BYTES: Final = 3000


def weigh(text: str) -> int:
    """How much of 300 a text takes, by whichever of the two limits it fills more.

    One number must tell whether it fits: where bytes are the tighter limit, a tenth of them counts.
    """
    return max(graphemes(text), -(-len(_raw(text)) // (_BYTES // GRAPHEMES)))


def graphemes(text: str) -> int:
    """How many characters a reader sees (https://unicode.org/reports/tr29/), as the server counts
    them."""
    return len(_engine().findall(as_sent(text)))


def too_long(text: str) -> str:
    """Why the server would not take it, as a sentence; empty if it would."""
    seen, size = graphemes(text), len(_raw(text))
    if seen > GRAPHEMES:
        return f"Bluesky takes {GRAPHEMES} characters at most, this has {seen}"
    if size > _BYTES:
        return (
            f"Bluesky takes {_BYTES} bytes at most, this has {size}: emoji of many parts are long"
        )
    return ""


def as_sent(text: str) -> str:
    """With half an emoji repaired, which has no place in UTF-8."""
    return wire.repair(text).replace("\r\n", "\n")


def _raw(text: str) -> bytes:
    return as_sent(text).encode()


@cache
def _engine() -> Any:
    # Loaded at first use: its tables cost 0.1 s and some megabytes, and who only reads needs none.
    import regex

    return regex.compile(r"\X")
