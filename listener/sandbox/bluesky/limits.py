"""Bluesky's rate limits, which really run down.

https://docs.bsky.app/docs/advanced-guides/rate-limits (2026-11); that a window begins with its
first request, and the headers: measured on the reference PDS 0.5.35 (2026-11-22).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import ceil, floor
from typing import TYPE_CHECKING, Final

from listener.sandbox.bluesky import problems

if TYPE_CHECKING:
    from listener.sandbox.bluesky.network import BlueskyNetwork

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400  # seconds
POINTS: Final = {"createRecord": 3, "putRecord": 2, "deleteRecord": 1}
"""What a write costs, by the last part of its method's name."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """So many points in so many seconds, counted for each key by itself."""

    name: str
    key: str
    points: int
    seconds: int
    cost: int = 1


@dataclass(kw_only=True)
class _Window:
    began: float
    used: int = 0


class Limits:
    """Counts requests. The caller holds the network's lock."""

    def __init__(self, network: BlueskyNetwork) -> None:
        self._network = network
        self._windows: dict[tuple[str, str], _Window] = {}

    def general(self) -> list[Limit]:
        """What each request counts against, whosever it is."""
        calls = self._network.calls_per_5_minutes
        return [Limit(name="calls", key="", points=calls, seconds=5 * _MINUTE)]

    def login(self, identifier: str) -> list[Limit]:
        few, many = self._network.logins_per_5_minutes, self._network.logins_per_day
        return [
            Limit(name="logins", key=identifier, points=few, seconds=5 * _MINUTE),
            Limit(name="logins of a day", key=identifier, points=many, seconds=_DAY),
        ]

    def write(self, did: str, method: str) -> list[Limit]:
        cost = POINTS[method]
        hour, day = self._network.points_per_hour, self._network.points_per_day
        return [
            Limit(name="writes", key=did, points=hour, seconds=_HOUR, cost=cost),
            Limit(name="writes of a day", key=did, points=day, seconds=_DAY, cost=cost),
        ]

    def count(self, limits: Iterable[Limit]) -> dict[str, str]:
        """Count against all of them; the headers tell of the one with the least left. Raises
        Problem 429 if one is over, though the others have counted it."""
        now = self._network.now()
        found = [(self._left(limit, now), limit) for limit in limits]
        left, tightest = min(found, key=lambda one: one[0])
        window = self._windows[tightest.name, tightest.key]
        reset = window.began + tightest.seconds
        headers = {
            "RateLimit-Limit": str(tightest.points),
            "RateLimit-Remaining": str(max(0, left)),
            "RateLimit-Reset": str(floor(reset)),
            "RateLimit-Policy": f"{tightest.points};w={tightest.seconds}",
        }
        if left < 0:
            wait = str(ceil(reset - now.timestamp()))
            raise problems.rate_limited({**headers, "Retry-After": wait})
        return headers

    def _left(self, limit: Limit, now: datetime) -> int:
        """What is left after this request; below 0, it was one too many."""
        key, moment = (limit.name, limit.key), now.timestamp()
        window = self._windows.get(key)
        if window is None or moment >= window.began + limit.seconds:
            window = self._windows[key] = _Window(began=moment)
        window.used += limit.cost
        return limit.points - window.used
