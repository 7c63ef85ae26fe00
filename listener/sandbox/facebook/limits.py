"""Graph's allowances: calls that run down, and the headers that tell how far.

https://developers.facebook.com/docs/graph-api/overview/rate-limiting (2026-11): an app has 200
calls an hour for each of its users, a Page 4800 in 24 hours for each person who engaged with it.
Both are rolling, and calls made while they are spent count too.
"""

from __future__ import annotations

import json
from collections import deque
from datetime import datetime, timedelta


class Allowance:
    """So many `calls` in any stretch of `window`; counted by the minute. Set `calls` at any time.

    The caller sees to it that one thread at a time is in here.
    """

    def __init__(self, calls: int, window: timedelta) -> None:
        self.calls = calls
        self._window = int(window.total_seconds()) // 60  # minutes
        self._used: deque[list[int]] = deque()  # [minute, calls in it], oldest first
        self._sum = 0

    def spend(self, now: datetime) -> bool:
        """Count one call; False: there was none left for it."""
        minute = int(now.timestamp()) // 60
        self._forget(minute)
        fine = self._sum < self.calls
        if not self._used or self._used[-1][0] < minute:
            self._used.append([minute, 0])
        self._used[-1][1] += 1
        self._sum += 1
        return fine

    def percent(self, now: datetime) -> int:
        """How much is used, 0 to 100."""
        self._forget(int(now.timestamp()) // 60)
        return min(100, 100 * self._sum // self.calls) if self.calls else 100

    def regain(self, now: datetime) -> int:
        """Minutes until there is a call again; 0 if there is one now."""
        minute = int(now.timestamp()) // 60
        self._forget(minute)
        left, back = self._sum, minute
        for when, calls in self._used:
            if left < self.calls:
                break
            left, back = left - calls, when + self._window
        return back - minute

    def _forget(self, minute: int) -> None:
        while self._used and self._used[0][0] <= minute - self._window:
            self._sum -= self._used.popleft()[1]


def app_header(percent: int) -> dict[str, str]:
    """It names no time: the hour rolls."""
    return {"X-App-Usage": json.dumps(_shares(percent), separators=(",", ":"))}


def page_header(page_id: str, percent: int, regain: int) -> dict[str, str]:
    """`regain`: minutes until calls are let through again."""
    entry = {
        "type": "pages",
        **_shares(percent),
        "estimated_time_to_regain_access": regain,
    }
    told = json.dumps({page_id: [entry]}, separators=(",", ":"))
    return {"X-Business-Use-Case-Usage": told}


def _shares(percent: int) -> dict[str, int]:
    return {"call_count": percent, "total_cputime": percent, "total_time": percent}
