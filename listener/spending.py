"""What a channel has spent this month and what it has left. Read only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, select

from config.database import Database
from listener.budget import used_by
from listener.channels.base import ChannelOptions
from listener.channels.metering import Use
from listener.models import SpendEntry
from listener.pots import (
    NEARLY,
    Pot,
    Room,
    budget_micros,
    month_start,
    patience,
    room,
    share,
    taken,
)

_PRICES_LAST: Final = timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class PotState:
    """One pot in this UTC month: what it holds and what was taken, in micros."""

    pot: Pot
    holds: int
    taken: int

    @property
    def left(self) -> int:
        return max(self.holds - self.taken, 0)

    @property
    def percent(self) -> float:
        """How much of it was taken, 0 to 100."""
        return min(100 * self.taken / self.holds, 100.0) if self.holds else 100.0


@dataclass(frozen=True, kw_only=True)
class Spending:
    """A channel's money in this UTC month, in micros. `reserved`: the worst case of calls under way
    and of those whose end nobody saw. `by_use` counts both."""

    budget: int
    spent: int
    reserved: int
    by_use: Mapping[Use, int]
    pots: tuple[PotState, ...]
    rooms: Mapping[Use, Room]
    patience: float  # by how much the time between two polls is stretched: 1 is normal

    @property
    def left(self) -> int:
        return max(self.budget - self.spent - self.reserved, 0)

    @property
    def percent(self) -> float:
        """How much of the budget is used, 0 to 100."""
        return (
            min(100 * (self.spent + self.reserved) / self.budget, 100.0) if self.budget else 100.0
        )

    @property
    def fullest(self) -> PotState:
        """The pot that will be empty first: what to warn of, long before all the money is gone."""
        return max(self.pots, key=lambda state: state.percent)

    @property
    def is_nearly_spent(self) -> bool:
        return self.fullest.percent >= NEARLY


def spending(database: Database, channel: str, now: datetime, options: ChannelOptions) -> Spending:
    """What a channel has spent of its monthly budget, and what is left."""
    budget = budget_micros(options.monthly_budget_usd)
    with database.read() as session:
        used = used_by(session, channel, now)
        reserved = session.scalar(
            select(func.coalesce(func.sum(SpendEntry.micros), 0)).where(
                SpendEntry.channel == channel,
                SpendEntry.at >= month_start(now),
                SpendEntry.settled.is_(False),
            )
        )
    reserved = reserved or 0
    return Spending(
        budget=budget,
        spent=sum(used.month.values()) - reserved,
        reserved=reserved,
        by_use=used.month,
        pots=tuple(
            PotState(pot=pot, holds=share(pot, budget), taken=taken(pot, used.month)) for pot in Pot
        ),
        rooms={use: room(use, budget, used, now) for use in Use},
        patience=patience(budget, used),
    )


def prices_outdated(checked: date | None, now: datetime) -> bool:
    """Were a network's prices last looked up too long ago (Declaration.prices_checked)?"""
    return checked is not None and now.date() - checked > _PRICES_LAST
