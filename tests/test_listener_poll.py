from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from config.database import Database
from listener.channels.base import Incoming, Page
from listener.channels.errors import AuthFailed, BudgetSpent, ChannelError, RateLimited, Unavailable
from listener.models import Cursor, Mention, MentionStatus
from listener.poll import MANY_FAILURES, PAGES_PER_ROUND, Poller, wait_after
from tests.factories import NOW, FakeChannel, Watch, incoming, make_database


@dataclass
class Listening:
    poller: Poller
    channel: FakeChannel
    clock: Watch
    database: Database

    def heard(self) -> int:
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(Mention)) or 0

    def cursor(self) -> Cursor:
        with self.database.read() as session:
            return session.get_one(Cursor, ("x", "mentions"))


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[Listening]:
    clock, database = Watch(), make_database(tmp_path)
    poller = Poller(
        database=database, languages=("en",), answerable=timedelta(hours=24), clock=clock
    )
    yield Listening(
        poller=poller,
        channel=FakeChannel(clock=clock, page_size=3),
        clock=clock,
        database=database,
    )
    database.close()


def test_a_round_reads_every_page_there_is(listening: Listening) -> None:
    listening.channel.feed = [incoming(str(n)) for n in range(10)]
    (polled,) = listening.poller.poll(listening.channel)
    assert (polled.new, polled.error) == (10, "")
    (again,) = listening.poller.poll(listening.channel)
    assert again.new == 0


def test_a_part_of_a_stream_that_fails_is_seen_and_the_rest_is_polled_as_ever(
    listening: Listening,
) -> None:
    listening.channel.feed = [incoming(str(n)) for n in range(5)]
    original = listening.channel.fetch
    trouble = "the query 'x' is refused: no"

    def fetch(stream: str, position: str | None) -> Page:
        return replace(original(stream, position), trouble=trouble)

    listening.channel.fetch = fetch  # type: ignore[method-assign]
    for failures in (1, 2, 3):
        (polled,) = listening.poller.poll(listening.channel)
        assert polled.error == trouble
        cursor = listening.cursor()
        assert (cursor.failures, cursor.last_error, cursor.not_before) == (failures, trouble, None)
    assert listening.heard() == 5
    trouble = ""
    (polled,) = listening.poller.poll(listening.channel)
    assert polled.error == ""
    assert (listening.cursor().failures, listening.cursor().last_error) == (0, "")


def test_a_part_that_fails_for_long_does_not_make_a_hiccup_of_the_whole_a_long_wait(
    listening: Listening,
) -> None:
    original = listening.channel.fetch

    def fetch(stream: str, position: str | None) -> Page:
        return replace(original(stream, position), trouble="the query 'x' rests: no")

    listening.channel.fetch = fetch  # type: ignore[method-assign]
    for _ in range(60):
        listening.poller.poll(listening.channel)
    assert listening.cursor().failures == MANY_FAILURES
    listening.channel.fail("fetch", Unavailable("reset by peer"))
    listening.channel.fetch = original  # type: ignore[method-assign]
    listening.poller.poll(listening.channel)
    waits = listening.cursor().not_before
    assert waits is not None
    assert waits - listening.clock() <= timedelta(seconds=64)


def test_what_was_read_before_something_stopped_the_rest_is_stored_and_the_stream_waits(
    listening: Listening,
) -> None:
    listening.channel.feed = [incoming(str(n)) for n in range(3)]
    original, until = listening.channel.fetch, NOW + timedelta(minutes=15)

    def fetch(stream: str, position: str | None) -> Page:
        page = original(stream, position)
        return replace(page, more=True, stopped_by=RateLimited(until=until))

    listening.channel.fetch = fetch  # type: ignore[method-assign]
    (polled,) = listening.poller.poll(listening.channel)
    assert (polled.new, listening.heard()) == (3, 3)
    assert (listening.cursor().not_before, listening.cursor().failures) == (until, 1)


def test_trouble_in_the_middle_keeps_what_was_read_and_goes_on_from_there(
    listening: Listening,
) -> None:
    listening.channel.feed = [incoming(str(n)) for n in range(9)]
    original = listening.channel.fetch
    calls = []

    def fetch(stream: str, position: str | None) -> object:
        calls.append(position)
        if len(calls) == 2:
            raise Unavailable("reset by peer")
        return original(stream, position)

    listening.channel.fetch = fetch  # type: ignore[assignment,method-assign]
    (polled,) = listening.poller.poll(listening.channel)
    assert (polled.new, polled.error) == (3, "reset by peer")
    assert (listening.cursor().failures, listening.cursor().position) == (1, "3")
    listening.clock.advance(seconds=2)
    listening.poller.poll(listening.channel)
    assert listening.heard() == 9
    assert listening.cursor().failures == 0
    assert calls == [None, "3", "3", "6"]


