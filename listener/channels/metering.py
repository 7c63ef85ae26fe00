"""What a paid call must do before and after it is made: set money aside, then book what it cost.

Money is counted in micros, whole millionths of a US dollar: no fraction is ever lost or made up.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol


class Use(StrEnum):
    """What a call is for: each has its own right to the money there is."""

    REPLY = "reply"  # a reply, the look at the mention before it, the reading back after it
    MENTIONS = "mentions"  # what speaks to us
    SEARCH = "search"  # what keywords find
    OWN = "own"  # our own posts, and second looks at what waits at the desk
    REPAIR = "repair"  # filling gaps, counting hours
    CHECK = "check"  # `check`: who are we, what does the network say we used


class Charge(Protocol):
    """Money set aside for one call. Whatever becomes of us, it stays spent until it is settled."""

    def settle(self, micros: int) -> None:
        """Book what the call cost; 0 if the network surely did not bill it. Never raises."""


class Meter(Protocol):
    """The purse of one channel. Safe to use from several threads and processes."""

    def room(self, use: Use) -> int | None:
        """How many micros fit right now; None: it costs nothing, so there is no end to it."""

    def pressure(self) -> float:
        """By how much to stretch the time between two polls, as the money runs low: 1 is normal.
        Never raises."""

    def reserve(self, use: Use, operation: str, micros: int) -> Charge:
        """Set aside the worst a call may cost, on disk when this returns.

        Raises BudgetSpent when it does not fit, and Unavailable when nobody can say: either way the
        call must not be made.
        """


Metering = Callable[[str, float], Meter]
"""Opens the meter of a channel: its name and its monthly budget in US dollars."""


class _Nothing:
    def settle(self, micros: int) -> None:
        return


NOTHING: Charge = _Nothing()
"""The charge of a call that costs nothing."""


class Free:
    """The meter of a network that costs nothing."""

    def room(self, use: Use) -> int | None:
        return None

    def pressure(self) -> float:
        return 1.0

    def reserve(self, use: Use, operation: str, micros: int) -> Charge:
        return NOTHING


def free(_name: str, _monthly_budget_usd: float) -> Meter:
    """Metering where nothing costs anything."""
    return Free()
