"""X over real HTTP: what is fetched, and how it is paged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime

import pytest

from listener.channels.errors import Refused, Unavailable
from listener.channels.metering import free
from tests.factories import Watch
from tests.loopback import BOMB, Asked, Network, Says, payload
from tests.x_on_loopback import MENTIONS, NOW, SEARCH, ago, channel, metered, page, x_running


@pytest.fixture
def network() -> Iterator[Network]:
    with x_running() as running:
        yield running


def test_mentions_are_paged_and_the_mark_moves_at_the_end(network: Network) -> None:
    network.on(MENTIONS, payload("x/mentions_page1.json"), payload("x/mentions_page2.json"))
    x = channel(network.url)
    first = x.fetch("mentions", None)
    second = x.fetch("mentions", first.position)
    assert (first.more, second.more) == (True, False)
    assert len(first.items) + len(second.items) == 4
    one, two = network.calls(MENTIONS)
    assert one.query["max_results"] == "100"
    assert "since_id" not in one.query
    assert two.query["pagination_token"] == "7140dibdnow9c7btw0001"
    assert json.loads(second.position)["high"] == first.items[0].revision_id
    assert len(network.calls("GET /2/users/me")) == 1


def test_the_next_walk_overlaps_the_last_by_ten_minutes(network: Network) -> None:
    network.on(MENTIONS, page())
    channel(network.url).fetch("mentions", json.dumps({"high": ago(hours=1)}))
    assert network.calls(MENTIONS)[0].query["since_id"] == ago(hours=1, minutes=10)


def test_a_walk_goes_on_after_a_crash_in_another_process(network: Network) -> None:
    network.on(MENTIONS, page("9", token="two"), page("8", token="three"), page("7"))
    first = channel(network.url).fetch("mentions", json.dumps({"high": "5"}))
    again = channel(network.url).fetch("mentions", first.position)
    again = channel(network.url).fetch("mentions", again.position)
    assert [asked.query.get("pagination_token") for asked in network.calls(MENTIONS)] == [
        None,
        "two",
        "three",
    ]
    assert len({asked.query["since_id"] for asked in network.calls(MENTIONS)}) == 1
    assert json.loads(again.position)["high"] == "9"
    assert "pending" not in json.loads(again.position)


def test_a_failed_page_moves_nothing_and_is_asked_for_again(network: Network) -> None:
    network.on(MENTIONS, page("9", token="two"), Says(status=503), page("8"))
    x = channel(network.url)
    first = x.fetch("mentions", json.dumps({"high": "5"}))
    with pytest.raises(Unavailable):
        x.fetch("mentions", first.position)
    assert [item.external_id for item in x.fetch("mentions", first.position).items] == ["8"]


def test_empty_and_short_pages_are_no_end(network: Network) -> None:
    network.on(MENTIONS, page(ago(hours=1), token="a"), page(token="b"), page(ago(hours=2)))
    x, position, seen = channel(network.url), None, list[str]()
    for _ in range(3):
        got = x.fetch("mentions", position)
        position, seen = got.position, seen + [item.external_id for item in got.items]
    assert seen == [ago(hours=1), ago(hours=2)]
    assert not got.more


def test_a_first_start_reads_a_whole_day_of_a_busy_brand_and_no_more(network: Network) -> None:
    hourly = [page(ago(hours=4 * n), token=f"t{n}") for n in range(1, 9)]
    network.on(MENTIONS, *hourly)
    x, position, seen = channel(network.url), None, 0
    for _ in range(20):
        got = x.fetch("mentions", position)
        position, seen = got.position, seen + len(got.items)
        assert got.missing is None
        if not got.more:
            break
    assert seen == 6
    assert json.loads(position or "")["high"] == ago(hours=4)


def test_a_first_start_that_cannot_read_a_whole_day_tells_what_it_left_out(
    network: Network,
) -> None:
    network.on(SEARCH, *[page(ago(minutes=n), token=f"t{n}") for n in range(1, 30)])
    x, position = channel(network.url, queries=["larix"]), None
    for _ in range(20):
        got = x.fetch("search", position)
        position = got.position
        if not got.more:
            break
    assert got.missing is not None
    assert (got.missing.since, got.missing.until) == (
        NOW - timedelta(hours=24),
        NOW - timedelta(minutes=len(network.calls(SEARCH))),
    )


def test_a_token_x_no_longer_knows_restarts_the_walk_from_the_mark(network: Network) -> None:
    bad = Says(status=400, body={"title": "Invalid Request", "errors": []})
    network.on(MENTIONS, bad, page("9"))
    note = {"high": ago(hours=1), "pending": {"token": "old", "since": "4", "newest": "8"}}
    got = channel(network.url).fetch("mentions", json.dumps(note))
    assert [item.external_id for item in got.items] == ["9"]
    assert network.calls(MENTIONS)[1].query["since_id"] == ago(hours=1, minutes=10)
    assert "pagination_token" not in network.calls(MENTIONS)[1].query


def test_more_mentions_than_x_lists_leave_a_visible_gap(network: Network) -> None:
    network.on(MENTIONS, page(ago(hours=2)))
    pending = {"token": "t", "since": ago(days=2), "newest": ago(hours=1), "seen": 799, "pages": 8}
    got = channel(network.url).fetch(
        "mentions", json.dumps({"high": ago(days=2), "pending": pending})
    )
    assert got.missing is not None
    assert got.missing.until == NOW - timedelta(hours=2)


def test_search_is_there_only_with_queries_and_leaves_our_own_posts_out(network: Network) -> None:
    network.on(SEARCH, payload("x/search.json"))
    x = channel(network.url, queries=['"larix outdoor" -is:retweet'])
    assert x.declaration.streams == ("mentions", "own", "search")
    assert len(x.fetch("search", None).items) == 5
    query = network.calls(SEARCH)[0].query
    assert query["query"] == '("larix outdoor" -is:retweet) -from:larixoutdoor'
    silent = channel(network.url)
    assert silent.declaration.streams == ("mentions", "own")
    with pytest.raises(Refused):
        silent.fetch("search", None)


def test_nothing_is_trained_on_its_texts_unless_the_operator_has_a_licence(
    network: Network,
) -> None:
    assert not channel(network.url).declaration.may_teach
    assert channel(network.url, may_train=True).declaration.may_teach


def test_each_query_keeps_its_own_place(network: Network) -> None:
    network.on(SEARCH, page(ago(hours=1), token="more"), page("8"), page("7"))
    x = channel(network.url, queries=["larix", "betulla"])
    first = x.fetch("search", None)
    assert first.more
    second = x.fetch("search", first.position)
    assert not second.more
    assert [asked.query.get("next_token") for asked in network.calls(SEARCH)] == [
        None,
        None,
        "more",
    ]
    notes = json.loads(second.position)["queries"]
    assert {query: note["high"] for query, note in notes.items()} == {
        "larix": ago(hours=1),
        "betulla": "8",
    }


def too_much(network: Network, *, most: int, huge: str = "none") -> None:
    """No answer may hold more than `most` posts with what comes along, or the `huge` one."""
    plain = network.answer

    def large(asked: Asked) -> Says:
        says = plain(asked)
        whole = "expansions" in asked.query
        many = int(asked.query.get("max_results", "0")) > most or huge in asked.query.get("ids", "")
        return BOMB if whole and many else says

    network.answer = large  # type: ignore[method-assign]


def sizes(network: Network, call: str) -> list[int]:
    return [int(asked.query["max_results"]) for asked in network.calls(call)]


def test_a_page_that_is_too_large_is_asked_for_in_smaller_ones(network: Network) -> None:
    network.on(MENTIONS, page(ago(minutes=1), token="more"), page(ago(minutes=2)))
    x = channel(network.url)
    too_much(network, most=30)
    # What is scripted is used up by answers that were too large as well: four in all.
    network.on(MENTIONS, *[page(ago(minutes=n), token=f"t{n}") for n in range(3)], page())
    first = x.fetch("mentions", None)
    second = x.fetch("mentions", first.position)
    assert [len(first.items), len(second.items)] == [1, 0]
    assert sizes(network, MENTIONS) == [100, 50, 25, 25]


def test_a_post_that_is_too_large_all_alone_is_a_dead_letter_and_its_page_goes_on(
    network: Network,
) -> None:
    ids = [ago(minutes=n) for n in (1, 2, 3)]
    huge = ids[1]
    network.on(MENTIONS, page(*ids, token="more"))
    answer = network.answer

    def one(asked: Asked) -> Says:
        says = answer(asked)
        return Says(body=page(asked.query["ids"])) if asked.path == "/2/tweets" else says

    network.answer = one  # type: ignore[method-assign]
    too_much(network, most=0, huge=huge)
    got = channel(network.url).fetch("mentions", None)
    assert [item.external_id for item in got.items] == [ids[0], ids[2]]
    assert [bad.external_id for bad in got.rejected] == [huge]
    assert json.loads(got.position)["pending"]["token"] == "more"
    assert sizes(network, MENTIONS) == [100, 50, 25, 12, 10, 10]


def test_a_lookup_that_is_too_large_is_made_in_halves(network: Network) -> None:
    ids = [ago(minutes=n) for n in range(5)]
    answer = network.answer

    def some(asked: Asked) -> Says:
        says = answer(asked)
        if asked.path != "/2/tweets":
            return says
        wanted = asked.query["ids"].split(",")
        return BOMB if ids[3] in wanted or len(wanted) > 2 else Says(body=page(*wanted))

    network.answer = some  # type: ignore[method-assign]
    found = channel(network.url).lookup(ids)
    assert set(found) == {*ids} - {ids[3]}


def refusing(network: Network, *refused: str) -> None:
    """X finds fault with these queries, and with no others."""
    answer = network.answer

    def choosy(asked: Asked) -> Says:
        says = answer(asked)
        if any(f"({query})" in asked.query.get("query", "") for query in refused):
            return Says(status=400, body={"title": "Invalid Request", "detail": "no such operator"})
        return says

    network.answer = choosy  # type: ignore[method-assign]


def asked_for(network: Network) -> list[str]:
    return [call.query["query"].partition(")")[0][1:] for call in network.calls(SEARCH)]


def test_a_query_x_refuses_stops_no_other_and_is_told(network: Network) -> None:
    network.on(SEARCH, page(ago(minutes=5)))
    refusing(network, "url:[")
    page_ = channel(network.url, queries=["url:[", "larix"]).fetch("search", None)
    assert [item.external_id for item in page_.items] == [ago(minutes=5)]
    assert page_.trouble == ("the query 'url:[' rests: X refused the request: no such operator")
    assert asked_for(network) == ["url:[", "larix"]


def test_a_refused_query_is_tried_again_ever_later_and_its_mark_stays(network: Network) -> None:
    network.on(SEARCH, page())
    plain = network.answer
    refusing(network, "larix")
    clock = Watch(now=NOW)
    x = metered(network.url, free, clock=clock, queries=["larix", "betulla"])
    position = json.dumps({"queries": {"larix": {"high": ago(hours=1)}}})
    tries = []
    for _ in range(12):
        before = asked_for(network).count("larix")
        page_ = x.fetch("search", position)
        position = page_.position
        assert page_.trouble
        tries.append(asked_for(network).count("larix") - before)
        clock.advance(minutes=10)
    assert tries == [1, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0]
    assert asked_for(network).count("betulla") == 12
    assert json.loads(position)["queries"]["larix"]["high"] == ago(hours=1)
    network.answer = plain  # type: ignore[method-assign]
    clock.advance(hours=6)
    page_ = x.fetch("search", position)
    assert page_.trouble == ""
    assert "refused" not in page_.position


def test_a_query_that_is_refused_on_its_way_holds_up_no_other(network: Network) -> None:
    network.on(SEARCH, page())
    refusing(network, "larix")
    note = {"queries": {"larix": {"high": "9", "pending": {"token": "more", "since": "8"}}}}
    page_ = channel(network.url, queries=["larix", "betulla"]).fetch("search", json.dumps(note))
    assert asked_for(network)[-1] == "betulla"
    assert "larix" in page_.trouble


def test_where_every_query_is_refused_the_stream_fails(network: Network) -> None:
    refusing(network.on(SEARCH, page()), "larix", "betulla")
    with pytest.raises(Refused, match="no such operator"):
        channel(network.url, queries=["larix", "betulla"]).fetch("search", None)


def test_search_is_clamped_to_a_week_and_tells_what_is_missing(network: Network) -> None:
    network.on(SEARCH, page())
    note = {"queries": {"larix": {"high": ago(days=20)}}}
    got = channel(network.url, queries=["larix"]).fetch("search", json.dumps(note))
    assert network.calls(SEARCH)[0].query["since_id"] == ago(days=6, hours=23)
    assert got.missing is not None
    assert got.missing.since == NOW - timedelta(days=20)


def test_a_search_that_stays_quiet_tells_its_gap_once_and_not_at_every_poll(
    network: Network,
) -> None:
    on_time = {"Date": format_datetime(NOW, usegmt=True)}
    network.on(SEARCH, Says(body=page(), headers=on_time))
    x = channel(network.url, queries=["larix"])
    got = x.fetch("search", json.dumps({"queries": {"larix": {"high": ago(days=20)}}}))
    assert got.missing is not None
    for _ in range(3):
        got = x.fetch("search", got.position)
        assert got.missing is None
    since = {asked.query["since_id"] for asked in network.calls(SEARCH)}
    assert since == {ago(days=6, hours=23)}


def test_a_walk_restarted_after_its_gap_was_told_does_not_tell_it_again(network: Network) -> None:
    refused = Says(status=400, body={"title": "Invalid Request", "errors": []})
    network.on(SEARCH, page(ago(hours=1), token="two"), refused, page(ago(hours=1)))
    x = channel(network.url, queries=["larix"])
    first = x.fetch("search", json.dumps({"queries": {"larix": {"high": ago(days=20)}}}))
    assert first.missing is not None
    again = x.fetch("search", first.position)
    assert not again.more
    assert again.missing is None


def test_a_bad_item_is_set_aside_and_the_page_goes_on(network: Network) -> None:
    body = page("9", "8")
    body["data"][0]["text"] = None
    network.on(MENTIONS, body)
    got = channel(network.url).fetch("mentions", None)
    assert [item.external_id for item in got.items] == ["8"]
    assert [bad.external_id for bad in got.rejected] == ["9"]
