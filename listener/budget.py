"""The ledger: what channels that cost money have spent, and whether a call still fits.

The worst a call may cost is on disk before it is made, and becomes what it did cost afterwards. A
process that dies in between leaves the worst case standing: the budget may be left unused by that
much, but it is never overdrawn.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from config.clock import Clock
from config.database import Database
from config.ids import new_id
from listener.channels.errors import BudgetSpent, Unavailable
from listener.channels.metering import NOTHING, Charge, Meter, Use
from listener.models import SpendEntry
from listener.pots import (
    MICROS,
    POT_OF,
    Room,
    Used,
    budget_micros,
    day_start,
    month_start,
    patience,
    room,
)

log = logging.getLogger(__name__)

ASK_AGAIN: Final = timedelta(hours=1)
"""So often a reply asks again for money: somebody may have raised the budget meanwhile."""


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """Gives each channel its meter."""

    database: Database
    clock: Clock

    def meter(self, channel: str, monthly_budget_usd: float) -> Meter:
        """The meter of a channel (listener.channels.metering.Metering)."""
        return _Purse(self.database, self.clock, channel, budget_micros(monthly_budget_usd))


class _Purse:
    """The meter of one channel. Holds nothing: all that counts is in the database, for every
    thread and process alike."""

    def __init__(self, database: Database, clock: Clock, channel: str, budget: int) -> None:
        self._database, self._clock = database, clock
        self._channel, self._budget = channel, budget

    def room(self, use: Use) -> int | None:
        try:
            with self._database.read() as session:
                return self._room(session, use, self._clock()).micros
        except SQLAlchemyError as error:
            raise _unreadable(error) from None

    def pressure(self) -> float:
        try:
            with self._database.read() as session:
                return patience(self._budget, used_by(session, self._channel, self._clock()))
        except SQLAlchemyError:
            return 1.0

    def reserve(self, use: Use, operation: str, micros: int) -> Charge:
        if micros == 0:
            return NOTHING
        now = self._clock()
        entry = SpendEntry(
            id=new_id(), channel=self._channel, at=now, use=use, operation=operation, micros=micros
        )
        try:
            # One BEGIN IMMEDIATE: nobody can take the same money between the sum and the entry.
            with self._database.write() as session:
                left = self._room(session, use, now)
                if micros > left.micros:
                    raise _spent(self._channel, use, micros, left, now)
                session.add(entry)
        except SQLAlchemyError as error:
            raise _unreadable(error) from None
        return _Reserved(self._database, entry)

    def _room(self, session: Session, use: Use, now: datetime) -> Room:
        return room(use, self._budget, used_by(session, self._channel, now), now)


class _Reserved:
    """One call under way: an entry of its own until it is settled."""

    def __init__(self, database: Database, entry: SpendEntry) -> None:
        self._database, self._entry = database, entry

    def settle(self, micros: int) -> None:
        if micros > self._entry.micros:
            log.warning(
                "%s cost %s, more than its worst case %s: are the prices right?",
                self._entry.operation, usd(micros), usd(self._entry.micros),
            )  # fmt: skip
        try:
            with self._database.write() as session:
                ours = SpendEntry.id == self._entry.id
                gone = session.execute(delete(SpendEntry).where(ours).returning(SpendEntry.id))
                if gone.first() is not None and micros:
                    _add_to_its_day(session, self._entry, micros)
        except SQLAlchemyError:
            # The call was made and must be told of. Its worst case stays booked: the safe side.
            log.warning("the cost of %s could not be written down", self._entry.operation)


def _add_to_its_day(session: Session, entry: SpendEntry, micros: int) -> None:
    """Settled calls of a day are one entry for each use and operation, so that the sum of a month
    stays quick: it is made before every call."""
    day = day_start(entry.at)
    added = session.execute(
        update(SpendEntry)
        .where(
            SpendEntry.channel == entry.channel,
            SpendEntry.at == day,
            SpendEntry.use == entry.use,
            SpendEntry.operation == entry.operation,
            SpendEntry.settled,
        )
        .values(micros=SpendEntry.micros + micros)
        .returning(SpendEntry.id)
    )
    if added.first() is None:
        session.add(
            SpendEntry(
                id=new_id(), channel=entry.channel, at=day, use=entry.use,
                operation=entry.operation, micros=micros, settled=True,
            )
        )  # fmt: skip


def usd(micros: int) -> str:
    """An amount as people read it: in whole cents, or in full where it has a part of one."""
    return f"${micros / MICROS:.2f}" if micros % 10_000 == 0 else f"${micros / MICROS:.3f}"


def used_by(session: Session, channel: str, now: datetime) -> Used:
    """What each use of a channel took, settled or still set aside."""
    today = case((SpendEntry.at >= day_start(now), SpendEntry.micros), else_=0)
    rows = session.execute(
        select(SpendEntry.use, func.sum(SpendEntry.micros), func.sum(today))
        .where(SpendEntry.channel == channel, SpendEntry.at >= month_start(now))
        .group_by(SpendEntry.use)
    ).all()
    return Used(
        month={Use(use): int(month) for use, month, _ in rows},
        today={Use(use): int(day) for use, _, day in rows},
    )


def _spent(channel: str, use: Use, micros: int, left: Room, now: datetime) -> BudgetSpent:
    detail = (
        f"the {left.period}'s money for {POT_OF[use]} is spent: {use} needs up to {usd(micros)},"
        f" {usd(left.micros)} are left until {left.until:%d %B}"
        f" (channels.{channel}.monthly_budget_usd)"
    )
    return BudgetSpent(until=min(left.until, now + ASK_AGAIN), detail=detail)


def _unreadable(error: SQLAlchemyError) -> Unavailable:
    return Unavailable(f"nobody can say what money is left ({type(error).__name__})")
