"""What goes out, as tables: who works at the desk, what is drafted, approved and posted."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from config.database import Base, Choice, Moment
from config.ids import new_id
from listener.importing import models as _importing  # noqa: F401  # its table is known too
from listener.models import Mention
from responder.crisis import models as _crisis  # noqa: F401  # its tables are known too
from responder.handling import models as _handling  # noqa: F401  # likewise
from responder.library import models as _library  # noqa: F401  # likewise
from responder.model import tables as _model  # noqa: F401  # likewise
from responder.reports import models as _reports  # noqa: F401  # likewise
from responder.staffing import models as _staffing  # noqa: F401  # likewise
from responder.team.models import Agent


class Question(StrEnum):
    """Asked of every mention; an agent may set it right. Of `danger` (a P1): "yes" or "no"."""

    SENTIMENT = "sentiment"
    TOPICS = "topics"
    PHASE = "phase"
    DANGER = "danger"


class DraftStatus(StrEnum):
    PENDING = "pending"  # waits for a human
    APPROVED = "approved"  # its reply is in the outbox
    REJECTED = "rejected"  # a human said no
    EXPIRED = "expired"  # nobody decided in time
    WITHDRAWN = "withdrawn"  # the mention changed, went away or was answered elsewhere


class ReplyStatus(StrEnum):
    QUEUED = "queued"  # may leave from `not_before` on
    SENDING = "sending"  # committed before the call: from here on it may stand on the network
    UNKNOWN = "unknown"  # nobody knows whether it stands: read back before anything else
    SENT = "sent"  # the network named its id
    FAILED = "failed"  # did not leave; a human must act


class Purpose(StrEnum):
    ANSWER = "answer"


class AuthorKind(StrEnum):
    """Who stands behind a reply. Never called "agent" for the machine: an agent is a human here."""

    HUMAN = "human"
    AUTO = "auto"


class PauseLevel(StrEnum):
    AUTO = "auto"  # nothing leaves without a human
    SEND = "send"  # nothing leaves; approvals queue
    ALL = "all"  # nothing leaves and nothing is polled


class Draft(Base):
    """An answer somebody may approve. Every change raises `version`; a version is approved."""

    __tablename__ = "drafts"
    __table_args__ = (
        Index(None, "mention_id"),
        # At most one draft of a mention is open at any time.
        Index(
            "uq_drafts_open",
            "mention_id",
            unique=True,
            sqlite_where=text("status IN ('pending', 'approved')"),
            postgresql_where=text("status IN ('pending', 'approved')"),
        ),
    )

    id: Mapped[str] = mapped_column(String(28), primary_key=True, default=new_id)
    mention_id: Mapped[str] = mapped_column(ForeignKey("mentions.id"))
    version: Mapped[int] = mapped_column(default=1)
    status: Mapped[DraftStatus] = mapped_column(Choice(DraftStatus), default=DraftStatus.PENDING)
    reason: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text)  # may be empty: a human writes it
    proposed: Mapped[str] = mapped_column(Text, default="")  # our words, as nobody changed them
    escalated: Mapped[str] = mapped_column(Text, default="")  # why a person takes the case over
    language: Mapped[str] = mapped_column(String(16))
    made_from: Mapped[str] = mapped_column(String(200), default="")  # "saved reply: delivery"
    taught_by: Mapped[str] = mapped_column(String(28), default="", server_default="")  # a reply
    mention_version: Mapped[int]  # the version of the mention it answers
    findings: Mapped[list[dict[str, object]]] = mapped_column(JSON, default=list)
    claimed_by: Mapped[str | None] = mapped_column(ForeignKey("agents.id"))
    claimed_until: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment, index=True)

    mention: Mapped[Mention] = relationship()
    claimant: Mapped[Agent | None] = relationship()


class Approval(Base):
    """Who allowed which words to leave."""

    __tablename__ = "approvals"
    __table_args__ = (Index(None, "draft_id"),)

    id: Mapped[str] = mapped_column(String(28), primary_key=True, default=new_id)
    draft_id: Mapped[str] = mapped_column(ForeignKey("drafts.id"))
    version: Mapped[int]
    text_hash: Mapped[str] = mapped_column(String(64))
    approved_by: Mapped[str] = mapped_column(String(64))  # an agent's or token's name; "policy"
    approved_at: Mapped[datetime] = mapped_column(Moment)


class Correction(Base):
    """One answer about a mention that an agent set right. Rows are only added; of one mention and
    question the latest counts, and only for the version of the text it was made for. The text
    itself is not in it: what is erased teaches no more."""

    __tablename__ = "corrections"
    __table_args__ = (Index(None, "mention_id"), Index(None, "at"))

    id: Mapped[str] = mapped_column(String(28), primary_key=True, default=new_id)
    mention_id: Mapped[str] = mapped_column(ForeignKey("mentions.id"))
    mention_version: Mapped[int]
    question: Mapped[Question] = mapped_column(Choice(Question))
    answer: Mapped[list[str]] = mapped_column(JSON)  # one word; of topics one or several
    before: Mapped[list[str]] = mapped_column(JSON)  # what stood there
    said_by: Mapped[str] = mapped_column(String(64))  # the step that judged so, or "agent"
    by: Mapped[str] = mapped_column(String(64))  # an agent's or token's name
    at: Mapped[datetime] = mapped_column(Moment)


class Incident(Base):
    """What goes wrong for many at once: complaints about it get the statement until it is over."""

    __tablename__ = "incidents"
    __table_args__ = (Index(None, "closed_at"),)

    id: Mapped[str] = mapped_column(String(28), primary_key=True, default=new_id)
    title: Mapped[str] = mapped_column(String(200))
    channel: Mapped[str] = mapped_column(String(64), default="")  # empty: all
    topics: Mapped[list[str]] = mapped_column(JSON, default=list)
    words: Mapped[list[str]] = mapped_column(JSON, default=list)  # cues: what customers write of it
    statements: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)  # by language
    opened_at: Mapped[datetime] = mapped_column(Moment)
    opened_by: Mapped[str] = mapped_column(String(64))
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_by: Mapped[str] = mapped_column(String(64), default="")


class Reply(Base):
    """The outbox: one row for each answer that may, did or will stand on a network."""

    __tablename__ = "replies"
    __table_args__ = (
        # The promise "never answer twice": one live reply per mention and purpose.
        Index(
            "uq_replies_live",
            "mention_id",
            "purpose",
            unique=True,
            sqlite_where=text("status <> 'failed'"),
            postgresql_where=text("status <> 'failed'"),
        ),
        Index(None, "status", "not_before"),
    )

    id: Mapped[str] = mapped_column(String(28), primary_key=True, default=new_id)
    draft_id: Mapped[str] = mapped_column(ForeignKey("drafts.id"))
    mention_id: Mapped[str] = mapped_column(ForeignKey("mentions.id"))
    purpose: Mapped[Purpose] = mapped_column(Choice(Purpose), default=Purpose.ANSWER)
    channel: Mapped[str] = mapped_column(String(64))
    in_reply_to: Mapped[str] = mapped_column(String(128))
    text: Mapped[str] = mapped_column(Text)
    text_hash: Mapped[str] = mapped_column(String(64))
    author_kind: Mapped[AuthorKind] = mapped_column(Choice(AuthorKind))
    rule_id: Mapped[str | None] = mapped_column(String(28), index=True)  # an automatic one left by
    status: Mapped[ReplyStatus] = mapped_column(Choice(ReplyStatus), default=ReplyStatus.QUEUED)
    reason: Mapped[str] = mapped_column(Text, default="")
    queued_at: Mapped[datetime] = mapped_column(Moment)
    not_before: Mapped[datetime] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(default=0)  # that the network surely did not act on
    sends: Mapped[int] = mapped_column(default=0)  # times it was stamped `sending`
    stamped_at: Mapped[datetime | None] = mapped_column(Moment)  # the last of them
    repetition: Mapped[bool] = mapped_column(default=False)  # so the network took its words
    doubted_at: Mapped[datetime | None] = mapped_column(Moment)  # since when its fate is unknown
    read_back_at: Mapped[datetime | None] = mapped_column(Moment)  # when to look for it (again)
    verify_at: Mapped[datetime | None] = mapped_column(Moment)  # when to see if it still stands
    vanished_at: Mapped[datetime | None] = mapped_column(Moment)  # it stood, and does no more
    posted_at: Mapped[datetime | None] = mapped_column(Moment)
    external_id: Mapped[str | None] = mapped_column(String(128))
    url: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime] = mapped_column(Moment, index=True)

    mention: Mapped[Mention] = relationship()
    draft: Mapped[Draft] = relationship()


class Lease(Base):
    """The right to send on a channel. `fence` rises with every holder, so that one who slept past
    its end finds out inside the transaction that would reserve a send."""

    __tablename__ = "leases"

    channel: Mapped[str] = mapped_column(String(64), primary_key=True)
    holder: Mapped[str] = mapped_column(String(300))
    fence: Mapped[int]
    until: Mapped[datetime] = mapped_column(Moment)


class Alert(Base):
    """Something a human was told, once per cause, until it has ended."""

    __tablename__ = "alerts"

    cause: Mapped[str] = mapped_column(String(200), primary_key=True)  # "x: token"
    text: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(Moment)
    told_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)


class Pause(Base):
    """The kill switch. `channel` is empty for all channels."""

    __tablename__ = "pauses"

    channel: Mapped[str] = mapped_column(String(64), primary_key=True)
    level: Mapped[PauseLevel] = mapped_column(Choice(PauseLevel))
    since: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[str] = mapped_column(String(64))


class Audit(Base):
    """Who did what, when. Ids and hashes only, never texts, so that a person can be erased."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "subject"),)

    id: Mapped[str] = mapped_column(String(28), primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(Moment)
    who: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(64))  # the id of the row it concerns
    detail: Mapped[str] = mapped_column(Text, default="")


# Written out, because a bound parameter cannot prove to SQLite that its partial index fits.
OPEN_DRAFT: Final = text("drafts.status IN ('pending', 'approved')")
LIVE_REPLY: Final = text("replies.status <> 'failed'")
