"""The coming week as the desk shows it: what it takes, who is there, whether each channel fits;
what the last two weeks were like; and what waits now."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from listener.trends.scope import Scope
from listener.trends.steps import By, start_of_hour
from listener.trends.volume import volume_of as counted
from responder.bot import Bot
from responder.staffing.ahead import Advice, Ahead, advice, look_ahead
from responder.staffing.fit import Asked, Fit, Load, fit_of
from responder.staffing.models import ChannelOpening
from responder.staffing.openings import all_latest
from responder.staffing.reading import Mixes, minutes_each, mixes_of, people_of, queue_of
from responder.staffing.shifts import Person, supply_of
from responder.staffing.volume import DAYS, Source, Volume, expected, volume_of
from responder.staffing.what_if import Plan
from responder.staffing.work import Hour, Stream

WEEKS: Final = 2


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """`careful` plans by what four of five hours stay under, `likely` by what is expected; both of
    the channels that are answered. `volumes` and `streams`: of every channel of which anything is
    known, answered or not; the streams are the careful ones."""

    now: datetime
    people: tuple[Person, ...]
    openings: Mapping[str, ChannelOpening]
    volumes: Mapping[str, Volume]
    streams: Mapping[str, Stream]
    mixes: Mixes
    minutes: float
    careful: Plan
    likely: Plan

    def is_open(self, channel: str) -> bool:
        return is_answered(self.openings, channel)


def is_answered(openings: Mapping[str, ChannelOpening], channel: str) -> bool:
    row = openings.get(channel)
    return row is None or row.is_open


def outlook(bot: Bot, now: datetime, channels: Collection[str], days: int = DAYS) -> Outlook:
    """Of these channels, from the next full hour on. A week, unless so many days are asked for."""
    names = [name for name in bot.channels if name in channels]
    with bot.database.read() as session:
        people, openings = people_of(bot, session), all_latest(session, bot.channels)
    volumes: dict[str, Volume] = {}
    for name in names:
        row = openings.get(name)
        if (found := volume_of(bot, name, now, row.weekly if row else None, days)) is not None:
            volumes[name] = found
    mixes, minutes = mixes_of(bot, now), minutes_each(bot, now)

    def stream(name: str, hours: tuple[Hour, ...]) -> Stream:
        calendar = bot.calendar(name)
        return Stream(hours=hours, mix=mixes.of(name), minutes=minutes, calendar=calendar)

    streams = {name: stream(name, one.careful) for name, one in volumes.items()}
    likely = {name: stream(name, one.likely) for name, one in volumes.items()}
    return Outlook(
        now=now,
        people=people,
        openings=openings,
        volumes=volumes,
        streams=streams,
        mixes=mixes,
        minutes=minutes,
        careful=_plan(bot, people, streams, openings),
        likely=_plan(bot, people, likely, openings),
    )


def fit_now(
    bot: Bot, found: Outlook, channel: str, asked: Asked | None = None, weekly: float | None = None
) -> Fit:
    """Whether a channel fits beside those that are answered. `weekly` counts where there is no
    forecast yet."""
    streams = {name: one for name, one in found.streams.items() if found.is_open(name)}
    if channel in found.streams:
        streams[channel] = found.streams[channel]
    known = found.volumes.get(channel)
    if weekly is not None and (known is None or known.source is Source.EXPECTED):
        streams[channel] = Stream(
            hours=expected(bot, found.now, weekly).careful,
            mix=found.mixes.of(channel),
            minutes=found.minutes,
            calendar=bot.calendar(channel),
        )
    plan = replace(found.careful, streams=tuple(streams.items()))
    return fit_of(plan, channel, bot.settings.brand.languages, asked)


def _plan(
    bot: Bot,
    people: tuple[Person, ...],
    streams: Mapping[str, Stream],
    openings: Mapping[str, ChannelOpening],
) -> Plan:
    settings = bot.settings.staffing
    return Plan(
        streams=tuple((name, one) for name, one in streams.items() if is_answered(openings, name)),
        people=people,
        shrinkage=settings.shrinkage,
        max_load=settings.max_load,
    )


def load_of(bot: Bot, now: datetime, channels: Collection[str]) -> dict[str, tuple[Load, ...]]:
    """Of each channel that is answered, and of all together (""): the last two weeks, the older
    one first. Who is there is as the roster has it today."""
    with bot.database.read() as session:
        people, openings = people_of(bot, session), all_latest(session, bot.channels)
    names = [name for name in bot.channels if name in channels and is_answered(openings, name)]
    # By full hours: those are counted already.
    end = start_of_hour(now, bot.zone)
    weeks = [(end - timedelta(weeks=n), end - timedelta(weeks=n - 1)) for n in (WEEKS, 1)]
    work = [_work(bot, names, now, *week) for week in weeks]
    groups = [(name, [name]) for name in names] + ([("", names)] if len(names) > 1 else [])
    return {
        key: tuple(
            Load(work=sum(own[name] for name in group), there=_there(bot, people, group, *week))
            for own, week in zip(work, weeks, strict=True)
        )
        for key, group in groups
    }


def ahead_of(bot: Bot, session: Session, now: datetime, channels: Collection[str]) -> Ahead | None:
    """What waits now on these channels. None while nobody's hours are known."""
    settings = bot.settings.staffing
    calendars = {name: bot.calendar(name) for name in bot.channels if name in channels}
    return look_ahead(
        queue_of(session, now, frozenset(calendars)),
        people_of(bot, session),
        calendars,
        minutes=minutes_each(bot, now),
        now=now,
        at_desk=1 - settings.shrinkage,
    )


def advice_on(bot: Bot, ahead: Ahead, *, week_is_short: bool) -> tuple[Advice, ...]:
    by_itself = any(channel.options.auto_reply for channel in bot.channels.values())
    return advice(ahead, week_is_short=week_is_short, answers_by_itself=by_itself)


def _work(
    bot: Bot, names: Collection[str], now: datetime, begin: datetime, end: datetime
) -> dict[str, float]:
    """Hours of people's time, by channel."""
    mixes, minutes = mixes_of(bot, now), minutes_each(bot, now)
    scope = Scope(start=begin, end=end, by=By.WEEK, zone=bot.zone, channels=frozenset(names))
    found = dict.fromkeys(names, 0.0)
    for bucket in counted(bot.database, scope):
        share = sum(portion.share for portion in mixes.of(bucket.channel))
        found[bucket.channel] += bucket.mentions * share * minutes / 60
    return found


def _there(
    bot: Bot, people: tuple[Person, ...], names: Collection[str], begin: datetime, end: datetime
) -> float:
    """Hours people had for these channels."""
    calendars = {name: bot.calendar(name) for name in names}
    return (
        supply_of(people, calendars, begin, end).total / 60 * (1 - bot.settings.staffing.shrinkage)
    )
