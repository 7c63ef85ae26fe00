"""Pure: a period cut into pieces, each of which can be counted from one grain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from listener.trends.models import Grain
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


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A part of the period, never empty; grain None: of an hour that is cut in two."""

    start: datetime
    end: datetime
    grain: Grain | None


def pieces(scope: Scope, *, steps: bool) -> Iterator[Piece]:
    """As few, as long pieces as there can be, in order and without holes. `steps`: none is longer
    than a step of the scope."""
    return (piece for piece in _pieces(scope, steps=steps) if piece.start < piece.end)


def _pieces(scope: Scope, *, steps: bool) -> Iterator[Piece]:
    start, end = scope.start, scope.end
    first, last = _up(start, By.HOUR, scope), start_of_hour(end, scope.zone)
    if first > last:
        yield Piece(start=start, end=end, grain=None)  # within one hour
        return
    yield Piece(start=start, end=first, grain=None)
    if steps and scope.by is By.HOUR:
        yield Piece(start=first, end=last, grain=Grain.HOUR)
    else:
        yield from _days(first, last, scope, months=not steps)
    yield Piece(start=last, end=end, grain=None)


def _days(first: datetime, last: datetime, scope: Scope, *, months: bool) -> Iterator[Piece]:
    """Hours until the first midnight, days, hours after the last."""
    begins, ends = _up(first, By.DAY, scope), start_of_day(last, scope.zone)
    if begins > ends:
        yield Piece(start=first, end=last, grain=Grain.HOUR)
        return
    yield Piece(start=first, end=begins, grain=Grain.HOUR)
    if months:
        yield from _months(begins, ends, scope)
    else:
        yield Piece(start=begins, end=ends, grain=Grain.DAY)
    yield Piece(start=ends, end=last, grain=Grain.HOUR)


def _months(first: datetime, last: datetime, scope: Scope) -> Iterator[Piece]:
    month = start_of_month(first, scope.zone)
    begins = month if month == first else next_month(month, scope.zone)
    ends = start_of_month(last, scope.zone)
    if begins >= ends:
        yield Piece(start=first, end=last, grain=Grain.DAY)
        return
    yield Piece(start=first, end=begins, grain=Grain.DAY)
    yield Piece(start=begins, end=ends, grain=Grain.MONTH)
    yield Piece(start=ends, end=last, grain=Grain.DAY)


def _up(moment: datetime, by: By, scope: Scope) -> datetime:
    """The first such step that begins at `moment` or later."""
    start = begin(moment, by, scope.zone)
    return start if start == moment else following(start, by, scope.zone)
