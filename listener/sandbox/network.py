"""What both sandbox networks have in common: a lock, a journal, a clock, a server."""

from __future__ import annotations

import hashlib
import threading
from abc import ABC, abstractmethod
from collections import deque
from datetime import datetime
from pathlib import Path

from config.clock import Clock
from listener.sandbox.exchange import Answer, Request
from listener.sandbox.faults import Faults
from listener.sandbox.journal import Event, Journal
from listener.sandbox.server import LoopbackServer, Seen


def number(digits: int, *parts: object) -> int:
    """A number of so many digits that is the same whenever the parts are the same."""
    text = "\x1f".join(str(part) for part in parts)
    whole: int = int.from_bytes(hashlib.sha256(text.encode()).digest())
    least: int = 10 ** (digits - 1)
    return least + whole % (9 * least)


def token(*parts: object) -> str:
    """A credential for the sandbox: worth nothing, and the same for the same seed."""
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest()[:40]


class Network(ABC):
    """The state of one network, changed by events alone: `_do` keeps each one and applies it.

    Every public method may be called from any thread.
    """

    def __init__(self, *, seed: int, clock: Clock, path: Path | None = None) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self.told: dict[str, str] = {}
        """The scenes of the story that have happened here: key -> id of what was written."""
        self._journal = Journal(path)
        self._server = LoopbackServer(self._answer)
        self._past = list(self._journal.events())
        # A journal goes on with the seed it began with: all its ids come from that one.
        self.seed: int = self._past[0]["seed"] if self._past else seed
        self.began = clock()
        """When this network came to be."""

    def _replay(self) -> None:
        """Apply what the journal holds: the last thing a subclass does when it is made."""
        for event in self._past:
            self._happened(event)
        if not self._past:
            self._do({"op": "begin", "id": "", "seed": self.seed, "at": self.began.isoformat()})
        self._past = []

    @property
    def faults(self) -> Faults:
        return self._server.faults

    @property
    def requests(self) -> deque[Seen]:
        """What came in, oldest first."""
        return self._server.requests

    @property
    def url(self) -> str:
        """The address of API and pages."""
        return self._server.url

    @property
    def port(self) -> int:
        return self._server.port

    def start(self, port: int = 0) -> None:
        """Serve, on `port` if it is free."""
        self._server.start(port)

    def stop(self) -> None:
        self._server.stop()
        with self.lock:
            self._journal.close()

    def now(self) -> datetime:
        return self.clock()

    def _do(self, event: Event, *, scene: str | None = None) -> None:
        """Keep, then apply. The caller holds the lock and has checked that the event is allowed."""
        if scene is not None:
            event = {**event, "scene": scene}
        self._journal.append(event)
        self._happened(event)

    def _happened(self, event: Event) -> None:
        if "scene" in event:
            self.told[event["scene"]] = event["id"]
        if event["op"] == "begin":
            self.began = datetime.fromisoformat(event["at"])
        else:
            self._apply(event)

    @abstractmethod
    def _apply(self, event: Event) -> None:
        """Change the state as the event says. Must not fail, read the clock or use chance."""

    @abstractmethod
    def _answer(self, request: Request) -> Answer:
        """Answer a request of a client or a browser."""
