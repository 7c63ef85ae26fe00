"""The cue lists and how text is folded for them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import LANGUAGES as SPOKEN
from sentiment.corpus import Part, mentions
from sentiment.cues import (
    HARMLESS,
    LANGUAGES,
    MAX_LETTERS,
    ORDERS,
    SIGNALS,
    WISHES,
    cues_of,
    find,
    fold,
)
from sentiment.drawers import Cue, Cues
from sentiment.openings import openings
from sentiment.phase import Phase
from sentiment.signals import signals
from sentiment.topics import TOPICS
from tests.effort import blows_up

NAMES = {
    "topics": set(TOPICS),
    "phases": {phase.value for phase in Phase} - {"unknown"},
    "signals": {*SIGNALS, *WISHES, HARMLESS, ORDERS},
}


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Größe", "grosse"),
        ("ŁÓDŹ", "lodz"),
        ("ΚΩΔΙΚΌΣ μου", "κωδικοσ μου"),
        ("Dov’è", "dov'e"),
        ("re\u200bfund\u202e", "refund"),
        ("ｒｅｆｕｎｄ", "refund"),
        ("  two\n lines ", "two lines"),
        ("I’M", "i'm"),
    ],
)
def test_folding_makes_spellings_one(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_every_language_we_speak_has_cues() -> None:
    assert set(LANGUAGES) == set(SPOKEN)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_list_is_there_and_no_other(language: str) -> None:
    found: dict[str, set[str]] = {}
    for cue in cues_of(language):
        found.setdefault(cue.group, set()).add(cue.name)
    assert found == NAMES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_cue_is_a_pattern_over_folded_text(language: str) -> None:
    for cue in cues_of(language):
        assert re.search(cue.pattern, "") is None, cue.text
        words = cue.text.replace("…", " ")
        assert " ".join(words.split()) == fold(words), cue.text
        assert not _has_bare_choice(cue.text), cue.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_few_cues_are_tried_on_every_text(language: str) -> None:
    assert sum(cue.key == "" for cue in cues_of(language)) <= 8


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("parcel", "parcel"),
        ("parcels", "parcel"),
        ("parcels?", "parcel"),
        ("pay", "pay"),
        ("is it", "is"),
        ("no", "no"),
        ("dov'e il", "dov"),
        ("shoe?s", "sho"),
        ("fa(?:te)? schifo", "fa"),
        ("10/10", ""),
        ("pas?", "pa"),
        ("us\\d\\d", "us"),
        ("a&e", ""),
    ],
)
def test_a_cue_is_filed_under_letters_every_match_starts_with(text: str, key: str) -> None:
    assert Cue(group="topics", name="delivery", text=text).key == key


@pytest.mark.parametrize(
    ("pattern", "letters"),
    [
        ("is", {"is"}),
        ("is it", {"is"}),
        ("colou?r", {"colo"}),
        ("a*b", {""}),
        ("(?:my|your) parcel", {"my", "your"}),
        ("(?:very )?good", {"very", "good"}),
        ("(?:so |very )?(?:good|bad)", {"so", "very", "good", "bad"}),
        ("(?:no|not (?:a|the)) one", {"no", "not"}),
        ("(?:ha)*lo", {""}),
        ("(?:ha){0,2}lo", {""}),
        ("one|two", {"one", "two"}),
        (r"\d+ euro", {""}),
        ("[ab]c", {""}),
        ("(?:|a)b", {"", "a"}),
        ("(?!a)b", {""}),
        ("(?:a", {""}),
        ("", {""}),
    ],
)
def test_a_pattern_tells_what_its_matches_begin_with(pattern: str, letters: set[str]) -> None:
    assert set(openings(pattern)) == letters


@pytest.mark.parametrize(
    ("text", "language", "name"),
    [
        ("Mein Ebike brennt", "de", "safety"),
        ("Mein E-Bike brennt", "de", "safety"),
        ("noone would notice if I was gone", "en", "self_harm"),
        ("no one would notice if I was gone", "en", "self_harm"),
    ],
)
def test_a_short_word_is_found_joined_and_apart(text: str, language: str, name: str) -> None:
    assert name in find(text, language).signals


@pytest.mark.parametrize("language", LANGUAGES)
def test_filing_cues_under_letters_loses_none(language: str) -> None:
    cues = [
        cue
        for cue in cues_of(language)
        if cue.group == "signals" and cue.name not in (HARMLESS, ORDERS)
    ]
    named = {cue.name: Cues(one for one in cues if one.name == cue.name) for cue in cues}
    for row in mentions(language, Part.DEV)[::5]:
        hits = find(row["text"], language)
        tried = {name for name, all_ in named.items() if any(all_.anywhere(hits.folded))}
        assert tried - hits.signals.keys() == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_makes_the_search_for_cues_blow_up(language: str) -> None:
    heads = sorted({cue.text[:12] for cue in cues_of(language) if cue.text[:12].isalpha()})
    hostile = [
        "a" * MAX_LETTERS,
        "no " * (MAX_LETTERS // 3),
        (" ".join(heads) + " ") * 2,
        "order " * (MAX_LETTERS // 6),
        "non ho mai ancora " * (MAX_LETTERS // 18),
        "?" * MAX_LETTERS,
        "a" * (MAX_LETTERS - 1) + "?",
        "a@" * (MAX_LETTERS // 2 - 1) + "?",
        "stop. " * (MAX_LETTERS // 6),
        "leave me alone. " * (MAX_LETTERS // 16),
    ]
    signals("warm up", language)
    for text in hostile:
        assert not blows_up(lambda part: signals(part, language), text), text[:30]


def test_a_gap_stays_within_the_sentence_and_within_four_words() -> None:
    assert "retirement" in find("please throw my very old shoes away", "en").phases
    assert "retirement" not in find("I throw. My shoes went away", "en").phases
    assert "retirement" not in find("throw one two three four five six away", "en").phases


def _has_bare_choice(text: str) -> bool:
    """A "|" outside parentheses would let a cue match what its key does not show."""
    while (inner := re.sub(r"\([^()]*\)", "", text)) != text:
        text = inner
    return "|" in text
