"""An approver takes over what a colleague has open. Nothing of theirs is lost: what they typed
stays with them, and the audit says who took what from whom."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from responder.approve import CLAIM_SECONDS, Conflict, NotFound
from responder.audit import note
from responder.bot import Bot
from responder.models import Audit, Draft, DraftStatus

TAKE_OVER: Final = "take over"


def take_over(bot: Bot, draft_id: str, *, agent_id: str, by: str) -> None:
    """Make the claim on a draft `agent_id`'s, whoever has it. Raises NotFound, Conflict."""
    now = bot.clock()
    with bot.database.write() as session:
        draft = session.get(Draft, draft_id, with_for_update=True)
        if draft is None:
            raise NotFound("There is no such draft")
        if draft.status is not DraftStatus.PENDING:
            raise Conflict("Nobody has to do anything about it any more")
        holder = draft.claimed_by if _is_held(draft, now) else None
        if holder is not None and holder != agent_id:
            note(session, who=by, action=TAKE_OVER, subject=draft_id, detail=holder, now=now)
        draft.claimed_by, draft.changed_at = agent_id, now
        draft.claimed_until = now + timedelta(seconds=CLAIM_SECONDS)


def was_taken_from(session: Session, draft: Draft, agent_id: str, now: datetime) -> bool:
    """Whether who has it open now took it over from `agent_id`."""
    if draft.claimant is None or not _is_held(draft, now):
        return False
    last = session.execute(
        select(Audit.who, Audit.detail)
        .where(Audit.id > draft.id, Audit.subject == draft.id, Audit.action == TAKE_OVER)
        .order_by(Audit.id.desc())
        .limit(1)
    ).first()
    return last is not None and (last.who, last.detail) == (draft.claimant.name, agent_id)


def _is_held(draft: Draft, now: datetime) -> bool:
    return draft.claimed_until is not None and draft.claimed_until > now
