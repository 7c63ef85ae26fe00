"""Pure: whether a channel can be staffed, and if not, why. "Don't run what you can't staff"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from config.calendar import Calendar
from responder.staffing.shifts import Person, speakers, supply_of, unsettled
from responder.staffing.what_if import Answer, Plan, answer
from responder.staffing.work import Stream


class Why(StrEnum):
    """What speaks against a channel."""

    NO_VOLUME = "no_volume"  # fewer than three weeks are known, and nobody said what to expect
    NO_PEOPLE = "no_people"  # nobody who may approve sees it
    NO_HOURS = "no_hours"  # nobody's hours are known: all count as there around the clock
    UNCOVERED = "uncovered"  # it is staffed at hours when nobody is there
    TOO_FEW = "too_few"  # those who see it have too little time
    TIGHT = "tight"  # they have the time, but not when most falls due at once
    PROMISED = "promised"  # the people somebody named are too few
    BUSY = "busy"  # with what else they answer, they have too little time
    LANGUAGE = "language"  # nobody speaks one that is answered there
    SETTINGS = "settings"  # the hours somebody named are not those of the settings


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What somebody says about a channel they want to open. `people`: of those on the roster, at
    every staffed moment."""

    hours: Calendar
    languages: tuple[str, ...] = ()
    people: int = 0


@dataclass(frozen=True, kw_only=True)
class Objection:
    """`what`: the language nobody speaks, how many hours of the week nobody is there, or how many
    people are missing at the tightest time."""

    why: Why
    what: str = ""


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A channel by itself (`alone`), and all that are answered, with it, together. `unsettled`: how
    many who see it are counted nowhere, because nobody settled their hours."""

    channel: str
    alone: Answer
    together: Answer
    unsettled: int
    objections: tuple[Objection, ...]

    @property
    def fits(self) -> bool:
        return not self.objections


def fit_of(plan: Plan, channel: str, languages: Sequence[str], asked: Asked | None = None) -> Fit:
    """Hold a channel of a plan against the people who are there. `languages`: those it is answered
    in; without any of its own in `asked`. A channel whose volume nobody knows has no stream in the
    plan: nothing is said for it then."""
    wanted = plan.only([channel])
    people = tuple(one for one in plan.people if one.sees(channel))
    alone = answer(replace(wanted, people=people))
    found = Fit(
        channel=channel,
        alone=alone,
        together=answer(plan),
        unsettled=unsettled(people, wanted.calendars),
        objections=(),
    )
    spoken = asked.languages if asked and asked.languages else tuple(languages)
    return replace(found, objections=tuple(_objections(plan, found, spoken, asked)))


def _objections(
    plan: Plan, fit: Fit, languages: Sequence[str], asked: Asked | None
) -> Iterator[Objection]:
    stream = dict(plan.streams).get(fit.channel)
    people = tuple(one for one in plan.people if one.sees(fit.channel))
    if stream is None:
        yield Objection(why=Why.NO_VOLUME)
    elif not people:
        yield Objection(why=Why.NO_PEOPLE)
    else:
        if asked is not None:
            yield from _against_the_named(fit, stream, asked)
        if fit.alone.there <= 0 and fit.unsettled:
            yield Objection(why=Why.NO_HOURS)
        else:
            for language in _unspoken(stream, people, languages, fit.channel):
                yield Objection(why=Why.LANGUAGE, what=language)
            yield from _against_the_roster(fit, plan.max_load)


def _against_the_named(fit: Fit, stream: Stream, asked: Asked) -> Iterator[Objection]:
    if asked.hours != stream.calendar:
        yield Objection(why=Why.SETTINGS)
    if asked.people < fit.alone.needed:
        yield Objection(why=Why.PROMISED)


def _unspoken(
    stream: Stream, people: Sequence[Person], languages: Sequence[str], channel: str
) -> Iterator[str]:
    calendars = {channel: stream.calendar}
    for language in languages:
        there = supply_of(speakers(people, language), calendars, stream.begins, stream.ends)
        if there.total <= 0:
            yield language


def _against_the_roster(fit: Fit, most_load: float) -> Iterator[Objection]:
    alone = fit.alone
    if bare := sum(hour.needed > 0 and hour.there <= 0 for hour in alone.hours):
        yield Objection(why=Why.UNCOVERED, what=str(bare))
    elif not alone.fits and alone.load is not None and alone.load <= most_load:
        yield Objection(why=Why.TIGHT, what=f"{alone.short:.1f}")
    elif not alone.fits:
        yield Objection(why=Why.TOO_FEW)
    elif not fit.together.fits:
        yield Objection(why=Why.BUSY)


@dataclass(frozen=True, kw_only=True)
class Load:
    """What the people of a channel had to do in a week, and the time they had for it, in hours."""

    work: float
    there: float

    @property
    def share(self) -> float | None:
        """None: nobody's hours are known."""
        return self.work / self.there if self.there > 0 else None


def is_overrun(weeks: Sequence[Load], most: float) -> bool:
    """Whether each of two weeks or more was above what people can keep up."""
    shares = [week.share for week in weeks]
    return len(shares) >= 2 and all(share is not None and share > most for share in shares)
