"""Who wrote the rows of a batch: as the store knows them, and as the rows make them known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from config.ids import new_id
from listener.channels.base import Person
from listener.models import OPEN, Author, Mention

_DAY: Final = timedelta(hours=24)


@dataclass(kw_only=True)
class Writer:
    """`first` and `newest`: when they wrote what we have of them; `was_first`: before this batch;
    `waiting`: when what still waits of them was written."""

    id: str
    key: str
    is_new: bool = True
    name: str = ""
    handle: str = ""
    followers: int | None = None
    opted_out_at: datetime | None = None
    first: datetime | None = None
    was_first: datetime | None = None
    newest: datetime | None = None
    waiting: list[datetime] = field(default_factory=list)
    changed: bool = False

    def wrote(self, said: Person, at: datetime) -> bool:
        """Take over what a text of theirs tells. Returns whether they had written before it."""
        before = self.first is not None and self.first <= at
        self.first = at if self.first is None else min(self.first, at)
        newer = self.newest is None or at >= self.newest
        self.newest = at if self.newest is None else max(self.newest, at)
        name, handle = (
            (said.name or self.name, said.handle or self.handle)
            if newer
            else (self.name or said.name, self.handle or said.handle)
        )
        followers = self.followers
        if said.followers is not None and (newer or followers is None):
            followers = said.followers
        self.changed |= (name, handle, followers) != (self.name, self.handle, self.followers)
        self.name, self.handle, self.followers = name, handle, followers
        return before

    def repeats(self, at: datetime) -> int:
        """How many of their earlier texts of the last 24 hours still wait for us."""
        return sum(at - _DAY <= other < at for other in self.waiting)

    def opts_out(self, now: datetime) -> None:
        if self.opted_out_at is None:
            self.opted_out_at, self.changed = now, True


def writers(session: Session, channel: str, people: Iterable[Person]) -> dict[str, Writer]:
    """Them, by the network's id."""
    keys = {person.external_id for person in people}
    rows = session.execute(
        select(
            Author.id,
            Author.external_id,
            Author.name,
            Author.handle,
            Author.followers,
            Author.opted_out_at,
        ).where(Author.channel == channel, Author.external_id.in_(keys))
    )
    known = {
        row.external_id: Writer(
            id=row.id,
            key=row.external_id,
            is_new=False,
            name=row.name,
            handle=row.handle,
            followers=row.followers,
            opted_out_at=row.opted_out_at,
        )
        for row in rows
    }
    _look_up(session, {writer.id: writer for writer in known.values()})
    return known | {key: Writer(id=new_id(), key=key) for key in keys - known.keys()}


def write_new(session: Session, channel: str, people: Iterable[Writer]) -> None:
    """Give a row to those who have none yet: before what they wrote."""
    rows = [
        {
            "id": one.id,
            "channel": channel,
            "external_id": one.key,
            "name": one.name,
            "handle": one.handle,
            "followers": one.followers,
            "opted_out_at": one.opted_out_at,
        }
        for one in people
        if one.is_new
    ]
    if rows:
        session.execute(insert(Author.__table__), rows)  # type: ignore[arg-type]


def write_changed(session: Session, people: Sequence[Writer]) -> None:
    """Bring the rows of the others up to date; and what we took for their first text is none."""
    table = Author.__table__
    rows = [
        {
            "key": one.id,
            "name": one.name,
            "handle": one.handle,
            "followers": one.followers,
            "opted_out_at": one.opted_out_at,
        }
        for one in people
        if one.changed and not one.is_new
    ]
    if rows:
        statement = update(table).where(table.c.id == bindparam("key"))  # type: ignore[arg-type]
        session.connection().execute(statement, rows)
    for one in people:
        if one.was_first is not None and one.first is not None and one.first < one.was_first:
            _was_no_first(session, one.id, one.was_first)


def _look_up(session: Session, known: dict[str, Writer]) -> None:
    if not known:
        return
    spans = session.execute(
        select(Mention.author_id, func.min(Mention.created_at), func.max(Mention.created_at))
        .where(Mention.author_id.in_(known))
        .group_by(Mention.author_id)
    )
    for author_id, first, newest in spans:
        writer = known[author_id or ""]
        writer.first, writer.was_first, writer.newest = first, first, newest
    for author_id, at in _waiting(session, known):
        known[author_id].waiting.append(at)


def _waiting(session: Session, ids: Collection[str]) -> Iterable[tuple[str, datetime]]:
    rows = session.execute(
        select(Mention.author_id, Mention.created_at).where(
            Mention.author_id.in_(ids), Mention.status.in_(OPEN)
        )
    )
    return [(author_id or "", at) for author_id, at in rows]


def _was_no_first(session: Session, author_id: str, at: datetime) -> None:
    """Through the ORM, so that the rollup follows."""
    for mention in session.scalars(
        select(Mention).where(
            Mention.author_id == author_id, Mention.created_at == at, ~Mention.acquainted
        )
    ):
        mention.acquainted = True
