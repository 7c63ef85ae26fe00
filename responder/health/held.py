"""Channels on which nothing can leave just now, though nobody paused them: keys refused, the
network down or offended, a rate limit, the money spent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from listener.channels.base import Channel
from listener.channels.metering import Use
from listener.models import Breaker, Cause, Operation
from listener.spending import spending
from responder.bot import Bot

_PROBED: Final = timedelta(minutes=15)
"""So long after its time a breaker counts as open still: it closes with the next call that goes
well, and until then nobody knows."""


class Why(StrEnum):
    """The worst first."""

    KEYS = "keys"  # the network does not accept them
    OFFENCE = "offence"  # it took offence
    DOWN = "down"  # it fails, or cannot be reached
    MONEY = "money"  # what may be spent on replies is spent
    LIMIT = "limit"  # a rate limit: passes by itself


@dataclass(frozen=True, kw_only=True)
class Held:
    """`until`: when it is worth trying again, where that is known."""

    channel: str
    why: Why
    until: datetime | None


_WHY: Final[Mapping[Cause, Why]] = {
    Cause.AUTH: Why.KEYS,
    Cause.POLICY: Why.OFFENCE,
    Cause.TROUBLE: Why.DOWN,
    Cause.LIMIT: Why.LIMIT,
}
_RANK: Final = {why: rank for rank, why in enumerate(Why)}


def held_channels(session: Session, bot: Bot) -> dict[str, Held]:
    """Those channels, each with the worst of its reasons. What is approved for them waits in the
    outbox, and leaves by itself once the reason is over."""
    found: dict[str, Held] = {}
    for held in sorted(_held(session, bot, bot.clock()), key=lambda one: _RANK[one.why]):
        found.setdefault(held.channel, held)
    return found


def of_breaker(row: Breaker, now: datetime) -> Held | None:
    """What a breaker says about sending. Before each send the mention is read once more, so that a
    network which cannot be read is not written to either; a rate limit of reading alone says
    nothing. Pure."""
    if row.blocked_until is None or row.cause is None:
        return None
    why = _WHY[row.cause]
    if why is Why.LIMIT:
        holds = row.operation is Operation.WRITE and now < row.blocked_until
    else:
        holds = now < row.blocked_until + _PROBED
    until = row.blocked_until if now < row.blocked_until else None
    return Held(channel=row.channel, why=why, until=until) if holds else None


def _held(session: Session, bot: Bot, now: datetime) -> Iterator[Held]:
    for row in session.scalars(select(Breaker).where(Breaker.blocked_until.is_not(None))):
        held = of_breaker(row, now) if row.channel in bot.channels else None
        if held is not None:
            yield held
    for channel in bot.channels.values():
        if channel.declaration.prices_checked is not None:
            yield from _without_money(bot, channel, now)


def _without_money(bot: Bot, channel: Channel, now: datetime) -> Iterator[Held]:
    left = spending(bot.database, channel.name, now, channel.options).rooms[Use.REPLY]
    cheapest = min((fee.micros for fee in channel.declaration.fees), default=0)
    if left.micros <= 0 or left.micros < cheapest:
        yield Held(channel=channel.name, why=Why.MONEY, until=left.until)
