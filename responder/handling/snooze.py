"""Not now: a mention sleeps until a moment, or until the customer writes again. Whether one is
asleep is worked out when it is read, so that no job has to wake anything."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, or_, select, text
from sqlalchemy.orm import aliased

from listener.models import Mention
from responder.approve import Conflict, NotFound
from responder.audit import note
from responder.bot import Bot
from responder.handling.models import Snooze
from responder.handling.waiting import open_mention, touch
from responder.models import Draft
from sentiment.prioritize import Level

LONGEST: Final = timedelta(days=30)
"""What sleeps longer is forgotten."""


def snooze(bot: Bot, mention_id: str, *, until: datetime, for_answer: bool, by: str) -> None:
    """Put a mention off until `until`; `for_answer`: or until its customer writes again. Raises
    NotFound, and Conflict, with a sentence, for what may not sleep."""
    now = bot.clock()
    with bot.database.write() as session:
        mention, draft = open_mention(session, mention_id)
        if mention.priority is Level.P1:
            raise Conflict("What is of the most urgent class cannot be put off")
        if not now < until <= now + LONGEST:
            raise Conflict(
                f"It can be put off for {LONGEST.days} days at most, and not to the past"
            )
        session.merge(
            Snooze(mention_id=mention_id, until=until, for_answer=for_answer, by=by, at=now)
        )
        draft.changed_at = now
        detail = f"until {until.isoformat()}" + (", or an answer" if for_answer else "")
        note(session, who=by, action="snooze", subject=mention_id, detail=detail, now=now)


def wake(bot: Bot, mention_id: str, *, by: str) -> None:
    """End a snooze. Harmless if there is none. Raises NotFound."""
    now = bot.clock()
    with bot.database.write() as session:
        if session.get(Mention, mention_id) is None:
            raise NotFound("There is no such mention")
        row = session.get(Snooze, mention_id)
        if row is None:
            return
        session.delete(row)
        touch(session, mention_id, now)
        note(session, who=by, action="wake", subject=mention_id, now=now)


@cache
def _again() -> tuple[type[Mention], type[Mention], type[Draft]]:
    """The tables once more, under other names. Made once: each knows its columns by heart, which
    takes longer to learn than the question takes."""
    return aliased(Mention), aliased(Mention), aliased(Draft, name="newer")


def asleep(now: datetime) -> ColumnElement[bool]:
    """Of mentions: those that sleep at `now`. What became of the most urgent class meanwhile, or
    has other words of its customer, is awake."""
    # Asked of the snoozes, which are few, and not of every mention.
    sleeper, other, newer = _again()
    wrote_again = exists().where(
        other.conversation_id == sleeper.conversation_id,
        other.author_id == sleeper.author_id,
        other.id != sleeper.id,
        other.heard_at > Snooze.at,
    )
    edited = exists().where(
        newer.mention_id == Snooze.mention_id,
        text("newer.status IN ('pending', 'approved')"),  # for SQLite's partial index
        newer.created_at > Snooze.at,
    )
    sleepers = (
        select(Snooze.mention_id)
        .join(sleeper, sleeper.id == Snooze.mention_id)
        .where(Snooze.until > now, ~edited.correlate(Snooze))
        .where(or_(~Snooze.for_answer, ~wrote_again.correlate(Snooze, sleeper)))
    )
    return and_(Mention.priority != Level.P1, Mention.id.in_(sleepers))
