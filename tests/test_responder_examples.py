"""Which entry answers a text, told by what customers wrote who were answered by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import brand
from config.book import Chapter, Occasion
from config.settings import ROOT
from responder.asked import Asked
from responder.examples import examples_of
from responder.retrieve import CALLED
from responder.shelves import learn, likely
from responder.traits import traits
from responder.wording import word
from sentiment.cues import LANGUAGES
from tests.small_book import CHAPTER
from tests.small_book import asked as asked_of

BOOK = brand.load(ROOT / "config/brand/demo", LANGUAGES)
DEMO = examples_of(BOOK.chapters["en"])
EXAMPLES = (
    (
        "parcel_late",
        (
            "day sixteen and still no sign of my parcel",
            "should have come on Tuesday, now it is Friday",
            "three weeks for a pair of socks, did they walk here",
        ),
    ),
    (
        "thanks_product",
        (
            "three weeks on the trail and not one blister",
            "best jacket I ever had, dry after ten hours of rain",
            "these boots have outlived two cars",
        ),
    ),
)


def test_an_example_speaks_for_its_own_entry() -> None:
    for key, texts in EXAMPLES:
        for text in texts:
            found = likely(text, EXAMPLES, "en")
            assert max(found, key=lambda name: found[name]) == key
            assert found[key] > 0.6


def test_other_words_for_the_same_speak_for_the_same_entry() -> None:
    late = likely("day nine. still no parcel.", EXAMPLES, "en")
    assert late["parcel_late"] > CALLED > late["thanks_product"]
    glad = likely("ten days of rain on the trail, dry feet, not a blister", EXAMPLES, "en")
    assert glad["thanks_product"] > CALLED
    assert glad["thanks_product"] > glad["parcel_late"]


def test_what_is_like_no_example_speaks_for_nothing() -> None:
    assert max(likely("qué hora es en Lima", DEMO, "en").values()) < CALLED


PLAIN = (
    ("en", "My parcel has still not arrived.", "parcel_late"),
    ("it", "Il mio pacco non è ancora arrivato", "parcel_late"),
    ("de", "Mein Paket ist noch nicht da", "parcel_late"),
    ("fr", "Je n'ai pas reçu mon remboursement", "refund_waiting"),
    ("es", "me habéis cobrado dos veces", "charged_wrongly"),
    ("pl", "pobraliście płatność dwa razy", "charged_wrongly"),
    ("el", "Το δέμα μου δεν ήρθε ακόμα", "parcel_late"),
)


@pytest.mark.parametrize(("language", "text", "key"), PLAIN)
def test_what_nobody_gives_as_an_example_because_it_is_so_plain_is_found(
    language: str, text: str, key: str
) -> None:
    found = likely(text, examples_of(BOOK.chapters[language]), language)
    assert max(found, key=found.__getitem__) == key


@pytest.mark.parametrize("text", ["", " ", "🥾", "…", "\0", "x" * 100_000])
def test_texts_without_words_speak_for_nothing(text: str) -> None:
    assert max(likely(text, DEMO, "en").values()) < CALLED


def test_a_book_without_examples_says_nothing() -> None:
    assert likely("day sixteen", (), "en") == {}
    assert likely("day sixteen", (("empty", ()),), "en") == {}


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=300))
def test_no_text_speaks_for_an_entry_more_than_about_once(text: str) -> None:
    assert all(-0.5 < value < 1.5 for value in likely(text, EXAMPLES, "en").values())


def test_the_order_of_entries_changes_nothing() -> None:
    text = "still waiting for my parcel"
    turned = likely(text, tuple(reversed(EXAMPLES)), "en")
    assert turned == pytest.approx(likely(text, EXAMPLES, "en"), abs=1e-5)


def asked(text: str, chapter: Chapter, **changes: Any) -> Asked:
    """A mention with what the examples of `chapter` have for each entry."""
    return asked_of(text, likely=likely(text, examples_of(chapter), "en"), **changes)


def _taught(**examples: tuple[str, ...]) -> Chapter:
    """The small book, with examples for some of its replies and articles."""
    taught = {
        field: tuple(
            entry.model_copy(update={"examples": examples.get(entry.key, ())})
            for entry in getattr(CHAPTER, field)
        )
        for field in ("saved_replies", "articles", "products")
    }
    return CHAPTER.model_copy(update=taught)


TAUGHT = _taught(
    late=EXAMPLES[0][1],
    thanks_people=("the girl at the till was lovely", "what a kind man in your shop in Trento"),
    abroad=("do you send to Cyprus", "can I get it in Oslo", "Brexit, do you still come here"),
)


def test_a_complaint_is_answered_by_the_reply_its_examples_call_for() -> None:
    text = "day nine and no sign of it"
    found = [
        word(
            asked(text, chapter, occasion=Occasion.COMPLAINT, topics=["delivery"], calm=False),
            chapter,
        ).made_from
        for chapter in (CHAPTER, TAUGHT)
    ]
    assert found == ["saved reply: delivery_trouble", "saved reply: late"]


def test_a_question_is_answered_by_the_article_its_examples_call_for() -> None:
    text = "and do you send to Oslo?"
    found = [
        word(asked(text, chapter, question=True, topics=["delivery"]), chapter).made_from
        for chapter in (CHAPTER, TAUGHT)
    ]
    assert found == ["article: times", "article: abroad"]


def test_a_reply_and_an_article_of_one_key_share_their_examples() -> None:
    both = TAUGHT.model_copy(
        update={
            "articles": tuple(
                article.model_copy(update={"key": "late", "examples": ("where is it then",)})
                for article in TAUGHT.articles[:1]
            )
        }
    )
    assert {*EXAMPLES[0][1], "where is it then"} < set(dict(examples_of(both))["late"])


def test_what_was_judged_of_a_text_tells_where_its_words_do_not() -> None:
    """The same strange words, once in anger about a delivery and once in joy about a product."""
    text = "xyzzy plugh"

    def judged_as(topic: str, signal: str, sentiment: str) -> Mapping[str, float]:
        judged = traits(
            topics=[topic], signals=[signal], phase="unknown", sentiment=sentiment, confidence=0.9
        )
        return likely(text, EXAMPLES, "en", judged=judged)

    angry = judged_as("delivery", "complaint", "negative")
    happy = judged_as("product", "praise", "positive")
    assert angry["parcel_late"] > happy["parcel_late"]
    assert happy["thanks_product"] > angry["thanks_product"]


def test_what_all_examples_say_alike_tells_nothing_and_breaks_nothing() -> None:
    alike = tuple((f"entry{number}", ("the same",) * 30) for number in range(40))
    assert set(likely("the same", alike, "en")) == {key for key, _ in alike}


def test_of_as_many_examples_as_can_be_learned_none_is_left_out() -> None:
    many = (("few", ("a rare bird",)), ("many", tuple(f"post number {n}" for n in range(60))))
    shelf = learn(many, "en")
    assert shelf is not None
    assert len(shelf.says) == 61
    assert learn(many, "en") is shelf
