"""What a mention's own words and what was judged of them are like, by the examples of the book."""

from __future__ import annotations

from collections.abc import Mapping

from config.book import Chapter, Occasion
from config.brand import BrandBook
from listener.models import Mention
from responder.examples import examples_of, likely
from responder.kind import kind_of, speaking_for
from responder.traits import traits
from sentiment.orders import without_orders


def likely_of(mention: Mention, chapter: Chapter | None) -> Mapping[str, float]:
    """How much speaks for each entry of the book, by its key; {} where the book does not speak the
    mention's language or holds no examples."""
    if chapter is None:
        return {}
    judged = traits(
        topics=mention.topics,
        signals=mention.signals,
        phase=mention.phase.value,
        sentiment=mention.sentiment.value,
        confidence=mention.sentiment_confidence,
    )
    said = without_orders(mention.text)
    return likely(said, examples_of(chapter), mention.language, judged=judged)


def taken_for(mention: Mention, book: BrandBook) -> Occasion:
    """What kind of text it is taken for, as deciding does."""
    chapter = book.chapters.get(mention.language)
    speaks = speaking_for(likely_of(mention, chapter), chapter)
    return kind_of(set(mention.signals), set(mention.topics), mention.sentiment, speaks)
