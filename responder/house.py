"""Pure: what the brand has settled for its replies in one language, from its book, as the etiquette
checker asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from config.book import Chapter, Occasion
from config.brand import BrandBook
from responder.voice.folded import keys
from responder.voice.target import House


def house_of(book: BrandBook, language: str) -> House:
    """The house of `language`; of a language the book does not speak only what holds in all."""
    cover = book.cover
    chapter = book.chapters.get(language)
    hosts = tuple(host for host in (urlsplit(cover.site).hostname, *cover.hosts) if host)
    everywhere = House(
        name=cover.name,
        handles=cover.handles,
        hosts=hosts,
        phones=cover.phones,
        acronyms=cover.acronyms,
    )
    if chapter is None:
        return everywhere
    voice = chapter.voice
    return replace(
        everywhere,
        form=voice.form,
        signature=voice.signature,
        disclosure=voice.automatic,
        forbidden=voice.forbidden,
        required=voice.required,
        jargon=voice.jargon,
        agreed=keys(*texts_of(chapter)),
        settled=keys(*_for_one_trouble(chapter)),
    )


def _for_one_trouble(chapter: Chapter) -> Iterator[str]:
    """The replies that name a trouble; a general one leaves that to who sends it."""
    for reply in chapter.saved_replies:
        troubled = reply.occasion in (Occasion.COMPLAINT, Occasion.SERIOUS)
        if troubled and (reply.topics or reply.words):
            yield from (*reply.texts, *reply.plain)


def texts_of(chapter: Chapter) -> Iterator[str]:
    """Everything of a chapter that may stand in a reply, with its greeting's field still open."""
    voice = chapter.voice
    yield from (voice.automatic, voice.again_in_trouble, voice.welcome_back, voice.person)
    yield from (voice.plain_start, voice.plain_next, voice.other_language)
    for reply in chapter.saved_replies:
        yield from (*reply.texts, *reply.plain)
    for article in chapter.articles:
        yield from (article.answer, *article.steps)
    for product in chapter.products:
        yield from (product.what_for, product.sizes, product.care, product.honest_difference)
    for store in chapter.stores:
        yield f"{store.name}: {store.address}. {store.hours}"
    for promotion in chapter.promotions:
        yield promotion.text
