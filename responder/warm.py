"""What composing and checking load at their first use, loaded beforehand: it takes seconds, and
must never happen inside a transaction that others wait for."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from sqlalchemy import select

from listener.models import Mention
from responder.alike import enough_of
from responder.bot import Bot
from responder.models import Draft, DraftStatus
from responder.shelves import learn
from sentiment.language import identify

log = logging.getLogger(__name__)


def warm_up(bot: Bot, languages: Iterable[str]) -> None:
    """Load it for texts of these languages. Free from the second time on, until the book changes.
    What cannot be loaded stops nobody: who needs it fails, or does without, one text at a time."""
    identify("Where is my parcel?", languages=bot.settings.brand.languages)
    for channel in bot.channels.values():
        channel.length("Where is my parcel?")
    for language in languages:
        try:
            learn(enough_of(bot.book.chapters.get(language)), language)
        except Exception:
            log.exception("the examples in %s cannot be learned", language)


def warm_up_waiting(bot: Bot) -> None:
    """The same for what waits at the desk, after a start and after a change in the book: else
    whoever opens the first draft in a language would wait for it to be learned."""
    waiting = select(Mention.language).join(Draft).where(Draft.status == DraftStatus.PENDING)
    with bot.database.read() as session:
        languages = session.scalars(waiting.distinct()).all()
    if languages:
        warm_up(bot, languages)


def warm_up_for(bot: Bot, draft_id: str) -> None:
    """The same for one draft, whose words are about to be checked."""
    with bot.database.read() as session:
        language = session.scalar(
            select(Mention.language).join(Draft).where(Draft.id == draft_id)
        )  # fmt: skip
    if language is not None:
        warm_up(bot, [language])
