"""X over real HTTP: a stretch read again, and the hours X counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from listener.channels.base import Missing, Page
from listener.channels.errors import Refused, Unavailable
from listener.channels.x.channel import XChannel
from tests.loopback import Network, Says, payload
from tests.x_on_loopback import ME, NOW, SEARCH, ago, channel, page, x_running

COUNTS = "GET /2/tweets/counts/recent"
NAMED = "@larixoutdoor -is:retweet -from:larixoutdoor"
KEYWORD = "(acme store) -from:larixoutdoor"
SINCE, UNTIL = NOW - timedelta(hours=5), NOW - timedelta(hours=2)
REACH = timedelta(days=6, hours=23)


@pytest.fixture
def network() -> Iterator[Network]:
    """Its clock is ours: X's own time is what counts."""
    with x_running() as running:
        yield running.on("GET /2/users/me", at_x(payload("x/me.json")))


def at_x(body: Any, status: int = 200, *, ahead: timedelta = timedelta()) -> Says:
    date = format_datetime(NOW + ahead, usegmt=True)
    return Says(status=status, body=body, headers={"Date": date})


def filled(x: XChannel, since: datetime = SINCE, until: datetime = UNTIL) -> list[Page]:
    """All pages of a stretch, each read by a channel that knows nothing but the position."""
    pages = [x.fill(since, until, None)]
    while pages[-1].more:
        pages.append(x.fill(since, until, pages[-1].position))
    return pages


def test_a_stretch_is_searched_for_what_names_us_and_for_each_query(network: Network) -> None:
    network.on(SEARCH, at_x(page("9", "8", token="two")), at_x(page("7")), at_x(page("6")))
    pages = filled(channel(network.url, queries=["acme store"]))
    assert [[item.external_id for item in one.items] for one in pages] == [["9", "8"], ["7"], ["6"]]
    asked = [call.query for call in network.calls(SEARCH)]
    assert [(one["query"], one.get("next_token")) for one in asked] == [
        (NAMED, None),
        (NAMED, "two"),
        (KEYWORD, None),
    ]
    assert {one["start_time"] for one in asked} == {"2026-11-20T07:00:00Z"}
    assert {one["end_time"] for one in asked} == {"2026-11-20T10:00:01Z"}
    assert not any("since_id" in one for one in asked)
    assert all(one.missing is None for one in pages)


def test_a_query_x_refuses_is_left_for_the_end_and_keeps_the_stretch_open(
    network: Network,
) -> None:
    refusal = at_x({"title": "Invalid Request", "detail": "no such operator"}, status=400)
    network.on(SEARCH, refusal, at_x(page("9")), refusal)
    x = channel(network.url, queries=["acme store"])
    first = x.fill(SINCE, UNTIL, None)
    second = x.fill(SINCE, UNTIL, first.position)
    assert (first.more, second.more) == (True, True)
    assert [item.external_id for item in second.items] == ["9"]
    with pytest.raises(Refused, match="no such operator"):
        x.fill(SINCE, UNTIL, second.position)
    asked = [call.query["query"] for call in network.calls(SEARCH)]
    assert asked == [NAMED, KEYWORD, NAMED]
    network.on(SEARCH, at_x(page("8")))
    last = x.fill(SINCE, UNTIL, second.position)
    assert (last.more, [item.external_id for item in last.items]) == (False, ["8"])


def test_an_empty_page_with_a_next_one_is_not_the_end_of_a_query(network: Network) -> None:
    network.on(SEARCH, at_x(page(token="two")), at_x(page("7")))
    assert [len(one.items) for one in filled(channel(network.url))] == [0, 1]


def test_a_token_that_repeats_itself_ends_the_query(network: Network) -> None:
    network.on(SEARCH, at_x(page("9", token="same")))
    assert len(filled(channel(network.url))) == 2


def test_what_lies_further_back_than_x_searches_is_told_as_missing_once(network: Network) -> None:
    network.on(SEARCH, at_x(page("9", token="two")), at_x(page("8")))
    first, last = filled(channel(network.url), since=NOW - timedelta(days=9))
    assert first.missing == Missing(
        since=NOW - timedelta(days=9),
        until=NOW - REACH,
        reason="X searches no further back than seven days",
    )
    assert last.missing is None
    assert {call.query["start_time"] for call in network.calls(SEARCH)} == {"2026-11-13T13:00:00Z"}


def test_a_stretch_x_does_not_search_at_all_is_refused_without_asking(network: Network) -> None:
    with pytest.raises(Refused):
        channel(network.url).fill(NOW - timedelta(days=9), NOW - timedelta(days=8), None)
    assert not network.calls(SEARCH)


def test_a_search_left_alone_for_days_begins_anew_where_x_still_searches(network: Network) -> None:
    network.on(SEARCH, at_x(page("9", token="two")), at_x(page("8")))
    since = NOW - timedelta(days=6)
    stale = channel(network.url).fill(since, UNTIL, None).position
    network.on(SEARCH, at_x(page("8"), ahead=timedelta(days=2)))
    x = channel(network.url)
    network.on("GET /2/users/me", at_x(payload("x/me.json"), ahead=timedelta(days=2)))
    x.check()  # so it learns X's time
    late = x.fill(since, UNTIL, stale)
    assert late.missing is not None
    assert "next_token" not in network.calls(SEARCH)[-1].query


@pytest.mark.parametrize("position", ["", "{", "[]", '{"start": 5}', '{"start": "2026-11-20"}'])
def test_a_note_nobody_can_read_is_a_new_start(network: Network, position: str) -> None:
    network.on(SEARCH, at_x(page("9")))
    found = channel(network.url).fill(SINCE, UNTIL, position)
    assert network.calls(SEARCH)[0].query["query"] == NAMED
    assert (len(found.items), found.more) == (1, False)


