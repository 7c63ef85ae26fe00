"""How moments, languages and judgements are put into words at the desk, in its reader's language.
Everything else they depend on is handed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from listener.clocks import Clocks
from listener.timing import State, Timing
from responder.desk.tongue import N_, _, locale
from sentiment.score import Sentiment

SOON: Final = timedelta(minutes=15)
_MINUTE: Final = timedelta(minutes=1)
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
    Sentiment.NEGATIVE: Mark(shape="▼", word=N_("Negative"), state="negative"),
    Sentiment.NEUTRAL: Mark(shape="●", word=N_("Neutral"), state="neutral"),
    Sentiment.POSITIVE: Mark(shape="▲", word=N_("Positive"), state="positive"),
    Sentiment.UNKNOWN: Mark(shape="?", word=N_("Not judged"), state="unjudged"),
}

_ANSWERED: Final = (
    N_("answered after %(taken)s, promise %(promise)s"),
    N_("answered late, after %(taken)s, promise %(promise)s"),
)
_SETTLED: Final = (
    N_("settled after %(taken)s, promise %(promise)s"),
    N_("settled late, after %(taken)s, promise %(promise)s"),
)


def mark_of(sentiment: Sentiment, confidence: float, sure_from: float) -> Mark:
    """How a mention feels, with a doubt where we are less sure than `sure_from`."""
    mark = MARKS[sentiment]
    word = _(mark.word)
    if sentiment is Sentiment.UNKNOWN or confidence >= sure_from:
        return replace(mark, word=word)
    return replace(mark, shape=f"{mark.shape}?", word=_("%(mood)s, not sure", mood=word))


def due(due_at: datetime, now: datetime) -> Due:
    """When an answer is due, seen from `now`, by the clock on the wall."""
    left = due_at - now
    if left <= -_MINUTE:
        late = _("%(length)s late", length=span(-left))
        return Due(text=late, spoken=late, state="late")
    if left < timedelta(0):
        return Due(text=_("just now"), spoken=_("due just now"), state="late")
    if left < _MINUTE:
        return Due(text=_("now"), spoken=_("due now"), state="soon")
    spoken = _("due in %(length)s", length=span(left))
    return Due(text=span(left), spoken=spoken, state="soon" if left < SOON else "later")


def lines(clocks: Clocks, now: datetime, zone: ZoneInfo) -> tuple[Line, ...]:
    """The clocks that there are, as a person reads them. What is promised, taken and late counts as
    the clock does, and says so where that is staffed time; "in 12 min" is the clock on the wall."""
    named = (
        (_("First answer"), _ANSWERED, clocks.first),
        (_("Next answer"), _ANSWERED, clocks.next),
        (_("Resolution"), _SETTLED, clocks.resolution),
    )
    return tuple(
        Line(name=name, text=text, state=state)
        for name, done, timing in named
        if timing is not None
        for text, state in (_told(done, timing, now, zone),)
    )


def _told(done: tuple[str, str], timing: Timing, now: datetime, zone: ZoneInfo) -> tuple[str, str]:
    """The words, and their state. `done`: what is said of one that ended in time, and late."""
    is_late = timing.state is State.BROKEN
    if timing.state is State.DROPPED:
        return _("not owed any more"), "done"
    if timing.ended_at is not None:
        taken, promise = _counted(timing.taken, timing), _plain(timing.promise, timing)
        return _(done[is_late], taken=taken, promise=promise), "late" if is_late else "done"
    if timing.waits or timing.due_at is None:
        # It stands still: nothing grows, and there is nothing for anybody to do.
        return _over(timing) if is_late else _("waiting for the customer"), "later"
    return _waiting(timing, timing.due_at, now, zone)


def _waiting(timing: Timing, due_at: datetime, now: datetime, zone: ZoneInfo) -> tuple[str, str]:
    seen, when = due(due_at, now), clock_time(due_at, now, zone)
    if seen.state == "late":
        late, promise = _lateness(timing, seen, due_at, now), _plain(timing.promise, timing)
        told = N_("was due %(when)s (%(late)s), promise %(promise)s")
        return _(told, when=when, late=late, promise=promise), "late"
    promise = _counted(timing.promise, timing)
    if due_at - now < _MINUTE:
        return _("due %(when)s (now), promise %(promise)s", when=when, promise=promise), seen.state
    told = N_("due %(when)s (in %(length)s), promise %(promise)s")
    return _(told, when=when, length=seen.text, promise=promise), seen.state


def _lateness(timing: Timing, seen: Due, due_at: datetime, now: datetime) -> str:
    if not timing.staffed or now - due_at < _MINUTE:
        return seen.text
    if timing.left >= timedelta(0):
        return _("late, nobody was there since")
    return _("%(length)s late", length=_counted(-timing.left, timing))


def _over(timing: Timing) -> str:
    over = -timing.left
    if over < _MINUTE:
        return _("waiting for the customer, just over the promise")
    length = _counted(over, timing)
    return _("waiting for the customer, %(length)s over the promise", length=length)


def _counted(length: timedelta, timing: Timing) -> str:
    """A length as this clock counts it, saying so where that is staffed time."""
    plain = _plain(length, timing)
    return _("%(length)s of staffed time", length=plain) if timing.staffed else plain


def _plain(length: timedelta, timing: Timing) -> str:
    """A length as this clock counts it. Staffed hours make no days: a day has nine of them, or
    none."""
    hours, rest = divmod(int(length / _MINUTE), 60)
    whole = hours and not rest and hours < 48
    if whole or (timing.staffed and hours >= 48):
        return _("%(hours)s h", hours=hours)
    return span(length)


def clock_time(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """ "14:30" of today, "Mon 30 Nov, 09:15" of any other day of the year, "Mon 30 Nov 2026, 09:15"
    of another year."""
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    pattern = "EEE d MMM, HH:mm" if local.year == today.year else "EEE d MMM y, HH:mm"
    return format_datetime(local, pattern, locale=locale())


def span(length: timedelta) -> str:
    """A length of time in the unit people would use: "0 min", "45 min", "1 h 30", "2 d"."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 90:
        return _("%(minutes)s min", minutes=minutes)
    hours, rest = divmod(minutes, 60)
    if hours < 6 and rest:
        return _("%(hours)s h %(minutes)s", hours=hours, minutes=f"{rest:02}")
    if hours < 48:
        return _("%(hours)s h", hours=hours)
    return _("%(days)s d", days=hours // 24)


def ago(moment: datetime, now: datetime) -> str:
    """How long ago: "just now", "12 s ago", "5 min ago"."""
    passed = now - moment
    if passed < timedelta(seconds=5):
        return _("just now")
    if passed < timedelta(minutes=1):
        return _("%(seconds)s s ago", seconds=int(passed.total_seconds()))
    return _("%(length)s ago", length=span(passed))


def leaves(moment: datetime, now: datetime) -> str:
    """When a reply may leave: "Leaves in 8 s", "Leaves in 5 min", "Waits to leave"."""
    left = moment - now
    if left <= timedelta(0):
        return _("Waits to leave")
    seconds = max(1, round(left.total_seconds()))
    if seconds < 90:
        return _("Leaves in %(seconds)s s", seconds=seconds)
    return _("Leaves in %(length)s", length=span(left))


def language_name(code: str) -> str:
    """The language's own name for itself, or the bare code where we do not know one."""
    if code in ("", "unknown", "und"):
        return _("Language unknown")
    return _LANGUAGES.get(code, code)


def first_line(text: str, limit: int = 160) -> str:
    """The text on one line, cut at `limit` characters; the screen cuts it further."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[:limit]}…"


def count(number: int, one: str, many: str = "") -> str:
    """ "1 mention", "2 mentions"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def hour_or_day(moment: datetime, *, hour: bool) -> str:
    """A point of a chart, by the clock it is given in: "23 Nov, 18:00", or "23 Nov"."""
    pattern = "d MMM, HH:mm" if hour else "d MMM"
    return format_datetime(moment.replace(tzinfo=None), pattern, locale=locale())


def calendar_words() -> dict[str, object]:
    """The words of dates in the reader's language, in the form of a locale of d3-time-format
    (https://d3js.org/d3-time-format#timeFormatLocale)."""
    spoken = locale()
    months, days = spoken.months["format"], spoken.days["format"]
    return {
        "dateTime": "%-d %b %Y, %H:%M",
        "date": "%-d %b %Y",
        "time": "%H:%M",
        "periods": ["AM", "PM"],
        "days": [days["wide"][(day - 1) % 7] for day in range(7)],  # from Sunday; Babel: Monday
        "shortDays": [days["abbreviated"][(day - 1) % 7] for day in range(7)],
        "months": [months["wide"][month] for month in range(1, 13)],
        "shortMonths": [months["abbreviated"][month] for month in range(1, 13)],
    }


def date_and_time(moment: datetime, zone: ZoneInfo) -> str:
    """A moment as people here write it: "20 Nov 2026, 18:45"."""
    return format_datetime(moment.astimezone(zone), "d MMM y, HH:mm", locale=locale())
