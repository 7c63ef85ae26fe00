"""The library stocked with the demo's book, and its forms as a browser would send them."""

from __future__ import annotations

from typing import Any

from responder.access import Visitor
from responder.bot import Bot
from responder.desk.library_fields import sent_as, values_of
from responder.library.models import EntryKind, LibraryEntry
from responder.library.shelving import Name, history
from responder.library.store import seed_once
from responder.team.models import Role

LATE = Name(kind=EntryKind.SAVED_REPLY, key="parcel_late", language="en")
LATE_PATH = "/library/entry/saved_reply/parcel_late"
GIFT = Name(kind=EntryKind.ARTICLE, key="gift_card", language="en")
BEA = Visitor(name="bea", role=Role.APPROVER, agent_id=None)


def stock(bot: Bot) -> None:
    seed_once(bot.database, bot.newest_book.files, bot.clock())
    bot.newest_book.look_again()


def newest(bot: Bot, name: Name) -> LibraryEntry:
    with bot.database.read() as session:
        return history(session, name)[0]


def past(bot: Bot, name: Name) -> list[tuple[int, str, str]]:
    """Version, standing and maker of each version, the newest first."""
    with bot.database.read() as session:
        return [(one.version, one.standing.value, one.changed_by) for one in history(session, name)]


def typed(bot: Bot, name: Name, **changes: Any) -> dict[str, Any]:
    """The form of an entry as its page holds it, with what somebody changed."""
    row = newest(bot, name)
    values = values_of(name.kind, row.body or {})
    form = {sent_as(field): value for field, value in values.items()}
    return {"version": row.version, "owner": row.owner, **form, **changes}
