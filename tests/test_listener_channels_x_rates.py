"""X: rate limits are budgets too, and a fifth of each is kept for replies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from listener.channels.errors import RateLimited
from listener.channels.metering import Use, free
from listener.channels.x import rates as x_rates
from tests.factories import Watch
from tests.loopback import Network, Says, payload, serving
from tests.x_on_loopback import MENTION, MENTIONS, NOW, REPLY, SEARCH, metered, page

LOOKUP = "GET /2/tweets"
POST = "POST /2/tweets"
QUARTER = timedelta(minutes=15)


@pytest.fixture
def network() -> Iterator[Network]:
    with serving() as running:
        yield running.on("GET /2/users/me", payload("x/me.json")).on(SEARCH, page())


def window(remaining: object, *, limit: object = 300, reset: object = None) -> dict[str, str]:
    at = int((NOW + QUARTER).timestamp()) if reset is None else reset
    return {
        "x-rate-limit-limit": str(limit),
        "x-rate-limit-remaining": str(remaining),
        "x-rate-limit-reset": str(at),
    }


def day(kind: str, remaining: int) -> dict[str, str]:
    return {
        f"x-{kind}-limit-24hour-limit": "10000",
        f"x-{kind}-limit-24hour-remaining": str(remaining),
        f"x-{kind}-limit-24hour-reset": str(int((NOW + timedelta(hours=5)).timestamp())),
    }


def x(network: Network, watch: Watch, **options: Any) -> Any:
    return metered(network.url, free, clock=watch, **options)


def test_reads_stop_at_a_fifth_of_a_window_and_go_on_after_it(network: Network) -> None:
    network.on(MENTIONS, Says(body=page(), headers=window(59)))
    account = x(network, watch := Watch(now=NOW))
    account.fetch("mentions", None)
    with pytest.raises(RateLimited) as error:
        account.fetch("mentions", None)
    assert (error.value.until, error.value.scope) == (NOW + QUARTER, "call")
    assert len(network.calls(MENTIONS)) == 1
    watch.now = NOW + QUARTER
    account.fetch("mentions", None)
    assert len(network.calls(MENTIONS)) == 2


def test_one_family_of_routes_does_not_stop_another(network: Network) -> None:
    network.on(MENTIONS, Says(body=page(), headers=window(0)))
    account = x(network, Watch(now=NOW), queries=["larix"])
    account.fetch("mentions", None)
    account.fetch("search", None)
    with pytest.raises(RateLimited):
        account.fetch("mentions", None)


def test_the_look_before_a_reply_may_use_what_was_kept_for_it_to_the_last_call(
    network: Network,
) -> None:
    network.on(LOOKUP, Says(body=page(MENTION), headers=window(2, limit=15)))
    account = x(network, Watch(now=NOW))
    account.lookup([MENTION])
    with pytest.raises(RateLimited):
        account.lookup([MENTION])
    network.on(LOOKUP, Says(body=page(MENTION)))
    for _ in range(2):
        account.lookup([MENTION], use=Use.REPLY)
    with pytest.raises(RateLimited):
        account.lookup([MENTION], use=Use.REPLY)
    assert len(network.calls(LOOKUP)) == 3


@pytest.mark.parametrize("kind", ["app", "user"])
def test_the_windows_of_a_day_count_for_writes(network: Network, kind: str) -> None:
    headers = window(99, limit=100) | day(kind, 0)
    network.on(POST, Says(status=201, body=payload("x/created.json"), headers=headers))
    account = x(network, Watch(now=NOW))
    account.post(REPLY)
    with pytest.raises(RateLimited) as error:
        account.post(REPLY)
    assert (error.value.until, error.value.scope) == (NOW + timedelta(hours=5), "call")
    assert len(network.calls(POST)) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        window("", limit="", reset=""),
        window("none"),
        window("-1"),
        window("٣"),
        window(0, limit=0),
        window(0, limit="many"),
        window(0, reset="soon"),
        window(0, reset=int((NOW - QUARTER).timestamp())),
        window(0, reset=int(NOW.timestamp() * 1000)),
        window("9" * 40, reset="9" * 40),
        {"x-rate-limit-remaining": "0"},
    ],
)
def test_a_window_that_makes_no_sense_stops_nobody(
    network: Network, headers: dict[str, str]
) -> None:
    ascii_only = {key: value for key, value in headers.items() if value.isascii()}
    network.on(MENTIONS, Says(body=page(), headers=ascii_only))
    account = x(network, Watch(now=NOW))
    for _ in range(3):
        account.fetch("mentions", None)
    rates = x_rates.unknown()
    rates.learn("f", headers, NOW)
    rates.take("f", NOW, urgent=False)


def test_a_window_of_one_call_may_be_used() -> None:
    rates = x_rates.unknown()
    rates.learn("f", window(1, limit=1), NOW)
    rates.take("f", NOW, urgent=False)
    with pytest.raises(RateLimited):
        rates.take("f", NOW, urgent=True)


def test_calls_under_way_count_and_a_late_answer_gives_nothing_back() -> None:
    rates = x_rates.unknown()
    rates.learn("f", window(62), NOW)
    rates.take("f", NOW, urgent=False)
    rates.take("f", NOW, urgent=False)
    rates.learn("f", window(61), NOW)  # the answer of the first, after the second was made
    rates.take("f", NOW, urgent=False)
    with pytest.raises(RateLimited):
        rates.take("f", NOW, urgent=False)
    rates.learn("f", window(300, reset=int((NOW + 2 * QUARTER).timestamp())), NOW + QUARTER)
    rates.take("f", NOW + QUARTER, urgent=False)


def test_a_refusal_that_names_no_time_is_waited_out_longer_each_time_in_its_family(
    network: Network,
) -> None:
    network.on(MENTIONS, Says(status=429))
    account, waits = x(network, Watch(now=NOW), queries=["larix"]), []
    for _ in range(6):
        with pytest.raises(RateLimited) as error:
            account.fetch("mentions", None)
        waits.append((error.value.until - NOW).total_seconds())
        account.fetch("search", None)  # goes well, and says nothing about the mentions
    assert waits == [60, 120, 240, 480, 900, 900]


def test_a_refusal_with_its_window_stops_the_next_call_at_home(network: Network) -> None:
    network.on(MENTIONS, Says(status=429, headers=window(0)), page())
    account = x(network, watch := Watch(now=NOW))
    for _ in range(3):
        with pytest.raises(RateLimited):
            account.fetch("mentions", None)
    assert len(network.calls(MENTIONS)) == 1
    watch.now = NOW + QUARTER
    account.fetch("mentions", None)
