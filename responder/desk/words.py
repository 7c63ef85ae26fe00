"""Pure: how moments, languages and judgements are put into words at the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sentiment.score import Sentiment

SOON: Final = timedelta(minutes=15)
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
    """When an answer is due, seen from `now`."""
    left = due_at - now
    if left < timedelta(0):
        late = f"{span(-left)} late"
        return Due(text=late, spoken=late, state="late")
    return Due(
        text=span(left), spoken=f"due in {span(left)}", state="soon" if left < SOON else "later"
    )


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
