"""What is due when, from the network's page to the row: real SQLite, real judging."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from config.calendar import Calendar
from config.database import Database
from config.settings import LANGUAGES
from config.staffing import Staffing
from listener.channels.base import Page
from listener.ingest import ingest, renew
from listener.models import Mention
from listener.poll import Poller
from listener.store import Reading
from sentiment.prioritize import Level
from tests.factories import FakeChannel, incoming, make_database

ROME = ZoneInfo("Europe/Rome")
OFFICE = Calendar.read(zone="Europe/Rome", hours="Mon-Fri 09:00-18:00", holidays="IT")
READING = Reading(
    channel="x",
    stream="mentions",
    languages=LANGUAGES,
    answerable=timedelta(days=7),
    calendar=OFFICE,
)
TO_BUY = "Do you have the Vento jacket in size M, and how much is it?"
COMPLAINT = "My parcel never arrived and nobody answers, this is terrible service."
INJURY = "Your heater caught fire and my son was burned!"


def rome(day: int, hour: int, minute: int = 0) -> datetime:
    """In December 2026: the 18th is a Friday, and Christmas a Friday as well."""
    return datetime(2026, 12, day, hour, minute, tzinfo=ROME).astimezone(UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = make_database(tmp_path)
    yield opened
    opened.close()


def heard(database: Database, text: str, at: datetime, reading: Reading = READING) -> Mention:
    item = incoming("1", text, language="en", created_at=at)
    ingest(database, Page(items=(item,), position="1"), reading, now=at)
    with database.read() as session:
        return session.scalars(select(Mention)).one()


def test_a_question_before_buying_is_due_in_15_staffed_minutes(database: Database) -> None:
    mention = heard(database, TO_BUY, rome(18, 17, 50))
    assert (mention.priority, mention.reasons[0]) == (Level.P2, "question before buying")
    assert mention.due_at == rome(21, 9, 5)


def test_how_soon_a_question_before_buying_is_due_is_a_setting(database: Database) -> None:
    reading = replace(READING, before_buying=timedelta(minutes=5))
    assert heard(database, TO_BUY, rome(18, 12), reading).due_at == rome(18, 12, 5)


def test_a_question_before_buying_that_is_not_for_us_has_no_such_promise(
    database: Database,
) -> None:
    item = incoming("1", TO_BUY, language="en", created_at=rome(18, 12), addressed=False)
    ingest(database, Page(items=(item,), position="1"), READING, now=rome(18, 12))
    with database.read() as session:
        mention = session.scalars(select(Mention)).one()
    assert mention.due_at > rome(18, 13)


def test_what_is_serious_is_due_in_15_minutes_at_any_hour(database: Database) -> None:
    mention = heard(database, INJURY, rome(24, 23))
    assert mention.priority is Level.P1
    assert mention.due_at == rome(24, 23, 15)


def test_a_complaint_waits_for_the_people_and_their_holidays(database: Database) -> None:
    mention = heard(database, COMPLAINT, rome(24, 17))
    assert mention.priority is Level.P3
    assert mention.due_at == rome(28, 12)  # an hour of the 24th, then Christmas and a weekend


def test_an_edited_text_is_due_by_its_new_words_from_the_first_writing_on(
    database: Database,
) -> None:
    first = heard(database, COMPLAINT, rome(18, 12))
    assert first.due_at == rome(18, 16)
    newer = incoming("1", INJURY, language="en", created_at=rome(18, 13), revision_id="2")
    renew(database, [newer], READING, now=rome(18, 13))
    with database.read() as session:
        again = session.scalars(select(Mention)).one()
    assert again.priority is Level.P1
    assert again.due_at == rome(18, 12, 15)


def test_what_gathered_in_twenty_hours_is_no_rush_when_the_text_is_edited(
    database: Database,
) -> None:
    heard(database, COMPLAINT, rome(18, 12))
    newer = incoming(
        "1", f"{COMPLAINT} Still.", language="en", created_at=rome(18, 12), revision_id="2",
        engagement=200,
    )  # fmt: skip
    renew(database, [newer], READING, now=rome(19, 8))
    with database.read() as session:
        again = session.scalars(select(Mention)).one()
    assert "10 reactions an hour" in again.reasons


def test_each_channel_is_polled_with_its_own_calendar(database: Database) -> None:
    poller = Poller(
        database=database,
        languages=LANGUAGES,
        answerable=timedelta(days=7),
        clock=lambda: rome(18, 20),
        staffing=Staffing(zone="Europe/Rome", hours="Mon-Fri 09:00-18:00"),
        before_buying=timedelta(minutes=10),
    )
    for name, hours in (("x", ""), ("facebook", "Mon-Sun 08:00-22:00")):
        channel = FakeChannel(name, clock=lambda: rome(18, 20), staffed_hours=hours)
        channel.feed = [incoming("1", TO_BUY, language="en", created_at=rome(18, 19))]
        poller.poll(channel)
    with database.read() as session:
        due = {row.channel: row.due_at for row in session.scalars(select(Mention))}
    assert due == {"x": rome(21, 9, 10), "facebook": rome(18, 19, 10)}
