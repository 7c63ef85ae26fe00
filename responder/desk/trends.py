"""The screen for marketers: how much was said, by channel and by mood, as chart, table and CSV."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from markupsafe import Markup

from listener.trends.steps import By
from listener.trends.volume import Bucket, volume
from responder.access import Visitor
from responder.bot import Bot
from responder.desk.charts import Plotter
from responder.desk.exported import note_export
from responder.desk.lines import BLUE, COLOURS, GREEN, ORANGE, PURPLE, Point, line_chart
from responder.desk.pages import desk_of, problem, render
from responder.desk.rows import label_of
from responder.desk.signin import Seat
from responder.desk.spreadsheet import csv_answer
from responder.desk.tongue import N_, _, many
from responder.desk.words import calendar_words, hour_or_day

router = APIRouter(include_in_schema=False)

_HOURS, _DAYS = 48, 14
_MOODS: Final = ("negative", "neutral", "positive", "unknown")
_MOOD_WORDS: Final = (N_("Negative"), N_("Neutral"), N_("Positive"), N_("Not judged"))
_MOOD_COLOURS: Final = (ORANGE, BLUE, GREEN, PURPLE)


class Step(StrEnum):
    """What one point stands for. The values stand in URLs."""

    HOUR = "hour"
    DAY = "day"


_BY_CHANNEL: Final = {
    Step.HOUR: N_("Mentions per hour by channel"),
    Step.DAY: N_("Mentions per day by channel"),
}
_BY_MOOD: Final = {
    Step.HOUR: N_("Mentions per hour by sentiment"),
    Step.DAY: N_("Mentions per day by sentiment"),
}


@dataclass(frozen=True, kw_only=True)
class Split:
    """One way of dividing the mentions into lines: a value of each bucket for each series."""

    title: str
    series: tuple[str, ...]
    values: Callable[[Bucket], list[int]]
    colours: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One chart with its finding and the table that holds the same numbers."""

    title: str
    finding: str
    svg: Markup | None
    series: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    totals: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Filter:
    by: Step
    channel: str  # "" for all


@router.get("/trends")
def trends_page(request: Request, seat: Seat, by: Step = Step.HOUR, channel: str = "") -> Response:
    desk = desk_of(request)
    if channel and not (channel in desk.bot.channels and seat.sees(channel)):
        return _no_such_channel(request, seat)
    chosen = Filter(by=by, channel=channel)
    buckets = _buckets(desk.bot, seat, chosen)
    labels = {name: label_of(desk.bot, name) for name in desk.bot.channels if seat.sees(name)}
    return render(
        request,
        "trends.html",
        seat=seat,
        chosen=chosen,
        labels=labels,
        total=sum(bucket.mentions for bucket in buckets),
        charts=_charts(desk.bot, desk.plotter, buckets, chosen),
    )


@router.get("/trends.csv")
def trends_csv(request: Request, seat: Seat, by: Step = Step.HOUR, channel: str = "") -> Response:
    bot = desk_of(request).bot
    if channel and not (channel in bot.channels and seat.sees(channel)):
        return _no_such_channel(request, seat)
    rows: list[Sequence[object]] = [("start", "channel", "mentions", *_MOODS)]
    rows += [
        (
            bucket.start.isoformat(),
            label_of(bot, bucket.channel),
            bucket.mentions,
            *(getattr(bucket, mood) for mood in _MOODS),
        )
        for bucket in _buckets(bot, seat, Filter(by=by, channel=channel))
    ]
    now = bot.clock()
    held_to = ", ".join(part for part in (by.value, channel) if part)
    note_export(bot, seat, "trends", detail=held_to, now=now)
    name = f"mentions-by-{by.value}-{now.astimezone(bot.zone):%Y-%m-%d}.csv"
    return csv_answer(name, rows)


