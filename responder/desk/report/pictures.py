"""The pictures of reports: numbers as specifications of charts (Vega-Lite), each with the sentence
that says the same to whoever does not see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from listener.trends.steps import By
from listener.trends.volume import Bucket
from responder.desk.pictures.lines import Point, line_chart
from responder.desk.pictures.look import BLUE, COLOURS, GREEN, GREY, ORANGE
from responder.desk.tongue import N_, _, many
from responder.desk.trends.series import spoken
from responder.desk.trends.steps import step_words
from responder.desk.words import calendar_words

MOODS: Final = ("negative", "neutral", "positive", "unknown")
_MOOD_WORDS: Final = (N_("Negative"), N_("Neutral"), N_("Positive"), N_("Not judged"))
_MOOD_COLOURS: Final = (ORANGE, BLUE, GREEN, GREY)
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
            spoken=spoken(step_words(start, by), name, number),
        )
        for start, row in rows.items()
        for name, number in zip(names, row, strict=True)
    ]
    counts = [
        (number, start, name)
        for start, row in rows.items()
        for name, number in zip(names, row, strict=True)
    ]
    peak = max(counts, key=lambda count: count[0], default=(0, None, ""))
    if not peak[0]:
        return Picture(key=key, title=title, finding=_("Nothing was said in this time."), spec=None)
    spec = line_chart(
        points,
        order=names,
        hours=by is By.HOUR,
        colours=colours,
        calendar=calendar_words(),
    )
    finding = _finding(sum(count[0] for count in counts), peak, by)
    return Picture(key=key, title=title, finding=finding, spec=spec)


def _finding(number: int, peak: tuple[int, datetime | None, str], by: By) -> str:
    highest, when, series = peak
    return many(
        "%(number)s mention; the peak was %(series)s on %(when)s with %(peak)s.",
        "%(number)s mentions; the peak was %(series)s on %(when)s with %(peak)s.",
        number,
        series=series,
        when=step_words(when, by) if when else "",
        peak=highest,
    )


def topic_bars(rows: Sequence[tuple[str, int, int]], periods: tuple[str, str]) -> Picture:
    """Topics with their mentions in two periods, this one first."""
    if not rows:
        return Picture(key="topics", title=_("Topics"), finding=_("No topic was found."), spec=None)
    name, now, before = rows[0]
    finding = many(
        "Most of all: %(topic)s, with %(number)s mention (before: %(before)s).",
        "Most of all: %(topic)s, with %(number)s mentions (before: %(before)s).",
        now,
        topic=name,
        before=before,
    )
    return Picture(key="topics", title=_("Topics"), finding=finding, spec=_bars(rows, periods))


def _bars(rows: Sequence[tuple[str, int, int]], periods: tuple[str, str]) -> Mapping[str, Any]:
    """Lying bars: names of topics are long, and longer in Greek."""
    values = [
        {"topic": topic, "period": period, "value": value}
        for topic, now, before in rows
        for period, value in zip(periods, (now, before), strict=True)
    ]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": None,
        "width": 560,
        "height": {"step": 18},
        "padding": 8,
        "data": {"values": values},
        "encoding": {
            "y": {"field": "topic", "type": "nominal", "sort": None,
                  "axis": {"title": None, "labelLimit": 260}},
            "yOffset": {"field": "period", "sort": list(periods)},
            "x": {"field": "value", "type": "quantitative",
                  "axis": {"title": None, "tickCount": 5, "tickMinStep": 1, "format": "d"}},
        },
        "layer": [
            {
                "mark": {"type": "bar", "height": {"band": 0.9}},
                "encoding": {
                    "color": {
                        "field": "period",
                        "sort": list(periods),
                        "scale": {"domain": list(periods), "range": [BLUE, "#b9c4cf"]},
                        "legend": {"title": None, "orient": "top"},
                    }
                },
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 4, "baseline": "middle"},
                "encoding": {"text": {"field": "value", "type": "quantitative"}},
            },
        ],
        "config": {
            "font": "sans-serif",
            "view": {"stroke": None},
            "axis": {"labelFontSize": 13, "gridOpacity": 0.25, "domainOpacity": 0.4,
                     "ticks": False, "labelPadding": 6},
            "legend": {"labelFontSize": 13},
        },
    }  # fmt: skip
