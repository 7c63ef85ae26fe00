"""Pure: how moments, languages and judgements are put into words at the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from listener.clocks import Clocks
from listener.timing import State, Timing
from sentiment.score import Sentiment

SOON: Final = timedelta(minutes=15)
_MINUTE: Final = timedelta(minutes=1)
_STAFFED: Final = " of staffed time"
_LANGUAGES: Final[Mapping[str, str]] = {
    "it": "Italiano",
    "en": "English",
    "fr": "Français",
    "de": "Deutsch",
    "es": "Español",
    "pl": "Polski",
    "el": "Ελληνικά",
}


@dataclass(frozen=True, kw_only=True)
class Due:
    """A moment that matters, in words. `state` is late, soon, later or done: the colour beside the
    words, never instead of them. `spoken` is what a screen reader says."""

    text: str
    spoken: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """What a clock shows, behind its name."""

    name: str
    text: str
    state: str  # as of a Due


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A judgement as a shape and a word; with a "?" where we are not sure."""

    shape: str
    word: str
    state: str


MARKS: Final[Mapping[Sentiment, Mark]] = {
    Sentiment.NEGATIVE: Mark(shape="▼", word="Negative", state="negative"),
    Sentiment.NEUTRAL: Mark(shape="●", word="Neutral", state="neutral"),
    Sentiment.POSITIVE: Mark(shape="▲", word="Positive", state="positive"),
    Sentiment.UNKNOWN: Mark(shape="?", word="Not judged", state="unjudged"),
}


def mark_of(sentiment: Sentiment, confidence: float, sure_from: float) -> Mark:
    """How a mention feels, with a doubt where we are less sure than `sure_from`."""
    mark = MARKS[sentiment]
    if sentiment is Sentiment.UNKNOWN or confidence >= sure_from:
        return mark
    return Mark(shape=f"{mark.shape}?", word=f"{mark.word}, not sure", state=mark.state)


def due(due_at: datetime, now: datetime) -> Due:
    """When an answer is due, seen from `now`, by the clock on the wall."""
    left = due_at - now
    if left < timedelta(0):
        late = f"{span(-left)} late" if -left >= _MINUTE else "just now"
        return Due(text=late, spoken=late if -left >= _MINUTE else "due just now", state="late")
    if left < _MINUTE:
        return Due(text="now", spoken="due now", state="soon")
    return Due(
        text=span(left), spoken=f"due in {span(left)}", state="soon" if left < SOON else "later"
    )


def lines(clocks: Clocks, now: datetime, zone: ZoneInfo) -> tuple[Line, ...]:
    """The clocks that there are, as a person reads them. What is promised, taken and late counts as
    the clock does, and says so where that is staffed time; "in 12 min" is the clock on the wall."""
    named = (
        ("First answer", "answered", clocks.first),
        ("Next answer", "answered", clocks.next),
        ("Resolution", "settled", clocks.resolution),
    )
    return tuple(
        Line(name=name, text=text, state=state)
        for name, done, timing in named
        if timing is not None
        for text, state in (_told(done, timing, now, zone),)
    )


def _told(done: str, timing: Timing, now: datetime, zone: ZoneInfo) -> tuple[str, str]:
    """The words, and their state."""
    is_late = timing.state is State.BROKEN
    if timing.state is State.DROPPED:
        return "not owed any more", "done"
    if timing.ended_at is not None:
        how = f"{done} late," if is_late else done
        taken, promise = _counted(timing.taken, timing), _counted(timing.promise, timing, "")
        return f"{how} after {taken}, promise {promise}", "late" if is_late else "done"
    if timing.waits or timing.due_at is None:
        # It stands still: nothing grows, and there is nothing for anybody to do.
        over = f", {_over(timing)} the promise" if is_late else ""
        return f"waiting for the customer{over}", "later"
    return _waiting(timing, timing.due_at, now, zone)


def _waiting(timing: Timing, due_at: datetime, now: datetime, zone: ZoneInfo) -> tuple[str, str]:
    seen, when = due(due_at, now), _at(due_at, now, zone)
    if seen.state == "late":
        late, promise = _lateness(timing, seen), _counted(timing.promise, timing, "")
        return f"was due {when} ({late}), promise {promise}", "late"
    soon = seen.text if seen.text == "now" else f"in {seen.text}"
    promise = _counted(timing.promise, timing)
    return f"due {when} ({soon}), promise {promise}", seen.state


def _lateness(timing: Timing, seen: Due) -> str:
    if not timing.staffed or seen.text == "just now":
        return seen.text
    if timing.left >= timedelta(0):
        return "late, nobody was there since"
    return f"{_counted(-timing.left, timing)} late"


def _over(timing: Timing) -> str:
    over = -timing.left
    return f"{_counted(over, timing)} over" if over >= _MINUTE else "just over"


def _counted(length: timedelta, timing: Timing, staffed: str = _STAFFED) -> str:
    """A length as this clock counts it. Staffed hours make no days: a day has nine of them, or
    none."""
    hours, rest = divmod(int(length / _MINUTE), 60)
    whole = hours and not rest and hours < 48
    words = f"{hours} h" if whole or (timing.staffed and hours >= 48) else span(length)
    return f"{words}{staffed}" if timing.staffed else words


def _at(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """ "14:30" of today, "Mon 30 Nov, 09:15" of any other day of the year, "Mon 30 Nov 2026, 09:15"
    of another year."""
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local:%a} {local.day} {local:%b}{year}, {local:%H:%M}"


def span(length: timedelta) -> str:
    """A length of time in the unit people would use: "0 min", "45 min", "1 h 30", "2 d"."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 6 and rest:
        return f"{hours} h {rest:02}"
    if hours < 48:
        return f"{hours} h"
    return f"{hours // 24} d"


def ago(moment: datetime, now: datetime) -> str:
    """How long ago: "just now", "12 s ago", "5 min ago"."""
    passed = now - moment
    if passed < timedelta(seconds=5):
        return "just now"
    if passed < timedelta(minutes=1):
        return f"{int(passed.total_seconds())} s ago"
    return f"{span(passed)} ago"


def leaves(moment: datetime, now: datetime) -> str:
    """When a reply may leave: "Leaves in 8 s", "Leaves in 5 min", "Waits to leave"."""
    left = moment - now
    if left <= timedelta(0):
        return "Waits to leave"
    seconds = max(1, round(left.total_seconds()))
    return f"Leaves in {seconds} s" if seconds < 90 else f"Leaves in {span(left)}"


def language_name(code: str) -> str:
    """The language's own name for itself, or the bare code where we do not know one."""
    if code in ("", "unknown", "und"):
        return "Language unknown"
    return _LANGUAGES.get(code, code)


def first_line(text: str, limit: int = 160) -> str:
    """The text on one line, cut at `limit` characters; the screen cuts it further."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[:limit]}…"


def count(number: int, one: str, many: str = "") -> str:
    """ "1 mention", "2 mentions"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def date_and_time(moment: datetime, zone: ZoneInfo) -> str:
    """A moment as people here write it: "20 Nov 2026, 18:45"."""
    local = moment.astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M}"