def test_while_the_network_asks_us_to_wait_it_is_not_asked_even_after_a_restart(
    listening: Listening,
) -> None:
    listening.channel.fail("fetch", RateLimited(until=NOW + timedelta(minutes=15)))
    listening.poller.poll(listening.channel)
    listening.clock.advance(minutes=14)
    restarted = Poller(
        database=listening.database,
        languages=("en",),
        answerable=timedelta(hours=24),
        clock=listening.clock,
    )
    (polled,) = restarted.poll(listening.channel)
    assert polled.waiting
    listening.clock.advance(minutes=1)
    (polled,) = restarted.poll(listening.channel)
    assert not polled.waiting


def test_one_stream_in_trouble_does_not_stop_the_others(listening: Listening) -> None:
    channel = FakeChannel(streams=("mentions", "search"))
    channel.fail("fetch", AuthFailed("make a new token"))
    first, second = listening.poller.poll(channel)
    assert first.error == "make a new token"
    assert second.error == ""


def test_a_refresh_takes_over_edits_and_deletions_of_what_is_open(listening: Listening) -> None:
    listening.channel.feed = [incoming("1"), incoming("2"), incoming("3")]
    listening.poller.poll(listening.channel)
    listening.channel.shown = {"1": incoming("1", "edited"), "2": None, "3": incoming("3")}
    assert listening.poller.refresh(listening.channel) == 2
    with listening.database.read() as session:
        rows = session.scalars(select(Mention).order_by(Mention.external_id)).all()
    assert [(row.text, row.status) for row in rows] == [
        ("edited", MentionStatus.NEW),
        ("Where is my parcel?", MentionStatus.GONE),
        ("Where is my parcel?", MentionStatus.NEW),
    ]


@pytest.mark.parametrize(
    ("error", "failures", "seconds"),
    [
        (Unavailable("x"), 1, 2),
        (Unavailable("x"), 3, 8),
        (Unavailable("x"), 50, 300),
        (Unavailable("x", retry_after=40), 1, 40),
        (Unavailable("x", retry_after=-5), 1, 1),
        (Unavailable("x", retry_after=10**9), 1, 3600),
        (RateLimited(until=NOW + timedelta(seconds=90)), 1, 90),
        (RateLimited(until=NOW - timedelta(hours=1)), 1, 1),
        (AuthFailed("x"), 1, 300),
        (BudgetSpent(), 1, 3600),
        (BudgetSpent(until=NOW + timedelta(days=1)), 1, 86_400),
    ],
)
def test_how_long_a_stream_is_left_alone(
    error: ChannelError, failures: int, seconds: float
) -> None:
    assert wait_after(error, failures, NOW) == timedelta(seconds=seconds)


def test_a_fault_of_ours_in_one_stream_is_remembered_and_the_others_are_polled(
    tmp_path: Path, listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = FakeChannel(streams=("mentions", "search"))
    fetch = channel.fetch

    def broken(stream: str, position: str | None) -> object:
        if stream == "mentions":
            raise KeyError("a bug of ours")
        return fetch(stream, position)

    monkeypatch.setattr(channel, "fetch", broken)
    first, second = listening.poller.poll(channel)
    assert "KeyError" in first.error
    assert second.error == ""
    assert listening.cursor().failures == 1
    assert "KeyError" in listening.cursor().last_error


def test_a_stream_without_end_does_not_starve_the_others(listening: Listening) -> None:
    channel = FakeChannel(clock=listening.clock, streams=("mentions", "search"), page_size=3)
    channel.feed = [incoming(str(n)) for n in range(1000)]
    first, second = listening.poller.poll(channel)
    assert first.new == 3 * PAGES_PER_ROUND
    assert second.error == ""
    with listening.database.read() as session:
        assert session.get_one(Cursor, ("x", "search")).fetched_at == NOW
    (again, _) = listening.poller.poll(channel)
    assert again.new == 3 * PAGES_PER_ROUND, "it goes on from there"


def test_what_was_erased_is_not_asked_for_again(listening: Listening) -> None:
    listening.channel.feed = [incoming("1")]
    listening.poller.poll(listening.channel)
    with listening.database.write() as session:
        row = session.scalars(select(Mention)).one()
        row.status, row.purged_at, row.text = MentionStatus.GONE, NOW, ""
    listening.channel.shown = {"1": incoming("1")}
    assert listening.poller.refresh(listening.channel) == 0


def test_of_a_great_many_that_wait_all_have_their_turn(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.poll.MOST_URGENT", 6)
    monkeypatch.setattr("listener.poll.REFRESHED_AT_ONCE", 4)
    listening.channel.feed = [
        incoming(str(n), created_at=NOW - timedelta(minutes=n)) for n in range(30)
    ]
    listening.poller.poll(listening.channel)
    asked: list[list[str]] = []
    lookup = listening.channel.lookup

    def noting(external_ids: Sequence[str], **use: Any) -> Mapping[str, Incoming | None]:
        asked.append(list(external_ids))
        return lookup(external_ids, **use)

    monkeypatch.setattr(listening.channel, "lookup", noting)
    listening.poller.refresh(listening.channel)
    assert [len(ids) for ids in asked] == [4, 4, 2]
    assert {"29", "28", "27", "26", "25", "24"} < {key for ids in asked for key in ids}
    for _ in range(200):
        listening.poller.refresh(listening.channel)
    assert {key for ids in asked for key in ids} == {str(n) for n in range(30)}
