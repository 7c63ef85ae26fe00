"""What waits for a person, as one query has it: the drafts nobody decided about yet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from listener.models import OPEN, Mention
from responder.approve import Conflict, NotFound
from responder.models import OPEN_DRAFT, Draft, DraftStatus


def waits() -> ColumnElement[bool]:
    """Of drafts: those that wait for a person. Joined with their mention where that is asked."""
    return Draft.status == DraftStatus.PENDING


def open_mention(session: Session, mention_id: str) -> tuple[Mention, Draft]:
    """A mention somebody still has to do something about, and its draft. Raises NotFound, and
    Conflict if all is done."""
    mention = session.get(Mention, mention_id)
    if mention is None:
        raise NotFound("There is no such mention")
    draft = session.scalar(
        select(Draft).where(Draft.mention_id == mention_id, OPEN_DRAFT, waits()).with_for_update()
    )
    if draft is None or mention.status not in OPEN:
        raise Conflict("Nobody has to do anything about it any more")
    return mention, draft


def touch(session: Session, mention_id: str, now: datetime) -> None:
    """Have the live desk show what changed about a mention."""
    draft = session.scalar(select(Draft).where(Draft.mention_id == mention_id, OPEN_DRAFT))
    if draft is not None:
        draft.changed_at = now
