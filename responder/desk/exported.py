"""What leaves the desk as a file, written down."""

from __future__ import annotations

from datetime import datetime

from responder.access import Visitor
from responder.audit import note
from responder.bot import Bot


def note_export(bot: Bot, seat: Visitor, what: str, *, detail: str, now: datetime) -> None:
    """Write down that somebody took a file of `what` away. `detail` says what it was held to, and
    never a word they looked for: that may be a customer's name."""
    with bot.database.write() as session:
        note(session, who=seat.name, action="export", subject=what, detail=detail, now=now)
