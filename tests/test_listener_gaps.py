from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from config.database import Database
from listener.channels.base import Incoming, Missing, Page
from listener.channels.errors import AuthFailed, ChannelError, RateLimited, Refused, Unavailable
from listener.cursors import LOOK_BACK
from listener.gaps import Filled, fill_gaps, wait_before_trying
from listener.health import channel_health
from listener.models import Gap, Mention
from listener.poll import Poller
from tests.factories import NOW, FakeChannel, Watch, incoming, make_database

HOUR = timedelta(hours=1)


class Archive(FakeChannel):
    """A network that also says, in `missing`, what it cannot read of a stretch, page by page."""

    missing: list[Missing | None]

    def fill(self, since: datetime, until: datetime, position: str | None) -> Page:
        page = super().fill(since, until, position)
        return Page(
            items=page.items,
            position=page.position,
            more=page.more,
            missing=self.missing.pop(0) if self.missing else None,
        )


@dataclass
class Scene:
    poller: Poller
    channel: Archive
    clock: Watch
    database: Database

    def gap(self, since: timedelta = 3 * HOUR, until: timedelta = HOUR, **changes: Any) -> str:
        values = {"channel": "x", "stream": "mentions", "reason": "800", "noticed_at": NOW}
        with self.database.write() as session:
            row = Gap(since=NOW - since, until=NOW - until, next_try_at=NOW, **values | changes)
            session.add(row)
            session.flush()
            return row.id

    def row(self, gap_id: str) -> Gap:
        with self.database.read() as session:
            return session.get_one(Gap, gap_id)

    def open(self) -> list[Gap]:
        with self.database.read() as session:
            query = select(Gap).where(Gap.filled_at.is_(None)).order_by(Gap.since)
            return list(session.scalars(query))

    def heard(self) -> set[str]:
        with self.database.read() as session:
            return set(session.scalars(select(Mention.external_id)))

    def fill(self) -> Filled | None:
        return fill_gaps(self.poller, self.channel)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    clock, database = Watch(), make_database(tmp_path)
    poller = Poller(
        database=database, languages=("en",), answerable=timedelta(hours=24), clock=clock
    )
    channel = Archive(clock=clock, page_size=3)
    channel.archive, channel.missing = [], []
    yield Scene(poller=poller, channel=channel, clock=clock, database=database)
    database.close()


def _said(*numbers: int, ago: timedelta = 2 * HOUR) -> list[Incoming]:
    return [incoming(str(number), created_at=NOW - ago) for number in numbers]


def test_a_gap_is_filled_page_by_page_and_closed_at_its_end(scene: Scene) -> None:
    scene.channel.archive = _said(*range(8))
    scene.channel.feed = _said(0)
    scene.poller.poll(scene.channel)
    gap = scene.gap()
    filled = scene.fill()
    assert filled and (filled.new, filled.done, filled.error) == (7, True, "")
    row = scene.row(gap)
    assert (row.found, row.filled_at, row.position) == (7, NOW, None)
    assert scene.heard() == {str(number) for number in range(8)}
    assert channel_health(scene.database, "x").gap_count == 0
    assert scene.fill() is None


def test_a_gap_whose_end_may_not_be_listed_yet_is_left_alone_for_two_minutes(
    scene: Scene,
) -> None:
    scene.channel.archive = _said(1)
    scene.gap(until=timedelta(0))
    assert scene.fill() is None
    scene.clock.advance(minutes=2)
    filled = scene.fill()
    assert filled and (filled.new, filled.done) == (1, True)


def test_what_lies_outside_the_gap_is_not_read(scene: Scene) -> None:
    scene.channel.archive = _said(1) + _said(2, ago=4 * HOUR)
    scene.gap()
    scene.fill()
    assert scene.heard() == {"1"}


