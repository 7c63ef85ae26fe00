"""Who writes: how far they are heard, who comes back, and where the trouble of leavers began."""

from __future__ import annotations

from typing import Final

from listener.trends.cells import Sums
from listener.trends.counts import sums
from responder.desk.choices import named
from responder.desk.pictures.dots import dot_chart
from responder.desk.rows import label_of
from responder.desk.tongue import N_, _, many
from responder.desk.trends.links import figure_url, mentions_url
from responder.desk.trends.panel import KINDS, Cell, Filter, Look, Panel
from responder.desk.trends.said import count_cell, number, percent, share_cell, share_dot
from responder.measures.figures import ENOUGH, Rate
from responder.measures.leavers import Leavers, leavers
from sentiment.phase import Phase

KEY: Final = "customers"
TITLE: Final = N_("Customers")
HONOURS: Final = KINDS | {Filter.PERIOD}


def panels(look: Look) -> tuple[Panel, ...]:
    return (_leavers(look), _back(look))


def _leavers(look: Look) -> Panel:
    with look.bot.database.read() as session:
        found = leavers(session, look.scope)
    of = sum(len(some) for some in found.began.values())
    phases = [phase for phase in Phase if found.began.get(phase)]
    rates = {phase: Rate(hits=len(found.began[phase]), of=of) for phase in phases}
    dots = [share_dot(named(phase.value), rates[phase]) for phase in phases if of >= ENOUGH]
    return Panel(
        key="leavers",
        title=_("Where the trouble of those who leave began"),
        finding=_began(found, rates),
        columns=(_("Phase of the first complaint"), _("People"), _("Share")),
        rows=tuple(
            (
                Cell(text=named(phase.value), value=phase.value),
                count_cell(rates[phase].hits, href),
                share_cell(rates[phase], href),
            )
            for phase in phases
            for href in (figure_url(look.scope, f"leavers.{phase.value}"),)
        ),
        spec=dot_chart(dots, share=True) if dots else None,
        note=_left_out(found, of),
    )


def _began(found: Leavers, rates: dict[Phase, Rate]) -> str:
    if not found.people:
        return _("Nobody said in this time that they return, cancel or leave.")
    top = max(rates.items(), key=lambda pair: pair[1].hits, default=None)
    if top is None or not top[1].enough:
        return many(
            "%(number)s person returned, cancelled or left: too few complained for a figure.",
            "%(number)s people returned, cancelled or left: too few complained for a figure.",
            found.people,
        )
    return many(
        "%(number)s person returned, cancelled or left; of those who ever complained, most began"
        " in the phase %(phase)s: %(share)s.",
        "%(number)s people returned, cancelled or left; of those who ever complained, most began"
        " in the phase %(phase)s: %(share)s.",
        found.people,
        phase=named(top[0].value),
        share=percent(top[1].share),
    )


def _left_out(found: Leavers, of: int) -> str:
    told = _(
        "Who has a text of the phase Retirement (returns, cancels, leaves) in the period; of each,"
        " the first complaint or negative text there is, whenever it was. %(silent)s never"
        " complained before or then; of %(only)s it was the very text in which they left. The"
        " lists show that first complaint of each.",
        silent=number(found.people - of),
        only=number(found.only_then),
    )
    if not found.more:
        return told
    newest = _("The newest %(number)s people are looked at.", number=number(found.people))
    return f"{told} {newest}"


def _back(look: Look) -> Panel:
    with look.bot.database.read() as session:
        found = {key[0]: one for key, one in sums(session, look.scope, "channel").items()}
    order = sorted(found, key=lambda channel: (-found[channel].mentions, channel))
    whole = (
        Sums(*(sum(values) for values in zip(*found.values(), strict=True))) if found else Sums()
    )
    rates = {
        channel: Rate(hits=found[channel].acquainted, of=found[channel].mentions)
        for channel in order
    }
    shown = [channel for channel in order if rates[channel].enough]
    dots = [share_dot(label_of(look.bot, channel), rates[channel]) for channel in shown]
    return Panel(
        key="coming-back",
        title=_("Who writes again, and who is reached"),
        finding=_returning(whole),
        columns=(_("Channel"), _("Mentions"), _("Of known authors"), _("Share"), _("Reach")),
        rows=tuple(
            (
                Cell(text=label_of(look.bot, channel), value=channel),
                count_cell(one.mentions, mentions_url(look.scope, channel=channel)),
                count_cell(
                    one.acquainted, mentions_url(look.scope, channel=channel, acquainted="1")
                ),
                share_cell(
                    rates[channel], mentions_url(look.scope, channel=channel, acquainted="1")
                ),
                count_cell(one.reach),
            )
            for channel in order
            for one in (found[channel],)
        ),
        spec=dot_chart(dots, share=True) if dots else None,
        note=_(
            "Known: we had heard this author before, on the same channel. Reach adds up the"
            " followers each author had when heard, once for each mention: an upper bound, since"
            " nobody knows who read it, and nothing where the network tells no followers."
        ),
    )


def _returning(whole: Sums) -> str:
    if whole.mentions < ENOUGH:
        return _("Too little was said in this time for a figure.")
    return _(
        "%(share)s of %(number)s mentions came from people we had heard before; together the"
        " authors have %(reach)s followers.",
        share=percent(whole.acquainted / whole.mentions),
        number=number(whole.mentions),
        reach=number(whole.reach),
    )
