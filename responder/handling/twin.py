"""What a draft says, in the language of who reads it: the same entry of the brand book, which
people wrote in each language. No translation: what somebody changed in the draft is not in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from config.book import Chapter
from responder.bot import Bot
from responder.learning.similar import body_of, share_kept
from responder.library.models import EntryKind, named_in
from responder.model.tables import BY_MODEL
from responder.models import Draft

_STILL_IT: Final = 0.5
"""So much of what was proposed must stand in a draft that nobody chose other words for: below it,
somebody wrote an answer of their own."""


@dataclass(frozen=True, kw_only=True)
class Twin:
    """The words of one entry in `language`."""

    kind: EntryKind
    key: str
    text: str
    language: str


def twin_of(bot: Bot, draft: Draft, words: str, language: str) -> Twin | None:
    """The twin, in `language`, of what stands in the field over a draft (`words`); None where that
    is the draft's own language, or no entry of the book stands behind the words."""
    here, there = bot.book.chapters.get(draft.language), bot.book.chapters.get(language)
    if here is None or there is None or language == draft.language:
        return None
    for kind, key, place in (*_standing(here, words), *_named(bot, draft, words)):
        texts = _texts(there, kind, key)
        if texts:
            text = texts[min(place, len(texts) - 1)]
            return Twin(kind=kind, key=key, text=text, language=language)
    return None


def _standing(chapter: Chapter, words: str) -> Iterator[tuple[EntryKind, str, int]]:
    """The entry whose very words stand there, the longest first: whoever put them in."""
    found = [
        (len(text), kind, key, place)
        for kind, key in _keys(chapter)
        for place, text in enumerate(_texts(chapter, kind, key))
        if text in words
    ]
    for _, kind, key, place in sorted(found, key=lambda one: -one[0]):
        yield kind, key, place


def _named(bot: Bot, draft: Draft, words: str) -> Iterator[tuple[EntryKind, str, int]]:
    """The entry the draft says it was made from, while enough of it is left. A model's words are
    its own, whatever it cites."""
    if draft.made_from.startswith(BY_MODEL):
        return
    house = bot.house(draft.language)
    before, now = (body_of(text, draft.language, house) for text in (draft.proposed, words))
    if draft.proposed and share_kept(before, now) >= _STILL_IT:
        for kind, key in named_in(draft.made_from):
            yield kind, key, 0


def _keys(chapter: Chapter) -> Iterator[tuple[EntryKind, str]]:
    for reply in chapter.saved_replies:
        yield EntryKind.SAVED_REPLY, reply.key
    for article in chapter.articles:
        yield EntryKind.ARTICLE, article.key
    for promotion in chapter.promotions:
        yield EntryKind.PROMOTION, promotion.key


def _texts(chapter: Chapter, kind: EntryKind, key: str) -> Sequence[str]:
    """What an entry says, variant by variant; nothing where the chapter does not have it."""
    for reply in chapter.saved_replies if kind is EntryKind.SAVED_REPLY else ():
        if reply.key == key:
            return reply.texts
    for article in chapter.articles if kind is EntryKind.ARTICLE else ():
        if article.key == key:
            return (article.answer,)
    for promotion in chapter.promotions if kind is EntryKind.PROMOTION else ():
        if promotion.key == key:
            return (promotion.text,)
    return ()
