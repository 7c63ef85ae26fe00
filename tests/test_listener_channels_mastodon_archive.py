"""Mastodon over real HTTP: reading a stretch of time again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from listener.channels.base import Missing
from listener.channels.errors import Refused, Unavailable
from listener.channels.mastodon.channel import MastodonChannel
from tests.loopback import Network, Says
from tests.mastodon_on_loopback import (
    MENTIONS,
    NOW,
    SEARCH,
    TAG,
    at,
    channel,
    listed,
    mastodon_running,
    page,
    said,
)

NOTHING = Says(body=[])


@pytest.fixture
def network() -> Iterator[Network]:
    with mastodon_running() as running:
        yield running.on(MENTIONS, NOTHING).on(TAG, NOTHING).on(SEARCH, {"statuses": []})


def fill(mastodon: MastodonChannel, since: int, until: int) -> tuple[list[str], list[Missing], int]:
    """Whom it brought, what it lacked, and how many pages it took."""
    ids, lost, position = list[str](), list[Missing](), None
    for pages in range(1, 50):
        got = mastodon.fill(at(since), at(until), position)
        ids += [item.external_id for item in got.items]
        lost += [got.missing] if got.missing else []
        position = got.position
        if not got.more:
            return ids, lost, pages
    raise AssertionError("it never ends")


def test_a_stretch_is_read_from_the_top_down_to_where_it_begins(network: Network) -> None:
    network.on(MENTIONS, page(999, 960), page(959, 920), page(919, 880))
    ids, lost, pages = fill(channel(network.url), 930, 950)
    assert ids == [f"s{number}" for number in range(949, 929, -1)]
    assert lost == []
    assert pages == 2


def test_hashtags_and_words_are_read_again_too(network: Network) -> None:
    network.on(MENTIONS, page(999, 960)).on(TAG, listed(999, 960))
    network.on(SEARCH, {"statuses": listed(999, 960).body})
    ids, _, _ = fill(channel(network.url, queries=["#larix", "tende"]), 970, 972)
    assert ids == ["s971", "s970"] * 3


def test_it_goes_on_in_another_process(network: Network) -> None:
    network.on(MENTIONS, page(999, 960), page(959, 920)).on(TAG, listed(999, 960))
    tags = ["#larix"]
    first = channel(network.url, queries=tags).fill(at(930), at(995), None)
    second = channel(network.url, queries=tags).fill(at(930), at(995), first.position)
    assert json.loads(second.position)["left"] == ["#larix"]
    network.on(TAG, listed(950, 911))
    third = channel(network.url, queries=tags).fill(at(930), at(995), second.position)
    assert [asked.query.get("max_id") for asked in network.calls(MENTIONS)] == [None, "n960"]
    assert not third.more
    assert third.items[-1].external_id == "s930"


def test_what_lies_below_the_end_of_the_list_stays_missing(network: Network) -> None:
    network.on(MENTIONS, page(999, 960), page(959, 936), NOTHING)
    ids, (lost,), _ = fill(channel(network.url), 900, 950)
    assert ids == [f"s{number}" for number in range(949, 935, -1)]
    assert (lost.since, lost.until) == (at(900), at(938))


def test_a_list_that_ends_above_the_stretch_refuses_it_when_all_else_was_read(
    network: Network,
) -> None:
    network.on(MENTIONS, page(999, 960), NOTHING).on(TAG, listed(920, 881))
    mastodon = channel(network.url, queries=["#larix"])
    ids, position = list[str](), None
    with pytest.raises(Refused, match="2026-11-20 11:22"):
        for _ in range(10):
            got = mastodon.fill(at(900), at(950), position)
            assert got.more
            ids += [item.external_id for item in got.items]
            position = got.position
    assert ids[0] == "s920"
    assert ids[-1] == "s900"


def test_a_list_the_server_refuses_keeps_no_other_from_being_read(network: Network) -> None:
    other = "GET /api/v1/timelines/tag/betulla"
    network.on(MENTIONS, page(999, 960)).on(TAG, Says(status=403, body={"error": "not here"}))
    network.on(other, listed(999, 960))
    mastodon = channel(network.url, queries=["#larix", "#betulla"])
    ids, position = list[str](), None
    with pytest.raises(Refused, match="not here"):
        for _ in range(10):
            got = mastodon.fill(at(970), at(972), position)
            ids += [item.external_id for item in got.items]
            position = got.position
    assert ids == ["s971", "s970"] * 2


def test_an_empty_list_lacks_nothing(network: Network) -> None:
    assert fill(channel(network.url), 900, 950) == ([], [], 1)


def test_a_young_list_lacks_only_what_is_older_than_it(network: Network) -> None:
    network.on(MENTIONS, page(999, 995), NOTHING)
    _, (lost,), _ = fill(channel(network.url), 0, 998)
    assert (lost.since, lost.until) == (at(0), at(997))


def test_a_server_that_takes_no_heed_of_max_id_is_left_at_its_second_page(
    network: Network,
) -> None:
    network.on(MENTIONS, page(999, 960))
    _, (lost,), pages = fill(channel(network.url), 900, 998)
    assert pages == 2
    assert lost.since == at(900)


def test_a_place_the_server_forgot_is_told_so_that_the_stretch_is_read_anew(
    network: Network,
) -> None:
    network.on(MENTIONS, page(999, 960), Says(status=422, body={"error": "no such id"}))
    mastodon = channel(network.url)
    first = mastodon.fill(at(900), at(950), None)
    with pytest.raises(Unavailable, match="way through"):
        mastodon.fill(at(900), at(950), first.position)


@pytest.mark.parametrize("note", ["", "{", "[]", "null", '{"left": 5}', '{"below": "x"}'])
def test_a_position_nobody_can_read_begins_anew(network: Network, note: str) -> None:
    network.on(MENTIONS, page(999, 960))
    got = channel(network.url).fill(at(965), at(995), note)
    assert len(got.items) == 30
    assert not got.more


def test_a_query_that_is_no_longer_there_is_left_out(network: Network) -> None:
    note = json.dumps({"left": ["#gone", "#larix"], "below": "s7", "pages": 3, "rows": 120})
    network.on(TAG, listed(999, 960))
    got = channel(network.url, queries=["#larix"]).fill(at(970), at(975), note)
    assert len(got.items) == 5
    assert not got.more
    assert "max_id" not in network.calls(TAG)[0].query


def test_many_threads_wait_for_the_next_page_here_too(network: Network) -> None:
    rows = [said(number, in_reply_to_id=f"r{number}") for number in range(999, 959, -1)]
    for number in range(999, 959, -1):
        network.on(f"GET /api/v1/statuses/s{number}/context", {"ancestors": [{"id": "root"}]})
    network.on(MENTIONS, Says(body=rows), Says(body=rows[20:]), page(959, 920))
    ids, lost, pages = fill(channel(network.url), 955, 1000)
    assert ids == [f"s{number}" for number in range(999, 954, -1)]
    assert lost == []
    assert pages == 3
    assert network.calls(MENTIONS)[1].query["max_id"] == "n980"


def test_nothing_is_counted_by_the_hour(network: Network) -> None:
    assert channel(network.url).count(NOW - timedelta(hours=5), NOW) is None
    assert network.asked == []
