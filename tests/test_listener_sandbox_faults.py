"""Faults do what they say, on either network, and only to the request they were ordered for."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import requests

from config.clock import utcnow
from listener.sandbox import faults
from listener.sandbox.faults import Act
from listener.sandbox.x.network import BRAND, XNetwork


@pytest.fixture
def x() -> Iterator[XNetwork]:
    network = XNetwork(clock=utcnow)
    network.start()
    yield network
    network.stop()


def post(x: XNetwork, text: str = "hello") -> requests.Response:
    headers = {"Authorization": f"Bearer {x.user_token}"}
    return requests.post(f"{x.url}/2/tweets", json={"text": text}, headers=headers, timeout=5)


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
    assert requests.get(url, headers=headers, timeout=5).status_code == 200


def test_every_kind_of_fault_has_a_name_one_can_order() -> None:
    ordered = [
        faults.answers(200),
        faults.answers(200, done=True),
        faults.RESET_BEFORE,
        faults.RESET_AFTER,
        faults.hang(),
        faults.slow(1),
    ]
    assert {fault.act for fault in ordered} == set(Act)


def test_stopping_cuts_those_who_wait_and_leaves_no_thread(x: XNetwork) -> None:
    before = threading.active_count()
    network = XNetwork(clock=utcnow)
    network.start()
    network.faults.next("GET", "/2/users/me", faults.hang(60))
    errors: list[Exception] = []

    def wait() -> None:
        try:
            me(network, timeout=10)
        except requests.RequestException as error:
            errors.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    idle = socket.create_connection(("127.0.0.1", network.port), timeout=5)
    while not network.faults.done:
        time.sleep(0.005)
    network.stop()
    waiting.join(5)
    idle.close()
    assert len(errors) == 1
    assert threading.active_count() == before


def test_a_body_too_large_is_refused(x: XNetwork) -> None:
    with socket.create_connection(("127.0.0.1", x.port), timeout=5) as raw:
        raw.sendall(b"POST /2/tweets HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n")
        assert raw.recv(100).startswith(b"HTTP/1.1 413")


def test_requests_are_remembered_as_they_came(x: XNetwork) -> None:
    requests.get(f"{x.url}/{BRAND}/status/1?a=b&a=c", timeout=5)
    seen = x.requests[-1]
    assert (seen.method, seen.path, seen.status) == ("GET", f"/{BRAND}/status/1", 404)
    assert seen.query == {"a": "c"}
    assert seen.body is None
