"""Shares and spreads, held against what others compute."""

from __future__ import annotations

from datetime import timedelta
from statistics import median, quantiles

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from responder.measures.figures import Rate, rate, spread

_SHARES = st.integers(1, 5_000).flatmap(
    lambda of: st.builds(Rate, hits=st.integers(0, of), of=st.just(of))
)
_LENGTHS = st.lists(st.integers(0, 10**12), min_size=2, max_size=200)


@given(_SHARES)
def test_the_interval_is_wilsons_as_scipy_has_it(one: Rate) -> None:
    found = binomtest(one.hits, one.of).proportion_ci(0.95, method="wilson")
    assert (one.low, one.high) == pytest.approx((found.low, found.high), abs=1e-12)


@given(_SHARES)
def test_the_share_lies_in_its_interval_and_that_within_nothing_and_all(one: Rate) -> None:
    assert 0 <= one.low <= one.share <= one.high <= 1


@given(_SHARES, st.integers(2, 20))
def test_the_more_are_counted_the_narrower_the_interval(one: Rate, times: int) -> None:
    more = Rate(hits=one.hits * times, of=one.of * times)
    assert more.high - more.low < one.high - one.low


@pytest.mark.parametrize(("hits", "of"), [(-1, 5), (6, 5), (1, 0)])
def test_more_than_all_and_less_than_none_are_no_share(hits: int, of: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        Rate(hits=hits, of=of)


def test_nine_are_too_few_for_a_figure_and_ten_are_enough() -> None:
    assert not rate([True] * 9).enough
    assert rate([True] * 10).enough
    assert rate([]) == Rate(hits=0, of=0)
    assert (rate([]).share, rate([]).low, rate([]).high) == (0, 0, 1)


@given(_LENGTHS)
def test_median_and_ninth_tenth_are_those_of_the_standard_library(lengths: list[int]) -> None:
    found = spread(np.array(lengths, dtype=np.int64))
    assert found and found.n == len(lengths)
    micro = timedelta(microseconds=1)
    assert found.median / micro == pytest.approx(median(lengths), abs=1, rel=1e-9)
    ninth = quantiles(lengths, n=10, method="inclusive")[8]
    assert found.p90 / micro == pytest.approx(ninth, abs=1, rel=1e-9)
    assert found.median <= found.p90


def test_of_nothing_there_is_no_spread() -> None:
    assert spread(np.array([], dtype=np.int64)) is None
