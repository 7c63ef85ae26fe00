"""The server's rate limits, as its answers tell them: a fifth of each window is kept for replies.

Headers `X-RateLimit-{Limit,Remaining,Reset}` tell of the limit one is closest to: 300 calls in five
minutes an account, for DELETE 30 in half an hour (https://docs.joinmastodon.org/api/rate-limits/,
2026-11), for posting 300 in three hours. Many other servers send none: then nothing is held back.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from listener.channels.errors import RateLimited
from listener.channels.mastodon import errors

READ: Final = "read"
POST: Final = "post"
DELETE: Final = "delete"

KEPT: Final = 0.2  # of each window, for replies
_SAME_WINDOW: Final = timedelta(seconds=30)  # clocks are compared to the second only
_SLOW_FROM: Final = 0.5  # of a window: from here on we ask less often, ...
_SLOWEST: Final = 4.0  # ... and so much less when only what is kept for replies is left


@dataclass(frozen=True, kw_only=True)
class Window:
    """So many calls of `limit` remain until `reset`."""

    limit: int
    remaining: int
    reset: datetime

    def has_room(self, *, urgent: bool) -> bool:
        return self.remaining > (0 if urgent else self.limit * KEPT)

    @property
    def stretch(self) -> float:
        """By how much to stretch the time between two rounds."""
        used = 1 - self.remaining / self.limit
        share = (used - _SLOW_FROM) / (1 - KEPT - _SLOW_FROM)
        return 1.0 + (_SLOWEST - 1) * min(max(share, 0.0), 1.0)


def read(headers: Mapping[str, str], now: datetime) -> Window | None:
    """The window an answer tells of; None if its headers are missing, garbled or of the past."""
    limit = _number(headers.get("x-ratelimit-limit"))
    remaining = _number(headers.get("x-ratelimit-remaining"))
    reset = errors.reset_time(headers, now)
    if not limit or remaining is None or reset is None:
        return None
    return Window(limit=limit, remaining=min(remaining, limit), reset=reset)


class Rates:
    """What is known of each family of calls. Safe to use from several threads; never waits."""

    def __init__(self) -> None:
        self._known: dict[str, Window] = {}
        self._blind: dict[str, int] = {}
        self._lock = threading.Lock()

    def take(self, family: str, now: datetime, *, urgent: bool) -> None:
        """Count a call that is about to be made. Raises RateLimited if it must not be: there is no
        room, or only that which is kept for what is `urgent`."""
        with self._lock:
            window = self._known.get(family)
            if window is None or window.reset <= now:
                return
            if not window.has_room(urgent=urgent):
                kept = "" if urgent else "; what is left is kept for replies"
                detail = f"{window.remaining} of {window.limit} calls are left{kept}"
                raise RateLimited(until=window.reset, scope="call", detail=detail)
            # Answers tell of it later: until then other threads must not count on the same call.
            self._known[family] = replace(window, remaining=window.remaining - 1)

    def learn(self, family: str, headers: Mapping[str, str], now: datetime) -> None:
        """Take over what an answer says."""
        window = read(headers, now)
        if window is None:
            return
        with self._lock:
            old = self._known.get(family)
            if old is not None and abs(old.reset - window.reset) < _SAME_WINDOW:
                # Answers overtake each other.
                window = replace(window, remaining=min(old.remaining, window.remaining))
            self._known[family] = window

    def pressure(self, now: datetime) -> float:
        """By how much to stretch the time between two rounds: 1 is normal, 4 the most."""
        with self._lock:
            window = self._known.get(READ)
        return window.stretch if window is not None and window.reset > now else 1.0

    def blind(self, family: str) -> int:
        """How many refusals in a row there were in that family: the next wait doubles with each."""
        with self._lock:
            return self._blind.get(family, 0)

    def refused(self, family: str) -> None:
        with self._lock:
            self._blind[family] = self._blind.get(family, 0) + 1

    def went_through(self, family: str) -> None:
        with self._lock:
            self._blind.pop(family, None)


def _number(value: str | None) -> int | None:
    if value is None or not value.isascii() or not value.isdigit() or len(value) > 9:
        return None
    return int(value)
