from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError
from starlette.responses import PlainTextResponse

from responder.desk import api
from tests.api_client import Client, a_draft, client_in, is_problem


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    client = client_in(tmp_path)
    yield client
    client.bot.database.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """For tests that only send rubbish."""
    client = client_in(tmp_path_factory.mktemp("api"))
    a_draft(client)
    yield client
    client.bot.database.close()


@pytest.mark.parametrize(
    "path",
    [
        "/trends/volume?from=yesterday",
        "/trends/volume?from=0001-01-01T00:00:00%2B14:00",
        "/trends/volume?to=9999-12-31",
        "/trends/volume?from=2026-03-02&to=2026-03-01",
        "/trends/volume?from=2020-01-01&to=2026-03-01",
        "/trends/volume?by=minute",
        "/mentions?limit=0",
        "/mentions?limit=201",
        "/mentions?limit=" + "9" * 5000,
        "/mentions?limit=nan",
        "/mentions?status=answerd",
        "/mentions?after=x",
        "/mentions?after=" + "A" * 401,
        "/mentions?q=" + "x" * 201,
        "/drafts?status=new",
        "/drafts?after=%00",
        "/replies?after=bnVsbA",
    ],
)
def test_bad_questions_are_answered_with_a_problem(shared: Client, path: str) -> None:
    is_problem(shared.ask("GET", path), 422)


@pytest.mark.parametrize(
    "path",
    ["/", "/nothing", "/mentions/x", "/mentions/%0A", "/mentions/%00", "/drafts/%ED%A0%BD",
     "/mentions/..%2F..%2Fetc", "/drafts/" + "x" * 4000],
)  # fmt: skip
def test_what_is_not_there_is_a_problem(shared: Client, path: str) -> None:
    is_problem(shared.ask("GET", path), 404)


def test_a_wrong_method_is_a_problem(client: Client) -> None:
    is_problem(client.ask("DELETE", "/mentions"), 405)


@pytest.mark.parametrize("action", ["approve", "reject"])
def test_deciding_about_no_draft_is_a_problem(shared: Client, action: str) -> None:
    body = {"version": 1} | ({"reason": "x"} if action == "reject" else {})
    for key in ("x", "%00", "a%0Ab", "x" * 4000):
        is_problem(shared.ask("POST", f"/drafts/{key}/{action}", json=body), 404)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"null", b"[]", b'"x"', b"1", b"\xff\xfe", b'{"version":NaN}',
        b'{"version":Infinity}', b'{"version":1e400}', b'{"version":true}', b'{"version":"1"}',
        b'{"version":' + b"9" * 5000 + b"}", b'{"version":1,"version":1}', b'{"version":0}',
        b'{"version":1,"text":5}', b'{"version":1,"text":"\\ud83d"}', b'{"version":1,"\\ud83d":1}',
        b'{"version":1,"confirm":"R16"}', b'{"version":1,"confirm":[null]}',
        b'{"version":1,"txt":"typo"}', b"[" * 60_000, b'{"a":' * 10_000,
        b'{"version":1,"text":"' + b"x" * 20_001 + b'"}',
    ],
)  # fmt: skip
def test_a_body_that_will_not_do_is_a_problem(shared: Client, body: bytes) -> None:
    (draft,) = shared.get("/drafts")["items"]
    answer = shared.ask("POST", f"/drafts/{draft['id']}/approve", content=body)
    is_problem(answer, 422)


def test_a_body_without_end_is_cut_short(client: Client) -> None:
    is_problem(client.ask("POST", "/pause", content=b" " * 64_001), 413)


def test_a_store_that_does_not_answer_is_a_503(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object, **__: object) -> None:
        raise OperationalError("secret statement", {}, Exception("database is locked"))

    monkeypatch.setattr("responder.desk.api.drafts_page", locked)
    answer = client.ask("GET", "/drafts")
    assert "secret" not in is_problem(answer, 503)["detail"]
    assert answer.headers["retry-after"]


def test_a_mistake_of_ours_is_a_problem_that_tells_nothing(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("responder.desk.api.drafts_page", broken)
    assert "secret" not in is_problem(client.ask("GET", "/drafts"), 500)["detail"]


def test_errors_elsewhere_stay_as_they_were(tmp_path: Path) -> None:
    app = FastAPI()
    app.add_exception_handler(404, lambda _request, _error: PlainTextResponse("lost", 404))

    @app.get("/pages/{number}")
    def page(number: int) -> int:
        return number

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("ours")

    api.install_problem_handlers(app)
    http = TestClient(app)
    assert http.get("/nothing").text == "lost"
    assert http.get("/pages/x").json()["detail"][0]["loc"] == ["path", "number"]
    assert http.post("/pages/1").json() == {"detail": "Method Not Allowed"}
    assert http.get("/api/v1x").text == "lost"
    with pytest.raises(RuntimeError, match="ours"):
        http.get("/broken")


RUBBISH = st.text(max_size=60) | st.integers().map(str) | st.just("\0") | st.just("%") | st.just("")
CURSORS = st.lists(
    RUBBISH | st.datetimes().map(datetime.isoformat) | st.just("9999-12-31T23:59:59-12:00"),
    min_size=1,
    max_size=3,
).map(lambda parts: base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("="))


def encoded(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


@settings(max_examples=150)
@given(
    path=st.sampled_from(["/mentions", "/drafts", "/replies", "/trends/volume"]),
    params=st.dictionaries(
        st.sampled_from(
            ["status", "channel", "language", "q", "limit", "after", "from", "to", "by", "x"]
        ),
        RUBBISH | CURSORS,
    ),
)
def test_no_question_breaks_a_list(shared: Client, path: str, params: dict[str, str]) -> None:
    query = "&".join(f"{key}={encoded(value)}" for key, value in params.items())
    answer = shared.ask("GET", f"{path}?{query}")
    assert answer.status_code in (200, 422), answer.text
    if answer.status_code == 422:
        is_problem(answer, 422)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=10,
)


@settings(max_examples=150)
@given(
    path=st.sampled_from(["/drafts/{}/approve", "/drafts/{}/reject", "/pause", "/resume"]),
    key=st.text(max_size=40),
    body=st.binary(max_size=60).map(lambda raw: raw.decode("latin1"))
    | JSON.map(json.dumps)
    | st.fixed_dictionaries(
        {"version": st.just(1) | JSON},
        optional=dict.fromkeys(("text", "confirm", "reason", "channel", "level"), JSON),
    ).map(json.dumps),
)
def test_no_body_breaks_a_decision(shared: Client, path: str, key: str, body: str) -> None:
    answer = shared.ask("POST", path.format(encoded(key)), content=body.encode())
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        is_problem(answer, answer.status_code)
