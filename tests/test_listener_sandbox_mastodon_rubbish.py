"""Whatever sandbox Mastodon is asked, it answers; and every way through a list is the same list."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import given
from hypothesis import strategies as st

from listener.sandbox.exchange import Request
from listener.sandbox.mastodon.api import OPERATIONS
from listener.sandbox.mastodon.listing import Bounds, page
from listener.sandbox.mastodon.network import BRAND, MastodonNetwork
from tests.fakes import NOW

MASTODON = MastodonNetwork(clock=lambda: NOW)
MASTODON.calls_in_5_minutes = MASTODON.pages_in_15_minutes = 10**9
MASTODON.posts_in_3_hours = MASTODON.deletions_in_30_minutes = 10**9
POST = MASTODON.post("anna", f"@{BRAND} hello #larix")

values = st.one_of(
    st.text(max_size=40),
    st.integers().map(str),
    st.sampled_from(["9" * 5000, "²", "-", "\x00", "null", "true", "https://x.example/@a/1", '"']),
)
names = st.sampled_from(
    ["q", "type", "limit", "offset", "acct", "max_id", "since_id", "min_id", "id[]", "types[]",
     "exclude_types[]", "account_id", "exclude_replies", "any[]", "include_filtered"]
)  # fmt: skip
texts = st.one_of(st.text(max_size=9), st.sampled_from([POST, "larix", "..", "%00"]))
bodies = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["status", "in_reply_to_id", "visibility", "language", "spoiler_text", "media_ids"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


def status(method: str, path: str, *, query: dict[str, str] | None = None, body: Any = None) -> int:
    request = Request(
        method=method,
        path=path,
        url=f"http://127.0.0.1{path}?{urlencode(query or {}, errors='replace')}",
        query=query or {},
        headers={
            "authorization": f"Bearer {MASTODON.secrets()['access_token']}",
            "content-type": "application/json",
        },
        body=b"" if body is None else json.dumps(body).encode(),
    )
    return MASTODON._answer(request).status  # what a server would ask, without one


@given(st.sampled_from(OPERATIONS), texts, st.dictionaries(names, values, max_size=3))
def test_it_reads_any_parameters(operation: Any, name: str, query: dict[str, str]) -> None:
    path = operation.path.replace("{id}", quote(name, errors="replace", safe=""))
    assert status("GET", path, query=query) < 500


@given(st.sampled_from(OPERATIONS), texts, bodies)
def test_it_takes_any_body(operation: Any, name: str, body: Any) -> None:
    path = operation.path.replace("{id}", quote(name, errors="replace", safe=""))
    if operation.method != "GET":
        assert status(operation.method, path, body=body) < 500


@given(st.text(max_size=30))
def test_it_has_a_page_or_none_for_any_address(path: str) -> None:
    assert status("GET", "/" + quote(path, errors="replace")) < 500


@given(st.sets(st.integers(0, 60), min_size=1), st.integers(1, 7))
def test_walking_down_and_walking_up_see_the_same_list_once(found: set[int], size: int) -> None:
    items = sorted(found)

    def part(**bounds: int) -> list[int]:
        return page(items, lambda one: one, Bounds(**bounds), size)

    down = part()
    while step := part(below=down[-1]):
        down += step
    up = part(next_to=-1)[::-1]
    while step := part(next_to=up[-1]):
        up += step[::-1]
    assert down[::-1] == up == items
    assert part(above=items[0]) == items[:0:-1][:size]
    assert part(above=99, next_to=-1) == items[:size][::-1]
