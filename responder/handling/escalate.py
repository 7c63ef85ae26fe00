"""Hand a case up, with a reason, and say when that is over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from listener.normalize import clean
from responder.approve import Conflict, NotFound
from responder.audit import note
from responder.bot import Bot
from responder.handling.assign import give
from responder.handling.handed_up import END, ESCALATE
from responder.models import Draft, DraftStatus


def escalate(bot: Bot, draft_id: str, *, reason: str, to: str | None, by: str) -> None:
    """Say why somebody else has to take the case: the agent `to`, or nobody in particular: then it
    stays whose it is. Raises NotFound, Conflict."""
    why = " ".join(clean(reason).split())
    if not why:
        raise Conflict("Say why: whoever takes it over wants to know")
    now = bot.clock()
    with bot.database.write() as session:
        draft = _waiting(session, draft_id)
        if to is not None:
            give(bot, session, draft.mention_id, to=to, by=by, now=now)
        _say(session, draft, why, by, ESCALATE, now)


def settle_escalation(bot: Bot, draft_id: str, *, by: str) -> None:
    """Nobody else has to. Harmless if nobody had to. Raises NotFound, Conflict."""
    now = bot.clock()
    with bot.database.write() as session:
        draft = _waiting(session, draft_id)
        if draft.escalated:
            _say(session, draft, "", by, END, now)


def _waiting(session: Session, draft_id: str) -> Draft:
    draft = session.get(Draft, draft_id, with_for_update=True)
    if draft is None:
        raise NotFound("There is no such draft")
    if draft.status is not DraftStatus.PENDING:
        raise Conflict("Nobody has to do anything about it any more")
    return draft


def _say(session: Session, draft: Draft, why: str, by: str, action: str, now: datetime) -> None:
    """Whoever has it open may approve it still: the words are the same, and so is the version."""
    draft.escalated, draft.changed_at = why, now
    note(session, who=by, action=action, subject=draft.id, now=now)
