"""What the team arranges around a mention, as tables. They hang on the mention, not on its draft:
a customer who edits the text gets a new draft and keeps their person.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from config.database import Base, Choice, Moment
from config.ids import new_id
from responder.team.models import Agent


class Assignment(Base):
    """Whose a mention is. It counts while its owner is on duty: afterwards it is anybody's."""

    __tablename__ = "assignments"
    __table_args__ = (Index(None, "agent_id"),)

    mention_id: Mapped[str] = mapped_column(ForeignKey("mentions.id"), primary_key=True)
    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"))
    since: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[str] = mapped_column(String(64))  # an agent's name; "bot": by the roster

    agent: Mapped[Agent] = relationship()


class Snooze(Base):
    """Not now. It ends by itself: at `until`, or, `for_answer`, as soon as the customer writes
    again in the conversation."""

    __tablename__ = "snoozes"

    mention_id: Mapped[str] = mapped_column(ForeignKey("mentions.id"), primary_key=True)
    until: Mapped[datetime] = mapped_column(Moment)
    for_answer: Mapped[bool] = mapped_column(default=False, server_default="0")
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment)


class Note(Base):
    """What colleagues tell each other about a mention. It never leaves the desk."""

    __tablename__ = "notes"
    __table_args__ = (Index(None, "mention_id"),)

    id: Mapped[str] = mapped_column(String(28), primary_key=True, default=new_id)
    mention_id: Mapped[str] = mapped_column(ForeignKey("mentions.id"))
    text: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment)


class Notice(Base):
    """Somebody was named in a note ("@bo") and has not seen it yet, or has."""

    __tablename__ = "notices"
    __table_args__ = (Index(None, "agent_id", "seen_at"),)

    note_id: Mapped[str] = mapped_column(ForeignKey("notes.id"), primary_key=True)
    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"), primary_key=True)
    seen_at: Mapped[datetime | None] = mapped_column(Moment)

    note: Mapped[Note] = relationship()


class Wanted(StrEnum):
    """Who has to look as well before a draft may leave."""

    COLLEAGUE = "colleague"  # anybody else who may approve
    SPEAKER = "speaker"  # somebody who speaks its language


class FirstYes(Base):
    """One approval of a draft that takes two, given for one version of its words."""

    __tablename__ = "first_yeses"

    draft_id: Mapped[str] = mapped_column(ForeignKey("drafts.id"), primary_key=True)
    version: Mapped[int]
    text_hash: Mapped[str] = mapped_column(String(64))
    wanted: Mapped[Wanted] = mapped_column(Choice(Wanted))
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment)


class TypedWords(Base):
    """What somebody is typing over a draft and has not saved: so that nothing typed is lost."""

    __tablename__ = "typed_words"

    draft_id: Mapped[str] = mapped_column(ForeignKey("drafts.id"), primary_key=True)
    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"), primary_key=True)
    version: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment)


class AnsweredQuestion(Base):
    """A question of the customer that somebody ticked off. Known by the SHA-256 of its words, so
    that no text outlives the mention's."""

    __tablename__ = "answered_questions"

    mention_id: Mapped[str] = mapped_column(ForeignKey("mentions.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment)


class SavedView(Base):
    """A list somebody made for themselves: filters under a name. `query` is the URL's."""

    __tablename__ = "saved_views"
    __table_args__ = (Index(None, "agent_id"),)

    id: Mapped[str] = mapped_column(String(28), primary_key=True, default=new_id)
    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"))
    name: Mapped[str] = mapped_column(String(64))
    query: Mapped[str] = mapped_column(String(500))
    at: Mapped[datetime] = mapped_column(Moment)
