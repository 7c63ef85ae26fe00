"""The team as a list: who is in it, what state their account is in, and what lies with each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from listener.models import Mention
from responder.bot import Bot
from responder.handling.duty import on_duty_on
from responder.handling.models import Assignment
from responder.models import Draft, DraftStatus
from responder.team.models import Agent, Credential, CredentialKind


class Account(StrEnum):
    """What state somebody's account is in."""

    OPEN = "open"
    INVITED = "invited"  # a link to choose a password waits for them
    LAPSED = "lapsed"  # it waited too long: they need another
    BY_LINK = "by link"  # the demo's link lets them in, without a password
    DISABLED = "disabled"


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """One agent, seen from the team. `agent` is read-only here. `invited_until` only while a link
    waits; `seen_at` None: not signed in anywhere."""

    agent: Agent
    account: Account
    invited_until: datetime | None
    seen_at: datetime | None
    open_items: int
    on_duty: bool


def read_team(bot: Bot, channels: frozenset[str] = frozenset()) -> list[Colleague]:
    """Everybody by name, those whose account is disabled last; what lies with them, and whether
    they are on duty, on `channels`; empty: on all."""
    now = bot.clock()
    with bot.database.read() as session:
        team = session.scalars(select(Agent).order_by(Agent.name)).all()
        proofs = _proofs(session, now)
        items = _open_items(session, channels)
        there = {agent.id for agent in on_duty_on(bot, session, now, channels)}
    found = [
        _colleague(
            agent,
            proofs.get(agent.id, {}),
            open_items=items.get(agent.id, 0),
            on_duty=agent.id in there,
        )
        for agent in team
    ]
    return sorted(found, key=lambda one: one.account is Account.DISABLED)


def read_colleague(bot: Bot, agent_id: str) -> Colleague | None:
    """One of them. A team is small: the whole list is read."""
    return next((one for one in read_team(bot) if one.agent.id == agent_id), None)


_Proofs = Mapping[CredentialKind, Credential]


def _proofs(session: Session, now: datetime) -> dict[str, dict[CredentialKind, Credential]]:
    """By agent, what lets them in now: of each kind the one seen last."""
    valid = select(Credential).where(
        Credential.agent_id.is_not(None),
        Credential.expires_at.is_(None) | (Credential.expires_at > now),
    )
    found: dict[str, dict[CredentialKind, Credential]] = {}
    for proof in session.scalars(valid.order_by(Credential.seen_at)):
        found.setdefault(proof.agent_id or "", {})[proof.kind] = proof
    return found


def _open_items(session: Session, channels: frozenset[str]) -> dict[str, int]:
    """By agent, how many mentions of theirs wait for somebody."""
    owned = (
        select(Assignment.agent_id, func.count(func.distinct(Assignment.mention_id)))
        .join(Draft, Draft.mention_id == Assignment.mention_id)
        .join(Draft.mention)
        .where(Draft.status == DraftStatus.PENDING)
        .group_by(Assignment.agent_id)
    )
    if channels:
        owned = owned.where(Mention.channel.in_(sorted(channels)))
    return {row[0]: row[1] for row in session.execute(owned)}


def _colleague(agent: Agent, proofs: _Proofs, *, open_items: int, on_duty: bool) -> Colleague:
    invitation = proofs.get(CredentialKind.INVITE)
    seen = proofs.get(CredentialKind.SESSION)
    return Colleague(
        agent=agent,
        account=_account(agent, proofs),
        invited_until=invitation.expires_at if invitation else None,
        seen_at=seen.seen_at if seen else None,
        open_items=open_items,
        on_duty=on_duty,
    )


def _account(agent: Agent, proofs: _Proofs) -> Account:
    if agent.disabled_at is not None:
        return Account.DISABLED
    if agent.password_hash:
        return Account.OPEN
    if CredentialKind.ENTRY in proofs:
        return Account.BY_LINK
    return Account.INVITED if CredentialKind.INVITE in proofs else Account.LAPSED
