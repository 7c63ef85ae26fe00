"""An item as rows: the mention itself, who wrote it, and in which conversation."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from listener.channels.base import Incoming
from listener.likeness import likeness
from listener.models import Author, Conversation, Mention, MentionStatus, as_media
from sentiment.judge import Judgement

IMPORT: Final = "import"
"""The stream of what was imported: no channel polls it."""

HISTORY: Final = "imported as history"
"""Why nobody answers it."""


def values_of(item: Incoming, *, channel: str, stream: str, now: datetime) -> dict[str, Any]:
    """The columns of a mention as its network tells it: not yet judged, of nobody and in no
    conversation."""
    return {
        "channel": channel,
        "external_id": item.external_id,
        "revision_id": item.revision_id,
        "answer_under": item.answer_under,
        "in_reply_to": item.in_reply_to,
        "text": item.text,
        "media": as_media(item.media),
        "likeness": likeness(item.text),
        "url": item.url,
        "answer_url": item.answer_url,
        "addressed": item.addressed,
        "private": item.private,
        "answerable": item.answerable,
        "engagement": item.engagement,
        "streams": [stream],
        "created_at": item.created_at,
        "heard_at": now,
        "changed_at": now,
        "version": 1,
        "status": MentionStatus.NEW,
    }


def values_judged(judgement: Judgement) -> dict[str, Any]:
    """The columns that say what was judged of a text; how urgent that makes it follows."""
    return {
        "language": judgement.language,
        "sentiment": judgement.score.label,
        "sentiment_score": judgement.score.score,
        "sentiment_confidence": judgement.score.confidence,
        "scored_by": judgement.score.made_by,
        "topics": list(judgement.topics),
        "signals": sorted(judgement.signals),
        "phase": judgement.phase,
    }


def mention_of(item: Incoming, *, channel: str, stream: str, now: datetime) -> Mention:
    """A row of `values_of`."""
    return Mention(**values_of(item, channel=channel, stream=stream, now=now))


def take_judgement(mention: Mention, judgement: Judgement) -> None:
    for name, value in values_judged(judgement).items():
        setattr(mention, name, value)


def author_of(session: Session, item: Incoming, channel: str) -> Author | None:
    if item.author is None:
        return None
    author = session.scalar(
        select(Author).where(
            Author.channel == channel, Author.external_id == item.author.external_id
        )
    )
    if author is None:
        author = Author(channel=channel, external_id=item.author.external_id)
        session.add(author)
    author.name = item.author.name or author.name or ""
    author.handle = item.author.handle or author.handle or ""
    if item.author.followers is not None:
        author.followers = item.author.followers
    return author


def conversation_of(session: Session, item: Incoming, channel: str) -> Conversation:
    conversation = session.scalar(
        select(Conversation).where(
            Conversation.channel == channel, Conversation.external_id == item.conversation
        )
    )
    if conversation is None:
        conversation = Conversation(channel=channel, external_id=item.conversation, context="")
        session.add(conversation)
    conversation.context = item.context or conversation.context
    return conversation


def is_history(mention: Mention) -> bool:
    """Whether it is known by an import alone."""
    return mention.streams == [IMPORT] and mention.status is MentionStatus.LISTEN_ONLY


def heard_after_all(
    session: Session, mention: Mention, item: Incoming, *, answered_from: datetime, now: datetime
) -> None:
    """The network itself shows what was imported: it knows better where it stands and who wrote it.
    If it is no older than what is answered, it waits for an answer as if there had been no import.
    """
    author = author_of(session, item, mention.channel)
    conversation = conversation_of(session, item, mention.channel)
    session.flush()
    mention.author_id = author.id if author else mention.author_id
    mention.conversation_id = conversation.id
    mention.in_reply_to, mention.answer_under = item.in_reply_to, item.answer_under
    mention.url, mention.answer_url = item.url or mention.url, item.answer_url
    mention.addressed, mention.answerable = item.addressed, item.answerable
    mention.media = as_media(item.media)
    if mention.created_at >= answered_from and mention.purged_at is None:
        mention.status, mention.status_reason = MentionStatus.NEW, ""
        mention.changed_at = now
