"""How far an import came, so that a killed one goes on where it stood."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base, Moment
from config.ids import new_id


class Import(Base):
    """One file, read in one way. `position` moves in the transaction that keeps the rows."""

    __tablename__ = "imports"

    id: Mapped[str] = mapped_column(String(28), primary_key=True, default=new_id)
    digest: Mapped[str] = mapped_column(
        String(64), unique=True
    )  # of the file and of how it is read
    name: Mapped[str] = mapped_column(String(255))  # of the file, for people
    started_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    position: Mapped[list[str | int] | None] = mapped_column(
        JSON
    )  # channel, moment, id: the last one
    done: Mapped[int] = mapped_column(default=0)  # rows up to `position`
    new: Mapped[int] = mapped_column(default=0)  # of these: kept
    known: Mapped[int] = mapped_column(default=0)  # of these: had before, or posts of our own
