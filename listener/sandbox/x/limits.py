"""X's rate limits, which really run down, and the monthly cap on posts read.

https://docs.x.com/x-api/fundamentals/rate-limits and
https://docs.x.com/x-api/fundamentals/post-cap (2026-08). A window begins with the quarter of an
hour, a day with midnight UTC: X does not say when its own begin.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from listener.sandbox.x import problems

if TYPE_CHECKING:
    from listener.sandbox.x.network import XNetwork

_WINDOW: Final = 15 * 60  # seconds
_DAY: Final = 86_400  # seconds


class Limits:
    """Counts requests by operation and way of signing in. The caller holds the network's lock."""

    def __init__(self, network: XNetwork) -> None:
        self._network = network
        self._used: Counter[tuple[str, str, int]] = Counter()
        self._posted: Counter[int] = Counter()  # by the start of the day

    def count(self, operation: str, kind: str, *, posts: bool) -> dict[str, str]:
        """Count this request; the headers that say what is left. Raises Problem 429.

        `posts`: it creates a post, of which there are only so many a day too.
        """
        now = int(self._network.now().timestamp())
        window = now - now % _WINDOW
        limit = self._network.rate_limits.get(operation, self._network.rate_limit)
        key = (operation, kind, window)
        left = limit - self._used[key]
        headers = _told("x-rate-limit", limit, max(0, left - 1), window + _WINDOW)
        if left <= 0:
            raise problems.rate_limited(headers)
        if posts:
            headers |= self._today(now, headers)
        self._used[key] += 1
        self._forget(window)
        return headers

    def _today(self, now: int, headers: dict[str, str]) -> dict[str, str]:
        day, limit = now - now % _DAY, self._network.posts_a_day
        left = limit - self._posted[day]
        told = _told("x-user-limit-24hour", limit, max(0, left - 1), day + _DAY)
        if left <= 0:
            raise problems.rate_limited({**headers, **told})
        self._posted[day] += 1
        return told

    def _forget(self, window: int) -> None:
        for key in [key for key in self._used if key[2] < window]:
            del self._used[key]


class Meter:
    """How many posts were read this month; one read twice on a day counts once
    (https://docs.x.com/x-api/fundamentals/post-cap, 2026-08: a soft guarantee)."""

    def __init__(self) -> None:
        self._month, self._day, self._before = "", "", 0
        self._today: set[str] = set()

    def read(self, ids: Iterable[str], now: datetime) -> None:
        self._turn(now)
        self._today.update(ids)

    def total(self, now: datetime) -> int:
        self._turn(now)
        return self._before + len(self._today)

    def _turn(self, now: datetime) -> None:
        month, day = f"{now:%Y-%m}", f"{now:%Y-%m-%d}"
        if day != self._day:
            self._before = self._before + len(self._today) if month == self._month else 0
            self._month, self._day, self._today = month, day, set()


def _told(name: str, limit: int, left: int, reset: int) -> dict[str, str]:
    return {
        f"{name}-limit": str(limit),
        f"{name}-remaining": str(left),
        f"{name}-reset": str(reset),
    }
