"""What agents settle for themselves: their password, the language of their pages, and where they
are signed in."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, delete, select

from config.database import Database
from responder import credentials, passwords
from responder.access import SignInRefused, TooManyAttempts
from responder.audit import note
from responder.sentences import N_
from responder.team.models import Agent, Credential, CredentialKind
from responder.team.names import LONGEST

_WRONG: Final = N_("That is not your password.")
_TOO_MANY: Final = N_("Too many attempts. Wait 15 minutes, then try again.")


def change_password(
    database: Database, agent_id: str, *, old: str, new: str, address: str, now: datetime
) -> str:
    """Choose another password. Every session ends, this one too: returns the secret of a new one.

    Raises SignInRefused if `old` is wrong, or was wrong too often; Refused if `new` will not do.
    """
    with database.read() as session:
        agent = session.get_one(Agent, agent_id)
    key, address = agent.name.casefold()[:LONGEST], address[:LONGEST]
    if not passwords.count_attempt(database, name=key, address=address, now=now):
        raise TooManyAttempts(_TOO_MANY)
    if not passwords.fits(old, agent.password_hash):
        raise SignInRefused(_WRONG)
    passwords.check(new, agent.name)
    hashed = passwords.hashed(new)
    with database.write() as session:
        row = session.get_one(Agent, agent_id)
        if row.disabled_at is not None or row.password_hash != agent.password_hash:
            raise SignInRefused(_WRONG)  # disabled or reset while we were verifying
        row.password_hash = hashed
        passwords.forgive(session, name=key, address=address, now=now)
        credentials.revoke(session, row, CredentialKind.SESSION)
        note(session, who=row.name, action="change password", subject=row.id, now=now)
        return credentials.open_session(session, row, now)


def choose_interface(database: Database, agent_id: str, language: str, now: datetime) -> None:
    """The language of an agent's pages; "": what their browser asks for."""
    with database.write() as session:
        agent = session.get_one(Agent, agent_id)
        if agent.interface != language:
            agent.interface = language
            deed = "change interface"
            note(session, who=agent.name, action=deed, subject=agent_id, detail=language, now=now)


def sessions_of(database: Database, agent_id: str, now: datetime) -> list[Credential]:
    """Where an agent is signed in, the last seen first."""
    mine = (
        select(Credential)
        .where(
            Credential.agent_id == agent_id,
            Credential.kind == CredentialKind.SESSION,
            Credential.expires_at > now,
            Credential.seen_at > now - credentials.IDLE,
        )
        .order_by(Credential.seen_at.desc(), Credential.created_at.desc())
    )
    with database.read() as session:
        return list(session.scalars(mine))


def end_session(database: Database, agent_id: str, digest: str, now: datetime) -> bool:
    """Sign an agent out in one place. False if there is no such session of theirs."""
    return _end(database, agent_id, now, Credential.digest == digest)


def end_other_sessions(database: Database, agent_id: str, secret: str, now: datetime) -> bool:
    """Sign an agent out everywhere but where `secret` is theirs."""
    return _end(database, agent_id, now, Credential.digest != credentials.digest(secret))


def _end(database: Database, agent_id: str, now: datetime, which: ColumnElement[bool]) -> bool:
    with database.write() as session:
        ended = session.scalars(
            delete(Credential)
            .where(
                which,
                Credential.agent_id == agent_id,
                Credential.kind == CredentialKind.SESSION,
            )
            .returning(Credential.digest)
        ).all()
        if ended:
            name = session.get_one(Agent, agent_id).name
            note(
                session,
                who=name,
                action="end sessions",
                subject=agent_id,
                detail=str(len(ended)),
                now=now,
            )
        return bool(ended)
