"""Bluesky: whatever comes over the wire is read or set aside; nothing raises."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from listener.channels.bluesky import errors, fields, parse
from listener.channels.bluesky import session as bluesky_session
from listener.channels.bluesky.paging import Walk
from listener.channels.bluesky.parse import Reader
from listener.channels.bluesky.stance import Account
from listener.channels.wire import MalformedError
from tests.bluesky_on_loopback import ANNA, HANDLE, ME, NOW, uri

READER = Reader(
    account=Account(did=ME, handle=HANDLE),
    web_url="https://bsky.app",
    seen=NOW,
    ours={uri("3n2va4cthq22o", ME): "ours"},
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
known = st.sampled_from(
    [
        uri("3n2va4ch47s2o"),
        uri("3n2va4cthq22o", ME),
        ME,
        ANNA,
        f"@{HANDLE}",
        "2026-11-22T08:46:47.821Z",
        "https://larix.example",
    ]
)
names = st.sampled_from(
    [
        "uri", "cid", "author", "record", "value", "text", "createdAt", "indexedAt", "langs",
        "facets", "features", "did", "handle", "displayName", "reply", "root", "parent", "embed",
        "images", "fullsize", "alt", "external", "playlist", "media", "viewer", "replyDisabled",
        "likeCount", "$type", "didDoc", "service", "id", "serviceEndpoint", "accessJwt",
        "refreshJwt", "error", "message", "active", "status", "pending", "cursor", "floor",
    ]
)  # fmt: skip
items = st.recursive(
    json_values | known,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=6),
    max_leaves=25,
)
few = st.recursive(
    st.none() | st.integers() | st.text(max_size=5) | known,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
records = st.dictionaries(names, few, max_size=5)


@given(items)
def test_whatever_comes_is_read_or_rejected(item: object) -> None:
    for read in (READER.post, READER.own):
        found, rejected = parse.read_all(read, [item])
        assert len(found) + len(rejected) == 1
    assert all(READER.account.wrote(one) for one in READER.above(item))


@given(records, records)
def test_a_post_with_anything_in_it_is_read_or_rejected(
    record: dict[str, object], view: dict[str, object]
) -> None:
    item = {**view, "uri": uri("3n2va4ch47s2o"), "record": {"text": "hi", **record}}
    found, rejected = parse.read_all(READER.post, [item])
    assert len(found) + len(rejected) == 1
    for one in found:
        assert one.created_at <= NOW
        assert all(media.url for media in one.media)


@given(items)
def test_no_answer_of_any_shape_raises_anything_else(body: object) -> None:
    for status in (200, 302, 400, 401, 429, 500):
        assert str(errors.failure(status, {}, body, now=NOW, write=False))
    Walk.load(body)
    if isinstance(body, dict):
        errors.bad_standing(body)
        try:
            bluesky_session.read(body, api_url="https://bsky.social")
        except MalformedError:
            return


@given(st.text())
def test_no_text_is_taken_for_an_address_it_is_not(text: str) -> None:
    found = fields.optional_address(text)
    assert found is None or found.uri == text
