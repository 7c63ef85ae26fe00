"""What a mention's words left in our own rows goes when they go: drafts that answered them, the
book's words kept beside a model's, and what a rule in shadow would have said. What was sent stays:
it stands on the network, and by its words it is known again. But it teaches no more: a draft that
waits in its words gets others. What colleagues noted about it goes, too, and what they were typing
once there is nothing left to write."""

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
from responder.handling import typed
from responder.handling.models import Note
from responder.model.tables import Suggestion
from responder.models import Draft, DraftStatus
from responder.redraft import draft_untaught

_GONE: Final[dict[str, Any]] = {"text": "", "proposed": "", "findings": [], "escalated": ""}


def purge_round(bot: Bot, channel: Channel) -> int:
    """Erase what `channel` lets us keep no longer, and what was made of it. Returns how many
    mentions lost their words."""
    days = channel.declaration.keeps_text_days
    erased = purge_closed(bot.database, channel.name, days, bot.clock())
    erase_made_of(bot.database, channel.name)
    with bot.database.write() as session:
        typed.forget_closed(session, channel.name)
    draft_untaught(bot, channel.name)
    return erased


def erase_made_of(database: Database, channel: str) -> int:
    """Empty what was made of all mentions that have no words any more. Returns how many rows that
    were. A draft that waits is withdrawn first, by whoever drafts. It asks how things stand, not
    what was erased just now: a round that dies is made good by the next."""
    closed = Draft.status != DraftStatus.PENDING
    drafts = _of_erased(select(Draft.id), Draft.mention_id, channel).where(
        (Draft.text != "") | (Draft.proposed != "") | (Draft.escalated != ""), closed
    )
    # Why nobody answers is said in somebody's own words.
    rejected = _of_erased(select(Draft.id), Draft.mention_id, channel).where(
        Draft.reason != "", Draft.status == DraftStatus.REJECTED
    )
    kept = _of_erased(
        select(Suggestion.draft_id).join(Draft, Draft.id == Suggestion.draft_id),
        Draft.mention_id,
        channel,
    ).where(Suggestion.kept != "", closed)
    shadows = _of_erased(select(ShadowAnswer.id), ShadowAnswer.mention_id, channel).where(
        (ShadowAnswer.text != "") | (ShadowAnswer.offered != "")
    )
    notes = _of_erased(select(Note.id), Note.mention_id, channel).where(Note.text != "")
    return (
        _empty(database, Draft.id, drafts, _GONE)
        + _empty(database, Draft.id, rejected, {"reason": ""})
        + _empty(database, Suggestion.draft_id, kept, {"kept": ""})
        + _empty(database, ShadowAnswer.id, shadows, {"text": "", "offered": ""})
        + _empty(database, Note.id, notes, {"text": ""})
    )


def _of_erased(
    rows: Select[str], mention_id: InstrumentedAttribute[str], channel: str
) -> Select[str]:
    return (
        rows.join(Mention, Mention.id == mention_id)
        .where(Mention.channel == channel, Mention.purged_at.is_not(None))
        .limit(AT_ONCE)
    )


def _empty(
    database: Database, key: InstrumentedAttribute[str], due: Select[str], values: dict[str, Any]
) -> int:
    count = 0
    while True:
        with database.write() as session:
            ids = session.scalars(due).all()
            session.execute(update(key.class_).where(key.in_(ids)).values(**values))
        count += len(ids)
        if len(ids) < AT_ONCE:
            return count
