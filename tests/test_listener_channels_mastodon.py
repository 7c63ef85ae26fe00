"""Mastodon over real HTTP: what is fetched, and how it is paged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from listener.channels.base import Missing, Page
from listener.channels.errors import AuthFailed, Refused, TooLarge, Unavailable
from listener.channels.mastodon.channel import MastodonChannel
from listener.channels.mastodon.paging import PAGE
from tests.loopback import BOMB, Asked, Network, Says
from tests.mastodon_on_loopback import (
    MENTIONS,
    NOW,
    ON_TIME,
    OWN,
    SEARCH,
    TAG,
    TOKEN,
    WHO,
    at,
    channel,
    listed,
    mastodon_running,
    ours,
    page,
    position,
    said,
    stamp,
    status,
)

NOTHING = Says(body=[])


@pytest.fixture
def network() -> Iterator[Network]:
    with mastodon_running() as running:
        yield running


def read(
    mastodon: MastodonChannel, note: str | None = None, stream: str = "mentions"
) -> tuple[list[str], list[Missing], str]:
    """Whom all pages of a walk brought, what they lacked, and where it ends."""
    ids, lost = list[str](), list[Missing]()
    for _ in range(50):
        got = mastodon.fetch(stream, note)
        ids += [item.external_id for item in got.items]
        lost += [got.missing] if got.missing else []
        note = got.position
        if not got.more:
            return ids, lost, note
    raise AssertionError("it never ends")


def asked_below(calls: list[Asked]) -> list[str | None]:
    return [asked.query.get("max_id") for asked in calls]


def numbers(newest: int, oldest: int) -> list[str]:
    return [f"s{number}" for number in range(newest, oldest - 1, -1)]


def test_a_walk_goes_down_from_the_top_until_it_meets_what_it_knows(network: Network) -> None:
    network.on(MENTIONS, page(999, 960), page(959, 920), page(919, 880))
    ids, lost, note = read(channel(network.url), position(935))
    assert asked_below(network.calls(MENTIONS)) == [None, "n960"]
    assert ids == numbers(999, 925), "all that is new, and ten minutes before it"
    assert lost == []
    assert json.loads(note)["newest"] == "n999"


def test_neither_since_id_nor_min_id_is_ever_sent(network: Network) -> None:
    """snac 2.75 ignores the one, and answers the other with the newest page."""
    network.on(MENTIONS, page(999, 960), page(959, 920)).on(OWN, NOTHING).on(TAG, NOTHING)
    network.on(SEARCH, {"statuses": []})
    mastodon = channel(network.url, queries=["#larix", "larix outdoor"])
    for stream in mastodon.declaration.streams:
        read(mastodon, position(935), stream)
    for asked in network.asked:
        assert not {"since_id", "min_id"} & set(asked.query)


def test_private_mentions_come_among_the_public_ones_and_are_told_apart(network: Network) -> None:
    hidden = [said(992, visibility="direct"), said(991, visibility="private")]
    network.on(MENTIONS, Says(body=[*hidden, said(990, visibility="unlisted"), said(989)]), NOTHING)
    got = channel(network.url).fetch("mentions", position(988))
    private = {item.external_id: item.private for item in got.items}
    assert private == {"s992": True, "s991": True, "s990": False, "s989": False}


def test_mentions_are_asked_for_by_their_kind_with_what_is_held_back_for_review(
    network: Network,
) -> None:
    network.on(MENTIONS, NOTHING)
    channel(network.url).fetch("mentions", None)
    (asked,) = network.calls(MENTIONS)
    assert asked.query == {"types[]": "mention", "limit": str(PAGE), "include_filtered": "true"}
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
    assert asked.headers["User-Agent"].startswith("Antiphon/")
    assert "include_filtered" not in network.calls(WHO)[0].query


def test_other_kinds_of_notification_are_passed_over_but_paged_by(network: Network) -> None:
    liked = {**said(990), "id": "n990", "type": "favourite"}
    network.on(MENTIONS, Says(body=[said(991), liked]), page(989, 980), NOTHING)
    ids, _, _ = read(channel(network.url))
    assert ids == ["s991", *numbers(989, 980)]
    assert asked_below(network.calls(MENTIONS)) == [None, "n990", "n980"]


def test_a_mention_whose_status_was_deleted_is_passed_over(network: Network) -> None:
    network.on(MENTIONS, Says(body=[{**said(991), "status": None}, said(990)]), NOTHING)
    got = channel(network.url).fetch("mentions", None)
    assert [item.external_id for item in got.items] == ["s990"]
    assert got.rejected == ()


def test_a_known_row_on_the_first_page_is_the_end_in_one_call(network: Network) -> None:
    network.on(MENTIONS, page(940, 901))
    ids, lost, _ = read(channel(network.url), position(938))
    assert ids == numbers(940, 928)
    assert lost == []
    assert len(network.calls(MENTIONS)) == 1


def test_what_stands_above_the_known_row_is_new_whatever_its_date(network: Network) -> None:
    """A phone with a wrong clock: written today, dated years ago."""
    late = {**said(939), "id": "n939", "created_at": "2020-01-01T00:00:00.000Z"}
    late["status"] = status("late", created_at="2020-01-01T00:00:00.000Z")
    network.on(MENTIONS, Says(body=[late, *page(938, 900).body]))
    ids, lost, _ = read(channel(network.url), position(938))
    assert ids[0] == "late"
    assert lost == []


def test_one_old_date_on_a_page_does_not_end_the_walk(network: Network) -> None:
    first = page(999, 960)
    for row in (5, 20, -2, -1):
        first.body[row]["created_at"] = "2020-01-01T00:00:00.000Z"
    network.on(MENTIONS, first, page(959, 920))
    ids, lost, _ = read(channel(network.url), position(940))
    assert set(numbers(999, 930)) <= set(ids)
    assert lost == []


def test_when_the_known_row_was_deleted_the_walk_ends_where_it_would_have_stood(
    network: Network,
) -> None:
    network.on(MENTIONS, page(999, 960), page(959, 920))
    note = json.dumps({"newest": "deleted", "at": stamp(at(950)), "read": stamp(at(951))})
    ids, lost, after = read(channel(network.url), note)
    assert set(numbers(999, 940)) <= set(ids)
    assert lost == []
    assert json.loads(after)["newest"] == "n999"
    assert len(network.calls(MENTIONS)) == 2


def test_ids_are_words_that_mean_nothing_and_never_become_numbers(network: Network) -> None:
    rows = [
        {**said(990), "id": "01JCQX", "status": status("AbC-9_x")},
        {**said(989), "id": 1795336274492787, "status": status("0007")},
    ]
    network.on(MENTIONS, Says(body=rows), NOTHING)
    ids, _, note = read(channel(network.url))
    assert ids == ["AbC-9_x", "0007"]
    assert asked_below(network.calls(MENTIONS))[1] == "1795336274492787"
    assert json.loads(note)["newest"] == "01JCQX"


def test_a_page_may_be_short_or_without_links_to_the_next(network: Network) -> None:
    network.on(MENTIONS, page(999, 990), page(989, 989), page(988, 970), NOTHING)
    ids, lost, _ = read(channel(network.url))
    assert ids == numbers(999, 970)
    assert lost == []


def test_more_than_the_server_lists_is_a_gap_with_its_stretch_of_time(network: Network) -> None:
    """snac 2.75 lists the newest 64, of 200 that it has."""
    network.on(MENTIONS, page(999, 960), page(959, 936), NOTHING)
    ids, (lost,), note = read(channel(network.url), position(800))
    assert ids == numbers(999, 936)
    assert (lost.since, lost.until) == (at(800), at(938))
    assert "no further back" in lost.reason
    network.on(MENTIONS, page(999, 960))
    assert read(channel(network.url), note)[1] == [], "it is told once"


def test_a_server_that_takes_no_heed_of_max_id_is_left_at_its_second_page(
    network: Network,
) -> None:
    network.on(MENTIONS, page(999, 960))
    _, lost, _ = read(channel(network.url), position(800))
    assert len(network.calls(MENTIONS)) == 2
    assert len(lost) == 1


def test_what_was_read_in_vain_is_no_gap(network: Network) -> None:
    """The newest one is days old, the list was read a minute ago, and cleared by a colleague."""
    read_at = {"read": stamp(NOW - timedelta(minutes=1))}
    network.on(MENTIONS, page(999, 998), NOTHING)
    _, (lost,), _ = read(channel(network.url), position(100, **read_at))
    assert lost.since == NOW - timedelta(minutes=11)
    assert lost.until == at(999)


def test_a_list_that_is_empty_all_of_a_sudden_is_told_once(network: Network) -> None:
    network.on(MENTIONS, NOTHING)
    mastodon = channel(network.url)
    _, lost, note = read(mastodon, position(990))
    assert len(lost) == 1
    for _ in range(3):
        _, lost, note = read(mastodon, note)
        assert lost == []


def test_an_account_nobody_ever_wrote_to_has_no_gap_when_somebody_does(network: Network) -> None:
    network.on(MENTIONS, NOTHING)
    mastodon = channel(network.url)
    _, _, note = read(mastodon)
    network.on(MENTIONS, page(1000, 1000), NOTHING)
    ids, lost, _ = read(mastodon, note)
    assert ids == ["s1000"]
    assert lost == []


def test_a_first_start_reads_a_day_and_no_more(network: Network) -> None:
    old = [{**said(n), "created_at": stamp(NOW - timedelta(hours=25))} for n in range(959, 920, -1)]
    network.on(MENTIONS, page(999, 960), Says(body=old), page(900, 880))
    ids, lost, _ = read(channel(network.url))
    assert len(ids) == 79
    assert len(network.calls(MENTIONS)) == 2
    assert lost == []


def test_a_first_start_that_cannot_read_a_whole_day_tells_what_it_left_out(
    network: Network,
) -> None:
    network.on(MENTIONS, *[page(1000 - 40 * n, 961 - 40 * n) for n in range(12)])
    ids, (lost,), _ = read(channel(network.url))
    assert len(ids) == 400
    assert lost.since == NOW - timedelta(hours=24)
    assert lost.until == at(603)


def test_a_walk_goes_on_after_a_crash_in_another_process(network: Network) -> None:
    network.on(MENTIONS, page(999, 960), page(959, 920), page(919, 880))
    first = channel(network.url).fetch("mentions", position(895))
    assert first.more
    second = channel(network.url).fetch("mentions", first.position)
    third = channel(network.url).fetch("mentions", second.position)
    assert asked_below(network.calls(MENTIONS)) == [None, "n960", "n920"]
    assert not third.more
    assert json.loads(third.position) == {
        "newest": "n999",
        "at": at(999).isoformat(),
        "read": NOW.isoformat(),
    }


def test_a_failed_page_moves_nothing_and_is_asked_for_again(network: Network) -> None:
    network.on(MENTIONS, page(999, 960), Says(status=503), page(959, 920))
    mastodon = channel(network.url)
    first = mastodon.fetch("mentions", position(940))
    with pytest.raises(Unavailable):
        mastodon.fetch("mentions", first.position)
    assert mastodon.fetch("mentions", first.position).items[0].external_id == "s959"


def behaving(network: Network, newest: int, oldest: int, *, huge: int, most: int = PAGE) -> None:
    """A list as Mastodon keeps it, of which no answer may hold more than `most` rows, or the
    `huge` one."""
    plain = network.answer

    def answer(asked: Asked) -> Says:
        says = plain(asked)
        if f"{asked.method} {asked.path}" != MENTIONS:
            return says
        below = int(asked.query.get("max_id", f"n{newest + 1}")[1:])
        numbers = list(range(below - 1, oldest - 1, -1))[: int(asked.query["limit"])]
        if huge in numbers or int(asked.query["limit"]) > most:
            return BOMB
        return Says(body=[said(number) for number in numbers], headers=ON_TIME)

    network.answer = answer  # type: ignore[method-assign]


def asked_for(network: Network) -> list[int]:
    return [int(asked.query["limit"]) for asked in network.calls(MENTIONS)]


def test_a_page_that_is_too_large_is_asked_for_in_smaller_ones(network: Network) -> None:
    behaving(network, 1000, 900, huge=0, most=10)
    ids, lost, _ = read(channel(network.url), position(930))
    assert set(numbers(1000, 931)) <= set(ids)
    assert lost == []
    assert asked_for(network)[:5] == [40, 20, 10, 10, 10]


def test_a_row_that_is_too_large_all_alone_is_passed_by_with_a_visible_gap(
    network: Network,
) -> None:
    behaving(network, 1000, 900, huge=990)
    mastodon = channel(network.url)
    ids, (lost,), after = read(mastodon, position(930))
    assert ids == numbers(1000, 991)
    assert at(991) <= lost.until <= at(993)
    assert at(920) <= lost.since <= at(930)
    assert "more than" in lost.reason
    assert read(mastodon, after)[1] == []


def test_the_newest_row_that_is_too_large_is_told_until_there_is_a_newer_one(
    network: Network,
) -> None:
    behaving(network, 1000, 900, huge=1000)
    with pytest.raises(TooLarge):
        channel(network.url).fetch("mentions", position(930))


def test_a_place_the_server_refuses_restarts_the_walk_from_the_top(network: Network) -> None:
    network.on(MENTIONS, Says(status=422, body={"error": "max_id is invalid"}), page(999, 960))
    note = position(990, pending={"below": "gone", "top": "n995", "began": stamp(NOW)})
    got = channel(network.url).fetch("mentions", note)
    assert got.items[0].external_id == "s999"
    assert asked_below(network.calls(MENTIONS)) == ["gone", None]


def test_a_date_of_the_future_hides_nothing_that_comes_after_it(network: Network) -> None:
    ahead = {**said(999), "created_at": "2031-01-01T00:00:00.000Z"}
    network.on(MENTIONS, Says(body=[ahead, *page(998, 960).body]))
    _, _, note = read(channel(network.url), position(990))
    assert json.loads(note)["at"] == NOW.isoformat()


def test_a_position_nobody_can_read_begins_anew(network: Network) -> None:
    network.on(MENTIONS, page(999, 960))
    for note in ("", "{", "[]", '{"newest": 5, "pending": {"below": []}}'):
        assert channel(network.url).fetch("mentions", note).items


def test_a_bad_item_is_set_aside_and_the_page_goes_on(network: Network) -> None:
    rows: list[Any] = [
        {**said(999), "status": {**status("s999"), "content": None}},
        {**said(998), "status": "rubbish"},
        "rubbish",
        None,
        {**said(997), "status": {**status("../x")}},
        said(996),
    ]
    network.on(MENTIONS, Says(body=rows), NOTHING)
    got = channel(network.url).fetch("mentions", None)
    assert [item.external_id for item in got.items] == ["s996"]
    assert [bad.external_id for bad in got.rejected] == ["s999", None, None, None, None]
    assert "rubbish" in got.rejected[1].payload


@pytest.mark.parametrize(
    "body", [b"", b"<html>hi</html>", b'{"error": "x"}', b'[{"id": 1', b'"text"', b"null"]
)
def test_what_is_no_list_is_never_taken_for_an_empty_one(network: Network, body: bytes) -> None:
    network.on(MENTIONS, Says(body=body))
    with pytest.raises(Unavailable):
        channel(network.url).fetch("mentions", None)


def test_hashtags_are_timelines_and_words_a_search(network: Network) -> None:
    network.on(TAG, listed(999, 998), NOTHING)
    network.on(SEARCH, {"statuses": listed(997, 996).body}, {"statuses": []})
    mastodon = channel(network.url, queries=["#larix", "tenda rotta"])
    assert mastodon.declaration.streams == ("mentions", "own", "tags", "search")
    assert read(mastodon, stream="tags")[0] == numbers(999, 998)
    assert read(mastodon, stream="search")[0] == numbers(997, 996)
    (asked, _) = network.calls(SEARCH)
    assert asked.query["q"] == "tenda rotta"
    assert asked.query["type"] == "statuses"
    assert "resolve" not in asked.query
    assert {f"{asked.method} {asked.path}" for asked in network.asked} == {WHO, TAG, SEARCH}, (
        "the library asks nothing on its own account"
    )


def test_streams_are_there_only_with_their_queries(network: Network) -> None:
    mastodon = channel(network.url, queries=["#larix"])
    assert mastodon.declaration.streams == ("mentions", "own", "tags")
    assert channel(network.url).declaration.streams == ("mentions", "own")
    for stream in ("search", "nonsense"):
        with pytest.raises(Refused):
            mastodon.fetch(stream, None)


def test_each_hashtag_keeps_its_own_place(network: Network) -> None:
    other = "GET /api/v1/timelines/tag/betulla"
    network.on(TAG, listed(999, 960), listed(959, 958), NOTHING).on(other, NOTHING)
    mastodon = channel(network.url, queries=["#larix", "#betulla"])
    first = mastodon.fetch("tags", None)
    second = mastodon.fetch("tags", first.position)
    assert first.more
    assert second.more
    assert asked_below(network.calls(TAG)) == [None, "s960"]
    assert len(network.calls(other)) == 1
    last = mastodon.fetch("tags", second.position)
    assert not last.more
    notes = json.loads(last.position)["queries"]
    assert (notes["larix"]["newest"], notes["betulla"]["newest"]) == ("s999", None)


def test_a_hashtag_the_server_refuses_stops_no_other_and_is_told(network: Network) -> None:
    other = "GET /api/v1/timelines/tag/betulla"
    network.on(TAG, Says(status=403, body={"error": "not here"})).on(other, listed(999, 998))
    page_ = channel(network.url, queries=["#larix", "#betulla"]).fetch("tags", None)
    assert [item.external_id for item in page_.items] == numbers(999, 998)
    assert "'larix' rests" in page_.trouble
    assert "not here" in page_.trouble


def test_a_search_is_paged_by_number(network: Network) -> None:
    """Its max_id is cut off to the second, and would lose what was said in that one."""
    pages = [listed(999, 960).body, listed(959, 930).body, []]
    network.on(SEARCH, *[Says(body={"statuses": one}) for one in pages])
    ids, _, _ = read(channel(network.url, queries=["larix"]), stream="search")
    assert ids == numbers(999, 930)
    assert [asked.query.get("offset") for asked in network.calls(SEARCH)] == [None, "40", "70"]


def test_a_server_that_takes_no_heed_of_the_number_is_left_at_its_second_page(
    network: Network,
) -> None:
    network.on(SEARCH, {"statuses": listed(999, 960).body})
    ids, _, _ = read(channel(network.url, queries=["larix"]), stream="search")
    assert set(ids) == set(numbers(999, 960))
    assert len(network.calls(SEARCH)) == 2


def test_a_token_that_may_not_search_may_be_good_for_all_else(network: Network) -> None:
    """AuthFailed would stop the reading of mentions as well (listener/guard.py)."""
    body = {"error": "This action is outside the authorized scopes"}
    network.on(SEARCH, Says(status=403, body=body)).on(MENTIONS, Says(status=403, body=body))
    mastodon = channel(network.url, queries=["larix"])
    with pytest.raises(Refused, match="may not search"):
        mastodon.fetch("search", None)
    with pytest.raises(AuthFailed):
        mastodon.fetch("mentions", None)


def test_our_own_statuses_show_what_a_colleague_answered_in_the_app(network: Network) -> None:
    answered = ours("o2", "<p>@anna Risolto al telefono!</p>", in_reply_to_id="s900")
    network.on(OWN, Says(body=[answered, ours("o1", "<p>Nuove tende!</p>")]), NOTHING)
    got = channel(network.url).fetch("own", None)
    answer, post = got.items
    assert (answer.own, answer.in_reply_to, answer.text) == (True, "s900", "Risolto al telefono!")
    assert (post.own, post.in_reply_to, post.text) == (True, None, "Nuove tende!")
    (asked,) = network.calls(OWN)
    assert asked.query["exclude_reblogs"] == "1"


def test_our_own_statuses_cost_no_call_for_their_threads_and_are_never_missing(
    network: Network,
) -> None:
    rows = [ours(f"o{n}", in_reply_to_id=f"s{n}") for n in range(30)]
    network.on(OWN, Says(body=rows), NOTHING)
    note = json.dumps({"newest": "o99", "at": stamp(at(10)), "read": stamp(at(11))})
    _, lost, _ = read(channel(network.url), note, "own")
    assert lost == []
    assert {f"{asked.method} {asked.path}" for asked in network.asked} == {WHO, OWN}


def test_who_we_are_is_asked_once(network: Network) -> None:
    network.on(MENTIONS, page(999, 960), NOTHING).on(OWN, NOTHING)
    mastodon = channel(network.url)
    read(mastodon)
    read(mastodon, stream="own")
    assert len(network.calls(WHO)) == 1


def test_every_page_of_every_stream_is_a_page(network: Network) -> None:
    network.on(MENTIONS, NOTHING).on(OWN, NOTHING).on(TAG, NOTHING).on(SEARCH, {"statuses": []})
    mastodon = channel(network.url, queries=["#larix", "larix"])
    for stream in mastodon.declaration.streams:
        got = mastodon.fetch(stream, None)
        assert isinstance(got, Page)
        assert (got.items, got.more, got.missing) == ((), False, None)
