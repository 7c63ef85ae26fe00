"""What somebody may see at all: their channels. Asked in one place for every page with an id in its
address, and by every list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, select, true

from config.database import Database
from listener.models import Mention
from responder.access import Visitor
from responder.approve import NotFound
from responder.models import Draft, Reply

_BY_DRAFT: Final = select(Mention.channel).join(Draft, Draft.mention_id == Mention.id)
_BY_REPLY: Final = select(Mention.channel).join(Reply, Reply.mention_id == Mention.id)


def in_sight(seat: Visitor) -> ColumnElement[bool]:
    """Of mentions: those on the channels this visitor sees."""
    return Mention.channel.in_(sorted(seat.channels)) if seat.channels else true()


def require_sight(database: Database, seat: Visitor, path: Mapping[str, Any]) -> None:
    """Hold the ids of an address against what `seat` sees. Raises NotFound: what is another team's
    does not exist for them."""
    if not seat.channels:
        return
    with database.read() as session:
        for name, wanted in _CHANNEL_OF.items():
            if name in path:
                channel = session.scalar(wanted(path[name]))
                if channel is not None and not seat.sees(channel):
                    raise NotFound("That is another team's")


def _by_draft(key: str) -> Select[str]:
    return _BY_DRAFT.where(Draft.id == key)


def _by_reply(key: str) -> Select[str]:
    return _BY_REPLY.where(Reply.id == key)


def _by_mention(key: str) -> Select[str]:
    return select(Mention.channel).where(Mention.id == key)


_CHANNEL_OF: Final = {"draft_id": _by_draft, "reply_id": _by_reply, "mention_id": _by_mention}
