"""What somebody may see at all: their channels. Asked in one place for every page with an id in its
address, and by every list."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, select, true

from config.database import Database
from listener.models import Mention
from responder.access import Visitor
from responder.approve import NotFound
from responder.bot import Bot
from responder.desk.tongue import _
from responder.models import Draft, Reply

_AN_ID: Final = re.compile(r"[0-9a-f]{28}")
_BY_DRAFT: Final = select(Mention.channel).join(Draft, Draft.mention_id == Mention.id)
_BY_REPLY: Final = select(Mention.channel).join(Reply, Reply.mention_id == Mention.id)


def in_sight(seat: Visitor) -> ColumnElement[bool]:
    """Of mentions: those on the channels this visitor sees."""
    return Mention.channel.in_(sorted(seat.channels)) if seat.channels else true()


def reaches(seat: Visitor, channel: str) -> bool:
    """Whether what holds on `channel`, "" for all of them, concerns anything this visitor sees."""
    return channel == "" or seat.sees(channel)


def may_change(seat: Visitor, channel: str) -> bool:
    """Whether they may make or end what holds there: what holds everywhere is a matter of those who
    see everything."""
    return seat.sees(channel) if channel else not seat.channels


def against(bot: Bot, seat: Visitor, channel: str) -> str:
    """Why they may not make anything for this channel, "" for all of them; "" where they may."""
    if channel and not (channel in bot.channels and seat.sees(channel)):
        return _("there is no such channel")
    if not may_change(seat, channel):
        return _("you see some channels only: choose one of them")
    return ""


def drafts_in_sight(database: Database, seat: Visitor, drafts: tuple[str, ...]) -> tuple[str, ...]:
    """Those of these drafts that `seat` sees, in their order. Who sees every channel costs no
    query."""
    if not seat.channels or not drafts:
        return drafts
    with database.read() as session:
        seen = set(
            session.scalars(
                select(Draft.id).join(Draft.mention).where(Draft.id.in_(drafts), in_sight(seat))
            )
        )
    return tuple(draft for draft in drafts if draft in seen)


def require_sight(
    database: Database, seat: Visitor, path: Mapping[str, Any], asked: Mapping[str, str]
) -> None:
    """Hold the ids of an address against what `seat` sees: those in its path by their names, and
    whatever in its query (`asked`) is an id at all. Raises NotFound: what is another team's does
    not exist for them."""
    if not seat.channels:
        return
    named = [(_CHANNEL_OF[name], path[name]) for name in _CHANNEL_OF if name in path]
    ids = [value for value in asked.values() if _AN_ID.fullmatch(value)]
    unnamed = [(wanted, value) for value in ids for wanted in _CHANNEL_OF.values()]
    with database.read() as session:
        for wanted, value in (*named, *unnamed):
            channel = session.scalar(wanted(value))
            if channel is not None and not seat.sees(channel):
                raise NotFound("That is another team's")


def _by_draft(key: str) -> Select[str]:
    return _BY_DRAFT.where(Draft.id == key)


def _by_reply(key: str) -> Select[str]:
    return _BY_REPLY.where(Reply.id == key)


def _by_mention(key: str) -> Select[str]:
    return select(Mention.channel).where(Mention.id == key)


_CHANNEL_OF: Final = {"draft_id": _by_draft, "reply_id": _by_reply, "mention_id": _by_mention}
