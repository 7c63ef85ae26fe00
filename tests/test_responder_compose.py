from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import brand
from config.book import Article, Chapter, Occasion
from config.settings import LANGUAGES, ROOT
from listener.channels.x.weigh import weigh
from responder.asked import Asked, Before, Helper
from responder.compose import Composed, compose
from responder.voice.greet import UnknownField, fill, first_name
from tests.small_book import BOOK, CHAPTER, VOICE, asked

DEMO = brand.load(ROOT / "config/brand/demo", LANGUAGES)


def _within(limit: int) -> Callable[[str], bool]:
    return lambda text: len(text) <= limit


def _say(question: Asked, *, links: bool = False, limit: int = 8000, notice: str = "") -> str:
    return compose(question, BOOK, "en", links=links, fits=_within(limit), notice=notice).text


WASH = asked("how do I wash it?", topics=["care"], question=True)


def test_a_link_is_added_only_where_the_channel_welcomes_it() -> None:
    assert _say(WASH, links=True) == "Hi Anna. wash answer. https://shop.example/en/wash — the shop"
    assert _say(WASH) == "Hi Anna. wash answer. — the shop"


def test_what_is_least_needed_goes_first_where_there_is_no_room() -> None:
    known = asked("how do I wash it?", topics=["care"], question=True, before=Before.CONTACT)
    whole = _say(known, links=True)
    assert whole.startswith("Hi Anna. Good to hear from you again. wash answer. https://")
    assert "again" not in _say(known, links=True, limit=len(whole) - 1)
    assert _say(known, links=True, limit=40) == "Hi Anna. wash answer. — the shop"
    assert _say(known, links=True, limit=25) == "Hi Anna. wash answer."
    assert _say(known, links=True, limit=20) == "Hello. wash answer."


def test_the_words_themselves_are_never_cut_nor_is_a_disclosure() -> None:
    assert _say(WASH, limit=3, notice="Automated answer.") == (
        "Hello. wash answer. Automated answer."
    )


def test_who_writes_again_about_a_trouble_is_told_that_we_know() -> None:
    again = asked("still not arrived", occasion=Occasion.COMPLAINT, before=Before.TROUBLE)
    assert _say(again).startswith("Hi Anna. Sorry that you have to write again. ")
    serious = asked(occasion=Occasion.SERIOUS, topics=["safety"], before=Before.TROUBLE)
    assert "again" not in _say(serious)


def test_who_is_lost_reads_all_steps_where_there_is_room_else_the_first_and_a_person() -> None:
    lost = asked("how do I wash it? I am lost", question=True, confused=True)
    assert _say(lost) == (
        "Hi Anna. One step at a time. 1. Brush it. 2. Wash it. 3. Dry it. "
        "Would you like a person? Say so. — the shop"
    )
    assert _say(lost, limit=105) == (
        "Hi Anna. One step at a time. 1. Brush it. Then tell us. "
        "Would you like a person? Say so. — the shop"
    )
    assert _say(lost, limit=70) == "Hi Anna. Brush it. Would you like a person? Say so. — the shop"


@pytest.mark.parametrize(
    ("said", "opening"),
    [
        ("3 days, always", "Marco is right, thank you. It takes 3 days."),
        ("5 days", "Thanks for helping, Marco. One thing is different: It takes 3 days."),
        ("no idea sorry", "It takes 3 days."),
    ],
)
def test_another_customer_s_answer_is_confirmed_or_kindly_corrected(
    said: str, opening: str
) -> None:
    helper = Helper(name="Marco Bianchi", text=said)
    question = asked("how long?", topics=["delivery"], question=True, helper=helper)
    assert _say(question) == f"Hi Anna. {opening} — the shop"


def _italian(voice: dict[str, Any] | None = None, **changes: Any) -> brand.BrandBook:
    spoken = VOICE.model_copy(update={"greeting": "Ciao {{name}}.", **(voice or {})})
    chapter: Chapter = CHAPTER.model_copy(update={"voice": spoken, **changes})
    return BOOK.model_copy(update={"chapters": MappingProxyType({"en": CHAPTER, "it": chapter})})


def test_help_that_exists_in_another_language_only_is_linked_with_a_remark() -> None:
    book = _italian(articles=())
    question = asked("come si lava?", topics=["care"], question=True)
    said = compose(question, book, "it", links=True, fits=_within(8000))
    assert said.text.endswith("https://shop.example/en/wash (in inglese) — the shop")
    assert said.made_from == "saved reply: acknowledge, article: wash (en only)"
    assert "https" not in compose(question, book, "it", links=False, fits=_within(8000)).text


