"""The demo's brand book, held against what a book must keep: the same in every language, in known
words, and in good manners."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from config import brand
from config.book import Article, Chapter, Occasion, Product, SavedReply
from config.settings import LANGUAGES, ROOT
from listener.channels.base import Answerable, Length
from responder.house import house_of
from responder.retrieve import About, best
from responder.voice.check import check
from responder.voice.finding import Finding, Severity
from responder.voice.target import Target
from sentiment.signals import DANGEROUS, Signal
from sentiment.topics import TOPICS
from tests.small_book import CHAPTER

BOOK = brand.load(ROOT / "config/brand/demo", LANGUAGES)
HOUSES = {language: house_of(BOOK, language) for language in LANGUAGES}
LABELS = {
    *TOPICS,
    *(signal.value for signal in (*DANGEROUS, Signal.HUMAN)),
    "unreadable",
    "question",
}


def _check(text: str, language: str, *, complaint: bool) -> list[Finding]:
    """What stands in the way of a whole reply with these words. Nothing is known of a mention."""
    voice = BOOK.chapters[language].voice
    whole = f"{voice.greeting_without_name} {text} {voice.signature}"
    target = Target(
        length=Length(used=1, limit=280),
        counted_in="letters",
        language=language,
        languages=LANGUAGES,
        answerable=Answerable.YES,
        label="X",
        complaint=complaint,
        house=HOUSES[language],
    )
    return [one for one in check(whole, target) if one.severity is not Severity.WARN]


def _keys(chapter: Chapter) -> list[set[str]]:
    shelves = (
        chapter.saved_replies, chapter.articles, chapter.products, chapter.stores,
        chapter.promotions,
    )  # fmt: skip
    return [{entry.key for entry in shelf} for shelf in shelves]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chapter_has_what_the_others_have(language: str) -> None:
    chapter = BOOK.chapters[language]
    assert _keys(chapter) == _keys(BOOK.chapters["en"])
    assert len(chapter.saved_replies) >= 12
    assert len(chapter.articles) >= 15


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_entry_is_for_the_same_case_in_every_language(language: str) -> None:
    def cases(chapter: Chapter) -> dict[str, Occasion]:
        return {reply.key: reply.occasion for reply in chapter.saved_replies}

    assert cases(BOOK.chapters[language]) == cases(BOOK.chapters["en"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_entries_name_topics_and_signals_there_are(language: str) -> None:
    chapter = BOOK.chapters[language]
    for entry in (*chapter.saved_replies, *chapter.articles):
        assert LABELS.issuperset(entry.topics), entry.key


def _said(chapter: Chapter) -> Iterator[tuple[str, bool]]:
    troubled = (Occasion.COMPLAINT, Occasion.SERIOUS)
    for reply in chapter.saved_replies:
        for text in (*reply.texts, *reply.plain):
            yield text, reply.occasion in troubled
    for article in chapter.articles:
        yield article.answer, False
    voice = chapter.voice
    for words in (voice.welcome_back, voice.person, voice.plain_start, voice.plain_next):
        yield words, False
    yield f"{voice.again_in_trouble} {chapter.saved_replies[0].texts[0]}", True


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_of_the_book_breaks_a_rule_of_etiquette(language: str) -> None:
    wrong = [
        (finding.rule, finding.message, text)
        for text, complaint in _said(BOOK.chapters[language])
        for finding in _check(text, language, complaint=complaint)
    ]
    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_every_entry_can_be_sought(language: str) -> None:
    chapter = BOOK.chapters[language]
    entries: list[SavedReply | Article] = [*chapter.saved_replies, *chapter.articles]
    assert best(About(text="xyzzy", topics=()), entries) is None
    for entry in entries:
        for words in entry.words:
            plain = words.replace("~", "").replace(" … ", " ")
            if any(sign in plain for sign in "()[]|?*+\\^$.{}"):
                continue
            found = best(About(text=f"hm, {plain}!", topics=()), [entry])
            assert found, (entry.key, words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_voice_of_every_chapter_is_whole(language: str) -> None:
    voice = BOOK.chapters[language].voice
    for name in (
        "again_in_trouble", "welcome_back", "person", "plain_start", "plain_next",
        "other_language", "only_in", "seconded", "corrected",
    ):  # fmt: skip
        assert getattr(voice, name), name


@pytest.mark.parametrize("name", ["b" * 101, "b", "!!", 'Boot {{name|"x"}}'])
def test_a_product_is_called_by_what_can_be_looked_for(name: str) -> None:
    product = CHAPTER.products[0]
    with pytest.raises(ValidationError):
        Product.model_validate(product.model_dump() | {"name": name})
