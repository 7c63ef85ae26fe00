"""Where an import stands: read when it begins, written in the transaction that keeps a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from config.database import Database
from listener.importing.models import Import
from listener.importing.rows import Row
from listener.importing.spool import Place, place_of


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where the import stands, as its row says."""

    id: str
    started_at: datetime
    position: Place | None
    done: int
    new: int
    known: int

    @classmethod
    def find(cls, database: Database, digest: str, name: str, now: datetime) -> Standing:
        """Where it was left; from the beginning if it was never begun, or was finished."""
        with database.write() as session:
            row = session.scalar(select(Import).where(Import.digest == digest))
            if row is None:
                row = Import(digest=digest, name=name[:255])
                session.add(row)
            if row.position is None or row.finished_at is not None:
                row.started_at, row.changed_at, row.finished_at = now, now, None
                row.position, row.done, row.new, row.known = None, 0, 0, 0
            session.flush()
            return cls(
                id=row.id,
                started_at=row.started_at,
                position=_place(row.position),
                done=row.done,
                new=row.new,
                known=row.known,
            )

    def after(self, rows: Sequence[Row], new: int) -> Standing:
        """Once `rows` are kept, of which so many were new."""
        return replace(
            self,
            position=place_of(rows[-1]),
            done=self.done + len(rows),
            new=self.new + new,
            known=self.known + len(rows) - new,
        )

    def write(self, session: Session, now: datetime) -> None:
        session.execute(
            update(Import)
            .where(Import.id == self.id)
            .values(
                position=list(self.position or ()),
                done=self.done,
                new=self.new,
                known=self.known,
                changed_at=now,
            )
        )

    def finish(self, database: Database, now: datetime) -> None:
        """The next run begins anew."""
        with database.write() as session:
            session.execute(
                update(Import).where(Import.id == self.id).values(finished_at=now, changed_at=now)
            )


def _place(position: Sequence[str | int] | None) -> Place | None:
    if position is None:
        return None
    channel, at, external_id = position
    return str(channel), int(at), str(external_id)
