"""How long a status is, counted as Mastodon counts.

What a reader takes for one character counts one (a grapheme cluster), a link always 23, a mention
of somebody elsewhere without their domain, and the content warning counts too
(https://docs.joinmastodon.org/user/posting/#text, 4.5).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

from listener.sandbox.mastodon.text import pieces

LINK: Final = 23

_JOINER: Final = "\u200d"
_EXTENDS: Final = frozenset("\u200c\uff9e\uff9f")
_SKIN: Final = range(0x1F3FB, 0x1F400)
_FLAG_TAGS: Final = range(0xE0020, 0xE0080)
_REGIONS: Final = range(0x1F1E6, 0x1F200)
_PICTURES: Final = range(0x1F000, 0x1FB00)
_JAMO: Final = (range(0x1100, 0x1160), range(0x1160, 0x11A8), range(0x11A8, 0x1200))


def weigh(text: str, spoiler: str = "") -> int:
    """The length of a status with that text and that content warning."""
    out, last = "", 0
    for one in pieces(text):
        if one.kind == "tag":
            continue
        short = "x" * LINK if one.kind == "link" else "@" + one.value.partition("@")[0]
        out, last = out + text[last : one.start] + short, one.end
    return graphemes(spoiler + out + text[last:])


def graphemes(text: str) -> int:
    """How many characters a reader sees: https://unicode.org/reports/tr29/ (17), without its rules
    for prepended marks and Indic conjuncts."""
    return sum(1 for _ in _starts(text))


def _starts(text: str) -> Iterator[int]:
    """Where a cluster begins."""
    regions = 0  # regional indicators in a row before this place
    pictured = False  # the cluster so far is a picture, perhaps with marks
    for at, sign in enumerate(text):
        before = text[at - 1] if at else ""
        joined = before == _JOINER and pictured and _is_picture(sign)
        paired = _is_region(sign) and regions % 2 == 1
        if not before or not (joined or paired or _belongs(before, sign)):
            pictured = _is_picture(sign)
            yield at
        regions = regions + 1 if _is_region(sign) else 0


def _belongs(before: str, sign: str) -> bool:
    if before == "\r" and sign == "\n":
        return True
    if unicodedata.category(before) == "Cc":
        return False
    return _is_mark(sign) or _is_syllable(before, sign)


def _is_mark(sign: str) -> bool:
    if sign == _JOINER or sign in _EXTENDS or ord(sign) in _SKIN or ord(sign) in _FLAG_TAGS:
        return True
    return unicodedata.category(sign) in ("Mn", "Me", "Mc")


def _is_region(sign: str) -> bool:
    return ord(sign) in _REGIONS


def _is_picture(sign: str) -> bool:
    code = ord(sign)
    if code in _REGIONS or code in _SKIN:
        return False
    return code in _PICTURES or unicodedata.category(sign) == "So"


def _is_syllable(before: str, sign: str) -> bool:
    """Whether two pieces of Hangul make one syllable."""
    lead, vowel, tail = _JAMO
    one, two = ord(before), ord(sign)
    whole = 0xAC00 <= one <= 0xD7A3
    open_end = whole and (one - 0xAC00) % 28 == 0
    if two in vowel:
        return one in lead or one in vowel or open_end
    if two in tail:
        return one in vowel or one in tail or whole
    return one in lead and (two in lead or 0xAC00 <= two <= 0xD7A3)
