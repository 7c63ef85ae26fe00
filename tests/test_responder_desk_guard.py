"""What the guard refuses, and what it lets a browser do with the answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from responder.desk.app import create_app
from responder.desk.guard import BODY_LIMIT, LOOPBACK, Guard, hosts_of
from responder.team.models import Role
from tests.conftest import Place, Visit

HOME = "127.0.0.1"


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads everything, then says yes."""
    request = Request(scope, receive)
    await request.body()
    await PlainTextResponse("yes")(scope, receive, send)


@pytest.fixture
def guarded() -> TestClient:
    return TestClient(Guard(echo, hosts=hosts_of(HOME)), base_url=f"http://{HOME}")


@pytest.mark.parametrize(
    ("headers", "let_in"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "cross-site", "origin": f"http://{HOME}"}, False),
        ({"origin": f"http://{HOME}"}, True),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": f"http://{HOME}.evil.example"}, False),
        ({}, False),
        ({"authorization": "Bearer x"}, False),
    ],
)
def test_only_our_own_pages_may_change_anything(
    guarded: TestClient, headers: dict[str, str], let_in: bool
) -> None:
    answer = guarded.post("/resume", headers=headers)
    assert answer.status_code == (200 if let_in else 403)


def test_a_program_with_a_token_needs_no_origin(visit: Visit) -> None:
    client = visit(Role.ADMIN)
    del client.headers["sec-fetch-site"]
    answer = client.post("/api/v1/pause", headers={"authorization": "Bearer wrong"})
    assert answer.status_code == 401


def test_a_write_to_the_api_without_a_token_is_told_so_as_a_problem(visit: Visit) -> None:
    client = visit(Role.ADMIN)  # whose cookie counts for nothing there
    del client.headers["sec-fetch-site"]
    for headers in ({}, {"sec-fetch-site": "cross-site", "origin": "http://evil.example"}):
        answer = client.post("/api/v1/pause", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
    assert "is paused" not in client.get("/").text


def test_the_guard_refuses_in_the_words_of_the_api_below_it(visit: Visit) -> None:
    client = visit(Role.ADMIN)
    stranger = client.get("/api/v1/drafts", headers={"host": "evil.example"})
    huge = client.post("/api/v1/pause", content=b"", headers={"content-length": "9" * 9})
    for answer, status in ((stranger, 421), (huge, 413)):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.status_code == answer.json()["status"] == status
        assert answer.json()["detail"]


@pytest.mark.parametrize(
    ("host", "let_in"),
    [
        ("127.0.0.1:8000", True),
        ("localhost", True),
        ("[::1]:8000", True),
        ("LOCALHOST:1", True),
        ("desk.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("", False),
        ("[", False),
    ],
)
def test_a_desk_on_loopback_answers_to_its_own_names_only(
    guarded: TestClient, host: str, let_in: bool
) -> None:
    answer = guarded.get("/", headers={"host": host})
    assert answer.status_code == (200 if let_in else 421)


def test_a_desk_on_another_address_answers_to_any_name() -> None:
    assert hosts_of("0.0.0.0") is None
    assert hosts_of("10.0.0.7") is None
    assert hosts_of("127.0.0.2") == LOOPBACK | {"127.0.0.2"}


@pytest.mark.parametrize("length", [str(BODY_LIMIT + 1), "9" * 30, "-1", "many", "²"])
def test_a_huge_or_nonsensical_length_is_refused(guarded: TestClient, length: str) -> None:
    headers = {b"content-length": length.encode(), b"sec-fetch-site": b"same-origin"}
    answer = guarded.post("/resume", content=b"", headers=headers)
    assert answer.status_code == 413


def endless() -> Iterator[bytes]:
    for _ in range(BODY_LIMIT // 1000 + 2):
        yield b"text=" + b"a" * 995


def test_a_body_that_never_says_its_length_is_cut_off(guarded: TestClient) -> None:
    headers = {"sec-fetch-site": "same-origin"}
    assert guarded.post("/resume", content=endless(), headers=headers).status_code == 413


def test_the_desk_itself_stands_behind_the_guard(visit: Visit, place: Place) -> None:
    client = visit(Role.ADMIN)
    form = {"content-type": "application/x-www-form-urlencoded"}
    path = f"/item/{place.ids['ola']}/approve"
    assert client.post(path, content=endless(), headers=form).status_code == 413
    assert client.get("/", headers={"host": "evil.example"}).status_code == 421
    del client.headers["sec-fetch-site"]
    assert client.post("/resume").status_code == 403


def test_every_page_carries_the_policy_and_is_not_kept(visit: Visit) -> None:
    client = visit(Role.ADMIN)
    for path in ("/", "/trends", "/nope", "/static/desk.css", "/api/v1/drafts"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "require-trusted-types-for 'script'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"] == ("no-cache" if "static" in path else "no-store")


def test_files_of_ours_are_not_sent_twice(visit: Visit) -> None:
    client = visit(Role.VIEWER)
    tag = client.get("/static/desk.css").headers["etag"]
    again = client.get("/static/desk.css", headers={"if-none-match": tag})
    assert again.status_code == 304
    assert again.content == b""


def test_https_adds_its_own_header(place: Place) -> None:
    with TestClient(create_app(place.bot), base_url="https://localhost") as client:
        assert "strict-transport-security" in client.get("/sign-in").headers
