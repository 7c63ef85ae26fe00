"""What a language model was asked, and what came of it, as a table."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base, Choice, Moment

BY_MODEL: Final = "a language model"
"""How the source of a draft's words begins (`Draft.made_from`) where a model worded it."""


class Outcome(StrEnum):
    """What came of asking a model for the words of one draft."""

    ASKED = "asked"  # no answer yet; or the process ended meanwhile
    TAKEN = "taken"  # its words stand in the draft
    REFUSED = "refused"  # an answer that may not stand there
    FAILED = "failed"  # no answer, or none that can be read
    LATE = "late"  # somebody was faster, or the time was over
    SKIPPED = "skipped"  # not asked: this one is for the book or a person alone


class Suggestion(Base):
    """One question to a model, about one draft. It is written down before the call, so that no
    draft is asked about twice, whoever dies when. `why` holds no words of the model or the
    customer. `kept` and `kept_from`: the book's words in whose place the model's stand."""

    __tablename__ = "suggestions"

    draft_id: Mapped[str] = mapped_column(ForeignKey("drafts.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime] = mapped_column(Moment, index=True)
    outcome: Mapped[Outcome] = mapped_column(Choice(Outcome), default=Outcome.ASKED)
    why: Mapped[str] = mapped_column(Text, default="")
    tokens: Mapped[int] = mapped_column(default=0)  # as the endpoint counts them, both ways
    kept: Mapped[str] = mapped_column(Text, default="")
    kept_from: Mapped[str] = mapped_column(String(200), default="")
