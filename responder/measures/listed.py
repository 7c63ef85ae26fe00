"""Which mentions a figure is made of: the list behind it has exactly those.

A figure has a name that stands in addresses: what is counted, a dot, and which of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy import select, true

from listener.models import Mention
from listener.trends.scope import Scope
from responder.bot import Bot
from responder.measures.leavers import leavers
from responder.measures.of_scope import cases_of, waits_of
from responder.measures.satisfaction import Group, chosen
from responder.measures.staffed import micros
from responder.measures.times import Ending, ended
from responder.measures.waiting import is_late, waits
from responder.measures.waits import OUTSIDE
from responder.models import AuthorKind
from sentiment.phase import Phase

OPEN_THEN: Final = "open"
CLOSED_THEN: Final = "closed"
"""Of waits: whether somebody was there when it was written."""

Ids = frozenset[str]
_BY: Final = (*(kind.value for kind in AuthorKind), OUTSIDE)


def _waits(bot: Bot, scope: Scope, ending: str) -> Ids:
    """`ending`: one of Ending; with whether somebody was there, or who answered, behind a dot."""
    rounds = waits_of(bot, scope).rounds
    name, _, part = ending.partition(".")
    flags = ended(rounds, Ending(name), micros(bot.clock()))
    if part in (OPEN_THEN, CLOSED_THEN):
        flags = flags & (rounds.open_then if part == OPEN_THEN else ~rounds.open_then)
    found = rounds.chosen(flags).waits
    return frozenset(wait.text.key for wait in found if part not in _BY or wait.by == part)


def _cases(bot: Bot, scope: Scope, group: str) -> Ids:
    found = chosen(cases_of(bot, scope).cases, Group(group), micros(bot.clock()))
    return frozenset(case.mention for case in found)


def _leavers(bot: Bot, scope: Scope, phase: str) -> Ids:
    """The first complaints of those who leave, that were of `phase`."""
    with bot.database.read() as session:
        return frozenset(leavers(session, scope).began.get(Phase(phase), ()))


def _now(bot: Bot, scope: Scope, which: str) -> Ids:
    late = is_late(bot.clock()) if which == Ending.LATE else true()
    with bot.database.read() as session:
        return frozenset(session.scalars(select(Mention.id).where(waits(scope), late)))


_READ: Final[Mapping[str, Callable[[Bot, Scope, str], Ids]]] = {
    "waits": _waits,
    "cases": _cases,
    "leavers": _leavers,
    "now": _now,
}
FIGURES: Final = frozenset(
    {
        *(f"waits.{one}" for one in Ending),
        *(f"waits.{one}.{then}" for one in Ending for then in (OPEN_THEN, CLOSED_THEN)),
        *(f"waits.{Ending.ANSWERED}.{by}" for by in _BY),
        *(f"cases.{one}" for one in Group),
        *(f"leavers.{one}" for one in Phase),
        *(f"now.{one}" for one in (Ending.WAITING, Ending.LATE)),
    }
)
"""The names of all there are."""


def has_a_period(figure: str) -> bool:
    """Whether it counts what was in a period, and not what is now."""
    return not figure.startswith("now.")


def listed(bot: Bot, scope: Scope, figure: str) -> Ids:
    """The ids of the mentions that `figure`, one of FIGURES, counts in `scope`."""
    kind, _, which = figure.partition(".")
    return _READ[kind](bot, scope, which)
