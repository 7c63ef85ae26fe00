from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.hours import Hours

ROME = ZoneInfo("Europe/Rome")
ATHENS = ZoneInfo("Europe/Athens")
NIGHT = Hours.read("22:00-08:00")
assert NIGHT


def rome(month: int, day: int, hour: int, minute: int = 0, *, fold: int = 0) -> datetime:
    local = datetime(2026, month, day, hour, minute, tzinfo=ROME, fold=fold)
    return local.astimezone(UTC)


@pytest.mark.parametrize(
    ("hour", "quiet"), [(21, False), (22, True), (0, True), (7, True), (8, False)]
)
def test_hours_over_midnight_hold_on_both_sides_of_it(hour: int, quiet: bool) -> None:
    assert NIGHT and NIGHT.hold(rome(3, 2, hour), ROME) is quiet


@pytest.mark.parametrize(("hour", "quiet"), [(12, False), (13, True), (14, True), (15, False)])
def test_hours_of_one_day_hold_between_their_ends(hour: int, quiet: bool) -> None:
    siesta = Hours.read("13:00 - 15:00")
    assert siesta and siesta.hold(rome(3, 2, hour), ROME) is quiet


def test_they_are_the_hours_of_the_brands_own_zone() -> None:
    moment = datetime(2026, 3, 2, 20, 30, tzinfo=UTC)
    assert NIGHT and not NIGHT.hold(moment, ROME)
    assert NIGHT.hold(moment, ATHENS)


def test_no_text_means_no_quiet_hours() -> None:
    assert Hours.read("") is None


@pytest.mark.parametrize(
    "text",
    ["22:00", "22-8 o'clock", "25:00-08:00", "08:00-08:00", "22:00+02:00-08:00", "22:00:30-08:00"],
)
def test_what_is_no_span_of_hours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"span|time|minute"):
        Hours.read(text)


def test_the_night_that_skips_an_hour_ends_when_the_clock_says_so() -> None:
    hours = Hours.read("01:00-02:30")
    assert hours
    # On 2026-03-29 the clock in Rome goes from 01:59 to 03:00: half past two never comes.
    assert hours.over(rome(3, 29, 1, 30), ROME) == rome(3, 29, 3, 0)


def test_the_night_that_has_an_hour_twice_stays_quiet_through_both() -> None:
    hours = Hours.read("01:00-02:30")
    assert hours
    # On 2026-10-25 the clock in Rome shows 02:00 to 02:59 twice.
    first = hours.over(rome(10, 25, 1, 30), ROME)
    assert first == rome(10, 25, 2, 30, fold=0)
    again = rome(10, 25, 2, 10, fold=1)
    assert hours.hold(again, ROME)
    assert hours.over(again, ROME) == rome(10, 25, 2, 30, fold=1)


_MINUTES = st.builds(time, st.integers(0, 23), st.integers(0, 59))


@given(
    st.integers(0, 366 * 24 * 60),
    _MINUTES,
    _MINUTES,
    st.sampled_from([ROME, ATHENS, ZoneInfo("Asia/Kolkata")]),
)
def test_what_is_released_is_never_released_in_a_quiet_hour(
    minute: int, begins: time, ends: time, zone: ZoneInfo
) -> None:
    if begins == ends:
        return
    hours = Hours(begins=begins, ends=ends)
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    over = hours.over(now, zone)
    assert now <= over <= now + timedelta(hours=26)
    assert not hours.hold(over, zone)
