"""In which hours or days there are any of the mentions that are looked for, and how many.

What is counted beside the mentions (listener/trends) says so: only those are read, and only until a
page is full. So a page costs what a page costs, also where three in a million are looked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from listener.trends.cells import FacetKind, facet
from listener.trends.models import ALL, Cube, Grain, Rollup
from listener.trends.steps import By, begin, following
from responder.heard.wanted import Wanted
from sentiment.rivals import WITHOUT_US

SEARCHED: Final = 100_000
"""So many mentions are looked at for words, the newest ones: every text is read."""

_FEW_DAYS: Final = timedelta(days=3)
_NOT_OURS: Final = facet(FacetKind.RIVAL, WITHOUT_US)


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """An hour or a day in which there are some; `mentions`: how many there may be."""

    start: datetime
    end: datetime
    mentions: int


def stretches(session: Session, wanted: Wanted) -> list[Stretch]:
    """Where there are any, newest first."""
    by, table = _grain(wanted), _table(wanted)
    query = (
        select(table.start, _number(wanted, table))
        .where(
            table.grain == Grain(by.value),
            table.start >= begin(wanted.start, by, wanted.zone),
            table.start < wanted.end,
            *_counted(wanted, table),
        )
        .group_by(table.start)
        .order_by(table.start.desc())
    )
    return [
        Stretch(
            start=max(start, wanted.start),
            end=min(following(start, by, wanted.zone), wanted.end),
            mentions=int(number),
        )
        for start, number in session.execute(query)
        if number and wanted.is_then(start)
    ]


def searched(every: Sequence[Stretch]) -> tuple[Sequence[Stretch], datetime | None]:
    """The newest stretches, up to so many mentions, and how far back they go; None: that is all."""
    seen = 0
    for place, stretch in enumerate(every, start=1):
        seen += stretch.mentions
        if seen >= SEARCHED and place < len(every):
            return every[:place], stretch.start
    return every, None


def total(wanted: Wanted, every: Sequence[Stretch], now: datetime) -> int | None:
    """How many there are, where the rollup knows: of whole steps, by what it tells apart."""
    by, zone = _grain(wanted), wanted.zone
    whole = begin(wanted.start, by, zone) == wanted.start and (
        wanted.end > now or begin(wanted.end, by, zone) == wanted.end
    )
    one_facet = wanted.topic or wanted.facet
    apart = wanted.q or (wanted.topic and wanted.facet) or (wanted.ours and one_facet)
    unknown = apart or (_several(wanted) and _table(wanted) is Rollup)
    return None if unknown or not whole else sum(one.mentions for one in every)


def _grain(wanted: Wanted) -> By:
    """Hours where single hours are asked for, or few: days else."""
    by_the_clock = wanted.weekday is not None or wanted.hour is not None
    return By.HOUR if by_the_clock or wanted.end - wanted.start <= _FEW_DAYS else By.DAY


def _facets(wanted: Wanted) -> list[str]:
    """Those of the rollup that play a part, the rarest kind first."""
    kinds = (
        (FacetKind.TOPIC, wanted.topic),
        (FacetKind.PHASE, wanted.phase),
        (FacetKind.LANGUAGE, wanted.language),
    )
    named = [wanted.facet] if wanted.facet else []
    return named + [facet(kind, value) for kind, value in kinds if value]


def _several(wanted: Wanted) -> bool:
    """Whether more is told apart at once than one facet of the rollup."""
    facets = _facets(wanted)
    return len(facets) + bool(facets and wanted.ours) > 1


def _table(wanted: Wanted) -> type[Rollup] | type[Cube]:
    """Cubes know several at once, but no hours."""
    return Cube if _several(wanted) and _grain(wanted) is By.DAY else Rollup


def _base(wanted: Wanted, table: type[Rollup] | type[Cube]) -> str:
    """The facet that is counted. In a rollup only the rarest of several narrows."""
    if table is Rollup:
        return next(iter(_facets(wanted)), ALL)
    topic = facet(FacetKind.TOPIC, wanted.topic) if wanted.topic else ALL
    return wanted.facet or topic


def _number(wanted: Wanted, table: type[Rollup] | type[Cube]) -> ColumnElement[Any]:
    """The sum of what there may be; what is not ours is taken off again."""
    number: ColumnElement[Any] = table.mentions.expression
    if wanted.acquainted is not None:
        known = table.acquainted.expression
        number = known if wanted.acquainted else number - known
    if wanted.ours and _base(wanted, table) == ALL:
        number = case((table.facet == _NOT_OURS, -number), else_=number)
    return func.sum(number)


def _counted(wanted: Wanted, table: type[Rollup] | type[Cube]) -> Iterator[ColumnElement[bool]]:
    base = _base(wanted, table)
    yield table.facet.in_((ALL, _NOT_OURS) if wanted.ours and base == ALL else (base,))
    if table is Cube and wanted.language:
        yield Cube.language == wanted.language
    if table is Cube and wanted.phase is not None:
        yield Cube.phase == wanted.phase
    if wanted.channel:
        yield table.channel == wanted.channel
    if wanted.channels is not None:
        yield table.channel.in_(sorted(wanted.channels))
    if wanted.sentiment is not None:
        yield table.sentiment == wanted.sentiment
