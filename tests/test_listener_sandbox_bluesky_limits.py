"""Sandbox Bluesky's limits really run down, and its ready-made faults do what they say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests

from listener.sandbox.bluesky.lexicon import POST
from listener.sandbox.bluesky.network import BRAND, BlueskyNetwork
from listener.sandbox.faults import Act
from listener.sandbox.wire_faults import WIRE
from tests.fakes import Watch
from tests.test_listener_sandbox_bluesky import Asking, text

NOTIFICATIONS = "app.bsky.notification.listNotifications"
FAULTS = BlueskyNetwork.FAULTS
LIMITED = [name for name in FAULTS if FAULTS[name].answer.status == 429]


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def network(watch: Watch) -> Iterator[BlueskyNetwork]:
    made = BlueskyNetwork(clock=watch)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def brand(network: BlueskyNetwork) -> Asking:
    return Asking(network)


def left(answer: Any) -> tuple[str, ...]:
    names = ("limit", "remaining", "policy")
    return tuple(answer.headers[f"ratelimit-{name}"] for name in names)


def test_every_answer_says_what_is_left_and_until_when(
    brand: Asking, network: BlueskyNetwork, watch: Watch
) -> None:
    network.keep_real_limits()
    began = watch.now.timestamp()
    watch.advance(seconds=10)
    first = brand.ask("GET", NOTIFICATIONS)
    assert left(first) == ("3000", "2998", "3000;w=300")  # signing in was one as well
    assert int(first.headers["ratelimit-reset"]) == int(began) + 300
    missing = brand.ask("GET", "app.bsky.feed.getPosts")
    assert (missing.status_code, left(missing)[1]) == (400, "2997")
    assert "ratelimit-limit" not in brand.ask("GET", "com.atproto.server.getSession", token=None)\
        .headers  # fmt: skip
    watch.advance(seconds=290)
    assert left(brand.ask("GET", NOTIFICATIONS))[1] == "2999"


def test_the_calls_of_five_minutes_run_out_and_come_back(
    brand: Asking, network: BlueskyNetwork, watch: Watch
) -> None:
    network.calls_per_5_minutes = 3
    assert [brand.ask("GET", NOTIFICATIONS).status_code for _ in range(3)] == [200, 200, 429]
    watch.advance(seconds=60)
    spent = brand.ask("GET", NOTIFICATIONS)
    assert spent.json() == {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}
    assert (left(spent)[1], spent.headers["retry-after"]) == ("0", "240")
    watch.advance(seconds=240)
    assert brand.ask("GET", NOTIFICATIONS).status_code == 200


def test_logins_run_out_after_thirty_whether_they_succeed_or_not(
    brand: Asking, network: BlueskyNetwork, watch: Watch
) -> None:
    network.keep_real_limits()
    keys = {"identifier": BRAND, "password": "wrong"}
    login = "com.atproto.server.createSession"
    codes = [brand.write(login, keys).status_code for _ in range(30)]
    assert codes == [401] * 29 + [429]
    right = {"identifier": BRAND, "password": network.password_of(BRAND)}
    refused = brand.write(login, right)
    assert (refused.status_code, left(refused)) == (429, ("30", "0", "30;w=300"))
    other = {"identifier": "anna.bsky.test", "password": "wrong"}
    assert brand.write(login, other).status_code == 401
    assert brand.ask("GET", NOTIFICATIONS).status_code == 200
    watch.advance(minutes=5)
    assert brand.write(login, right).status_code == 200


def test_writing_costs_points_and_a_deletion_least(
    brand: Asking, network: BlueskyNetwork, watch: Watch
) -> None:
    network.keep_real_limits()
    network.points_per_hour = 12
    made = brand.record(text("one"))
    assert left(made) == ("12", "9", "12;w=3600")
    key = made.json()["uri"].rpartition("/")[2]
    assert left(brand.record(text("two"), verb="putRecord", rkey=key))[1] == "7"
    where = {"repo": BRAND, "collection": POST, "rkey": key}
    assert left(brand.write("com.atproto.repo.deleteRecord", where))[1] == "6"
    codes = [brand.record(text(str(n))).status_code for n in range(3)]
    assert codes == [200, 200, 429]
    spent = brand.record(text("more"))
    assert spent.headers["retry-after"] == "3600"
    assert brand.ask("GET", NOTIFICATIONS).status_code == 200
    assert [one.text for one in network.own_posts()] == ["0", "1"]
    watch.advance(hours=1)
    assert brand.record(text("more")).status_code == 200


def test_what_a_demo_does_never_runs_into_a_limit(brand: Asking) -> None:
    codes = {brand.record(text(str(n))).status_code for n in range(40)}
    assert codes == {200}
    assert int(brand.ask("GET", NOTIFICATIONS).headers["ratelimit-remaining"]) > 90_000


def test_every_fault_has_a_word_and_those_of_the_wire_are_there() -> None:
    assert WIRE.items() <= FAULTS.items()
    assert all(fault.about for fault in FAULTS.values())


@pytest.mark.parametrize("name", [name for name in FAULTS if name not in WIRE])
def test_a_fault_says_what_it_says_and_the_request_after_it_is_fine(
    brand: Asking, network: BlueskyNetwork, name: str
) -> None:
    fault = FAULTS[name]
    reads = "GET" in fault.only
    method = NOTIFICATIONS if reads else "com.atproto.repo.createRecord"
    network.post("anna", f"@{BRAND} hello")

    def ask() -> Any:
        return brand.ask("GET", method) if reads else brand.record(text("Hello"))

    network.faults.next("GET" if reads else "POST", f"/xrpc/{method}", name)
    faulty = ask()
    if fault.act is Act.CHANGED:
        assert faulty.json()["notifications"] == []
    else:
        assert faulty.status_code == fault.answer.status
        assert {"error", "message"} == faulty.json().keys()
    done = fault.act is Act.ANSWER_AFTER
    assert len(network.own_posts()) == int(done)
    assert ask().status_code == 200


@pytest.mark.parametrize("name", LIMITED)
def test_a_limit_that_was_ordered_tells_its_end_as_its_name_says(
    brand: Asking, network: BlueskyNetwork, watch: Watch, name: str
) -> None:
    network.faults.next("POST", "/xrpc/", name)
    headers = brand.record(text("Hello")).headers
    now = int(watch.now.timestamp())
    told = (headers.get("ratelimit-reset"), headers.get("retry-after"))
    assert (
        told
        == {
            "rate_limited": (str(now + 300), "300"),
            "rate_limited_no_reset": (None, None),
            "rate_limited_empty_reset": ("", ""),
            "rate_limited_past_reset": (str(now - 60), None),
            "points_spent": (str(now + 3437), "3437"),
        }[name]
    )


def test_an_answer_may_get_lost_and_the_record_stands(
    brand: Asking, network: BlueskyNetwork
) -> None:
    network.faults.next("POST", "/xrpc/com.atproto.repo.putRecord", "reset_after")
    key = "3mcmv7yyc2s2a"
    with pytest.raises(requests.ConnectionError):
        brand.record(text("On its way!"), verb="putRecord", rkey=key)
    again = brand.record(text("On its way!"), verb="putRecord", rkey=key)
    assert (again.status_code, "commit" in again.json()) == (200, False)
    assert len(network.own_posts()) == 1
    assert [seen.status for seen in list(network.requests)[-2:]] == [0, 200]


def test_a_dripping_answer_comes_whole(brand: Asking, network: BlueskyNetwork) -> None:
    network.post("anna", f"@{BRAND} hello")
    network.faults.next("GET", "/xrpc/", replace(FAULTS["drip"], seconds=0.2))
    assert len(brand.notifications()) == 1


def test_in_a_storm_what_only_writers_meet_happens_to_writers_alone(
    brand: Asking, network: BlueskyNetwork
) -> None:
    network.faults.storm(1, ["takedown", "points_spent"], seed=1)
    assert brand.ask("GET", NOTIFICATIONS).status_code == 200
    assert brand.record(text("Hello")).status_code in (401, 429)