def test_trouble_in_the_middle_keeps_what_was_read_and_goes_on_from_there(scene: Scene) -> None:
    scene.channel.archive = _said(*range(8))
    gap = scene.gap()
    fill, positions = scene.channel.fill, []

    def breaks(since: datetime, until: datetime, position: str | None) -> Page:
        positions.append(position)
        if len(positions) == 2:
            raise Unavailable("reset by peer")
        return fill(since, until, position)

    scene.channel.fill = breaks  # type: ignore[method-assign]
    first = scene.fill()
    assert first and (first.new, first.done, first.error) == (3, False, "reset by peer")
    row = scene.row(gap)
    assert (row.position, row.found, row.tries, row.last_error) == ("3", 3, 1, "reset by peer")
    assert row.next_try_at == NOW + timedelta(minutes=10)
    assert scene.fill() is None, "not before it is due"
    scene.clock.advance(minutes=10)
    second = scene.fill()
    assert second and (second.new, second.done) == (5, True)
    assert positions == [None, "3", "3", "6"]
    assert scene.row(gap).found == 8


def refuses(scene: Scene, **how: Any) -> None:
    def refused(since: datetime, until: datetime, position: str | None) -> Page:
        raise Refused("no way to read that", **how)

    scene.channel.fill = refused  # type: ignore[method-assign]


def test_what_the_network_can_never_fill_stays_open_for_ever_and_says_why(scene: Scene) -> None:
    refuses(scene, for_good=True)
    gap = scene.gap()
    filled = scene.fill()
    assert filled and "no way to read" in filled.error
    assert scene.row(gap).next_try_at is None
    scene.clock.advance(days=30)
    assert scene.fill() is None
    (shown,) = channel_health(scene.database, "x").gaps
    assert "no way to read" in shown.last_error


def test_what_is_refused_half_way_is_tried_again_in_that_very_place_and_then_believed(
    scene: Scene,
) -> None:
    positions = list[str | None]()

    def half(since: datetime, until: datetime, position: str | None) -> Page:
        positions.append(position)
        if position is None:
            return Page(items=(), position="half", more=True)
        raise Refused("no way to read that")

    scene.channel.fill = half  # type: ignore[method-assign]
    gap = scene.gap()
    for _ in range(20):
        scene.fill()
        again = scene.row(gap).next_try_at
        if again is None:
            break
        assert scene.row(gap).refused or again <= scene.clock()
        scene.clock.now = max(again, scene.clock())
    assert positions == [None, *["half"] * 9]
    assert scene.row(gap).next_try_at is None


def test_what_the_network_refuses_to_fill_is_tried_again_for_a_week(scene: Scene) -> None:
    scene.channel.archive = None
    gap = scene.gap()
    waits = []
    while scene.fill():
        again = scene.row(gap).next_try_at
        if again is None:
            break
        waits.append((again - scene.clock()) / HOUR)
        scene.clock.now = again
    assert waits == [1, 24, 24, 24, 24, 24, 24, 24]
    (shown,) = channel_health(scene.database, "x").gaps
    assert "no way to read" in shown.last_error


def test_a_gap_that_was_refused_once_is_filled_when_the_network_lets_us(scene: Scene) -> None:
    archive, scene.channel.archive = _said(1), None
    gap = scene.gap()
    scene.fill()
    scene.channel.archive = archive
    scene.clock.advance(hours=1)
    filled = scene.fill()
    assert filled and (filled.new, filled.done) == (1, True)
    assert scene.row(gap).last_error == ""


def test_a_daily_look_back_that_is_refused_waits_for_the_next_day_s(scene: Scene) -> None:
    scene.channel.archive = None
    gap = scene.gap(stream=LOOK_BACK)
    scene.fill()
    assert scene.row(gap).next_try_at is None


@pytest.mark.parametrize(
    ("error", "tries", "minutes"),
    [
        (Unavailable("x"), 1, 10),
        (Unavailable("x"), 3, 40),
        (Unavailable("x"), 50, 360),
        (AuthFailed("x"), 1, 10),
        (RateLimited(until=NOW + timedelta(minutes=15)), 1, 15),
        (RateLimited(until=NOW + timedelta(minutes=15)), 2, 20),
        (Refused("x"), 1, 60),
        (Refused("x"), 2, 24 * 60),
        (Refused("x"), 9, None),
        (Refused("x", for_good=True), 1, None),
    ],
)
def test_how_long_a_gap_is_left_alone(
    error: ChannelError, tries: int, minutes: float | None
) -> None:
    expected = None if minutes is None else timedelta(minutes=minutes)
    assert wait_before_trying(error, tries, NOW) == expected