def _no_such_channel(request: Request, seat: Seat) -> Response:
    title, sentence = _("No such channel"), _("Choose one from the list.")
    return problem(request, 404, title, sentence, seat=seat)


def _buckets(bot: Bot, seat: Visitor, chosen: Filter) -> tuple[Bucket, ...]:
    """The last 48 hours, or the last 14 days, this hour and this day included, as far as this
    visitor sees them."""
    now = bot.clock()
    local = now.astimezone(bot.zone)
    if chosen.by is Step.HOUR:
        start = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=_HOURS - 1)
    else:
        first = local.date() - timedelta(days=_DAYS - 1)
        start = datetime.combine(first, time.min, bot.zone)
    buckets = volume(
        bot.database,
        start=start,
        end=now + timedelta(seconds=1),
        by=By(chosen.by.value),
        channel=chosen.channel or None,
    )
    return tuple(bucket for bucket in buckets if seat.sees(bucket.channel))


def _charts(
    bot: Bot, plotter: Plotter, buckets: Sequence[Bucket], chosen: Filter
) -> tuple[Chart, ...]:
    names = tuple(sorted({bucket.channel for bucket in buckets}))
    by_channel = Split(
        title=_(_BY_CHANNEL[chosen.by]),
        series=tuple(label_of(bot, name) for name in names),
        values=lambda b: [b.mentions if b.channel == name else 0 for name in names],
        colours=COLOURS,
    )
    by_mood = Split(
        title=_(_BY_MOOD[chosen.by]),
        series=tuple(map(_, _MOOD_WORDS)),
        values=lambda b: [b.negative, b.neutral, b.positive, b.unknown],
        colours=_MOOD_COLOURS,
    )
    return tuple(_chart(split, buckets, chosen.by, plotter) for split in (by_channel, by_mood))


def _chart(split: Split, buckets: Sequence[Bucket], by: Step, plotter: Plotter) -> Chart:
    table: dict[datetime, list[int]] = {}
    for bucket in buckets:
        row = table.setdefault(bucket.start, [0] * len(split.series))
        table[bucket.start] = [
            old + new for old, new in zip(row, split.values(bucket), strict=True)
        ]
    points = [
        Point(
            at=start.replace(tzinfo=None).isoformat(timespec="seconds"),
            series=name,
            value=number,
            spoken=_spoken(_when(start, by), name, number),
        )
        for start, row in table.items()
        for name, number in zip(split.series, row, strict=True)
    ]
    anything = any(point.value for point in points)
    spec = line_chart(
        points,
        order=split.series,
        hours=by is Step.HOUR,
        colours=split.colours,
        calendar=calendar_words(),
    )
    return Chart(
        title=split.title,
        finding=_finding(points, by),
        svg=plotter.draw(spec) if anything else None,
        series=split.series,
        rows=tuple((_when(start, by), tuple(row)) for start, row in reversed(table.items())),
        totals=tuple(sum(row[i] for row in table.values()) for i in range(len(split.series))),
    )


def _finding(points: Sequence[Point], by: Step) -> str:
    """What the chart shows, as a sentence."""
    peak = max(points, key=lambda point: point.value, default=None)
    if peak is None or peak.value == 0:
        return _("Nothing was said in this time.")
    return many(
        "%(number)s mention; the peak was %(series)s on %(when)s with %(peak)s.",
        "%(number)s mentions; the peak was %(series)s on %(when)s with %(peak)s.",
        sum(point.value for point in points),
        series=peak.series,
        when=_when(datetime.fromisoformat(peak.at), by),
        peak=peak.value,
    )


def _spoken(when: str, series: str, number: int) -> str:
    """One point, as a screen reader says it."""
    return many(
        "%(when)s, %(series)s: %(number)s mention",
        "%(when)s, %(series)s: %(number)s mentions",
        number,
        when=when,
        series=series,
    )


def _when(start: datetime, by: Step) -> str:
    return hour_or_day(start, hour=by is Step.HOUR)
