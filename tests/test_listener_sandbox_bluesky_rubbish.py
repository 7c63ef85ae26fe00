"""Whatever is asked, sandbox Bluesky answers with JSON. Rubbish is the client's mistake, but where
the real AppView stumbles as well (a bad cursor, a handle in the address of a post)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from hypothesis import given, settings
from hypothesis import strategies as st

from listener.sandbox.bluesky.api import METHODS
from listener.sandbox.bluesky.lexicon import PARAMETERS, POST
from listener.sandbox.bluesky.network import BRAND, BlueskyNetwork
from listener.sandbox.exchange import Request
from tests.fakes import NOW

NETWORK = BlueskyNetwork(clock=lambda: NOW)
URI = NETWORK.post("anna", f"@{BRAND} hello")
KEY = URI.rpartition("/")[2]
KEYS = {"identifier": BRAND, "password": NETWORK.password_of(BRAND)}

odd = st.sampled_from(
    ["²", "9" * 5000, "2026-02-31T00:00:00Z", "-", "\x00", "at://", "__", "1__", "9" * 18 + "__a"]
)
plain = st.sampled_from([BRAND, NETWORK.brand.did, URI, POST, KEY, "x", "true", "7", '"', "from:"])
values = st.one_of(st.text(max_size=40), st.integers().map(str), odd, plain)
names = st.sampled_from(sorted({name for known in PARAMETERS.values() for name in known}))
things = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | values,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "$type",
                    "text",
                    "reply",
                    "root",
                    "parent",
                    "uri",
                    "cid",
                    "embed",
                    "record",
                    "facets",
                    "features",
                    "index",
                    "subject",
                    "$link",
                    "$bytes",
                    "allow",
                    "é",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)
collections = st.sampled_from(
    [POST, "app.bsky.feed.like", "app.bsky.graph.block", "app.bsky.feed.threadgate", "a.b.c"]
)


def ask(verb: str, method: str, *, query: Any = (), body: bytes = b"") -> tuple[int, Any]:
    """What a server would ask, without one; the status and the JSON of the answer."""
    request = Request(
        method=verb,
        path=f"/xrpc/{method}",
        url=f"http://127.0.0.1/xrpc/{method}?{urlencode(query)}",
        query=dict(query),
        headers={"authorization": f"Bearer {TOKEN}", "content-type": "application/json"},
        body=body,
    )
    answer = NETWORK._answer(request)
    return answer.status, json.loads(answer.body) if answer.body else None


TOKEN = ""
TOKEN = ask("POST", "com.atproto.server.createSession", body=json.dumps(KEYS).encode())[1][
    "accessJwt"
]


def is_told(status: int, body: Any) -> bool:
    return status == 200 or (status < 500 and body.keys() == {"error", "message"})


@given(
    method=st.sampled_from(sorted(METHODS)),
    query=st.lists(st.tuples(names, values), max_size=4),
)
def test_any_parameters_are_read(method: str, query: list[tuple[str, str]]) -> None:
    status, body = ask("GET", method, query=query)
    stumbled = status == 502 and ("cursor" in dict(query) or "uris" in dict(query))
    assert is_told(status, body) or stumbled


@given(method=st.sampled_from([name for name, one in METHODS.items() if one.writes]), body=things)
def test_any_body_is_taken(method: str, body: Any) -> None:
    assert is_told(*ask("POST", method, body=json.dumps(body).encode()))


@given(st.binary(max_size=60))
def test_what_is_no_json_is_refused(body: bytes) -> None:
    status, told = ask("POST", "com.atproto.repo.putRecord", body=body)
    assert status == 400
    assert told.keys() == {"error", "message"}


@settings(max_examples=30)  # each asks six times
@given(
    collection=collections,
    record=st.dictionaries(
        st.sampled_from(["text", "createdAt", "reply", "embed", "facets", "subject", "allow"]),
        things,
        max_size=5,
    ),
)
def test_any_record_is_taken_unchecked_and_hurts_no_reader(collection: str, record: Any) -> None:
    given = {"repo": BRAND, "collection": collection, "rkey": KEY, "record": record}
    body = json.dumps({**given, "validate": False}).encode()
    assert is_told(*ask("POST", "com.atproto.repo.putRecord", body=body))
    for method, query in (
        ("app.bsky.notification.listNotifications", {}),
        ("app.bsky.feed.getPostThread", {"uri": URI}),
        ("app.bsky.feed.getAuthorFeed", {"actor": BRAND}),
        ("app.bsky.feed.searchPosts", {"q": "hello"}),
        ("com.atproto.repo.listRecords", {"repo": BRAND, "collection": collection}),
    ):
        status, told = ask("GET", method, query=list(query.items()))
        assert status == 200, told


@given(st.text(max_size=12))
def test_any_path_is_answered(path: str) -> None:
    status, body = ask("GET", path)
    assert status in (200, 400, 401, 501)
    assert isinstance(body, dict)
