"""Pure: how long one customer has waited for us in one conversation, beside what we promised.

Three clocks, made of what happened and of nothing else, each time somebody asks: so a changed
calendar counts for what is past as well. *First*: until our first answer. *Next*: until our answer
to what the customer wrote after it. *Resolution*: until the matter is settled. Their time is that
of the channel's calendar, of a P1 every hour. They pause only while we wait for the customer.

The rules follow those of help desks: what activates, pauses, fulfils and breaches a metric
(https://developer.zendesk.com/documentation/ticketing/reference-guides/ticket-metric-event-types-reference)
and what first, next and resolution mean
(https://www.plain.com/docs/graphql/tiers/service-level-agreements.md; both read 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby

from config.calendar import Calendar, Stretch
from listener.stretches import FOREVER, together, without
from listener.timing import Timing, hours_of, timing_of
from sentiment.prioritize import RESOLVE_WITHIN, Level


class Kind(StrEnum):
    """What can happen in a conversation. No row tells yet of `ACKNOWLEDGED` (we send none),
    `RESOLVED` (a conversation has no status yet), or of a `HANDED_OVER` that is no answer."""

    WROTE = "wrote"  # the customer, for the first time or again
    ANSWERED = "answered"  # a human, or a reply with substance by policy, here or in the app
    ACKNOWLEDGED = "acknowledged"  # "we got it", by itself: stops no clock
    VANISHED = "vanished"  # an answer of ours does not stand any more
    HANDED_OVER = "handed over"  # it is the customer's turn: we wait
    DISMISSED = "dismissed"  # a text that gets no answer, or was deleted
    RESOLVED = "resolved"  # the matter is settled


@dataclass(frozen=True, kw_only=True)
class Event:
    """`text` is the customer's text it is about: an answer answers that one and what the same
    customer wrote before it, and no later one. Empty: all that was written until then. `answer`
    names an answer, so that it can vanish. `level` and `within` (of staffed time) are the promise
    to a text."""

    at: datetime
    kind: Kind
    text: str = ""
    answer: str = ""
    level: Level = Level.P4
    within: timedelta = timedelta()


@dataclass(frozen=True, kw_only=True)
class Clocks:
    """None where there is nothing to wait for: no text that wants an answer, or none again."""

    first: Timing | None = None
    next: Timing | None = None
    resolution: Timing | None = None


@dataclass(frozen=True, kw_only=True)
class _Hold:
    """What holds for the texts written `upto` then, from one moment to before another."""

    upto: datetime
    begins: datetime
    ends: datetime


@dataclass(frozen=True, kw_only=True)
class _Story:
    """The events by kind, in order. `dismissed`: by text, when."""

    wrote: Sequence[Event]
    answered: Sequence[_Hold]
    handed_over: Sequence[_Hold]
    resolved: Sequence[_Hold]
    dismissed: Mapping[str, datetime]


@dataclass(frozen=True, kw_only=True)
class _Text:
    """A text that wants an answer, and how it waits for it: since then, until `ended` (FOREVER:
    it still does), but for the `pauses`."""

    wrote: Event
    since: datetime
    ended: datetime
    pauses: Sequence[Stretch]
    dropped_at: datetime | None

    @property
    def dropped(self) -> bool:
        return self.dropped_at is not None and self.ended == FOREVER


def clocks(events: Iterable[Event], *, calendar: Calendar, now: datetime) -> Clocks:
    """The clocks of one customer in one conversation. The order of `events` does not matter; what
    lies after `now` counts as if it had not happened."""
    story = _tell(sorted((event for event in events if event.at <= now), key=_order))
    texts = _texts(story)
    if not texts:
        return Clocks()
    rounds = _rounds(texts, calendar, now)
    return Clocks(
        first=rounds[0],
        next=rounds[-1] if len(rounds) > 1 else None,
        resolution=_resolution(texts, story, calendar, now),
    )


def answers(events: Iterable[Event], *, calendar: Calendar, now: datetime) -> list[Timing]:
    """Every wait for an answer of one customer in one conversation, in order: what `clocks` calls
    first, what it calls next, and all between."""
    story = _tell(sorted((event for event in events if event.at <= now), key=_order))
    return _rounds(_texts(story), calendar, now)


def _texts(story: _Story) -> list[_Text]:
    every = [_text(wrote, story) for wrote in story.wrote]
    return [text for text in every if not text.dropped] or every


def _rounds(texts: Sequence[_Text], calendar: Calendar, now: datetime) -> list[Timing]:
    """Whatever answers a text answers the ones before it: so these stand together already."""
    rounds = groupby(texts, key=lambda text: text.ended)
    return [_reply(list(group), calendar, now) for _, group in rounds]


def _order(event: Event) -> tuple[datetime, str, str, str]:
    return event.at, event.kind, event.text, event.answer


def _tell(events: Sequence[Event]) -> _Story:
    wrote = [event for event in events if event.kind is Kind.WROTE]
    written = {event.text: event.at for event in wrote}
    vanished = {event.answer: event.at for event in events if event.kind is Kind.VANISHED}

    def holds(kind: Kind) -> list[_Hold]:
        return [
            _Hold(
                upto=written.get(event.text, event.at),
                begins=event.at,
                ends=vanished.get(event.answer, FOREVER) if event.answer else FOREVER,
            )
            for event in events
            if event.kind is kind
        ]

    return _Story(
        wrote=wrote,
        answered=holds(Kind.ANSWERED),
        handed_over=holds(Kind.HANDED_OVER),
        resolved=holds(Kind.RESOLVED),
        dismissed={event.text: event.at for event in events if event.kind is Kind.DISMISSED},
    )


def _text(wrote: Event, story: _Story) -> _Text:
    answered = together(_covering(wrote, story.answered))
    stands = bool(answered) and answered[-1][1] == FOREVER
    gaps = [wrote.at, *(ends for _, ends in answered)]  # from each of these on it had no answer
    since = gaps[-2] if stands else gaps[-1]
    ended_by = [begins for begins, _ in _covering(wrote, story.resolved)]
    if wrote.text in story.dismissed:
        ended_by.append(story.dismissed[wrote.text])
    return _Text(
        wrote=wrote,
        since=since,
        ended=answered[-1][0] if stands else FOREVER,
        pauses=_covering(wrote, story.handed_over),
        dropped_at=max(since, min(ended_by)) if ended_by else None,
    )


def _covering(wrote: Event, holds: Iterable[_Hold]) -> list[Stretch]:
    """When any of these held for that text."""
    return [(max(h.begins, wrote.at), h.ends) for h in holds if h.upto >= wrote.at]


def _reply(texts: Sequence[_Text], calendar: Calendar, now: datetime) -> Timing:
    """Of texts that were, or will be, answered together: the one that is due first counts."""
    timings = [
        timing_of(
            (text.since, text.ended),
            text.pauses,
            promise=text.wrote.within,
            calendar=hours_of(text.wrote.level, calendar),
            now=now,
            dropped_at=text.dropped_at if text.dropped else None,
        )
        for text in texts
    ]
    return min(timings, key=lambda timing: (timing.due_at or FOREVER, timing.started_at))


def _resolution(texts: Sequence[_Text], story: _Story, calendar: Calendar, now: datetime) -> Timing:
    began = texts[0].wrote.at
    level = min(text.wrote.level for text in texts)
    last = max((hold.begins for hold in story.resolved), default=began)
    is_settled = bool(story.resolved) and texts[-1].wrote.at <= last
    with_us: list[Stretch] = []
    for text in texts:
        covered = [*text.pauses, *_covering(text.wrote, story.resolved)]
        with_us += without((text.wrote.at, FOREVER), covered)
    dropped = [text.dropped_at for text in texts if text.dropped and text.dropped_at]
    return timing_of(
        (began, last if is_settled else FOREVER),
        without((began, FOREVER), with_us),
        promise=RESOLVE_WITHIN[level],
        calendar=hours_of(level, calendar),
        now=now,
        dropped_at=max(dropped) if len(dropped) == len(texts) and not is_settled else None,
    )
