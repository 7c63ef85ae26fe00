"""The ledger: money is a budget that is never overdrawn."""

from __future__ import annotations

import multiprocessing
import threading
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from config.database import Database
from listener.budget import Ledger, usd
from listener.channels.errors import BudgetSpent, Unavailable
from listener.channels.metering import Meter, Use
from listener.models import SpendEntry
from listener.pots import POT_OF, Pot, budget_micros, share
from tests.factories import Watch, make_database

BUDGET_USD = 10.0
BUDGET = budget_micros(BUDGET_USD)
DAY = share(Pot.REPLIES, BUDGET) // 5  # what replies may take on one day
START = datetime(2026, 11, 1, tzinfo=UTC)


def purse(database: Database, watch: Watch, channel: str = "x") -> Meter:
    return Ledger(database=database, clock=watch).meter(channel, BUDGET_USD)


def booked(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.coalesce(func.sum(SpendEntry.micros), 0))) or 0


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return make_database(tmp_path)


def test_the_worst_case_is_on_disk_before_the_call_and_the_cost_after_it(
    database: Database,
) -> None:
    charge = purse(database, Watch()).reserve(Use.SEARCH, "GET /2/tweets/search/recent", 500_000)
    assert booked(database) == 500_000
    charge.settle(15_000)
    assert booked(database) == 15_000
    with database.read() as session:
        entry = session.scalars(select(SpendEntry)).one()
    assert (entry.use, entry.operation) == (Use.SEARCH, "GET /2/tweets/search/recent")
    assert entry.settled


def test_settled_calls_of_a_day_are_one_entry_for_each_use_and_operation(
    database: Database,
) -> None:
    meter = purse(database, watch := Watch(now=START))
    for _ in range(3):
        meter.reserve(Use.MENTIONS, "poll", 2000).settle(1000)
        meter.reserve(Use.MENTIONS, "me", 2000).settle(10)
    meter.reserve(Use.MENTIONS, "poll", 5)  # nobody saw its end
    watch.advance(days=1)
    meter.reserve(Use.MENTIONS, "poll", 2000).settle(7)
    with database.read() as session:
        found = session.scalars(select(SpendEntry)).all()
    assert sorted(entry.micros for entry in found) == [5, 7, 30, 3000]
    assert [entry.micros for entry in found if not entry.settled] == [5]


def test_a_call_that_ends_after_midnight_belongs_to_the_day_it_began(database: Database) -> None:
    meter = purse(database, watch := Watch(now=START.replace(day=30, hour=23, minute=59)))
    charge = meter.reserve(Use.REPLY, "reply", DAY)
    watch.advance(minutes=2)
    charge.settle(DAY)
    assert meter.room(Use.REPLY) == DAY


def test_a_call_that_cost_nothing_leaves_no_entry(database: Database) -> None:
    meter = purse(database, Watch())
    meter.reserve(Use.MENTIONS, "poll", 100_000).settle(0)
    meter.reserve(Use.CHECK, "usage", 0).settle(0)
    with database.read() as session:
        assert session.scalars(select(SpendEntry)).all() == []


def test_what_does_not_fit_is_refused_before_the_call_and_says_what_to_do(
    database: Database,
) -> None:
    meter = purse(database, watch := Watch())
    meter.reserve(Use.REPLY, "reply", DAY)
    with pytest.raises(BudgetSpent) as error:
        meter.reserve(Use.REPLY, "reply", 15_000)
    assert "monthly_budget_usd" in str(error.value)
    assert "$0.015" in str(error.value)
    assert booked(database) == DAY
    # Somebody may raise the budget: it is looked at again long before the day is over.
    assert error.value.until is not None
    assert (error.value.until - watch.now).total_seconds() == 3600


def test_a_charge_settles_once(database: Database) -> None:
    charge = purse(database, Watch()).reserve(Use.REPLY, "reply", 200_000)
    charge.settle(15_000)
    charge.settle(200_000)
    assert booked(database) == 15_000


def test_a_new_day_and_a_new_month_bring_new_money(database: Database) -> None:
    meter = purse(database, watch := Watch(now=datetime(2026, 11, 1, 23, 59, tzinfo=UTC)))
    for _ in range(5):
        meter.reserve(Use.REPLY, "reply", DAY)
        assert meter.room(Use.REPLY) == 0
        watch.advance(days=1)
    assert meter.room(Use.REPLY) == 0  # the month's share is gone
    watch.now = datetime(2026, 12, 1, tzinfo=UTC)
    assert meter.room(Use.REPLY) == DAY


