"""Holding statements: one person words what customers shall be told, another named one approves it,
and only then an incident is opened with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.database import Database
from responder.audit import note
from responder.bot import Bot
from responder.crisis.deeds import NotThere
from responder.crisis.logbook import write
from responder.crisis.models import Did, Episode, HoldingStatement
from responder.incidents import Opening, Unfit, keep_incident, refuse_unfit
from responder.team.models import Agent, Role

_MAY: frozenset[Role] = frozenset({Role.APPROVER, Role.ADMIN})


class NotTheirs(Exception):
    """Somebody else was named to approve it, or they worded it themselves. The text says which."""


def approvers(session: Session, *, besides: str, channel: str) -> Sequence[str]:
    """Who can be named: those who may approve there, other than `besides`."""
    rows = session.scalars(
        select(Agent)
        .where(Agent.disabled_at.is_(None), Agent.role.in_(_MAY), Agent.name != besides)
        .order_by(Agent.name)
    )
    return [one.name for one in rows if not one.channels or channel in one.channels]


def propose(
    bot: Bot, episode_id: str, opening: Opening, *, approver: str, by: str, now: datetime
) -> str:
    """Keep a statement until `approver` decides; returns its id. Where the settings ask for one
    person only it is used at once. Raises NotThere, Unfit and NotTheirs."""
    refuse_unfit(opening)
    if not any(text.strip() for text in opening.statements.values()):
        raise Unfit("write what customers shall be told, in one language at least")
    alone = not bot.settings.crisis.two_for_statement
    with bot.database.write() as session:
        episode = _running(session, episode_id)
        if not alone and approver not in approvers(session, besides=by, channel=opening.channel):
            raise NotTheirs("Name somebody else who may approve: a statement takes two people")
        row = HoldingStatement(
            episode_id=episode.id,
            title=opening.title,
            channel=opening.channel,
            topics=list(opening.topics),
            words=list(opening.words),
            statements=dict(opening.statements),
            by=by,
            at=now,
            approver=by if alone else approver,
        )
        session.add(row)
        session.flush()
        write(session, episode, Did.PROPOSED, by=by, now=now, detail=row.approver)
        note(session, who=by, action="propose statement", subject=row.id, now=now)
        if alone:
            _use(session, episode, row, by=by, now=now)
        return row.id


def approve(database: Database, statement_id: str, *, by: str, now: datetime) -> str:
    """Use it: an incident is opened with it. Returns its id. Raises NotThere and NotTheirs."""
    with database.write() as session:
        episode, row = _waiting(session, statement_id, by)
        return _use(session, episode, row, by=by, now=now)


def decline(database: Database, statement_id: str, *, by: str, now: datetime) -> None:
    """It is not used. Raises NotThere and NotTheirs."""
    with database.write() as session:
        episode, row = _waiting(session, statement_id, by)
        row.decided_by, row.decided_at = by, now
        write(session, episode, Did.DECLINED, by=by, now=now)
        note(session, who=by, action="decline statement", subject=row.id, now=now)


def statements_of(session: Session, episode_id: str) -> Sequence[HoldingStatement]:
    """The latest first."""
    return session.scalars(
        select(HoldingStatement)
        .where(HoldingStatement.episode_id == episode_id)
        .order_by(HoldingStatement.id.desc())
    ).all()


def opening_of(row: HoldingStatement) -> Opening:
    return Opening(
        title=row.title,
        channel=row.channel,
        topics=row.topics,
        words=row.words,
        statements=row.statements,
    )


def _use(
    session: Session, episode: Episode, row: HoldingStatement, *, by: str, now: datetime
) -> str:
    row.incident_id = keep_incident(session, opening_of(row), by=by, now=now)
    row.decided_by, row.decided_at = by, now
    write(session, episode, Did.APPROVED, by=by, now=now, detail=row.incident_id)
    note(session, who=by, action="approve statement", subject=row.id, now=now)
    return row.incident_id


def _running(session: Session, episode_id: str) -> Episode:
    episode = session.get(Episode, episode_id, with_for_update=True)
    if episode is None:
        raise NotThere("There is no such episode")
    if episode.ended_at is not None:
        raise NotThere("It is over already")
    return episode


def _waiting(session: Session, statement_id: str, by: str) -> tuple[Episode, HoldingStatement]:
    row = session.get(HoldingStatement, statement_id, with_for_update=True)
    if row is None:
        raise NotThere("There is no such statement")
    if row.decided_at is not None:
        raise NotThere(f"{row.decided_by} decided it already")
    if by != row.approver or by == row.by:
        raise NotTheirs(f"This waits for {row.approver}")
    return session.get_one(Episode, row.episode_id), row
