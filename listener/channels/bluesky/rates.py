"""Bluesky's rate limits, as its answers tell them.

Headers `ratelimit-{limit,remaining,reset,policy}` tell of the tightest window that applied, which
may be another one at the next call: policy names it ("3000;w=300" is 3,000 in 300 s).
https://docs.bsky.app/docs/advanced-guides/rate-limits (2026-11)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from listener.channels.rates import Rates, Window, epoch, number

_SLOWEST: Final = 2.0


class Family(StrEnum):
    """What shares windows."""

    READ = "read"
    WRITE = "write"
    LOGIN = "login"


_POINTS: Final[Mapping[str, int]] = {Family.WRITE: 3}
"""To write a record costs 2 or 3 points, as the server counts. We count the worst."""


def unknown() -> Rates:
    """Nothing is known of any family of calls yet."""
    return Rates(read, points=_POINTS, watched=Family.READ, slowest=_SLOWEST)


def read(headers: Mapping[str, str], now: datetime) -> Iterator[tuple[str, Window]]:
    """The window an answer tells of, by its policy."""
    limit, remaining = (number(headers.get(f"ratelimit-{end}")) for end in ("limit", "remaining"))
    reset = epoch(headers.get("ratelimit-reset"))
    if limit and remaining is not None and reset is not None and reset > now:
        policy = headers.get("ratelimit-policy", "")[:64]
        yield policy, Window(limit=limit, remaining=remaining, reset=reset)
