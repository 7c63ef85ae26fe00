"""Which drafts a model may be asked about, and whether it may be asked now."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from listener.models import Mention, MentionStatus
from responder.automatic.models import ShadowAnswer
from responder.bot import Bot
from responder.learning.answers import LEARNED, NO_WORDS, may_be_offered
from responder.model.rest import LOOKED_AT, rests_until
from responder.model.tables import Outcome, Suggestion
from responder.models import Audit, Draft, DraftStatus
from responder.propose import Proposal
from sentiment.prioritize import Level

TRANSLATED: Final = "translate"
"""In the audit: a text was shown to a model, for somebody who does not read its language."""


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
    """Whether it was asked as often in this hour as it may be, for drafts and for readers."""
    since = now - timedelta(hours=1)
    drafts = select(func.count()).where(
        Suggestion.asked_at > since, Suggestion.outcome != Outcome.SKIPPED
    )
    # Ids of ours begin with the time they were made: of the whole record one hour is read.
    first = f"{int(since.timestamp() * 1000):012x}"
    readers = select(func.count()).where(
        Audit.id >= first, Audit.at > since, Audit.action == TRANSLATED
    )
    return (session.scalar(drafts) or 0) + (session.scalar(readers) or 0) >= per_hour
