"""Numbers of a period, read from the counts: whole months and days where they fit, hours at the
edges, and of an hour that is cut in two the mentions themselves.

So what is read hardly depends on how many mentions there are, and is still exact to the second.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from operator import add
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, Select, Text, cast, func, select
from sqlalchemy.orm import Session

from config.database import start_of_hour as sql_start_of_hour
from listener.models import Mention
from listener.trends.cells import COUNTED, FacetKind, Sums, facet, facets_of, sums_of
from listener.trends.models import ALL, Cube, Grain, Rollup
from listener.trends.pieces import Piece, pieces
from listener.trends.scope import Scope
from listener.trends.steps import begin, past_the_hour
from sentiment.phase import Phase

DIMENSIONS: Final = ("facet", "channel", "language", "phase", "sentiment")
"""By what numbers may be told apart."""

Found = Mapping[tuple[Any, ...], Sums]
"""By (step, *dimensions): `step` is a moment in UTC, and is there only where steps were asked for.
Dimensions are what the mention's columns hold; a facet is its text with the kind."""

_Row = tuple[datetime, tuple[Any, ...], Sums]
"""Somewhere in a step, the dimensions, the sums."""


def sums(
    session: Session,
    scope: Scope,
    *dimensions: str,
    steps: bool = False,
    kind: FacetKind | None = None,
) -> Found:
    """The sums of `scope`, told apart by `dimensions`, and by its steps if asked for.

    `kind`: the mentions' facets of that kind instead of the mentions; one with two topics then
    counts twice. It goes with the dimension "facet", and with no topic in `scope`. Raises
    ValueError where it does not.
    """
    if kind is not None and scope.topic:
        raise ValueError("facets are not told apart within a topic")
    asked = _Asked(scope=scope, dimensions=dimensions, steps=steps, kind=kind)
    found: dict[tuple[Any, ...], Sums] = {}
    step_of = cache(lambda moment: begin(moment, scope.by, scope.zone))
    for piece in pieces(scope, steps=steps):
        for moment, key, values in _read(session, asked, piece):
            place = (step_of(moment), *key) if steps else key
            known = found.get(place)
            found[place] = values if known is None else Sums(*map(add, known, values))
    return found


def counted_channels(session: Session) -> Sequence[str]:
    """Every channel there are mentions of, those of imports and of former accounts too."""
    known = select(Rollup.channel).where(Rollup.grain == Grain.MONTH, Rollup.facet == ALL)
    return session.scalars(known.distinct()).all()


@dataclass(frozen=True, kw_only=True)
class _Asked:
    scope: Scope
    dimensions: tuple[str, ...]
    steps: bool
    kind: FacetKind | None

    @property
    def traits(self) -> list[FacetKind]:
        """Which of language, phase and the facets play a part: one is in the rollup, several are
        in the cube."""
        scope, told = self.scope, self.dimensions
        parts = {
            FacetKind.LANGUAGE: scope.language or "language" in told,
            FacetKind.PHASE: scope.phase or "phase" in told,
            FacetKind.TOPIC: scope.topic or self.kind is not None,
        }
        return [kind for kind, plays in parts.items() if plays]


def _read(session: Session, asked: _Asked, piece: Piece) -> Iterator[_Row]:
    if piece.grain is None:
        return _one_by_one(session, asked, piece)
    if len(asked.traits) < 2:
        return _from_rollup(session, asked, piece)
    if piece.grain is Grain.HOUR:
        return _from_mentions(session, asked, piece)
    return _from_cube(session, asked, piece)


def _from_rollup(session: Session, asked: _Asked, piece: Piece) -> Iterator[_Row]:
    """Language, phase and facets are all in the one column there."""
    scope, trait = asked.scope, next(iter(asked.traits), None)
    told = [_IN_ROLLUP.get(name, name) for name in asked.dimensions]
    chosen = {
        FacetKind.LANGUAGE: scope.language,
        FacetKind.PHASE: scope.phase,
        FacetKind.TOPIC: scope.topic,
        None: "",
    }[trait]
    if trait is None:
        facets: Sequence[str] = (ALL,)
    elif chosen:
        facets = (facet(trait, chosen),)
    else:
        facets = _known(session, Rollup, asked.kind or trait)
    rows = _summed(session, asked, piece, Rollup, told, facets)
    if trait not in (FacetKind.LANGUAGE, FacetKind.PHASE):
        return rows
    return (
        (moment, tuple(map(_out_of_facet, asked.dimensions, key)), values)
        for moment, key, values in rows
    )


_IN_ROLLUP: Final = {"language": "facet", "phase": "facet"}


def _out_of_facet(dimension: str, value: Any) -> Any:
    if dimension == "language":
        return value.partition(":")[2]
    return Phase(value.partition(":")[2]) if dimension == "phase" else value


