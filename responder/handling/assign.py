"""Whose a mention is: given by a person, or by the round to whoever is there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from listener.models import OPEN, Mention
from responder.approve import Conflict, NotFound
from responder.audit import note
from responder.bot import Bot
from responder.handling.duty import Presence, is_there, on_duty, read_presence, sees
from responder.handling.models import Assignment
from responder.handling.roster import Colleague, Waiting, share_out
from responder.handling.waiting import open_mention, touch, waits
from responder.models import OPEN_DRAFT, Audit, Draft
from responder.team.models import Agent, Role

BOT: Final = "bot"
ASSIGN: Final = "assign"
FREE: Final = "free"  # its owner is not there
GIVE_BACK: Final = "give back"

_AT_ONCE: Final = 200  # mentions in one transaction: whoever approves meanwhile must not wait long
_REMEMBERED: Final = timedelta(hours=12)  # who gave something back does not get it again so soon


def assign(bot: Bot, mention_id: str, *, to: str | None, by: str) -> None:
    """Make a mention the agent `to`'s; None: everybody's again. Raises NotFound, and Conflict, with
    a sentence, for somebody who could do nothing with it."""
    now = bot.clock()
    with bot.database.write() as session:
        if to is None:
            _give_back(session, mention_id, by, now)
        else:
            give(bot, session, mention_id, to=to, by=by, now=now)


def give(bot: Bot, session: Session, mention_id: str, *, to: str, by: str, now: datetime) -> None:
    """Make a mention the agent `to`'s, in the transaction of what it is given for. Raises as
    `assign`. Who takes something once more has it anew: outside their hours that lasts but a
    while."""
    mention, draft = open_mention(session, mention_id)
    agent = _able(bot, session, to, mention, by)
    row = session.get(Assignment, mention_id)
    if row is not None and (row.agent_id, row.by) == (to, by) and agent.name != by:
        return
    session.merge(Assignment(mention_id=mention_id, agent_id=to, since=now, by=by))
    draft.changed_at = now
    note(session, who=by, action=ASSIGN, subject=mention_id, detail=agent.id, now=now)


def assign_round(bot: Bot) -> int:
    """Give what is nobody's to whoever is on duty, and free what belongs to somebody who is not.
    Returns how many found an owner. Where nobody is there a mention stays without one."""
    ids = _to_do(bot)
    return sum(_give_out(bot, ids[at : at + _AT_ONCE]) for at in range(0, len(ids), _AT_ONCE))


def _to_do(bot: Bot) -> list[str]:
    """The mentions something can be done for, the most urgent first. Looking takes no lock."""
    now = bot.clock()
    with bot.database.read() as session:
        found = session.execute(
            select(Mention.id, Mention.channel, Assignment.mention_id)
            .select_from(Draft)
            .join(Draft.mention)
            .outerjoin(Assignment, Assignment.mention_id == Mention.id)
            .where(_orphaned(read_presence(bot, session, now)))
            .order_by(Mention.due_at, Mention.id)
        ).all()
        channels = {channel for _, channel, _ in found}
        staffed = {channel for channel in channels if on_duty(bot, session, now, channel)}
    return [key for key, channel, held in found if held is not None or channel in staffed]


def _give_out(bot: Bot, ids: Sequence[str]) -> int:
    with bot.database.write() as session:
        now = bot.clock()
        orphaned = _orphaned(read_presence(bot, session, now))
        rows = session.execute(
            select(Mention, Draft, Assignment)
            .select_from(Draft)
            .join(Draft.mention)
            .outerjoin(Assignment, Assignment.mention_id == Mention.id)
            .where(orphaned, Mention.id.in_(ids))
            .order_by(Mention.due_at, Mention.id)
        ).all()
        mentions = [row[0] for row in rows]
        team = _colleagues(bot, session, {mention.channel for mention in mentions}, now)
        chosen = share_out(_cases(session, mentions, now), team)
        for mention, draft, held in rows:
            if _settle(session, mention.id, held, chosen.get(mention.id), now):
                draft.changed_at = now
        return len(chosen)


def _orphaned(presence: Presence) -> ColumnElement[bool]:
    """Of drafts with their mentions: those that wait while nobody who is there owns them."""
    return and_(OPEN_DRAFT, waits(), Mention.status.in_(OPEN), ~presence.owned())


def _settle(
    session: Session, mention_id: str, held: Assignment | None, owner: str | None, now: datetime
) -> bool:
    """Write down who has it now. False if that is nobody, as before."""
    if owner is not None:
        row = held or Assignment(mention_id=mention_id)
        row.agent_id, row.since, row.by = owner, now, BOT
        session.add(row)
        note(session, who=BOT, action=ASSIGN, subject=mention_id, detail=owner, now=now)
    elif held is not None:
        session.delete(held)
        note(session, who=BOT, action=FREE, subject=mention_id, detail=held.agent_id, now=now)
    return owner is not None or held is not None


def _cases(session: Session, mentions: Sequence[Mention], now: datetime) -> list[Waiting]:
    given_back: dict[str, set[str]] = defaultdict(set)
    for key, agent_id in session.execute(
        select(Audit.subject, Audit.detail).where(
            Audit.subject.in_([mention.id for mention in mentions]),
            Audit.action == GIVE_BACK,
            Audit.at > now - _REMEMBERED,
        )
    ):
        given_back[key].add(agent_id)
    return [
        Waiting(
            mention_id=mention.id,
            channel=mention.channel,
            language=mention.language,
            topics=frozenset(mention.topics),
            given_back=frozenset(given_back[mention.id]),
        )
        for mention in mentions
    ]


def _colleagues(
    bot: Bot, session: Session, channels: Iterable[str], now: datetime
) -> list[Colleague]:
    there: dict[str, set[str]] = defaultdict(set)
    agents: dict[str, Agent] = {}
    for channel in channels:
        for agent in on_duty(bot, session, now, channel):
            there[agent.id].add(channel)
            agents[agent.id] = agent
    loads = _loads(session)
    return [
        Colleague(
            agent_id=key,
            there_for=frozenset(there[key]),
            languages=frozenset(agent.languages),
            specialities=frozenset(agent.specialities),
            load=loads.get(key, 0),
        )
        for key, agent in agents.items()
    ]


def _loads(session: Session) -> dict[str, int]:
    """How many open mentions belong to each agent."""
    counted = session.execute(
        select(Assignment.agent_id, func.count())
        .select_from(Draft)
        .join(Assignment, Assignment.mention_id == Draft.mention_id)
        .join(Draft.mention)
        .where(OPEN_DRAFT, waits(), Mention.status.in_(OPEN))
        .group_by(Assignment.agent_id)
    )
    return {row[0]: row[1] for row in counted}


def _give_back(session: Session, mention_id: str, by: str, now: datetime) -> None:
    """The audit keeps whose it was: the round then looks for somebody else first."""
    if session.get(Mention, mention_id) is None:
        raise NotFound("There is no such mention")
    row = session.get(Assignment, mention_id)
    if row is None:
        return
    session.delete(row)
    touch(session, mention_id, now)
    note(session, who=by, action=GIVE_BACK, subject=mention_id, detail=row.agent_id, now=now)


def _able(bot: Bot, session: Session, agent_id: str, mention: Mention, by: str) -> Agent:
    """The agent, if they can do anything with the mention now."""
    agent, now = session.get(Agent, agent_id), bot.clock()
    if agent is None or agent.disabled_at is not None:
        raise Conflict("That account is closed, or was never opened")
    if agent.role is Role.VIEWER:
        raise Conflict(f"{agent.name} may only read")
    if not sees(agent, mention.channel):
        raise Conflict(f"{agent.name} does not see {mention.channel}")
    if agent.name != by and not is_there(bot, agent, now, mention.channel):
        raise Conflict(f"{agent.name} is not there now: it would come back at once")
    return agent
