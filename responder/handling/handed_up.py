"""What a person said of a case when they handed it up: it counts until a person takes it back, and
not only as long as the draft it was said of."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from responder.audit import note
from responder.models import Audit, Draft, DraftStatus

ESCALATE: Final = "escalate"
END: Final = "end escalation"

_POLICY: Final = "policy"


def said_of(session: Session, draft: Draft) -> str:
    """Why a person handed up the case of this draft; "" if nobody did, or it is over."""
    last = session.scalar(
        select(Audit.action)
        # Our ids begin with the millisecond: no entry is older, and the search ends.
        .where(Audit.id > draft.id[:12], Audit.subject == draft.id)
        .where(Audit.action.in_((ESCALATE, END)))
        .order_by(Audit.id.desc())
        .limit(1)
    )
    return draft.escalated if last == ESCALATE else ""


def said_so_far(session: Session, mention_id: str) -> str:
    """The same of a mention, while its draft still waits: what was answered is settled."""
    waiting = select(Draft).where(
        Draft.mention_id == mention_id, Draft.status == DraftStatus.PENDING
    )
    draft = session.scalar(waiting.limit(1))
    return said_of(session, draft) if draft is not None else ""


def carry(session: Session, draft: Draft, why: str, now: datetime) -> None:
    """What was said of the draft before goes for this one, which is stored already, as well."""
    if why:
        draft.escalated = why
        note(session, who=_POLICY, action=ESCALATE, subject=draft.id, now=now)
