"""Mastodon's rate limits, which really run down.

https://docs.joinmastodon.org/api/rate-limits/ and, for what it does not say, of 4.5:
config/initializers/rack_attack.rb (300 calls with a page parameter in 15 minutes, windows that
begin on the clock) and app/lib/rate_limiter.rb (300 statuses in 3 hours).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from listener.sandbox.exchange import Request
from listener.sandbox.mastodon import problems
from listener.sandbox.mastodon.asked import Asked

if TYPE_CHECKING:
    from listener.sandbox.mastodon.network import MastodonNetwork

_MINUTE: Final = 60
_PAGES: Final = frozenset({"page", "min_id", "max_id", "since_id"})
_STATUS: Final = re.compile(r"/api/v1/statuses/\d+")


@dataclass(frozen=True, kw_only=True)
class Throttle:
    name: str
    limit: int
    period: int  # seconds


class Limits:
    """Counts requests by who makes them. The caller holds the network's lock."""

    def __init__(self, network: MastodonNetwork) -> None:
        self._network = network
        self._used: Counter[tuple[str, str, int]] = Counter()

    def count(self, request: Request, asked: Asked, *, caller: str) -> dict[str, str]:
        """Count this request; the headers of the limit that is nearest. Raises Problem 429."""
        if not self._network.manners.tells_limits:
            return {}
        left: dict[int, dict[str, str]] = {}
        for throttle in self._due(request, asked):
            used = self._add(throttle, caller)
            if used > throttle.limit:
                raise problems.rate_limited(self._told(throttle, 0))
            left.setdefault(throttle.limit - used, self._told(throttle, throttle.limit - used))
        return left[min(left)]

    def posts(self, before: dict[str, str]) -> dict[str, str]:
        """The headers of an answer to who posts or edits: those `before`, unless fewer statuses
        are left than calls."""
        if not before:
            return {}
        throttle, used = self._statuses(), self._used[self._key(self._statuses(), "statuses")]
        left = throttle.limit - used
        nearer = left <= int(before["X-RateLimit-Remaining"])
        return self._told(throttle, left) if nearer else before

    def check_posts(self) -> None:
        """Raises Problem 429 if no status is left to make."""
        throttle = self._statuses()
        spent = self._used[self._key(throttle, "statuses")] >= throttle.limit
        if spent and self._network.manners.tells_limits:
            raise problems.rate_limited()

    def posted(self) -> None:
        self._add(self._statuses(), "statuses")

    def _due(self, request: Request, asked: Asked) -> Iterator[Throttle]:
        network = self._network
        yield Throttle(name="calls", limit=network.calls_in_5_minutes, period=5 * _MINUTE)
        if any(asked.text(name) for name in _PAGES):
            yield Throttle(name="pages", limit=network.pages_in_15_minutes, period=15 * _MINUTE)
        if request.method == "DELETE" and _STATUS.fullmatch(request.path):
            limit = network.deletions_in_30_minutes
            yield Throttle(name="deletions", limit=limit, period=30 * _MINUTE)

    def _statuses(self) -> Throttle:
        limit = self._network.posts_in_3_hours
        return Throttle(name="statuses", limit=limit, period=180 * _MINUTE)

    def _add(self, throttle: Throttle, caller: str) -> int:
        self._used[self._key(throttle, caller)] += 1
        return self._used[self._key(throttle, caller)]

    def _key(self, throttle: Throttle, caller: str) -> tuple[str, str, int]:
        now = int(self._network.now().timestamp())
        return throttle.name, caller, now // throttle.period

    def _told(self, throttle: Throttle, left: int) -> dict[str, str]:
        return limit_headers(self._network.now(), throttle.limit, left, throttle.period)


def limit_headers(now: datetime, limit: int, left: int, period: int) -> dict[str, str]:
    """`period`: seconds; the reset is told with the fraction of a second of `now`."""
    reset = now + timedelta(seconds=period - int(now.timestamp()) % period)
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(max(0, left)),
        "X-RateLimit-Reset": moment(reset),
    }


def moment(at: datetime) -> str:
    """A time as these headers tell it: to the microsecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
