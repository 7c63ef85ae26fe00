"""Who may come in, settled by admins: accounts are closed, opened again, reset, and change roles.

Somebody must always be able to do that: the last admin who can sign in stays one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from config.database import Database
from responder import credentials
from responder.audit import note
from responder.sentences import N_, Refused
from responder.team.models import Agent, Credential, CredentialKind, Role
from responder.team.names import BY, known

INVITED_FOR: Final = timedelta(hours=24)
"""So long a link to choose a password works."""

_LAST_ADMIN: Final = N_(
    "%(name)s is the last admin who can sign in: make somebody else an admin first"
)
_NO_PASSWORD: Final = N_("%(name)s has no password yet: give them a new link")


def agents(database: Database) -> list[Agent]:
    """Everybody, by name; the disabled and the invited too."""
    with database.read() as session:
        return list(session.scalars(select(Agent).order_by(Agent.name)))


def disable(database: Database, name: str, now: datetime, *, by: str = BY) -> None:
    """Close an account, end its sessions and tear up its links. Raises LookupError; Refused for
    the last admin."""
    with database.write() as session:
        agent = known(session, name)
        _keep_an_admin(session, agent)
        agent.disabled_at = agent.disabled_at or now
        credentials.revoke(session, agent)
        note(session, who=by, action="disable agent", subject=agent.id, now=now)


def enable(database: Database, name: str, now: datetime, *, by: str = BY) -> None:
    """Open a closed account: its password counts again. Raises LookupError; Refused where there is
    none to count."""
    with database.write() as session:
        agent = known(session, name)
        if not agent.password_hash:
            raise Refused(_NO_PASSWORD, name=agent.name)
        if agent.disabled_at is not None:
            agent.disabled_at = None
            note(session, who=by, action="enable agent", subject=agent.id, now=now)


def reset(
    database: Database, name: str, now: datetime, *, by: str = BY, even_the_last: bool = False
) -> str:
    """The secret of a new invitation for an agent whose password and sessions end here.

    Accepting it opens a disabled account again. Raises LookupError; Refused for the last admin,
    unless it is meant: on the machine itself it is the way back in.
    """
    with database.write() as session:
        agent = known(session, name)
        if not even_the_last:
            _keep_an_admin(session, agent)
        agent.password_hash = ""
        credentials.revoke(session, agent)
        note(session, who=by, action="reset agent", subject=agent.id, now=now)
        return credentials.issue(
            session, CredentialKind.INVITE, agent.role, now, agent=agent, lasts=INVITED_FOR
        )


def set_role(database: Database, name: str, role: Role, now: datetime, *, by: str = BY) -> None:
    """Give an agent another role. Their sessions end: nobody goes on with rights they had before.
    Raises LookupError; Refused for the last admin."""
    with database.write() as session:
        agent = known(session, name)
        if agent.role is role:
            return
        _keep_an_admin(session, agent)
        agent.role = role
        credentials.revoke(session, agent, CredentialKind.SESSION)
        note(session, who=by, action="change role", subject=agent.id, detail=role, now=now)


def has_admin(database: Database) -> bool:
    """True if some admin can sign in with a password."""
    able = select(Agent.id).where(
        Agent.role == Role.ADMIN, Agent.disabled_at.is_(None), Agent.password_hash != ""
    )
    with database.read() as session:
        return session.scalar(able.limit(1)) is not None


def _keep_an_admin(session: Session, agent: Agent) -> None:
    """Raise Refused if `agent` is the only admin who can sign in, by password or by a link of the
    demo. The rows stay locked until the change is written: of two who would take each other's role
    away, the second is refused."""
    by_link = exists().where(
        Credential.agent_id == Agent.id, Credential.kind == CredentialKind.ENTRY
    )
    able = select(Agent.id).where(
        Agent.role == Role.ADMIN,
        Agent.disabled_at.is_(None),
        or_(Agent.password_hash != "", by_link),
    )
    if set(session.scalars(able.with_for_update())) == {agent.id}:
        raise Refused(_LAST_ADMIN, name=agent.name)
