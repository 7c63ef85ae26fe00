"""When to leave a network alone, and for how long. Pure: what happened and the time in, state out.

One circuit stands for one operation (reading or writing) of one channel. It is

- closed: calls go out;
- open: the network told us to wait, or failed so often that asking on only adds to its trouble;
- half open, once its time is over: one call, the probe, finds out how it is. Others wait for it.

After a rate limit there is nothing to find out: its end closes the circuit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from listener.models import Cause, Operation

FAILURES: Final = 5  # in a row, within
WINDOW: Final = timedelta(seconds=60)
FIRST_WAIT: Final = timedelta(seconds=60)  # doubles each time the probe fails, up to
LONGEST_WAIT: Final = timedelta(minutes=15)
AUTH_WAIT: Final = timedelta(minutes=5)
MOST_JITTER: Final = timedelta(seconds=15)
"""Waits end up to so much later, by chance: channels that fail together must not come back so."""


@dataclass(frozen=True, kw_only=True)
class Circuit:
    """`cause` is why it is open; while it is closed, what the newest of `failures` was.

    `opened` counts the times in a row that it opened because of failures. `probing`: somebody is
    asking right now whether it may close. Only that is forgotten when the program ends.
    """

    cause: Cause | None = None
    blocked_until: datetime | None = None
    reason: str = ""
    failures: int = 0
    first_failure_at: datetime | None = None
    opened: int = 0
    probing: bool = False

    def is_open(self, now: datetime) -> bool:
        return self.blocked_until is not None and now < self.blocked_until

    def is_half_open(self, now: datetime) -> bool:
        over = self.blocked_until is not None and self.blocked_until <= now
        return over and self.cause is not Cause.LIMIT


@dataclass(frozen=True, kw_only=True)
class Answered:
    """The network did what it is there for, be the answer a "no"."""


@dataclass(frozen=True, kw_only=True)
class Failed:
    """No answer, or that of a server in trouble."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class NotLetIn:
    """The network does not accept who we say we are."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Told:
    """The network said how long it wants to be left alone."""

    cause: Cause
    until: datetime
    reason: str


Outcome = Answered | Failed | NotLetIn | Told
Outcomes = Mapping[Operation, Outcome]
"""What a call taught. Nothing about an operation: perhaps its network was not even asked."""
Circuits = Mapping[Operation, Circuit]


def enter(circuit: Circuit, now: datetime) -> Circuit | None:
    """The circuit once a call has gone out, or None if it may not go. The call is the probe if the
    result says `probing` and `circuit` did not."""
    if circuit.is_open(now) or circuit.probing:
        return None
    return replace(circuit, probing=True) if circuit.is_half_open(now) else circuit


def leave(
    circuit: Circuit, outcome: Outcome | None, now: datetime, *, probe: bool, jitter: timedelta
) -> Circuit:
    """The circuit after a call has ended. `jitter` is 0..MOST_JITTER. None: nothing was learned."""
    found = replace(circuit, probing=circuit.probing and not probe)
    if isinstance(outcome, Told):
        return _told(found, outcome, now)
    began_before_it_opened = circuit.is_open(now) or (circuit.is_half_open(now) and not probe)
    if outcome is None or began_before_it_opened:
        return found
    if isinstance(outcome, Answered):
        return Circuit()
    return _troubled(found, outcome, now, probe=probe, jitter=jitter)


def leave_both(
    circuits: Circuits,
    outcomes: Outcomes,
    now: datetime,
    *,
    probe: Operation | None,
    jitter: timedelta,
) -> Circuits:
    """Both circuits of a channel after a call, which may have said something about either."""
    found = {
        operation: leave(
            circuit,
            outcomes.get(operation),
            now,
            probe=operation is probe,
            jitter=jitter,
        )
        for operation, circuit in circuits.items()
    }
    read = found[Operation.READ]
    if read.cause is Cause.AUTH and read.blocked_until is not None:
        # Who may not read may not write. The other way round it does not hold: a token that may
        # only read must not make us deaf.
        told = Told(cause=Cause.AUTH, until=read.blocked_until, reason=read.reason)
        found[Operation.WRITE] = _told(found[Operation.WRITE], told, now)
    return found


def _told(circuit: Circuit, told: Told, now: datetime) -> Circuit:
    """What the network said goes first, and its longest word counts."""
    if told.until <= max(now, circuit.blocked_until or now):
        return circuit
    return Circuit(
        cause=told.cause,
        blocked_until=told.until,
        reason=told.reason,
        probing=circuit.probing,
    )


def _troubled(
    circuit: Circuit, outcome: Failed | NotLetIn, now: datetime, *, probe: bool, jitter: timedelta
) -> Circuit:
    counted = _counted(circuit, outcome, now)
    # One "not let in" may be about one call alone, such as a search the plan does not include. A
    # second one, with nothing going well between, is about the account.
    twice = circuit.cause is counted.cause is Cause.AUTH
    if not (probe or twice or counted.failures >= FAILURES):
        return counted
    if counted.cause is Cause.AUTH:
        return replace(counted, blocked_until=now + AUTH_WAIT + jitter)
    doubled = min(FIRST_WAIT * 2 ** min(circuit.opened, 10), LONGEST_WAIT - MOST_JITTER)
    return replace(counted, blocked_until=now + doubled + jitter, opened=circuit.opened + 1)


def _counted(circuit: Circuit, outcome: Failed | NotLetIn, now: datetime) -> Circuit:
    began = circuit.first_failure_at
    in_a_row = began is not None and now - began <= WINDOW
    return replace(
        circuit,
        cause=Cause.AUTH if isinstance(outcome, NotLetIn) else Cause.TROUBLE,
        reason=outcome.reason,
        failures=circuit.failures + 1 if in_a_row else 1,
        first_failure_at=began if in_a_row else now,
        blocked_until=None,
    )
