"""X's rate limits, as its answers tell them: a fifth of each window is kept for replies.

Headers `x-rate-limit-{limit,remaining,reset}`, on writes also those of two windows of 24 hours:
https://docs.x.com/x-api/fundamentals/rate-limits (2026-08). What they say goes before any table:
X's own is often wrong (https://github.com/xdevplatform/xdk/issues/24, 2026).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from listener.channels.errors import RateLimited
from listener.channels.x import errors

KEPT: Final = 0.2  # of each window, for replies

# What the headers of a window begin with. The two of 24 hours are of posting alone.
_WINDOWS: Final = ("x-rate-limit", "x-app-limit-24hour", "x-user-limit-24hour")


@dataclass(frozen=True, kw_only=True)
class Window:
    """So many calls of `limit` remain until `reset`."""

    limit: int
    remaining: int
    reset: datetime

    def has_room(self, *, urgent: bool) -> bool:
        if urgent:
            return self.remaining > 0
        return self.remaining > 0 and self.remaining >= self.limit * KEPT


def read(headers: Mapping[str, str], now: datetime) -> Iterator[tuple[str, Window]]:
    """The windows an answer tells of, by the beginning of their headers. One whose headers are
    missing, garbled or of the past tells nothing."""
    for prefix in _WINDOWS:
        limit, remaining = (
            _number(headers.get(f"{prefix}-{end}")) for end in ("limit", "remaining")
        )
        reset = errors.reset_time(headers.get(f"{prefix}-reset"), now)
        if limit and remaining is not None and reset is not None:
            yield prefix, Window(limit=limit, remaining=remaining, reset=reset)


class Rates:
    """What is known of every family of routes. Safe to use from several threads; never waits."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Window] = {}
        self._blind: dict[str, int] = {}
        self._lock = threading.Lock()

    def take(self, family: str, now: datetime, *, urgent: bool) -> None:
        """Count a call that is about to be made. Raises RateLimited if it must not be: there is no
        room, or only that which is kept for what is `urgent`."""
        with self._lock:
            windows = {
                key: window
                for key, window in self._known.items()
                if key[0] == family and window.reset > now
            }
            for window in windows.values():
                if not window.has_room(urgent=urgent):
                    kept = "" if urgent else "; what is left is kept for replies"
                    detail = f"{window.remaining} of {window.limit} calls are left{kept}"
                    raise RateLimited(until=window.reset, scope="call", detail=detail)
            # Answers tell of it later: until then other threads must not count on the same call.
            self._known |= {
                key: replace(window, remaining=window.remaining - 1)
                for key, window in windows.items()
            }

    def learn(self, family: str, headers: Mapping[str, str], now: datetime) -> None:
        """Take over what an answer says."""
        with self._lock:
            for prefix, window in read(headers, now):
                old = self._known.get((family, prefix))
                left = window.remaining
                if old is not None and old.reset == window.reset:  # answers overtake each other
                    left = min(old.remaining, left)
                self._known[family, prefix] = replace(window, remaining=left)

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
