"""The pictures of reports: numbers as specifications of charts (Vega-Lite), each with the sentence
that says the same to whoever does not see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from babel.dates import format_datetime

from listener.trends.steps import By
from listener.trends.volume import Bucket
from responder.desk.lines import BLUE, COLOURS, GREEN, ORANGE, PURPLE, Point, line_chart
from responder.desk.tongue import N_, _, locale, many
from responder.desk.words import calendar_words

MOODS: Final = ("negative", "neutral", "positive", "unknown")
_MOOD_WORDS: Final = (N_("Negative"), N_("Neutral"), N_("Positive"), N_("Not judged"))
_MOOD_COLOURS: Final = (ORANGE, BLUE, GREEN, PURPLE)
_BY_CHANNEL: Final = {
    By.HOUR: N_("Mentions per hour by channel"),
    By.DAY: N_("Mentions per day by channel"),
    By.WEEK: N_("Mentions per week by channel"),
}
_BY_MOOD: Final = {
    By.HOUR: N_("Mentions per hour by sentiment"),
    By.DAY: N_("Mentions per day by sentiment"),
    By.WEEK: N_("Mentions per week by sentiment"),
}


@dataclass(frozen=True, kw_only=True)
class Picture:
    """`finding` says in a sentence what it shows: its caption, and its alternative text. `spec`:
    None where there is nothing to draw."""

    key: str  # [a-z-]+: the name of its file
    title: str
    finding: str
    spec: Mapping[str, Any] | None


def mood_words() -> tuple[str, ...]:
    """Of MOODS."""
    return tuple(map(_, _MOOD_WORDS))


def by_mood(buckets: Sequence[Bucket], by: By) -> Picture:
    return _over_time(
        buckets,
        by,
        key="moods",
        title=_(_BY_MOOD[by]),
        names=mood_words(),
        values=lambda one: [getattr(one, mood) for mood in MOODS],
        colours=_MOOD_COLOURS,
    )


def by_channel(buckets: Sequence[Bucket], by: By, label: Callable[[str], str]) -> Picture:
    """`label`: how people call a channel."""
    channels = sorted({one.channel for one in buckets})
    return _over_time(
        buckets,
        by,
        key="channels",
        title=_(_BY_CHANNEL[by]),
        names=tuple(map(label, channels)),
        values=lambda one: [one.mentions * (one.channel == name) for name in channels],
        colours=COLOURS,
    )


def _over_time(  # what tells one picture from the other
    buckets: Sequence[Bucket],
    by: By,
    *,
    key: str,
    title: str,
    names: Sequence[str],
    values: Callable[[Bucket], list[int]],
    colours: Sequence[str],
) -> Picture:
    rows: dict[datetime, list[int]] = {}
    for one in buckets:
        row = rows.setdefault(one.start, [0] * len(names))
        rows[one.start] = [old + new for old, new in zip(row, values(one), strict=True)]
    points = [
        Point(
            at=start.replace(tzinfo=None).isoformat(timespec="seconds"),
            series=name,
            value=number,
            spoken=_spoken(start, by, name, number),
        )
        for start, row in rows.items()
        for name, number in zip(names, row, strict=True)
    ]
    peak = max(points, key=lambda point: point.value, default=None)
    if peak is None or not peak.value:
        return Picture(key=key, title=title, finding=_("Nothing was said in this time."), spec=None)
    spec = line_chart(
        points,
        order=names,
        hours=by is By.HOUR,
        colours=colours,
        calendar=calendar_words(),
    )
    return Picture(key=key, title=title, finding=_finding(points, peak, by), spec=spec)


def _finding(points: Sequence[Point], peak: Point, by: By) -> str:
    return many(
        "%(number)s mention; the peak was %(series)s on %(when)s with %(peak)s.",
        "%(number)s mentions; the peak was %(series)s on %(when)s with %(peak)s.",
        sum(point.value for point in points),
        series=peak.series,
        when=step_words(datetime.fromisoformat(peak.at), by),
        peak=peak.value,
    )


def _spoken(start: datetime, by: By, series: str, number: int) -> str:
    """One point, as a screen reader says it."""
    return many(
        "%(when)s, %(series)s: %(number)s mention",
        "%(when)s, %(series)s: %(number)s mentions",
        number,
        when=step_words(start, by),
        series=series,
    )


def step_words(start: datetime, by: By) -> str:
    """A step by the clock it is given in: "23 Nov, 18:00", or the day it begins on: "23 Nov"."""
    pattern = "d MMM, HH:mm" if by is By.HOUR else "d MMM"
    return format_datetime(start.replace(tzinfo=None), pattern, locale=locale())
