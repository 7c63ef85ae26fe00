"""Faults do what they say, on either network, and only to the request they were ordered for."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler

import pytest
import requests

from config.clock import utcnow
from listener.sandbox import faults
from listener.sandbox.exchange import Answer
from listener.sandbox.faults import Act, Fault, Faults
from listener.sandbox.x.network import BRAND, XNetwork
from tests.loopback import Server
from tests.patience import PATIENCE


@pytest.fixture
def x() -> Iterator[XNetwork]:
    network = XNetwork(clock=utcnow)
    network.start()
    yield network
    network.stop()


def post(x: XNetwork, text: str = "hello") -> requests.Response:
    headers = {"Authorization": f"Bearer {x.user_token}"}
    return requests.post(
        f"{x.url}/2/tweets", json={"text": text}, headers=headers, timeout=PATIENCE
    )


def me(x: XNetwork, timeout: float = 5) -> requests.Response:
    headers = {"Authorization": f"Bearer {x.user_token}"}
    return requests.get(f"{x.url}/2/users/me", headers=headers, timeout=timeout)


def test_reset_after_means_posted_though_nobody_says_so(x: XNetwork) -> None:
    x.faults.next("POST", "/2/tweets", faults.RESET_AFTER)
    with pytest.raises(requests.ConnectionError):
        post(x)
    assert [one.text for one in x.own_posts()] == ["hello"]
    assert (x.requests[-1].method, x.requests[-1].status) == ("POST", 0)
    assert x.requests[-1].body == {"text": "hello"}
    assert post(x).status_code == 403  # a duplicate now


def test_reset_before_means_not_posted(x: XNetwork) -> None:
    x.faults.next("POST", "/2/tweets", faults.RESET_BEFORE)
    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        post(x)
    assert x.own_posts() == []
    assert post(x).status_code == 201


def test_an_answer_of_ones_own_replaces_the_true_one(x: XNetwork) -> None:
    body = {"title": "UsageCapExceeded", "type": "https://api.twitter.com/2/problems/usage-capped"}
    x.faults.next("GET", "/2/users", faults.answers(429, body, headers={"x-rate-limit-reset": "9"}))
    x.faults.next("GET", "/2/users", faults.answers(503, "<h1>Over capacity</h1>"))
    limited, broken, fine = me(x), me(x), me(x)
    assert (limited.status_code, limited.json()) == (429, body)
    assert limited.headers["x-rate-limit-reset"] == "9"
    assert broken.status_code == 503
    assert broken.headers["content-type"].startswith("text/html")
    assert fine.status_code == 200
    assert x.faults.done == 2


def test_an_error_may_hide_a_success(x: XNetwork) -> None:
    x.faults.next("POST", "/2/tweets", faults.answers(500, done=True))
    assert post(x).status_code == 500
    assert len(x.own_posts()) == 1


def test_silence_lasts_until_the_reader_gives_up(x: XNetwork) -> None:
    x.faults.next("GET", "/2/users/me", faults.hang(20))
    with pytest.raises(requests.ReadTimeout):
        me(x, timeout=0.1)
    assert me(x).status_code == 200


def test_a_slow_answer_comes_though_late(x: XNetwork) -> None:
    x.faults.next("GET", "/2/users/me", faults.slow(0.15))
    before = time.monotonic()
    assert me(x).status_code == 200
    assert time.monotonic() - before >= 0.15


def test_a_fault_waits_for_its_own_request_and_happens_as_often_as_ordered(x: XNetwork) -> None:
    x.faults.next("POST", "/2/tweets", faults.answers(503), times=2)
    x.faults.next("GET", "/2/tweets", faults.answers(418))
    assert me(x).status_code == 200
    assert [post(x, str(n)).status_code for n in range(3)] == [503, 503, 201]
    x.faults.clear()
    url = f"{x.url}/2/tweets?ids=1"
    headers = {"Authorization": f"Bearer {x.user_token}"}
    assert requests.get(url, headers=headers, timeout=PATIENCE).status_code == 200


def test_every_kind_of_fault_has_a_name_one_can_order() -> None:
    ordered = [
        faults.answers(200),
        faults.answers(200, done=True),
        faults.RESET_BEFORE,
        faults.RESET_AFTER,
        faults.hang(),
        faults.slow(1),
        Fault(act=Act.DRIP),
        Fault(act=Act.LIE),
        Fault(act=Act.CHANGED),
    ]
    assert {fault.act for fault in ordered} == set(Act)


def test_a_dripping_body_comes_whole_though_no_single_wait_is_long(x: XNetwork) -> None:
    x.faults.next("POST", "/2/tweets", Fault(act=Act.DRIP, seconds=1.5))
    before = time.monotonic()
    headers = {"Authorization": f"Bearer {x.user_token}"}
    posted = requests.post(
        f"{x.url}/2/tweets", json={"text": "hello"}, headers=headers, timeout=(5, 1)
    )
    assert time.monotonic() - before >= 1.5
    assert posted.json()["data"]["id"] == x.own_posts()[0].id


def test_a_length_that_promises_too_much_cuts_the_reader_off(x: XNetwork) -> None:
    x.faults.next("GET", "/2/users/me", "cut_short")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        me(x)
    assert me(x).status_code == 200


def test_a_length_that_promises_too_little_leaves_half_an_answer(x: XNetwork) -> None:
    x.faults.next("GET", "/2/users/me", "too_long")
    with pytest.raises(requests.exceptions.JSONDecodeError):
        me(x).json()
    assert me(x).json()


def test_the_answer_may_be_changed_on_its_way(x: XNetwork) -> None:
    shouted = Fault(
        act=Act.CHANGED,
        change=lambda true: Answer(status=true.status, body=true.body.upper()),
    )
    x.faults.next("GET", "/2/users/me", shouted)
    assert me(x).json()["DATA"]["USERNAME"] == BRAND.upper()


def test_a_reset_is_counted_from_the_moment_it_is_told(x: XNetwork) -> None:
    x.faults.next("GET", "/2/users", "rate_limited")
    before = time.time()
    left = int(me(x).headers["x-rate-limit-reset"]) - before
    assert 298 < left < 310


def test_the_server_tells_the_time_of_its_network() -> None:
    then = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    network = XNetwork(clock=lambda: then)
    network.start()
    assert me(network).headers["date"] == "Fri, 20 Nov 2026 10:00:00 GMT"
    network.stop()


def test_a_storm_hits_about_as_often_as_its_chance(x: XNetwork) -> None:
    x.faults.storm(0.3, ["unavailable", "rate_limited"], seed=7)
    statuses = [me(x).status_code for _ in range(100)]
    assert 20 <= 100 - statuses.count(200) <= 40
    assert x.faults.happened.keys() == {"unavailable", "rate_limited"}
    assert x.faults.happened.total() == x.faults.done == 100 - statuses.count(200)
    x.faults.calm()
    assert {me(x).status_code for _ in range(20)} == {200}


def test_the_same_seed_is_the_same_storm() -> None:
    def weather(seed: int) -> list[bool]:
        made = Faults({"reset": faults.RESET_BEFORE})
        made.storm(0.5, ["reset"], seed)
        return [made.take("GET", "/") is not None for _ in range(64)]

    assert weather(1) == weather(1)
    assert weather(1) != weather(2)


def test_a_storm_breaks_only_what_a_fault_fits_and_its_prefix_covers() -> None:
    made = Faults(XNetwork.FAULTS)
    made.storm(1, ["duplicate"], 1, prefix="/2/tweets")
    assert made.take("GET", "/2/tweets") is None
    assert made.take("POST", "/2/users") is None
    assert made.take("POST", "/2/tweets") is not None


def test_what_was_ordered_goes_before_the_storm() -> None:
    made = Faults(XNetwork.FAULTS)
    made.storm(1, ["unavailable"], 1)
    made.next("GET", "/", "not_found")
    first, second = made.take("GET", "/"), made.take("GET", "/")
    assert first is not None and first.answer.status == 404
    assert second is not None and second.answer.status == 503
    made.clear()
    assert made.take("GET", "/") is None


def test_a_fault_nobody_knows_cannot_be_ordered(x: XNetwork) -> None:
    with pytest.raises(LookupError, match="there are reset_before, reset_after"):
        x.faults.next("GET", "/", "earthquake")
    with pytest.raises(LookupError, match="earthquake"):
        x.faults.storm(0.1, ["earthquake"], 1)
    with pytest.raises(ValueError, match="between 0 and 1"):
        x.faults.storm(1.1, ["hang"], 1)


def test_stopping_cuts_those_who_wait_and_leaves_no_thread(x: XNetwork) -> None:
    before = threading.active_count()
    network = XNetwork(clock=utcnow)
    network.start()
    network.faults.next("GET", "/2/users/me", faults.hang(60))
    errors: list[Exception] = []

    def wait() -> None:
        try:
            me(network, timeout=PATIENCE)
        except requests.RequestException as error:
            errors.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    idle = socket.create_connection(("127.0.0.1", network.port), timeout=PATIENCE)
    while not network.faults.done:
        time.sleep(0.005)
    network.stop()
    waiting.join(PATIENCE)
    idle.close()
    assert len(errors) == 1
    assert threading.active_count() <= before, "threads of other tests may end meanwhile"


def test_a_body_too_large_is_refused(x: XNetwork) -> None:
    with socket.create_connection(("127.0.0.1", x.port), timeout=PATIENCE) as raw:
        raw.sendall(b"POST /2/tweets HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n")
        assert raw.recv(100).startswith(b"HTTP/1.1 413")


def test_requests_are_remembered_as_they_came(x: XNetwork) -> None:
    requests.get(f"{x.url}/{BRAND}/status/1?a=b&a=c", timeout=PATIENCE)
    seen = x.requests[-1]
    assert (seen.method, seen.path, seen.status) == ("GET", f"/{BRAND}/status/1", 404)
    assert seen.query == {"a": "c"}
    assert seen.body is None


def test_a_caller_who_hung_up_before_being_taken_leaves_nobody_waiting() -> None:
    with Server(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        with pytest.raises(BlockingIOError):
            server.get_request()
        at = ("127.0.0.1", server.server_port)
        with socket.create_connection(at), server.get_request()[0] as taken:
            assert taken.gettimeout() is None
