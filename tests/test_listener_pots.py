"""How the month's money is divided."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.channels.metering import Use
from listener.pots import (
    POT_OF,
    Pot,
    Used,
    budget_micros,
    is_kept_for_urgent,
    next_month,
    patience,
    room,
    share,
    taken,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BUDGET = 100_000_000  # 100 USD
SACRIFICED = (Use.SEARCH, Use.REPAIR, Use.OWN, Use.MENTIONS)  # in this order

amounts = st.dictionaries(st.sampled_from(Use), st.integers(0, 2 * BUDGET))


def left(
    use: Use, *, month: dict[Use, int] | None = None, today: dict[Use, int] | None = None
) -> int:
    return room(use, BUDGET, Used(month=month or {}, today=today or {}), NOW).micros


def test_every_use_draws_on_one_pot_and_the_pots_are_the_whole_budget() -> None:
    assert set(POT_OF) == set(Use)
    assert sum(share(pot, BUDGET) for pot in Pot) == BUDGET


def test_replies_have_money_of_their_own_whatever_the_reads_took() -> None:
    before = left(Use.REPLY)
    assert left(Use.REPLY, month={Use.MENTIONS: BUDGET, Use.SEARCH: BUDGET}) == before > 0


def test_replies_take_nothing_from_the_reads() -> None:
    assert left(Use.MENTIONS, month={Use.REPLY: BUDGET}) == left(Use.MENTIONS) > 0


@pytest.mark.parametrize("first", range(3))
def test_the_search_is_sacrificed_first_and_the_mentions_last(first: int) -> None:
    reads = share(Pot.READS, BUDGET)
    for percent in range(101):
        month = {Use.MENTIONS: reads * percent // 100}
        if not left(SACRIFICED[first + 1], month=month):
            assert not left(SACRIFICED[first], month=month)
    ends = next(
        p for p in range(101) if not left(SACRIFICED[first], month={Use.OWN: reads * p // 100})
    )
    assert left(SACRIFICED[first + 1], month={Use.OWN: reads * ends // 100}) > 0


def test_one_day_takes_no_more_than_a_fifth_of_the_month() -> None:
    for use in Use:
        assert left(use, today={use: BUDGET // 5}) == 0
        assert left(use) <= share(POT_OF[use], BUDGET) // 5


@pytest.mark.parametrize(
    ("of_the_month", "of_the_day", "kept"),
    [(89, 0, False), (91, 0, True), (100, 0, True), (0, 89, False), (0, 91, True)],
)
def test_the_last_tenth_for_replies_is_kept_for_what_is_most_urgent(
    of_the_month: int, of_the_day: int, kept: bool
) -> None:
    holds = share(Pot.REPLIES, BUDGET)
    used = Used(
        month={Use.REPLY: holds * of_the_month // 100},
        today={Use.REPLY: holds // 5 * of_the_day // 100},
    )
    dearest = holds // 5 // 200
    assert is_kept_for_urgent(room(Use.REPLY, BUDGET, used, NOW), BUDGET, dearest) is kept


@given(amounts, amounts, st.integers(0, share(Pot.REPLIES, BUDGET) // 25))
def test_no_ordinary_reply_takes_of_what_is_kept(
    month: dict[Use, int], today: dict[Use, int], dearest: int
) -> None:
    left = room(Use.REPLY, BUDGET, Used(month=month, today=today), NOW)
    if not is_kept_for_urgent(left, BUDGET, dearest):
        after = replace(left, micros=left.micros - dearest)
        assert after.micros >= share(Pot.REPLIES, BUDGET) // (50 if left.period == "day" else 10)


def test_polls_slow_down_once_four_fifths_of_the_reads_are_gone() -> None:
    reads = share(Pot.READS, BUDGET)
    before = {Use.SEARCH: reads * 8 // 10 - 1, Use.REPLY: BUDGET}
    assert patience(BUDGET, Used(month=before, today={})) == 1
    assert patience(BUDGET, Used(month={Use.SEARCH: reads * 8 // 10}, today={})) == 3


def test_it_is_told_when_there_will_be_more() -> None:
    all_day = {Use.REPLY: BUDGET}
    day = room(Use.REPLY, BUDGET, Used(month={}, today=all_day), NOW)
    assert (day.period, day.until) == ("day", datetime(2026, 11, 21, tzinfo=UTC))
    month = room(Use.REPLY, BUDGET, Used(month=all_day, today={}), NOW)
    assert (month.period, month.until) == ("month", datetime(2026, 12, 1, tzinfo=UTC))
    assert next_month(datetime(2026, 12, 31, 23, 59, tzinfo=UTC)) == datetime(
        2027, 1, 1, tzinfo=UTC
    )


@given(use=st.sampled_from(Use), month=amounts, today=amounts, usd=st.floats(0, 1e6))
def test_what_fits_never_leads_a_pot_beyond_its_share(
    use: Use, month: dict[Use, int], today: dict[Use, int], usd: float
) -> None:
    budget, pot = budget_micros(usd), POT_OF[use]
    found = room(use, budget, Used(month=month, today=today), NOW).micros
    assert found >= 0
    if found:
        assert taken(pot, month) + found <= share(pot, budget) <= budget
