"""Which channels are answered, as a table: who opened one, on what grounds."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base, Moment
from config.ids import new_id


class ChannelOpening(Base):
    """A channel was opened, or only listens from here on. Rows are only added; the latest of a
    channel counts, and one without any is answered. `why`: the reason of who opened it although it
    did not fit; "" if it did. `weekly`: the mentions a week somebody expects, while too few weeks
    are known. `needed` and `there`: people, and the hours they have, as they were counted then."""

    __tablename__ = "channel_openings"
    __table_args__ = (Index(None, "channel", "at"),)

    id: Mapped[str] = mapped_column(String(28), primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(String(64))
    is_open: Mapped[bool]
    at: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[str] = mapped_column(String(64))  # an agent's name; "bot": at its first start
    why: Mapped[str] = mapped_column(Text, default="")
    hours: Mapped[str] = mapped_column(String(200), default="")
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    people: Mapped[int | None]
    weekly: Mapped[float | None]
    needed: Mapped[int | None]
    there: Mapped[float | None]
