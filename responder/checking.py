"""A reply before the etiquette checker: the target it must fit, read from the rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.book import Occasion
from config.brand import BrandBook
from listener.models import Mention
from responder.alike import taken_for
from responder.bot import Bot
from responder.models import Reply, ReplyStatus
from responder.voice.check import check
from responder.voice.finding import Finding
from responder.voice.greet import greeting
from responder.voice.target import Target
from sentiment.score import Sentiment

LATELY: Final = timedelta(hours=24)
"""Words that we used so lately should not be used again and again."""

AT_MOST: Final = 200  # replies looked at, the latest


def check_reply(
    session: Session,
    bot: Bot,
    mention: Mention,
    text: str,
    *,
    automatic: bool = False,
    recent: Sequence[str] | None = None,
) -> tuple[Finding, ...]:
    """What stands against `text` as an answer to `mention`, the gravest first. `recent`: what is
    taken for said on the channel lately; None: what was."""
    target = target_of(session, bot, mention, text, automatic=automatic, recent=recent)
    return check(text, target)


def target_of(
    session: Session,
    bot: Bot,
    mention: Mention,
    text: str,
    *,
    automatic: bool = False,
    recent: Sequence[str] | None = None,
) -> Target:
    """What an answer to `mention` must fit. Its channel must be one that is configured."""
    channel = bot.channels[mention.channel]
    if recent is None:
        recent = said_lately(session, mention.channel, bot.clock())
    declaration, book = channel.declaration, bot.book
    # Who writes in a language we do not speak is answered in the bridging one.
    spoken = mention.language if mention.language in book.chapters else book.bridge
    sure = mention.sentiment_confidence >= bot.settings.sentiment.send_from
    kind = taken_for(session, mention, book, sure=sure)
    return Target(
        length=channel.length(text),
        counted_in=declaration.counted_in,
        language=mention.language,
        languages=bot.settings.brand.languages,
        bridge=book.bridge,
        answerable=mention.answerable,
        label=declaration.label,
        mention=mention.text,
        handle=mention.author.handle if mention.author else "",
        negative=mention.sentiment is Sentiment.NEGATIVE and kind is not Occasion.PRAISE,
        complaint=kind is Occasion.COMPLAINT,
        automatic=automatic,
        private=mention.private,
        greeting=_greeting(book, spoken, mention),
        link_price=declaration.link_price,
        recent=tuple(recent),
        house=bot.house(spoken),
    )


def _greeting(book: BrandBook, language: str, mention: Mention) -> str:
    chapter, author = book.chapters.get(language), mention.author
    return greeting(chapter.voice, author.name if author else "", language) if chapter else ""


def said_lately(session: Session, channel: str, now: datetime, *, but: str = "") -> tuple[str, ...]:
    """Our replies on a channel of the last 24 hours, the latest first, without the one whose id is
    `but`."""
    return tuple(
        session.scalars(
            select(Reply.text)
            .where(
                Reply.channel == channel,
                Reply.queued_at > now - LATELY,
                Reply.status != ReplyStatus.FAILED,
                Reply.id != but,
            )
            .order_by(Reply.queued_at.desc())
            .limit(AT_MOST)
        )
    )
