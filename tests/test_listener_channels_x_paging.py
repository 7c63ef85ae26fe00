"""X: where a walk stands, and how it goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from listener.channels.base import Missing
from listener.channels.x import fields as x_fields
from listener.channels.x import paging as x_paging
from listener.channels.x.paging import Walk
from listener.channels.x.parse import Parsed

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def ago(**time: float) -> str:
    return x_fields.id_at(NOW - timedelta(**time))


def page(newest: str | None = None, token: str | None = None, count: int = 100) -> Parsed:
    return Parsed(newest=newest, oldest=newest, next_token=token, count=count)


def lost_among_800(walk: Walk, last: Parsed, after: Walk) -> Missing | None:
    return x_paging.unread(walk, last, after, horizon=x_paging.MENTIONS_HORIZON)


def step(walk: Walk, newest: str | None = None, token: str | None = None) -> Walk:
    return x_paging.advance(walk, page(newest, token), now=NOW)


def test_a_new_walk_reads_the_last_ten_minutes_again() -> None:
    walk, missing = x_paging.begin(Walk(high=ago(minutes=5)), now=NOW, reach=None)
    assert walk.since == ago(minutes=15)
    assert missing is None


def test_the_mark_moves_only_when_the_last_page_is_read_and_to_the_first_pages_newest() -> None:
    walk, _ = x_paging.begin(Walk(high=ago(hours=2)), now=NOW, reach=None)
    after = step(walk, ago(minutes=1), "two")
    assert after.high == ago(hours=2)
    assert after.under_way
    after = step(after, ago(minutes=30), "three")
    assert after.since == walk.since
    after = step(after, ago(hours=1))
    assert after == Walk(high=ago(minutes=1), until=ago(minutes=10))


def test_a_walk_under_way_survives_the_note() -> None:
    walk = Walk(
        high="9", until="10", token="t", since="5", newest="11", begun="12", pages=2, seen=180
    )
    assert Walk.load(walk.dump()) == walk
    first = Walk(token="t", floor="3", newest="11", begun="12", pages=1, seen=100)
    assert Walk.load(first.dump()) == first
    assert Walk.load(Walk(high="9", until="10").dump()) == Walk(high="9", until="10")
    assert x_paging.begin(walk, now=NOW, reach=x_paging.SEARCH_REACH) == (walk, None)


@pytest.mark.parametrize("note", [None, [], 5, {"high": "x"}, {"pending": 3}, {"high": {}}])
def test_a_note_nobody_can_read_is_a_new_start(note: object) -> None:
    assert Walk.load(note) == Walk()


def test_an_empty_page_with_a_next_one_is_not_the_end() -> None:
    after = x_paging.advance(Walk(high="7", since="5"), page(None, "on", 0), now=NOW)
    assert after.under_way
    assert step(after, "11").high == "11"


def test_the_mark_never_goes_back() -> None:
    after = step(Walk(high="900", until=ago(minutes=2), since="5"), "30")
    assert after == Walk(high="900", until=ago(minutes=2))


def test_a_token_that_repeats_itself_ends_the_walk() -> None:
    assert not step(Walk(high="7", since="5", token="same"), "11", "same").under_way


def first_walk(*pages: Parsed) -> tuple[Walk, int, Missing | None]:
    """A first start over these pages: where it ends, how many it reads, and what it tells."""
    walk, missing = x_paging.begin(Walk(), now=NOW, reach=x_paging.SEARCH_REACH)
    assert missing is None
    for number, one in enumerate(pages, start=1):
        after = x_paging.advance(walk, one, now=NOW)
        if not after.under_way:
            return after, number, x_paging.unread(walk, one, after)
        walk = after
    raise AssertionError("the walk has no end")


def test_the_very_first_walk_ends_with_a_page_older_than_a_day() -> None:
    hours = [1, 5, 12, 20, 23, 25, 30]
    after, read, missing = first_walk(*(page(ago(hours=n), f"t{n}") for n in hours))
    assert (after.high, read, missing) == (ago(hours=1), 6, None)


def test_the_very_first_walk_ends_without_a_gap_where_x_has_no_more() -> None:
    after, read, missing = first_walk(page(ago(hours=1), "t"), page(ago(hours=2)))
    assert (after.high, read, missing) == (ago(hours=1), 2, None)


def test_the_very_first_walk_has_a_bound_and_tells_what_lies_beyond() -> None:
    minutes = range(1, 100)
    after, read, missing = first_walk(*(page(ago(minutes=n), f"t{n}") for n in minutes))
    assert (after.high, read) == (ago(minutes=1), x_paging.FIRST_PAGES)
    assert missing is not None
    assert missing.since == NOW - timedelta(hours=24)
    assert missing.until == NOW - timedelta(minutes=x_paging.FIRST_PAGES)


def test_a_first_walk_over_empty_pages_without_end_ends_all_the_same() -> None:
    _, read, missing = first_walk(*(page(None, f"t{n}", 0) for n in range(100)))
    assert read == x_paging.FIRST_PAGES
    assert missing is not None


def test_a_first_walk_that_meets_the_end_of_the_800_within_a_day_leaves_a_gap() -> None:
    walk = Walk(floor=ago(hours=24), newest=ago(hours=1), token="t", pages=7, seen=700)
    last = page(ago(hours=6))
    missing = lost_among_800(walk, last, step(walk, ago(hours=6)))
    assert missing is not None
    assert (missing.since, missing.until) == (NOW - timedelta(days=1), NOW - timedelta(hours=6))


def test_a_stream_that_was_empty_at_first_is_marked_with_the_present() -> None:
    after = x_paging.advance(Walk(), page(count=0), now=NOW)
    assert (after.high, after.under_way) == (x_fields.id_at(NOW), False)


def test_what_search_no_longer_reaches_is_missing_and_told_once() -> None:
    walk, missing = x_paging.begin(Walk(high=ago(days=9)), now=NOW, reach=x_paging.SEARCH_REACH)
    assert walk.since == ago(days=6, hours=23)
    assert missing is not None
    assert missing.since == NOW - timedelta(days=9)
    assert missing.until == NOW - timedelta(days=6, hours=23)
    assert (
        x_paging.begin(step(walk, ago(days=1), "t"), now=NOW, reach=x_paging.SEARCH_REACH)[1]
        is None
    )


def test_a_clamped_overlap_alone_is_no_gap() -> None:
    high = ago(days=6, hours=22, minutes=55)
    walk, missing = x_paging.begin(Walk(high=high), now=NOW, reach=x_paging.SEARCH_REACH)
    assert walk.since == ago(days=6, hours=23)
    assert missing is None


def test_a_search_in_vain_for_a_week_is_no_gap_but_a_week_without_searching_is() -> None:
    last_hit = ago(days=30)
    for searched, gap in ((ago(days=1), False), (ago(days=8), True)):
        walk = Walk(high=last_hit, until=searched)
        begun, missing = x_paging.begin(walk, now=NOW, reach=x_paging.SEARCH_REACH)
        assert begun.since == ago(days=6, hours=23)
        assert (missing is not None) is gap
    assert missing is not None
    assert missing.since == NOW - timedelta(days=8)


def test_a_hit_found_again_and_again_until_it_is_a_week_old_leaves_no_gap() -> None:
    """The overlap keeps handing on the newest post: such a search was not empty, only quiet."""
    walk = Walk(high=ago(days=7))
    for hours in (10, 5, 0):
        now = NOW - timedelta(hours=hours)
        begun, missing = x_paging.begin(walk, now=now, reach=x_paging.SEARCH_REACH)
        walk = x_paging.advance(begun, page(ago(days=7)), now=now)
        assert missing is None


def test_time_is_searched_only_as_far_as_the_walk_began_less_what_appears_late() -> None:
    walk, _ = x_paging.begin(Walk(high=ago(days=1)), now=NOW, reach=None)
    for minutes, token in ((0, "two"), (3, "three"), (9, None)):
        now = NOW + timedelta(minutes=minutes)
        walk = x_paging.advance(walk, page(None, token, 0), now=now)
    assert walk == Walk(high=ago(days=1), until=ago(minutes=10))


def test_what_lies_just_beyond_the_reach_is_still_asked_for() -> None:
    searched = ago(days=6, hours=23, minutes=20)
    walk = Walk(high=ago(days=9), until=searched)
    begun, missing = x_paging.begin(walk, now=NOW, reach=x_paging.SEARCH_REACH)
    assert (begun.since, missing) == (searched, None)


def test_mentions_end_at_the_newest_800_and_that_is_a_gap() -> None:
    walk = Walk(high=ago(days=1), since=ago(days=1, minutes=10), token="t", seen=700)
    last = page(ago(hours=3))
    missing = lost_among_800(walk, last, step(walk, ago(hours=3)))
    assert missing is not None
    assert (missing.since, missing.until) == (NOW - timedelta(days=1), NOW - timedelta(hours=3))


@pytest.mark.parametrize(
    ("seen", "oldest_hours"),
    [(300, 3), (700, 25)],  # few posts; or the last one is older than what we had
)
def test_a_walk_that_met_what_is_known_leaves_no_gap(seen: int, oldest_hours: int) -> None:
    walk = Walk(high=ago(days=1), since=ago(days=1, minutes=10), token="t", seen=seen)
    last = page(ago(hours=oldest_hours))
    assert lost_among_800(walk, last, step(walk, ago(hours=1))) is None
