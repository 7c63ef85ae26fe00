"""How much was said: over time, by channel, and when in the week."""

from __future__ import annotations

from typing import Final

from listener.trends.volume import volume
from responder.desk.rows import label_of
from responder.desk.tongue import N_, _, many
from responder.desk.trends.links import mentions_url
from responder.desk.trends.panel import Look, Panel
from responder.desk.trends.series import Curves, Series, lines_panel
from responder.desk.trends.steps import after, step_words

KEY: Final = "volume"
TITLE: Final = N_("Volume")


def panels(look: Look) -> tuple[Panel, ...]:
    return (_by_channel(look),)


def _by_channel(look: Look) -> Panel:
    scope = look.scope
    buckets = [
        one
        for one in volume(
            look.bot.database,
            start=scope.start,
            end=scope.end,
            by=scope.by,
            channel=scope.channel or None,
        )
        if look.seat.sees(one.channel)
    ]
    names = sorted({one.channel for one in buckets})
    steps = sorted({one.start for one in buckets})
    counts = {(one.start, one.channel): one.mentions for one in buckets}
    series = [
        Series(
            name=label_of(look.bot, name),
            values=tuple(counts.get((start, name), 0) for start in steps),
        )
        for name in names
    ]
    peak = max(buckets, key=lambda one: one.mentions, default=None)
    curves = Curves(
        scope=scope,
        steps=steps,
        series=series,
        leads=lambda start, place: mentions_url(
            scope, start=start, end=after(start, scope.by), channel=names[place]
        ),
    )
    return lines_panel(
        curves,
        key="mentions",
        title=_("Mentions by channel"),
        finding=_("Nothing was said in this time.")
        if peak is None or not peak.mentions
        else many(
            "%(number)s mention; the peak was %(series)s on %(when)s with %(peak)s.",
            "%(number)s mentions; the peak was %(series)s on %(when)s with %(peak)s.",
            sum(one.mentions for one in buckets),
            series=label_of(look.bot, peak.channel),
            when=step_words(peak.start, scope.by),
            peak=peak.mentions,
        ),
    )
