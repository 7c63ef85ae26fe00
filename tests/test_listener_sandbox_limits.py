"""The allowances of the sandbox networks run down, say so in every answer, and end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from listener.sandbox.facebook.limits import Allowance
from listener.sandbox.facebook.network import FacebookNetwork
from listener.sandbox.x.network import BRAND, XNetwork
from tests.factories import Watch

START = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@pytest.fixture
def watch() -> Watch:
    return Watch(START)


@pytest.fixture
def x(watch: Watch) -> Iterator[XNetwork]:
    network = XNetwork(clock=watch)
    network.start()
    yield network
    network.stop()


@pytest.fixture
def fb(watch: Watch) -> Iterator[FacebookNetwork]:
    network = FacebookNetwork(clock=watch)
    network.start()
    yield network
    network.stop()


def get(x: XNetwork, path: str, *, app: bool = False, **query: str) -> requests.Response:
    token = x.secrets()["bearer_token"] if app else x.user_token
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{x.url}/2/{path}", query, headers=headers)


def post(x: XNetwork, text: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {x.user_token}"}
    return requests.post(f"{x.url}/2/tweets", json={"text": text}, headers=headers)


def left(answer: requests.Response) -> list[str]:
    return [answer.headers[f"x-rate-limit-{name}"] for name in ("limit", "remaining", "reset")]


def graph(fb: FacebookNetwork) -> requests.Response:
    headers = {"Authorization": f"Bearer {fb.secrets()['page_access_token']}"}
    return requests.get(f"{fb.url}/v26.0/me", headers=headers)


def test_every_answer_of_x_says_what_is_left_a_refusal_too(x: XNetwork, watch: Watch) -> None:
    end = str(int(START.timestamp()) + 900)
    assert left(get(x, "users/me")) == ["100000", "99999", end]
    assert left(get(x, "users/me", colour="red")) == ["100000", "99998", end]
    watch.advance(minutes=15)
    assert left(get(x, "users/me"))[1] == "99999"


def test_one_operation_of_x_may_be_scarce_and_each_way_in_has_its_own(x: XNetwork) -> None:
    x.rate_limits["getUsersMentions"] = 1
    mentions = f"users/{x.brand.id}/mentions"
    assert get(x, mentions).status_code == 200
    spent = get(x, mentions)
    assert (spent.status_code, left(spent)[:2]) == (429, ["1", "0"])
    assert get(x, mentions, app=True).status_code == 200
    assert get(x, "users/me").status_code == 200


def test_the_day_of_posts_ends_before_the_window_does(x: XNetwork, watch: Watch) -> None:
    x.posts_a_day = 2
    assert post(x, "one").headers["x-user-limit-24hour-remaining"] == "1"
    assert post(x, "two").headers["x-user-limit-24hour-remaining"] == "0"
    spent = post(x, "three")
    assert spent.status_code == 429
    assert spent.headers["x-user-limit-24hour-remaining"] == "0"
    assert int(spent.headers["x-rate-limit-remaining"]) > 0
    midnight = datetime.fromtimestamp(int(spent.headers["x-user-limit-24hour-reset"]), UTC)
    assert midnight == datetime(2026, 11, 21, tzinfo=UTC)
    assert "x-user-limit-24hour-remaining" not in get(x, "users/me").headers
    watch.now = midnight
    assert post(x, "three").status_code == 201


def test_posts_read_are_counted_once_a_day_and_capped_by_the_month(
    x: XNetwork, watch: Watch
) -> None:
    def used() -> str:
        value: str = get(x, "usage/tweets", app=True).json()["data"]["project_usage"]
        return value

    for n in range(3):
        x.post("anna", f"@{BRAND} {n}")
    mentions = f"users/{x.brand.id}/mentions"
    assert used() == "0"
    get(x, mentions)
    get(x, mentions)
    assert used() == "3"
    watch.advance(days=1)
    get(x, mentions)
    assert used() == "6"
    x.posts_a_month = 6
    capped = get(x, mentions)
    assert (capped.status_code, capped.json()["title"]) == (429, "UsageCapExceeded")
    assert int(capped.headers["x-rate-limit-remaining"]) > 0
    assert post(x, "writing goes on").status_code == 201
    watch.now = datetime(2026, 12, 1, tzinfo=UTC)
    assert used() == "0"
    assert get(x, mentions).status_code == 200


def test_the_app_of_facebook_runs_out_of_calls_and_gets_them_back(
    fb: FacebookNetwork, watch: Watch
) -> None:
    fb.app_calls.calls = 4
    shares = [json.loads(graph(fb).headers["X-App-Usage"])["call_count"] for _ in range(4)]
    assert shares == [25, 50, 75, 100]
    spent = graph(fb)
    assert (spent.status_code, spent.json()["error"]["code"]) == (400, 4)
    assert json.loads(spent.headers["X-App-Usage"])["call_count"] == 100
    watch.advance(hours=1)
    assert graph(fb).status_code == 200


def test_the_page_runs_out_of_calls_and_is_told_for_how_long(
    fb: FacebookNetwork, watch: Watch
) -> None:
    fb.page_calls.calls = 2
    graph(fb)
    watch.advance(hours=1)
    graph(fb)
    spent = graph(fb)
    assert spent.json()["error"]["code"] == 32
    told = json.loads(spent.headers["X-Business-Use-Case-Usage"])[fb.page_id][0]
    # Three calls count, the one in vain too: the first two must be a day old before another goes.
    assert (told["call_count"], told["estimated_time_to_regain_access"]) == (100, 24 * 60)
    watch.advance(minutes=24 * 60 - 1)
    assert graph(fb).json()["error"]["code"] == 32  # and this one counts too
    watch.advance(minutes=24 * 60)
    assert graph(fb).status_code == 200


def test_who_has_no_key_spends_nothing(fb: FacebookNetwork) -> None:
    fb.app_calls.calls = 1
    assert requests.get(f"{fb.url}/v26.0/me").json()["error"]["code"] == 104
    assert graph(fb).status_code == 200


@given(
    st.integers(0, 5),
    st.lists(st.integers(0, 40), max_size=40),
)
def test_who_waits_as_long_as_told_is_let_through(calls: int, waits: list[int]) -> None:
    allowance, now = Allowance(calls, timedelta(hours=1)), START
    for minutes in waits:
        now += timedelta(minutes=minutes)
        due = allowance.regain(now)
        assert allowance.spend(now) is (calls > 0 and due == 0)
        assert 0 <= allowance.percent(now) <= 100
    if calls:
        assert allowance.spend(now + timedelta(minutes=allowance.regain(now)))
