"""Who works at the desk, and the proofs by which they come in, as tables."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from config.database import Base, Choice, Moment
from config.ids import new_id


class Role(StrEnum):
    """What an agent may do. Each role may do everything the ones before it may."""

    VIEWER = "viewer"  # read
    EDITOR = "editor"  # change and reject drafts
    APPROVER = "approver"  # send, hide, say what became of an unknown reply
    ADMIN = "admin"  # pause, resume, people


class Agent(Base):
    """A human of the team. `hours` is when they work, as in the settings of the brand ("Mon-Fri
    09:00-13:00"); empty: whenever the brand is staffed. `languages`: those they can answer in;
    `specialities`: topics that are theirs first; `channels`: all they may see, empty for every one.
    `interface`: the language of their pages; empty: what their browser asks for."""

    __tablename__ = "agents"

    id: Mapped[str] = mapped_column(String(28), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[Role] = mapped_column(Choice(Role))
    password_hash: Mapped[str] = mapped_column(Text, default="")  # argon2id; empty: none set yet
    created_at: Mapped[datetime] = mapped_column(Moment)
    disabled_at: Mapped[datetime | None] = mapped_column(Moment)

    hours: Mapped[str] = mapped_column(String(200), default="", server_default="")
    languages: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    specialities: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    channels: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    interface: Mapped[str] = mapped_column(String(16), default="", server_default="")


class CredentialKind(StrEnum):
    SESSION = "session"  # a browser that signed in
    TOKEN = "token"  # noqa: S105  # a program that uses the API
    INVITE = "invite"  # a one-time link to set a password
    ENTRY = "entry"  # a link of the demo that signs in directly


class Credential(Base):
    """Proof of being allowed in. Only the SHA-256 of the secret is kept."""

    __tablename__ = "credentials"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[CredentialKind] = mapped_column(Choice(CredentialKind))
    agent_id: Mapped[str | None] = mapped_column(ForeignKey("agents.id"))
    name: Mapped[str] = mapped_column(String(64), default="")  # of a token, for the list
    role: Mapped[Role] = mapped_column(Choice(Role))
    created_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime | None] = mapped_column(Moment)

    agent: Mapped[Agent | None] = relationship()


class SignInFailure(Base):
    """A wrong password, remembered for the throttle."""

    __tablename__ = "sign_in_failures"
    __table_args__ = (Index(None, "name", "at"), Index(None, "address", "at"))

    id: Mapped[str] = mapped_column(String(28), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment)
