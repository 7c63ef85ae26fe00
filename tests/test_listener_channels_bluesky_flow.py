"""A mention on Bluesky through the whole listener: polled, stored, edited, deleted, answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from config.database import Database
from listener.channels.base import Answerable
from listener.gaps import fill_gaps
from listener.models import DeadLetter, Gap, Mention, MentionStatus, OwnPost
from listener.poll import Poller
from tests.bluesky_on_loopback import HANDLE, ME, NOW, Sky, channel, sky_running, uri
from tests.factories import make_database
from tests.fakes import Watch

AT = f"@{HANDLE}"


@pytest.fixture
def sky() -> Iterator[Sky]:
    with sky_running() as running:
        yield running


@pytest.fixture
def watch() -> Watch:
    return Watch(NOW)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    found = make_database(tmp_path)
    yield found
    found.close()


def poller(database: Database, watch: Watch) -> Poller:
    return Poller(
        database=database, languages=("en", "it"), answerable=timedelta(hours=24), clock=watch
    )


def mentions(database: Database) -> list[Mention]:
    with database.read() as session:
        return list(session.scalars(select(Mention).order_by(Mention.created_at)))


def test_one_mention_seen_in_every_stream_is_stored_once_with_all_its_sightings(
    sky: Sky, database: Database, watch: Watch
) -> None:
    place = sky.say(f"{AT} where is my parcel?")
    for _ in range(3):
        results = poller(database, watch).poll(channel(sky.url, clock=watch))
        assert [polled.error for polled in results] == ["", "", ""]
    (mention,) = mentions(database)
    assert (mention.external_id, mention.answer_under) == (place, place)
    assert sorted(mention.streams) == ["notifications", "search"]
    assert mention.status is MentionStatus.NEW
    assert mention.addressed


def test_every_edit_is_taken_over_whatever_its_fingerprint(
    sky: Sky, database: Database, watch: Watch
) -> None:
    place, bsky = sky.say(f"{AT} version 0"), channel(sky.url, clock=watch)
    for number in range(1, 9):
        poller(database, watch).poll(bsky)
        sky.edit(place, f"{AT} version {number}")
    poller(database, watch).poll(bsky)
    (mention,) = mentions(database)
    assert (mention.text, mention.version) == (f"{AT} version 8", 9)


def test_a_mention_dated_years_back_is_answered_as_one_of_today(
    sky: Sky, database: Database, watch: Watch
) -> None:
    poller(database, watch).poll(channel(sky.url, clock=watch))
    sky.say(f"{AT} help", at=datetime(2020, 1, 2, tzinfo=NOW.tzinfo), rkey="3n2va4ch47s2o")
    poller(database, watch).poll(channel(sky.url, clock=watch))
    (mention,) = mentions(database)
    assert mention.status is MentionStatus.NEW
    assert NOW - mention.created_at < timedelta(hours=1)
    assert not [reason for reason in mention.reasons if "dates it" in reason]


def test_deleted_gated_and_blocking_ones_are_known_by_the_next_look(
    sky: Sky, database: Database, watch: Watch
) -> None:
    gone, gated = sky.say(f"{AT} one"), sky.say(f"{AT} two")
    bsky = channel(sky.url, clock=watch)
    poller(database, watch).poll(bsky)
    sky.forget(gone)
    sky.listed[gated]["viewer"]["replyDisabled"] = True
    poller(database, watch).refresh(bsky)
    found = {mention.external_id: mention for mention in mentions(database)}
    assert found[gone].status is MentionStatus.GONE
    assert found[gated].answerable is Answerable.NO


def test_a_colleague_s_answer_in_the_app_is_kept_as_ours(
    sky: Sky, database: Database, watch: Watch
) -> None:
    place = sky.say(f"{AT} where is my parcel?")
    sky.we_say("New: the Larix 2 tent")
    answer = sky.we_say(f"I am on it {AT}", under=place)
    for _ in range(2):
        poller(database, watch).poll(channel(sky.url, clock=watch))
    with database.read() as session:
        (own,) = session.scalars(select(OwnPost)).all()
    assert (own.external_id, own.in_reply_to) == (answer, place)
    assert len(mentions(database)) == 1


def test_what_cannot_be_read_is_kept_for_a_human_once(
    sky: Sky, database: Database, watch: Watch
) -> None:
    sky.say(f"{AT} hello")
    broken = sky.say(f"{AT} broken")
    sky.listed[broken]["record"]["createdAt"] = {}
    sky.listed[broken]["record"]["text"] = f"{AT} in vain"
    sky.listed[broken]["uri"] = broken
    too_long = uri("3n2va4ch47s2o", f"did:web:{'a' * 200}.example")
    sky.listed[too_long] = {**sky.listed[broken], "uri": too_long}
    sky.reasons[too_long] = "mention"
    for _ in range(3):
        poller(database, watch).poll(channel(sky.url, clock=watch))
    assert len(mentions(database)) == 2  # a date nobody can read costs the date alone
    with database.read() as session:
        (letter,) = session.scalars(select(DeadLetter)).all()
    assert "no id" in letter.error


def test_a_stretch_that_was_passed_over_is_filled_and_its_gap_closed(
    sky: Sky, database: Database, watch: Watch
) -> None:
    missed = sky.say(f"{AT} in the gap", at=NOW - timedelta(hours=30))
    ours = {"uri": uri("3n2va4cthq22o", ME), "cid": "b"}
    answer = sky.say(
        "and in green?",
        at=NOW - timedelta(hours=29),
        reason="reply",
        reply={"root": ours, "parent": ours},
    )
    with database.write() as session:
        session.add(
            Gap(
                channel="bluesky",
                stream="notifications",
                since=NOW - timedelta(hours=40),
                until=NOW - timedelta(hours=20),
                reason="why",
                noticed_at=NOW,
                tries=0,
                next_try_at=NOW,
            )
        )
    filled = fill_gaps(poller(database, watch), channel(sky.url, clock=watch))
    assert filled is not None
    assert (filled.done, filled.new, filled.error) == (True, 2, "")
    assert {mention.external_id for mention in mentions(database)} == {missed, answer}
