"""X's rate limits, as its answers tell them.

Headers `x-rate-limit-{limit,remaining,reset}`, on writes also those of two windows of 24 hours:
https://docs.x.com/x-api/fundamentals/rate-limits (2026-08). What they say goes before any table:
X's own is often wrong (https://github.com/xdevplatform/xdk/issues/24, 2026).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from listener.channels.rates import Rates, Window, number
from listener.channels.x import errors

# What the headers of a window begin with. The two of 24 hours are of posting alone.
_WINDOWS: Final = ("x-rate-limit", "x-app-limit-24hour", "x-user-limit-24hour")


def unknown() -> Rates:
    """Nothing is known of any family of routes yet."""
    return Rates(read)


def read(headers: Mapping[str, str], now: datetime) -> Iterator[tuple[str, Window]]:
    """The windows an answer tells of, by the beginning of their headers."""
    for prefix in _WINDOWS:
        limit, remaining = (
            number(headers.get(f"{prefix}-{end}")) for end in ("limit", "remaining")
        )
        reset = errors.reset_time(headers.get(f"{prefix}-reset"), now)
        if limit and remaining is not None and reset is not None:
            yield prefix, Window(limit=limit, remaining=remaining, reset=reset)
