from __future__ import annotations

import itertools
import subprocess
import sys
import threading
from datetime import UTC, date, datetime, timedelta
from types import FrameType
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from config.calendar import ALWAYS, Calendar
from config.holidays import days_off
from config.opening import EVERY_HOUR, Shift, read_week
from config.settings import ROOT
from tests.daemon import clean_environment

ROME = ZoneInfo("Europe/Rome")
OFFICE = Calendar.read(zone="Europe/Rome", hours="Mon-Fri 09:00-18:00, Sat 10:00-14:00")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def rome(month: int, day: int, hour: int = 0, minute: int = 0, *, fold: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ROME, fold=fold).astimezone(UTC)


def test_staffed_time_stands_still_from_closing_to_opening() -> None:
    # 2026-03-06 is a Friday.
    assert OFFICE.after(rome(3, 6, 17, 50), 15 * MINUTE) == rome(3, 7, 10, 5)
    assert OFFICE.after(rome(3, 7, 13), 4 * HOUR) == rome(3, 9, 12)
    assert OFFICE.between(rome(3, 6, 17, 50), rome(3, 9, 9, 30)) == 10 * MINUTE + 4.5 * HOUR


def test_what_is_used_up_at_closing_time_is_due_then_and_not_at_the_next_opening() -> None:
    assert OFFICE.after(rome(3, 6, 17), HOUR) == rome(3, 6, 18)


def test_no_time_at_all_is_over_at_once_even_at_night() -> None:
    assert OFFICE.after(rome(3, 6, 22), timedelta()) == rome(3, 6, 22)


def test_time_does_not_run_backwards() -> None:
    assert OFFICE.between(rome(3, 6, 12), rome(3, 6, 11)) == timedelta()
    assert ALWAYS.between(rome(3, 6, 12), rome(3, 6, 11)) == timedelta()


def test_the_next_opening_is_now_while_somebody_is_there() -> None:
    assert OFFICE.next_opening(rome(3, 6, 12)) == rome(3, 6, 12)
    assert OFFICE.next_opening(rome(3, 7, 14)) == rome(3, 9, 9)  # at closing nobody is any more
    assert OFFICE.next_opening(rome(3, 8, 23)) == rome(3, 9, 9)


@pytest.mark.parametrize("hours", ["", "24/7", "Mon-Sun 00:00-24:00"])
def test_around_the_clock_staffed_time_is_time(hours: str) -> None:
    calendar = Calendar.read(zone="Europe/Rome", hours=hours)
    night = rome(3, 29, 1, 30)
    assert calendar.always
    assert calendar.after(night, 5 * HOUR) == night + 5 * HOUR
    assert calendar.between(night, night + 40 * HOUR) == 40 * HOUR
    assert calendar.next_opening(night) == night


def test_moments_of_any_zone_are_taken_for_what_they_are() -> None:
    night = datetime(2026, 3, 29, 1, 30, tzinfo=ROME)  # the clock goes forward half an hour later
    for calendar in (ALWAYS, Calendar.read(zone="Europe/Rome", hours="Mon-Sun 00:00-23:00")):
        assert calendar.after(night, 2 * HOUR) == rome(3, 29, 4, 30)
        assert calendar.between(night, datetime(2026, 3, 29, 4, 30, tzinfo=ROME)) == 2 * HOUR


def test_hours_are_those_of_the_calendars_own_zone() -> None:
    athens = Calendar.read(zone="Europe/Athens", hours="Mon-Fri 09:00-18:00")
    assert athens.next_opening(rome(3, 6)) == rome(3, 6, 8)


def test_days_may_be_written_out() -> None:
    written = read_week("Monday-Friday 09:00-18:00, saturday 10:00-14:00")
    assert written == OFFICE.week


def test_a_day_may_have_a_lunch_break_and_a_range_may_go_round_the_week() -> None:
    calendar = Calendar.read(zone="Europe/Rome", hours="Sat-Mon 9:00-13:00 14:00 – 18:00")
    assert calendar.after(rome(3, 7, 12), 2 * HOUR) == rome(3, 7, 15)
    assert calendar.next_opening(rome(3, 9, 18)) == rome(3, 14, 9)