@pytest.mark.parametrize(
    ("articles", "topics"), [(CHAPTER.articles, ["care"]), ((), ["product", "care"])]
)
def test_no_page_in_another_language_is_linked_beside_the_same_in_ours_or_for_a_lesser_topic(
    articles: tuple[Article, ...], topics: list[str]
) -> None:
    question = asked("si può?", topics=topics, question=True, likely={"wash": 0.01})
    said = compose(question, _italian(articles=articles), "it", links=True, fits=_within(8000))
    assert "(en only)" not in said.made_from


def test_a_language_nobody_speaks_gets_a_polite_word_in_ours_and_says_so() -> None:
    said = compose(asked("Onde está?"), BOOK, "pt", links=True, fits=_within(280))
    assert said.text == "Hi Anna. Thank you. We write in English: what do you need? — the shop"
    assert said.language == "en"
    assert "a speaker is wanted" in said.made_from


def _unread(**changes: Any) -> Composed:
    return compose(asked(**changes), BOOK, "unknown", links=True, fits=_within(280))


def test_a_picture_is_not_taken_for_a_language_nobody_speaks() -> None:
    said = _unread(signals=["unreadable"])
    assert said.text.startswith("Hi Anna. unreadable ")
    assert said.made_from == "the language was not recognised: saved reply: unreadable (en)"
    assert said.language == "en"
    assert _unread(text="🫡 xyzzy") == Composed(
        text="", made_from="no words: the language was not recognised"
    )


@pytest.mark.parametrize("language", ["pt", "unknown"])
def test_danger_in_a_language_nobody_speaks_gets_no_polite_word(language: str) -> None:
    serious = asked("Queimou-me o pé", occasion=Occasion.SERIOUS, signals=["safety"])
    said = compose(serious, BOOK, language, links=True, fits=_within(280))
    assert said.text == ""
    assert said.made_from.startswith("no words")


def test_who_is_lost_and_has_a_complaint_reads_regret_before_the_first_step() -> None:
    lost = asked("shrunk, how do I wash it? lost", occasion=Occasion.COMPLAINT, confused=True)
    said = _say(lost)
    assert said.startswith(("Hi Anna. We are sorry. One step at a time. 1.", "Hi Anna. Sorry! One"))
    assert "sorry" in _say(lost, limit=80).casefold()


def test_two_customers_need_not_read_the_same_words_and_one_always_reads_the_same() -> None:
    texts = [_say(asked(occasion=Occasion.PRAISE, seed=str(seed))) for seed in (*range(20), 3)]
    assert len(set(texts)) > 1
    assert texts[-1] == texts[3]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["Anna", "Wolfgang-Amadeus"])
def test_every_reply_of_the_demo_book_fits_a_post_on_x_in_every_language(
    language: str, name: str
) -> None:
    fits = cache(lambda text: weigh(text) <= 280)  # many ask for the same words
    chapter = DEMO.chapters[language]
    for reply in chapter.saved_replies:
        alone = chapter.model_copy(update={"saved_replies": (reply,), "articles": ()})
        book = DEMO.model_copy(update={"chapters": MappingProxyType({language: alone})})
        for seed in map(str, range(6)):
            one = asked(occasion=reply.occasion, seed=seed, name=name)
            text = compose(one, book, language, links=False, fits=fits).text
            assert fits(text), text
            assert "{{" not in text


@given(st.text())
def test_a_customer_s_name_can_never_smuggle_a_field_into_the_greeting(name: str) -> None:
    who = first_name(name)
    assert "{" not in who
    assert "<" not in who
    assert len(who) <= 42


@pytest.mark.parametrize(
    ("name", "greeted"),
    [
        ("Giulia Rossi", "Giulia"),
        ("MARCO", ""),
        ("łukasz", "Łukasz"),
        ("Ελένη Π.", "Ελένη"),
        ("Jean-Luc", "Jean-Luc"),
        ("O'Neill", ""),
        ("🏔️ Trail Shop", ""),
        ("<b>Bob</b>", ""),
        ("{{name}}", ""),
        ("x", ""),
        ("", ""),
        ("user12345", ""),
    ],
)
def test_only_what_looks_like_a_person_s_name_is_greeted_by_name(name: str, greeted: str) -> None:
    assert first_name(name) == greeted


def test_a_field_is_replaced_once_and_values_are_never_scanned_again() -> None:
    assert fill("Hi {{a}}", {"a": "{{b}}", "b": "x"}) == "Hi {{b}}"


def test_a_field_without_value_takes_its_fallback_or_is_an_error() -> None:
    assert fill('Hi {{a|"there"}}', {}) == "Hi there"
    with pytest.raises(UnknownField):
        fill("Hi {{a}}", {})
