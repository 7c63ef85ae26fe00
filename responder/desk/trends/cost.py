"""What the networks charged, by channel, by use, and for each reply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from listener.channels.metering import Use
from responder.desk.pictures.dots import Dot, dot_chart
from responder.desk.rows import label_of
from responder.desk.tongue import N_, _
from responder.desk.trends.links import decided_url
from responder.desk.trends.panel import Cell, Filter, Look, Panel
from responder.desk.trends.said import count_cell, money_cell, number
from responder.history.decided import ANY
from responder.measures.cost import Cost, costs

KEY: Final = "cost"
TITLE: Final = N_("Cost")
HONOURS: Final = frozenset({Filter.PERIOD, Filter.CHANNEL})

_USES: Final[Mapping[Use, str]] = {
    Use.REPLY: N_("Replies and the looks around them"),
    Use.MENTIONS: N_("Reading what speaks to us"),
    Use.SEARCH: N_("Searching"),
    Use.OWN: N_("Our own posts"),
    Use.REPAIR: N_("Filling gaps"),
    Use.CHECK: N_("Checks"),
}


def panels(look: Look) -> tuple[Panel, ...]:
    with look.bot.database.read() as session:
        found = costs(session, look.scope)
    return _by_channel(look, found), _by_use(found)


def _by_channel(look: Look, found: Mapping[str, Cost]) -> Panel:
    order = sorted(found, key=lambda channel: (-found[channel].total, channel))
    return Panel(
        key="by-channel",
        title=_("Cost by channel"),
        finding=_told(found),
        columns=(
            _("Channel"),
            _("Replies"),
            _("Cost"),
            _("A reply, with all reading"),
            _("A reply, its own calls"),
            _("Budget of a month"),
        ),
        rows=tuple(_row(look, channel, found[channel]) for channel in order),
        spec=_picture([(label_of(look.bot, one), found[one].total) for one in order]),
        note=_note(),
    )


def _told(found: Mapping[str, Cost]) -> str:
    total = sum(one.total for one in found.values())
    paid = sum(one.replies for one in found.values() if one.total)
    if not total:
        return _("No network charged anything in this time.")
    if not paid:
        return _("The networks charged %(total)s; no reply was sent where they did.",
                 total=money_cell(total).text)  # fmt: skip
    return _(
        "The networks charged %(total)s; where they do, a reply cost %(each)s with all the reading"
        " before it, over %(number)s replies.",
        total=money_cell(total).text,
        each=money_cell(total / paid).text,
        number=number(paid),
    )


def _row(look: Look, channel: str, cost: Cost) -> tuple[Cell, ...]:
    known = look.bot.channels.get(channel)
    charges = known is not None and bool(known.declaration.fees)
    budget = known.options.monthly_budget_usd * 1_000_000 if known and charges else None
    return (
        Cell(text=label_of(look.bot, channel), value=channel),
        count_cell(cost.replies, decided_url(look.scope, f"left.{ANY}", channel=channel)),
        money_cell(cost.total),
        money_cell(cost.per_reply),
        money_cell(cost.sending),
        money_cell(budget),
    )


def _by_use(found: Mapping[str, Cost]) -> Panel:
    total = sum(one.total for one in found.values())
    by_use = {use: sum(one.by_use.get(use, 0) for one in found.values()) for use in Use}
    order = sorted((use for use in Use if by_use[use]), key=lambda use: -by_use[use])
    return Panel(
        key="by-use",
        title=_("What the money was for"),
        finding=_most(by_use, order, total),
        columns=(_("Used for"), _("Cost")),
        rows=tuple(
            (Cell(text=_(_USES[use]), value=use.value), money_cell(by_use[use])) for use in order
        ),
        spec=_picture([(_(_USES[use]), by_use[use]) for use in order]),
        note=_note(),
    )


def _most(by_use: Mapping[Use, int], order: list[Use], total: int) -> str:
    if not order:
        return _("No network charged anything in this time.")
    return _(
        "Most of it, %(part)s of %(total)s, was for: %(use)s.",
        part=money_cell(by_use[order[0]]).text,
        total=money_cell(total).text,
        use=_(_USES[order[0]]),
    )


def _picture(named: list[tuple[str, int]]) -> dict[str, object] | None:
    dots = [
        Dot(
            name=name,
            at=micros / 1_000_000,
            low=0,
            high=micros / 1_000_000,
            label=money_cell(micros).text,
            spoken=_("%(name)s: %(amount)s", name=name, amount=money_cell(micros).text),
        )
        for name, micros in named
        if micros
    ]
    return dot_chart(dots, unit=_("US dollars")) if dots else None


def _note() -> str:
    return _("In US dollars, by our own ledger of the networks' prices; whole days of UTC that"
             " begin in the period. The time of people is not in it.")  # fmt: skip