def test_entries_that_overlap_count_once() -> None:
    calendar = Calendar.read(zone="Europe/Rome", hours="Mon-Fri 09:00-18:00, mon 08:00-12:00")
    assert calendar.between(rome(3, 9), rome(3, 10)) == 10 * HOUR


def test_a_shift_over_midnight_ends_on_the_next_day() -> None:
    bar = Calendar.read(zone="Europe/Rome", hours="Fri 20:00-02:00")
    assert bar.after(rome(3, 6, 21), 4 * HOUR) == rome(3, 7, 1)
    assert bar.next_opening(rome(3, 7, 1)) == rome(3, 7, 1)
    assert bar.next_opening(rome(3, 7, 2)) == rome(3, 13, 20)


def test_on_a_holiday_nobody_is_there() -> None:
    italian = Calendar.read(zone="Europe/Rome", hours="Mon-Fri 09:00-18:00", holidays="IT")
    # Christmas and Saint Stephen's, then a Sunday.
    assert italian.after(rome(12, 24, 17, 50), 15 * MINUTE) == rome(12, 28, 9, 5)


def test_a_part_of_a_country_has_holidays_of_its_own() -> None:
    epiphany = rome(1, 6, 12)
    for place, opening in (("DE", epiphany), ("de-by", rome(1, 7, 9))):
        calendar = Calendar.read(zone="Europe/Berlin", hours="Mon-Fri 09:00-18:00", holidays=place)
        assert calendar.next_opening(epiphany) == opening


def test_a_shift_begun_before_a_holiday_goes_on_to_its_end_and_none_begins_on_one() -> None:
    nights = Calendar.read(zone="Europe/Rome", hours="Mon-Sun 22:00-06:00", holidays="IT")
    christmas = rome(12, 25)
    assert nights.next_opening(christmas) == christmas
    assert nights.next_opening(rome(12, 25, 6)) == rome(12, 27, 22)  # the 26th is one as well


def test_holidays_close_what_is_otherwise_open_around_the_clock() -> None:
    calendar = Calendar.read(zone="Europe/Rome", holidays="IT")
    assert not calendar.always
    assert calendar.after(rome(12, 24, 23), 2 * HOUR) == rome(12, 27, 1)


def test_none_means_nobodys_holidays() -> None:
    assert Calendar.read(holidays="none").always


def test_a_night_shift_has_the_hours_the_night_really_has() -> None:
    nights = Calendar.read(zone="Europe/Rome", hours="Mon-Sun 22:00-06:00")
    for month, day, hours in ((3, 28, 7), (10, 24, 9), (11, 10, 8)):
        evening = rome(month, day, 12)
        assert nights.between(evening, evening + 20 * HOUR) == hours * HOUR


def test_an_hour_the_wall_skips_is_the_moment_of_the_skip() -> None:
    # On 2026-03-29 the clock in Rome goes from 01:59 to 03:00.
    calendar = Calendar.read(zone="Europe/Rome", hours="Sun 02:30-03:30")
    assert calendar.next_opening(rome(3, 29)) == rome(3, 29, 3)
    assert calendar.between(rome(3, 29), rome(3, 30)) == 30 * MINUTE


def test_a_shift_that_lies_in_a_skipped_hour_is_none() -> None:
    calendar = Calendar.read(zone="Europe/Rome", hours="Sun 02:10-02:50")
    assert calendar.next_opening(rome(3, 29)) == rome(4, 5, 2, 10)


def test_an_hour_the_wall_shows_twice_is_meant_the_first_time() -> None:
    # On 2026-10-25 the clock in Rome shows 02:00 to 02:59 twice.
    calendar = Calendar.read(zone="Europe/Rome", hours="Sun 00:00-02:30, Sun 02:30-04:00")
    assert calendar.between(rome(10, 25), rome(10, 26)) == 5 * HOUR
    assert calendar.next_opening(rome(10, 25, 2, 45)) == rome(10, 25, 2, 45)