def test_what_stays_missing_while_filling_is_a_smaller_gap_tried_later(scene: Scene) -> None:
    scene.channel.archive = _said(*range(4))
    hole = Missing(since=NOW - 9 * HOUR, until=NOW - 2.5 * HOUR, reason="no further back")
    scene.channel.missing = [hole, hole]
    gap = scene.gap()
    filled = scene.fill()
    assert filled and (filled.new, filled.done) == (4, True)
    (rest,) = scene.open()
    assert rest.id != gap
    assert (rest.since, rest.until) == (NOW - 3 * HOUR, NOW - 2.5 * HOUR)
    assert (rest.reason, rest.next_try_at) == ("no further back", NOW + timedelta(minutes=10))


def test_a_stretch_of_which_nothing_can_be_read_is_not_called_filled(scene: Scene) -> None:
    hole = Missing(since=NOW - 9 * HOUR, until=NOW, reason="not now")
    scene.channel.missing = [hole] * 9
    gap = scene.gap()
    waits = []
    for _ in range(4):
        filled = scene.fill()
        assert filled and (filled.done, filled.error) == (False, "not now")
        (row,) = scene.open()
        assert row.id == gap and row.next_try_at
        waits.append((row.next_try_at - scene.clock()) / timedelta(minutes=1))
        scene.clock.now = row.next_try_at
    assert waits == [10, 20, 40, 80]


def test_a_position_the_network_has_forgotten_is_given_up_after_three_failures(
    scene: Scene,
) -> None:
    scene.channel.archive = _said(*range(4))
    gap = scene.gap(position="3")
    scene.channel.fail("fill", *[Unavailable("bad token")] * 3)
    for _ in range(3):
        scene.fill()
        scene.clock.now = scene.row(gap).next_try_at or NOW
    filled = scene.fill()
    assert filled and (filled.new, filled.done) == (4, True)


def test_a_long_gap_does_not_starve_the_others(scene: Scene) -> None:
    scene.channel.archive = _said(*range(100))
    long, short = scene.gap(), scene.gap(since=30 * HOUR, until=29 * HOUR)
    scene.row(short)
    with scene.database.write() as session:
        session.get_one(Gap, short).next_try_at = NOW + timedelta(seconds=1)
    first = scene.fill()
    assert first and (first.new, first.done) == (60, False)
    scene.clock.advance(seconds=1)
    with scene.database.write() as session:  # a round took its time
        session.get_one(Gap, long).next_try_at = NOW + timedelta(seconds=1, milliseconds=1)
    scene.clock.advance(seconds=1)
    second = scene.fill()
    assert second and (second.since, second.done) == (NOW - 30 * HOUR, True)
    third = scene.fill()
    assert third and (third.new, third.done) == (40, True)


def test_a_fault_of_ours_is_waited_out_like_trouble_of_the_network(scene: Scene) -> None:
    gap = scene.gap()

    def broken(*_: object) -> Page:
        raise KeyError("a bug of ours")

    scene.channel.fill = broken  # type: ignore[assignment,method-assign]
    filled = scene.fill()
    assert filled and "KeyError" in filled.error
    assert scene.row(gap).next_try_at == NOW + timedelta(minutes=10)


def test_old_mentions_found_after_the_first_start_get_their_draft(scene: Scene) -> None:
    """The age of a text counts from the channel's first start, not from that of the filling."""
    scene.poller.poll(scene.channel)
    scene.clock.advance(days=3)
    scene.channel.archive = _said(1)
    scene.gap()
    with scene.database.write() as session:
        session.scalars(select(Gap)).one().next_try_at = scene.clock()
    scene.fill()
    with scene.database.read() as session:
        mention = session.scalars(select(Mention)).one()
    assert (mention.status.value, mention.streams) == ("new", ["fill"])
