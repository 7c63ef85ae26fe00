"""The book's words, kept where a model's stand in their place."""

from __future__ import annotations

from sqlalchemy.orm import Session

from responder.model.tables import BY_MODEL, Suggestion
from responder.models import Draft


def kept_of(session: Session, draft: Draft) -> tuple[str, str]:
    """Those words and their source; "" twice where no model worded the draft (any more)."""
    row = session.get(Suggestion, draft.id) if draft.made_from.startswith(BY_MODEL) else None
    return (row.kept, row.kept_from) if row else ("", "")
