"""The watchdog over the jobs.

A thread that waits for an answer that never comes cannot be ended from outside. It is written off:
a fresh one takes its place, so that one hung call never silences a poller (the scheduler itself
would leave out every later round, https://github.com/agronholm/apscheduler/issues/342). When too
many hang, the process ends, for whoever watches over it to start it anew.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

from responder.pulse import Pulse

log = logging.getLogger(__name__)

MOST_HUNG: Final = 4
LOOK_SECONDS: Final = 5.0


class Watchdog:
    """Replaces what hangs. Has a thread of its own: the scheduler's may all be busy hanging."""

    def __init__(
        self,
        pulse: Pulse,
        *,
        renew: Callable[[str], None],
        give_up: Callable[[], None],
        most_hung: int = MOST_HUNG,
    ) -> None:
        """`renew` puts a fresh job of that name on the rota; `give_up` ends the program."""
        self._pulse, self._renew, self._give_up = pulse, renew, give_up
        self._most_hung = most_hung
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self.gave_up = False

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()

    def look(self) -> None:
        """Write off what hangs, once each, and put something fresh in its place."""
        for name in self._pulse.write_off():
            log.error("the round %s hangs: a fresh one takes its place", name)
            self._renew(name)
        if self._pulse.hung > self._most_hung and not self.gave_up:
            self.gave_up = True
            log.critical("%d rounds hang: ending, to be started anew", self._pulse.hung)
            self._give_up()

    def _watch(self) -> None:
        while not self._stopped.wait(LOOK_SECONDS):
            try:
                self.look()
            except Exception:
                # Whoever watches over the others must not be the one that dies unnoticed.
                log.exception("the watchdog stumbled; it looks again")
