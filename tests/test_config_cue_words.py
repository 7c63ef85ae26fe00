from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from config import brand
from config.book import Article, Cover, Entry, Voice
from config.cue_words import fault_in
from config.errors import ConfigError
from config.settings import ROOT
from responder.library.checks import Unfit, fit
from responder.library.models import EntryKind
from responder.retrieve import About, best
from tests.small_book import VOICE

DEMO: Final = ROOT / "config/brand/demo"


def _hits(words: str, text: str) -> bool:
    entry = Entry(key="entry", title="Entry", words=(words,))
    return best(About(text=text, topics=()), [entry]) is not None


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("still … not arrived", "My parcel has still not yet arrived"),
        ("charged (?:two|2) times", "You charged 2 times!"),
        ("e-?bike~", "For ebikes, too?"),
        ("colou?r", "Which color?"),
        ("pres[oi] … (?:due|2) volte", "Presi i soldi due volte"),
        (r"a\w* b{2,3}", "Aha bbb"),
        ("100%", "100% wool?"),
        ("don't", "I don’t know"),
    ],
)
def test_what_words_may_hold_is_looked_for(words: str, text: str) -> None:
    assert fault_in(words) is None
    assert _hits(words, text.replace("has still not yet", "still has not"))


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("(delay", "a ( without its )"),
        ("delay)", "a ) without its ("),
        ("（delay", "a ( without its )"),  # what it is folded to counts
        ("parcels [Milan", "[ ] may hold"),
        ("(?i)delay", "other than (?:…)"),
        (r"(a)\1", "says nothing here"),
        (r"\Wdelay", "says nothing here"),
        ("?delay", "? has nothing before it"),
        (r"(\w+\s?)+x$", "and not be repeated"),
        (r"(?:\w+ ){0,9}x", "and not be repeated"),
        ("delay.*", "stand behind a letter"),
        ("a~b~c~", "one open end"),
        ("a?" * 26 + "a" * 26, "too many ways"),
        ("a … b … c … d … e", "at most 3 times"),
        ("delay …", "between two spaces"),
        (" … delay", "between two words"),
        ("delay{2,99}", "more than 30 times"),
        ("~~", "open end"),
        ("a*b*", "open end"),
        ("(?:ab)?", "where there is nothing"),
        (r"\w+", "names no letter"),
        ("\u200b\u200b", "names no letter"),
        ("..", "names no letter"),
    ],
)
def test_words_nobody_can_look_for_are_refused_with_the_reason(words: str, problem: str) -> None:
    assert problem in (fault_in(words) or "")
    with pytest.raises(ValidationError, match="cannot be looked for"):
        Entry(key="entry", title="Entry", words=(words,))


_PIECES: Final = (
    *("a", "b", "é", "~", " … ", " ", "?", "*", "+", "(?:", "(", ")", "|", "[ab]", "[", "]"),
    *(r"\w", r"\|", "\\", ".", "{0,3}", "{2,}", "{", "^", "$", "（", "…", "-", "'", "\u0301"),
)


@settings(max_examples=1000, deadline=None)
@given(
    words=st.lists(st.sampled_from(_PIECES), min_size=2, max_size=10).map("".join),
    text=st.text(alphabet=" abé.-'(c", max_size=200),
)
def test_words_that_are_let_in_never_stop_a_draft(words: str, text: str) -> None:
    if len(words) > 1 and fault_in(words) is None:
        _hits(words, text)
        _hits(words, "a b " * 20 + "ab" * 40)


def test_a_book_with_such_words_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "brand.toml").write_text((DEMO / "brand.toml").read_text(), encoding="utf-8")
    page = (DEMO / "en.toml").read_text(encoding="utf-8")
    assert "\nwords = [" in page
    page = page.replace("\nwords = [", '\nwords = ["parcels (Milan", ', 1)
    (tmp_path / "en.toml").write_text(page, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        brand.load(tmp_path, ["en"])
    told = str(refused.value)
    assert "'parcels (Milan' cannot be looked for: a ( without its )" in told
    assert "\n" not in told


@pytest.mark.parametrize("field", ["forbidden", "jargon"])
@pytest.mark.parametrize("phrase", ["", " ", "~", "...", "\u200b", "’~"])
def test_a_phrase_that_stands_in_every_text_is_refused(field: str, phrase: str) -> None:
    with pytest.raises(ValidationError, match="no letter that could be looked for"):
        Voice.model_validate({**VOICE.model_dump(), field: {phrase: "x"}})


def test_a_phrase_may_be_of_figures() -> None:
    kept = Voice.model_validate({**VOICE.model_dump(), "forbidden": {"24/7": "always"}})
    assert kept.forbidden == {"24/7": "always"}


def test_our_numbers_look_like_numbers() -> None:
    assert Cover(name="Shop", site="https://shop.example", phones=("+39 0461 123456",)).phones
    with pytest.raises(ValidationError):
        Cover(name="Shop", site="https://shop.example", phones=("ask Anna",))


def test_the_library_refuses_them_in_one_line() -> None:
    body = {
        "title": "Late",
        "topics": ["delivery"],
        "words": ["parcels (Milan"],
        "answer": "It takes 3 days.",
        "url": "https://shop.example/late",
    }
    with pytest.raises(Unfit, match=r"'parcels \(Milan' cannot be looked for") as refused:
        fit(EntryKind.ARTICLE, "late", body)
    assert "\n" not in str(refused.value)


def test_articles_and_replies_are_held_to_it_alike() -> None:
    with pytest.raises(ValidationError, match="cannot be looked for"):
        Article(key="a", title="A", topics=("care",), words=("(oops",), answer="A.",
                url="https://shop.example/a")  # fmt: skip
