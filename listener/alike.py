"""How many say nearly the same: read from the store by the key of `listener/likeness.py`."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from listener.models import Mention

WITHIN: Final = timedelta(hours=24)


def alike(session: Session, mention: Mention) -> int:
    """How many other mentions, on any channel, say nearly the same as this one and were written
    within 24 hours of it, before or after. 0 for a text too short to compare."""
    if not mention.likeness:
        return 0
    found = session.scalar(
        select(func.count())
        .select_from(Mention)
        .where(
            Mention.likeness == mention.likeness,
            Mention.id != mention.id,
            Mention.created_at.between(mention.created_at - WITHIN, mention.created_at + WITHIN),
        )
    )
    return found or 0
