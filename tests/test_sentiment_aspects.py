"""What customers like, lament and wish, told apart by product and attribute."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.brand import load
from config.settings import LANGUAGES
from responder.market import market_of
from scripts.aspects import counted, read_all
from sentiment.aspects import ATTRIBUTES, Aspect, Stance, aspects_of, parsed
from sentiment.clauses import hits_in
from sentiment.cues import FOLDER, fold, listed
from sentiment.drawers import Cue, filed
from sentiment.named import Named
from sentiment.score import Sentiment

ROOT = Path(__file__).resolve().parents[1]
BOOTS = Named("Kestrel 2", ("kestrel", "boots"))
COAT = Named("Merlin", ("merlin", "coat"))
RIVAL = Named("Nordgrat", ("nordgrat",))


def told(
    text: str, label: Sentiment = Sentiment.UNKNOWN, language: str = "en", topics: str = ""
) -> set[str]:
    found = aspects_of(text, language, label, (BOOTS, COAT), (RIVAL,), topics.split())
    return set(map(str, found))


def test_a_text_that_likes_laments_and_wishes_says_three_things() -> None:
    text = "Love the boots but delivery took ages and I wish they came in 48"
    assert told(text) == {"like overall Kestrel 2", "complaint delivery", "wish fit Kestrel 2"}


@given(
    st.sampled_from(Stance),
    st.sampled_from(ATTRIBUTES),
    st.text(st.characters(exclude_categories=["C", "Z"]), max_size=20),
)
def test_what_is_kept_of_an_aspect_says_it_again(
    stance: Stance, attribute: str, product: str
) -> None:
    aspect = Aspect(stance=stance, attribute=attribute, product=product)
    assert parsed(str(aspect)) == aspect


@pytest.mark.parametrize("text", ["", "complaint", "complaint smell", "rant fit", "fit like"])
def test_what_is_no_aspect_is_not_read_as_one(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parsed(text)


@given(st.text(), st.sampled_from([*LANGUAGES, "unknown", "pt"]), st.sampled_from(Sentiment))
def test_any_text_is_read_without_stumbling(text: str, language: str, label: Sentiment) -> None:
    found = aspects_of(text, language, label, (BOOTS,), (RIVAL,))
    assert len(set(found)) == len(found)
    assert all(aspect.attribute in ATTRIBUTES for aspect in found)


@pytest.mark.parametrize(
    "text",
    [
        "Is the Kestrel good quality?",
        "I hope the boots fit perfectly",
        "heard the quality is great",
        "no problems with the price",
        "Nordgrat boots are far too narrow",
        "When will my parcel arrive?",
        "",
    ],
)
def test_questions_hopes_hearsay_and_competitors_tell_nothing(text: str) -> None:
    assert told(text) == set()


def test_a_cross_question_laments() -> None:
    assert told("Why are the sleeves too long?", Sentiment.NEGATIVE) == {"complaint fit"}
    assert told("Are the sleeves too long?", Sentiment.NEUTRAL) == set()


def test_what_is_not_good_is_a_complaint_and_what_is_not_bad_is_nothing() -> None:
    assert told("the quality is not great") == {"complaint quality"}
    assert told("the quality is not terrible") == set()


def test_praise_in_a_cross_text_is_scorn_unless_the_text_turns() -> None:
    assert told("brilliant service as always", Sentiment.NEGATIVE) == set()
    assert told("brilliant service, but the boots are too small", Sentiment.NEGATIVE) == {
        "like service",
        "complaint fit Kestrel 2",
    }


def test_a_complaint_in_a_glad_text_is_a_manner_of_speaking() -> None:
    assert told("my dog was soaked through, lovely staff", Sentiment.POSITIVE) == {"like service"}


def test_a_product_is_the_one_named_last_and_delivery_is_of_none() -> None:
    text = "The coat is too long. The boots pinch. Shipping took weeks."
    assert told(text) == {"complaint fit Merlin", "complaint fit Kestrel 2", "complaint delivery"}


def test_where_no_cue_tells_the_topic_of_a_text_that_is_surely_cross_does() -> None:
    assert told("Third week. Still in Verona.", Sentiment.NEGATIVE, topics="delivery") == {
        "complaint delivery"
    }
    assert told("Third week. Still in Verona.", Sentiment.NEUTRAL, topics="delivery") == set()
    assert told("Third week.", Sentiment.NEGATIVE, topics="promotion") == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_list_is_there_and_holds_patterns_over_folded_text(language: str) -> None:
    cues = listed(FOLDER / "aspects" / f"{language}.toml")
    named = {(cue.group, cue.name) for cue in cues}
    said = {name for name in ATTRIBUTES if name != "overall"}
    for group in ("about", "like", "complaint"):
        assert {name for one, name in named if one == group} == said, group
    assert {name for group, name in named if group == "feels"} == set(Stance)
    assert {name for group, name in named if group == "turn"} == {"but", "and", "not", "unsure"}
    assert {group for group, _ in named} == {
        "about", "feels", "turn", "like", "complaint", "wish", "wanted",
    }  # fmt: skip
    for cue in cues:
        assert re.search(cue.pattern, "") is None, cue.text
        words = cue.text.replace("…", " ")
        assert " ".join(words.split()) == fold(words), cue.text
    assert sum(cue.key == "" for cue in cues) <= 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_our_own_posts_are_read_nearly_as_a_person_reads_them(language: str) -> None:
    """Written by those who wrote the cues: a floor, no figure of merit (docs/wants.md)."""
    book = load(ROOT / "config/brand/demo", LANGUAGES)
    reads = read_all(book, language, ROOT / "tests/corpus/aspects")
    figures = counted(reads)
    assert len(reads) >= 40
    assert figures["right"] >= 0.9 * figures["told"]
    assert figures["right"] >= 0.8 * figures["meant"]


def test_of_posts_nobody_wrote_for_it_most_aspects_are_right() -> None:
    book = load(ROOT / "config/brand/demo", LANGUAGES)
    folder = ROOT / "tests/corpus/aspects/blind"
    every = [read for language in LANGUAGES for read in read_all(book, language, folder)]
    figures = counted(every)
    assert figures["right"] >= 0.8 * figures["told"]
    assert figures["right"] >= 0.3 * figures["meant"]


def test_a_product_is_counted_under_one_name_in_all_languages() -> None:
    market = market_of(load(ROOT / "config/brand/demo", LANGUAGES))
    names = {frozenset(one.name for one in named) for named in market.products.values()}
    assert names == {frozenset({"Brenta 200", "Adamello Shell", "Lagorai Mid"})}


def test_cues_of_the_same_words_stand_in_the_same_order_in_every_process() -> None:
    names = ["page", "fit", "quality", "service"]
    file = filed(Cue(group="complaint", name=name, text="too tight") for name in names)
    assert [hit.name for hit in hits_in(file, "far too tight")] == sorted(names)
