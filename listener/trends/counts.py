"""Numbers of a period, read from the rollup: whole months and days where they fit, hours at the
edges, and of an hour that is cut in two the mentions themselves.

So what is read does not depend on how many mentions there are, and is still exact to the second.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session

from listener.models import Mention
from listener.trends.cells import COUNTED, FacetKind, Measures, facet, facets_of, measures_of
from listener.trends.models import ALL, Grain, Rollup
from listener.trends.scope import Scope
from listener.trends.steps import (
    By,
    begin,
    following,
    next_month,
    start_of_day,
    start_of_hour,
    start_of_month,
)

DIMENSIONS: Final = ("facet", "channel", "language", "phase", "sentiment")
"""By what numbers may be told apart."""

Sums = Mapping[tuple[Any, ...], Measures]
"""By (step, *dimensions): `step` is a moment in UTC, and is there only where steps were asked for.
Dimensions are what the mention's columns hold; a facet is its text with the kind."""


@dataclass(frozen=True, kw_only=True)
class _Piece:
    """A part of the period; grain None: counted from the mentions."""

    start: datetime
    end: datetime
    grain: Grain | None


def sums(
    session: Session,
    scope: Scope,
    *dimensions: str,
    steps: bool = False,
    kind: FacetKind | None = None,
) -> Sums:
    """The measures of `scope`, told apart by `dimensions`, and by its steps if asked for.

    `kind`: the mentions' facets of that kind instead of the mentions; one with two topics then
    counts twice. It goes with the dimension "facet", and with no topic in `scope`.
    """
    found: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0] * len(Measures._fields))
    facets = _facets(session, scope, kind)
    for piece in _pieces(scope, steps=steps):
        for start, key, values in _read(session, scope, piece, dimensions, facets, steps=steps):
            place = (begin(start, scope.by, scope.zone), *key) if steps else key
            total = found[place]
            for index, value in enumerate(values):
                total[index] += value
    return {key: Measures(*values) for key, values in found.items()}


def counted_channels(session: Session) -> Sequence[str]:
    """Every channel there are mentions of, those of imports and of former accounts too."""
    known = select(Rollup.channel).where(Rollup.grain == Grain.MONTH, Rollup.facet == ALL)
    return session.scalars(known.distinct()).all()


def _facets(session: Session, scope: Scope, kind: FacetKind | None) -> Sequence[str]:
    if kind is None:
        return [facet(FacetKind.TOPIC, scope.topic) if scope.topic else ALL]
    if scope.topic:
        raise ValueError("facets are not told apart within a topic")
    known = select(Rollup.facet).where(
        Rollup.grain == Grain.MONTH,
        Rollup.facet > f"{kind}:",
        Rollup.facet < f"{kind};",  # the character after the colon
    )
    return session.scalars(known.distinct()).all()


def _pieces(scope: Scope, *, steps: bool) -> Iterator[_Piece]:
    """The period in as few, as long pieces as can be counted from one grain each."""
    start, end = scope.start, scope.end
    first, last = _up(start, By.HOUR, scope), start_of_hour(end, scope.zone)
    if first >= last:
        yield _Piece(start=start, end=end, grain=None)
        return
    yield _Piece(start=start, end=first, grain=None)
    if steps and scope.by is By.HOUR:
        yield _Piece(start=first, end=last, grain=Grain.HOUR)
    else:
        yield from _days(first, last, scope, months=not steps)
    yield _Piece(start=last, end=end, grain=None)


def _days(first: datetime, last: datetime, scope: Scope, *, months: bool) -> Iterator[_Piece]:
    """Hours until the first midnight, days, hours after the last."""
    begins, ends = _up(first, By.DAY, scope), start_of_day(last, scope.zone)
    if begins >= ends:
        yield _Piece(start=first, end=last, grain=Grain.HOUR)
        return
    yield _Piece(start=first, end=begins, grain=Grain.HOUR)
    if months:
        yield from _months(begins, ends, scope)
    else:
        yield _Piece(start=begins, end=ends, grain=Grain.DAY)
    yield _Piece(start=ends, end=last, grain=Grain.HOUR)


def _months(first: datetime, last: datetime, scope: Scope) -> Iterator[_Piece]:
    month = start_of_month(first, scope.zone)
    begins = month if month == first else next_month(month, scope.zone)
    ends = start_of_month(last, scope.zone)
    if begins >= ends:
        yield _Piece(start=first, end=last, grain=Grain.DAY)
        return
    yield _Piece(start=first, end=begins, grain=Grain.DAY)
    yield _Piece(start=begins, end=ends, grain=Grain.MONTH)
    yield _Piece(start=ends, end=last, grain=Grain.DAY)


def _up(moment: datetime, by: By, scope: Scope) -> datetime:
    """The first such step that begins at `moment` or later."""
    start = begin(moment, by, scope.zone)
    return start if start == moment else following(start, by, scope.zone)


def _read(
    session: Session,
    scope: Scope,
    piece: _Piece,
    dimensions: Sequence[str],
    facets: Sequence[str],
    *,
    steps: bool,
) -> Iterator[tuple[datetime, tuple[Any, ...], Sequence[int]]]:
    if piece.start >= piece.end or not facets:
        return
    if piece.grain is None:
        yield from _one_by_one(session, scope, piece, dimensions, facets)
        return
    shown = [getattr(Rollup, name) for name in dimensions]
    if steps:
        shown.insert(0, Rollup.start)
    query = (
        select(*shown, *(func.sum(getattr(Rollup, name)) for name in Measures._fields))
        .where(
            Rollup.grain == piece.grain,
            Rollup.facet.in_(facets),
            Rollup.start >= piece.start,
            Rollup.start < piece.end,
            *_narrowed(scope, Rollup),
        )
        .group_by(*shown)
    )
    width = len(shown)
    for row in session.execute(query):
        values = [int(value or 0) for value in row[width:]]  # PostgreSQL sums to Decimal
        if values[0]:
            start = row[0] if steps else piece.start
            yield start, tuple(row[int(steps) : width]), values


def _one_by_one(
    session: Session,
    scope: Scope,
    piece: _Piece,
    dimensions: Sequence[str],
    facets: Collection[str],
) -> Iterator[tuple[datetime, tuple[Any, ...], Sequence[int]]]:
    query = select(*(getattr(Mention, name) for name in COUNTED)).where(
        Mention.created_at >= piece.start,
        Mention.created_at < piece.end,
        *_narrowed(scope, Mention),
    )
    for row in session.execute(query):
        for name in facets_of(row):
            if name in facets:
                yield row.created_at, _key(row, name, dimensions), measures_of(row)


def _key(row: Row[Any], name: str, dimensions: Sequence[str]) -> tuple[Any, ...]:
    return tuple(name if one == "facet" else getattr(row, one) for one in dimensions)


def _narrowed(scope: Scope, table: type[Rollup] | type[Mention]) -> Iterator[ColumnElement[bool]]:
    if scope.channel:
        yield table.channel == scope.channel
    if scope.channels is not None:
        yield table.channel.in_(sorted(scope.channels))
    if scope.language:
        yield table.language == scope.language
    if scope.phase:
        yield table.phase == scope.phase
