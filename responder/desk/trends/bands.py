"""The index of feeling and the share of negative mentions, each with the band in which the true
number lies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from listener.trends.scope import Scope
from listener.trends.steps import By
from responder.desk.pictures.bars import Bar, bar_chart
from responder.desk.pictures.lines import Point, band_chart
from responder.desk.pictures.look import BLUE, ORANGE
from responder.desk.tongue import _, many
from responder.desk.trends.amounts import number_words, score_words, share_words
from responder.desk.trends.doubt import Estimate, differs
from responder.desk.trends.feelings import EMPTY, LEAST, Feelings
from responder.desk.trends.links import mentions_url
from responder.desk.trends.panel import Cell, Panel
from responder.desk.trends.series import number_cell, step_cell, wall
from responder.desk.trends.steps import local_steps, step_url, step_words
from responder.desk.words import calendar_words
from responder.measures.figures import SURE
from sentiment.score import Sentiment

_ROWS: Final = 12
Words = Callable[[float], str]


def index(
    scope: Scope, found: Mapping[datetime, Feelings], whole: Feelings, before: Feelings | None
) -> Panel:
    """The mean score, from -1 to 1."""
    of_steps = _of_steps(scope, found, lambda one: one.index)
    reach = max(
        (abs(bound) for _s, one in of_steps if one for bound in (one.low, one.high)), default=0
    )
    edge = min(1.0, max(0.2, reach * 1.05))
    return Panel(
        key="index",
        title=_("How people feel: the index over time"),
        finding=_index_told(whole.index, before.index if before else None),
        columns=(_("Start"), _("Mentions"), _("Index"), _("Lowest"), _("Highest")),
        rows=_rows(scope, found, lambda one: one.index, score_words, lambda _step: ""),
        spec=_band(scope, of_steps, score_words, format_=".2f", domain=(-edge, edge), colour=BLUE),
        note=_(
            "The index is the mean score of the mentions that were judged, from -1 to 1. The band "
            "holds the true mean with %(sure)s certainty; of fewer than %(least)s mentions none is "
            "drawn.",
            sure=share_words(SURE),
            least=LEAST,
        ),
    )


def negative(
    scope: Scope, found: Mapping[datetime, Feelings], whole: Feelings, before: Feelings | None
) -> Panel:
    """The share of negative mentions among those that were judged."""
    of_steps = _of_steps(scope, found, lambda one: one.negative)
    return Panel(
        key="negative",
        title=_("Share of negative mentions"),
        finding=_negative_told(whole.negative, before.negative if before else None),
        columns=(_("Start"), _("Mentions"), _("Negative"), _("Lowest"), _("Highest")),
        rows=_rows(
            scope,
            found,
            lambda one: one.negative,
            share_words,
            lambda step: step_url(scope, step, sentiment="negative"),
        ),
        spec=_band(scope, of_steps, share_words, format_=".0%", domain=(0, 1), colour=ORANGE),
        note=_(
            "Of the mentions that were judged. The band is Wilson's interval: it holds the true "
            "share with %(sure)s certainty; of fewer than %(least)s mentions none is drawn.",
            sure=share_words(SURE),
            least=LEAST,
        ),
    )


def negative_by(
    scope: Scope, found: Mapping[str, Feelings], by: str, names: Mapping[str, str]
) -> Panel:
    """The same share, told apart by channel or language."""
    known = [(value, one, one.negative) for value, one in found.items()]
    order = sorted(
        ((value, one, share) for value, one, share in known if share and share.n >= LEAST),
        key=lambda item: -item[2].value,
    )
    return Panel(
        key=f"negative-by-{by}",
        title=_("Negative by channel") if by == "channel" else _("Negative by language"),
        finding=_apart(order, names),
        columns=(
            _("Channel") if by == "channel" else _("Language"),
            *(_("Mentions"), _("Negative"), _("Lowest"), _("Highest")),
        ),
        rows=tuple(
            (
                Cell(text=names[value], value=value),
                number_cell(one.mentions, mentions_url(scope, **{by: value})),
                *_estimate(
                    one,
                    share,
                    share_words,
                    mentions_url(scope, **{by: value, "sentiment": "negative"}),
                ),
            )
            for value, one, share in order
        ),
        spec=bar_chart(
            [_bar(names[value], share) for value, _one, share in order[:_ROWS]], colour=ORANGE
        )
        if order
        else None,
        note=_(
            "Of the mentions that were judged, with Wilson's interval of %(sure)s; where fewer "
            "than %(least)s were, it is left out.",
            sure=share_words(SURE),
            least=LEAST,
        ),
    )


def _of_steps(
    scope: Scope, found: Mapping[datetime, Feelings], of: Callable[[Feelings], Estimate | None]
) -> list[tuple[datetime, Estimate | None]]:
    """Nothing where so few say so little."""
    every = ((step, of(found.get(step, EMPTY))) for step in local_steps(scope))
    return [(step, one if one and one.n >= LEAST else None) for step, one in every]


def _rows(
    scope: Scope,
    found: Mapping[datetime, Feelings],
    of: Callable[[Feelings], Estimate | None],
    words: Words,
    href: Callable[[datetime], str],
) -> tuple[tuple[Cell, ...], ...]:
    """`href`: where the estimate of a step leads."""
    return tuple(
        (
            step_cell(step, scope.by),
            number_cell(feelings.mentions, step_url(scope, step)),
            *_estimate(feelings, of(feelings), words, href(step)),
        )
        for step in reversed(local_steps(scope))
        for feelings in (found.get(step, EMPTY),)
    )


def _estimate(
    feelings: Feelings, one: Estimate | None, words: Words, href: str
) -> tuple[Cell, Cell, Cell]:
    negative = feelings.number(Sentiment.NEGATIVE)
    if one is None:
        nothing = Cell(text="–", value="")
        return nothing, nothing, nothing
    return (
        Cell(
            text=words(one.value),
            value=round(one.value, 4),
            href=href if negative else "",
            behind=negative,
        ),
        Cell(text=words(one.low), value=round(one.low, 4)),
        Cell(text=words(one.high), value=round(one.high, 4)),
    )


def _band(
    scope: Scope,
    of_steps: Sequence[tuple[datetime, Estimate | None]],
    words: Words,
    *,
    format_: str,
    domain: tuple[float, float],
    colour: str,
) -> dict[str, Any] | None:
    if not any(one for _step, one in of_steps):
        return None
    points = [
        Point(
            at=wall(step),
            series="",
            value=one.value if one else None,
            low=one.low if one else None,
            high=one.high if one else None,
            spoken=_spoken(step_words(step, scope.by), one, words) if one else "",
        )
        for step, one in of_steps
    ]
    return band_chart(
        points,
        hours=scope.by is By.HOUR,
        format_=format_,
        domain=domain,
        colour=colour,
        calendar=calendar_words(),
    )


def _spoken(when: str, one: Estimate, words: Words) -> str:
    return many(
        "%(when)s: %(value)s, between %(low)s and %(high)s, of %(number)s mention",
        "%(when)s: %(value)s, between %(low)s and %(high)s, of %(number)s mentions",
        one.n,
        when=when,
        value=words(one.value),
        low=words(one.low),
        high=words(one.high),
        number=number_words(one.n),
    )


def _bar(name: str, share: Estimate) -> Bar:
    text = _(
        "%(value)s (%(low)s to %(high)s)",
        value=share_words(share.value),
        low=share_words(share.low),
        high=share_words(share.high),
    )
    return Bar(name=name, value=share.value, text=text, spoken=_spoken(name, share, share_words))


def _index_told(now: Estimate | None, before: Estimate | None) -> str:
    if now is None:
        return _("Too little was said for an index.")
    told = _(
        "The index is %(value)s (%(low)s to %(high)s).",
        value=score_words(now.value),
        low=score_words(now.low),
        high=score_words(now.high),
    )
    return f"{told} {_against(now, before, score_words)}".strip()


def _negative_told(now: Estimate | None, before: Estimate | None) -> str:
    if now is None:
        return _("Nothing was said in this time.")
    told = many(
        "%(share)s of %(number)s mention is negative (%(low)s to %(high)s).",
        "%(share)s of %(number)s mentions are negative (%(low)s to %(high)s).",
        now.n,
        number=number_words(now.n),
        share=share_words(now.value),
        low=share_words(now.low),
        high=share_words(now.high),
    )
    return f"{told} {_against(now, before, share_words)}".strip()


def _against(now: Estimate, before: Estimate | None, words: Words) -> str:
    """What became of it since the period before, and whether chance alone explains that."""
    if before is None:
        return ""
    value = words(before.value)
    if not differs(now, before):
        return _("In the period before: %(value)s; chance may explain the difference.", value=value)
    return _(
        "In the period before: %(value)s; chance does not explain the difference.", value=value
    )


def _apart(order: Sequence[tuple[str, Feelings, Estimate]], names: Mapping[str, str]) -> str:
    if not order:
        return _("Too little was said to tell them apart.")
    worst, best = order[0], order[-1]
    return _(
        "From %(best)s (%(least)s) to %(worst)s (%(most)s).",
        best=share_words(best[2].value),
        least=names[best[0]],
        worst=share_words(worst[2].value),
        most=names[worst[0]],
    )
