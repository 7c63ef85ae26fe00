"""Who may come in, and as what: invitations, sign-in, sessions, tokens, accounts."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from config.database import Database
from responder import credentials, passwords
from responder.audit import note
from responder.sentences import N_, Refused
from responder.team.accounts import INVITED_FOR
from responder.team.models import Agent, Credential, CredentialKind, Role
from responder.team.names import BY, LONGEST, find, good_name, plain

_SEEN_EVERY: Final = timedelta(minutes=1)
_RANK: Final = {role: rank for rank, role in enumerate(Role)}

_WRONG: Final = N_("That name and password do not fit together.")
_TOO_MANY: Final = N_("Too many attempts. Wait 15 minutes, then try again.")
_LINK_SPENT: Final = N_("This link was used already or is too old. Ask for a new one.")
_HAS_ONE: Final = N_("There is an agent named %(name)s already: reset gives them a new link")
_TAKEN: Final = N_("The name %(name)s is taken: choose another one")
_A_PERSON: Final = N_("%(name)s is the name of an agent: give the program another one")


class SignInRefused(Exception):
    """Not let in. The text is fit for the page and never says whether the name exists."""


class TooManyAttempts(SignInRefused):
    """Not let in for a while, whatever the password is."""


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Somebody, or some program, that was let in. `agent_id` is None for a program's token.
    `channels`: all they may see; empty for every one. `interface`: the language of their pages;
    empty: what their browser asks for."""

    name: str
    role: Role
    agent_id: str | None
    channels: frozenset[str] = frozenset()
    interface: str = ""

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
    lasts: timedelta = INVITED_FOR,
    by: str = BY,
) -> str:
    """The secret of a one-time link to choose a password. Without `name` the guest chooses one.

    An agent who never chose a password may be invited again; older links end. Raises Refused,
    with a sentence, for a name that will not do or belongs to an agent who has one.
    """
    with database.write() as session:
        if name is None:
            guest = None
            note(session, who=by, action="invite agent", subject="", detail=role, now=now)
        else:
            guest = _guest(session, good_name(name), role, now, by)
        return credentials.issue(
            session, CredentialKind.INVITE, role, now, agent=guest, lasts=lasts
        )


def accept_invite(
    database: Database, secret: str, *, name: str, password: str, now: datetime
) -> str:
    """Spend an invitation: set the password and return the secret of a first session.

    An invitation made out to somebody keeps that name, whatever `name` says. Raises Refused,
    with a sentence, for a spent link, a name that will not do or is taken, or a bad password.
    """
    with database.read() as session:
        found = credentials.valid(session, secret, CredentialKind.INVITE, now)
        if found is None:
            raise Refused(_LINK_SPENT)
        name = found.agent.name if found.agent else good_name(name)
    passwords.check(password, name)
    password_hash = passwords.hashed(password)
    with database.write() as session:
        spent = credentials.spend(session, secret, now)
        if spent is None:
            raise Refused(_LINK_SPENT)
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
    key, address = plain(name).casefold()[:LONGEST], plain(address)[:LONGEST]
    if not passwords.count_attempt(database, name=key, address=address, now=now):
        raise TooManyAttempts(_TOO_MANY)
    with database.read() as session:
        agent = find(session, name)
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
    name = good_name(name)
    with database.write() as session:
        agent = find(session, name) or _newcomer(session, name, role, now, by=BY)
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
    """A token for a program: shown once, without end. Raises Refused, with a sentence, for a
    name that will not do or is an agent's: a program's deed must not look like a person's."""
    name = good_name(name)
    with database.write() as session:
        if find(session, name):
            raise Refused(_A_PERSON, name=name)
        note(session, who=by, action="create token", subject=name, detail=role, now=now)
        return credentials.issue(session, CredentialKind.TOKEN, role, now, name=name)


def _guest(session: Session, name: str, role: Role, now: datetime, by: str) -> Agent:
    agent = find(session, name)
    if agent is None:
        return _newcomer(session, name, role, now, by=by)
    if agent.password_hash or agent.disabled_at:
        raise Refused(_HAS_ONE, name=name)
    agent.role = role
    credentials.revoke(session, agent, CredentialKind.INVITE)
    note(session, who=by, action="invite agent", subject=agent.id, detail=role, now=now)
    return agent


def _newcomer(session: Session, name: str, role: Role, now: datetime, *, by: str) -> Agent:
    a_program = select(Credential.digest).where(
        Credential.kind == CredentialKind.TOKEN, Credential.name == name
    )
    if find(session, name) or session.scalar(a_program.limit(1)):
        raise Refused(_TAKEN, name=name)
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
    return Visitor(
        name=agent.name,
        role=agent.role,
        agent_id=agent.id,
        channels=frozenset(agent.channels),
        interface=agent.interface,
    )


def _touch(database: Database, digest: str, now: datetime) -> None:
    # Being seen is a courtesy: a store that is busy for seconds must not turn a reader away.
    with suppress(OperationalError), database.write() as session:
        session.execute(update(Credential).where(Credential.digest == digest).values(seen_at=now))
