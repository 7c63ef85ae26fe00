"""Erlang C against figures others published: R's ErlangC and pyworkforce."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.sentences import Refused
from responder.staffing.erlang import line, people_for


def test_the_published_case_of_fourteen_people() -> None:
    found = line(10, 14, handling=180, within=20)
    assert found.waits == pytest.approx(0.1741319, abs=5e-8)
    assert found.served == pytest.approx(0.8883500, abs=5e-8)
    assert found.wait == pytest.approx(7.836, abs=5e-4)


def test_the_published_case_of_eleven_people() -> None:
    assert line(10, 11, handling=180, within=20).waits == pytest.approx(0.6821, abs=5e-5)


def test_the_fewest_who_reach_a_target() -> None:
    found = people_for(10, handling=180, within=20, target=0.8)
    assert found.people == 14
    assert line(10, 13, handling=180, within=20).served < 0.8


def test_thousands_of_people_overflow_nothing() -> None:
    assert 0 < line(5000, 5050, handling=180, within=20).waits < 1


@given(st.floats(0, 80), st.integers(1, 60))
def test_one_person_more_makes_nobody_wait_longer(load: float, more: int) -> None:
    people = int(load) + more
    few, many = (line(load, n, handling=180, within=20) for n in (people, people + 1))
    assert 0 <= many.waits <= few.waits <= 1
    assert many.wait <= few.wait
    assert many.served >= few.served


@pytest.mark.parametrize(("load", "people"), [(10, 10), (10, 3), (-1, 3)])
def test_a_line_that_would_grow_for_ever_is_refused(load: float, people: int) -> None:
    with pytest.raises(Refused, match=r"grows for ever|negative"):
        line(load, people, handling=180, within=20)


def test_a_target_nobody_can_reach_is_refused() -> None:
    with pytest.raises(Refused, match="between 0 and 100"):
        people_for(10, handling=180, within=20, target=1)
