"""Who has which draft open. A claim is a lease: a closed laptop frees what it held."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from responder.approve import NotFound, claim
from responder.bot import Bot
from responder.models import OPEN_DRAFT, Draft, DraftStatus

_FRESH: Final = timedelta(seconds=60)


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
