"""What the sandbox networks have in common: a lock, a journal, a clock, a server."""

from __future__ import annotations

import hashlib
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from config.clock import Clock
from listener.sandbox.exchange import Answer, Request
from listener.sandbox.faults import Fault, Faults
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

    Every public method may be called from any thread. What is said of the lags may be changed while
    the network runs; it decides about what is written from then on.
    """

    FAULTS: ClassVar[Mapping[str, Fault]] = {}
    """The ready-made faults of this network."""

    def __init__(self, *, seed: int, clock: Clock, path: Path | None = None) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self.told: dict[str, str] = {}
        """The scenes of the story that have happened here: key -> id of what was written."""
        self.lag_seconds = 0.0
        """How long our own reads do not show what we have written ourselves, neither in lists nor
        by its id. It is stored all the same: writing it again is a duplicate."""
        self.index_lag_seconds = 0.0
        """How long lists and search do not know what a customer has written. Its time of making is
        the true one, and who asks for its id is told."""
        self.vanished: set[str] = set()
        """The ids of what no read shows any more, though nobody has deleted it."""
        self._journal = Journal(path)
        faults = Faults(self.FAULTS, clock=clock)
        self._server = LoopbackServer(self._answer, faults=faults, clock=clock)
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

    def table(self) -> dict[str, Any]:
        """The options of a channel that hears and answers here, but for its kind and its pace."""
        return {"api_url": self.url}

    def lift_limits(self) -> None:
        """Let no rate limit end a demo that polls every two seconds. Most networks have none that
        would, until one is set."""
        return

    def now(self) -> datetime:
        return self.clock()

    def vanish(self, object_id: str, *, vanished: bool = True) -> None:
        """Let it disappear from every read, as networks do with what they judge to be spam; its
        author is not told, and the same text still counts as a duplicate. `vanished=False`: it is
        back."""
        with self.lock:
            self._do({"op": "vanish", "id": object_id, "vanished": vanished})

    @abstractmethod
    def reply_natively(self, under: str, text: str) -> str:
        """A colleague answers in the network's own app, with our account but not through the API;
        the id of what they wrote. No rule for programs holds them back."""

    def _visible_at(self, at: datetime, *, ours: bool, after: float = 0.0) -> datetime:
        """When reads show what is written at that moment; `after`: not before so many seconds."""
        lag = self.lag_seconds if ours else self.index_lag_seconds
        return at + timedelta(seconds=max(lag, after))

    def _apply_vanish(self, event: Event) -> None:
        change = self.vanished.add if event["vanished"] else self.vanished.discard
        change(event["id"])

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
