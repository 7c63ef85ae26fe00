"""A bot that may answer by itself, with a small book that knows how boots are cleaned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import select

from config.book import Article
from config.brand import BrandBook
from responder.bot import Bot
from responder.models import Draft, Reply
from sentiment.score import Sentiment
from tests.factories import FakeChannel, Watch, make_bot, make_mention, tiny_book

GLAD: dict[str, Any] = {
    "text": "Thank you so much, I love my new boots!",
    "signals": ["praise"],
    "topics": ["praise"],
    "sentiment": Sentiment.POSITIVE,
    "sentiment_confidence": 0.97,
    "priority": "P4",
}
ASKING: dict[str, Any] = {
    "text": "How do I clean my boots?",
    "signals": ["question"],
    "topics": ["care"],
    "sentiment": Sentiment.NEUTRAL,
    "sentiment_confidence": 0.97,
}
DISCLOSURE = "This reply was written automatically."
THANKS = (
    "thank you for your kind words.",
    "this made our whole team smile.",
    "we are glad that you like them.",
)
FOR_CARE: dict[str, Any] = {"occasions": ["question"], "topics": ["care"]}


def book_in(folder: Path) -> BrandBook:
    """The tiny book, with one article in English."""
    book = tiny_book(folder / "book")
    article = Article(
        key="clean_boots",
        title="Cleaning boots",
        topics=("care",),
        words=("clean my boots",),
        answer="Brush the boots dry and wax them once a month.",
        url="https://tiny.example/care",
    )
    english = book.chapters["en"]
    thanks, *others = english.saved_replies
    replies = (thanks.model_copy(update={"texts": THANKS}), *others)
    english = english.model_copy(update={"articles": (article,), "saved_replies": replies})
    return book.model_copy(update={"chapters": {**book.chapters, "en": english}})


def eager_bot(folder: Path, clock: Watch | None = None, **options: Any) -> Bot:
    clock = clock or Watch()
    channel = FakeChannel(clock=clock, **{"auto_reply": True} | options)
    return make_bot(folder, channels=[channel], clock=clock, book=book_in(folder), undo_seconds=0)


def hear(bot: Bot, **changes: Any) -> str:
    with bot.database.write() as session:
        return make_mention(session, **changes).id


def replies(bot: Bot) -> list[Reply]:
    with bot.database.read() as session:
        return list(session.scalars(select(Reply).order_by(Reply.id)))


def draft_of(bot: Bot, mention_id: str) -> Draft:
    with bot.database.read() as session:
        return session.scalars(
            select(Draft).where(Draft.mention_id == mention_id).order_by(Draft.id.desc())
        ).all()[0]
