"""Brings messages to people, by every way there is, and again by those that failed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from responder.alerts import Kind, Message

log = logging.getLogger(__name__)

_FIRST_WAIT: Final = timedelta(seconds=30)  # after a failure; doubles up to
_LONGEST_WAIT: Final = timedelta(minutes=15)
_MOST_KEPT: Final = 100  # messages a way did not take that others took


class Carrier(Protocol):
    """One way to people (responder.notify.Service)."""

    @property
    def name(self) -> str: ...

    def send(self, title: str, body: str, kind: Kind) -> str:
        """Returns what went wrong; "" if nothing did. Never raises."""


@dataclass
class _Way:
    carrier: Carrier
    missed: list[Message] = field(default_factory=list)
    failures: int = 0
    not_before: datetime | None = None

    def waits(self, now: datetime) -> bool:
        return self.not_before is not None and now < self.not_before


class Messenger:
    """Used by one thread at a time. With no carrier at all, the log is what people read."""

    def __init__(self, carriers: Sequence[Carrier], *, title: str, footer: str) -> None:
        self._ways = [_Way(carrier) for carrier in carriers]
        self._title, self._footer = title, footer

    def tell(self, message: Message, now: datetime) -> bool:
        """Say it by every way. True if somebody took it; the others get it later (`catch_up`). If
        nobody did, nothing is kept: whoever asked asks again."""
        took = [self._send(way, message, now) for way in self._ways]
        if not any(took) and self._ways:
            return False
        for way, done in zip(self._ways, took, strict=True):
            if not done:
                way.missed = [*way.missed, message][-_MOST_KEPT:]
        log.warning("told: %s", message.body)
        return True

    def catch_up(self, now: datetime) -> None:
        """Say what was missed to those who take it by now."""
        for way in self._ways:
            while way.missed and self._send(way, way.missed[0], now):
                way.missed.pop(0)

    def _send(self, way: _Way, message: Message, now: datetime) -> bool:
        if way.waits(now):
            return False
        error = way.carrier.send(self._title, f"{message.body}\n{self._footer}", message.kind)
        if not error:
            way.failures, way.not_before = 0, None
            return True
        way.not_before = now + min(_FIRST_WAIT * 2 ** min(way.failures, 10), _LONGEST_WAIT)
        way.failures += 1
        log.warning("%s did not take an alert: %s", way.carrier.name, error)
        return False
