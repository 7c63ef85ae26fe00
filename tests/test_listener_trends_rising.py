"""What is spoken of more than before: told from chance, and quick."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.trends.rising import LEAST, rising, tail
from listener.trends.terms import Said, count_terms, rising_terms, stop_words
from sentiment.cues import LANGUAGES, fold
from tests.effort import effort


@pytest.mark.parametrize(
    ("successes", "tries", "share", "chance"),
    [
        (5, 5, 0.5, 1 / 32),
        (0, 5, 0.5, 1.0),
        (8, 10, 0.5, 56 / 1024),
        (3, 3, 0.25, 1 / 64),
        (60, 100, 0.5, 0.0284439668),  # scipy.stats.binomtest(60, 100, alternative="greater")
    ],
)
def test_the_tail_is_the_binomial_one(
    successes: int, tries: int, share: float, chance: float
) -> None:
    assert tail(successes, tries, share) == pytest.approx(chance, rel=1e-6)


@given(st.integers(0, 6_000), st.integers(0, 6_000), st.floats(0.05, 0.95))
def test_a_tail_is_a_probability_and_shrinks_with_more_successes(
    more: int, others: int, share: float
) -> None:
    tries = more + others
    here = tail(more, tries, share)
    assert 0.0 <= here <= 1.0
    assert tail(more + 1, tries + 1, share) <= here + 1e-9 or more <= tries * share
    assert not math.isnan(here)


def test_the_sum_and_the_curve_meet_where_one_takes_over() -> None:
    exact, curve = tail(2_560, 5_000, 0.5), tail(2_561, 5_001, 0.5)
    assert curve == pytest.approx(exact, rel=0.05)


def test_nothing_rises_below_five_mentions_or_without_a_period_before() -> None:
    assert rising({"zip": LEAST - 1}, {}, of_now=100, of_before=100) == []
    assert rising({"zip": 50}, {}, of_now=100, of_before=0) == []


def test_what_grew_with_everything_else_did_not_rise() -> None:
    assert rising({"zip": 100}, {"zip": 10}, of_now=10_000, of_before=1_000) == []


def test_what_rose_is_named_with_how_many_times_as_often() -> None:
    (rise,) = rising({"zip": 40, "fit": 50}, {"zip": 10, "fit": 48}, of_now=1_000, of_before=1_000)
    assert (rise.name, rise.now, rise.before, rise.times) == ("zip", 40, 10, 4.0)


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 60)), st.integers(61, 500))
def test_the_same_counts_twice_are_no_rise(counts: dict[str, int], whole: int) -> None:
    assert rising(counts, counts, of_now=whole, of_before=whole) == []


def texts(*words: str, language: str = "en") -> list[Said]:
    return [Said(text=one, language=language, likeness=str(at)) for at, one in enumerate(words)]


def test_a_pair_says_more_than_its_words_and_is_named_alone() -> None:
    calm = [f"my order number {at} was lovely" for at in range(60)]
    broken = [f"Well, the Zipper broke on day {at}" for at in range(20)]
    now, before = count_terms(texts(*calm, *broken)), count_terms(texts(*calm, *calm))
    names = [rise.name for rise in rising_terms(now, before)]
    assert "zipper broke" in names
    assert "zipper" not in names
    assert "broke" not in names


def test_links_accounts_stop_words_our_name_and_copies_do_not_count() -> None:
    said = [
        Said(text="@larix the zipper https://zip.example/zipper #zipper", language="en"),
        Said(text="Larix Outdoor zipper", language="en", likeness="one"),
        Said(text="Larix outdoor ZIPPER!", language="en", likeness="one"),
    ]
    counted = count_terms(said, ("Larix Outdoor",))
    assert counted.texts == 2
    assert counted.terms == {"zipper": 2}


def test_a_term_is_shown_as_people_write_it() -> None:
    counted = count_terms(texts("Größe falsch", language="de"))
    assert counted.shown["grosse"] == "größe"


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_stop_words_folded_as_texts_are(language: str) -> None:
    words = stop_words(language)
    assert len(words) >= 80
    assert all(fold(word) == word for word in words)


def test_twice_the_texts_are_no_more_than_twice_the_counting() -> None:
    every = [
        Said(text=f"the parcel number {at} came late and the zipper {at % 97} is broken, again "
             "nobody answers the phone in your shop near the river", language="en")
        for at in range(2_000)
    ]  # fmt: skip

    def counted(texts: list[Said]) -> float:
        return effort(lambda: rising_terms(count_terms(texts), count_terms(texts)))

    assert counted(every) < 3 * counted(every[:1_000])
