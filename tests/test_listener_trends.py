from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import literal_column, select
from sqlalchemy.dialects import postgresql

from config.database import Database, start_of_hour
from listener.models import Cursor, Mention
from listener.trends.recount import recount
from listener.trends.scope import period
from listener.trends.steps import By
from listener.trends.volume import Bucket, volume
from sentiment.score import Sentiment
from tests.factories import NOW, make_author, make_conversation, make_database, make_mention

ROME, KOLKATA = ZoneInfo("Europe/Rome"), ZoneInfo("Asia/Kolkata")
ZONES = [ZoneInfo(name) for name in ("Europe/Rome", "Asia/Kolkata", "America/New_York", "UTC")]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = make_database(tmp_path)
    yield database
    database.close()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def heard(database: Database, *moments: str, channel: str = "x", **changes: object) -> None:
    with database.write() as session:
        for moment in moments:
            make_mention(session, created_at=at(moment), channel=channel, **changes)


def counted(buckets: tuple[Bucket, ...]) -> dict[str, int]:
    return {bucket.start.isoformat(): bucket.mentions for bucket in buckets if bucket.mentions}


def test_moods_are_counted_apart_and_add_up(database: Database) -> None:
    for mood in (Sentiment.NEGATIVE, Sentiment.NEGATIVE, Sentiment.POSITIVE, Sentiment.UNKNOWN):
        heard(database, "2026-03-02T09:30:00Z", sentiment=mood)
    start, end = at("2026-03-02T09:00:00Z"), at("2026-03-02T10:00:00Z")
    assert volume(database, start=start, end=end, by=By.HOUR) == (
        Bucket(
            start=start.astimezone(ROME),
            channel="x",
            mentions=4,
            negative=2,
            positive=1,
            unknown=1,
        ),
    )


def test_the_start_belongs_to_the_period_and_the_end_does_not(database: Database) -> None:
    heard(database, "2026-03-02T09:00:00Z", "2026-03-02T09:59:59.999999Z", "2026-03-02T10:00:00Z")
    start, end = at("2026-03-02T09:00:00Z"), at("2026-03-02T10:00:00Z")
    buckets = volume(database, start=start, end=end, by=By.HOUR)
    assert counted(buckets) == {"2026-03-02T10:00:00+01:00": 2}


def test_a_moment_before_the_full_hour_is_not_rounded_into_the_next(database: Database) -> None:
    heard(database, "2026-03-02T09:59:59.999999Z")
    for zone, hour in ((ROME, "10:00:00+01:00"), (KOLKATA, "15:00:00+05:30")):
        database.zone = zone
        recount(database)
        buckets = volume(database, start=NOW, end=NOW + timedelta(hours=2), by=By.HOUR)
        assert counted(buckets) == {f"2026-03-02T{hour}": 1}


def test_days_are_those_of_the_brand_and_not_of_utc(database: Database) -> None:
    heard(database, "2026-03-01T22:59:00Z", "2026-03-01T23:00:00Z", "2026-03-02T12:00:00Z")
    buckets = volume(
        database, start=at("2026-02-28T23:00:00Z"), end=at("2026-03-02T23:00:00Z"), by=By.DAY
    )  # fmt: skip
    assert counted(buckets) == {"2026-03-01T00:00:00+01:00": 1, "2026-03-02T00:00:00+01:00": 2}


def test_zones_off_by_half_an_hour_have_their_own_hours_and_days(database: Database) -> None:
    database.zone = KOLKATA
    heard(database, "2026-03-01T18:29:59Z", "2026-03-01T18:30:00Z")
    start, end = at("2026-03-01T18:00:00Z"), at("2026-03-01T19:00:00Z")
    by_day = volume(database, start=start, end=end, by=By.DAY)
    assert counted(by_day) == {"2026-03-01T00:00:00+05:30": 1, "2026-03-02T00:00:00+05:30": 1}
    by_hour = volume(database, start=start, end=end, by=By.HOUR)
    assert counted(by_hour) == {"2026-03-01T23:00:00+05:30": 1, "2026-03-02T00:00:00+05:30": 1}


def test_weeks_begin_on_monday(database: Database) -> None:
    heard(database, "2026-03-01T12:00:00Z", "2026-03-02T12:00:00Z", "2026-03-08T12:00:00Z")
    buckets = volume(
        database, start=at("2026-03-01T00:00:00Z"), end=at("2026-03-09T00:00:00Z"), by=By.WEEK
    )  # fmt: skip
    assert counted(buckets) == {"2026-02-23T00:00:00+01:00": 1, "2026-03-02T00:00:00+01:00": 2}


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-03-28", 24)]
)
def test_a_day_of_a_clock_change_has_as_many_hours_as_it_has(
    database: Database, day: str, hours: int
) -> None:
    heard(database, "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z")  # both are 02:30 in Rome
    start, end = period(day, day, zone=ROME, now=NOW)
    by_hour = volume(database, start=start, end=end, by=By.HOUR, channel="x")
    assert len(by_hour) == hours
    assert len({bucket.start.astimezone(UTC) for bucket in by_hour}) == hours
    by_day = volume(database, start=start, end=end, by=By.DAY, channel="x")
    assert [bucket.start.isoformat()[:10] for bucket in by_day] == [day]
    if hours == 25:
        assert [bucket.mentions for bucket in by_hour if bucket.mentions] == [1, 1]
        assert by_day[0].mentions == 2


