"""Automatic answers, as tables: the rules, since when each is watched on a channel, what a rule in
shadow would have sent, and the sample of what was sent that people look at afterwards."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base, Choice, Moment
from config.ids import new_id


class Judgement(StrEnum):
    """What a person says of an automatic reply that was sent."""

    GOOD = "good"
    BAD = "bad"


class AutoRule(Base):
    """What may leave without a human. A rule is never changed: it is ended, and another one begins,
    in shadow. `shadow_since` and `live_from` move when it goes back to shadow."""

    __tablename__ = "auto_rules"
    __table_args__ = (
        Index(
            "uq_auto_rules_open",
            "name",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(28), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(80))
    channel: Mapped[str] = mapped_column(String(64), default="")  # empty: all
    occasions: Mapped[list[str]] = mapped_column(JSON)  # responder.automatic.AutoOccasion
    topics: Mapped[list[str]] = mapped_column(JSON, default=list)
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)  # empty: all
    confidence: Mapped[float]  # of the sentiment, 0..1
    per_thread: Mapped[int]
    per_author: Mapped[int]  # in 24 hours
    per_hour: Mapped[int]
    sample_percent: Mapped[int]  # of what is sent a person looks at afterwards
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by: Mapped[str] = mapped_column(String(64))
    shadow_since: Mapped[datetime] = mapped_column(Moment)
    shadow_reason: Mapped[str] = mapped_column(Text, default="")  # why it is there again
    live_from: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_by: Mapped[str] = mapped_column(String(64), default="")


class Watched(Base):
    """Since when a rule shows on a channel what it would have sent: its week there begins then. No
    row: it had nothing to show yet, or what was held back there meanwhile went by unshown."""

    __tablename__ = "auto_watched"
    __table_args__ = (UniqueConstraint("rule_id", "channel"),)

    id: Mapped[str] = mapped_column(String(28), primary_key=True, default=new_id)
    rule_id: Mapped[str] = mapped_column(ForeignKey("auto_rules.id"))
    channel: Mapped[str] = mapped_column(String(64))
    since: Mapped[datetime] = mapped_column(Moment)


class ShadowAnswer(Base):
    """What a rule in shadow would have sent. `offered` are the words the draft had instead, without
    the disclosure: what the human made of them tells what the rule is worth."""

    __tablename__ = "shadow_answers"
    __table_args__ = (UniqueConstraint("rule_id", "mention_id"), Index(None, "mention_id"))

    id: Mapped[str] = mapped_column(String(28), primary_key=True, default=new_id)
    rule_id: Mapped[str] = mapped_column(ForeignKey("auto_rules.id"))
    mention_id: Mapped[str] = mapped_column(ForeignKey("mentions.id"))
    draft_id: Mapped[str] = mapped_column(ForeignKey("drafts.id"))
    text: Mapped[str] = mapped_column(Text)
    offered: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment)


class Review(Base):
    """An automatic reply that a person looks at once it was sent. Goes with a reply that was taken
    back before it left: there is nothing to look at."""

    __tablename__ = "reviews"
    __table_args__ = (Index(None, "rule_id", "at"),)

    id: Mapped[str] = mapped_column(String(28), primary_key=True, default=new_id)
    reply_id: Mapped[str] = mapped_column(ForeignKey("replies.id", ondelete="CASCADE"), unique=True)
    rule_id: Mapped[str] = mapped_column(ForeignKey("auto_rules.id"))
    due_at: Mapped[datetime] = mapped_column(Moment)
    verdict: Mapped[Judgement | None] = mapped_column(Choice(Judgement))
    by: Mapped[str] = mapped_column(String(64), default="")
    at: Mapped[datetime | None] = mapped_column(Moment)
