"""Who may come in, and as what: invitations, sign-in, sessions, tokens, accounts."""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from config.database import Database
from listener.normalize import clean
from responder import credentials, passwords
from responder.audit import note
from responder.team.models import Agent, Credential, CredentialKind, Role

BY: Final = "command line"

_INVITE_HOURS: Final = 24
_SEEN_EVERY: Final = timedelta(minutes=1)
_LONGEST_NAME: Final = 64
_RESERVED: Final = frozenset({BY, "policy", "bot"})  # these sign deeds of the program itself
_RANK: Final = {role: rank for rank, role in enumerate(Role)}

_WRONG: Final = "That name and password do not fit together."
_TOO_MANY: Final = "Too many attempts. Wait 15 minutes, then try again."
_LINK_SPENT: Final = "This link was used already or is too old. Ask for a new one."


class SignInRefused(Exception):
    """Not let in. The text is fit for the page and never says whether the name exists."""


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Somebody, or some program, that was let in. `agent_id` is None for a program's token.
    `channels`: all they may see; empty for every one."""

    name: str
    role: Role
    agent_id: str | None
    channels: frozenset[str] = frozenset()

    def may(self, role: Role) -> bool:
        """True if this visitor may do what `role` may do."""
        return _RANK[self.role] >= _RANK[role]

    def sees(self, channel: str) -> bool:
        """True if what happens on `channel` is this visitor's to see."""
        return not self.channels or channel in self.channels


def invite(
    database: Database,
    *,
    name: str | None,
    role: Role,
    now: datetime,
    hours: float = _INVITE_HOURS,
    by: str = BY,
) -> str:
    """The secret of a one-time link to choose a password. Without `name` the guest chooses one.

    An agent who never chose a password may be invited again; older links end. Raises ValueError,
    with a sentence, for a name that will not do or belongs to an agent who has one.
    """
    with database.write() as session:
        guest = None if name is None else _guest(session, _good_name(name), role, now, by)
        lasts = timedelta(hours=hours)
        return credentials.issue(
            session, CredentialKind.INVITE, role, now, agent=guest, lasts=lasts
        )


def accept_invite(
    database: Database, secret: str, *, name: str, password: str, now: datetime
) -> str:
    """Spend an invitation: set the password and return the secret of a first session.

    An invitation made out to somebody keeps that name, whatever `name` says. Raises ValueError,
    with a sentence, for a spent link, a name that will not do or is taken, or a bad password.
    """
    with database.read() as session:
        found = credentials.valid(session, secret, CredentialKind.INVITE, now)
        if found is None:
            raise ValueError(_LINK_SPENT)
        name = found.agent.name if found.agent else _good_name(name)
    passwords.check(password, name)
    password_hash = passwords.hashed(password)
    with database.write() as session:
        spent = credentials.spend(session, secret, now)
        if spent is None:
            raise ValueError(_LINK_SPENT)
        agent = session.get(Agent, spent.agent_id) if spent.agent_id else None
        if agent is None:
            agent = _newcomer(session, name, spent.role, now, by=name)
        agent.password_hash, agent.disabled_at = password_hash, None
        note(session, who=agent.name, action="join", subject=agent.id, now=now)
        return credentials.open_session(session, agent, now)


def sign_in(database: Database, *, name: str, password: str, address: str, now: datetime) -> str:
    """The secret of a new session. Raises SignInRefused.

    Five failures in 15 minutes close a name to an address, fifty close the address.
    """
    key, address = _plain(name).casefold()[:_LONGEST_NAME], _plain(address)[:_LONGEST_NAME]
    if not passwords.count_attempt(database, name=key, address=address, now=now):
        raise SignInRefused(_TOO_MANY)
    with database.read() as session:
        agent = _find(session, name)
    known_hash = agent.password_hash if agent and not agent.disabled_at else None
    if not passwords.fits(password, known_hash) or not (agent and known_hash):
        raise SignInRefused(_WRONG)
    renewed = passwords.renewed(password, known_hash)
    with database.write() as session:
        row = session.get_one(Agent, agent.id)
        if row.disabled_at is not None or row.password_hash != known_hash:
            raise SignInRefused(_WRONG)  # disabled or reset while we were verifying
        row.password_hash = renewed
        passwords.forgive(session, name=key, address=address, now=now)
        return credentials.open_session(session, row, now)


def entry_link(database: Database, *, name: str, role: Role, now: datetime) -> str:
    """The secret of a link that signs in whoever has it, as often as they like: for the demo.

    The agent is made if need be. A newer link of the same name replaces the older.
    """
    name = _good_name(name)
    with database.write() as session:
        agent = _find(session, name) or _newcomer(session, name, role, now, by=BY)
        credentials.revoke(session, agent, CredentialKind.ENTRY)
        return credentials.issue(session, CredentialKind.ENTRY, agent.role, now, agent=agent)


def enter(database: Database, secret: str, now: datetime) -> str | None:
    """The secret of a new session for whoever holds an entry link; None if it is not one."""
    with database.write() as session:
        found = credentials.valid(session, secret, CredentialKind.ENTRY, now)
        if found is None or found.agent is None or found.agent.disabled_at is not None:
            return None
        return credentials.open_session(session, found.agent, now)


