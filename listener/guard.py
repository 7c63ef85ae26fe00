"""A channel that knows when its network is to be left alone, and then does not ask it.

What it learns is in the database, so that a start does not hammer a network that told the last one
to wait. What it decides is in listener/breaker.py.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from config.clock import Clock
from config.database import Database
from listener import breaker
from listener.breaker import (
    MOST_JITTER,
    Answered,
    Circuit,
    Circuits,
    Failed,
    NotLetIn,
    Outcomes,
    Told,
)
from listener.channels.base import (
    Channel,
    ChannelOptions,
    Declaration,
    Incoming,
    Length,
    Outgoing,
    Page,
    Posted,
    Report,
    Written,
)
from listener.channels.errors import (
    AuthFailed,
    BudgetSpent,
    ChannelError,
    PolicyBlock,
    RateLimited,
    Unavailable,
    Unknown,
)
from listener.channels.metering import Use
from listener.models import Breaker, Cause, Operation

log = logging.getLogger(__name__)

_PROBE_PATIENCE: Final = timedelta(seconds=5)
"""Who meets a probe under way comes back so much later: it is a call, and ends like one."""

_COLUMNS: Final = tuple(field.name for field in fields(Circuit) if field.name != "probing")
_BROKE_OFF: Final = Failed(reason="something of ours broke while it was asked")

T = TypeVar("T")


class Guarded:
    """A Channel around another one. Safe to call from several threads."""

    def __init__(
        self, channel: Channel, *, database: Database, clock: Clock, chance: random.Random
    ) -> None:
        self._channel = channel
        self._circuits = _Circuits(channel.name, database)
        self._clock = clock
        self._chance = chance

    @property
    def name(self) -> str:
        return self._channel.name

    @property
    def options(self) -> ChannelOptions:
        return self._channel.options

    @property
    def declaration(self) -> Declaration:
        return self._channel.declaration

    def fetch(self, stream: str, position: str | None) -> Page:
        return self._ask(Operation.READ, lambda: self._channel.fetch(stream, position))

    def lookup(
        self, external_ids: Sequence[str], *, use: Use = Use.OWN
    ) -> Mapping[str, Incoming | None]:
        return self._ask(Operation.READ, lambda: self._channel.lookup(external_ids, use=use))

    def own_replies(self, reply: Outgoing, since: datetime) -> Sequence[Written]:
        return self._ask(Operation.READ, lambda: self._channel.own_replies(reply, since))

    def fill(self, since: datetime, until: datetime, position: str | None) -> Page:
        return self._ask(Operation.READ, lambda: self._channel.fill(since, until, position))

    def count(self, since: datetime, until: datetime) -> Mapping[datetime, int] | None:
        return self._ask(Operation.READ, lambda: self._channel.count(since, until))

    def post(self, reply: Outgoing) -> Posted:
        return self._ask(Operation.WRITE, lambda: self._channel.post(reply))

    def hide(self, external_id: str) -> None:
        self._ask(Operation.WRITE, lambda: self._channel.hide(external_id))

    def delete(self, external_id: str) -> None:
        self._ask(Operation.WRITE, lambda: self._channel.delete(external_id))

    def pressure(self) -> float:
        return self._channel.pressure()

    def clock_apart(self) -> timedelta:
        return self._channel.clock_apart()

    def length(self, text: str) -> Length:
        return self._channel.length(text)

    def check(self) -> Report:
        """Always asks: a human wants to know how it is now. Nothing is learned from it."""
        return self._channel.check()

    def _ask(self, operation: Operation, call: Callable[[], T]) -> T:
        probe = self._circuits.enter(operation, self._clock())
        # Holds if something of ours breaks: then nobody knows what became of a write.
        outcomes: Outcomes = {} if operation is Operation.READ else {operation: _BROKE_OFF}
        try:
            answer = call()
            outcomes = {operation: Answered()}
            return answer
        except RateLimited as error:
            # Moved here, once for all who wait: the breaker, the cursor and the reply.
            later = replace(error, until=error.until + self._jitter())
            outcomes = lessons(later, operation)
            raise later from error
        except ChannelError as error:
            outcomes = lessons(error, operation)
            raise
        finally:
            self._circuits.leave(outcomes, self._clock(), probe=probe, jitter=self._jitter())

    def _jitter(self) -> timedelta:
        return MOST_JITTER * self._chance.random()


def lessons(error: ChannelError, operation: Operation) -> Outcomes:
    """What an error of a call says about reading and about writing. Pure."""
    if isinstance(error, RateLimited):
        told = Told(cause=Cause.LIMIT, until=error.until, reason=error.detail)
        if error.scope == "call":
            # Each stream has a limit of its own, and a cursor that waits (listener/poll.py).
            return {operation: told} if operation is Operation.WRITE else {}
        return dict.fromkeys(Operation, told)
    if isinstance(error, PolicyBlock):
        told = Told(cause=Cause.POLICY, until=error.until, reason=error.detail)
        return {operation: Answered(), Operation.WRITE: told}
    if isinstance(error, AuthFailed):
        return {operation: NotLetIn(reason=error.action)}
    if isinstance(error, Unavailable) or (isinstance(error, Unknown) and not error.repetition):
        return {operation: Failed(reason=error.detail)}
    if isinstance(error, BudgetSpent):
        if not error.by_network or error.until is None:
            return {}  # by our own reckoning: nobody was asked
        spent = Told(cause=Cause.LIMIT, until=error.until, reason=error.detail)
        return dict.fromkeys(Operation, spent)
    return {operation: Answered()}


def held_back(circuit: Circuit, now: datetime) -> ChannelError:
    """The error for a call that may not go out: of the kind that closed the way, with the moment
    from which it is worth asking again. Pure."""
    until = circuit.blocked_until
    if until is None or until <= now:
        until = now + _PROBE_PATIENCE
    error = _of_cause(circuit, until, now)
    error.held_until = until
    return error


def _of_cause(circuit: Circuit, until: datetime, now: datetime) -> ChannelError:
    again = f"{circuit.reason} (not asked again before {until:%Y-%m-%d %H:%M:%S} UTC)"
    if circuit.cause is Cause.LIMIT:
        return RateLimited(until=until, detail=circuit.reason)
    if circuit.cause is Cause.POLICY:
        return PolicyBlock(until=until, detail=circuit.reason)
    if circuit.cause is Cause.AUTH:
        return AuthFailed(action=again)
    return Unavailable(detail=again, retry_after=(until - now).total_seconds())


class _Circuits:
    """The two circuits of a channel, in memory as in the database.

    Read at first use, because the tables may still be migrated when a bot is put together. What was
    learned is added to the rows as they stand then: two processes do not undo each other's lessons.
    """

    def __init__(self, channel: str, database: Database) -> None:
        self._channel = channel
        self._database = database
        self._known: Circuits = {}
        self._lock = threading.Lock()

    def enter(self, operation: Operation, now: datetime) -> Operation | None:
        """The operation if the call is its probe. Raises a ChannelError if it may not go out."""
        with self._lock:
            if not self._known:
                with self._database.read() as session:
                    self._known = self._stored(session)
            before = self._known[operation]
            entered = breaker.enter(before, now)
            if entered is None:
                raise held_back(before, now)
            self._known = {**self._known, operation: entered}
            return operation if entered.probing else None

    def leave(
        self, outcomes: Outcomes, now: datetime, *, probe: Operation | None, jitter: timedelta
    ) -> None:
        """Never raises for the database: what the call brought must reach who asked."""

        def after(circuits: Circuits) -> Circuits:
            return breaker.leave_both(circuits, outcomes, now, probe=probe, jitter=jitter)

        with self._lock:
            before, self._known = self._known, after(self._known)
            if _lasting(before) == _lasting(self._known):
                return
            try:
                self._known = self._keep(before, after, now)
            except SQLAlchemyError as error:
                log.warning("%s: known in memory only: %s", self._channel, type(error).__name__)
                return
        for operation, circuit in self._known.items():
            if circuit.is_open(now) and not before[operation].is_open(now):
                log.warning("%s: no %s: %s", self._channel, operation, held_back(circuit, now))

    def _keep(
        self, before: Circuits, after: Callable[[Circuits], Circuits], now: datetime
    ) -> Circuits:
        with self._database.write() as session:
            stored = {
                operation: replace(circuit, probing=before[operation].probing)
                for operation, circuit in self._stored(session).items()
            }
            known = after(stored)
            for operation, values in _lasting(known).items():
                if values != _lasting(stored)[operation]:
                    row = Breaker(channel=self._channel, operation=operation, changed_at=now)
                    for name, value in values.items():
                        setattr(row, name, value)
                    session.merge(row)
            return known

    def _stored(self, session: Session) -> Circuits:
        rows = {each: session.get(Breaker, (self._channel, each)) for each in Operation}
        return {each: Circuit() if row is None else _circuit(row) for each, row in rows.items()}


def _circuit(row: Breaker) -> Circuit:
    return Circuit(**{name: getattr(row, name) for name in _COLUMNS})


def _lasting(circuits: Circuits) -> dict[Operation, dict[str, Any]]:
    return {
        operation: {name: getattr(circuit, name) for name in _COLUMNS}
        for operation, circuit in circuits.items()
    }
