"""Secrets that let somebody in: 256 bits of chance, of which only the SHA-256 is kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from responder.team.models import Agent, Credential, CredentialKind, Role

IDLE: Final = timedelta(hours=12)
ABSOLUTE: Final = timedelta(days=7)
TOKEN_PREFIX: Final = "antiphon_"  # noqa: S105  # lets scanners of source code find a leaked one


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def issue(
    session: Session,
    kind: CredentialKind,
    role: Role,
    now: datetime,
    *,
    agent: Agent | None = None,
    name: str = "",
    lasts: timedelta | None = None,
) -> str:
    """A new secret, in the only moment it is known. Without `lasts` it has no end."""
    secret = secrets.token_urlsafe(32)
    if kind is CredentialKind.TOKEN:
        secret = TOKEN_PREFIX + secret
    session.add(
        Credential(
            digest=digest(secret),
            kind=kind,
            agent_id=agent.id if agent else None,
            name=name,
            role=role,
            created_at=now,
            seen_at=now,
            expires_at=now + lasts if lasts else None,
        )
    )
    return secret


def open_session(session: Session, agent: Agent, now: datetime) -> str:
    """A session of `agent`; those that are over are thrown away by the way."""
    _delete(session, Credential.expires_at <= now)
    return issue(session, CredentialKind.SESSION, agent.role, now, agent=agent, lasts=ABSOLUTE)


def valid(session: Session, secret: str, kind: CredentialKind, now: datetime) -> Credential | None:
    """What is known about a secret of this kind; None if it is not one, or expired."""
    found = session.get(Credential, digest(secret))
    if found is None or found.kind is not kind:
        return None
    return found if found.expires_at is None or found.expires_at > now else None


def spend(session: Session, secret: str, now: datetime) -> Credential | None:
    """Delete an invitation and return what it said. Of two who try at once, one gets None."""
    found = valid(session, secret, CredentialKind.INVITE, now)
    if found is None or not _delete(session, Credential.digest == found.digest):
        return None
    if found.agent_id is None and found.role is Role.ADMIN and not _has_admin(session):
        # Every start without an admin prints such a link: the first admin ends them all.
        nobodys = Credential.agent_id.is_(None)
        _delete(session, (Credential.kind == CredentialKind.INVITE) & nobodys)
    return found


def _has_admin(session: Session) -> bool:
    came = select(Agent.id).where(
        Agent.role == Role.ADMIN, Agent.password_hash != "", Agent.disabled_at.is_(None)
    )
    return session.scalar(came.limit(1)) is not None


def revoke(session: Session, agent: Agent, kind: CredentialKind | None = None) -> None:
    """End every session and link of an agent, or those of one kind."""
    condition = Credential.agent_id == agent.id
    if kind is not None:
        condition &= Credential.kind == kind
    _delete(session, condition)


def _delete(session: Session, condition: ColumnElement[bool]) -> bool:
    """True if any was there to delete."""
    statement = delete(Credential).where(condition).returning(Credential.digest)
    return bool(session.scalars(statement.execution_options(synchronize_session=False)).all())
