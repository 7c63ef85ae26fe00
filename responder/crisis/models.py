"""Episodes, as tables: when more was said than usual, why we thought so, and what was done."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base, Choice, Moment
from config.ids import new_id
from listener.spikes.watch import Level, Rule


class Kind(StrEnum):
    """Which mentions a series counts."""

    ALL = "all"
    NEGATIVE = "negative"
    TOPIC = "topic"
    DANGER = "danger"  # those that speak of harm, the law or a data leak


class Did(StrEnum):
    """What happened in an episode."""

    OPENED = "opened"
    RAISED = "raised"
    JOINED = "joined"  # another series alarms, too
    PAUSED = "paused"
    RESTED = "promotions_rest"
    URGENT = "made_urgent"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    NOTED = "noted"
    PROPOSED = "statement_proposed"
    APPROVED = "statement_approved"
    DECLINED = "statement_declined"
    ENDED = "ended"
    LEARNED = "post-mortem"


class Episode(Base):
    """More was said than usual. `channel` "": on all together. What it does stands in its log.

    `explanation` holds counted words, ids and numbers, and no customer's text."""

    __tablename__ = "episodes"
    __table_args__ = (Index(None, "ended_at"), Index(None, "began_at"))

    id: Mapped[str] = mapped_column(String(28), primary_key=True, default=new_id)
    kind: Mapped[Kind] = mapped_column(Choice(Kind))
    topic: Mapped[str] = mapped_column(String(64), default="")
    channel: Mapped[str] = mapped_column(String(64), default="")
    level: Mapped[Level] = mapped_column(Choice(Level))
    first_level: Mapped[Level] = mapped_column(Choice(Level))
    rule: Mapped[Rule] = mapped_column(Choice(Rule))
    observed: Mapped[float]  # mentions, at its worst
    expected: Mapped[float]
    chance: Mapped[float]
    authors: Mapped[int]
    began_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    raised_at: Mapped[datetime] = mapped_column(Moment)  # to the level it has
    last_at: Mapped[datetime] = mapped_column(Moment)  # when it last was unusual
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_by: Mapped[str] = mapped_column(String(64), default="")
    explanation: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    explained_at: Mapped[datetime | None] = mapped_column(Moment)
    acknowledged_by: Mapped[str] = mapped_column(String(64), default="")
    acknowledged_at: Mapped[datetime | None] = mapped_column(Moment)
    acknowledged_level: Mapped[Level | None] = mapped_column(Choice(Level))
    snoozed_by: Mapped[str] = mapped_column(String(64), default="")
    snoozed_until: Mapped[datetime | None] = mapped_column(Moment)
    snoozed_level: Mapped[Level | None] = mapped_column(Choice(Level))
    post_mortem: Mapped[str] = mapped_column(Text, default="")


class EpisodeEntry(Base):
    """One line of an episode's log. `by`: an agent's name, or the watch itself."""

    __tablename__ = "episode_entries"
    __table_args__ = (Index(None, "episode_id", "at"),)

    id: Mapped[str] = mapped_column(String(28), primary_key=True, default=new_id)
    episode_id: Mapped[str] = mapped_column(ForeignKey("episodes.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[str] = mapped_column(String(64))
    did: Mapped[Did] = mapped_column(Choice(Did))
    detail: Mapped[str] = mapped_column(Text, default="")


class HoldingStatement(Base):
    """What customers shall be told meanwhile. It becomes an incident's once `approver` said yes."""

    __tablename__ = "holding_statements"
    __table_args__ = (Index(None, "episode_id"),)

    id: Mapped[str] = mapped_column(String(28), primary_key=True, default=new_id)
    episode_id: Mapped[str] = mapped_column(ForeignKey("episodes.id"))
    title: Mapped[str] = mapped_column(String(200))
    channel: Mapped[str] = mapped_column(String(64), default="")
    topics: Mapped[list[str]] = mapped_column(JSON, default=list)
    words: Mapped[list[str]] = mapped_column(JSON, default=list)
    statements: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)  # by language
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment)
    approver: Mapped[str] = mapped_column(String(64))
    decided_by: Mapped[str] = mapped_column(String(64), default="")
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    incident_id: Mapped[str | None] = mapped_column(ForeignKey("incidents.id"))  # once approved