def test_channels_have_their_own_budgets(database: Database) -> None:
    watch = Watch()
    purse(database, watch, "x").reserve(Use.REPLY, "reply", DAY)
    assert purse(database, watch, "x_fr").room(Use.REPLY) == DAY


def test_a_budget_of_nothing_allows_nothing_that_costs(database: Database) -> None:
    meter = Ledger(database=database, clock=Watch()).meter("x", 0)
    assert meter.room(Use.MENTIONS) == 0
    with pytest.raises(BudgetSpent):
        meter.reserve(Use.MENTIONS, "poll", 1)


def test_without_a_database_no_call_is_made_and_a_made_one_is_told_of(tmp_path: Path) -> None:
    meter = purse(database := make_database(tmp_path), Watch())
    charge = meter.reserve(Use.REPLY, "reply", 15_000)
    SpendEntry.__table__.drop(database.engine)  # type: ignore[attr-defined]
    with pytest.raises(Unavailable):
        meter.reserve(Use.REPLY, "reply", 15_000)
    with pytest.raises(Unavailable):
        meter.room(Use.REPLY)
    charge.settle(10_000)  # raises nothing: the reply stands, and that must be written down


steps = st.lists(
    st.tuples(
        st.sampled_from(Use),
        st.integers(1, BUDGET // 3),
        st.one_of(st.none(), st.floats(0, 1)),  # None: the process died during the call
        st.integers(0, 30 * 3600),  # seconds until the next call
    ),
    max_size=25,
)


@settings(max_examples=60)
@given(steps=steps)
def test_whatever_is_reserved_settled_or_lost_no_month_and_no_pot_is_overdrawn(
    steps: list[tuple[Use, int, float | None, int]],
) -> None:
    with TemporaryDirectory() as folder:
        database, watch = make_database(Path(folder)), Watch(now=START)
        sums: dict[tuple[int, Pot], int] = {}
        for use, worst, part, pause in steps:
            month = (watch.now.month, POT_OF[use])
            try:
                charge = purse(database, watch).reserve(use, "call", worst)
            except BudgetSpent:
                watch.advance(seconds=pause)
                continue
            cost = worst if part is None else int(worst * part)
            watch.advance(seconds=pause)
            if part is not None:
                charge.settle(cost)
            sums[month] = sums.get(month, 0) + cost
            assert sums[month] <= share(POT_OF[use], BUDGET)
        assert booked(database) == sum(sums.values())
        for number in {month for month, _ in sums}:
            assert sum(micros for (month, _), micros in sums.items() if month == number) <= BUDGET
        database.close()


def spend_all(url: str, channel: str, gate: threading.Event | None = None) -> int:
    """As many replies as fit; run by several at once."""
    meter = Ledger(database=Database(url, checkpoints=False), clock=Watch()).meter(
        channel, BUDGET_USD
    )
    count = 0
    while True:
        try:
            meter.reserve(Use.REPLY, "reply", 20_000)
        except BudgetSpent:
            return count
        except Unavailable:  # the other one held the database: nothing was reserved
            continue
        count += 1


def test_two_processes_together_spend_what_one_might(tmp_path: Path) -> None:
    url = str(make_database(tmp_path).engine.url)
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        counts = pool.starmap(spend_all, [(url, "x")] * 2)
    assert sum(counts) == DAY // 20_000
    assert booked(Database(url)) == sum(counts) * 20_000


def test_many_threads_together_spend_what_one_might(database: Database) -> None:
    url, counts = str(database.engine.url), list[int]()
    threads = [
        threading.Thread(target=lambda: counts.append(spend_all(url, "x"))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == DAY // 20_000


def test_more_than_the_worst_case_is_booked_as_it_is_and_told(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    purse(database, Watch()).reserve(Use.MENTIONS, "poll", 1000).settle(2000)
    assert booked(database) == 2000
    assert "are the prices right?" in caplog.text


@pytest.mark.parametrize(
    ("micros", "text"), [(0, "$0.00"), (4_200_000, "$4.20"), (5000, "$0.005"), (15_000, "$0.015")]
)
def test_amounts_are_told_in_cents_and_parts_of_them(micros: int, text: str) -> None:
    assert usd(micros) == text
