"""What the brand book offers to who writes: saved replies put together as a draft is, and articles
that help. The most fitting first; which one is right the person decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from config.book import Article, Chapter, SavedReply
from listener.models import Mention
from responder.asked import Asked, Wording
from responder.bot import Bot
from responder.compose import compose
from responder.learning.similar import body_of
from responder.models import Draft
from responder.propose import asked_of, propose
from responder.retrieve import About, fitting_articles, matched
from responder.wording import variant
from sentiment.orders import without_orders

ARTICLES: Final = 4
"""So many articles are offered: more would be a search of their own."""
_SAME_OCCASION: Final = 1.0
"""What it counts that a saved reply is made for what the mention calls for, as a topic that leads
does (responder/retrieve.py)."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A saved reply for one mention. `whole`: as a reply that may leave, greeting and signature
    and all; `body`: its words alone, for who has begun to write."""

    key: str
    title: str
    body: str
    whole: str


@dataclass(frozen=True, kw_only=True)
class Offers:
    """What the book has in the language of a mention; nothing where it does not speak it."""

    replies: tuple[Offer, ...] = ()
    articles: tuple[Article, ...] = ()


def read_offers(session: Session, bot: Bot, mention: Mention) -> Offers:
    chapter = bot.book.chapters.get(mention.language)
    if chapter is None or mention.channel not in bot.channels:
        return Offers()
    now = bot.clock()
    asked = asked_of(session, bot, mention, propose(session, bot, mention, now), now)
    about = About(
        text=without_orders(asked.text),
        topics=(*asked.topics, *asked.signals),
        phase=asked.phase,
        likely=asked.likely,
    )
    whole = _composer(bot, mention, asked)
    return Offers(
        replies=tuple(_offer(reply, asked, whole) for reply in _ranked(about, asked, chapter)),
        articles=tuple(fitting_articles(about, chapter.articles, ARTICLES)),
    )


def end_of(bot: Bot, draft: Draft, words: str) -> int:
    """Where words end and whoever signs them begins: there a link goes."""
    body = body_of(words, draft.language, bot.house(draft.language))
    return words.rfind(body) + len(body) if body else len(words)


def _ranked(about: About, asked: Asked, chapter: Chapter) -> list[SavedReply]:
    def points(reply: SavedReply, fits: float) -> float:
        return fits + _SAME_OCCASION * (reply.occasion is asked.occasion)

    found = matched(about, chapter.saved_replies)
    return [one for one, match in sorted(found, key=lambda p: -points(p[0], p[1].points))]


def _offer(reply: SavedReply, asked: Asked, whole: Callable[[Wording], str]) -> Offer:
    words = Wording(body=variant(reply.texts, asked), made_from=f"saved reply: {reply.key}")
    return Offer(key=reply.key, title=reply.title, body=words.body, whole=whole(words))


def _composer(bot: Bot, mention: Mention, asked: Asked) -> Callable[[Wording], str]:
    channel = bot.channels[mention.channel]

    def whole(words: Wording) -> str:
        return compose(
            asked,
            bot.book,
            mention.language,
            links=channel.declaration.links_welcome,
            fits=lambda text: channel.length(text).fits,
            taught=words,
        ).text

    return whole
