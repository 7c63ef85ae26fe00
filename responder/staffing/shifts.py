"""Pure: who of the team is there at which hour, for which channel and language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.calendar import Calendar, Stretch
from listener.stretches import together
from responder.staffing.supply import Span, Supply, minutes_since, spans_of
from responder.staffing.work import HOUR

Calendars = Mapping[str, Calendar]
"""When each channel is staffed, by its name."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who may approve. `own`: their hours; None: those of the channels they see, empty
    `channels` being all. No languages: they answer in all."""

    agent_id: str
    own: Calendar | None = None
    channels: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()

    def sees(self, channel: str) -> bool:
        return not self.channels or channel in self.channels

    def speaks(self, language: str) -> bool:
        return not self.languages or language in self.languages

    def stretches(self, channels: Calendars, begin: datetime, end: datetime) -> list[Stretch]:
        """When they are there for any of the channels, in order. Nobody works around the clock:
        whose hours nobody settled, on channels that are always staffed, is not counted at all."""
        kept = [calendar for name, calendar in channels.items() if self.sees(name)]
        if self.own is not None:
            kept = [self.own] if kept else []
        elif any(calendar.always for calendar in kept):
            kept = []
        return together(part for calendar in kept for part in calendar.stretches(begin, end))

    def hours_known(self, channels: Calendars) -> bool:
        """False if there is nothing to tell when they are there."""
        return self.own is not None or not any(
            calendar.always for name, calendar in channels.items() if self.sees(name)
        )


@dataclass(frozen=True, kw_only=True)
class Present:
    """How many people are there in the hour from `start` on; parts of an hour are parts of one."""

    start: datetime
    people: float


def supply_of(
    people: Iterable[Person], channels: Calendars, begin: datetime, end: datetime
) -> Supply:
    """The person-minutes they have for these channels together, since `begin`. Each counts once,
    however many channels they see."""
    return Supply(span for one in people for span in spans_for(one, channels, begin, end))


def spans_for(person: Person, channels: Calendars, begin: datetime, end: datetime) -> list[Span]:
    return spans_of(person.stretches(channels, begin, end), begin)


def present(supply: Supply, begin: datetime, starts: Sequence[datetime]) -> tuple[Present, ...]:
    """Hour by hour, of a supply that is counted since `begin`."""
    since = [minutes_since(begin, start) for start in starts]
    until = [minutes_since(begin, start + HOUR) for start in starts]
    there = ((supply.until(until) - supply.until(since)) / 60).tolist()
    return tuple(
        Present(start=start, people=people) for start, people in zip(starts, there, strict=True)
    )


def speakers(people: Iterable[Person], language: str) -> tuple[Person, ...]:
    return tuple(one for one in people if one.speaks(language))


def unsettled(people: Iterable[Person], channels: Calendars) -> int:
    """How many are counted nowhere, because nobody settled their hours."""
    return sum(not one.hours_known(channels) for one in people)
