"""Bluesky over real HTTP: what is heard, and how it is paged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from listener.channels.base import Answerable
from listener.channels.bluesky import paging
from listener.channels.errors import ChannelError, Refused, TooLarge, Unavailable
from tests.bluesky_on_loopback import (
    HANDLE,
    ME,
    NOTIFIED,
    NOW,
    POSTS,
    RECORDS,
    SEARCH,
    Sky,
    channel,
    no,
    sky_running,
    texts,
    to_us,
    uri,
    walk,
)
from tests.loopback import BOMB, Asked, Says, payload

AT = f"@{HANDLE}"


@pytest.fixture
def sky() -> Iterator[Sky]:
    with sky_running() as running:
        yield running


def read_before(sky: Sky, stream: str = "notifications") -> str:
    """The position of a channel that has been listening for a while."""
    return walk(channel(sky.url), stream)[1]


def test_what_a_real_network_notified_of_comes_with_what_it_answers(sky: Sky) -> None:
    sky.on(NOTIFIED, payload("bluesky/notifications.json"))
    sky.on(POSTS, payload("bluesky/posts.json"))
    page = channel(sky.url).fetch("notifications", None)
    found = {item.text: item for item in page.items}
    assert len(page.items) == len(payload("bluesky/notifications.json")["notifications"])
    assert found["and in green?"].context == "New: the Larix 2 tent"
    assert found["is this any good?"].context == "New: the Larix 2 tent"
    assert found[f"{AT} gated"].answerable is Answerable.NO
    assert all(item.addressed and not item.own for item in page.items)
    assert not page.rejected


def test_what_names_answers_or_quotes_us_is_asked_for_and_nothing_else(sky: Sky) -> None:
    sky.say(f"{AT} hello", facets=to_us(AT))
    channel(sky.url).fetch("notifications", None)
    (asked,) = sky.calls(NOTIFIED)
    assert asked.query["reasons"] == "mention,reply,quote"
    assert asked.query["limit"] == "100"
    # An account may be set to hear of those it follows alone.
    assert asked.query["priority"] == "false"


def test_a_like_that_an_older_server_lists_all_the_same_is_no_mention(sky: Sky) -> None:
    sky.say("a like", reason="like")
    sky.say(f"{AT} hello")
    assert texts([channel(sky.url).fetch("notifications", None)]) == [f"{AT} hello"]


def test_a_page_that_loses_rows_of_one_millisecond_is_made_up_for_by_searching(sky: Sky) -> None:
    for n in range(120):
        sky.say(f"{AT} {n}", at=NOW - timedelta(minutes=5))
    bsky = channel(sky.url)
    notified, _ = walk(bsky, "notifications")
    searched, _ = walk(bsky, "search")
    assert len(texts(notified)) == 100  # the next page is strictly older, and empty
    assert set(texts(searched)) == {f"{AT} {n}" for n in range(120)}


def test_ten_of_one_millisecond_come_in_one_page(sky: Sky) -> None:
    for n in range(10):
        sky.say(f"{AT} {n}", at=NOW)
    assert len(texts(walk(channel(sky.url), "notifications")[0])) == 10


def test_who_backdates_is_heard_in_the_next_round_wherever_the_row_comes_to_stand(
    sky: Sky,
) -> None:
    for n in range(20):
        sky.say(f"{AT} {n}")
    position = read_before(sky)
    long_ago = datetime(2020, 1, 2, tzinfo=NOW.tzinfo)
    sky.say(f"{AT} late", at=long_ago, rkey="3n2va4ch47s2o")
    (late,) = channel(sky.url).fetch("notifications", position).items
    assert late.text == f"{AT} late"
    # Not years overdue, nor history: it was put there when its key was made.
    assert NOW - late.created_at < timedelta(hours=1)


def test_who_backdates_below_the_first_page_is_found_by_the_deep_walk(sky: Sky) -> None:
    for n in range(150):
        sky.say(f"{AT} {n}", at=NOW - timedelta(minutes=n))
    position = read_before(sky)
    sky.say(f"{AT} late", at=NOW - timedelta(days=3))
    bsky = channel(sky.url, clock=lambda: sky.now)
    pages, position = walk(bsky, "notifications", position)
    assert texts(pages) == []
    sky.now += paging.DEEP_EVERY
    assert f"{AT} late" in texts(walk(bsky, "notifications", position)[0])


def test_pages_that_are_short_or_empty_do_not_end_a_walk(sky: Sky) -> None:
    spammer = "did:plc:spammer"
    sky.say(f"{AT} before", at=NOW - timedelta(hours=5))
    for n in range(250):
        sky.say(f"{AT} {n}", at=NOW - timedelta(minutes=n + 5), by=spammer)
    sky.say(f"{AT} after", at=NOW - timedelta(minutes=1))
    sky.muted.add(spammer)
    pages, _ = walk(channel(sky.url), "notifications")
    assert texts(pages) == [f"{AT} after", f"{AT} before"]
    assert [len(page.items) for page in pages] == [1, 0, 1]
    assert all(page.missing is None for page in pages)


def test_what_counts_as_read_there_is_still_new_here(sky: Sky) -> None:
    """is_read says nothing before the first updateSeen, and nothing of one item after it."""
    sky.say(f"{AT} hello")
    page = channel(sky.url).fetch("notifications", None)
    assert page.items
    assert sky.listed[page.items[0].external_id]


def test_each_version_of_a_post_is_handed_on_once(sky: Sky) -> None:
    place = sky.say(f"{AT} hello")
    position = read_before(sky)
    bsky = channel(sky.url)
    again = bsky.fetch("notifications", position)
    assert again.items == ()
    sky.edit(place, f"{AT} hello, edited")
    (edited,) = bsky.fetch("notifications", again.position).items
    assert (edited.external_id, edited.text) == (place, f"{AT} hello, edited")
    # The store takes the greater revision for the newer one: a fingerprint would say nothing.
    assert edited.revision_id == place


def test_a_handle_without_a_link_or_hidden_by_a_filter_is_found_by_searching(sky: Sky) -> None:
    place = sky.say(f"hello {AT}, are you there?", reason="")
    bsky = channel(sky.url)
    assert texts(walk(bsky, "notifications")[0]) == []
    (item,) = walk(bsky, "search")[0][0].items
    assert (item.external_id, item.addressed) == (place, True)


def test_our_handle_is_searched_for_as_an_account_and_as_words(sky: Sky) -> None:
    channel(sky.url, queries=["larix tent"]).fetch("search", None)
    asked = [call.query for call in sky.calls(SEARCH)]
    assert [query["q"] for query in asked] == [AT, HANDLE, "larix tent"]
    assert {query["sort"] for query in asked} == {"latest"}
    # A search that cannot look a handle up leaves it out, and would find everything there is.
    assert [query.get("mentions") for query in asked] == [ME, None, None]


def test_a_link_to_our_site_is_no_mention_unless_the_settings_search_for_it(sky: Sky) -> None:
    sky.say(f"see https://{HANDLE}/tents", reason="")
    assert texts(walk(channel(sky.url), "search")[0]) == []
    (item,) = walk(channel(sky.url, queries=["tents"]), "search")[0][0].items
    assert item.addressed is False


def test_a_post_that_several_searches_find_comes_once(sky: Sky) -> None:
    sky.say(f"{AT} larix", reason="")
    assert texts(walk(channel(sky.url, queries=["larix"]), "search")[0]) == [f"{AT} larix"]


def test_a_search_that_has_pages_left_goes_on_alone(sky: Sky) -> None:
    for n in range(130):
        sky.say(f"larix {n}", at=NOW - timedelta(minutes=n), reason="")
    pages, _ = walk(channel(sky.url, queries=["larix", "tent"]), "search")
    assert len(texts(pages)) == 130
    assert [call.query["q"] for call in sky.calls(SEARCH)] == [AT, HANDLE, "larix", "tent", "larix"]


def test_a_query_the_search_refuses_stops_no_other_and_is_told(sky: Sky) -> None:
    sky.say("larix is fine", reason="")
    rest = sky.answer

    def choosy(asked: Asked) -> Says:
        refused = no(400, "InvalidRequest", "bad query")
        return refused if asked.query.get("q") == 'tent"' else rest(asked)

    sky.answer = choosy  # type: ignore[method-assign]
    page = channel(sky.url, queries=['tent"', "larix"]).fetch("search", None)
    assert texts([page]) == ["larix is fine"]
    assert "bad query" in page.trouble


def test_what_hangs_under_a_post_of_ours_comes_with_its_text_asked_for_once(sky: Sky) -> None:
    ours = sky.we_say("New: the Larix 2 tent")
    above = {"uri": ours, "cid": "bafyreix"}
    sky.say("in green?", reason="reply", reply={"root": above, "parent": above})
    bsky = channel(sky.url, queries=["in "])
    (item,) = bsky.fetch("notifications", None).items
    assert (item.context, item.in_reply_to, item.conversation) == (
        "New: the Larix 2 tent",
        ours,
        ours,
    )
    sky.say("in blue?", reason="", reply={"root": above, "parent": above})
    assert {one.context for one in bsky.fetch("search", None).items} == {"New: the Larix 2 tent"}
    assert [ours in call.query["uris"] for call in sky.calls(POSTS)] == [False, True]


def test_never_more_than_25_posts_are_asked_for_at_once(sky: Sky) -> None:
    for n in range(60):
        sky.say(f"{AT} {n}")
    assert len(channel(sky.url).fetch("notifications", None).items) == 60
    assert [len(call.query["uris"].split(",")) for call in sky.calls(POSTS)] == [25, 25, 10]


def test_one_that_is_not_shown_yet_is_asked_for_again(sky: Sky) -> None:
    place = sky.say(f"{AT} hello")
    bsky = channel(sky.url)
    sky.on(POSTS, {"posts": []}, {"posts": [sky.listed[place]]})
    first = bsky.fetch("notifications", None)
    assert first.items == ()
    assert texts([bsky.fetch("notifications", first.position)]) == [f"{AT} hello"]


def test_an_item_nobody_can_read_costs_only_itself(sky: Sky) -> None:
    place = sky.say(f"{AT} hello")
    broken = sky.say(f"{AT} broken")
    sky.listed[broken]["record"]["text"] = {"no": "text"}
    row = {"uri": "https://elsewhere", "reason": "mention", "indexedAt": "2026-11-22T08:00:00Z"}
    both = [{**sky.listed[one], "reason": "mention"} for one in (place, broken)]
    sky.on(NOTIFIED, {"notifications": [*both, row, "nonsense"]})
    page = channel(sky.url).fetch("notifications", None)
    assert texts([page]) == [f"{AT} hello"]
    assert [bad.external_id for bad in page.rejected] == [broken, None, None]
    assert json.loads(page.rejected[1].payload) == row
    sky.on(SEARCH, {"posts": [sky.listed[place], sky.listed[broken], 7]})
    page = channel(sky.url).fetch("search", None)
    assert {bad.external_id for bad in page.rejected} == {broken, None}


def test_a_walk_broken_off_goes_on_from_its_cursor(sky: Sky) -> None:
    for n in range(230):
        sky.say(f"{AT} {n}", at=NOW - timedelta(minutes=n))
    first = channel(sky.url).fetch("notifications", None)
    assert first.more
    sky.say(f"{AT} meanwhile", at=NOW)
    rest, position = walk(channel(sky.url), "notifications", first.position)
    assert len(texts([first, *rest])) == 230
    # What came meanwhile lies after the mark, which is taken from the first page.
    assert f"{AT} meanwhile" in texts(walk(channel(sky.url), "notifications", position)[0])


@pytest.mark.parametrize(
    "refusals",
    [
        [no(502, "InternalServerError")] * 2,
        [no(400, "InvalidRequest", "Malformed cursor")],
        [no(400, "InvalidRequest", "no")] * 2,
    ],
)
@pytest.mark.parametrize(
    ("stream", "path"), [("notifications", NOTIFIED), ("search", SEARCH), ("own", RECORDS)]
)
def test_a_cursor_nobody_knows_any_more_restarts_the_walk(
    sky: Sky, refusals: list[Says], stream: str, path: str
) -> None:
    sky.say(f"{AT} hello")
    sky.we_say("ours", under=uri("3n2va4ch47s2o"))
    note = {
        "high": "2026-11-22T07:00:00+00:00",
        "swept": "2026-11-22T07:00:00+00:00",
        "pending": {"cursor": "lost", "floor": "2026-11-22T06:50:00+00:00", "pages": 3},
    }
    position = json.dumps({"queries": {AT: note}} if stream == "search" else note)
    whole: dict[str, dict[str, Any]] = {
        "notifications": {"notifications": []},
        "search": {"posts": [*sky.listed.values()]},
        "own": {"records": []},
    }
    sky.on(path, *refusals, whole[stream])
    page = channel(sky.url).fetch(stream, position)
    assert page.more is False
    asked = [call.query.get("cursor") for call in sky.calls(path)]
    assert asked == [*["lost"] * len(refusals), None]
    assert "pending" not in page.position


def test_a_page_that_can_never_be_read_ends_the_walk_and_leaves_a_visible_gap(sky: Sky) -> None:
    for n in range(150):
        sky.say(f"{AT} {n}", at=NOW - timedelta(minutes=n))
    position = '{"high": "2026-11-22T01:00:00+00:00", "swept": "2026-11-22T08:00:00+00:00"}'
    first = channel(sky.url).fetch("notifications", position)
    broken = no(502, "InternalServerError", "Internal Server Error")
    rows = [{**view, "reason": "mention"} for view in sky.listed.values()][:100]
    again = {"notifications": rows, "cursor": "2026-11-22T07:20:00.000Z"}
    twice = (broken, broken)
    sky.on(NOTIFIED, *twice, again, *twice, again, *twice)
    pages, _ = walk(channel(sky.url), "notifications", first.position)
    lost = pages[-1].missing
    assert lost is not None
    assert lost.since == datetime.fromisoformat("2026-11-22T01:00:00+00:00")
    assert lost.until == NOW - timedelta(minutes=99)


def begun(sky: Sky) -> str:
    """The position of a walk through 150 rows, after its first page."""
    for n in range(150):
        sky.say(f"{AT} {n}", at=NOW - timedelta(minutes=n))
    return channel(sky.url).fetch("notifications", None).position


def test_a_server_that_stumbles_once_is_asked_once_more_and_the_walk_goes_on(sky: Sky) -> None:
    position = begun(sky)
    rest = sky.answer
    cursor = json.loads(position)["pending"]["cursor"]
    stumbles = [no(502, "InternalServerError")]

    def once(asked: Asked) -> Says:
        if asked.query.get("cursor") == cursor and stumbles:
            sky.asked.append(asked)
            return stumbles.pop()
        return rest(asked)

    sky.answer = once  # type: ignore[method-assign]
    page = channel(sky.url).fetch("notifications", position)
    assert len(page.items) == 50
    cursors = [call.query.get("cursor") for call in sky.calls(NOTIFIED)]
    assert cursors == [None, cursor, cursor]


@pytest.mark.parametrize(
    "trouble", [no(502, "InternalServerError"), no(400, "InvalidRequest"), no(503, "Busy")]
)
def test_trouble_with_something_else_is_no_lost_cursor(sky: Sky, trouble: Says) -> None:
    position = begun(sky)
    sky.on(POSTS, trouble)
    with pytest.raises(ChannelError):
        channel(sky.url).fetch("notifications", position)
    cursor = json.loads(position)["pending"]["cursor"]
    assert [call.query.get("cursor") for call in sky.calls(NOTIFIED)] == [None, cursor]


def too_much(sky: Sky, path: str, most: int, *, cursor: str = "") -> None:
    """An answer there is more than anybody takes if it holds more than `most` rows, or goes on
    from that cursor."""
    rest = sky.answer

    def large(asked: Asked) -> Says:
        says = rest(asked)
        if f"{asked.method} {asked.path}" != path:
            return says
        here = bool(cursor) and asked.query.get("cursor") == cursor
        return BOMB if int(asked.query.get("limit", "1")) > most or here else says

    sky.answer = large  # type: ignore[method-assign]


def limits(sky: Sky, path: str) -> list[int]:
    return [int(call.query["limit"]) for call in sky.calls(path)]


@pytest.mark.parametrize(("stream", "path"), [("notifications", NOTIFIED), ("own", RECORDS)])
def test_a_page_that_is_too_large_is_asked_for_in_smaller_ones(
    sky: Sky, stream: str, path: str
) -> None:
    for n in range(60):
        sky.say(f"{AT} {n}", at=NOW - timedelta(minutes=n))
        sky.we_say(f"ours {n}", at=NOW - timedelta(minutes=n))
    too_much(sky, path, 25)
    pages, _ = walk(channel(sky.url), stream)
    assert len(texts(pages)) == 60
    assert limits(sky, path)[:5] == [100, 50, 25, 25, 25]


def test_a_row_that_is_too_large_all_alone_is_passed_by_with_a_visible_gap(sky: Sky) -> None:
    newest = sky.say(f"{AT} new", at=NOW - timedelta(minutes=1))
    sky.say(f"{AT} huge", at=NOW - timedelta(minutes=5))
    position = '{"high": "2026-11-22T07:00:00+00:00", "swept": "2026-11-22T08:00:00+00:00"}'
    too_much(sky, NOTIFIED, 1, cursor=sky.listed[newest]["indexedAt"])
    pages, position = walk(channel(sky.url), "notifications", position)
    assert texts(pages) == [f"{AT} new"]
    lost = pages[-1].missing
    assert lost is not None
    assert lost.since == datetime.fromisoformat("2026-11-22T07:00:00+00:00")
    assert lost.until == NOW - timedelta(minutes=1)
    assert "more than" in lost.reason
    again, _ = walk(channel(sky.url), "notifications", position)
    assert [page.missing for page in again if page.missing] == []


def test_the_newest_row_that_is_too_large_is_told_until_there_is_a_newer_one(sky: Sky) -> None:
    sky.say(f"{AT} huge", at=NOW - timedelta(minutes=5))
    too_much(sky, NOTIFIED, 0)
    with pytest.raises(TooLarge):
        channel(sky.url).fetch("notifications", None)


def test_a_post_that_cannot_be_shown_for_its_size_is_kept_apart(sky: Sky) -> None:
    for n in range(4):
        sky.say(f"{AT} {n}", at=NOW - timedelta(minutes=n))
    huge = next(iter(sky.listed))
    rest = sky.answer

    def large(asked: Asked) -> Says:
        says = rest(asked)
        return BOMB if asked.path.endswith("getPosts") and huge in asked.query["uris"] else says

    sky.answer = large  # type: ignore[method-assign]
    page = channel(sky.url).fetch("notifications", None)
    assert texts([page]) == [f"{AT} 1", f"{AT} 2", f"{AT} 3"]
    assert [bad.external_id for bad in page.rejected] == [huge]
    with pytest.raises(TooLarge):
        channel(sky.url).lookup([huge])


def test_an_appview_in_trouble_says_so_and_costs_nothing(sky: Sky) -> None:
    sky.on(NOTIFIED, no(502, "UpstreamFailure", "Upstream service unreachable"))
    for position in (None, '{"pending": {"cursor": "x", "floor": "2026-11-22T08:00:00+00:00"}}'):
        with pytest.raises(Unavailable):
            channel(sky.url).fetch("notifications", position)
    assert len(sky.calls(NOTIFIED)) == 2  # a timeout says nothing about a cursor


@pytest.mark.parametrize("body", [{}, {"notifications": None}, {"notifications": "x"}])
def test_an_answer_without_a_list_is_no_last_page(sky: Sky, body: dict[str, object]) -> None:
    sky.on(NOTIFIED, body)
    with pytest.raises(Unavailable):
        channel(sky.url).fetch("notifications", None)


def test_our_own_posts_come_straight_from_our_own_repository(sky: Sky) -> None:
    mention = sky.say(f"{AT} hello")
    answer = sky.we_say("Hello Anna, a colleague here", under=mention)
    sky.we_say("New: the Larix 2 tent")
    pages, position = walk(channel(sky.url), "own")
    found = {item.text: item for page in pages for item in page.items}
    hands = found["Hello Anna, a colleague here"]
    assert (hands.external_id, hands.in_reply_to, hands.own) == (answer, mention, True)
    assert hands.author is not None
    assert hands.author.external_id == ME
    assert all(call.query["repo"] == ME for call in sky.calls(RECORDS))
    assert walk(channel(sky.url), "own", position)[1] == position


def test_nothing_of_ours_counts_as_missing(sky: Sky) -> None:
    broken = no(502, "InternalServerError")
    pending = {"cursor": "x", "floor": "2026-11-20T08:00:00+00:00", "restarts": 2}
    sky.on(RECORDS, broken)
    page = channel(sky.url).fetch("own", json.dumps({"pending": pending}))
    assert (page.missing, page.more) == (None, False)


def test_there_are_three_streams_and_no_other(sky: Sky) -> None:
    bsky = channel(sky.url)
    assert bsky.declaration.streams == ("notifications", "search", "own")
    with pytest.raises(Refused):
        bsky.fetch("likes", None)


@pytest.mark.parametrize("position", ["nonsense", "[]", '{"queries": 5}', '{"pending": 1}'])
def test_a_note_nobody_can_read_is_a_new_start(sky: Sky, position: str) -> None:
    sky.say(f"{AT} hello")
    for stream in ("notifications", "search"):
        assert texts(walk(channel(sky.url), stream, position)[0]) == [f"{AT} hello"]


def test_the_note_stays_small_however_much_is_heard(sky: Sky) -> None:
    for n in range(400):
        sky.say(f"{AT} {n}", at=NOW - timedelta(seconds=n))
    pages, _ = walk(channel(sky.url), "notifications")
    assert len(texts(pages)) == 400
    assert max(len(page.position) for page in pages) < 5000


def test_a_lookup_tells_what_is_gone_and_says_nothing_of_what_is_no_post(sky: Sky) -> None:
    place, gone = sky.say(f"{AT} hello"), sky.say(f"{AT} sorry")
    sky.forget(gone)
    found = channel(sky.url).lookup([place, gone, "nonsense", "at://did:plc:a/app.bsky.x.y/1"])
    assert set(found) == {place, gone}
    assert found[gone] is None
    assert found[place] is not None


def test_a_lookup_of_many_asks_for_25_at_a_time(sky: Sky) -> None:
    places = [sky.say(f"{AT} {n}") for n in range(51)]
    assert len(channel(sky.url).lookup(places)) == 51
    assert len(sky.calls(POSTS)) == 3


def test_an_answer_without_posts_does_not_make_everything_gone(sky: Sky) -> None:
    sky.on(POSTS, {})
    with pytest.raises(Unavailable):
        channel(sky.url).lookup([uri("3n2va4ch47s2o")])


def test_a_post_that_cannot_be_read_is_not_known_to_be_gone(sky: Sky) -> None:
    place = sky.say(f"{AT} hello")
    sky.listed[place]["record"] = "?"
    assert channel(sky.url).lookup([place]) == {}


def test_a_thread_that_is_closed_later_is_known_by_the_next_lookup(sky: Sky) -> None:
    place = sky.say(f"{AT} hello")
    sky.listed[place]["viewer"]["replyDisabled"] = True
    item = channel(sky.url).lookup([place])[place]
    assert item is not None
    assert item.answerable is Answerable.NO
