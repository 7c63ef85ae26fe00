"""What a network, or the way to it, did not do: few, typed errors that say whether to try again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


class ChannelError(Exception):
    """Something the network, or the way to it, did not do. The text is fit for a person to read.

    `held_until` is set where we did not even ask, because the network is to be left alone so long
    (listener/guard.py): that is no failure of this very call.
    """

    held_until: datetime | None = None


@dataclass(eq=False)
class Unavailable(ChannelError):
    """Not now, through nobody's fault. Nothing was changed on the network: try again."""

    detail: str
    retry_after: float | None = None  # seconds, when the network says so

    def __str__(self) -> str:
        return self.detail


@dataclass(eq=False)
class TooLarge(Unavailable):
    """The answer to a read was more than we take. Asked for less, the network may give it."""


@dataclass(eq=False)
class RateLimited(ChannelError):
    """Not before `until`. `scope` says what is blocked: "call", "account" or "app"."""

    until: datetime
    scope: str = "account"
    detail: str = ""

    def __str__(self) -> str:
        told = f"rate limit until {self.until:%Y-%m-%d %H:%M:%S} UTC ({self.scope}) {self.detail}"
        return told.rstrip()


@dataclass(eq=False)
class AuthFailed(ChannelError):
    """The network does not accept who we say we are. `action` tells a human what to do."""

    action: str

    def __str__(self) -> str:
        return self.action


@dataclass(eq=False)
class BudgetSpent(ChannelError):
    """The money or the network's monthly allowance is used up until then. `by_network`: it said so
    itself; else it is our own reckoning, and nobody was asked."""

    until: datetime | None = None
    detail: str = ""
    by_network: bool = False

    def __str__(self) -> str:
        return self.detail or "the budget is spent"


@dataclass(eq=False)
class PolicyBlock(ChannelError):
    """The network took offence and stopped all our writing there. Writing on makes it worse."""

    until: datetime
    detail: str

    def __str__(self) -> str:
        return f"{self.detail} (no writing until {self.until:%Y-%m-%d %H:%M} UTC)"


@dataclass(eq=False)
class Refused(ChannelError):
    """The network will not do this, and asking again would not help, unless somebody changes
    something; `for_good`: whatever anybody changes."""

    reason: str
    by_hand: bool = field(default=False)  # True: a person may still do it in the network's app
    for_good: bool = field(default=False)

    def __str__(self) -> str:
        return self.reason


@dataclass(eq=False)
class Gone(ChannelError):
    """What we wanted to read, answer or hide is no longer there."""

    detail: str = "it is no longer there"

    def __str__(self) -> str:
        return self.detail


@dataclass(eq=False)
class Unknown(ChannelError):
    """A write whose outcome nobody knows. Never repeat it before reading back.

    `repetition`: the network says that this was posted before. Perhaps by us, and then it stands;
    if not, only other words will do.
    """

    detail: str
    repetition: bool = False

    def __str__(self) -> str:
        return self.detail
