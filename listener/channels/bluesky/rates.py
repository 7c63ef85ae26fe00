"""Bluesky's rate limits, as its answers tell them: a fifth of each window is kept for replies.

Headers `ratelimit-{limit,remaining,reset,policy}` tell of the tightest window that applied, which
may be another one at the next call: policy names it ("3000;w=300" is 3,000 in 300 s).
https://docs.bsky.app/docs/advanced-guides/rate-limits (2026-11)
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from listener.channels.errors import RateLimited

KEPT: Final = 0.2  # of each window, for replies
_EASY: Final = 0.5  # up to this share used nothing is stretched


class Family(StrEnum):
    """What shares windows."""

    READ = "read"
    WRITE = "write"
    LOGIN = "login"


_POINTS: Final = {Family.READ: 1, Family.WRITE: 3, Family.LOGIN: 1}
"""To write a record costs 2 or 3 points, as the server counts. We count the worst."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """So many points of `limit` remain until `reset`."""

    limit: int
    remaining: int
    reset: datetime

    def has_room(self, points: int, *, urgent: bool) -> bool:
        kept = 0 if urgent else self.limit * KEPT
        return self.remaining >= max(points, kept)

    @property
    def used(self) -> float:
        """0 to 1."""
        return min(max(1 - self.remaining / self.limit, 0.0), 1.0)


def read(headers: Mapping[str, str], now: datetime) -> tuple[str, Window] | None:
    """The window an answer tells of, and its policy. None if it tells of none, or its headers are
    garbled or of the past."""
    limit, remaining, reset = (
        _number(headers.get(f"ratelimit-{name}")) for name in ("limit", "remaining", "reset")
    )
    if not limit or remaining is None or reset is None:
        return None
    moment = datetime.fromtimestamp(reset, UTC)
    if moment <= now:
        return None
    policy = headers.get("ratelimit-policy", "")[:64]
    return policy, Window(limit=limit, remaining=remaining, reset=moment)


class Rates:
    """What is known of every family of calls. Safe to use from several threads; never waits."""

    def __init__(self) -> None:
        self._known: dict[tuple[Family, str], Window] = {}
        self._blind: dict[Family, int] = {}
        self._lock = threading.Lock()

    def take(self, family: Family, now: datetime, *, urgent: bool) -> None:
        """Count a call that is about to be made. Raises RateLimited if it must not be: there is no
        room, or only that which is kept for what is `urgent`."""
        points = _POINTS[family]
        with self._lock:
            windows = self._open(family, now)
            for window in windows.values():
                if not window.has_room(points, urgent=urgent):
                    kept = "" if urgent else "; what is left is kept for replies"
                    detail = f"Bluesky: {window.remaining} of {window.limit} are left{kept}"
                    raise RateLimited(until=window.reset, scope="call", detail=detail)
            # Answers tell of it later: until then other threads must not count on the same points.
            self._known |= {
                key: replace(window, remaining=window.remaining - points)
                for key, window in windows.items()
            }

    def learn(self, family: Family, headers: Mapping[str, str], now: datetime) -> None:
        """Take over what an answer says."""
        told = read(headers, now)
        if told is None:
            return
        policy, window = told
        with self._lock:
            old = self._known.get((family, policy))
            left = window.remaining
            if old is not None and old.reset == window.reset:  # answers overtake each other
                left = min(old.remaining, left)
            self._known = {key: one for key, one in self._known.items() if one.reset > now}
            self._known[family, policy] = replace(window, remaining=left)

    def pressure(self, now: datetime) -> float:
        """1.0 while half of what may be read is left; from there on up to 2.0, where only what is
        kept for replies is left."""
        with self._lock:
            used = max((one.used for one in self._open(Family.READ, now).values()), default=0.0)
        return 1.0 + max(0.0, min(used, 1 - KEPT) - _EASY) / (1 - KEPT - _EASY)

    def blind(self, family: Family) -> int:
        """How many refusals in a row there were in that family: the next wait doubles with each."""
        with self._lock:
            return self._blind.get(family, 0)

    def refused(self, family: Family) -> None:
        with self._lock:
            self._blind[family] = self._blind.get(family, 0) + 1

    def went_through(self, family: Family) -> None:
        with self._lock:
            self._blind.pop(family, None)

    def _open(self, family: Family, now: datetime) -> dict[tuple[Family, str], Window]:
        return {
            key: window
            for key, window in self._known.items()
            if key[0] is family and window.reset > now
        }


def _number(value: str | None) -> int | None:
    if value is None or not value.isascii() or not value.isdigit() or len(value) > 11:
        return None
    return int(value)
