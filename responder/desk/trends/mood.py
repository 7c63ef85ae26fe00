"""How it felt: the shares of the moods, the index, and how many are negative, over time and by
channel and language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from listener.trends.scope import Scope
from listener.trends.steps import By
from responder.desk.pictures.bars import Share, share_chart
from responder.desk.pictures.look import BLUE, GREEN, GREY, ORANGE
from responder.desk.rows import label_of
from responder.desk.tongue import N_, _, many
from responder.desk.trends.amounts import number_words, share_words
from responder.desk.trends.bands import index, negative, negative_by
from responder.desk.trends.earlier import earlier
from responder.desk.trends.feelings import (
    EMPTY,
    NAMES,
    ORDER,
    Feelings,
    by_step,
    by_value,
    overall,
)
from responder.desk.trends.panel import Filter, Look, Panel
from responder.desk.trends.series import Curves, Series, columns, table, wall
from responder.desk.trends.steps import local_steps, step_url, step_words
from responder.desk.words import calendar_words, language_name

KEY: Final = "sentiment"
TITLE: Final = N_("Sentiment")
HONOURS: Final = frozenset(Filter)
_COLOURS: Final = (ORANGE, BLUE, GREEN, GREY)


def panels(look: Look) -> tuple[Panel, ...]:
    scope = look.scope
    with look.bot.database.read() as session:
        steps = by_step(session, scope)
        whole = overall(session, scope)
        before = overall(session, earlier(scope)) if look.compare else None
        channels = {} if scope.channel else by_value(session, scope, "channel")
        languages = {} if scope.language else by_value(session, scope, "language")
    found = [_moods(scope, steps, whole), index(scope, steps, whole, before)]
    found.append(negative(scope, steps, whole, before))
    if len(channels) > 1:
        named = {name: label_of(look.bot, name) for name in channels}
        found.append(negative_by(scope, channels, "channel", named))
    if len(languages) > 1:
        found.append(
            negative_by(scope, languages, "language", {c: language_name(c) for c in languages})
        )
    return tuple(found)


def _moods(scope: Scope, found: Mapping[datetime, Feelings], whole: Feelings) -> Panel:
    steps = local_steps(scope)
    curves = Curves(
        scope=scope,
        steps=steps,
        series=[
            Series(
                name=_(name),
                values=tuple(found.get(step, EMPTY).number(mood) for step in steps),
            )
            for mood, name in zip(ORDER, NAMES, strict=True)
        ],
        leads=lambda start, place: step_url(
            scope, start, **({} if place is None else {"sentiment": ORDER[place].value})
        ),
        total=True,
    )
    return Panel(
        key="moods",
        title=_("Mentions by sentiment"),
        finding=_finding(whole),
        columns=columns(curves),
        rows=table(curves),
        spec=_shares(curves) if whole.mentions else None,
        note=_("Each bar is all mentions of its step: its parts are shares."),
    )


def _finding(whole: Feelings) -> str:
    if not whole.mentions:
        return _("Nothing was said in this time.")
    shares = {mood.value: share_words(whole.number(mood), whole.mentions) for mood in ORDER}
    return many(
        "Of %(number)s mention %(negative)s are negative, %(neutral)s neutral, "
        "%(positive)s positive and %(unknown)s not judged.",
        "Of %(number)s mentions %(negative)s are negative, %(neutral)s neutral, "
        "%(positive)s positive and %(unknown)s not judged.",
        whole.mentions,
        **({"number": number_words(whole.mentions)} | shares),
    )


def _shares(curves: Curves) -> dict[str, Any]:
    shares = []
    for at, start in enumerate(curves.steps):
        whole = sum(one.values[at] for one in curves.series)
        when = step_words(start, curves.scope.by)
        shares += [
            Share(
                at=wall(start),
                series=one.name,
                value=one.values[at] / whole if whole else 0.0,
                spoken=_spoken(when, one.name, one.values[at], whole),
            )
            for one in curves.series
        ]
    return share_chart(
        shares,
        order=[one.name for one in curves.series],
        hours=curves.scope.by is By.HOUR,
        colours=_COLOURS,
        calendar=calendar_words(),
    )


def _spoken(when: str, mood: str, number: int, whole: int) -> str:
    return many(
        "%(when)s, %(mood)s: %(share)s, %(number)s mention",
        "%(when)s, %(mood)s: %(share)s, %(number)s mentions",
        number,
        when=when,
        mood=mood,
        share=share_words(number, whole),
        number=number_words(number),
    )
