"""X: what a call may cost, what it did cost, and that no call goes unpaid."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from config.settings import ROOT
from listener.budget import Ledger
from listener.channels.errors import BudgetSpent, ChannelError, Unavailable, Unknown
from listener.channels.metering import Charge, Use
from listener.channels.x import prices as x_prices
from listener.channels.x import tariff
from listener.channels.x.channel import XChannel
from listener.channels.x.meter import Billed
from listener.channels.x.pages import FIELDS
from listener.channels.x.prices import Prices
from listener.channels.x.tariff import Resource
from listener.models import SpendEntry
from tests.factories import Watch, make_database
from tests.loopback import Network, Says, free_port, payload
from tests.patience import eventually
from tests.x_on_loopback import ME, MENTION, MENTIONS, NOW, REPLY, SEARCH, metered, page, x_running

PRICES = x_prices.load()[-1]
ALL = {**FIELDS, "max_results": 100}
MENTION_WORST = 1000 + 10_000 + 2 * 5000 + 4 * 5000  # with its author, two other posts, four media


def quote(operation: str, params: dict[str, Any] | None = None, **body: Any) -> tariff.Quote:
    return tariff.quote(operation, params or {}, body, PRICES)


@pytest.mark.parametrize(
    ("operation", "params", "worst"),
    [
        ("GET /2/users/{id}/mentions", ALL, 100 * MENTION_WORST),
        ("GET /2/users/{id}/mentions", {"max_results": "20"}, 20 * 1000),
        ("GET /2/tweets/search/recent", ALL, 100 * (MENTION_WORST + 4000)),
        ("GET /2/tweets/search/recent", {}, 100 * 5000),
        ("GET /2/users/{id}/tweets", {"expansions": "author_id", "max_results": 100}, 110_000),
        ("GET /2/tweets", {"ids": "1,2,3"}, 15_000),
        ("GET /2/tweets/counts/recent", {}, 5000),
        ("GET /2/users/me", {}, 10_000),
        ("GET /2/usage/tweets", {}, 0),
        ("PUT /2/tweets/{id}/hidden", {}, 5000),
    ],
)
def test_the_worst_a_call_may_cost(operation: str, params: dict[str, Any], worst: int) -> None:
    assert quote(operation, params).worst == worst


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("Ciao Anna, we look into it!", 15_000),
        ("Ciao Anna.Grazie", 15_000),
        ("write to help@larix.example.com", 15_000),
        ("see larix.it", 200_000),
        ("see https://larix.it/help", 200_000),
        ("see http://larix.nosuchdomain", 200_000),
    ],
)
def test_a_reply_with_what_x_takes_for_a_link_is_dear(text: str, micros: int) -> None:
    assert quote("POST /2/tweets", text=text).worst == micros


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("GET /2/users/{id}/followers", {}),
        ("POST /2/users/{id}/likes", {}),
        ("GET /2/tweets", {"ids": "1", "expansions": "author_id,attachments.poll_ids"}),
    ],
)
def test_a_call_whose_price_nobody_wrote_down_is_not_made(
    operation: str, params: dict[str, Any]
) -> None:
    with pytest.raises(LookupError):
        quote(operation, params)


def test_a_smaller_page_is_asked_for_when_the_money_runs_low() -> None:
    found = quote("GET /2/users/{id}/mentions", ALL)
    assert found.within(found.worst) is found
    assert found.within(20 * MENTION_WORST + 1).results == 20
    assert found.within(0).results == 5  # X gives no smaller one: the ledger will say no
    assert quote("GET /2/tweets/search/recent", ALL).within(0).results == 10
    assert quote("GET /2/tweets", {"ids": "1,2"}).within(0).results == 2


posts = st.lists(st.integers(1, 10**18), max_size=100, unique=True)


@given(ids=posts, data=st.data())
def test_no_answer_costs_more_than_the_worst_case(ids: list[int], data: st.DataObject) -> None:
    found = quote("GET /2/users/{id}/mentions", {**FIELDS, "max_results": max(len(ids), 5)})
    number = len(ids)
    along = {
        kind: [{"id": str(n), "media_key": f"m{n}"} for n in range(data.draw(st.integers(0, most)))]
        for kind, most in (("users", number), ("tweets", 2 * number), ("media", 4 * number))
    }
    body = {"data": [{"id": str(one)} for one in ids], "includes": along}
    assert sum(resource.micros for resource in tariff.bill(found, body)) <= found.worst


@pytest.mark.parametrize(
    "body", [{}, {"data": 5, "includes": [1]}, {"data": [None, 7, {"id": {}}]}]
)
def test_an_answer_of_any_shape_has_a_price(body: dict[str, Any]) -> None:
    found = quote("GET /2/tweets", {"ids": "1,2,3"})
    assert 0 <= sum(resource.micros for resource in tariff.bill(found, body)) <= found.worst


def one(name: str, micros: int = 5000) -> Resource:
    return Resource(key=name, micros=micros)


def test_x_bills_a_resource_once_a_day() -> None:
    billed = Billed()
    assert billed.cost([one("post 1"), one("post 2")], NOW, NOW) == 10_000
    assert billed.cost([one("post 1"), one("post 3")], NOW, NOW) == 5000
    tomorrow = NOW + timedelta(days=1)
    assert billed.cost([one("post 1")], tomorrow, tomorrow) == 5000


def test_what_was_cheap_as_our_own_may_be_dear_as_somebody_elses() -> None:
    billed = Billed()
    assert billed.cost([one("post 1", 1000)], NOW, NOW) == 1000
    assert billed.cost([one("post 1", 5000)], NOW, NOW) == 5000
    assert billed.cost([one("post 1", 1000)], NOW, NOW) == 0


@pytest.mark.parametrize("minutes", [-4, 0, 4])
def test_around_midnight_nothing_counts_as_billed_before(minutes: int) -> None:
    midnight = datetime(2026, 11, 21, tzinfo=UTC) + timedelta(minutes=minutes)
    billed = Billed()
    assert billed.cost([one("post 1")], NOW, NOW) == 5000
    assert billed.cost([one("post 1")], midnight, midnight) == 5000
    assert billed.cost([one("post 1")], midnight, midnight) == 5000


def test_what_is_forgotten_and_what_has_no_name_is_counted_again() -> None:
    billed = Billed(most=2)
    for _ in range(2):
        assert billed.cost([one("a"), one("b"), one("c"), one("")], NOW, NOW) == 20_000


def test_prices_are_dated_and_say_where_they_stand() -> None:
    for prices in x_prices.load():
        assert prices.link.startswith("https://docs.x.com/")
        assert date(2026, 2, 6) < prices.valid_from <= prices.checked
    manual = (ROOT / "docs/channels.md").read_text(encoding="utf-8")
    part = manual.split("\n### What X costs\n")[1].split("\n### ")[0]
    for field in fields(Prices):
        if field.type == "int":
            usd = getattr(PRICES, field.name) / 1_000_000
            assert f"| `{field.name}` | {usd:.3f} |" in part
    assert PRICES.link in part
    assert f"{PRICES.checked:%-d %B %Y}" in part


def test_new_prices_count_from_their_day_on(tmp_path: Path) -> None:
    text = (Path(x_prices.__file__).with_name("prices.toml")).read_text(encoding="utf-8")
    dearer = re.sub(r"valid_from = \S+", "valid_from = 2027-01-01", text).replace("0.005", "0.006")
    (tmp_path / "prices.toml").write_text(dearer + text, encoding="utf-8")
    known = x_prices.load(tmp_path / "prices.toml")
    assert x_prices.on(date(2026, 12, 31), known).post == 5000
    assert x_prices.on(date(2027, 1, 1), known).post == 6000
    assert x_prices.on(date(2020, 1, 1), known).post == 5000


@dataclass(frozen=True, kw_only=True)
class Paid:
    """An account whose calls are paid for out of a real ledger."""

    network: Network
    ledger: Ledger
    watch: Watch

    def x(self, *, budget: float = 100, **options: Any) -> XChannel:
        return metered(
            self.network.url, self.ledger.meter, clock=self.watch,
            monthly_budget_usd=budget, **options,
        )  # fmt: skip

    def entries(self) -> dict[str, int]:
        """What was booked, for each use and operation."""
        with self.ledger.database.read() as session:
            found = session.scalars(select(SpendEntry)).all()
        sums: Counter[str] = Counter()
        for entry in found:
            sums[f"{entry.use}: {entry.operation}"] += entry.micros
        return dict(sums)


@pytest.fixture
def paid(tmp_path: Path) -> Iterator[Paid]:
    watch = Watch(now=NOW)
    ledger = Ledger(database=make_database(tmp_path), clock=watch)
    with x_running() as network:
        yield Paid(network=network, ledger=ledger, watch=watch)
    ledger.database.close()


def test_every_call_is_booked_under_its_use_with_what_it_cost(paid: Paid) -> None:
    paid.network.on(MENTIONS, page("9", "8")).on(SEARCH, page("9", "7"))
    paid.network.on("POST /2/tweets", Says(status=201, body=payload("x/created.json")))
    paid.network.on("GET /2/tweets", page(MENTION))
    x = paid.x(queries=["larix"])
    x.fetch("mentions", None)
    x.fetch("search", None)
    x.lookup([MENTION], use=Use.REPLY)
    x.post(REPLY)
    x.lookup([MENTION, "5"])
    assert paid.entries() == {
        "mentions: GET /2/users/me": 10_000,
        "mentions: GET /2/users/{id}/mentions": 2000,
        "search: GET /2/tweets/search/recent": 10_000,
        "reply: GET /2/tweets": 5000,
        "reply: POST /2/tweets": 15_000,  # the second look at the same post was free
    }


def test_check_pays_out_of_its_own_pot(paid: Paid) -> None:
    paid.x(bearer_token="canary").check()
    assert paid.entries() == {"check: GET /2/users/me": 10_000}


def test_an_overlap_of_two_polls_costs_once_and_after_a_restart_again(paid: Paid) -> None:
    paid.network.on(MENTIONS, page("9", "8"))
    x = paid.x()
    x.fetch("mentions", None)
    x.fetch("mentions", None)
    assert sum(paid.entries().values()) == 10_000 + 2000
    paid.x().fetch("mentions", None)
    assert sum(paid.entries().values()) == 2 * (10_000 + 2000)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 429])
def test_what_x_refuses_it_does_not_bill(paid: Paid, status: int) -> None:
    paid.network.on("POST /2/tweets", Says(status=status, body={}))
    with pytest.raises(ChannelError):
        paid.x().post(REPLY)
    assert paid.entries() == {}


def test_a_read_without_a_resource_costs_nothing(paid: Paid) -> None:
    paid.network.on("GET /2/users/me", Says(status=503))
    with pytest.raises(Unavailable):
        paid.x().fetch("mentions", None)
    assert paid.entries() == {}


def test_a_call_that_never_left_the_house_costs_nothing(paid: Paid) -> None:
    x = paid.x(api_url=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Unavailable):
        x.post(REPLY)
    assert paid.entries() == {}


@pytest.mark.parametrize(
    "says", [Says(reset=True), Says(status=500), Says(status=201, body=b"cut"), Says(status=408)]
)
def test_a_reply_nobody_knows_of_stays_booked(paid: Paid, says: Says) -> None:
    paid.network.on("POST /2/tweets", says)
    with pytest.raises(Unknown):
        paid.x().post(REPLY)
    assert paid.entries() == {"reply: POST /2/tweets": 15_000}


def test_a_read_that_was_cut_off_stays_booked_and_the_next_one_asks_for_little(
    paid: Paid,
) -> None:
    paid.network.on(MENTIONS, page("10"), Says(reset=True), page("9"), page("8"))
    x = paid.x()
    x.fetch("mentions", None)
    booked = paid.entries()["mentions: GET /2/users/{id}/mentions"]
    with pytest.raises(Unavailable):
        x.fetch("mentions", None)
    worst = booked + 100 * MENTION_WORST
    assert paid.entries()["mentions: GET /2/users/{id}/mentions"] == worst
    x.fetch("mentions", None)
    x.fetch("mentions", None)
    sizes = [asked.query["max_results"] for asked in paid.network.calls(MENTIONS)]
    assert sizes == ["5", "100", "5", "100"], "the first of a process asks for little as well"


def test_near_the_end_of_the_money_pages_get_small_and_then_nothing_is_asked(paid: Paid) -> None:
    paid.network.on(MENTIONS, page())
    x = paid.x(budget=3)  # a day's reads: 0.39 dollars, one of which cent says who we are
    x.fetch("mentions", None)
    x.fetch("mentions", None)
    assert paid.network.calls(MENTIONS)[1].query["max_results"] == "9"
    broke = paid.x(budget=0)
    with pytest.raises(BudgetSpent):
        broke.fetch("mentions", None)
    with pytest.raises(BudgetSpent):
        broke.post(REPLY)
    assert paid.network.calls("POST /2/tweets") == []


def test_the_worst_case_is_on_disk_while_the_call_is_under_way(paid: Paid) -> None:
    paid.network.on("POST /2/tweets", Says(status=403, body={}, seconds=2))
    x, ended = paid.x(), list[ChannelError]()

    def post() -> None:
        with pytest.raises(ChannelError) as error:
            x.post(REPLY)
        ended.append(error.value)

    call = threading.Thread(target=post)
    call.start()
    eventually(lambda: paid.network.calls("POST /2/tweets"))
    assert not ended
    assert paid.entries() == {"reply: POST /2/tweets": 15_000}
    call.join()
    assert ended
    assert paid.entries() == {}


def test_a_free_meter_leaves_pages_whole(paid: Paid) -> None:
    paid.network.on(MENTIONS, Says(reset=True), page())
    x = metered(paid.network.url, lambda _name, _budget: _Counting(), clock=paid.watch)
    with pytest.raises(Unavailable):
        x.fetch("mentions", None)
    x.fetch("mentions", None)
    assert {asked.query["max_results"] for asked in paid.network.calls(MENTIONS)} == {"100"}
    assert f"GET /2/users/{ME}/mentions" == MENTIONS


def test_polls_slow_down_as_the_money_runs_low(paid: Paid) -> None:
    meter = paid.ledger.meter("x", 100)
    assert paid.x().pressure() == 1
    for day in range(4):
        paid.watch.now = NOW.replace(day=day + 1)
        meter.reserve(Use.MENTIONS, "poll", 13_000_000)
    assert paid.x().pressure() == 3


class _Counting:
    def room(self, use: Use) -> int | None:
        return None

    def pressure(self) -> float:
        return 1.0

    def reserve(self, use: Use, operation: str, micros: int) -> Charge:
        assert micros >= 0
        return _Kept()


class _Kept:
    def settle(self, micros: int) -> None:
        assert micros >= 0
