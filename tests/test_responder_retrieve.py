from __future__ import annotations

import pytest

from config.book import Entry
from responder.retrieve import About, best

LATE = Entry(
    key="late",
    title="Late",
    topics=("delivery",),
    words=("where … parcel", "arriv~ late"),
    phases=("acquisition",),
)
REFUND = Entry(key="refund", title="Refund", topics=("refund", "returns"), phases=("retirement",))
SHELF = (LATE, REFUND)


def _key(about: About, entries: tuple[Entry, ...] = SHELF) -> str | None:
    found = best(about, entries)
    return found[0].key if found else None


def test_the_customer_s_own_words_go_before_topics() -> None:
    about = About(text="Where on earth is my parcel?", topics=["refund", "delivery"])
    assert _key(about) == "late"


def test_words_against_the_topics_count_little() -> None:
    about = About(text="where is the parcel I sent back", topics=["returns", "refund"])
    assert _key(about) == "refund"


def test_of_two_topics_the_stronger_one_decides() -> None:
    assert _key(About(text="", topics=["delivery", "refund"])) == "late"
    assert _key(About(text="", topics=["refund", "delivery"])) == "refund"


def test_nothing_is_guessed_where_neither_words_nor_topics_fit() -> None:
    assert _key(About(text="hello there", topics=["size"], phase="acquisition")) is None
    assert _key(About(text="hello there", topics=[])) is None


def test_the_phase_decides_between_entries_that_fit_alike() -> None:
    wash = Entry(key="wash", title="Wash", topics=("care",), phases=("ownership",))
    buy = Entry(key="buy", title="Buy", topics=("care",), phases=("requirements",))
    assert _key(About(text="", topics=["care"], phase="requirements"), (wash, buy)) == "buy"
    assert _key(About(text="", topics=["care"], phase="ownership"), (buy, wash)) == "wash"
    assert _key(About(text="", topics=["care"]), (wash, buy)) == "wash"


@pytest.mark.parametrize("text", ["WHERE'S that PARCEL", "Arrivéd late", "it arrives late, again"])
def test_words_are_found_however_they_are_written(text: str) -> None:
    found = best(About(text=text, topics=[]), SHELF)
    assert found
    assert found[1].by_words
