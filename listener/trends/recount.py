"""The counts made anew from the mentions: they must come to the rows that upkeep has kept."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Row, Table, delete, func, insert, select
from sqlalchemy.orm import Session

from config.database import Database, upsert
from config.lock import AlreadyRunning, InstanceLock
from listener.models import Mention
from listener.trends.cells import COUNTED, Change, Sums
from listener.trends.models import Cube, Grain, Rollup, RollupZone
from listener.trends.steps import By, following, next_month, start_of_day, start_of_month
from listener.trends.upkeep import put

log = logging.getLogger(__name__)


def count_if_new(database: Database, lock: Path) -> None:
    """Make the counts where there are none yet, or where their days begin in another time zone.
    Not while another process does so: it holds `lock`."""
    if _is_made(database):
        return
    try:
        with InstanceLock(lock):
            recounted = 0 if _is_made(database) else recount(database)
    except AlreadyRunning:
        log.info("another process is counting the mentions for the trends")
        return
    if recounted:
        log.info("counted %d mentions for the trends", recounted)


def _is_made(database: Database) -> bool:
    with database.read() as session:
        return session.scalar(select(RollupZone.zone)) == database.zone.key


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
        session.execute(delete(Cube))
        first, last = session.execute(
            select(func.min(Mention.created_at), func.max(Mention.created_at))
        ).one()
    counted = 0 if first is None else _recount_days(database, first, last)
    with database.write() as session:
        for table in (Rollup, Cube):
            session.execute(delete(table).where(table.mentions <= 0))
        session.execute(insert(RollupZone).values(zone=database.zone.key))
    return counted


def _recount_days(database: Database, first: datetime, last: datetime) -> int:
    counted, zone = 0, database.zone
    facets: set[str] = set()  # of the month
    day = start_of_day(first, zone)
    while day <= last:
        after = following(day, By.DAY, zone)
        counted += _recount_day(database, day, after, facets)
        if start_of_month(after, zone) == after or after > last:
            month = start_of_month(day, zone)
            # To its very end: days may have come that were not there when this began.
            ends = next_month(month, zone)
            with database.write() as session:
                for table in (Rollup, Cube):
                    _sum_up(session, table, facets, Grain.DAY, Grain.MONTH, month, ends)
            facets.clear()
        day = after
    return counted


def _recount_day(database: Database, day: datetime, after: datetime, facets: set[str]) -> int:
    counted, change = 0, Change(database.zone, finest=True)
    with database.write() as session:
        for row in _rows_of(session, day, after):
            change.add(row)
            counted += 1
        hours = list(change.rollup.rows())
        put(session, hours, upsert(session, Rollup, setting=Sums._fields))
        put(session, list(change.cube.rows()), upsert(session, Cube, setting=Sums._fields))
        today = {key.facet for key, _ in hours}
        _sum_up(session, Rollup, today, Grain.HOUR, Grain.DAY, day, after)
    facets |= today
    return counted


def _rows_of(session: Session, start: datetime, end: datetime) -> Iterable[Row[Any]]:
    columns = [getattr(Mention, name) for name in COUNTED]
    return session.execute(
        select(*columns).where(Mention.created_at >= start, Mention.created_at < end)
    )


def _sum_up(
    session: Session,
    table: type[Rollup] | type[Cube],
    facets: Collection[str],
    fine: Grain,
    coarse: Grain,
    start: datetime,
    end: datetime,
) -> None:
    """A day is the sum of its hours, a month of its days. The facets are named, or SQLite would
    read the whole grain: the key begins with them."""
    keys = [column.name for column in table.__table__.primary_key]
    shared = [getattr(table, name) for name in keys if name not in ("grain", "start")]
    of_these = table.facet.in_(facets)
    parts = session.execute(
        select(*shared, *(func.sum(getattr(table, name)).label(name) for name in Sums._fields))
        .where(
            table.grain == fine,
            of_these,
            table.start >= start,
            table.start < end,
            table.mentions > 0,
        )
        .group_by(*shared)
    )
    made = [{**row, "grain": coarse, "start": start} for row in parts.mappings()]
    session.execute(delete(table).where(table.grain == coarse, of_these, table.start == start))
    if made:
        session.execute(insert(cast(Table, table.__table__)), made)
