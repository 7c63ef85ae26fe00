"""Rate limits, as a network's answers tell them: a fifth of each window is kept for replies.

What the headers are called, and how they write a time, the `rates.py` of each network knows.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from listener.channels.errors import ChannelError, RateLimited

KEPT: Final = 0.2  # of each window, for replies
_EASY: Final = 0.5  # up to this share used nothing is stretched

_FIRST_WAIT: Final = timedelta(seconds=60)
_LONGEST_WAIT: Final = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Window:
    """So many calls, or points, of `limit` (1 or more) remain until `reset`."""

    limit: int
    remaining: int
    reset: datetime

    def has_room(self, points: int = 1, *, urgent: bool) -> bool:
        return self.remaining >= max(points, 0 if urgent else self.limit * KEPT)

    def stretch(self, slowest: float) -> float:
        """By how much to stretch the time between two rounds: 1 while half of the window is left,
        `slowest` where only what is kept for replies is."""
        share = (1 - self.remaining / self.limit - _EASY) / (1 - KEPT - _EASY)
        return 1.0 + (slowest - 1) * min(max(share, 0.0), 1.0)


Told = Callable[[Mapping[str, str], datetime], Iterable[tuple[str, Window]]]
"""Reads the windows an answer tells of, each by a name, out of its headers. One whose headers are
missing, garbled or of the past tells nothing."""


class Rates:
    """What is known of every family of calls. Safe to use from several threads; never waits.

    `points`: what a call of a family costs, where that is not 1. `apart`: the resets of one and the
    same window may be told so far apart. `watched`: the family whose window sets the pace of
    polling, `slowest`: how slow it may make it.
    """

    def __init__(
        self,
        told: Told,
        *,
        points: Mapping[str, int] | None = None,
        apart: timedelta = timedelta(),
        watched: str = "",
        slowest: float = 1.0,
    ) -> None:
        self._told, self._points, self._apart = told, points or {}, apart
        self._watched, self._slowest = watched, slowest
        self._known: dict[tuple[str, str], Window] = {}
        self._blind: dict[str, int] = {}
        self._lock = threading.Lock()

    def take(self, family: str, now: datetime, *, urgent: bool) -> None:
        """Count a call that is about to be made. Raises RateLimited if it must not be: there is no
        room, or only that which is kept for what is `urgent`."""
        points = self._points.get(family, 1)
        with self._lock:
            windows = self._open(family, now)
            for window in windows.values():
                if not window.has_room(points, urgent=urgent):
                    kept = "" if urgent else "; what is left is kept for replies"
                    detail = f"{window.remaining} of {window.limit} are left{kept}"
                    raise RateLimited(until=window.reset, scope="call", detail=detail)
            # Answers tell of it later: until then other threads must not count on the same call.
            self._known |= {
                key: replace(window, remaining=window.remaining - points)
                for key, window in windows.items()
            }

    def learn(self, family: str, headers: Mapping[str, str], now: datetime) -> None:
        """Take over what an answer says."""
        with self._lock:
            for name, window in self._told(headers, now):
                old = self._known.get((family, name))
                left = window.remaining
                if old is not None and abs(old.reset - window.reset) <= self._apart:
                    left = min(old.remaining, left)  # answers overtake each other
                self._known = {key: one for key, one in self._known.items() if one.reset > now}
                self._known[family, name] = replace(window, remaining=left)

    def pressure(self, now: datetime) -> float:
        """By how much to stretch the time between two rounds: 1 is normal."""
        with self._lock:
            windows = self._open(self._watched, now).values()
        return max((window.stretch(self._slowest) for window in windows), default=1.0)

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

    def heed(self, family: str, error: ChannelError) -> None:
        """Count a failure: a refusal, or one that shows that calls are let in."""
        if isinstance(error, RateLimited):
            self.refused(family)
        else:
            self.went_through(family)

    def _open(self, family: str, now: datetime) -> dict[tuple[str, str], Window]:
        return {
            key: window
            for key, window in self._known.items()
            if key[0] == family and window.reset > now
        }


def blind_wait(
    times: int, first: timedelta = _FIRST_WAIT, longest: timedelta = _LONGEST_WAIT
) -> timedelta:
    """How long to wait where the network does not say, after so many refusals of that kind: twice
    as long each time, a minute at first and a quarter of an hour at most."""
    return min(first * (1 << min(times, 10)), longest)


def number(value: str | None, digits: int = 9) -> int | None:
    """The whole number in a header; None if it is missing, garbled or longer than that."""
    if value is None or not value.isascii() or not value.isdigit() or len(value) > digits:
        return None
    return int(value)


def epoch(value: str | None) -> datetime | None:
    """The moment in a header that writes it as seconds since 1970; None if it is none."""
    seconds = number(value, 11)
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds of `retry-after`, above 0 and below 28 hours; None where it names none."""
    return float(number(headers.get("retry-after"), 5) or 0) or None
