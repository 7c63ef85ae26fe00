"""Which entry answers a text, told by what customers wrote who were answered by it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.book import Chapter, Occasion
from responder.examples import examples_of, likely
from responder.retrieve import CALLED
from responder.wording import word
from tests.small_book import CHAPTER, asked

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
            found = likely(text, EXAMPLES)
            assert max(found, key=lambda name: found[name]) == key
            assert found[key] > 0.6


def test_other_words_for_the_same_speak_for_the_same_entry() -> None:
    late = likely("day nine. still no parcel.", EXAMPLES)
    assert late["parcel_late"] > CALLED > late["thanks_product"]
    glad = likely("ten days of rain on the trail, dry feet, not a blister", EXAMPLES)
    assert glad["thanks_product"] > CALLED > glad["parcel_late"]


def test_what_is_like_no_example_speaks_for_nothing() -> None:
    assert max(likely("qué hora es en Lima", EXAMPLES).values()) < CALLED


@pytest.mark.parametrize("text", ["", " ", "🥾", "…", "\0", "x" * 100_000])
def test_texts_without_words_speak_for_nothing(text: str) -> None:
    assert max(likely(text, EXAMPLES).values()) < CALLED


def test_a_book_without_examples_says_nothing() -> None:
    assert likely("day sixteen", ()) == {}
    assert likely("day sixteen", (("empty", ()),)) == {}


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=300))
def test_no_text_speaks_for_an_entry_more_than_about_once(text: str) -> None:
    assert all(-0.5 < value < 1.5 for value in likely(text, EXAMPLES).values())


def test_the_order_of_entries_changes_nothing() -> None:
    text = "still waiting for my parcel"
    turned = likely(text, tuple(reversed(EXAMPLES)))
    assert turned == pytest.approx(likely(text, EXAMPLES), abs=1e-5)


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
    question = asked(text, occasion=Occasion.COMPLAINT, topics=["delivery"], calm=False)
    assert word(question, CHAPTER).made_from == "saved reply: delivery_trouble"
    assert word(question, TAUGHT).made_from == "saved reply: late"


def test_a_question_is_answered_by_the_article_its_examples_call_for() -> None:
    question = asked("and do you send to Oslo?", question=True, topics=["delivery"])
    assert word(question, CHAPTER).made_from == "article: times"
    assert word(question, TAUGHT).made_from == "article: abroad"


def test_a_reply_and_an_article_of_one_key_share_their_examples() -> None:
    both = TAUGHT.model_copy(
        update={
            "articles": tuple(
                article.model_copy(update={"key": "late", "examples": ("where is it then",)})
                for article in TAUGHT.articles[:1]
            )
        }
    )
    assert dict(examples_of(both))["late"] == (*EXAMPLES[0][1], "where is it then")
