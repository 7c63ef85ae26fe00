"""What is told of a channel's money."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from listener.budget import Ledger
from listener.channels.base import ChannelOptions
from listener.channels.metering import Use
from listener.pots import Pot
from listener.spending import PotState, Spending, prices_outdated, spending
from tests.factories import Watch, make_database

OPTIONS = ChannelOptions(kind="x", monthly_budget_usd=10)


@pytest.fixture
def told(tmp_path: Path) -> Spending:
    """A month in which 1.30 of 10 dollars went, and 5 cents may have."""
    database, watch = make_database(tmp_path), Watch(now=datetime(2026, 10, 31, tzinfo=UTC))
    meter = Ledger(database=database, clock=watch).meter("x", 10)
    meter.reserve(Use.REPLY, "reply", 600_000).settle(600_000)
    watch.now = datetime(2026, 11, 3, tzinfo=UTC)
    meter.reserve(Use.MENTIONS, "poll", 1_300_000).settle(1_300_000)
    meter.reserve(Use.CHECK, "me", 50_000)
    return spending(database, "x", watch.now, OPTIONS)


def test_the_month_is_told_with_what_is_left(told: Spending) -> None:
    assert (told.budget, told.spent, told.reserved) == (10_000_000, 1_300_000, 50_000)
    assert told.left == 8_650_000
    assert told.percent == 13.5
    assert told.by_use == {Use.MENTIONS: 1_300_000, Use.CHECK: 50_000}


def test_each_use_is_told_what_fits_now(told: Spending) -> None:
    assert told.rooms[Use.MENTIONS].micros == 0
    assert told.rooms[Use.MENTIONS].period == "day"
    assert told.rooms[Use.REPLY].micros == 600_000


def test_the_fullest_pot_is_what_to_warn_of() -> None:
    def state(reads: int, checks: int) -> Spending:
        return Spending(
            budget=10_000,
            spent=reads + checks,
            reserved=0,
            by_use={},
            pots=(
                PotState(pot=Pot.REPLIES, holds=3000, taken=0),
                PotState(pot=Pot.READS, holds=6500, taken=reads),
                PotState(pot=Pot.CHECKS, holds=500, taken=checks),
            ),
            rooms={},
            patience=1,
        )

    assert not state(5199, 399).is_nearly_spent
    assert state(0, 400).fullest.pot is Pot.CHECKS
    assert state(0, 400).is_nearly_spent


def test_without_a_budget_everything_is_spent(tmp_path: Path) -> None:
    told = spending(
        make_database(tmp_path), "x", Watch().now, ChannelOptions(kind="x", monthly_budget_usd=0)
    )
    assert (told.left, told.percent, told.fullest.percent) == (0, 100, 100)


@pytest.mark.parametrize(
    ("checked", "outdated"),
    [
        (None, False),
        (date(2026, 8, 22), False),
        (date(2026, 8, 21), True),
        (date(2027, 1, 1), False),
    ],
)
def test_prices_nobody_looked_up_for_90_days_are_outdated(
    checked: date | None, outdated: bool
) -> None:
    assert prices_outdated(checked, datetime(2026, 11, 20, 12, tzinfo=UTC)) is outdated
