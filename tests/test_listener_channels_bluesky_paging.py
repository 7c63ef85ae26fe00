"""Bluesky: where a walk stands, and how it goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from listener.channels.base import Missing
from listener.channels.bluesky import paging
from listener.channels.bluesky.paging import Rows, Walk

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def ago(**time: float) -> datetime:
    return NOW - timedelta(**time)


def rows(*times: datetime, cursor: str | None = None) -> Rows:
    return Rows(times=times, cursor=cursor)


def begun(walk: Walk) -> Walk:
    return paging.begin(walk, now=NOW)


def step(walk: Walk, page: Rows, *marks: str) -> Walk:
    after, lost = paging.advance(walk, page, now=NOW, marks=frozenset(marks))
    assert lost is None
    return after


LISTENING = Walk(high=ago(minutes=5), swept=ago(hours=1))


def test_a_walk_reads_the_last_ten_minutes_before_its_mark_again() -> None:
    assert begun(LISTENING).floor == ago(minutes=15)


def test_the_very_first_walk_goes_back_a_day() -> None:
    assert begun(Walk()).floor == ago(hours=24)


def test_every_six_hours_a_walk_goes_back_a_week() -> None:
    deep = begun(Walk(high=ago(minutes=5), swept=ago(hours=6)))
    assert (deep.floor, deep.deep) == (ago(days=7), True)
    assert step(deep, rows(ago(minutes=1))).swept == NOW
    assert step(begun(LISTENING), rows(ago(minutes=1))).swept == LISTENING.swept


def test_who_was_away_for_long_goes_back_as_far_as_needed() -> None:
    assert begun(Walk(high=ago(days=30))).floor == ago(days=30, minutes=10)


def test_the_mark_moves_when_the_last_page_is_read_and_to_the_newest_of_the_first() -> None:
    walk = step(begun(LISTENING), rows(ago(minutes=1), ago(minutes=2), cursor="two"), "a")
    assert (walk.high, walk.cursor) == (LISTENING.high, "two")
    walk = step(walk, rows(ago(seconds=1), ago(minutes=4), cursor="three"), "b")
    after = step(walk, rows(ago(minutes=5)), "c")
    assert after == Walk(high=ago(minutes=1), swept=LISTENING.swept, known=frozenset("a"))


def test_a_page_whose_end_is_too_old_is_the_last_one() -> None:
    page = rows(ago(minutes=1), *[ago(minutes=16)] * 10, cursor="on")
    assert not step(begun(LISTENING), page).under_way


def test_one_row_out_of_order_does_not_end_a_walk() -> None:
    page = rows(*[ago(minutes=1)] * 20, ago(days=900), cursor="on")
    assert step(begun(LISTENING), page).under_way


def test_an_empty_page_with_a_next_one_is_not_the_end() -> None:
    walk = step(begun(LISTENING), rows(cursor="on"))
    assert walk.under_way
    assert step(walk, rows(ago(minutes=2))).high == LISTENING.high


def test_a_cursor_that_repeats_itself_ends_the_walk() -> None:
    walk = step(begun(LISTENING), rows(ago(minutes=1), cursor="same"))
    assert not step(walk, rows(ago(minutes=1), cursor="same")).under_way


def test_a_list_that_was_empty_is_marked_with_the_present() -> None:
    assert step(begun(Walk()), rows()).high == NOW


def test_the_mark_never_goes_back_nor_into_the_future() -> None:
    assert step(begun(LISTENING), rows(ago(days=1))).high == LISTENING.high
    ahead = step(begun(LISTENING), rows(NOW + timedelta(days=9)))
    assert ahead.high == NOW + timedelta(minutes=5)


def test_a_walk_under_way_survives_the_note() -> None:
    walk = Walk(
        high=ago(hours=1),
        swept=ago(hours=2),
        known=frozenset({"a", "b"}),
        cursor="c",
        floor=ago(hours=3),
        newest=ago(minutes=1),
        oldest=ago(minutes=9),
        begun=ago(minutes=2),
        fresh=frozenset({"d"}),
        deep=True,
        pages=4,
        restarts=1,
    )
    assert Walk.load(walk.dump()) == walk
    assert begun(walk) == walk
    assert Walk.load(LISTENING.dump()) == LISTENING


@pytest.mark.parametrize(
    "note", [None, [], 5, {"high": "x"}, {"pending": 3}, {"known": 5}, {"pending": {"cursor": "c"}}]
)
def test_a_note_nobody_can_read_is_a_new_start(note: object) -> None:
    assert Walk.load(note) == Walk()


def broken(walk: Walk) -> Missing | None:
    return paging.broken_off(walk, now=NOW, reason="why")[1]


def test_pages_without_end_come_to_one_and_what_they_left_out_is_told() -> None:
    walk = begun(LISTENING)
    for number in range(1, paging.MOST_PAGES + 1):
        seen = rows(ago(seconds=number / 10), cursor=f"c{number}")
        walk, lost = paging.advance(walk, seen, now=NOW)
        assert walk.under_way is (number < paging.MOST_PAGES)
    assert lost is not None
    assert (lost.since, lost.until) == (LISTENING.high, ago(seconds=paging.MOST_PAGES / 10))


def test_a_first_walk_that_is_broken_off_misses_what_it_wanted() -> None:
    lost = broken(Walk(floor=ago(hours=24), oldest=ago(hours=3), cursor="c"))
    assert lost is not None
    assert (lost.since, lost.until) == (ago(hours=24), ago(hours=3))


def test_a_deep_walk_that_is_broken_off_below_its_mark_misses_nothing_new() -> None:
    deep = Walk(high=ago(hours=1), floor=ago(days=7), oldest=ago(hours=2), cursor="c", deep=True)
    assert broken(deep) is None
    lost = broken(Walk(high=ago(hours=1), floor=ago(days=7), begun=NOW, cursor="c"))
    assert lost is not None
    assert (lost.since, lost.until) == (ago(hours=1), NOW)


def test_a_lost_cursor_is_tried_from_the_start_twice_and_no_more() -> None:
    walk = Walk(high=ago(hours=1), floor=ago(hours=2), cursor="c", pages=7)
    once = walk.restarted()
    assert once is not None
    assert (once.cursor, once.pages, once.floor) == (None, 0, ago(hours=2))
    twice = once.restarted()
    assert twice is not None
    assert twice.restarted() is None
