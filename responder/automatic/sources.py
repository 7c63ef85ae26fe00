"""Whether the library still says what a reply was made from."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, false, or_, select
from sqlalchemy.orm import Session

from responder.library.models import LibraryEntry, named_in
from responder.models import Draft

_AROUND: Final = timedelta(minutes=1)
"""A draft may be made from the book of a moment ago: what changed so shortly before counts too."""


def changed_since(session: Session, draft: Draft, moment: datetime) -> bool:
    """Whether an entry that `draft` was made from was changed or removed after `moment`. The book a
    process has read may be a second old: here the library itself is asked."""
    entries = [
        and_(LibraryEntry.kind == kind, LibraryEntry.key == key)
        for kind, key in named_in(draft.made_from)
    ]
    came_in_force = select(LibraryEntry.id).where(
        or_(false(), *entries),
        LibraryEntry.language == draft.language,
        LibraryEntry.turn.is_not(None),
        LibraryEntry.approved_at > moment - _AROUND,
    )
    return session.scalar(came_in_force.limit(1)) is not None
