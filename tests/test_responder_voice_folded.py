from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.voice.folded import folded, key, keys, spans, unaccented
from sentiment.cues import fold


@given(st.text())
def test_every_letter_knows_where_it_came_from(text: str) -> None:
    plain = folded(text)
    assert len(plain.origin) == len(plain.text) + 1
    assert list(plain.origin) == sorted(plain.origin)
    for place, letter in enumerate(plain.text):
        start, end = plain.back(place, place + 1)
        assert end == start + 1 <= len(text)
        assert letter in (" " if text[start].isspace() else fold(text[start]) or " ")


@given(st.text(alphabet=st.characters(max_codepoint=0x24F)) | st.text("αάΣςσ ;Ώłß’´\u0301\t\n a"))
def test_it_folds_as_the_cues_of_sentiment_do(text: str) -> None:
    assert folded(text).text.strip() == fold(text)


@given(st.text())
def test_capitals_may_be_kept_and_the_way_back_is_the_same(text: str) -> None:
    cased = unaccented(text)
    assert list(cased.origin) == sorted(cased.origin)
    assert not any(
        unicodedata.name(letter, "").startswith("COMBINING ACUTE") for letter in cased.text
    )


def test_a_place_is_found_from_the_original() -> None:
    text = "Größe:  Ł 42"
    plain = folded(text)
    assert plain.text == "grosse: l 42"
    at = plain.place(text.index("Ł"))
    assert plain.text[at] == "l"
    assert text[slice(*plain.back(at, at + 4))] == "Ł 42"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("Ja", 1),
        ("The parcel left. It arrives today! Is that fine?", 3),
        ("Il 27. November kommt das Paket.", 1),
        ("Es kommt am 27. November. Danach melden wir uns.", 2),
        ("Zwrot będzie 27. listopada. Dziękujemy.", 2),
        ("Returns close at day 30. Yours is day 34.", 2),
        ("Tel. 0461, z.B. morgens, e.g. at nine.", 1),
        ("1. Open it. 2. Turn it. 3. Close it.", 1),
        ("Do this: 1. Open it. 2. Turn it. Then tell us.", 2),
        ("Wait... what?", 2),
        ("Two\n\nparts", 2),
        ("It costs 1.299,00 and weighs 1.5 kg.", 1),
        ("We are on it 👍 Write to us", 2),
    ],
)
def test_sentences_are_counted_as_a_reader_does(text: str, count: int) -> None:
    assert len(spans(text)) == count, [text[a:b] for a, b in spans(text)]


def test_a_semicolon_asks_in_greek_only() -> None:
    text = "Πότε φτάνει; Σήμερα."
    assert len(spans(text, greek=True)) == 2
    assert len(spans(text)) == 1


def test_a_sentence_is_known_again_without_its_accents_and_marks() -> None:
    assert key("Ti rimborsiamo: è già partito!") in keys("Ciao. Ti rimborsiamo: È già partito.")
    assert "" not in keys("...", "")
