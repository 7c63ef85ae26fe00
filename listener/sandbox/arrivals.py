"""The thread that lets customers arrive while one watches."""

from __future__ import annotations

import logging
import threading
import time

from config.clock import Clock
from listener.sandbox.story import Story

_log = logging.getLogger(__name__)
_TICK = 0.5  # seconds between two looks at what is due


class Arrivals:
    """Lets the story go on at about `per_minute` arrivals; 0: nobody arrives by themselves."""

    def __init__(self, story: Story, *, per_minute: float, clock: Clock) -> None:
        self._story, self._clock = story, clock
        self._usual = 60.0 / per_minute if per_minute > 0 else None
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="sandbox-story", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        due = self._next_due()
        while not self._stopping.wait(min(_TICK, (self._usual or _TICK) / 2)):
            self._story.go_on(self._clock())
            if due is not None and time.monotonic() >= due:
                key = self._story.next()
                if key is None:
                    _log.info("the sandbox's story is told: nobody else will write by themselves")
                due = self._next_due() if key is not None else None

    def _next_due(self) -> float | None:
        return None if self._usual is None else time.monotonic() + self._usual * self._story.pace()