def test_times_x_has_not_indexed_yet_are_not_asked_for(network: Network) -> None:
    """Nor times of its future, as when our clock is ahead: it refuses them."""
    behind = timedelta(minutes=-3)
    network.on("GET /2/users/me", at_x(payload("x/me.json"), ahead=behind))
    network.on(SEARCH, at_x(page("9"), ahead=behind))
    x = channel(network.url)
    x.check()
    x.fill(SINCE, NOW, None)
    assert network.calls(SEARCH)[0].query["end_time"] == "2026-11-20T11:56:31Z"
    assert not x.fill(NOW - timedelta(seconds=10), NOW, None).more
    assert len(network.calls(SEARCH)) == 1


def test_a_token_x_forgot_is_trouble_and_not_the_end(network: Network) -> None:
    network.on(SEARCH, at_x(page("9", token="two")), at_x({"title": "Invalid Request"}, 400))
    x = channel(network.url)
    position = x.fill(SINCE, UNTIL, None).position
    with pytest.raises(Unavailable):
        x.fill(SINCE, UNTIL, position)


def test_a_query_x_does_not_understand_is_refused(network: Network) -> None:
    network.on(SEARCH, at_x({"title": "Invalid Request"}, 400))
    with pytest.raises(Refused):
        channel(network.url).fill(SINCE, UNTIL, None)


def bucket(hour: int, number: int, *, minutes: int = 60, word: str = "tweet_count") -> Any:
    start = datetime(2026, 11, 20, hour, tzinfo=UTC)
    end = start + timedelta(minutes=minutes)
    return {"start": f"{start:%FT%T}.000Z", "end": f"{end:%FT%T}.000Z", word: number}


def test_hours_are_counted_whole_by_the_app_and_when_their_late_posts_are_in(
    network: Network,
) -> None:
    body = {"data": [bucket(8, 3), bucket(9, 0), bucket(10, 12, word="post_count")]}
    network.on(COUNTS, at_x({**body, "meta": {"total_tweet_count": 15}}))
    x = channel(network.url, bearer_token="canary-bearer")
    counted = x.count(NOW - timedelta(hours=4, minutes=30), NOW - timedelta(minutes=20))
    assert counted == {
        datetime(2026, 11, 20, hour, tzinfo=UTC): number
        for hour, number in ((8, 3), (9, 0), (10, 12))
    }
    (asked,) = network.calls(COUNTS)
    assert asked.headers["Authorization"] == "Bearer canary-bearer"
    assert dict(asked.query) == {
        "query": NAMED,
        "granularity": "hour",
        "start_time": "2026-11-20T08:00:00Z",
        "end_time": "2026-11-20T11:00:00Z",
    }


def test_an_hour_that_has_only_just_ended_is_not_counted_yet(network: Network) -> None:
    network.on(COUNTS, at_x({"data": []}))
    x = channel(network.url, bearer_token="canary-bearer")
    x.count(NOW - timedelta(days=30), NOW)
    (asked,) = network.calls(COUNTS)
    assert asked.query["start_time"] == "2026-11-13T13:00:00Z"  # as far back as X counts
    assert asked.query["end_time"] == "2026-11-20T11:00:00Z"
    assert x.count(NOW - timedelta(minutes=50), NOW) == {}
    assert len(network.calls(COUNTS)) == 1


def test_half_hours_nonsense_and_other_times_are_not_counted(network: Network) -> None:
    odd = [
        bucket(8, 1, minutes=30),
        bucket(3, 5),
        {"start": "x"},
        5,
        {**bucket(9, 1), "tweet_count": "2"},
    ]
    first = {"data": odd, "meta": {"next_token": "two"}}
    network.on(COUNTS, at_x(first), at_x({"data": [bucket(10, 2)]}))
    x = channel(network.url, bearer_token="canary-bearer")
    counted = x.count(NOW - timedelta(hours=4), NOW)
    assert counted == {datetime(2026, 11, 20, 10, tzinfo=UTC): 2}
    assert network.calls(COUNTS)[1].query["next_token"] == "two"


def test_without_a_bearer_token_nothing_is_counted(network: Network) -> None:
    assert channel(network.url).count(SINCE, UNTIL) is None
    assert not network.asked


def test_our_own_posts_are_a_stream_of_their_own_that_brings_nothing_along(
    network: Network,
) -> None:
    own = f"GET /2/users/{ME}/tweets"
    answer: dict[str, Any] = {
        "referenced_tweets": [{"type": "replied_to", "id": "5"}],
        "author_id": ME,
    }
    network.on(
        own,
        at_x(page(ago(minutes=1), token="two", **answer)),
        at_x({"title": "Invalid Request"}, 400),
        at_x(page(ago(minutes=1), **answer)),
        at_x(page(ago(minutes=2))),
    )
    x = channel(network.url)
    first = x.fetch("own", None)
    again = channel(network.url).fetch("own", first.position)  # its token is not known any more
    (post,) = again.items
    assert (first.more, again.more, again.missing) == (True, False, None)
    assert (post.own, post.in_reply_to, post.text) == (True, "5", f"text {ago(minutes=1)}")
    assert post.url.endswith(f"/larixoutdoor/status/{ago(minutes=1)}")
    x.fetch("own", again.position)
    asked = [call.query for call in network.calls(own)]
    assert all("expansions" not in one and one["exclude"] == "retweets" for one in asked)
    assert asked[-1]["since_id"] == ago(minutes=11)