def test_a_zone_that_skips_a_whole_day_goes_on() -> None:
    # Samoa had no 30 December 2011.
    calendar = Calendar.read(zone="Pacific/Apia", hours="Mon-Sun 09:00-17:00")
    begin = datetime(2011, 12, 29, 10, tzinfo=UTC)  # the 29th begins there; 24 hours on, the 31st
    assert calendar.between(begin, begin + 48 * HOUR) == 16 * HOUR
    assert calendar.next_opening(begin + 20 * HOUR) == begin + 33 * HOUR


@pytest.mark.parametrize(
    ("hours", "wrong"),
    [
        ("Mon 9-18", "no span of hours"),
        ("09:00-18:00", "no day with hours"),
        ("Mon-Fri", "no day with hours"),
        ("Mon-Fry 09:00-18:00", "no day"),
        ("Mon-Fri 09:00-18:00,", "a comma with no day"),
        (", Mon 09:00-18:00", "a comma with no day"),
        ("Mon 09:00-18:0010:00-11:00", "no span of hours"),
        ("Mon 09:00-13:0014:00-18:00", "no span of hours"),
        ("Mon 09:00-18:00 and Tue", "no span of hours"),
        ("Mon 24:00-25:00", "00:00 to 24:00"),
        ("Mon 09:00-24:01", "00:00 to 24:00"),
        ("Mon 09:60-18:00", "00:00 to 24:00"),
        ("Mon ９:00-18:00", "no day with hours"),
        ("Mon 09:00-09:00", "never open"),
        ("always", "no day with hours"),
    ],
)
def test_what_is_no_opening_hours_is_refused(hours: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        Calendar.read(hours=hours)


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        ("XX", "nobody knows"),
        ("Italy", "nobody knows"),
        ("DE-ZZ", "no part"),
        ("DE-", "no part ''"),
    ],
)
def test_holidays_nobody_knows_are_refused(place: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        Calendar.read(holidays=place)


def test_a_calendar_that_never_opens_says_so_instead_of_searching_for_ever() -> None:
    closed = Calendar(zone=ROME, week=((),) * 7)
    with pytest.raises(ValueError, match="never open"):
        closed.next_opening(rome(3, 6))


def test_several_threads_find_the_same_holidays() -> None:
    days_off.cache_clear()
    found: list[frozenset[date]] = []
    threads = [
        threading.Thread(target=lambda: found.append(days_off("IT", 2031))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(date(2031, 12, 25) in days and days == found[0] for days in found)


def test_who_keeps_no_holidays_does_not_load_them() -> None:
    program = (
        "import sys; from config.settings import Settings; Settings().brand.staffing.calendar();"
        "print('holidays' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=clean_environment(),
        check=True,
    )
    assert done.stdout.strip() == "False"


# Quarters of an hour, at which the clocks of these zones are changed as well.
_QUARTERS = st.integers(0, 95).map(lambda number: 15 * number)
_SHIFTS = st.builds(
    lambda begins, length: Shift(begins=begins, ends=begins + length),
    _QUARTERS,
    st.integers(1, 96).map(lambda number: 15 * number),
)
_DAYS = st.lists(_SHIFTS, max_size=3).map(lambda shifts: tuple(sorted(shifts)))
_WEEKS = st.tuples(*(7 * [_DAYS])).filter(any)
_ZONES = st.sampled_from(
    [ZoneInfo(name) for name in ("Europe/Rome", "America/New_York", "Asia/Kolkata",
                                 "Australia/Lord_Howe", "Pacific/Apia")]
)  # fmt: skip
CALENDARS = st.builds(
    Calendar, zone=_ZONES, week=st.one_of(_WEEKS, st.just(EVERY_HOUR)),
    holidays=st.sampled_from(["", "IT", "DE-BY"]),
)  # fmt: skip
# Weeks in which clocks are changed, and Christmas.
MOMENTS = st.builds(
    lambda start, minutes: rome(*start) + timedelta(minutes=minutes),
    st.sampled_from([(3, 4), (3, 25), (9, 23), (10, 21), (10, 30), (12, 20)]),
    st.integers(0, 12 * 24 * 60),
)
SPANS = st.integers(0, 40 * 60).map(lambda minutes: timedelta(minutes=minutes))


@given(CALENDARS, MOMENTS, SPANS)
def test_so_much_staffed_time_later_so_much_staffed_time_has_passed(
    calendar: Calendar, moment: datetime, span: timedelta
) -> None:
    due = calendar.after(moment, span)
    assert due >= moment + span
    assert calendar.between(moment, due) == span


@given(CALENDARS, MOMENTS, SPANS)
def test_the_time_between_leads_back_to_a_staffed_moment(
    calendar: Calendar, begin: datetime, later: timedelta
) -> None:
    end = calendar.next_opening(begin + later) + MINUTE / 2  # inside, not just when they come
    assume(calendar.next_opening(end) == end)
    assert calendar.after(begin, calendar.between(begin, end)) == end


@given(CALENDARS, MOMENTS, SPANS, SPANS)
def test_staffed_time_only_ever_grows_and_adds_up(
    calendar: Calendar, moment: datetime, one: timedelta, two: timedelta
) -> None:
    middle, end = moment + one, moment + one + two
    assert calendar.between(moment, middle) <= calendar.between(moment, end)
    both = calendar.between(moment, middle) + calendar.between(middle, end)
    assert both == calendar.between(moment, end) <= end - moment
    assert calendar.after(moment, one) <= calendar.after(moment, one + two)
    assert calendar.after(moment, two) <= calendar.after(middle, two)


@given(CALENDARS, MOMENTS, st.integers(0, 100 * 24 * 60))
def test_whole_weeks_at_once_are_as_long_as_shift_by_shift(
    calendar: Calendar, begin: datetime, minutes: int
) -> None:
    end = begin + minutes * MINUTE
    shifts = (
        (max(comes, begin), min(leaves, end))
        for comes, leaves in itertools.takewhile(
            lambda shift: shift[0] < end, calendar.staffed_from(begin)
        )
    )
    walked = sum((leaves - comes for comes, leaves in shifts), timedelta())
    assert calendar.between(begin, end) == walked


def test_a_year_that_was_walked_through_once_is_not_walked_through_again() -> None:
    calendar = Calendar(zone=ROME, week=OFFICE.week, holidays="IT")
    day = rome(12, 1, 12)
    asked: list[str] = []

    def trace(frame: FrameType, event: str, _: object) -> None:
        asked.append(event)

    before = sys.getprofile()
    for number in range(2):
        asked.clear()
        sys.setprofile(trace)
        calendar.between(day - timedelta(days=365 + number), day)
        sys.setprofile(before)
        if number == 0:
            first = len(asked)
    assert len(asked) < first / 20


@given(CALENDARS, MOMENTS)
def test_until_the_next_opening_nobody_is_there(calendar: Calendar, moment: datetime) -> None:
    opening = calendar.next_opening(moment)
    assert calendar.between(moment, opening) == timedelta()
    assert calendar.between(opening, opening + MINUTE) > timedelta()


@given(_WEEKS)
def test_a_week_is_read_as_it_is_written(week: tuple[tuple[Shift, ...], ...]) -> None:
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    text = ", ".join(
        f"{name} " + " ".join(_written(shift) for shift in shifts)
        for name, shifts in zip(names, week, strict=True)
        if shifts
    )
    whole = [shift for shifts in week for shift in shifts if shift.ends - shift.begins == 24 * 60]
    assume(not [shift for shift in whole if shift.begins])  # 09:00 to 09:00 is refused
    assert read_week(text) == week


def _written(shift: Shift) -> str:
    ends = shift.ends if shift.ends <= 24 * 60 else shift.ends - 24 * 60
    return "-".join(f"{minutes // 60:02}:{minutes % 60:02}" for minutes in (shift.begins, ends))
