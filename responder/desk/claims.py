"""Who has which draft open. A claim is a lease: a closed laptop frees what it held."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from responder.approve import NotFound, claim
from responder.bot import Bot
from responder.handling.models import TypedWords
from responder.handling.takeover import was_taken_from
from responder.models import OPEN_DRAFT, Draft, DraftStatus

_FRESH: Final = timedelta(seconds=60)
_TYPING: Final = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Somebody else who has a draft open. `seconds`: then it is free, if they show no sign of life;
    `took`: from whoever looks at it."""

    name: str
    writing: bool
    seconds: int
    took: bool


def holder_of(session: Session, draft: Draft, agent_id: str | None, now: datetime) -> Holder | None:
    """Who has it open, but for the agent who asks; None if nobody has."""
    until, claimant = draft.claimed_until, draft.claimant
    if until is None or until <= now or claimant is None or claimant.id == agent_id:
        return None
    typed = session.get(TypedWords, (draft.id, claimant.id))
    return Holder(
        name=claimant.name,
        writing=typed is not None and typed.at > now - _TYPING,
        seconds=round((until - now).total_seconds()),
        took=agent_id is not None and was_taken_from(session, draft, agent_id, now),
    )


def read_holder(bot: Bot, draft_id: str, *, agent_id: str | None) -> Holder | None:
    """As `holder_of`, for the draft of that id; None once it was decided. Raises NotFound."""
    with bot.database.read() as session:
        draft = session.get(Draft, draft_id)
        if draft is None:
            raise NotFound("There is no such draft")
        waits = draft.status is DraftStatus.PENDING
        return holder_of(session, draft, agent_id, bot.clock()) if waits else None


def open_claim(bot: Bot, draft_id: str, *, agent_id: str) -> bool:
    """An agent opens a draft, and lets go of the others: nobody reads two answers at once. True if
    that is news to colleagues."""
    now = bot.clock()
    with bot.database.read() as session:
        draft = session.get(Draft, draft_id)
        held = list(
            session.scalars(
                select(Draft.id).where(
                    OPEN_DRAFT,
                    Draft.claimed_by == agent_id,
                    Draft.claimed_until > now,
                    Draft.id != draft_id,
                )
            )
        )
    # A claim is a courtesy: a store that is busy for seconds must not turn a reader away.
    with suppress(NotFound, OperationalError):
        wants = draft is not None and _wants_claim(draft, agent_id, now)
        if held:
            _let_go(bot, held, agent_id, now)
        if wants:
            claim(bot, draft_id, agent_id=agent_id)
        return bool(held) or wants
    return False


def _let_go(bot: Bot, held: list[str], agent_id: str, now: datetime) -> None:
    with bot.database.write() as session:
        for other in held:
            row = session.get(Draft, other)
            if row is not None and row.claimed_by == agent_id:
                row.claimed_until, row.changed_at = now, now


def _wants_claim(draft: Draft, agent_id: str, now: datetime) -> bool:
    """Open, and not claimed by this agent for a good while yet: reading writes only if it must."""
    fresh = draft.claimed_until is not None and draft.claimed_until - now > _FRESH
    return draft.status is DraftStatus.PENDING and not (draft.claimed_by == agent_id and fresh)


def renew_claim(bot: Bot, draft_id: str, *, agent_id: str) -> bool:
    """False if somebody else has it open meanwhile. Raises NotFound."""
    return claim(bot, draft_id, agent_id=agent_id)