def test_every_channel_has_every_step_even_with_nothing_in_it(database: Database) -> None:
    heard(database, "2026-03-02T09:30:00Z", channel="facebook")
    with database.write() as session:
        session.add(Cursor(channel="silent", stream="mentions", started_at=NOW))
    start = at("2026-03-01T00:00:00+01:00")
    buckets = volume(database, start=start, end=start + timedelta(days=3), by=By.DAY)
    assert [(bucket.start.day, bucket.channel, bucket.mentions) for bucket in buckets] == [
        (1, "facebook", 0), (1, "silent", 0),
        (2, "facebook", 1), (2, "silent", 0),
        (3, "facebook", 0), (3, "silent", 0),
    ]  # fmt: skip


def test_one_channel_may_be_asked_for_alone(database: Database) -> None:
    heard(database, "2026-03-02T09:30:00Z", channel="facebook")
    heard(database, "2026-03-02T09:30:00Z", channel="x")
    end = NOW + timedelta(hours=1)
    for name, mentions in (("facebook", 1), ("nobody'; --", 0)):
        buckets = volume(database, start=NOW, end=end, by=By.HOUR, channel=name)
        assert [(bucket.channel, bucket.mentions) for bucket in buckets] == [(name, mentions)]


@pytest.mark.parametrize(("by", "days"), [(By.HOUR, 45), (By.DAY, 400), (By.WEEK, 800)])
def test_a_period_may_be_so_long_and_no_longer(database: Database, by: By, days: int) -> None:
    end = NOW + timedelta(days=days)
    assert volume(database, start=NOW, end=end, by=by, channel="x")
    with pytest.raises(ValueError, match=f"{days} days at most"):
        volume(database, start=NOW, end=end + timedelta(seconds=1), by=by)


@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [
        (NOW, NOW, "start before it ends"),
        (NOW, NOW - timedelta(hours=1), "start before it ends"),
        (datetime.min.replace(tzinfo=UTC), NOW, "between the years"),
        (NOW, datetime.max.replace(tzinfo=UTC), "between the years"),
    ],
)
def test_a_period_that_is_none_is_refused_in_a_sentence(
    database: Database, start: datetime, end: datetime, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        volume(database, start=start, end=end, by=By.DAY)


def test_a_period_is_fourteen_days_if_nobody_says_otherwise() -> None:
    assert period(None, None, zone=ROME, now=NOW) == (NOW - timedelta(days=14), NOW)


def test_dates_are_local_and_the_last_one_is_included() -> None:
    start, end = period("2026-03-28", "2026-03-29", zone=ROME, now=NOW)
    assert start.isoformat() == "2026-03-28T00:00:00+01:00"
    assert end.isoformat() == "2026-03-30T00:00:00+02:00"


def test_moments_keep_their_offset_and_are_local_without_one() -> None:
    start, end = period("2026-03-01T09:00:00Z", "2026-03-01T12:00", zone=ROME, now=NOW)
    assert start == at("2026-03-01T09:00:00+00:00")
    assert end == at("2026-03-01T12:00:00+01:00")


@given(text=st.text(min_size=1, max_size=40) | st.dates().map(str) | st.datetimes().map(str))
def test_any_text_is_a_moment_or_refused_in_a_sentence(text: str) -> None:
    try:
        start, _ = period(text, None, zone=ROME, now=NOW)
    except ValueError as refusal:
        assert "is no moment" in str(refusal)
    else:
        assert start.tzinfo is not None
        assert 2000 <= start.year <= 2100


def test_the_hour_is_cut_by_portable_sql() -> None:
    statement = select(start_of_hour(literal_column("at"), past=30))
    compiled = str(statement.compile(dialect=postgresql.dialect()))
    assert "date_bin('1 hour', at, timestamptz '2000-01-01 00:30:00+00')" in compiled


MOMENTS = st.integers(0, 20 * 24 * 3600).map(
    lambda seconds: datetime(2026, 3, 20, tzinfo=UTC) + timedelta(seconds=seconds)
)  # the clocks change in between


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = make_database(tmp_path_factory.mktemp("trends"))
    yield database
    database.close()


@settings(max_examples=50)
@given(
    moments=st.lists(MOMENTS, max_size=12),
    start=MOMENTS,
    span=st.timedeltas(timedelta(minutes=1), timedelta(days=20)),
    by=st.sampled_from(By),
    zone=st.sampled_from(ZONES),
)
def test_nothing_in_a_period_is_lost_or_counted_twice(
    shared: Database,
    moments: list[datetime],
    start: datetime,
    span: timedelta,
    by: By,
    zone: ZoneInfo,
) -> None:
    with shared.write() as session:
        for old in session.scalars(select(Mention)):
            session.delete(old)
    shared.zone = zone
    with shared.write() as session:
        author, conversation = make_author(session), make_conversation(session)
        for moment in moments:
            make_mention(session, created_at=moment, author=author, conversation=conversation)
    end = start + span
    buckets = volume(shared, start=start, end=end, by=by, channel="x")
    inside = [moment for moment in moments if start <= moment < end]
    assert sum(bucket.mentions for bucket in buckets) == len(inside)
    starts = [bucket.start.astimezone(UTC) for bucket in buckets]
    assert starts == sorted(set(starts))
    assert starts[0] <= start
    for moment in inside:
        own = max(one for one in starts if one <= moment)
        assert buckets[starts.index(own)].mentions > 0
