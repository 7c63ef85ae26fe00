"""Which drafts a model may be asked about, and whether it may be asked now."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from listener.models import Mention, MentionStatus
from responder.automatic.models import ShadowAnswer
from responder.bot import Bot
from responder.learning.answers import LEARNED, NO_WORDS, may_be_offered
from responder.model.rest import LOOKED_AT, rests_until
from responder.model.tables import Outcome, Suggestion
from responder.models import Draft, DraftStatus
from responder.propose import Proposal
from sentiment.prioritize import Level


def waiting(channels: Collection[str], since: datetime) -> Select[Draft]:
    """The most urgent draft of these channels, made since then, that is in the book's words,
    touched by nobody, and not asked about."""
    shadowed = select(ShadowAnswer.id).where(ShadowAnswer.draft_id == Draft.id)
    asked = select(Suggestion.draft_id).where(Suggestion.draft_id == Draft.id)
    return (
        select(Draft)
        .join(Draft.mention)
        .where(
            Draft.changed_at >= since,  # has an index, and is never before the next
            Draft.created_at >= since,
            Draft.version == 1,
            *untouched(),
            Mention.channel.in_(channels),
            ~asked.exists(),
            # What a rule would have sent is measured in the book's words.
            ~shadowed.exists(),
        )
        .order_by(Mention.due_at, Draft.id)
        .limit(1)
    )


def untouched() -> tuple[ColumnElement[bool], ...]:
    """A draft in our own words that waits, and that nobody has opened or escalated."""
    return (
        Draft.status == DraftStatus.PENDING,
        Draft.claimed_by.is_(None),
        Draft.escalated == "",
        Draft.text != "",
        Draft.text == Draft.proposed,
        Draft.mention_version == Mention.version,
        Mention.status == MentionStatus.DRAFTED,
        Mention.priority != Level.P1,
    )


def not_for_a_model(bot: Bot, draft: Draft, proposal: Proposal) -> str:
    """Why a draft keeps the words it has, as a few words; "" if a model may word it."""
    language = draft.mention.language
    if draft.mention.private:
        return "it was written in private, and its words stay in the house"
    if draft.made_from.startswith((LEARNED, NO_WORDS)):
        return "the words are the team's, or there are none"
    if language not in bot.book.chapters or draft.language != language:
        return "the brand book does not speak the language"
    return "" if may_be_offered(proposal, draft.mention) else "a person answers this"


def rests(session: Session, now: datetime) -> bool:
    """Whether the endpoint failed so often lately that it is left alone."""
    latest = session.execute(
        select(Suggestion.asked_at, Suggestion.outcome)
        .where(Suggestion.outcome != Outcome.SKIPPED)
        .order_by(Suggestion.asked_at.desc())
        .limit(LOOKED_AT)
    ).all()
    until = rests_until([(row.asked_at, row.outcome) for row in latest])
    return until is not None and now < until


def is_spent(session: Session, per_hour: int, now: datetime) -> bool:
    """Whether it was asked as often in this hour as it may be."""
    asked = session.scalar(
        select(func.count())
        .select_from(Suggestion)
        .where(
            Suggestion.asked_at > now - timedelta(hours=1),
            Suggestion.outcome != Outcome.SKIPPED,
        )
    )
    return (asked or 0) >= per_hour
