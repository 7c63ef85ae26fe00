"""Posts of Bluesky, as real servers showed them, into our values."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listener.channels.base import Answerable, Incoming, MediaKind
from listener.channels.bluesky import fields, parse, stance, tid
from listener.channels.bluesky.parse import Reader
from listener.channels.bluesky.stance import Account
from listener.channels.wire import MalformedError
from listener.normalize import doubts, normalize
from tests.bluesky_on_loopback import ANNA, HANDLE, ME, NOW, to_us, uri
from tests.loopback import payload

US = Account(did=ME, handle=HANDLE)
READER = Reader(account=US, web_url="https://bsky.app", seen=NOW)
AT = f"@{HANDLE}"


def view(text: str) -> dict[str, Any]:
    """A post a real network showed."""
    found = next(
        one for one in payload("bluesky/posts.json")["posts"] if one["record"]["text"] == text
    )
    return copy.deepcopy(found)


def post(record: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    record = {"text": "hello", "createdAt": "2026-11-22T08:30:00.000Z", **(record or {})}
    return {"uri": uri("3n2va4ch47s2o"), "cid": "bafyreia", "record": record, **more}


def read(record: dict[str, Any] | None = None, **more: Any) -> Incoming:
    return READER.post(post(record, **more))


def test_a_mention_with_a_picture_is_read_whole() -> None:
    item = READER.post(view(f"{AT} look at this tent"))
    assert item.external_id == item.revision_id == item.answer_under == uri("3n2va4ch47s2o")
    assert (item.conversation, item.in_reply_to) == (item.external_id, None)
    assert item.created_at == datetime(2026, 11, 22, 8, 46, 47, 821713, tzinfo=UTC)
    assert item.author is not None
    assert (item.author.external_id, item.author.handle) == (ANNA, "customer1.test")
    assert item.author.name == "customer1"
    assert item.language == "en"
    (picture,) = item.media
    assert (picture.kind, picture.alt) == (MediaKind.IMAGE, "a torn tent")
    assert picture.url.startswith("https://cdn.bsky.app/img/feed_fullsize/")
    assert item.url == "https://bsky.app/profile/customer1.test/post/3n2va4ch47s2o"
    assert (item.addressed, item.answerable, item.own, item.repost) == (
        True,
        Answerable.YES,
        False,
        False,
    )


def test_everything_a_real_network_showed_can_be_kept() -> None:
    views = [*payload("bluesky/posts.json")["posts"], *payload("bluesky/search.json")["posts"]]
    items, rejected = parse.read_all(READER.post, views)
    assert len(items) == len(views)
    assert not rejected
    for item in items:
        kept = normalize(item, heard_at=NOW)
        assert kept.external_id.startswith("at://")
        assert doubts(item, heard_at=NOW) == ()


def test_a_quote_of_ours_comes_with_our_words_and_is_no_media() -> None:
    item = READER.post(view("is this any good?"))
    assert (item.addressed, item.context, item.media) == (True, "New: the Larix 2 tent", ())
    item = READER.post(view("this too"))
    assert item.context == "New: the Larix 2 tent"
    (card,) = item.media
    assert (card.url, card.kind, card.alt) == (
        "https://larix.example/tent",
        MediaKind.LINK,
        "Tent",
    )


def test_a_quote_of_somebody_else_is_not_meant_for_us() -> None:
    other = {"$type": "app.bsky.embed.record", "record": {"uri": uri("3n2va4ch47s2o"), "cid": "b"}}
    item = read({"embed": other})
    assert (item.addressed, item.context) == (False, "")


def test_a_reply_knows_what_it_answers_and_its_thread() -> None:
    item = READER.post(view("and in green?"))
    assert item.conversation == item.in_reply_to == uri("3n2va4cthq22o", ME)
    assert item.addressed is True
    ours = {uri("3n2va4cthq22o", ME): "New: the Larix 2 tent"}
    reader = Reader(account=US, web_url="", seen=NOW, ours=ours)
    assert reader.post(view("and in green?")).context == "New: the Larix 2 tent"


def test_a_gated_thread_is_nobody_s_to_answer() -> None:
    assert READER.post(view(f"{AT} gated")).answerable is Answerable.NO


def below(parent: str, root: str) -> dict[str, Any]:
    return {"reply": {"parent": {"uri": parent, "cid": "b"}, "root": {"uri": root, "cid": "b"}}}


@pytest.mark.parametrize(
    ("record", "addressed"),
    [
        ({"text": f"{AT} hello", "facets": to_us("")}, True),
        ({"text": "an old handle", "facets": to_us("")}, True),
        ({"text": f"hello {AT}!"}, True),
        ({"text": f"Hello {AT.upper()}, hi"}, True),
        ({"text": f"(see {AT})"}, True),
        ({"text": f"{AT}.au is somebody else"}, False),
        ({"text": f"{AT}-fans are others"}, False),
        ({"text": f"mail anna{AT}"}, False),
        ({"text": f"write to info@x.{HANDLE}"}, False),
        ({"text": f"https://{HANDLE}/tents"}, False),
        ({"text": HANDLE}, False),
        (below(uri("3n2va4cthq22o", ME), uri("3n2va4ch47s2o")), True),
        (below(uri("3n2va4ch47s2o"), uri("3n2va4cthq22o", ME)), True),
        (below(uri("3n2va4ch47s2o"), uri("3n2va4ch47s2o")), False),
        ({"facets": 5, "reply": [], "embed": "x"}, False),
    ],
)
def test_what_speaks_to_us(record: dict[str, Any], addressed: bool) -> None:
    assert read(record).addressed is addressed


def test_without_a_handle_only_a_link_to_our_account_names_us() -> None:
    nameless = Account(did=ME, handle="")
    assert not stance.names_us({"text": "@ hello"}, nameless)
    assert stance.names_us({"text": "x", "facets": to_us("")}, nameless)


def test_our_own_post_is_ours_and_nobody_answers_it() -> None:
    own = {**post(), "uri": uri("3n2va4ch47s2o", ME)}
    item = READER.post(own)
    assert (item.own, item.answerable) == (True, Answerable.NO)


def test_our_own_repository_as_a_real_server_listed_it_is_read_whole() -> None:
    records = payload("bluesky/records.json")["records"]
    items, rejected = parse.read_all(READER.own, records)
    assert not rejected
    assert [item.text for item in items][:2] == ["Yes, in green too", "New: the Larix 2 tent"]
    assert items[0].in_reply_to == uri("3n2va4da7wk2o")
    assert items[1].in_reply_to is None
    assert all(item.own and item.answerable is Answerable.NO for item in items)


def test_our_own_record_is_dated_by_what_it_says() -> None:
    """Its key was made when the reply was approved, which may be hours before it left."""
    approved, left = NOW - timedelta(hours=9), NOW - timedelta(minutes=1)
    record = {"text": "hi", "createdAt": fields.iso(left), **below(uri("3n2va4ch47s2o"), "x")}
    item = READER.own({"uri": uri(tid.for_reply(approved, "k"), ME), "value": record})
    assert (item.created_at, item.in_reply_to, item.own) == (left, uri("3n2va4ch47s2o"), True)
    assert item.url.startswith(f"https://bsky.app/profile/{HANDLE}/post/")


KEYED = NOW - timedelta(minutes=20)


def dated(told: object, *, indexed: datetime | None = None, keyed: datetime = KEYED) -> datetime:
    address = uri(tid.for_reply(keyed, "k"))
    shown = {"uri": address, "record": {"text": "x", "createdAt": told}}
    if indexed:
        shown["indexedAt"] = fields.iso(indexed)
    return READER.post(shown).created_at


def near(moment: datetime, other: datetime) -> bool:
    return abs(moment - other) <= timedelta(seconds=1)


def test_a_post_is_as_old_as_it_says_if_that_can_be() -> None:
    told = NOW - timedelta(minutes=30)
    assert dated(fields.iso(told), indexed=NOW - timedelta(minutes=20)) == told
    assert dated(fields.iso(NOW - timedelta(hours=20)), indexed=NOW) == NOW - timedelta(hours=20)


def test_who_is_offline_for_an_hour_keeps_the_date_of_writing() -> None:
    told = NOW - timedelta(hours=1)
    assert dated(fields.iso(told), indexed=NOW, keyed=NOW) == told


@pytest.mark.parametrize("indexed", [None, datetime(2020, 1, 2, tzinfo=UTC), KEYED])
def test_a_post_dated_years_back_is_as_old_as_its_arrival(indexed: datetime | None) -> None:
    assert near(dated("2020-01-02T00:00:00Z", indexed=indexed), KEYED)


@pytest.mark.parametrize(
    "told", ["2031-01-01T00:00:00Z", "yesterday", None, 5, "0001-01-01T00:00:00+09:00"]
)
def test_a_date_that_cannot_be_gives_way_to_the_arrival(told: object) -> None:
    assert near(dated(told, indexed=NOW - timedelta(minutes=3)), NOW - timedelta(minutes=3))


def test_nothing_is_ever_dated_into_the_future() -> None:
    ahead = NOW + timedelta(minutes=4)
    assert dated(fields.iso(ahead), indexed=ahead, keyed=ahead) == NOW
    assert dated("?", keyed=NOW + timedelta(days=400)) == NOW


@pytest.mark.parametrize(
    ("embed", "kinds"),
    [
        ({"playlist": "https://v/x.m3u8", "thumbnail": "https://v/x.jpg", "alt": "v"}, ["video"]),
        ({"playlist": "https://v/x.m3u8"}, ["video"]),
        ({"external": {"uri": "https://larix.example", "title": "Larix"}}, ["link"]),
        ({"images": [{"thumb": "https://i/1"}, {"fullsize": "https://i/2"}, 5]}, ["image"] * 3),
        ({"record": {"uri": "x"}}, []),
        ({"record": {}, "media": {"images": [{"thumb": "https://i/1"}]}}, ["image"]),
        ({"$type": "app.bsky.embed.hologram#view", "rays": 5}, ["other"]),
        ({}, []),
        ("x", []),
    ],
)
def test_what_hangs_on_a_post_is_named(embed: object, kinds: list[str]) -> None:
    media = read(embed=embed).media
    assert [one.kind for one in media] == kinds
    assert all(one.url.startswith("https://") for one in media)


def test_a_link_that_an_app_cut_short_is_named_whole_and_once() -> None:
    link = {"$type": "app.bsky.richtext.facet#link", "uri": "https://larix.example/returns/long"}
    twice = [{"features": [link, {"uri": "javascript:x"}]}, {"features": [link]}]
    (media,) = read({"text": "larix.example/ret…", "facets": twice}).media
    assert (media.url, media.kind) == ("https://larix.example/returns/long", MediaKind.LINK)


@pytest.mark.parametrize(
    ("langs", "language"), [(["pt-BR"], "pt"), (["el", "en"], "el"), (["gsw"], None), (5, None)]
)
def test_the_first_language_its_author_named(langs: object, language: str | None) -> None:
    assert read({"langs": langs}).language == language


def test_a_handle_nobody_can_confirm_is_none_and_the_number_leads_there() -> None:
    item = read(author={"did": ANNA, "handle": "handle.invalid"})
    assert item.author is not None
    assert (item.author.external_id, item.author.handle) == (ANNA, "")
    assert item.url == f"https://bsky.app/profile/{ANNA}/post/3n2va4ch47s2o"


def test_all_that_was_done_with_a_post_counts() -> None:
    counts: dict[str, Any] = {"likeCount": 1, "replyCount": 2, "repostCount": 3, "quoteCount": -4}
    assert read(**counts).engagement == 6


@pytest.mark.parametrize(
    "item",
    [
        {},
        "x",
        None,
        {**post(), "uri": "at://handle.test/app.bsky.feed.post/1"},
        {**post(), "uri": f"at://{ANNA}/app.bsky.feed.like/3n2va4ch47s2o"},
        post({"text": 5}),
        {**post(), "record": []},
    ],
)
def test_what_is_no_post_is_refused(item: object) -> None:
    with pytest.raises(MalformedError):
        READER.post(item)


def test_a_lone_half_of_an_emoji_is_repaired() -> None:
    assert read({"text": "half \ud83d"}).text == "half �"
