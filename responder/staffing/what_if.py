"""Pure: what the coming week takes and has, and what it would if something were otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from config.calendar import Calendar
from responder.staffing.demand import (
    MOST_LOAD,
    HourNeed,
    lacking,
    need_of,
    on_roster,
    open_time,
    parcels_of,
)
from responder.staffing.shifts import Calendars, Person, Present, present, supply_of
from responder.staffing.supply import Supply, minutes_since
from responder.staffing.work import Hour, Mix, Portion, Stream
from sentiment.prioritize import Level

NEW: str = "+"
"""The name of the one channel more of a question."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The coming week: what each channel brings, by its name, and who is there."""

    streams: tuple[tuple[str, Stream], ...]
    people: tuple[Person, ...]
    shrinkage: float = 0.0
    max_load: float = MOST_LOAD

    @property
    def calendars(self) -> Calendars:
        return {name: stream.calendar for name, stream in self.streams}

    def only(self, names: Iterable[str]) -> Plan:
        wanted = set(names)
        return replace(self, streams=tuple(one for one in self.streams if one[0] in wanted))


@dataclass(frozen=True, kw_only=True)
class Change:
    """A question: `one_more`: mentions a week of one channel more; `fewer`: people who are not
    there, those with most hours first; `within`: everything is answered so soon, at the latest;
    `minutes`: so long a reply takes. What is None stays as it is."""

    one_more: float | None = None
    fewer: int = 0
    within: timedelta | None = None
    minutes: float | None = None


@dataclass(frozen=True, kw_only=True)
class Hourly:
    start: datetime
    needed: int  # on the roster
    there: float


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`needed`: people on the roster, at every staffed moment; `load`: work by the time people have
    for it (None: they have none); `short`: how many more it takes, at every staffed moment, beside
    those who are on the roster, so that all can be in time; `work`, `there`: hours."""

    mentions: float
    needed: int
    load: float | None
    short: float
    work: float
    there: float
    hours: tuple[Hourly, ...]

    @property
    def fits(self) -> bool:
        return self.work == 0 or (self.load is not None and self.short <= 0)


def ask(plan: Plan, change: Change) -> Answer:
    """What the week would be like."""
    return answer(changed(plan, change))


def changed(plan: Plan, change: Change) -> Plan:
    if change.one_more is not None and plan.streams:
        plan = _one_more(plan, change.one_more)
    if change.fewer:
        plan = replace(plan, people=_without(plan, change.fewer))
    if change.within is not None:
        limit = change.within
        plan = _each(plan, lambda stream: replace(stream, mix=_sooner(stream.mix, limit)))
    if change.minutes is not None:
        minutes = change.minutes
        plan = _each(plan, lambda stream: replace(stream, minutes=minutes))
    return plan


def answer(plan: Plan) -> Answer:
    """What the week is like. Channels that keep the same hours are one stream: whoever is free
    answers what is due first, wherever it stands."""
    if not plan.streams:
        return _NOTHING
    pooled = pool(plan.streams)
    needs = [need_of(stream, plan.max_load) for stream in pooled]
    begin, end = pooled[0].begins, pooled[0].ends
    there = supply_of(plan.people, plan.calendars, begin, end + timedelta(days=7))
    starts = [hour.start for hour in pooled[0].hours]
    work = sum(need.work for need in needs)
    minutes = there.between(0, minutes_since(begin, end)) * (1 - plan.shrinkage)
    return Answer(
        mentions=sum(stream.mentions for stream in pooled),
        needed=on_roster(sum(need.people for need in needs), plan.shrinkage),
        load=work / minutes if minutes else None,
        short=_short(pooled, there, plan),
        work=work / 60,
        there=minutes / 60,
        hours=_hourly([need.hours for need in needs], present(there, begin, starts), plan),
    )


_NOTHING = Answer(mentions=0, needed=0, load=None, short=0, work=0, there=0, hours=())


def pool(streams: Sequence[tuple[str, Stream]]) -> tuple[Stream, ...]:
    """Streams of the same hours as one each; the mix of several is that of their mentions."""
    together: dict[tuple[Calendar, float], list[Stream]] = defaultdict(list)
    for _, stream in streams:
        together[stream.calendar, stream.minutes].append(stream)
    return tuple(_sum(ones) for ones in together.values())


def _sum(streams: Sequence[Stream]) -> Stream:
    first, mentions = streams[0], sum(stream.mentions for stream in streams)
    if len(streams) == 1 or not mentions:
        return first
    shares: dict[tuple[Level, timedelta], float] = defaultdict(float)
    for stream in streams:
        for portion in stream.mix:
            shares[portion.level, portion.within] += portion.share * stream.mentions / mentions
    hours = tuple(
        Hour(start=same[0].start, mentions=sum(hour.mentions for hour in same))
        for same in zip(*(stream.hours for stream in streams), strict=True)
    )
    mix = tuple(
        Portion(level=level, share=share, within=within)
        for (level, within), share in sorted(shares.items())
    )
    return replace(first, hours=hours, mix=mix)


def _short(pooled: Sequence[Stream], there: Supply, plan: Plan) -> float:
    """By the tightest window of all streams together, and by the load nobody keeps up."""
    begin, end = pooled[0].begins, pooled[0].ends
    parcels = [parcel for stream in pooled for parcel in parcels_of(stream)]
    widest = max((open_time(stream) for stream in pooled), key=lambda clock: clock.total)
    at_work = there.scaled(1 - plan.shrinkage)
    whole = minutes_since(begin, end)
    work = sum(need_of(stream, plan.max_load).work for stream in pooled)
    opened = widest.between(0, whole)
    even = (work / plan.max_load - at_work.between(0, whole)) / opened if opened else 0.0
    return max(even, lacking(parcels, at_work, widest)) / (1 - plan.shrinkage)


def _hourly(
    needs: Sequence[tuple[HourNeed, ...]], there: Sequence[Present], plan: Plan
) -> tuple[Hourly, ...]:
    return tuple(
        Hourly(
            start=present.start,
            needed=on_roster(sum(need.people for need in same), plan.shrinkage),
            there=present.people,
        )
        for present, *same in zip(there, *needs, strict=True)
    )


def _one_more(plan: Plan, mentions: float) -> Plan:
    """As busy at each hour as the others are together, with their mix and the longest hours."""
    whole = _sum([stream for _, stream in plan.streams])
    by_width = max((one for _, one in plan.streams), key=lambda one: open_time(one).total)
    factor = mentions / whole.mentions if whole.mentions else 0.0
    even = mentions / len(whole.hours)
    hours = tuple(
        replace(hour, mentions=hour.mentions * factor if factor else even) for hour in whole.hours
    )
    stream = replace(whole, hours=hours, calendar=by_width.calendar)
    return replace(plan, streams=(*plan.streams, (NEW, stream)))


def _without(plan: Plan, number: int) -> tuple[Person, ...]:
    stream = plan.streams[0][1] if plan.streams else None
    if stream is None:
        return plan.people

    def hours(one: Person) -> float:
        return supply_of([one], plan.calendars, stream.begins, stream.ends).total

    return tuple(sorted(plan.people, key=hours, reverse=True)[number:])


def _sooner(mix: Mix, limit: timedelta) -> Mix:
    return tuple(replace(portion, within=min(portion.within, limit)) for portion in mix)


def _each(plan: Plan, change: Callable[[Stream], Stream]) -> Plan:
    return replace(plan, streams=tuple((name, change(stream)) for name, stream in plan.streams))
