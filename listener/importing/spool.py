"""The rows of a file in the order they were written in, as if they came live: on disk beside the
database while an import runs, because a year of mentions does not fit in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    tuple_,
)
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateTable

from config.database import Database
from config.lock import AlreadyRunning, InstanceLock
from listener.channels.base import Answerable, Incoming, Person
from listener.importing.rows import Row

SUFFIX: Final = ".spool"
_AT_ONCE: Final = 2_000
_START: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

_ROWS: Final = Table(
    "rows",
    MetaData(),
    Column("line", Integer, primary_key=True),
    Column("channel", String),
    Column("at", BigInteger),  # microseconds since 1970
    Column("external_id", String),
    Column("body", Text),
)
_ORDER: Final = Index("in_order", _ROWS.c.channel, _ROWS.c.at, _ROWS.c.external_id)
_SAME: Final = Index("same", _ROWS.c.channel, _ROWS.c.external_id)

Place = tuple[str, int, str]
"""Where a row stands in the order: channel, microseconds, id."""


@dataclass(frozen=True, kw_only=True)
class Dropped:
    """A second row of one id. `differs`: it says something else than the one that is kept."""

    line: int
    kept: int
    differs: bool


class Spool:
    """Rows on disk, in order. What is in it can be made anew from the file at any time."""

    def __init__(self, path: Path) -> None:
        for left in files_of(path):
            left.unlink(missing_ok=True)
        self._path = path
        self._database = Database(f"sqlite:///{path}")
        with self._database.write() as session:
            session.execute(CreateTable(_ROWS))
        path.chmod(0o600)  # it holds what customers wrote

    def remove(self) -> None:
        self._database.close()
        for left in files_of(self._path):
            left.unlink(missing_ok=True)

    def add(self, rows: Sequence[Row]) -> None:
        values = [
            {
                "line": row.line,
                "channel": row.channel,
                "at": (row.item.created_at - _START) // _MICROSECOND,
                "external_id": row.item.external_id,
                "body": _packed(row.item),
            }
            for row in rows
        ]
        if values:
            with self._database.write() as session:
                session.execute(insert(_ROWS), values)

    def settle(self) -> list[Dropped]:
        """Keep one row of each id: the one written last, and of those the first in the file. Then
        the rows are in order."""
        with self._database.write() as session:
            _SAME.create(session.connection())
            dropped = list(_doubles(session))
            for start in range(0, len(dropped), _AT_ONCE):
                lines = [one.line for one in dropped[start : start + _AT_ONCE]]
                session.execute(delete(_ROWS).where(_ROWS.c.line.in_(lines)))
            _ORDER.create(session.connection())
        return dropped

    def count(self) -> int:
        with self._database.read() as session:
            return session.scalar(select(func.count()).select_from(_ROWS)) or 0

    def span(self) -> tuple[datetime, datetime] | None:
        """When the first and the last row were written; None if there is none."""
        with self._database.read() as session:
            first, last = session.execute(select(func.min(_ROWS.c.at), func.max(_ROWS.c.at))).one()
        return None if first is None else (_moment(first), _moment(last))

    def channels(self) -> dict[str, int]:
        """How many rows there are of each channel."""
        each = select(_ROWS.c.channel, func.count()).group_by(_ROWS.c.channel)
        with self._database.read() as session:
            return dict(session.execute(each).all())

    def batches(self, after: Place | None, size: int) -> Iterator[list[Row]]:
        """The rows after a place, in order, so many at once and each of one channel."""
        while rows := self._some(after, _AT_ONCE):
            yield from _by_channel(rows, size)
            after = place_of(rows[-1])

    def _some(self, after: Place | None, number: int) -> list[Row]:
        key = (_ROWS.c.channel, _ROWS.c.at, _ROWS.c.external_id)
        query = select(_ROWS).order_by(*key).limit(number)
        if after is not None:
            query = query.where(tuple_(*key) > tuple_(*after))
        with self._database.read() as session:
            return [
                Row(line=row.line, channel=row.channel, item=_unpacked(row))
                for row in session.execute(query)
            ]


def place_of(row: Row) -> Place:
    at = (row.item.created_at - _START) // _MICROSECOND
    return row.channel, at, row.item.external_id


def files_of(path: Path) -> list[Path]:
    """A spool, and what its database may lay beside it."""
    return [path, *(path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal"))]


def _by_channel(rows: Sequence[Row], size: int) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        if len(batch) == size or (batch and batch[-1].channel != row.channel):
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _doubles(session: Session) -> Iterator[Dropped]:
    same = (
        select(_ROWS.c.channel, _ROWS.c.external_id)
        .group_by(_ROWS.c.channel, _ROWS.c.external_id)
        .having(func.count() > 1)
    )
    for channel, external_id in session.execute(same).all():
        rows = session.execute(
            select(_ROWS)
            .where(_ROWS.c.channel == channel, _ROWS.c.external_id == external_id)
            .order_by(_ROWS.c.at.desc(), _ROWS.c.line)
        ).all()
        text = _unpacked(rows[0]).text
        for other in rows[1:]:
            differs = _unpacked(other).text != text
            yield Dropped(line=other.line, kept=rows[0].line, differs=differs)


def _packed(item: Incoming) -> str:
    who = item.author
    return json.dumps(
        [
            item.text,
            item.conversation,
            item.in_reply_to,
            item.url,
            item.language,
            item.addressed,
            item.private,
            item.engagement,
            who and [who.external_id, who.name, who.handle, who.followers],
        ]
    )


def _unpacked(row: Any) -> Incoming:
    text, conversation, above, url, language, addressed, private, engagement, who = json.loads(
        row.body
    )
    return Incoming(
        external_id=row.external_id,
        revision_id=row.external_id,
        answer_under=row.external_id,
        created_at=_moment(row.at),
        text=text,
        conversation=conversation,
        in_reply_to=above,
        url=url,
        language=language,
        addressed=addressed,
        private=private,
        answerable=Answerable.NO,
        engagement=engagement,
        author=who and Person(external_id=who[0], name=who[1], handle=who[2], followers=who[3]),
    )


def _moment(micros: int) -> datetime:
    return _START + timedelta(microseconds=micros)


def lock_of(folder: Path) -> InstanceLock:
    """Whoever holds it owns every spool of the folder."""
    return InstanceLock(folder / "import.lock")


def remove_others(folder: Path) -> None:
    """What imports that were killed and never run again left behind. The caller holds the lock."""
    for left in folder.glob(f"*{SUFFIX}*"):
        left.unlink(missing_ok=True)


def remove_abandoned(folder: Path) -> None:
    """The same, unless an import is running: what customers wrote must not lie about until the next
    one, which may never come."""
    if any(folder.glob(f"*{SUFFIX}*")):
        with suppress(AlreadyRunning), lock_of(folder):
            remove_others(folder)
