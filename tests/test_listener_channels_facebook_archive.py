"""A Facebook Page over real HTTP: a stretch of time read again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from listener.channels.base import Incoming, Page
from listener.channels.errors import Gone, Refused, Unavailable
from listener.channels.facebook.channel import FacebookChannel
from tests.facebook_on_loopback import COMMENTS, FEED, NOW, PAGE, POST, TOP, channel, stamp
from tests.loopback import Network, Says, payload, serving

SINCE, UNTIL = NOW - timedelta(hours=5), NOW - timedelta(hours=2)
WITHIN, BEFORE, AFTER = SINCE, SINCE - timedelta(seconds=1), UNTIL


@pytest.fixture
def network() -> Iterator[Network]:
    with serving() as running:
        yield running


def paged(data: list[Any], after: str = "") -> dict[str, Any]:
    paging = {"cursors": {"after": after}, "next": "https://x/"} if after else {}
    return {"data": data, "paging": paging}


def comment(number: int, moment: datetime, **more: Any) -> dict[str, Any]:
    return {
        "id": f"900000000000101_{number}",
        "message": f"text {number}",
        "created_time": stamp(moment),
        "from": {"id": "8", "name": "Anna"},
        **more,
    }


def post(moment: datetime, comments: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": POST,
        "message": "New tents",
        "created_time": stamp(moment),
        "from": {"id": PAGE, "name": "Larix Outdoor"},
        "comments": comments,
        **more,
    }


def filled(fb: FacebookChannel) -> list[Page]:
    pages = [fb.fill(SINCE, UNTIL, None)]
    while pages[-1].more:
        pages.append(fb.fill(SINCE, UNTIL, pages[-1].position))
    return pages


def numbers(items: tuple[Incoming, ...]) -> list[str]:
    return [item.external_id.rpartition("_")[2] for item in items]


def test_a_stretch_is_what_was_posted_and_commented_in_it(network: Network) -> None:
    comments = [comment(1, AFTER), comment(2, WITHIN), comment(3, BEFORE)]
    theirs = post(WITHIN, paged([]), id=f"{PAGE}_7", **{"from": {"id": "8", "name": "Anna"}})
    network.on(FEED, paged([post(BEFORE, paged(comments, "more"))], "two"), paged([theirs]))
    network.on(COMMENTS, paged([comment(4, BEFORE)], "on"))
    pages = filled(channel(network.url))
    assert [numbers(one.items) for one in pages] == [["2"], [], ["7"]]
    assert pages[0].items[0].context == "New tents"
    asked = network.calls(FEED)
    assert asked[0].query["since"] == str(int((SINCE - timedelta(days=30)).timestamp()))
    assert asked[0].query["until"] == str(int(UNTIL.timestamp()) + 1)
    assert [call.query.get("after") for call in asked] == [None, "two"]
    # Facebook may rank comments: the way ends at a page none of which is new enough.
    assert len(network.calls(COMMENTS)) == 1


def test_a_storm_of_comments_is_read_down_to_where_the_stretch_begins(network: Network) -> None:
    network.on(FEED, paged([post(BEFORE, paged([comment(9, AFTER)], "a"))]))
    network.on(
        COMMENTS,
        paged([comment(8, AFTER)], "b"),
        paged([], "c"),
        paged([comment(7, WITHIN), comment(6, WITHIN, message=5)], "d"),
        paged([comment(5, BEFORE)], "e"),
    )
    pages = filled(channel(network.url))
    assert [numbers(one.items) for one in pages] == [[], [], [], ["7"], []]
    assert pages[3].items[0].context == "New tents"
    assert [bad.external_id for bad in pages[3].rejected] == ["900000000000101_6"]
    assert [call.query["after"] for call in network.calls(COMMENTS)] == ["a", "b", "c", "d"]


def test_a_cursor_that_repeats_itself_ends_the_way(network: Network) -> None:
    network.on(FEED, paged([post(BEFORE, paged([comment(9, WITHIN)], "a"))], "same"))
    network.on(COMMENTS, paged([comment(8, WITHIN)], "a"))
    assert len(filled(channel(network.url))) == 4


def test_a_post_deleted_meanwhile_does_not_keep_the_others_away(network: Network) -> None:
    gone = Says(status=400, body=payload("facebook/errors/100-gone.json"))
    network.on(FEED, paged([post(BEFORE, paged([comment(9, WITHIN)], "a"))]), paged([]))
    network.on(COMMENTS, gone)
    assert [numbers(one.items) for one in filled(channel(network.url))] == [["9"], []]


def test_if_nothing_can_be_read_any_more_no_post_counts_as_deleted(network: Network) -> None:
    gone = Says(status=400, body=payload("facebook/errors/100-gone.json"))
    network.on(FEED, paged([post(BEFORE, paged([comment(9, WITHIN)], "a"))]), gone)
    network.on(COMMENTS, gone)
    fb = channel(network.url)
    position = fb.fill(SINCE, UNTIL, None).position
    with pytest.raises(Gone):
        fb.fill(SINCE, UNTIL, position)


def test_a_cursor_facebook_forgot_is_trouble_and_not_the_end(network: Network) -> None:
    refused = Says(status=400, body={"error": {"code": 100, "message": "Invalid cursor"}})
    network.on(FEED, paged([], "two"), refused)
    fb = channel(network.url)
    position = fb.fill(SINCE, UNTIL, None).position
    with pytest.raises(Unavailable):
        fb.fill(SINCE, UNTIL, position)
    with pytest.raises(Refused):
        fb.fill(SINCE, UNTIL, None)


@pytest.mark.parametrize(
    "position", ["{", "[]", '{"below": [5, ["a"], ["/", "x", "y"]], "after": 5, "listed": "yes"}']
)
def test_a_note_nobody_can_read_is_a_new_start(network: Network, position: str) -> None:
    network.on(FEED, paged([post(BEFORE, paged([comment(9, WITHIN)]))]))
    assert numbers(channel(network.url).fill(SINCE, UNTIL, position).items) == ["9"]


def test_nothing_is_counted_by_the_hour(network: Network) -> None:
    assert channel(network.url).count(SINCE, UNTIL) is None
    assert not network.asked


def test_our_own_comments_come_along_with_what_they_answer(network: Network) -> None:
    us = {"from": {"id": PAGE, "name": "Larix Outdoor"}, "parent": {"id": TOP}}
    network.on(FEED, paged([post(WITHIN, paged([comment(9, WITHIN, **us)]))]))
    own = channel(network.url).fetch("feed", None).items[-1]
    assert (own.own, own.in_reply_to, own.text) == (True, TOP, "text 9")
    assert own.url.endswith("comment_id=301&reply_comment_id=9")
