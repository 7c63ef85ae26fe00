"""The record keys of the AT Protocol: a moment and ten bits, in thirteen letters that sort by time.

https://atproto.com/specs/tid (2026-11): 53 bits of microseconds since 1970, 10 bits that tell two
clocks apart. A server refuses any other key for a post. Pure.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Final

_LETTERS: Final = "234567abcdefghijklmnopqrstuvwxyz"
_TID: Final = re.compile(r"[234567abcdefghij][234567a-z]{12}")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_CLOCK_BITS: Final = 10
_MOST: Final = (1 << 53) - 1


def for_reply(made_at: datetime, key: str) -> str:
    """The key a reply is stored under: the same for every attempt, so that the second attempt
    meets the first one instead of standing beside it.

    Of the moment only the second counts. What is finer, and the ten bits, come from `key`: replies
    that were approved in one go were made in the same microsecond, and ten bits alone would let two
    of twenty such share a key in one case of six.
    """
    chance = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8])
    second = (made_at - _EPOCH) // timedelta(seconds=1)
    micros = second * 1_000_000 + chance % 1_000_000
    clock = chance // 1_000_000 % (1 << _CLOCK_BITS)
    return _written((min(max(micros, 0), _MOST) << _CLOCK_BITS) | clock)


def time_of(rkey: str) -> datetime | None:
    """The moment a record key says it was made; None if it is none of this kind.

    Whoever made it chose it: the server by its own clock, or the author's device by its.
    """
    if not _TID.fullmatch(rkey):
        return None
    number = 0
    for letter in rkey:
        number = number << 5 | _LETTERS.index(letter)
    try:
        return _EPOCH + (number >> _CLOCK_BITS) * _MICROSECOND
    except OverflowError:
        return None


def _written(number: int) -> str:
    return "".join(_LETTERS[number >> shift & 31] for shift in range(60, -1, -5))
