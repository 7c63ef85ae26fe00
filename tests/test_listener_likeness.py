from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.likeness import likeness

TEXT = "Where is my parcel? It should have been here on Monday."


@pytest.mark.parametrize(
    "copy",
    [
        "WHERE IS MY PARCEL? IT SHOULD HAVE BEEN HERE ON MONDAY!!!",
        "@larix where is my parcel... it should have been here on monday 😡😡",
        "Wheeere is my parcel it should have been here on Monday https://x.example/7 3/4",
        "Whère is my\u200b parcel? It should have been here, on Monday (2)",
    ],
)
def test_copies_of_one_text_have_one_key(copy: str) -> None:
    assert likeness(copy) == likeness(TEXT) != ""


@pytest.mark.parametrize(
    "other",
    ["Where is my refund? It should have been here on Monday.", TEXT + " Answer me.", ""],
)
def test_other_texts_have_other_keys(other: str) -> None:
    assert likeness(other) != likeness(TEXT)


@pytest.mark.parametrize(
    "text", ["", "thanks!", "thank you all", "1 2 3 4 5", "@a @b @c @d @e", "🤬" * 9]
)
def test_a_text_of_fewer_than_four_words_has_none(text: str) -> None:
    assert likeness(text) == ""


@given(st.text(max_size=2000))
def test_any_text_has_a_key_the_column_has_room_for(text: str) -> None:
    assert len(likeness(text)) in (0, 32)


def test_a_text_that_folding_would_blow_up_is_cut_first() -> None:
    assert likeness("\ufdfa " * 100_000)
