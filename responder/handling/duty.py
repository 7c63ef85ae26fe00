"""Who is there now, and so whose mention really is somebody's: an owner who has gone home owns
nothing."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, or_, select, tuple_
from sqlalchemy.orm import Session

from config.calendar import Calendar
from listener.models import Mention
from responder.bot import Bot
from responder.handling.models import Assignment
from responder.team.models import Agent, Credential, CredentialKind, Role

log = logging.getLogger(__name__)

TAKEN_FOR: Final = timedelta(hours=1)
"""What somebody took themselves is theirs for so long, whatever their hours say: they are there."""

_APPROVERS: Final = (Role.APPROVER, Role.ADMIN)
_OWNERS: Final = (Role.EDITOR, *_APPROVERS)


def on_duty(bot: Bot, session: Session, now: datetime, channel: str | None = None) -> list[Agent]:
    """Who may approve and is there now, by name; for `channel`: who sees it, too."""
    return [
        agent
        for agent in _team(session, _APPROVERS)
        if (channel is None or sees(agent, channel)) and is_there(bot, agent, now, channel)
    ]


def on_duty_on(
    bot: Bot, session: Session, now: datetime, channels: frozenset[str] = frozenset()
) -> list[Agent]:
    """Who is on duty for any of the channels, by name; empty: of all. Hours may differ between
    them."""
    wanted = channels or frozenset(bot.channels)
    found = {one.id: one for name in wanted for one in on_duty(bot, session, now, name)}
    return sorted(found.values(), key=lambda one: one.name)


def deciders(session: Session) -> list[Agent]:
    """Who may approve, there now or not, by name."""
    return _team(session, _APPROVERS)


def sees(agent: Agent, channel: str) -> bool:
    return not agent.channels or channel in agent.channels


def is_there(bot: Bot, agent: Agent, now: datetime, channel: str | None = None) -> bool:
    """Whether these are the agent's hours; without any of their own, the channel's or the brand's.
    On the brand's holidays nobody's hours begin."""
    calendar = own_calendar(bot, agent) or _staffed(bot, channel)
    return calendar.next_opening(now) == now.astimezone(UTC)


@dataclass(frozen=True, kw_only=True)
class Present:
    """Of one channel: who is there for it, and who (id and name) may take something there."""

    there: frozenset[str]
    takers: frozenset[tuple[str, str]]

    def owned(self, now: datetime) -> ColumnElement[bool]:
        taken = and_(
            tuple_(Assignment.agent_id, Assignment.by).in_(sorted(self.takers)),
            Assignment.since > now - TAKEN_FOR,
        )
        return or_(Assignment.agent_id.in_(sorted(self.there)), taken)


@dataclass(frozen=True, kw_only=True)
class Presence:
    """Whose assignments count at a moment. `elsewhere`: on channels that are configured no more."""

    now: datetime
    channels: Mapping[str, Present]
    elsewhere: Present

    def counts(self, assignment: Assignment, channel: str) -> bool:
        """True if the owner is there."""
        present = self.channels.get(channel, self.elsewhere)
        took = (assignment.agent_id, assignment.by) in present.takers
        return assignment.agent_id in present.there or (
            took and assignment.since > self.now - TAKEN_FOR
        )

    def owned(self) -> ColumnElement[bool]:
        """Of mentions: those with an owner who is there."""
        found = exists().where(Assignment.mention_id == Mention.id, self._counting())
        return found.correlate(Mention)

    def _counting(self) -> ColumnElement[bool]:
        if all(present == self.elsewhere for present in self.channels.values()):
            return self.elsewhere.owned(self.now)
        known = sorted(self.channels)
        return or_(
            and_(Mention.channel.not_in(known), self.elsewhere.owned(self.now)),
            *(and_(Mention.channel == c, self.channels[c].owned(self.now)) for c in known),
        )


def read_presence(bot: Bot, session: Session, now: datetime) -> Presence:
    """Who is there at `now`, on each channel."""
    team = _team(session, _OWNERS)
    return Presence(
        now=now,
        channels={name: _present(bot, team, now, name) for name in bot.channels},
        elsewhere=_present(bot, team, now, None),
    )


def _present(bot: Bot, team: list[Agent], now: datetime, channel: str | None) -> Present:
    seeing = [agent for agent in team if channel is None or sees(agent, channel)]
    return Present(
        there=frozenset(agent.id for agent in seeing if is_there(bot, agent, now, channel)),
        takers=frozenset((agent.id, agent.name) for agent in seeing),
    )


def _team(session: Session, roles: tuple[Role, ...]) -> list[Agent]:
    """The enabled of these roles, by name; not those who were invited and never came."""
    links = (CredentialKind.SESSION, CredentialKind.ENTRY)
    comes_in = exists().where(Credential.agent_id == Agent.id, Credential.kind.in_(links))
    wanted = select(Agent).where(
        Agent.disabled_at.is_(None),
        Agent.role.in_(roles),
        or_(Agent.password_hash != "", comes_in),
    )
    return list(session.scalars(wanted.order_by(Agent.name)))


def own_calendar(bot: Bot, agent: Agent) -> Calendar | None:
    """The hours settled for somebody; None: those of the channels count."""
    if not agent.hours:
        return None
    staffing = bot.settings.brand.staffing
    try:
        return Calendar.read(zone=staffing.zone, hours=agent.hours, holidays=staffing.holidays)
    except ValueError as error:
        log.warning("the hours of %s cannot be read, the brand's count: %s", agent.id, error)
        return None


def _staffed(bot: Bot, channel: str | None) -> Calendar:
    return bot.settings.brand.staffing.calendar() if channel is None else bot.calendar(channel)
