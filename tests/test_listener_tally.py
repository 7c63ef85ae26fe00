from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from config.database import Database
from listener.channels.base import Incoming
from listener.channels.errors import Unavailable
from listener.gaps import LISTED, fill_gaps
from listener.health import channel_health
from listener.models import Gap, HourCount, Mention
from listener.poll import Poller
from listener.tally import compare_hours, lacks
from tests.factories import NOW, FakeChannel, Watch, incoming, make_database

HOUR = timedelta(hours=1)


@dataclass
class Scene:
    poller: Poller
    channel: FakeChannel
    clock: Watch
    database: Database

    def compare(self) -> int | None:
        return compare_hours(self.poller, self.channel)

    def gaps(self) -> list[Gap]:
        with self.database.read() as session:
            return list(session.scalars(select(Gap).order_by(Gap.since, Gap.noticed_at)))

    def heard(self) -> int:
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(Mention)) or 0


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A channel that was first read three days ago and has read 3 of the 4 texts since."""
    clock, database = Watch(), make_database(tmp_path)
    poller = Poller(
        database=database, languages=("en",), answerable=timedelta(hours=24), clock=clock
    )
    channel = FakeChannel(clock=clock)
    scene = Scene(poller=poller, channel=channel, clock=clock, database=database)
    clock.advance(days=-3)
    poller.poll(channel)
    clock.advance(days=3)
    channel.feed = [_at("1", 50), _at("2", 50), _at("3", 49)]
    channel.archive = [*channel.feed, _at("4", 49)]
    poller.poll(channel)
    yield scene
    database.close()


def _at(external_id: str, hours_ago: float, **changes: Any) -> Incoming:
    return incoming(external_id, created_at=NOW - hours_ago * HOUR, **changes)


def _hour(hours_ago: int) -> datetime:
    return NOW - hours_ago * HOUR


def test_an_hour_that_lacks_one_is_read_again_and_closed(scene: Scene) -> None:
    assert scene.compare() == 1
    (gap,) = scene.gaps()
    assert (gap.since, gap.until, gap.stream) == (_hour(49), _hour(48), "count")
    assert gap.reason == "X counts 2 texts in this hour, we have 1"
    assert channel_health(scene.database, "x").gap_count == 1
    filled = fill_gaps(scene.poller, scene.channel)
    assert filled and (filled.new, filled.done) == (1, True)
    assert scene.heard() == 4
    assert channel_health(scene.database, "x").gap_count == 0
    scene.clock.advance(hours=1)
    assert scene.compare() == 0


def test_hours_are_compared_at_most_once_an_hour(scene: Scene) -> None:
    assert scene.compare() == 1
    scene.clock.advance(minutes=59)
    assert scene.compare() is None
    scene.clock.advance(minutes=1)
    assert scene.compare() == 0


def test_trouble_is_told_and_the_next_round_asks_again(scene: Scene) -> None:
    scene.channel.fail("count", Unavailable("reset by peer"))
    with pytest.raises(Unavailable):
        scene.compare()
    assert scene.compare() == 1


def test_a_difference_that_a_reading_did_not_close_is_not_read_twice(scene: Scene) -> None:
    """The network counts what is no mention: an own post, or its number is rough."""
    assert scene.channel.archive is not None
    scene.channel.archive += [_at("ours", 20, own=True)]
    assert scene.compare() == 2
    while fill_gaps(scene.poller, scene.channel):
        pass
    for _ in range(3):
        scene.clock.advance(hours=1)
        assert scene.compare() == 0
    scene.channel.archive += [_at("late", 20)]
    scene.clock.advance(hours=1)
    assert scene.compare() == 1
    assert fill_gaps(scene.poller, scene.channel)
    assert scene.heard() == 5


def test_a_gap_that_still_waits_is_not_doubled_but_learns_the_numbers(scene: Scene) -> None:
    assert scene.channel.archive is not None
    scene.compare()
    scene.channel.archive += [_at("5", 49)]
    scene.clock.advance(hours=1)
    assert scene.compare() == 1
    (gap,) = scene.gaps()
    assert gap.reason == "X counts 3 texts in this hour, we have 1"


def test_only_whole_hours_that_are_over_for_half_an_hour_are_compared(scene: Scene) -> None:
    assert scene.channel.archive is not None
    scene.channel.archive = [*scene.channel.feed, _at("new", 0.5)]  # 8:30
    scene.clock.now = NOW + timedelta(minutes=29)
    assert scene.compare() == 0
    scene.clock.now = NOW + timedelta(minutes=90)
    assert scene.compare() == 1
    assert [gap.since for gap in scene.gaps()] == [NOW - HOUR]


def test_what_was_said_before_the_first_start_and_beyond_reach_is_left_alone(scene: Scene) -> None:
    scene.channel.archive = [*scene.channel.feed, _at("old", 24 * 4 + 1), _at("kept", 24 * 4 - 1)]
    assert scene.compare() == 1
    assert [gap.since for gap in scene.gaps()] == [_hour(95)]
    scene.channel.archive += [_at("older", 24 * 3)]
    scene.clock.advance(days=6)
    scene.compare()
    with scene.database.read() as session:
        newest = session.scalars(
            select(HourCount.hour).where(HourCount.checked_at == scene.clock())
        ).all()
    assert min(newest) == scene.clock() - timedelta(days=7) + 4 * HOUR
    assert len(scene.gaps()) == 1


def test_a_channel_that_was_never_read_is_not_counted(scene: Scene) -> None:
    assert compare_hours(scene.poller, FakeChannel("mastodon")) is None


def test_what_matched_a_keyword_only_is_not_held_against_the_network_s_count(
    scene: Scene,
) -> None:
    scene.channel.feed += [_at("keyword", 49, addressed=False)]
    scene.poller.poll(scene.channel)
    assert scene.compare() == 1


@pytest.mark.parametrize(
    ("theirs", "ours", "before", "again"),
    [
        (5, 5, (0, 0), False),
        (4, 5, (0, 0), False),
        (5, 3, (0, 0), True),
        (1, 0, (0, 0), True),
        (5, 3, (3, 3), True),
        (5, 3, (5, 3), False),
        (4, 3, (5, 3), False),
        (6, 3, (5, 3), True),
        (5, 4, (5, 3), True),
    ],
)
def test_when_an_hour_is_read_again(
    theirs: int, ours: int, before: tuple[int, int], again: bool
) -> None:
    assert lacks(theirs, ours, before=before) is again


def test_a_rough_count_that_swings_is_not_read_at_every_swing(scene: Scene) -> None:
    full = scene.channel.archive
    assert full is not None
    found = []
    for archive in (full, scene.channel.feed, [*full], [*full, _at("5", 49)], full):
        counted = [*archive, *(_at(f"ours {n}", 30, own=True) for n in range(len(archive)))]
        scene.channel.archive = counted
        found.append(scene.compare())
        scene.clock.advance(hours=1)
    assert found == [2, 0, 1, 2, 0]


def test_a_channel_that_cannot_count_looks_back_once_a_day(scene: Scene) -> None:
    scene.channel.count = lambda since, until: None  # type: ignore[method-assign]
    for _ in range(2):
        assert scene.compare() == 0
        (gap,) = scene.gaps()
        assert (gap.stream, gap.reason) == ("look back", "daily look back")
        assert gap.until == scene.clock() - LISTED
        assert channel_health(scene.database, "x").gap_count == 0, "nothing is known to be missing"
        filled = fill_gaps(scene.poller, scene.channel)
        assert filled and filled.done
        scene.clock.advance(hours=23)
        assert scene.compare() == 0
        assert fill_gaps(scene.poller, scene.channel) is None
        scene.clock.advance(hours=1)
    assert scene.heard() == 4


def test_a_channel_that_can_neither_count_nor_fill_is_asked_once_a_day_and_shows_no_gap(
    scene: Scene,
) -> None:
    scene.channel.archive = None
    for _ in range(3):
        scene.compare()
        filled = fill_gaps(scene.poller, scene.channel)
        assert filled and not filled.done
        scene.compare()
        assert fill_gaps(scene.poller, scene.channel) is None
        assert len(scene.gaps()) == 1
        assert channel_health(scene.database, "x").gap_count == 0
        scene.clock.advance(days=1)
