"""What a mention's words left in our own rows goes when they go: drafts that answered them, and
what a rule in shadow would have said. What was sent stays: it stands on the network, and by its
words it is known again."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Select, select, update
from sqlalchemy.orm import InstrumentedAttribute

from config.database import Database
from listener.channels.base import Channel
from listener.models import Mention
from listener.purge import AT_ONCE, purge_closed
from responder.automatic.models import ShadowAnswer
from responder.bot import Bot
from responder.models import Draft, DraftStatus

_GONE: Final[dict[str, Any]] = {"text": "", "proposed": "", "findings": []}


def purge_round(bot: Bot, channel: Channel) -> int:
    """Erase what `channel` lets us keep no longer, and what was made of it. Returns how many
    mentions lost their words."""
    days = channel.declaration.keeps_text_days
    erased = purge_closed(bot.database, channel.name, days, bot.clock())
    erase_made_of(bot.database, channel.name)
    return erased


def erase_made_of(database: Database, channel: str) -> int:
    """Empty the drafts and shadow answers of all mentions that have no words any more. Returns how
    many rows that were. One that waits is withdrawn first, by whoever drafts. It asks how things
    stand, not what was erased just now: a round that dies is made good by the next."""
    worded = (Draft.text != "") | (Draft.proposed != "")
    waits = Draft.status == DraftStatus.PENDING
    drafts = _of_erased(Draft.id, Draft.mention_id, channel).where(worded, ~waits)
    worded = (ShadowAnswer.text != "") | (ShadowAnswer.offered != "")
    shadows = _of_erased(ShadowAnswer.id, ShadowAnswer.mention_id, channel).where(worded)
    return _empty(database, Draft, drafts, _GONE) + _empty(
        database, ShadowAnswer, shadows, {"text": "", "offered": ""}
    )


def _of_erased(
    column: InstrumentedAttribute[str], mention_id: InstrumentedAttribute[str], channel: str
) -> Select[str]:
    return (
        select(column)
        .join(Mention, Mention.id == mention_id)
        .where(Mention.channel == channel, Mention.purged_at.is_not(None))
        .limit(AT_ONCE)
    )


def _empty(
    database: Database,
    table: type[Draft] | type[ShadowAnswer],
    due: Select[str],
    values: dict[str, Any],
) -> int:
    count = 0
    while True:
        with database.write() as session:
            ids = session.scalars(due).all()
            session.execute(update(table).where(table.id.in_(ids)).values(**values))
        count += len(ids)
        if len(ids) < AT_ONCE:
            return count
