"""A Facebook Page over real HTTP: what is fetched, and how it is paged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from listener.channels.base import Page
from listener.channels.errors import Refused
from listener.channels.facebook.channel import FacebookChannel
from tests.facebook_on_loopback import COMMENTS, FEED, NOW, PAGE, channel, stamp
from tests.loopback import BOMB, Network, Says, payload, serving


@pytest.fixture
def network() -> Iterator[Network]:
    with serving() as running:
        yield running


def ids(page: Page) -> list[str]:
    return [item.external_id.rpartition("_")[2] for item in page.items]


def walk(fb: FacebookChannel, position: str | None = None) -> tuple[list[str], str]:
    """A whole walk through the feed: what it found, and where it stands."""
    found = []
    for _ in range(20):
        page = fb.fetch("feed", position)
        found += ids(page)
        position = page.position
        if not page.more:
            return found, position
    raise AssertionError("the walk has no end")


def test_the_feed_is_walked_with_its_comments_until_there_is_no_next_page(
    network: Network,
) -> None:
    network.on(FEED, payload("facebook/feed.json"), payload("facebook/feed_last.json"))
    found, position = walk(channel(network.url))
    assert sorted(found) == [
        *("301", "302", "303", "304", "305"),
        *("900000000000050", "900000000000101", "900000000000102"),
    ]
    first, second = network.calls(FEED)
    assert "comments.filter(stream)" in first.query["fields"]
    assert second.query["after"] == "QVFIUa1"
    assert json.loads(position)["high"] == "2026-11-20T11:25:00+00:00"


def test_a_page_that_is_too_large_is_asked_for_in_smaller_ones(network: Network) -> None:
    network.on(FEED, BOMB, BOMB, payload("facebook/feed.json"), payload("facebook/feed_last.json"))
    found, _ = walk(channel(network.url))
    assert len(found) == 8
    assert [asked.query["limit"] for asked in network.calls(FEED)] == ["10", "5", "2", "2"]


def test_a_later_walk_hands_on_only_what_is_new_since_an_hour_before_the_mark(
    network: Network,
) -> None:
    note = {"high": "2026-11-20T12:10:00+00:00", "swept": "2026-11-20T11:59:00+00:00"}
    network.on(FEED, payload("facebook/feed.json"), payload("facebook/feed_last.json"))
    found, _ = walk(channel(network.url), json.dumps(note))
    assert sorted(found) == ["303", "304", "900000000000101"]


def test_once_an_hour_everything_of_a_month_is_looked_at_again(network: Network) -> None:
    network.on(FEED, payload("facebook/feed.json"), payload("facebook/feed_last.json"))
    note = {"high": "2026-11-20T12:10:00+00:00", "swept": "2026-11-20T10:59:00+00:00"}
    found, position = walk(channel(network.url), json.dumps(note))
    assert len(found) == 8
    assert json.loads(position)["swept"] == NOW.isoformat()


def test_once_a_day_even_the_oldest_posts_are_looked_at_for_new_comments(network: Network) -> None:
    old, oldest = payload("facebook/feed_last.json"), payload("facebook/feed_last.json")
    old["paging"]["next"] = "https://graph.facebook.com/x"
    new = {"id": "900000000000050_1", "message": "late", "created_time": stamp(NOW)}
    oldest["data"][0]["comments"] = {"data": [new]}
    high, a_while_ago = (NOW - timedelta(hours=n) for n in (3, 2))
    for day, late in ((timedelta(hours=23), []), (timedelta(hours=25), ["1"])):
        network.on(FEED, old, oldest)
        note = {"high": high, "swept": a_while_ago, "whole": NOW - day}
        position = json.dumps({key: moment.isoformat() for key, moment in note.items()})
        found, position = walk(channel(network.url), position)
        assert [one for one in found if one == "1"] == late
    assert json.loads(position)["whole"] == NOW.isoformat()


def test_a_walk_broken_off_goes_on_from_its_cursor(network: Network) -> None:
    network.on(FEED, payload("facebook/feed.json"), payload("facebook/feed_last.json"))
    first = channel(network.url).fetch("feed", None)
    second = channel(network.url).fetch("feed", first.position)
    assert ids(second) == ["900000000000050"]
    assert network.calls(FEED)[1].query["after"] == "QVFIUa1"


def test_a_cursor_facebook_no_longer_knows_restarts_the_walk(network: Network) -> None:
    bad = Says(status=400, body={"error": {"code": 100, "message": "(#100) Invalid cursor"}})
    network.on(FEED, bad, payload("facebook/feed_last.json"))
    page = channel(network.url).fetch("feed", json.dumps({"after": "old"}))
    assert ids(page) == ["900000000000050"]
    assert "after" not in network.calls(FEED)[1].query


def test_a_last_page_that_still_names_a_cursor_is_the_last(network: Network) -> None:
    network.on(FEED, payload("facebook/feed_last.json"))
    assert channel(network.url).fetch("feed", None).more is False


def test_pages_without_end_come_to_one(network: Network) -> None:
    body = payload("facebook/feed.json")
    network.on(FEED, body)  # the same cursor again and again
    walk(channel(network.url))
    assert len(network.calls(FEED)) == 2


def test_a_walk_of_as_many_pages_as_we_read_leaves_a_visible_gap(network: Network) -> None:
    body = payload("facebook/feed.json")
    body["paging"]["cursors"]["after"] = "on and on"
    network.on(FEED, body)
    oldest = min(datetime.fromisoformat(post["created_time"]) for post in body["data"])
    high = oldest - timedelta(days=1)
    begun = NOW.isoformat()
    note = {"high": high.isoformat(), "swept": begun, "begun": begun, "after": "x", "pages": 199}
    page = channel(network.url).fetch("feed", json.dumps(note))
    assert page.more is False
    assert page.missing is not None
    assert (page.missing.since, page.missing.until) == (high, oldest)


def test_empty_pages_in_between_are_passed_over(network: Network) -> None:
    empty = {"data": [], "paging": {"cursors": {"after": "on"}, "next": "https://x/"}}
    network.on(FEED, empty, payload("facebook/feed_last.json"))
    assert walk(channel(network.url))[0] == ["900000000000050"]


def test_comments_that_did_not_come_along_are_fetched_too(network: Network) -> None:
    body = payload("facebook/feed.json")
    body["data"][0]["comments"]["paging"]["next"] = "https://graph.facebook.com/x"
    body["paging"].pop("next")
    network.on(FEED, body).on(COMMENTS, payload("facebook/comments.json"))
    page = channel(network.url).fetch("feed", None)
    assert {"290", "291"} <= set(ids(page))
    asked = network.calls(COMMENTS)[0].query
    assert (asked["after"], asked["filter"]) == ("QVFIUend", "stream")
    (late,) = (item for item in page.items if item.external_id.endswith("_291"))
    assert late.context.startswith("Winter is coming")


def test_more_new_comments_than_one_fetch_reads_leave_a_visible_gap(network: Network) -> None:
    body = payload("facebook/feed.json")
    endless = payload("facebook/comments.json")
    for paged in (body["data"][0]["comments"], endless):
        paged["paging"]["next"] = "https://graph.facebook.com/x"
    network.on(FEED, body).on(COMMENTS, endless)
    note = {"high": "2026-11-20T09:00:00+00:00", "swept": NOW.isoformat()}
    page = channel(network.url).fetch("feed", json.dumps(note))
    assert page.missing is not None
    assert page.missing.until == datetime(2026, 11, 20, 10, 10, tzinfo=UTC)
    assert len(network.calls(COMMENTS)) == 20


def test_posts_that_tag_the_page_are_a_stream_of_their_own(network: Network) -> None:
    network.on(f"GET /v26.0/{PAGE}/tagged", payload("facebook/tagged.json"))
    page = channel(network.url).fetch("tagged", None)
    assert page.items[0].author is None
    assert page.items[0].answer_under == "800000000000015_900000000000777"
    with pytest.raises(Refused):
        channel(network.url).fetch("ratings", None)
