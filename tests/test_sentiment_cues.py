"""The cue lists and how text is folded for them."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import LANGUAGES as SPOKEN
from sentiment.cues import LANGUAGES, MAX_LETTERS, SIGNALS, _read, find, fold
from sentiment.drawers import Cue
from sentiment.phase import Phase
from sentiment.signals import signals
from sentiment.topics import TOPICS

NAMES = {
    "topics": set(TOPICS),
    "phases": {phase.value for phase in Phase} - {"unknown"},
    "signals": {*SIGNALS, "harmless"},
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
    for cue in _read(language):
        found.setdefault(cue.group, set()).add(cue.name)
    assert found == NAMES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_cue_is_a_pattern_over_folded_text(language: str) -> None:
    for cue in _read(language):
        assert re.search(cue.pattern, "") is None, cue.text
        words = cue.text.replace("…", " ")
        assert " ".join(words.split()) == fold(words), cue.text
        assert not _has_bare_choice(cue.text), cue.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_few_cues_are_tried_on_every_text(language: str) -> None:
    assert sum(cue.key == "" for cue in _read(language)) <= 8


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("parcel", "par"),
        ("parcels?", "par"),
        ("pay", "pay"),
        ("is it", "is"),
        ("no", "no"),
        ("dov'e il", "dov"),
        ("shoe?s", "sho"),
        ("fa(?:te)? schifo", ""),
        ("10/10", ""),
        ("pas?", ""),
    ],
)
def test_a_cue_is_filed_under_letters_every_match_starts_with(text: str, key: str) -> None:
    assert Cue(group="topics", name="delivery", text=text).key == key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_makes_the_cues_slow(language: str) -> None:
    heads = sorted({cue.text[:12] for cue in _read(language) if cue.text[:12].isalpha()})
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
        before = time.process_time()
        signals(text, language)
        assert time.process_time() - before < 1.0, text[:30]


def test_a_gap_stays_within_the_sentence_and_within_four_words() -> None:
    assert "retirement" in find("please throw my very old shoes away", "en").phases
    assert "retirement" not in find("I throw. My shoes went away", "en").phases
    assert "retirement" not in find("throw one two three four five six away", "en").phases


def _has_bare_choice(text: str) -> bool:
    """A "|" outside parentheses would let a cue match what its key does not show."""
    while (inner := re.sub(r"\([^()]*\)", "", text)) != text:
        text = inner
    return "|" in text
