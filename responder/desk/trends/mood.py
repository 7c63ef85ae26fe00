"""How it felt: shares of the moods over time."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Final

from listener.trends.volume import volume
from responder.desk.lines import BLUE, GREEN, ORANGE, PURPLE
from responder.desk.tongue import N_, _, many
from responder.desk.trends.links import mentions_url
from responder.desk.trends.panel import Look, Panel
from responder.desk.trends.series import Curves, Series, lines_panel
from responder.desk.trends.steps import after, step_words

KEY: Final = "sentiment"
TITLE: Final = N_("Sentiment")

_MOODS: Final = ("negative", "neutral", "positive", "unknown")
_WORDS: Final = (N_("Negative"), N_("Neutral"), N_("Positive"), N_("Not judged"))
_COLOURS: Final = (ORANGE, BLUE, GREEN, PURPLE)


def panels(look: Look) -> tuple[Panel, ...]:
    return (_by_mood(look),)


def _by_mood(look: Look) -> Panel:
    scope = look.scope
    table: dict[datetime, list[int]] = defaultdict(lambda: [0] * len(_MOODS))
    for one in volume(
        look.bot.database,
        start=scope.start,
        end=scope.end,
        by=scope.by,
        channel=scope.channel or None,
    ):
        row = table[one.start]
        if look.seat.sees(one.channel):
            table[one.start] = [n + getattr(one, m) for n, m in zip(row, _MOODS, strict=True)]
    steps = sorted(table)
    series = [
        Series(name=_(word), values=tuple(table[start][place] for start in steps))
        for place, word in enumerate(_WORDS)
    ]
    highest = max(((table[s][p], s, p) for s in steps for p in range(4)), default=(0, None, 0))
    number, when, place = highest
    curves = Curves(
        scope=scope,
        steps=steps,
        series=series,
        colours=_COLOURS,
        leads=lambda start, at: mentions_url(
            scope, start=start, end=after(start, scope.by), sentiment=_MOODS[at]
        ),
    )
    return lines_panel(
        curves,
        key="moods",
        title=_("Mentions by sentiment"),
        finding=_("Nothing was said in this time.")
        if when is None or not number
        else many(
            "%(number)s mention; the peak was %(series)s on %(when)s with %(peak)s.",
            "%(number)s mentions; the peak was %(series)s on %(when)s with %(peak)s.",
            sum(sum(row) for row in table.values()),
            series=_(_WORDS[place]),
            when=step_words(when, scope.by),
            peak=number,
        ),
    )
