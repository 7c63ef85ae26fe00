"""X: where a walk stands, and how it goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from listener.channels.x import fields as x_fields
from listener.channels.x import paging as x_paging
from listener.channels.x.paging import Walk
from listener.channels.x.parse import Parsed

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def ago(**time: float) -> str:
    return x_fields.id_at(NOW - timedelta(**time))


def page(newest: str | None = None, token: str | None = None, count: int = 100) -> Parsed:
    return Parsed(newest=newest, oldest=newest, next_token=token, count=count)


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
    assert after == Walk(high=ago(minutes=1))


def test_a_walk_under_way_survives_the_note() -> None:
    walk = Walk(high="9", token="t", since="5", newest="11", pages=2, seen=180)
    assert Walk.load(walk.dump()) == walk
    assert Walk.load(Walk(high="9").dump()) == Walk(high="9")
    assert x_paging.begin(walk, now=NOW, reach=x_paging.SEARCH_REACH) == (walk, None)


@pytest.mark.parametrize("note", [None, [], 5, {"high": "x"}, {"pending": 3}, {"high": {}}])
def test_a_note_nobody_can_read_is_a_new_start(note: object) -> None:
    assert Walk.load(note) == Walk()


def test_an_empty_page_with_a_next_one_is_not_the_end() -> None:
    after = x_paging.advance(Walk(high="7", since="5"), page(None, "on", 0), now=NOW)
    assert after.under_way
    assert step(after, "11") == Walk(high="11")


def test_the_mark_never_goes_back() -> None:
    assert step(Walk(high="900", since="5"), "30") == Walk(high="900")


def test_a_token_that_repeats_itself_ends_the_walk() -> None:
    assert not step(Walk(high="7", since="5", token="same"), "11", "same").under_way


def test_the_very_first_walk_ends_after_a_few_pages() -> None:
    walk = Walk()
    for number in range(x_paging.FIRST_PAGES):
        assert walk.under_way is (number > 0)
        walk = step(walk, str(1000 - number), f"t{number}")
    assert walk == Walk(high="1000")


def test_a_stream_that_was_empty_at_first_is_marked_with_the_present() -> None:
    assert x_paging.advance(Walk(), page(count=0), now=NOW) == Walk(high=x_fields.id_at(NOW))


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


def test_mentions_end_at_the_newest_800_and_that_is_a_gap() -> None:
    walk = Walk(high=ago(days=1), since=ago(days=1, minutes=10), token="t", seen=700)
    last = page(ago(hours=3))
    missing = x_paging.beyond_horizon(walk, last, step(walk, ago(hours=3)))
    assert missing is not None
    assert (missing.since, missing.until) == (NOW - timedelta(days=1), NOW - timedelta(hours=3))


@pytest.mark.parametrize(
    ("seen", "oldest_hours"),
    [(300, 3), (700, 25)],  # few posts; or the last one is older than what we had
)
def test_a_walk_that_met_what_is_known_leaves_no_gap(seen: int, oldest_hours: int) -> None:
    walk = Walk(high=ago(days=1), since=ago(days=1, minutes=10), token="t", seen=seen)
    last = page(ago(hours=oldest_hours))
    assert x_paging.beyond_horizon(walk, last, step(walk, ago(hours=1))) is None
