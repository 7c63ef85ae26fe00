"""What a tab says that has nothing to show, and the ways onward."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from responder.desk.filter_bar import Chip
from responder.desk.pages import query
from responder.desk.tongue import N_, _
from responder.desk.trends.bar import period_name, period_words
from responder.desk.trends.panel import KINDS, Filter, Look, Panel
from responder.desk.trends.scope import Asked, Period
from responder.desk.trends.tabs import Tab

_UNHEARD: Final = N_("Nobody was heard in the period %(period)s.")
_EMPTY: Final = {
    "wants": N_("Nobody said plainly what they like or want in the period %(period)s."),
    "response": N_("Nobody wrote what wants an answer in the period %(period)s."),
    "satisfaction": N_("Nobody was answered in the period %(period)s."),
    "automatic": N_("Nobody was answered in the period %(period)s."),
    "approvals": N_("Nobody decided on a draft in the period %(period)s."),
    "cost": N_("No network charged anything in the period %(period)s."),
}
_LONGER: Final = (Period.MONTH, Period.QUARTER, Period.YEAR)


@dataclass(frozen=True, kw_only=True)
class Empty:
    """`importing`: what was said before we listened would fill it. `ways`: where there may be
    more."""

    sentence: str
    importing: bool
    ways: tuple[Chip, ...]


def empty(tab: Tab, look: Look, asked: Asked, panels: Sequence[Panel]) -> Empty | None:
    """None where there is anything to see, or where it is no matter of the period."""
    if Filter.PERIOD not in tab.HONOURS or any(map(_tells, panels)):
        return None
    sentence = _EMPTY.get(tab.KEY, _UNHEARD)
    return Empty(
        sentence=_(sentence, period=period_words(look.scope)),
        importing=sentence == _UNHEARD,
        ways=tuple(_ways(f"/trends/{tab.KEY}", look, asked)),
    )


def _tells(panel: Panel) -> bool:
    cells = (cell for row in panel.rows for cell in row[1:])
    numbers = (cell.value for cell in cells if isinstance(cell.value, int | float))
    return panel.telling or panel.spec is not None or any(numbers)


def _ways(path: str, look: Look, asked: Asked) -> Iterator[Chip]:
    free = asked.without("period", "from", "to")
    for period in _LONGER:
        if int(period) > (look.scope.end - look.scope.start).days + 1:
            yield Chip(text=period_name(period), url=query(path, free | {"period": period.value}))
    if KINDS & asked.pairs.keys():
        yield Chip(text=_("Without these filters"), url=query(path, asked.without(*KINDS)))
