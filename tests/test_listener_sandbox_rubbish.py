"""Whatever is asked, the sandbox answers: rubbish is the client's mistake, never the server's."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.sandbox.exchange import Request
from listener.sandbox.facebook.lists import COMMENTS, POSTS
from listener.sandbox.facebook.network import FacebookNetwork
from listener.sandbox.x.api import OPERATIONS
from listener.sandbox.x.network import BRAND, XNetwork

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
X = XNetwork(clock=lambda: NOW)
FACEBOOK = FacebookNetwork(clock=lambda: NOW)
POST = X.post("anna", f"@{BRAND} hello")
COMMENT = FACEBOOK.comment(FACEBOOK.page_post("Hello"), "anna", "one")

values = st.one_of(
    st.text(max_size=40),
    st.integers().map(str),
    st.sampled_from(
        ["(" * 300, "comments{" * 900, "²", "9" * 5000, "2026-02-31T00:00:00Z", "-", "\x00"]
    ),
)
x_names = st.sampled_from(sorted(frozenset().union(*(one.parameters for one in OPERATIONS))))
facebook_names = st.sampled_from(["ids", "input_token", *sorted(COMMENTS | POSTS)])
paths = st.sampled_from([one.path.removeprefix("/2/").format(id=POST) for one in OPERATIONS])
bodies = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["text", "reply", "in_reply_to_tweet_id", "hidden", "message", "é"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


def ask(network: XNetwork | FacebookNetwork, method: str, path: str, **more: Any) -> int:
    if isinstance(network, XNetwork):
        app = path.startswith(("/2/tweets/counts", "/2/usage"))
        token = network.secrets()["bearer_token"] if app else network.user_token
    else:
        token = network.secrets()["page_access_token"]
    query = more.pop("query", {})
    request = Request(
        method=method,
        path=path,
        url=f"http://127.0.0.1{path}?{urlencode(query)}",
        query=query,
        headers={"authorization": f"Bearer {token}", "content-type": "application/json"},
        **more,
    )
    return network._answer(request).status  # what a server would ask, without one


@given(path=paths, query=st.dictionaries(x_names, values, max_size=3))
def test_x_reads_any_parameters(path: str, query: dict[str, str]) -> None:
    assert ask(X, "GET", f"/2/{path}", query=query) < 500


@given(path=paths, method=st.sampled_from(["POST", "PUT", "DELETE"]), body=bodies)
def test_x_takes_any_body(path: str, method: str, body: Any) -> None:
    assert ask(X, method, f"/2/{path}", body=json.dumps(body).encode()) < 500


@given(
    path=st.sampled_from(
        ["", "me", "me/feed", "me/tagged", COMMENT, f"{COMMENT}/comments", "x/y/z"]
    ),
    query=st.dictionaries(facebook_names, values, max_size=3),
)
def test_graph_reads_any_parameters(path: str, query: dict[str, str]) -> None:
    assert ask(FACEBOOK, "GET", f"/v26.0/{path}", query=query) < 500


@given(
    path=st.sampled_from(["me", COMMENT, f"{COMMENT}/comments", "nobody"]),
    body=bodies,
)
def test_graph_takes_any_body(path: str, body: Any) -> None:
    assert ask(FACEBOOK, "POST", f"/v26.0/{path}", body=json.dumps(body).encode()) < 500


@given(st.binary(max_size=60))
def test_authorization_may_be_anything(header: bytes) -> None:
    for scheme in ("OAuth ", "Bearer ", ""):
        headers = {"authorization": scheme + header.decode("latin-1")}
        for network in (X, FACEBOOK):
            request = Request(method="GET", path="/2/users/me", url="http://x/", headers=headers)
            assert 400 <= network._answer(request).status < 500


@pytest.mark.parametrize("body", [b"", b"[" * 100_000, b"\xff", b"text=hello"])
def test_a_body_that_is_no_json_is_refused(body: bytes) -> None:
    assert ask(X, "POST", "/2/tweets", body=body) == 400
    assert ask(FACEBOOK, "POST", f"/v26.0/{COMMENT}/comments", body=body) == 400
