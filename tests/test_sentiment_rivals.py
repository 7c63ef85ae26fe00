"""Competitors in a text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sentiment.cues import fold
from sentiment.named import Named, named_in
from sentiment.rivals import WITHOUT_US, Rivals, rivals_of

RIVALS = Rivals(
    ours=Named("Larix Outdoor", ("larix", "larixoutdoor")),
    others=(Named("Nordgrat", ("nord grat", "@nordgrat")), Named("Valdora", ())),
)


def test_a_competitor_is_heard_by_its_name_its_terms_and_its_account() -> None:
    for text in ("NORDGRAT ist teurer", "the nord  grat one", "@nordgrat hello"):
        assert rivals_of(text, RIVALS, addressed=True) == ("Nordgrat",), text


def test_a_name_within_a_word_is_none() -> None:
    assert rivals_of("valdorado and nordgratis", RIVALS, addressed=True) == ()


def test_who_names_them_and_neither_names_nor_addresses_us_is_marked() -> None:
    text = "Valdora or Nordgrat?"
    assert rivals_of(text, RIVALS, addressed=False) == ("Nordgrat", "Valdora", WITHOUT_US)
    assert rivals_of(text, RIVALS, addressed=True) == ("Nordgrat", "Valdora")
    assert rivals_of(f"Larix, {text}", RIVALS, addressed=False) == ("Nordgrat", "Valdora")


def test_of_names_that_lie_on_each_other_the_longest_counts() -> None:
    things = (Named("Shell", ("jacket",)), Named("Rain", ("rain jacket",)))
    assert named_in(fold("A rain jacket, and a jacket"), things) == ["Rain", "Shell"]


@given(st.text(), st.text(min_size=1), st.booleans())
def test_any_text_and_any_name_can_be_looked_for(text: str, name: str, addressed: bool) -> None:
    rivals = Rivals(others=(Named(name, ()),))
    assert set(rivals_of(text, rivals, addressed=addressed)) <= {name, WITHOUT_US}