def _from_cube(session: Session, asked: _Asked, piece: Piece) -> Iterator[_Row]:
    scope = asked.scope
    if asked.kind is not None:
        facets = _known(session, Cube, asked.kind)
    else:
        facets = (facet(FacetKind.TOPIC, scope.topic) if scope.topic else ALL,)
    narrowed = [
        *([Cube.language == scope.language] if scope.language else ()),
        *([Cube.phase == Phase(scope.phase)] if scope.phase else ()),
    ]
    return _summed(session, asked, piece, Cube, asked.dimensions, facets, *narrowed)


def _known(session: Session, table: type[Rollup] | type[Cube], kind: FacetKind) -> Sequence[str]:
    """The facets of a kind that there are. Months have them all, in the fewest rows."""
    there = select(table.facet).where(
        table.grain == Grain.MONTH,
        table.facet > f"{kind}:",
        table.facet < f"{kind};",  # the character after the colon
    )
    return session.scalars(there.distinct()).all()


def _summed(
    session: Session,
    asked: _Asked,
    piece: Piece,
    table: type[Rollup] | type[Cube],
    dimensions: Sequence[str],
    facets: Sequence[str],
    *narrowed: ColumnElement[bool],
) -> Iterator[_Row]:
    shown = [table.start] if asked.steps else []
    shown += [getattr(table, name) for name in dimensions]
    query = (
        select(*shown, *(func.sum(getattr(table, name)) for name in Sums._fields))
        .where(
            table.grain == piece.grain,
            table.facet.in_(facets),
            table.start >= piece.start,
            table.start < piece.end,
            *of_channels(asked.scope, table),
            *narrowed,
        )
        .group_by(*shown)
    )
    yield from _rows(session, query, asked, piece, len(shown))


def _from_mentions(session: Session, asked: _Asked, piece: Piece) -> Iterator[_Row]:
    """Hours of several traits at once are counted nowhere: their periods are short."""
    if asked.kind is not None:
        yield from _one_by_one(session, asked, piece)
        return
    past = int(past_the_hour(piece.start, asked.scope.zone).total_seconds() / 60)
    shown = [sql_start_of_hour(Mention.created_at, past=past).label("hour")] if asked.steps else []
    shown += [getattr(Mention, name) for name in asked.dimensions]
    query = (
        select(*shown, *_counting())
        .where(*_in(asked.scope, piece), *about(asked.scope))
        .group_by(*shown)
    )
    yield from _rows(session, query, asked, piece, len(shown))


def _counting() -> Iterator[ColumnElement[Any]]:
    """The sums of a row of counts, of mentions."""
    score = func.round(Mention.sentiment_score * 1000)
    yield func.count()
    yield func.sum(score)
    yield func.sum(score * score)
    yield func.sum(func.coalesce(Mention.reach, 0))
    yield func.sum(cast(Mention.acquainted, Integer))


def _rows(
    session: Session, query: Select[*tuple[Any, ...]], asked: _Asked, piece: Piece, width: int
) -> Iterator[_Row]:
    for row in session.execute(query):
        values = Sums(*(int(value or 0) for value in row[width:]))  # PostgreSQL sums to Decimal
        if values.mentions:
            moment = row[0] if asked.steps else piece.start
            yield moment, tuple(row[int(asked.steps) : width]), values


def _one_by_one(session: Session, asked: _Asked, piece: Piece) -> Iterator[_Row]:
    query = select(*(getattr(Mention, name) for name in COUNTED)).where(
        *_in(asked.scope, piece), *about(asked.scope)
    )
    for row in session.execute(query):
        for name in facets_of(row) if asked.kind else (ALL,):
            if asked.kind is None or name.startswith(f"{asked.kind}:"):
                key = tuple(
                    name if one == "facet" else getattr(row, one) for one in asked.dimensions
                )
                yield row.created_at, key, sums_of(row)


def _in(scope: Scope, piece: Piece) -> Iterator[ColumnElement[bool]]:
    yield Mention.created_at >= piece.start
    yield Mention.created_at < piece.end
    yield from of_channels(scope, Mention)


def about(scope: Scope) -> Iterator[ColumnElement[bool]]:
    """Of mentions: of the language, phase and topic that are looked at."""
    if scope.language:
        yield Mention.language == scope.language
    if scope.phase:
        yield Mention.phase == Phase(scope.phase)
    if scope.topic:
        # Topics are plain words in a list that is kept as JSON.
        yield cast(Mention.topics, Text).contains(f'"{scope.topic}"', autoescape=True)


def of_channels(
    scope: Scope, table: type[Rollup] | type[Cube] | type[Mention]
) -> Iterator[ColumnElement[bool]]:
    # Not the bare column of a mention, or SQLite looks by channel: half of all are of one.
    name = Mention.channel.concat("") if table is Mention else table.channel
    if scope.channel:
        yield name == scope.channel
    if scope.channels is not None:
        yield name.in_(sorted(scope.channels))
