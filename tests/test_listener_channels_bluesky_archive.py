"""Bluesky over real HTTP: a stretch of time read again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from listener.channels.base import Page
from listener.channels.bluesky import paging
from listener.channels.errors import Refused, Unavailable
from tests.bluesky_on_loopback import (
    HANDLE,
    ME,
    NOTIFIED,
    NOW,
    SEARCH,
    Sky,
    channel,
    no,
    sky_running,
    texts,
)
from tests.loopback import Asked, Says

AT = f"@{HANDLE}"
SINCE, UNTIL = NOW - timedelta(minutes=350), NOW - timedelta(minutes=150)


@pytest.fixture
def sky() -> Iterator[Sky]:
    with sky_running() as running:
        yield running


def fill(sky: Sky, position: str | None = None, **options: Any) -> list[Page]:
    pages, bsky = [], channel(sky.url, **options)
    for _ in range(50):
        page = bsky.fill(SINCE, UNTIL, position)
        pages.append(page)
        position = page.position
        if not page.more:
            return pages
    raise AssertionError("the filling has no end")


def test_a_stretch_is_filled_with_what_was_said_to_us_and_about_us_in_it(sky: Sky) -> None:
    for minutes in (400, 300, 200, 100):
        moment = NOW - timedelta(minutes=minutes)
        sky.say(f"{AT} notified {minutes}", at=moment)
        sky.say(f"plain {AT} {minutes}", at=moment, reason="")
        sky.say(f"a larix tent {minutes}", at=moment, reason="")
        sky.say(f"in green? {minutes}", at=moment, reason="reply", reply=_below())
        sky.say(f"something else {minutes}", at=moment, reason="")
    found = set(texts(fill(sky, queries=["larix"])))
    kinds = (f"{AT} notified", f"plain {AT}", "a larix tent", "in green?")
    assert found == {f"{kind} {minutes}" for kind in kinds for minutes in (300, 200)}


def _below() -> dict[str, object]:
    ours = {"uri": f"at://{ME}/app.bsky.feed.post/3n2va4cthq22o", "cid": "b"}
    return {"root": ours, "parent": ours}


def test_a_search_is_told_the_bounds_for_servers_that_honour_them(sky: Sky) -> None:
    fill(sky)
    asked = sky.calls(SEARCH)[0].query
    assert asked["since"] == "2026-11-22T03:10:00.000Z"
    assert asked["until"] == "2026-11-22T06:30:01.000Z"


def test_what_lies_above_the_stretch_is_passed_over_without_asking_for_it(sky: Sky) -> None:
    for n in range(220):
        sky.say(f"{AT} {n}", at=NOW - timedelta(minutes=n))
    pages = fill(sky)
    assert len(set(texts(pages))) == 69  # 151 to 219, and 150 belongs to what comes after
    asked = [
        call.query["uris"].split(",") for call in sky.calls("GET /xrpc/app.bsky.feed.getPosts")
    ]
    assert sum(map(len, asked)) == 69


def test_filling_goes_on_from_where_it_stood(sky: Sky) -> None:
    for n in range(220):
        sky.say(f"{AT} {n}", at=NOW - timedelta(minutes=n))
    first = channel(sky.url).fill(SINCE, UNTIL, None)
    assert first.more
    rest = fill(sky, first.position)
    assert len(set(texts([first, *rest]))) == 69
    assert len(sky.calls(NOTIFIED)) == 3


def test_a_list_ends_where_the_stretch_begins(sky: Sky) -> None:
    for n in range(300):
        sky.say(f"{AT} {n}", at=NOW - timedelta(minutes=3 * n))
    fill(sky)
    assert len(sky.calls(NOTIFIED)) == 2


def test_a_position_the_network_no_longer_knows_is_no_end(sky: Sky) -> None:
    sky.on(NOTIFIED, no(502, "InternalServerError"))
    with pytest.raises(Unavailable) as error:
        channel(sky.url).fill(SINCE, UNTIL, '{"left": {"notifications": "lost"}}')
    assert "way through the stretch was lost" in error.value.detail


def test_a_server_in_trouble_is_told_as_it_is(sky: Sky) -> None:
    sky.on(NOTIFIED, no(502, "InternalServerError", "Internal Server Error"))
    with pytest.raises(Unavailable) as error:
        channel(sky.url).fill(SINCE, UNTIL, None)
    assert "way through" not in error.value.detail


@pytest.mark.parametrize("position", ["nonsense", "{}", '{"left": 5}'])
def test_a_note_nobody_can_read_begins_anew(sky: Sky, position: str) -> None:
    sky.say(f"{AT} hello", at=UNTIL - timedelta(minutes=5))
    assert texts(fill(sky, position)) == [f"{AT} hello"] * 3  # once in each list


def test_pages_without_end_come_to_one_and_leave_the_rest_missing(sky: Sky) -> None:
    row = {"uri": f"at://{ME}/app.bsky.feed.post/3n2va4cthq22o", "reason": "reply"}
    row["indexedAt"] = "2026-11-22T08:00:00.000Z"
    sky.on(NOTIFIED, {"notifications": [row], "cursor": "further"})
    position = (
        f'{{"left": {{"notifications": "here"}}, "pages": {paging.MOST_PAGES - 1},'
        ' "oldest": "2026-11-22T05:00:00+00:00"}'
    )
    page = channel(sky.url).fill(SINCE, UNTIL, position)
    assert page.missing is not None
    assert (page.missing.since, page.missing.until.hour) == (SINCE, 5)
    assert not page.more


def test_a_cursor_that_repeats_itself_is_the_end_of_a_list(sky: Sky) -> None:
    sky.on(NOTIFIED, {"notifications": [], "cursor": "same"})
    page = channel(sky.url).fill(SINCE, UNTIL, '{"left": {"notifications": "same"}}')
    assert (page.more, page.missing) == (False, None)


def test_a_search_the_network_refuses_keeps_no_other_from_being_read(sky: Sky) -> None:
    moment = NOW - timedelta(minutes=200)
    sky.say(f"{AT} notified", at=moment)
    sky.say("a larix tent", at=moment, reason="")
    rest = sky.answer

    def choosy(asked: Asked) -> Says:
        refused = no(400, "InvalidRequest", "bad query")
        return refused if asked.query.get("q") == "betulla(" else rest(asked)

    sky.answer = choosy  # type: ignore[method-assign]
    bsky, position, found = channel(sky.url, queries=["betulla(", "larix"]), None, list[str]()
    with pytest.raises(Refused):
        for _ in range(20):
            page = bsky.fill(SINCE, UNTIL, position)
            found += texts([page])
            position = page.position
    assert set(found) == {f"{AT} notified", "a larix tent"}
