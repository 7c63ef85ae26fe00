"""The small parts of sandbox Bluesky: names and hashes, dates, graphemes, facets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.sandbox.bluesky import dates, graphemes, ids, shapes, texts
from listener.sandbox.bluesky.network import BRAND

HELLO = {"text": "Hello", "$type": "app.bsky.feed.post", "createdAt": "2026-11-20T10:00:00.000Z"}
PICTURE = {
    "text": "@larix.test see the zip",
    "$type": "app.bsky.feed.post",
    "embed": {
        "$type": "app.bsky.embed.images",
        "images": [
            {
                "alt": "a broken zip",
                "image": {
                    "ref": {"$link": "bafkreigccu7xpyiqq76la6fohbjh7kb354uxshrxadrqzsd75rcaljtnb4"},
                    "size": 70,
                    "$type": "blob",
                    "mimeType": "image/png",
                },
                "aspectRatio": {"width": 1200, "height": 900},
            }
        ],
    },
    "facets": [
        {
            "index": {"byteEnd": 11, "byteStart": 0},
            "features": [
                {
                    "did": "did:plc:iv5ov3wiarswvtbpungntr23",
                    "$type": "app.bsky.richtext.facet#mention",
                }
            ],
        }
    ],
    "createdAt": "2026-11-22T08:32:18.365Z",
}


@pytest.mark.parametrize(
    ("record", "cid"),
    [
        (HELLO, "bafyreighsy3r3re5rfyfwiwsb2oop45beicjnalsz47i7vttdcpy53g5ry"),
        (HELLO | {"text": ""}, "bafyreib5mgmxggo5ub7p3awz7uktdppnmnwbtfoksemuo65bdf6lv22hia"),
        (
            HELLO | {"colour": None},
            "bafyreidke5zmi7qjd5yk7rzbbwrbepn6uqtrsk3nqwlyjtmxgavoxno2ku",
        ),
        (
            {"a": 1, "$type": "example.larix.note"},
            "bafyreifvqnlzsab7yslbizyaxrgkj5lqhnaea77zjohndtkb7wy74bzu6u",
        ),
        (PICTURE, "bafyreiffodm6dkoiyx4tuihsbf4ezoyqgglim2m5l2kgbzvksmw7vqjta4"),
    ],
)
def test_the_hash_of_a_record_is_the_one_the_reference_pds_gave_it(record: Any, cid: str) -> None:
    assert ids.cid_of(record) == cid


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from(["a", "bb", "ccc", "$type", "é"]), values))
def test_the_order_of_names_changes_no_hash_and_anything_else_does(record: dict[str, Any]) -> None:
    turned = dict(reversed(record.items()))
    assert ids.cid_of(turned) == ids.cid_of(record)
    assert ids.cid_of({**record, "more": 1}) != ids.cid_of(record)


def test_what_cannot_be_in_a_record_has_no_hash() -> None:
    for wrong in (1.5, 2**64, {"a": object()}):
        with pytest.raises(TypeError):
            ids.cid_of(wrong)


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1))
def test_tids_sort_as_their_numbers_do(one: int, other: int) -> None:
    assert (ids.tid(one) < ids.tid(other)) == (one < other)
    assert shapes.is_form(ids.tid(one), "TID string")


def test_a_tid_tells_its_moment() -> None:
    moment = datetime(2026, 11, 22, 8, 26, 49, 123456, tzinfo=UTC)
    number = ids.tid_number(moment)
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=number >> 10) == moment
    assert ids.tid_number(datetime(1900, 1, 1, tzinfo=UTC)) == 0


def test_an_at_uri_has_three_parts() -> None:
    whole = "at://did:plc:abc/app.bsky.feed.post/3mcmv7yyc2s2a"
    found = ids.place(whole)
    assert found is not None
    assert (found.repo, found.key, found.uri) == ("did:plc:abc", "3mcmv7yyc2s2a", whole)
    assert ids.place("at://did:plc:abc") is None
    assert ids.place("https://bsky.app/profile/anna") is None


@pytest.mark.parametrize(
    ("said", "sorted_as"),
    [
        ("2026-11-20T10:00:00.123456Z", "2026-11-20T10:00:00.123Z"),
        ("2026-11-20T10:00:00.1Z", "2026-11-20T10:00:00.100Z"),
        ("2026-11-20T10:00:00+02:00", "2026-11-20T08:00:00.000Z"),
        ("2026-02-31T10:00:00Z", "2026-03-03T10:00:00.000Z"),
        ("1969-12-31T23:59:59.000Z", "1969-12-31T23:59:59.000Z"),
        ("0001-01-01T00:00:00.000Z", "1970-01-01T00:00:00.000Z"),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
        ("yesterday", "1970-01-01T00:00:00.000Z"),
    ],
)
def test_dates_are_read_as_the_reference_appview_reads_them(said: str, sorted_as: str) -> None:
    assert dates.normal(said) == sorted_as


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_date_survives_to_the_millisecond(moment: datetime) -> None:
    assert dates.is_date(dates.iso(moment))
    assert dates.normal(dates.iso(moment)) == dates.iso(moment) or moment.year == 1
    assert abs(datetime.fromisoformat(dates.iso(moment)) - moment) < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("", 0),
        ("żółw", 4),
        ("e\u0301", 1),
        ("👨‍👩‍👧‍👦", 1),
        ("👍🏽👍", 2),
        ("🇮🇹🇩🇪🇫", 3),
        ("❤️", 1),
        ("1️⃣", 1),
        ("🏴󠁧󠁢󠁳󠁣󠁴󠁿", 1),
        ("한국", 2),
        ("\u1112\u1161\u11ab", 1),
        ("a\r\nb", 3),
        ("\n\r", 2),
        ("กำ", 1),
        ("a\u200bb", 3),
    ],
)
def test_graphemes_are_what_people_see(text: str, seen: int) -> None:
    assert graphemes.count(text) == seen


@given(st.text(max_size=30))
def test_there_are_never_more_graphemes_than_characters(text: str) -> None:
    assert (text != "") <= graphemes.count(text) <= len(text)


def test_typed_names_links_and_tags_become_facets_where_they_mean_somebody() -> None:
    def found(text: str) -> list[str]:
        known = {BRAND: "did:plc:larix"}
        return [
            text.encode()[one["index"]["byteStart"] : one["index"]["byteEnd"]].decode()
            for one in texts.facets(text, known.get)
        ]

    assert found(f"Ciao @{BRAND}, guarda (https://larix.example/a?b=c). #zip!") == [
        f"@{BRAND}",
        "https://larix.example/a?b=c",
        "#zip",
    ]
    assert found(f"@nobody.bsky.test anna@{BRAND} @{BRAND}.") == [f"@{BRAND}"]
    assert found("#1 ##x 100% a#b") == []
