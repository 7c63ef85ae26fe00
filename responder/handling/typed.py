"""What somebody is typing over a draft and has not saved, so that nothing typed is lost.

They are that person's own: nobody else sees them. A customer who edits the text gets a new draft;
what was typed over the one before is offered there, too.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from listener.models import Mention, MentionStatus
from responder.handling.models import TypedWords
from responder.models import Draft, DraftStatus
from responder.team.models import Agent


def keep(
    session: Session, draft: Draft, *, agent_id: str, version: int, text: str, now: datetime
) -> TypedWords | None:
    """Keep the words of now, typed over `version` of a draft that waits; or none, where they are
    the draft's own. Harmless to repeat."""
    row = read(session, draft.id, agent_id=agent_id)
    if draft.status is not DraftStatus.PENDING:
        return None
    if text == draft.text:
        if row is not None and row.version == version:
            session.delete(row)
        return None
    if row is None:
        row = TypedWords(draft_id=draft.id, agent_id=agent_id)
        session.add(row)
    row.version, row.text, row.at = version, text, now
    return row


def read(session: Session, draft_id: str, *, agent_id: str) -> TypedWords | None:
    """What is kept for one person and draft, whatever became of the draft."""
    return session.get(TypedWords, (draft_id, agent_id))


def find(session: Session, draft: Draft, *, agent_id: str) -> TypedWords | None:
    """What this person typed over the draft, or over one of the same mention before it; None where
    the draft says the same by now, or waits for nobody."""
    if draft.status is not DraftStatus.PENDING:
        return None
    row = session.scalar(
        select(TypedWords)
        .join(Draft, Draft.id == TypedWords.draft_id)
        .where(Draft.mention_id == draft.mention_id, TypedWords.agent_id == agent_id)
        .order_by(TypedWords.at.desc())
        .limit(1)
    )
    return row if row is not None and row.text != draft.text else None


def forget(session: Session, mention_id: str, *, agent_id: str) -> None:
    """Somebody does not want their words for this mention any more."""
    session.execute(
        delete(TypedWords).where(
            TypedWords.agent_id == agent_id, TypedWords.draft_id.in_(_drafts(mention_id))
        )
    )


def settled(session: Session, mention_id: str, *, by: str) -> None:
    """They were saved or sent by whoever is called `by`: what they typed has arrived."""
    session.execute(
        delete(TypedWords).where(
            TypedWords.agent_id.in_(select(Agent.id).where(Agent.name == by)),
            TypedWords.draft_id.in_(_drafts(mention_id)),
        )
    )


def forget_closed(session: Session, channel: str) -> int:
    """Forget what was typed for mentions of a channel that nobody drafts for any more, and say how
    many rows that were: others than who closed them may have been typing, too."""
    waiting = Draft.status.in_((DraftStatus.PENDING, DraftStatus.APPROVED))
    open_for = select(Draft.mention_id).where(waiting)
    stale = (
        select(Draft.id)
        .join(Draft.mention)
        .where(
            Mention.channel == channel,
            Mention.status != MentionStatus.NEW,  # its next draft is on its way
            Draft.mention_id.not_in(open_for),
        )
    )
    gone = session.scalars(
        delete(TypedWords).where(TypedWords.draft_id.in_(stale)).returning(TypedWords.draft_id)
    )
    return len(gone.all())


def _drafts(mention_id: str) -> Select[str]:
    return select(Draft.id).where(Draft.mention_id == mention_id)
