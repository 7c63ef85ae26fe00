"""Counts kept beside the mentions, so that a year of millions is read in a moment."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base, Choice, Moment
from sentiment.phase import Phase
from sentiment.score import Sentiment


class Grain(StrEnum):
    """How long a stretch a row counts, by the clock on the brand's wall."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


class Measures(Base):
    """What a row of counts holds. Whole numbers, so that adding and taking away leaves no trace:
    `scores` is the sum of the sentiment scores in thousandths, `squares` the sum of their squares.
    """

    __abstract__ = True

    mentions: Mapped[int] = mapped_column(BigInteger)
    scores: Mapped[int] = mapped_column(BigInteger)
    squares: Mapped[int] = mapped_column(BigInteger)
    reach: Mapped[int] = mapped_column(BigInteger)  # followers of their authors, when heard
    acquainted: Mapped[int] = mapped_column(BigInteger)  # of authors heard before


class Rollup(Measures):
    """How many mentions of one hour, day or month share one facet, the channel and the mood.

    `facet` "" counts each mention once; "language:it" and "phase:ownership" those of that language
    and phase, "topic:delivery" those about delivery, "rival:…" those that name a competitor,
    "aspect:…" those that like, lament or wish something of a product. A mention with two topics is
    in two such rows.
    """

    __tablename__ = "rollups"
    # On SQLite the key is the table: one look-up a row, half the size.
    __table_args__ = ({"sqlite_with_rowid": False},)

    grain: Mapped[Grain] = mapped_column(Choice(Grain), primary_key=True)
    facet: Mapped[str] = mapped_column(String(200), primary_key=True)
    start: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    channel: Mapped[str] = mapped_column(String(64), primary_key=True)
    sentiment: Mapped[Sentiment] = mapped_column(Choice(Sentiment), primary_key=True)


class Cube(Measures):
    """The same for every combination of language, phase and one facet (none, a topic, a competitor,
    an aspect), by day and month: by hour there would be as many rows as mentions."""

    __tablename__ = "cubes"
    __table_args__ = ({"sqlite_with_rowid": False},)

    grain: Mapped[Grain] = mapped_column(Choice(Grain), primary_key=True)
    facet: Mapped[str] = mapped_column(String(200), primary_key=True)
    start: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    channel: Mapped[str] = mapped_column(String(64), primary_key=True)
    sentiment: Mapped[Sentiment] = mapped_column(Choice(Sentiment), primary_key=True)
    language: Mapped[str] = mapped_column(String(16), primary_key=True)
    phase: Mapped[Phase] = mapped_column(Choice(Phase), primary_key=True)


class RollupZone(Base):
    """In which time zone the rollups' days begin. One row; without it they are not made yet."""

    __tablename__ = "rollup_zone"

    zone: Mapped[str] = mapped_column(String(64), primary_key=True)


ALL: Final = ""
"""The facet in which every mention is counted once."""
