"""What left without a human, beside what people answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from responder.desk.pictures.dots import dot_chart
from responder.desk.tongue import N_, _
from responder.desk.trends import said
from responder.desk.trends.links import decided_url, figure_url
from responder.desk.trends.panel import KINDS, Cell, Filter, Look, Panel
from responder.measures.automatic import Aftermath, aftermaths
from responder.measures.figures import ENOUGH, Rate
from responder.measures.of_scope import waits_of
from responder.measures.staffed import micros
from responder.measures.times import Ending, Times, times, told_apart
from responder.measures.waits import OUTSIDE
from responder.models import AuthorKind

KEY: Final = "automatic"
TITLE: Final = N_("Automatic answers")
HONOURS: Final = KINDS | {Filter.PERIOD}


def panels(look: Look) -> tuple[Panel, ...]:
    with look.bot.database.read() as session:
        after = aftermaths(session, look.scope)
    return (_automatic(look, after),)


def _automatic(look: Look, after: Mapping[AuthorKind, Aftermath]) -> Panel:
    waits = waits_of(look.bot, look.scope)
    parts = told_apart(waits.rounds, lambda wait: wait.by)
    now = micros(look.now)
    found = {by: times(part, now) for by, part in parts.items() if by}
    answered = sum(one.n for one in found.values())
    named = (
        (_("By a rule, without a human"), AuthorKind.AUTO.value),
        (_("By a person"), AuthorKind.HUMAN.value),
        (_("By a person, in the network's app"), OUTSIDE),
    )
    rows = tuple(
        _kind(look, name, by, found[by], answered, after) for name, by in named if by in found
    )
    dots = [
        said.share_dot(name, Rate(hits=found[by].n, of=answered))
        for name, by in named
        if by in found and answered >= ENOUGH
    ]
    return Panel(
        key="automatic",
        title=_("Automatic and human answers"),
        finding=_shares(found, answered),
        columns=(
            _("Answered"),
            _("Answers"),
            _("Share"),
            _("Half within (by the clock)"),
            _("9 of 10 within (by the clock)"),
            _("Removed by the network afterwards"),
            _("Deleted by us afterwards"),
        ),
        rows=rows,
        spec=dot_chart(dots, share=True) if dots else None,
        note=said.with_sample(
            _(
                "Answers to what was written in the period. What became of them counts the replies"
                " that left in the period. What became of answers typed in the app is not known."
            ),
            waits.every,
        ),
    )


def _kind(
    look: Look,
    name: str,
    by: str,
    found: Times,
    answered: int,
    after: Mapping[AuthorKind, Aftermath],
) -> tuple[Cell, ...]:
    aftermath = after[AuthorKind(by)] if by in set(AuthorKind) else None
    answers = figure_url(look.scope, f"waits.{Ending.ANSWERED}.{by}")

    def afterwards(what: str) -> str:
        return decided_url(look.scope, f"left.{by}.{what}")

    unknown = Cell(text="–", value="–")
    return (
        Cell(text=name, value=by),
        said.count_cell(found.n, answers),
        said.share_cell(Rate(hits=found.n, of=answered), answers),
        *said.spread_cells(found.wall),
        said.share_cell(aftermath.vanished, afterwards("vanished")) if aftermath else unknown,
        said.share_cell(aftermath.deleted, afterwards("deleted")) if aftermath else unknown,
    )


def _shares(found: Mapping[str, Times], answered: int) -> str:
    if not answered:
        return _("Nothing was answered.")
    if answered < ENOUGH:
        return _("There are too few answers for a figure.")
    alone = found.get(AuthorKind.AUTO.value)
    if alone is None or alone.wall is None:
        return _("No answer left without a human.")
    told = Rate(hits=alone.n, of=answered)
    return _(
        "%(share)s of %(number)s answers left without a human, half of them within %(median)s.",
        share=said.percent(told.share),
        number=said.number(answered),
        median=said.length(alone.wall.median),
    )
