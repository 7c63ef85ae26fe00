"""What went before a mention, read from the rows: what deciding and composing need to know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from config.calendar import Calendar
from listener.budget import used_by
from listener.channels.base import Channel
from listener.channels.metering import Use
from listener.models import Mention, MentionStatus
from listener.pots import budget_micros, room
from responder.alike import likely_of, speaks_of
from responder.asked import Before, Helper
from responder.bot import Bot
from responder.decision import Heard
from responder.incidents import incident_of, known_as
from responder.models import Incident, Reply, ReplyStatus
from sentiment.signals import DANGEROUS, Signal

REMEMBERED: Final = timedelta(days=30)
"""How long a customer is known from an earlier text."""

_TURNS: Final = 6  # of one author in one thread that are looked at, the latest
_REPLIES: Final = 20  # of other customers to one text that are looked at, the first

NO_HELP: Final = frozenset(
    {Signal.COMPLAINT, Signal.QUESTION, Signal.REQUEST, Signal.STOP}
    | {Signal.ALARMING, Signal.DELICATE, *DANGEROUS}
)
"""Signals of a text that answers another and still is no help."""


@dataclass(frozen=True, kw_only=True)
class Situation:
    """`heard` for deciding; the rest for composing. `likely`: what speaks for each entry of the
    book, by its key (responder/examples.py)."""

    heard: Heard
    before: Before
    helper: Helper | None
    incident: Incident | None
    likely: Mapping[str, float]


def situation_of(session: Session, bot: Bot, mention: Mention, now: datetime) -> Situation:
    """What there is to know about one mention, now."""
    incident = incident_of(session, mention)
    others = _others(session, mention)
    chapter = bot.book.chapters.get(mention.language)
    likely = likely_of(mention.text, mention, chapter, mention.language)
    heard = Heard(
        signals=frozenset(mention.signals),
        topics=frozenset(mention.topics),
        sentiment=mention.sentiment,
        answerable=mention.answerable,
        addressed=mention.addressed,
        opted_out=bool(mention.author and mention.author.opted_out_at),
        phase=mention.phase.value,
        sure=mention.sentiment_confidence >= bot.settings.sentiment.send_from,
        answers=_answers(session, mention),
        moods=_moods(session, mention),
        helped=bool(others),
        incident=known_as(incident, mention.language) if incident else "",
        affordable=_affordable(session, bot.channels.get(mention.channel), now),
        opens=_opens(bot.calendar(mention.channel), now),
        speaks=speaks_of(session, mention, likely, chapter),
    )
    return Situation(
        heard=heard,
        before=_before(session, mention),
        helper=_helper(mention, others),
        incident=incident,
        likely=likely,
    )


def _answers(session: Session, mention: Mention) -> int:
    """Our answers to this author in this thread, before this text."""
    if mention.author_id is None:
        return 0
    found = (
        select(func.count())
        .select_from(Reply)
        .join(Reply.mention)
        .where(
            Mention.conversation_id == mention.conversation_id,
            Mention.author_id == mention.author_id,
            Mention.id != mention.id,
            Reply.status == ReplyStatus.SENT,
            Reply.posted_at < mention.created_at,
        )
    )
    return session.scalar(found) or 0


def _moods(session: Session, mention: Mention) -> Sequence[float]:
    if mention.author_id is None:
        return (mention.sentiment_score,)
    latest = session.scalars(
        select(Mention.sentiment_score)
        .where(
            Mention.conversation_id == mention.conversation_id,
            Mention.author_id == mention.author_id,
            Mention.created_at <= mention.created_at,
            Mention.status != MentionStatus.GONE,
        )
        .order_by(Mention.created_at.desc(), Mention.id.desc())
        .limit(_TURNS)
    ).all()
    return tuple(reversed(latest))


def _others(session: Session, mention: Mention) -> Sequence[Mention]:
    """What other customers answered to this text, the first ones, without advertising."""
    found = session.scalars(
        select(Mention)
        .join(Mention.author)
        .where(
            Mention.channel == mention.channel,
            Mention.conversation_id == mention.conversation_id,
            Mention.in_reply_to.in_((mention.external_id, mention.revision_id)),
            Mention.author_id != mention.author_id,
            Mention.status != MentionStatus.GONE,
        )
        .options(contains_eager(Mention.author))
        .order_by(Mention.created_at, Mention.id)
        .limit(_REPLIES)
    )
    return [other for other in found if Signal.SPAM not in other.signals]


def _helper(mention: Mention, others: Sequence[Mention]) -> Helper | None:
    """The first who helped. Not who complains, asks something or wants to be left alone: nobody
    thanks them for help, or names them. In public, nobody for what they wrote in private."""
    for other in others:
        if other.private and not mention.private:
            continue
        author = other.author
        if author and not author.opted_out_at and NO_HELP.isdisjoint(other.signals):
            return Helper(name=author.name, text=other.text)
    return None


def _before(session: Session, mention: Mention) -> Before:
    """What we know the author from: texts of the last 30 days in other threads, or earlier here.
    What was private tells nothing to a public text: everybody reads its answer."""
    if mention.author_id is None:
        return Before.NOTHING
    to_all = () if mention.private else (Mention.private.is_(False),)
    earlier = session.scalars(
        select(Mention.signals)
        .where(
            Mention.author_id == mention.author_id,
            Mention.id != mention.id,
            Mention.created_at < mention.created_at,
            Mention.created_at > mention.created_at - REMEMBERED,
            Mention.status.in_((MentionStatus.ANSWERED, MentionStatus.ANSWERED_OUTSIDE)),
            *to_all,
        )
        .order_by(Mention.created_at.desc(), Mention.id.desc())
        .limit(_TURNS)
    ).all()
    if any(Signal.COMPLAINT in signals for signals in earlier):
        return Before.TROUBLE
    return Before.CONTACT if earlier else Before.NOTHING


def _affordable(session: Session, channel: Channel | None, now: datetime) -> bool:
    if channel is None or not channel.declaration.fees:
        return True
    budget = budget_micros(channel.options.monthly_budget_usd)
    return room(Use.REPLY, budget, used_by(session, channel.name, now), now).micros > 0


def _opens(calendar: Calendar, now: datetime) -> str:
    opening = calendar.next_opening(now)
    return "" if opening <= now else f"{opening.astimezone(calendar.zone):%a %d %b, %H:%M}"
