"""Which digest was told to whom, as a table."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base, Choice, Moment


class Telling(StrEnum):
    """How it went with one digest of one period at one place."""

    PASSED = "passed"  # older than the digest itself: it begins with the next period
    TELLING = "telling"  # committed before the call: from here on it may have arrived
    TOLD = "told"
    FAILED = "failed"  # the service said no: it is tried again from `not_before` on
    UNCLEAR = "unclear"  # the program ended in the middle of the call: never told again


class Digest(Base):
    """One period of one digest at one place: a row stands before anything is told of it."""

    __tablename__ = "digests"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)  # as its table is named
    ends_at: Mapped[datetime] = mapped_column(Moment, primary_key=True)  # of the period
    place: Mapped[str] = mapped_column(String(100), primary_key=True)  # "alerts.urls[0]"
    status: Mapped[Telling] = mapped_column(Choice(Telling))
    tries: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    error: Mapped[str] = mapped_column(Text, default="")
