"""What a forecast is made from, read from a real SQLite file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.calendar import Calendar
from config.database import Database
from listener.cursors import LOOK_BACK
from listener.forecast.free_days import on_holidays
from listener.forecast.known import Heard, Listening, begins, known_counts, unread
from listener.forecast.model import HOUR, Outlook, TooLittle
from listener.forecast.series import ever_heard, look_ahead, read_series
from listener.forecast.weeks import lay_out
from listener.models import Cursor, Gap
from tests.factories import make_author, make_conversation, make_database, make_mention

NOW = datetime(2026, 3, 9, 10, 20, tzinfo=UTC)
END = datetime(2026, 3, 9, 10, tzinfo=UTC)
WEEK = timedelta(weeks=1)
ROME = ZoneInfo("Europe/Rome")
X = frozenset(["x"])


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = make_database(tmp_path)
    yield database
    database.close()


def polled(
    database: Database,
    channel: str = "x",
    stream: str = "mentions",
    *,
    since: datetime = END - 4 * WEEK,
    until: datetime | None = NOW,
) -> None:
    with database.write() as session:
        session.add(
            Cursor(channel=channel, stream=stream, started_at=since, finished_at=until, failures=0)
        )


def heard(database: Database, *moments: datetime, channel: str = "x") -> None:
    with database.write() as session:
        author = make_author(session, channel=channel)
        thread = make_conversation(session, channel=channel)
        for moment in moments:
            make_mention(
                session, channel=channel, created_at=moment, author=author, conversation=thread
            )


def passed_over(database: Database, since: datetime, until: datetime, **more: object) -> None:
    values = {"channel": "x", "stream": "mentions", "reason": "too long", "noticed_at": NOW}
    with database.write() as session:
        session.add(Gap(since=since, until=until, tries=0, **values | more))


def hours_ago(number: float) -> datetime:
    return END - number * HOUR


def counts(database: Database, channels: frozenset[str] | None = X) -> tuple[int | None, ...]:
    return read_series(database, channels=channels, now=NOW).counts


def test_the_hour_that_is_not_over_is_not_counted(database: Database) -> None:
    polled(database)
    heard(database, END + timedelta(minutes=5), hours_ago(0.5), hours_ago(0.25), hours_ago(1.5))
    known = read_series(database, channels=X, now=NOW)
    assert known.end == END
    assert known.counts[-3:] == (0, 1, 2)


def test_hours_begin_by_the_wall_also_where_that_is_half_an_hour_off(tmp_path: Path) -> None:
    database = make_database(tmp_path, zone=ZoneInfo("Asia/Kolkata"))
    polled(database)
    heard(database, hours_ago(1.1), hours_ago(0.6), hours_ago(0.4), hours_ago(0.1))
    known = read_series(database, channels=X, now=NOW)
    database.close()
    assert known.end == END - HOUR / 2
    assert known.counts[-2:] == (0, 2)


def test_clocks_that_change_by_half_an_hour_lose_no_mention(tmp_path: Path) -> None:
    database = make_database(tmp_path, zone=ZoneInfo("Australia/Lord_Howe"))
    after = datetime(2026, 4, 20, 10, 20, tzinfo=UTC)
    polled(database, since=after - 6 * WEEK, until=after)  # the clocks changed on 5 April
    moments = [after - HOUR - number * 7 * HOUR for number in range(140)]
    heard(database, *moments)
    counted = read_series(database, channels=X, now=after).counts
    database.close()
    assert sum(count or 0 for count in counted) == 140


def test_the_past_begins_with_the_first_full_hour_somebody_listened(database: Database) -> None:
    polled(database, since=END - WEEK + timedelta(minutes=10))
    known = read_series(database, channels=X, now=NOW)
    assert known.start == END - WEEK + HOUR
    assert known.counts == (0,) * 167


def test_a_gap_that_is_open_is_missing_and_not_zero(database: Database) -> None:
    polled(database)
    heard(database, hours_ago(2.5))
    passed_over(database, hours_ago(4.5), hours_ago(2.4))
    passed_over(database, hours_ago(9), hours_ago(8), filled_at=NOW)
    passed_over(database, hours_ago(20), hours_ago(6), stream=LOOK_BACK)
    passed_over(database, hours_ago(20), hours_ago(6), channel="facebook")
    assert counts(database)[-9:] == (0, 0, 0, 0, None, None, None, 0, 0)


def test_what_a_dead_poller_has_not_reached_is_missing(database: Database) -> None:
    polled(database)
    polled(database, stream="search", until=hours_ago(30.5))
    assert counts(database)[-32:] == (0, *[None] * 31)


def test_a_stream_that_was_taken_away_is_not_waited_for(database: Database) -> None:
    polled(database)
    polled(database, stream="search", until=END - 2 * WEEK)
    polled(database, stream="never read", until=None)
    assert None not in counts(database)


def test_a_channel_that_is_dead_for_weeks_is_missing_for_weeks(database: Database) -> None:
    polled(database, until=END - 2 * WEEK)
    assert counts(database)[-2 * 168 :] == (None,) * 336
    found = look_ahead(database, channels=X, calendar=Calendar(zone=ROME), now=NOW, days=7)
    assert isinstance(found, TooLittle)


def test_history_counts_and_what_lies_between_it_and_the_first_fetch_does_not(
    database: Database,
) -> None:
    polled(database, since=END - WEEK)
    brought = [END - 3 * WEEK - number * 12 * HOUR for number in range(1, 60)]
    heard(database, *brought)
    hour_by_hour = counts(database)
    history, nothing, listened = hour_by_hour[:697], hour_by_hour[697:-168], hour_by_hour[-168:]
    assert history == ((1, *[0] * 11) * 59)[:697]
    assert nothing == (None,) * (2 * 168 + 11)
    assert listened == (0,) * 168


def test_stragglers_of_the_first_fetch_do_not_pass_for_quiet_weeks(database: Database) -> None:
    since = END - WEEK
    polled(database, since=since)
    heard(database, *[since - number * 2 * HOUR for number in range(1, 84)])
    heard(database, *[since - number * WEEK for number in range(3, 30)])
    assert len(counts(database)) < 2 * 168 + 24


def test_all_channels_are_added_and_a_hole_of_one_is_a_hole(database: Database) -> None:
    polled(database)
    polled(database, channel="facebook", until=hours_ago(1.5))
    heard(database, hours_ago(2.5), hours_ago(3.5))
    heard(database, hours_ago(3.5), channel="facebook")
    assert counts(database, channels=None)[-4:] == (2, 1, None, None)
    assert counts(database, channels=frozenset(["x", "facebook"]))[-4:] == (2, 1, None, None)
    assert counts(database, channels=frozenset())[-4:] == ()
    assert counts(database)[-4:] == (1, 1, 0, 0)


def test_nothing_known_is_a_series_without_hours(database: Database) -> None:
    assert counts(database, channels=None) == ()
    found = look_ahead(database, calendar=Calendar(), now=NOW, days=7)
    assert found == TooLittle(known=timedelta(), needed=3 * WEEK, enough_at=END + 3 * WEEK)


@pytest.mark.parametrize(
    ("now", "hours"), [("2026-03-26", 167), ("2026-10-22", 169), ("2026-06-01", 168)]
)
def test_seven_days_are_seven_days_on_the_wall(database: Database, now: str, hours: int) -> None:
    moment = datetime.fromisoformat(now + "T10:20:00Z")
    polled(database, since=moment - 4 * WEEK, until=moment)
    found = look_ahead(database, channels=X, calendar=Calendar(zone=ROME), now=moment, days=7)
    assert isinstance(found, Outlook)
    assert len(found.forecast.hours) == hours
    assert found.forecast.hours[0].start == moment.replace(minute=0) + HOUR
    assert sum(day.hours for day in found.days) == hours


def test_a_channel_nobody_writes_to_is_forecast_as_silent(database: Database) -> None:
    polled(database)
    found = look_ahead(database, channels=X, calendar=Calendar(zone=ROME), now=NOW, days=2)
    assert isinstance(found, Outlook)
    assert {(hour.expected, hour.high) for hour in found.forecast.hours} == {(0, 0)}
    assert found.forecast.weeks == 4


def test_the_holidays_of_the_calendar_are_known(database: Database) -> None:
    polled(database)
    known = read_series(database, channels=X, place="IT", now=NOW)
    assert date(2026, 1, 6) in known.holidays
    assert date(2026, 12, 25) in known.holidays
    assert not read_series(database, channels=X, now=NOW).holidays


def test_what_a_holiday_does_is_read_from_the_year_before(database: Database) -> None:
    """Epiphany of 2026 lies before the eleven weeks that are read by the hour."""
    summer = datetime(2026, 6, 20, 10, 20, tzinfo=UTC)
    polled(database, since=summer - 40 * WEEK, until=summer)
    noon = datetime(2025, 12, 1, 12, tzinfo=UTC)
    days = [noon + timedelta(days=number) for number in range(80)]
    quiet = {date(2025, 12, 8), date(2025, 12, 25), date(2025, 12, 26), date(2026, 1, 6)}
    for day in days:
        heard(database, *[day] * (1 if day.date() in quiet else 5))
    known = read_series(database, channels=X, place="IT", now=summer)
    assert known.earlier[date(2026, 1, 6)] == 1
    assert known.earlier[date(2026, 1, 7)] == 5
    assert max(known.earlier) < known.start.date() <= max(known.earlier) + timedelta(days=2)
    factor = on_holidays(lay_out(known).days, known.holidays)
    assert 0.2 < factor < 0.5
    assert not read_series(database, channels=X, now=summer).earlier


def test_days_a_hole_touches_say_nothing_about_holidays(database: Database) -> None:
    summer = datetime(2026, 6, 20, 10, 20, tzinfo=UTC)
    polled(database, since=summer - 30 * WEEK, until=summer)
    heard(database, datetime(2026, 1, 6, 12, tzinfo=UTC))
    since = datetime(2026, 1, 6, 22, 30, tzinfo=UTC)  # half an hour before midnight in Rome
    passed_over(database, since, since + timedelta(minutes=40))
    days = read_series(database, channels=X, place="IT", now=summer).earlier
    assert {date(2026, 1, 6), date(2026, 1, 7)}.isdisjoint(days)
    assert {date(2026, 1, 5), date(2026, 1, 8)} <= days.keys()


@pytest.mark.parametrize("days", [0, -1, 29])
def test_days_nobody_can_forecast_are_refused(database: Database, days: int) -> None:
    with pytest.raises(ValueError, match="1 to 28"):
        look_ahead(database, calendar=Calendar(), now=NOW, days=days)


def test_a_channel_that_was_heard_is_known_without_being_configured(database: Database) -> None:
    heard(database, hours_ago(1), channel="old")
    assert ever_heard(database, "old")
    assert not ever_heard(database, "new")


moments = st.integers(0, 60 * 24 * 40).map(lambda minutes: END - timedelta(minutes=minutes))


@given(
    hours=st.dictionaries(st.integers(1, 900).map(lambda n: END - n * HOUR), st.integers(1, 9)),
    streams=st.lists(st.tuples(moments, moments), max_size=3),
    gaps=st.lists(st.tuples(moments, moments), max_size=3),
)
def test_every_hour_is_known_unless_a_hole_touches_it(
    hours: dict[datetime, int],
    streams: list[tuple[datetime, datetime]],
    gaps: list[tuple[datetime, datetime]],
) -> None:
    one = Heard(
        counts=hours,
        streams=[Listening(since=min(pair), until=max(pair)) for pair in streams],
    )
    holes = [(min(pair), max(pair)) for pair in gaps] + list(unread([one], END))
    start = begins(one, END)
    assert start <= END
    assert start == start.replace(minute=0)
    for number, count in enumerate(known_counts(hours, holes, start, END)):
        hour = start + number * HOUR
        touched = any(since < hour + HOUR and hour < until for since, until in holes)
        assert count == (None if touched else hours.get(hour, 0))
