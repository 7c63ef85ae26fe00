"""What the mentions of a period are made of: languages, phases, people heard before, reach."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from listener.trends.counts import sums
from responder.desk.choices import named
from responder.desk.pictures.bars import Bar, bar_chart
from responder.desk.rows import label_of
from responder.desk.tongue import _, many
from responder.desk.trends.amounts import number_words, share_words
from responder.desk.trends.links import mentions_url
from responder.desk.trends.panel import Cell, Look, Panel
from responder.desk.trends.series import Curves, Series, lines_panel, number_cell
from responder.desk.trends.steps import local_steps, step_url, unfinished
from responder.desk.words import language_name
from sentiment.language import UNKNOWN
from sentiment.phase import Phase

_BARS = 10
"""So many have a bar; the table has them all."""

_UNTOLD: Final = (Phase.UNKNOWN, UNKNOWN)
"""Where nobody can tell: no finding."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One value of what tells mentions apart, and how many have it."""

    value: str
    name: str
    number: int


def languages(look: Look, session: Session) -> Panel | None:
    """None where one was chosen."""
    if look.scope.language:
        return None
    parts = _parts(look, session, "language", language_name)
    return _bars(
        look, parts, key="languages", title=_("Languages"), by="language", heading=_("Language")
    )


def phases(look: Look, session: Session) -> Panel | None:
    """None where one was chosen."""
    if look.scope.phase:
        return None
    parts = _parts(look, session, "phase", named)
    order = list(Phase)
    parts.sort(key=lambda part: order.index(Phase(part.value)))  # as a customer lives through them
    return _bars(
        look, parts, key="phases", title=_("Life-cycle phases"), by="phase", heading=_("Phase")
    )


def _parts(look: Look, session: Session, dimension: str, name: Callable[[str], str]) -> list[Part]:
    """Most first."""
    found = [
        Part(value=str(value), name=name(str(value)), number=one.mentions)
        for (value,), one in sums(session, look.scope, dimension).items()
    ]
    return sorted(found, key=lambda part: (-part.number, part.name))


def _bars(
    look: Look, parts: Sequence[Part], *, key: str, title: str, by: str, heading: str
) -> Panel:
    total = sum(part.number for part in parts)
    return Panel(
        key=key,
        title=title,
        finding=_leading(parts, total),
        columns=(heading, _("Mentions"), _("Share")),
        rows=tuple(
            (
                Cell(text=part.name, value=part.value),
                number_cell(part.number, mentions_url(look.scope, **{by: part.value})),
                Cell(text=share_words(part.number, total), value=round(part.number / total, 4)),
            )
            for part in parts
        ),
        spec=bar_chart([_bar(part, total) for part in parts[:_BARS]]) if parts else None,
    )


def _bar(part: Part, total: int) -> Bar:
    share = share_words(part.number, total)
    told = many(
        "%(name)s: %(number)s mention, %(share)s",
        "%(name)s: %(number)s mentions, %(share)s",
        part.number,
        name=part.name,
        number=number_words(part.number),
        share=share,
    )
    text = _("%(number)s (%(share)s)", number=number_words(part.number), share=share)
    return Bar(name=part.name, value=part.number, text=text, spoken=told)


def _leading(parts: Sequence[Part], total: int) -> str:
    if not parts:
        return _("Nothing was said in this time.")
    told = [part for part in parts if part.value not in _UNTOLD] or parts
    first, *others = sorted(told, key=lambda part: -part.number)[:2]
    share = share_words(first.number, total)
    if not others and len(parts) == 1:
        return _("All of it is %(name)s.", name=first.name)
    if not others:
        return _("%(name)s leads with %(share)s.", name=first.name, share=share)
    return _(
        "%(name)s leads with %(share)s, then comes %(next)s with %(other)s.",
        name=first.name,
        share=share,
        next=others[0].name,
        other=share_words(others[0].number, total),
    )


def returning(look: Look, session: Session) -> Panel:
    """Who had been heard before, and who was new."""
    scope = look.scope
    steps = local_steps(scope)
    found = {
        step.astimezone(scope.zone): one
        for (step,), one in sums(session, scope, steps=True).items()
    }
    known = [found[step].acquainted if step in found else 0 for step in steps]
    every = [found[step].mentions if step in found else 0 for step in steps]
    new = [whole - part for whole, part in zip(every, known, strict=True)]
    curves = Curves(
        scope=scope,
        steps=steps,
        series=(
            Series(name=_("Heard before"), values=tuple(known)),
            Series(name=_("For the first time"), values=tuple(new)),
        ),
        leads=lambda start, place: step_url(
            scope, start, **({} if place is None else {"acquainted": "10"[place]})
        ),
        total=True,
        now=look.now,
    )
    return lines_panel(
        curves,
        key="returning",
        title=_("People who come back"),
        finding=_returning(sum(known), sum(every)),
        note=" ".join(
            (
                _("Somebody is known by the network's own id, on each network apart."),
                unfinished(scope, look.now),
            )
        ).strip(),
    )


def _returning(known: int, every: int) -> str:
    if not every:
        return _("Nothing was said in this time.")
    return many(
        "%(share)s of %(number)s mention is from people who had been heard before.",
        "%(share)s of %(number)s mentions are from people who had been heard before.",
        every,
        share=share_words(known, every),
        number=number_words(every),
    )


def reach(look: Look, session: Session) -> Panel:
    """How many may have seen it at most."""
    found = sums(session, look.scope, "channel")
    rows = sorted(found.items(), key=lambda item: -item[1].reach)
    total = sum(one.reach for one in found.values())
    finding = many(
        "At most %(number)s follower of its authors could see what was said.",
        "At most %(number)s followers of its authors could see what was said.",
        total,
        number=number_words(total),
    )
    return Panel(
        key="reach",
        title=_("Reach"),
        finding=finding if total else _("No network told how many follow the authors."),
        columns=(_("Channel"), _("Mentions"), _("Followers")),
        rows=tuple(
            (
                Cell(text=label_of(look.bot, channel), value=channel),
                number_cell(one.mentions, mentions_url(look.scope, channel=channel)),
                number_cell(one.reach),
            )
            for (channel,), one in rows
        ),
        spec=bar_chart([_reach(look, key[0], one.reach) for key, one in rows]) if total else None,
        note=_(
            "Followers of each author when the mention was heard, added up over the mentions: who "
            "follows two of them, or saw two mentions, is counted twice."
        ),
    )


def _reach(look: Look, channel: str, number: int) -> Bar:
    name, text = label_of(look.bot, channel), number_words(number)
    told = many(
        "%(name)s: %(number)s follower", "%(name)s: %(number)s followers", number,
        name=name, number=text,
    )  # fmt: skip
    return Bar(name=name, value=number, text=text, spoken=told)
