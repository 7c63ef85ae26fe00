"""What colleagues do around one item, read for its page: whose it is, until when it sleeps, what
they wrote about it, who said yes first, and what passed between its customer and us before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.numbers import format_decimal
from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from listener.models import Mention, MentionStatus
from responder.bot import Bot
from responder.desk.tongue import locale
from responder.desk.words import language_name
from responder.handling.duty import is_there, read_presence, sees
from responder.handling.models import Assignment, FirstYes, Note, Snooze
from responder.handling.notes import mark_seen, notes_of
from responder.handling.second_looks import first_yes
from responder.handling.snooze import asleep
from responder.models import Draft, DraftStatus, Reply, ReplyStatus
from responder.team.models import Agent, Role
from sentiment.prioritize import Level


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """Somebody it may be given to. `there`: on duty now for its channel."""

    id: str
    name: str
    languages: tuple[str, ...]  # their own names
    there: bool
    me: bool


@dataclass(frozen=True, kw_only=True)
class Contacts:
    """What passed between an author and us: how many texts of theirs came before this mention, and
    when the last; and to how many, this one among them, we answered, from here or in the network's
    own app."""

    mentions: int
    answers: int
    last: datetime | None


@dataclass(frozen=True, kw_only=True)
class Around:
    """`owner`: whose it is, if they are there. `given_by`: who gave it to them; "bot": the roster.
    `first_yes`: one that was said to the words as they are."""

    owner: str
    mine: bool
    given_by: str
    colleagues: tuple[Colleague, ...]
    snooze: Snooze | None
    notes: Sequence[Note]
    first_yes: FirstYes | None
    contacts: Contacts
    followers: str  # as a number is written here; "" where the network does not tell
    tomorrow: datetime  # when somebody is there again
    can_sleep: bool


def read_around(bot: Bot, draft: Draft, *, agent_id: str | None) -> Around:
    """As it stands now, seen by one agent."""
    now = bot.clock()
    with bot.database.read() as session:
        mention = session.get_one(Mention, draft.mention_id)
        owned = _owned(bot, session, mention, now)
        pending = draft.status is DraftStatus.PENDING
        return Around(
            owner=owned.agent.name if owned else "",
            mine=owned is not None and owned.agent_id == agent_id,
            given_by=owned.by if owned else "",
            colleagues=_colleagues(bot, session, mention.channel, agent_id, now) if pending else (),
            snooze=_snooze(session, mention, now),
            notes=notes_of(session, mention.id),
            first_yes=first_yes(session, draft) if pending else None,
            contacts=_contacts(session, mention),
            followers=_followers(mention),
            tomorrow=tomorrow(bot, mention.channel, now),
            can_sleep=pending and mention.priority is not Level.P1,
        )


def seen(bot: Bot, draft_id: str, *, agent_id: str) -> bool:
    """Whoever opens an item has seen its notes. True if that is news."""
    with bot.database.read() as session:
        mention_id = session.scalar(select(Draft.mention_id).where(Draft.id == draft_id))
    return mention_id is not None and mark_seen(bot, mention_id, agent_id=agent_id)


def _owned(bot: Bot, session: Session, mention: Mention, now: datetime) -> Assignment | None:
    found = session.get(Assignment, mention.id, options=(joinedload(Assignment.agent),))
    if found is None or not read_presence(bot, session, now).counts(found, mention.channel):
        return None
    return found


def _colleagues(
    bot: Bot, session: Session, channel: str, agent_id: str | None, now: datetime
) -> tuple[Colleague, ...]:
    """Who sees the channel and may do more than read, those who are there first."""
    able = select(Agent).where(Agent.disabled_at.is_(None), Agent.role != Role.VIEWER)
    found = [
        Colleague(
            id=agent.id,
            name=agent.name,
            languages=tuple(language_name(code) for code in agent.languages),
            there=is_there(bot, agent, now, channel),
            me=agent.id == agent_id,
        )
        for agent in session.scalars(able)
        if sees(agent, channel)
    ]
    return tuple(sorted(found, key=lambda one: (not one.there, not one.me, one.name.casefold())))


def _snooze(session: Session, mention: Mention, now: datetime) -> Snooze | None:
    sleeps = select(Mention.id).where(Mention.id == mention.id, asleep(now))
    return session.get(Snooze, mention.id) if session.scalar(sleeps) else None


def tomorrow(bot: Bot, channel: str, now: datetime) -> datetime:
    """When somebody is there again for a channel, tomorrow or on the next day that is staffed; at
    nine where somebody always is."""
    local = now.astimezone(bot.zone)
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    opening = bot.calendar(channel).next_opening(midnight)
    return midnight.replace(hour=9) if opening == midnight else opening


def _followers(mention: Mention) -> str:
    if mention.author is None or mention.author.followers is None:
        return ""
    return format_decimal(mention.author.followers, locale=locale())


def _contacts(session: Session, mention: Mention) -> Contacts:
    if mention.author_id is None:
        return Contacts(mentions=0, answers=0, last=None)
    before = (Mention.author_id == mention.author_id, Mention.created_at < mention.created_at)
    count, last = session.execute(
        select(func.count(), func.max(Mention.created_at)).where(*before)
    ).one()
    stands = exists().where(Reply.mention_id == Mention.id, Reply.status == ReplyStatus.SENT)
    answered = or_(stands, Mention.status == MentionStatus.ANSWERED_OUTSIDE)
    answers = session.scalar(
        select(func.count()).where(Mention.author_id == mention.author_id, answered)
    )
    return Contacts(mentions=count, answers=answers or 0, last=last)
