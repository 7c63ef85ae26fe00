"""How many characters people see: extended grapheme clusters, as Bluesky counts a post's 300.

https://unicode.org/reports/tr29/ (revision 47). Python knows the categories of characters but not
their break properties, so rare scripts' prefixes and the conjuncts of Indic scripts are counted one
by one here; emoji, flags, accents, variation selectors and Hangul are counted as the report says.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

_JOINER: Final = "\u200d"
_JOINS_LEFT: Final = frozenset("\u200c\uff9e\uff9f")  # beside all marks
_SPACING: Final = frozenset("\u0e33\u0eb3")  # beside all spacing marks
_PICTURES: Final = ((0x1F000, 0x1FAFF), (0x2190, 0x2BFF), (0x3030, 0x303D), (0x3297, 0x3299))


def count(text: str) -> int:
    """The number of grapheme clusters of a text."""
    return sum(1 for _ in _breaks(text)) + 1 if text else 0


def _breaks(text: str) -> Iterator[None]:
    """One for each place between two clusters."""
    flags = 0  # regional indicators right before this place
    picture = False  # whether a pictogram, perhaps with marks, stands right before it
    for left, right in pairwise(text):
        flags = flags + 1 if _is_flag(left) else 0
        picture = _is_picture(left) or (picture and _extends(left))
        if left + right != "\r\n" and (
            _is_control(left)
            or _is_control(right)
            or not _holds(left, right, flags, picture=picture)
        ):
            yield


def _holds(left: str, right: str, flags: int, *, picture: bool) -> bool:
    """Whether the right one stays with what is on its left."""
    return (
        _extends(right)
        or _is_spacing(right)
        or _is_syllable(left, right)
        or (left == _JOINER and picture and _is_picture(right))
        or (_is_flag(right) and flags % 2 == 1)
    )


def _is_control(sign: str) -> bool:
    kind = unicodedata.category(sign)
    return kind in ("Cc", "Zl", "Zp", "Cs") or (kind == "Cf" and not _extends(sign))


def _extends(sign: str) -> bool:
    return (
        unicodedata.category(sign) in ("Mn", "Me")
        or sign == _JOINER
        or sign in _JOINS_LEFT
        or "\U0001f3fb" <= sign <= "\U0001f3ff"  # colours of skin
        or "\U000e0020" <= sign <= "\U000e007f"  # tags: the flag of Scotland
    )


def _is_spacing(sign: str) -> bool:
    return unicodedata.category(sign) == "Mc" or sign in _SPACING


def _is_picture(sign: str) -> bool:
    code = ord(sign)
    if sign in "\u00a9\u00ae\u203c\u2049\u2122\u2139":
        return True
    other = _is_flag(sign) or _extends(sign)
    return not other and any(first <= code <= last for first, last in _PICTURES)


def _is_flag(sign: str) -> bool:
    return "\U0001f1e6" <= sign <= "\U0001f1ff"


def _is_syllable(left: str, right: str) -> bool:
    """Whether two parts of Hangul are one syllable."""
    first, second = _hangul(left), _hangul(right)
    if first == "L":
        return second in ("L", "V", "LV", "LVT")
    if first in ("LV", "V"):
        return second in ("V", "T")
    return first in ("LVT", "T") and second == "T"


def _hangul(sign: str) -> str:
    code = ord(sign)
    for kind, first, last in (("L", 0x1100, 0x115F), ("V", 0x1160, 0x11A7), ("T", 0x11A8, 0x11FF)):
        if first <= code <= last:
            return kind
    if 0xAC00 <= code <= 0xD7A3:
        return "LVT" if (code - 0xAC00) % 28 else "LV"
    return ""