def visitor(database: Database, secret: str, kind: CredentialKind, now: datetime) -> Visitor | None:
    """Who holds this session, token or unspent invitation, or None.

    A session ends 12 hours after it was last seen, 7 days after it began, and with its agent's
    account. A token has no end, and its own name and role. An invitation that is made out to
    nobody yet has the name "".
    """
    with database.read() as session:
        found = credentials.valid(session, secret, kind, now)
        holder = _holder(found, now) if found else None
    if found and holder and found.seen_at + _SEEN_EVERY <= now:
        _touch(database, found.digest, now)
    return holder


def sign_out(database: Database, secret: str) -> None:
    """End a session. Harmless if there is none."""
    with database.write() as session:
        row = session.get(Credential, credentials.digest(secret))
        if row is not None and row.kind is CredentialKind.SESSION:
            session.delete(row)


def create_token(database: Database, *, name: str, role: Role, now: datetime, by: str = BY) -> str:
    """A token for a program: shown once, without end. Raises ValueError, with a sentence, for a
    name that will not do or is an agent's: a program's deed must not look like a person's."""
    name = _good_name(name)
    with database.write() as session:
        if _find(session, name):
            raise ValueError(f"{name} is the name of an agent: give the program another one")
        note(session, who=by, action="create token", subject=name, detail=role, now=now)
        return credentials.issue(session, CredentialKind.TOKEN, role, now, name=name)


def agents(database: Database) -> list[Agent]:
    """Everybody, by name; the disabled and the invited too."""
    with database.read() as session:
        return list(session.scalars(select(Agent).order_by(Agent.name)))


def disable(database: Database, name: str, now: datetime, *, by: str = BY) -> None:
    """Close an account, end its sessions and tear up its links. Raises LookupError."""
    with database.write() as session:
        agent = _known(session, name)
        agent.disabled_at = agent.disabled_at or now
        credentials.revoke(session, agent)
        note(session, who=by, action="disable agent", subject=agent.id, now=now)


def reset(database: Database, name: str, now: datetime, *, by: str = BY) -> str:
    """The secret of a new invitation for an agent whose password and sessions end here.

    Accepting it opens a disabled account again. Raises LookupError.
    """
    with database.write() as session:
        agent = _known(session, name)
        agent.password_hash = ""
        credentials.revoke(session, agent)
        note(session, who=by, action="reset agent", subject=agent.id, now=now)
        lasts = timedelta(hours=_INVITE_HOURS)
        return credentials.issue(
            session, CredentialKind.INVITE, agent.role, now, agent=agent, lasts=lasts
        )


def has_admin(database: Database) -> bool:
    """True if some admin can sign in with a password."""
    able = select(Agent.id).where(
        Agent.role == Role.ADMIN, Agent.disabled_at.is_(None), Agent.password_hash != ""
    )
    with database.read() as session:
        return session.scalar(able.limit(1)) is not None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", clean(text)).strip()


def _good_name(name: str) -> str:
    plain = _plain(name)
    if not 1 <= len(plain) <= _LONGEST_NAME or not plain.isprintable():
        raise ValueError(f"A name has 1 to {_LONGEST_NAME} letters, and no line breaks")
    if plain.casefold() in _RESERVED:
        raise ValueError(f"{plain} is what the program calls itself: choose another name")
    return plain


def _find(session: Session, name: str) -> Agent | None:
    """The agent of this name, in upper or lower case. A team is small: databases differ in what
    they know of letters beyond ASCII, Python knows them all."""
    wanted = _plain(name).casefold()
    rows = session.scalars(select(Agent))
    return next((agent for agent in rows if agent.name.casefold() == wanted), None)


def _known(session: Session, name: str) -> Agent:
    agent = _find(session, name)
    if agent is None:
        raise LookupError(f"There is no agent named {_plain(name)}")
    return agent


def _guest(session: Session, name: str, role: Role, now: datetime, by: str) -> Agent:
    agent = _find(session, name)
    if agent is None:
        return _newcomer(session, name, role, now, by=by)
    if agent.password_hash or agent.disabled_at:
        raise ValueError(f"There is an agent named {name} already: reset gives them a new link")
    agent.role = role
    credentials.revoke(session, agent, CredentialKind.INVITE)
    note(session, who=by, action="invite agent", subject=agent.id, detail=role, now=now)
    return agent


def _newcomer(session: Session, name: str, role: Role, now: datetime, *, by: str) -> Agent:
    a_program = select(Credential.digest).where(
        Credential.kind == CredentialKind.TOKEN, Credential.name == name
    )
    if _find(session, name) or session.scalar(a_program.limit(1)):
        raise ValueError(f"The name {name} is taken: choose another one")
    agent = Agent(name=name, role=role, created_at=now)
    session.add(agent)
    session.flush()
    note(session, who=by, action="create agent", subject=agent.id, detail=role, now=now)
    return agent


def _holder(found: Credential, now: datetime) -> Visitor | None:
    agent = found.agent
    if agent is None:
        return Visitor(name=found.name, role=found.role, agent_id=None)
    if found.kind is CredentialKind.SESSION and (
        agent.disabled_at is not None or found.seen_at + credentials.IDLE <= now
    ):
        return None
    channels = frozenset(agent.channels)
    return Visitor(name=agent.name, role=agent.role, agent_id=agent.id, channels=channels)


def _touch(database: Database, digest: str, now: datetime) -> None:
    # Being seen is a courtesy: a store that is busy for seconds must not turn a reader away.
    with suppress(OperationalError), database.write() as session:
        session.execute(update(Credential).where(Credential.digest == digest).values(seen_at=now))
