"""The server's rate limits, as its answers tell them.

Headers `X-RateLimit-{Limit,Remaining,Reset}` tell of the limit one is closest to: 300 calls in five
minutes an account, for DELETE 30 in half an hour (https://docs.joinmastodon.org/api/rate-limits/,
2026-11), for posting 300 in three hours. Many other servers send none: then nothing is held back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from listener.channels.mastodon import errors
from listener.channels.rates import Rates, Window, number

READ: Final = "read"
POST: Final = "post"
DELETE: Final = "delete"

SLOWEST: Final = 4.0
_SAME_WINDOW: Final = timedelta(seconds=29)  # clocks are compared to the second only


def unknown() -> Rates:
    """Nothing is known of any family of calls yet."""
    return Rates(read, apart=_SAME_WINDOW, watched=READ, slowest=SLOWEST)


def read(headers: Mapping[str, str], now: datetime) -> Iterator[tuple[str, Window]]:
    """The window an answer tells of."""
    limit, remaining = (number(headers.get(f"x-ratelimit-{end}")) for end in ("limit", "remaining"))
    reset = errors.reset_time(headers, now)
    if limit and remaining is not None and reset is not None:
        yield "", Window(limit=limit, remaining=min(remaining, limit), reset=reset)
