"""The rollup made anew from the mentions: it must come to the rows that upkeep has kept."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select
from sqlalchemy.orm import Session

from config.database import Database, upsert
from listener.models import Mention
from listener.trends.cells import COUNTED, Cell, Change, Measures
from listener.trends.models import Grain, Rollup, RollupZone
from listener.trends.steps import By, following, start_of_day, start_of_month
from listener.trends.upkeep import put

log = logging.getLogger(__name__)


def count_if_new(database: Database) -> None:
    """Make the rollup where there is none yet, or where its days begin in another time zone."""
    with database.read() as session:
        known = session.scalar(select(RollupZone.zone))
    if known != database.zone.key:
        recounted = recount(database)
        if recounted:
            log.info("counted %d mentions for the trends", recounted)


def recount(database: Database) -> int:
    """Make every row anew from the mentions, a day at a time, so that nobody waits for long.
    Returns how many mentions were counted.

    Whoever writes meanwhile adds to rows of days that are not made yet: those are replaced, and
    what only took away leaves nothing behind.
    """
    with database.write() as session:
        session.execute(
            delete(RollupZone)
        )  # until all is done; a start that finds none does it all
        session.execute(delete(Rollup))
        first, last = session.execute(
            select(func.min(Mention.created_at), func.max(Mention.created_at))
        ).one()
    counted = 0 if first is None else _recount_days(database, first, last)
    with database.write() as session:
        session.execute(delete(Rollup).where(Rollup.mentions <= 0))
        session.execute(insert(RollupZone).values(zone=database.zone.key))
    return counted


def _recount_days(database: Database, first: datetime, last: datetime) -> int:
    counted, zone = 0, database.zone
    day = start_of_day(first, zone)
    while day <= last:
        after = following(day, By.DAY, zone)
        with database.write() as session:
            change = Change(zone)
            for row in _rows_of(session, day, after):
                change.add(row)
                counted += 1
            made = [(cell, sums) for cell, sums in change.cells() if cell.grain is not Grain.MONTH]
            put(session, made, upsert(session, Rollup, setting=Measures._fields))
        if start_of_month(after, zone) == after or after > last:
            _recount_month(database, start_of_month(day, zone), after)
        day = after
    return counted


def _rows_of(session: Session, start: datetime, end: datetime) -> Iterable[Row[Any]]:
    columns = [getattr(Mention, name) for name in COUNTED]
    return session.execute(
        select(*columns).where(Mention.created_at >= start, Mention.created_at < end)
    )


def _recount_month(database: Database, month: datetime, end: datetime) -> None:
    """The sums of its days."""
    shared = [getattr(Rollup, name) for name in Cell._fields if name not in ("grain", "start")]
    sums = [func.sum(getattr(Rollup, name)) for name in Measures._fields]
    with database.write() as session:
        days = session.execute(
            select(*shared, *sums)
            .where(Rollup.grain == Grain.DAY, Rollup.start >= month, Rollup.start < end)
            .group_by(*shared)
        ).all()
        made = [(Cell(Grain.MONTH, row[0], month, *row[1:5]), Measures(*row[5:])) for row in days]
        session.execute(delete(Rollup).where(Rollup.grain == Grain.MONTH, Rollup.start == month))
        put(session, made, insert(Rollup))
