"""How one channel is doing, ready to be shown: its streams, breakers, gaps, money and token."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from listener.channels.base import Channel, Report
from listener.health import (
    BreakerState,
    ChannelHealth,
    GapState,
    StreamHealth,
    breaker_state,
    channel_health,
    gap_state,
)
from listener.models import Breaker, Gap
from listener.pots import next_month
from listener.spending import Spending, spending
from responder.bot import Bot
from responder.desk import holding
from responder.desk.sizes import seconds
from responder.desk.tongue import _
from responder.desk.words import ago, span
from responder.health.held import held_channels
from responder.pause import level_for, stops_polling
from responder.pulse import Pulse


@dataclass(frozen=True, kw_only=True)
class StreamLine:
    """`lag`: how far it is behind, "" where it is not; `next`: when it is read again."""

    name: str
    read: str
    lag: str
    next: str
    failures: int
    error: str


@dataclass(frozen=True, kw_only=True)
class Money:
    """`until`: when the month ends, and with it what was used."""

    spending: Spending
    until: datetime


@dataclass(frozen=True, kw_only=True)
class ChannelCard:
    """`held`: why nothing leaves there, in words. `pressure`: by how much polling is stretched.
    `report`: what the network said when it was last asked who we are, `asked` when that was; None
    where nobody has asked in this process."""

    name: str
    label: str
    channel: Channel
    health: ChannelHealth
    rests: bool
    held: str
    streams: tuple[StreamLine, ...]
    breakers: tuple[tuple[Breaker, BreakerState], ...]
    gaps: tuple[tuple[Gap, GapState], ...]
    pressure: float
    money: Money | None
    report: Report | None
    asked: str


def channel_card(bot: Bot, pulse: Pulse | None, name: str) -> ChannelCard:
    """Everything about one configured channel, as it stands now."""
    now, channel, health = bot.clock(), bot.channels[name], channel_health(bot.database, name)
    with bot.database.read() as session:
        rests = stops_polling(level_for(session, name, bot.pause_file))
        held = held_channels(session, bot).get(name)
    interval = timedelta(seconds=channel.options.poll_seconds * channel.pressure())
    return ChannelCard(
        name=name,
        label=channel.declaration.label,
        channel=channel,
        health=health,
        rests=rests,
        held=holding.sentence(held, channel.declaration.label, now, bot.zone) if held else "",
        streams=tuple(stream_line(one, interval, now, rests=rests) for one in health.streams),
        breakers=tuple(_not_closed(health, now)),
        gaps=tuple((gap, gap_state(gap, now)) for gap in (*health.gaps, *health.filled)),
        pressure=channel.pressure(),
        money=_money(bot, channel, now),
        report=pulse.reports.get(name) if pulse else None,
        asked=_asked(pulse, name, now),
    )


def stream_line(
    stream: StreamHealth, interval: timedelta, now: datetime, *, rests: bool
) -> StreamLine:
    """One stream in words. Pure."""
    return StreamLine(
        name=stream.name,
        read=ago(stream.fetched_at, now) if stream.fetched_at else "",
        lag=_lag(stream, interval, now),
        next=_("rests while paused") if rests else _next(stream, interval, now),
        failures=stream.failures,
        error=stream.error,
    )


def _lag(stream: StreamHealth, interval: timedelta, now: datetime) -> str:
    """It is behind if its last rounds left something to be read, or none went well for long."""
    if stream.finished_at is None:
        return _("never up to date") if stream.fetched_at else ""
    behind = now - stream.finished_at
    return span(behind) if behind > 3 * interval + timedelta(minutes=1) else ""


def _next(stream: StreamHealth, interval: timedelta, now: datetime) -> str:
    due = stream.fetched_at + interval if stream.fetched_at else now
    if stream.not_before is not None and stream.not_before > max(due, now):
        return _("waits %(time)s", time=_soon(stream.not_before - now))
    return _("in %(time)s", time=_soon(due - now)) if due > now else _("now")


def _soon(length: timedelta) -> str:
    return seconds(max(1, round(length.total_seconds())))


def _not_closed(health: ChannelHealth, now: datetime) -> Iterator[tuple[Breaker, BreakerState]]:
    for row in health.breakers:
        state = breaker_state(row, now)
        if state is not BreakerState.CLOSED:
            yield row, state


def _money(bot: Bot, channel: Channel, now: datetime) -> Money | None:
    if channel.declaration.prices_checked is None:
        return None
    found = spending(bot.database, channel.name, now, channel.options)
    return Money(spending=found, until=next_month(now))


def _asked(pulse: Pulse | None, name: str, now: datetime) -> str:
    """When the network was last asked who we are there."""
    for beat in pulse.beats if pulse else ():
        if beat.name == f"check {name}" and beat.ok_ago is not None:
            return ago(now - timedelta(seconds=beat.ok_ago), now)
    return ""
