"""How much was said: over time and by channel, when in the week, in which languages, by whom."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from listener.trends.counts import sums
from listener.trends.scope import Scope
from listener.trends.steps import By
from responder.desk.pictures.lines import Point, line_chart
from responder.desk.pictures.look import BLUE, ORANGE
from responder.desk.rows import label_of
from responder.desk.tongue import N_, _, many
from responder.desk.trends.amounts import change_words, number_words
from responder.desk.trends.earlier import earlier
from responder.desk.trends.panel import Filter, Look, Panel
from responder.desk.trends.parts import languages, phases, reach, returning
from responder.desk.trends.series import (
    Curves,
    Series,
    lines_panel,
    number_cell,
    spoken,
    step_cell,
    wall,
)
from responder.desk.trends.steps import is_over, local_steps, step_url, step_words, unfinished
from responder.desk.trends.week import week
from responder.desk.words import calendar_words

KEY: Final = "volume"
TITLE: Final = N_("Volume")
HONOURS: Final = frozenset(Filter)
_LINES: Final = 5
"""So many channels have a line of their own; more would be a tangle."""


def panels(look: Look) -> tuple[Panel, ...]:
    with look.bot.database.read() as session:
        found = [
            _by_channel(look, session),
            _beside(look, session) if look.compare else None,
            week(look, session),
            languages(look, session),
            phases(look, session),
            returning(look, session),
            reach(look, session),
        ]
    return tuple(panel for panel in found if panel is not None)


def _by_channel(look: Look, session: Session) -> Panel:
    scope = look.scope
    steps, counts = local_steps(scope), _counts(session, scope)
    most = Counter[str]()
    for (_step, name), number in counts.items():
        most[name] += number
    named = sorted(name for name, _number in most.most_common(_LINES)) or _known(look)
    curves = Curves(
        scope=scope,
        steps=steps,
        series=_series(look, steps, counts, named, others=len(most) > len(named)),
        leads=lambda start, place: (
            step_url(scope, start, channel=named[place])
            if place is not None and place < len(named)
            else ("" if place is not None else step_url(scope, start))
        ),
        total=True,
        now=look.now,
    )
    return lines_panel(
        curves,
        key="mentions",
        title=_("Mentions by channel"),
        finding=_finding(look, session, counts, sum(most.values())),
        note=unfinished(scope, look.now),
    )


def _known(look: Look) -> list[str]:
    """The channels of an empty period."""
    if look.scope.channel:
        return [look.scope.channel]
    return [name for name in look.bot.channels if look.seat.sees(name)][:_LINES]


def _counts(session: Session, scope: Scope) -> Mapping[tuple[datetime, str], int]:
    """Mentions by local start of the step, and channel."""
    return {
        (step.astimezone(scope.zone), channel): found.mentions
        for (step, channel), found in sums(session, scope, "channel", steps=True).items()
    }


def _series(
    look: Look,
    steps: Sequence[datetime],
    counts: Mapping[tuple[datetime, str], int],
    named: Sequence[str],
    *,
    others: bool,
) -> list[Series]:
    found = [
        Series(
            name=label_of(look.bot, name),
            values=tuple(counts.get((step, name), 0) for step in steps),
        )
        for name in named
    ]
    if not others:
        return found
    rest: dict[datetime, int] = defaultdict(int)
    for (step, name), number in counts.items():
        rest[step] += number if name not in named else 0
    return [*found, Series(name=_("Others"), values=tuple(rest[step] for step in steps))]


def _finding(
    look: Look,
    session: Session,
    counts: Mapping[tuple[datetime, str], int],
    total: int,
) -> str:
    if not total:
        return _("Nothing was said in this time.")
    # The highest that the picture shows: it ends with the last step that is over.
    shown = {key: number for key, number in counts.items() if is_over(key[0], look.scope, look.now)}
    (when, channel), peak = max((shown or counts).items(), key=lambda item: (item[1], item[0]))
    told = many(
        "%(number)s mention; the peak was %(series)s on %(when)s with %(peak)s.",
        "%(number)s mentions; the peak was %(series)s on %(when)s with %(peak)s.",
        total,
        number=number_words(total),
        series=label_of(look.bot, channel),
        when=step_words(when, look.scope.by),
        peak=number_words(peak),
    )
    if not look.compare:
        return told
    return f"{told} {change_words(total, _total(session, earlier(look.scope)))}"


def _total(session: Session, scope: Scope) -> int:
    return sum(found.mentions for found in sums(session, scope).values())


def _beside(look: Look, session: Session) -> Panel:
    """All channels together, and the period before on the same days."""
    scope, past = look.scope, earlier(look.scope)
    steps, former = local_steps(scope), local_steps(past)
    now, before = _by_step(session, scope), _by_step(session, past)
    pairs = [
        (step, now.get(step, 0), old, before.get(old, 0))
        for step, old in zip(steps, former, strict=False)
    ]
    over = [pair for pair in pairs if is_over(pair[0], scope, look.now)]
    return Panel(
        key="before",
        title=_("Beside the period before"),
        finding=change_words(sum(now.values()), sum(before.values())),
        columns=(_("Start"), _("This period"), _("Start before"), _("Period before")),
        rows=tuple(
            (
                step_cell(step, scope.by),
                number_cell(new, step_url(scope, step)),
                step_cell(old, scope.by),
                number_cell(number, step_url(past, old)),
            )
            for step, new, old, number in reversed(pairs)
        ),
        spec=_two_lines(scope.by, over or pairs)
        if any(now.values()) or any(before.values())
        else None,
        note=unfinished(scope, look.now),
    )


def _by_step(session: Session, scope: Scope) -> dict[datetime, int]:
    found = sums(session, scope, steps=True)
    return {step.astimezone(scope.zone): one.mentions for (step,), one in found.items()}


def _two_lines(by: By, pairs: Sequence[tuple[datetime, int, datetime, int]]) -> dict[str, object]:
    new, old = _("This period"), _("Period before")
    points = []
    for step, number, former, earlier_number in pairs:
        here, there = step_words(step, by), step_words(former, by)
        points += [
            Point(at=wall(step), series=new, value=number, spoken=spoken(here, new, number)),
            Point(
                at=wall(step),
                series=old,
                value=earlier_number,
                spoken=spoken(there, old, earlier_number),
            ),
        ]
    return line_chart(
        points,
        order=(new, old),
        hours=by is By.HOUR,
        colours=(BLUE, ORANGE),
        calendar=calendar_words(),
    )
