"""Mastodon: whatever comes over the wire is read or set aside; nothing else is raised."""

from __future__ import annotations

import re
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from listener.channels.base import Incoming
from listener.channels.mastodon import errors, rates
from listener.channels.mastodon.length import Limits, read_limits
from listener.channels.mastodon.paging import Row, Walk, advance, unread
from listener.channels.mastodon.parse import read_account
from listener.channels.mastodon.plain import plain
from listener.channels.wire import MalformedError
from tests.mastodon_on_loopback import NOW, reader, status

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
names = st.sampled_from(sorted({*status("1"), "acct", "id", "bot", "url", "description", "type"}))
statuses = st.dictionaries(names, json_values | st.dictionaries(names, json_values))
broken = st.text(alphabet="<>/!?-[]&#;\"'= apbrx\n")
pieces = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<br>", "<a href='https://x.example/y'>", "</a>", "<script>", "</script>",
         "<pre>", "<li>", "<![CDATA[x]]>", "<!-- x -->", "<?x?>", "word", " < ", "\n"]
    )
).map("".join)  # fmt: skip


@settings(max_examples=50)
@given(statuses)
def test_any_object_is_a_status_or_set_aside(raw: dict[str, object]) -> None:
    with suppress(MalformedError):
        assert isinstance(reader().read({"id": "7", "content": "<p>x</p>", **raw}), Incoming)


@given(broken | pieces)
def test_any_markup_is_read(content: str) -> None:
    assert isinstance(plain(content), str)


@given(pieces)
def test_no_tag_survives(content: str) -> None:
    assert not re.search(r"<[^\s<>]", plain(content))


@given(json_values)
def test_any_answer_tells_who_we_are_or_is_malformed(body: object) -> None:
    with suppress(MalformedError):
        read_account(body, api_url="https://social.example")


@given(json_values)
def test_any_answer_tells_limits_or_none(body: object) -> None:
    found = read_limits(body)
    assert found is None or found.for_text >= 1


@given(st.text())
def test_any_text_has_a_length(text: str) -> None:
    assert Limits().weigh(text) >= 0


@given(
    st.integers(300, 599),
    st.dictionaries(
        st.sampled_from(["x-ratelimit-reset", "retry-after", "date", "x-ratelimit-limit"]),
        st.text(max_size=20),
    ),
    json_values,
    st.booleans(),
)
def test_any_failure_has_its_type(
    code: int, headers: dict[str, str], body: object, write: bool
) -> None:
    error = errors.failure(code, headers, body, now=NOW, write=write)
    assert str(error)
    list(rates.read(headers, NOW))


rows = st.lists(
    st.builds(
        Row,
        id=st.none() | st.sampled_from(["a", "b", "c", "d"]),
        at=st.none() | st.sampled_from([NOW, NOW.replace(year=2020), NOW.replace(hour=11)]),
    ),
    max_size=50,
)


@given(json_values, st.lists(rows, max_size=5))
def test_any_note_and_any_pages_go_on_or_end(note: object, pages: list[list[Row]]) -> None:
    walk = Walk.load(note)
    for page in pages:
        walk.fresh(page, NOW)
        after, ended = advance(walk, page, now=NOW)
        lost = unread(walk, page, after, ended=ended, now=NOW)
        assert lost is None or lost.since < lost.until
        assert Walk.load(after.dump()) == after
        walk = after
