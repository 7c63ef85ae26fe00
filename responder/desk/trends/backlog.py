"""Who waits right now, as a finding."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from responder.desk.rows import label_of
from responder.desk.tongue import _, many
from responder.desk.trends.links import figure_url
from responder.desk.trends.panel import Cell, Look, Panel
from responder.desk.trends.said import count_cell, number
from responder.desk.words import span
from responder.measures.waiting import Backlog, backlogs

_MINUTE: Final = timedelta(minutes=1)


def backlog_panel(look: Look) -> Panel:
    with look.bot.database.read() as session:
        found = backlogs(session, look.scope, look.now)
    order = sorted(found, key=lambda channel: found[channel].oldest)
    waiting = sum(one.waiting for one in found.values())
    return Panel(
        key="open-now",
        title=_("Who waits right now"),
        finding=_oldest(look, waiting, [found[channel] for channel in order]),
        columns=(_("Channel"), _("Waiting"), _("Too late already"), _("The longest waits since")),
        rows=tuple(_waits(look, channel, found[channel]) for channel in order),
        note=_("As it stands now, whatever the period."),
    )


def _oldest(look: Look, waiting: int, found: Sequence[Backlog]) -> str:
    if not found:
        return _("Nobody waits for an answer.")
    return many(
        "%(number)s mention waits for an answer, %(late)s too long; the oldest is %(age)s old.",
        "%(number)s mentions wait for an answer, %(late)s too long; the oldest is %(age)s old.",
        waiting,
        late=number(sum(one.late for one in found)),
        age=span(look.now - found[0].oldest),
    )


def _waits(look: Look, channel: str, found: Backlog) -> tuple[Cell, ...]:
    age = look.now - found.oldest
    return (
        Cell(text=label_of(look.bot, channel), value=channel),
        count_cell(found.waiting, figure_url(look.scope, "now.waiting", channel=channel)),
        count_cell(found.late, figure_url(look.scope, "now.late", channel=channel)),
        Cell(text=span(age), value=round(age / _MINUTE)),
    )
