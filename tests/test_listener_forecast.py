"""Forecasting, without a database: what holds for every series."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.forecast.bands import Scatter, band, quantiles, scatter
from listener.forecast.choice import NAIVE, SHAPE, mase
from listener.forecast.methods import as_last_week, shape_times_level
from listener.forecast.model import HOUR, Outlook, TooLittle
from listener.forecast.weeks import Numbers, lay_out
from tests.forecast_series import A_MONDAY, ROME, ahead, by_chance, next_week, series, told

WAVE = [3 + round(9 * math.sin(math.pi * (hour % 24) / 24)) + hour // 24 for hour in range(168)]
"""A week of some shape."""


@given(count=st.integers(0, 500), weeks=st.integers(3, 12))
@settings(max_examples=25, deadline=None)
def test_a_constant_series_forecasts_itself(count: int, weeks: int) -> None:
    found = next_week(series([count] * weeks * 168))
    for hour in found.forecast.hours:
        assert hour.expected == pytest.approx(count)
        assert hour.low <= hour.expected <= hour.high
    assert found.forecast.mase == 0


@given(
    counts=st.lists(st.integers(0, 40) | st.none(), min_size=504, max_size=1200),
    known=st.integers(0, 9),
)
@settings(max_examples=40, deadline=None)
def test_the_band_holds_what_is_expected_and_nothing_is_below_zero(
    counts: list[int | None], known: int
) -> None:
    found = ahead(series([*counts, *[known] * 504]))
    assert isinstance(found, Outlook)
    for hour in (*found.forecast.hours, *found.naive.hours):
        assert 0 <= hour.low <= hour.expected <= hour.high
        assert hour.q80 <= hour.high < math.inf
    for day in found.days:
        assert 0 <= day.low <= day.expected <= day.high < math.inf


@given(seed=st.integers(0, 10_000), times=st.integers(2, 50))
@settings(max_examples=25, deadline=None)
def test_ten_times_the_mentions_are_ten_times_the_forecast(seed: int, times: int) -> None:
    counts = [int(count) for count in by_chance(4, seed, weeks=7)]
    one, many = next_week(series(counts)), next_week(series(count * times for count in counts))
    assert one.forecast.method == many.forecast.method
    assert one.forecast.mase == pytest.approx(many.forecast.mase)
    for few, more in zip(one.forecast.hours, many.forecast.hours, strict=True):
        assert few.expected * times == pytest.approx(more.expected)


@pytest.mark.parametrize("method", [shape_times_level, as_last_week])
@given(dead=st.lists(st.tuples(st.integers(0, 1007), st.integers(1, 60)), max_size=6))
@settings(max_examples=40, deadline=None)
def test_hours_nobody_read_do_not_pull_the_forecast_down(
    method: Callable[[Numbers], Numbers], dead: list[tuple[int, int]]
) -> None:
    """Where every hour of the week was read at least once, holes change nothing."""
    missing = {hour for since, length in dead for hour in range(since, since + length)}
    holed = [None if number in missing else count for number, count in enumerate(WAVE * 6)]
    whole, found = method(lay_out(series(WAVE * 6)).counts), method(lay_out(series(holed)).counts)
    if {number % 168 for number, count in enumerate(holed) if count is not None} == set(range(168)):
        assert found == pytest.approx(whole)
    assert found.sum() == pytest.approx(sum(WAVE), rel=0.1)


def test_hours_taken_for_silence_would_pull_it_down() -> None:
    """The test above can fail: zeros in place of the missing hours do change the forecast."""
    silent = WAVE * 4 + ([0] * 100 + WAVE[100:]) * 2
    assert shape_times_level(lay_out(series(silent)).counts).sum() < sum(WAVE) * 0.9


def test_a_week_that_was_hardly_read_says_nothing_about_the_level() -> None:
    weeks = lay_out(series(WAVE * 5 + [None] * 160 + [90] * 8))
    assert shape_times_level(weeks.counts).sum() == pytest.approx(sum(WAVE), rel=0.05)


@given(day=st.integers(0, 41), times=st.integers(2, 10))
@settings(max_examples=25, deadline=None)
def test_one_wild_day_does_not_carry_the_forecast_away(day: int, times: int) -> None:
    wild = [count * (times if number // 24 == day else 1) for number, count in enumerate(WAVE * 6)]
    found = shape_times_level(lay_out(series(wild)).counts)
    assert found.sum() == pytest.approx(sum(WAVE), rel=0.01)
    assert found.reshape(7, 24).sum(axis=1) == pytest.approx(
        np.reshape(WAVE, (7, 24)).sum(axis=1), rel=0.25
    )


def test_a_night_that_was_never_read_lies_between_its_neighbours() -> None:
    counts = [None if 2 <= number % 24 < 5 else 10 for number in range(6 * 168)]
    for hour in next_week(series(counts)).forecast.hours:
        assert hour.expected == pytest.approx(10)


@pytest.mark.parametrize(("sunday", "hours"), [(date(2026, 3, 29), 167), (date(2026, 10, 25), 169)])
def test_the_week_in_which_the_clocks_change_keeps_its_shape_on_the_wall(
    sunday: date, hours: int
) -> None:
    midnight = datetime(sunday.year, sunday.month, sunday.day, tzinfo=ROME)
    end = (midnight + timedelta(days=1)).astimezone(UTC)
    begin = (midnight - timedelta(days=6)).astimezone(UTC)
    assert (end - begin) / HOUR == hours
    # At nine there are 20 mentions by the wall, whatever the sun says.
    known = told(
        6, lambda wall: 20 if wall.hour == 9 else 2, start=begin - timedelta(weeks=6), zone=ROME
    )
    found = next_week(known, weeks=3)
    busy = {hour.start.astimezone(ROME).hour for hour in found.forecast.hours if hour.expected > 9}
    assert busy == {9}
    days = {day.day: day for day in found.days}
    assert days[sunday].hours == hours - 144
    assert {days[sunday + timedelta(days=n)].hours for n in (-2, -1, 1, 2)} == {24}


def test_a_past_change_of_the_clocks_does_not_shift_the_shape() -> None:
    start = datetime(2026, 3, 2, tzinfo=UTC)
    known = told(7, lambda wall: 20 if wall.hour == 9 else 2, start=start, zone=ROME)
    for hour in next_week(known).forecast.hours:
        high = hour.start.astimezone(ROME).hour == 9
        assert (hour.expected > 9) == high


@pytest.mark.parametrize("hours", [0, 1, 167, 503])
def test_with_less_than_three_weeks_there_is_no_forecast_but_a_date(hours: int) -> None:
    known = series([1] * hours)
    found = ahead(known)
    assert isinstance(found, TooLittle)
    assert found.known == hours * HOUR
    assert found.enough_at == known.end + (504 - hours) * HOUR
    assert isinstance(ahead(series([1] * 504)), Outlook)


def test_there_is_enough_when_it_was_said_there_would_be() -> None:
    """Also where hours leave the sight of the method while others come."""
    holed = [1] * 300 + [None] * 600 + [1] * 100
    found = ahead(series(holed))
    assert isinstance(found, TooLittle)
    wait = (found.enough_at - series(holed).end) // HOUR
    assert isinstance(ahead(series([*holed, *[1] * (wait - 1)])), TooLittle)
    assert isinstance(ahead(series([*holed, *[1] * wait])), Outlook)


def test_the_method_that_was_right_more_often_is_chosen_and_the_naive_stands_beside() -> None:
    noisy = next_week(series(int(count) for count in by_chance(15, 1)))
    assert noisy.forecast.method == SHAPE
    assert noisy.forecast.mase < noisy.forecast.naive_mase == noisy.naive.mase
    # A level that jumps for good: repeating the last week is right, a median of weeks is late.
    steps = [count * 2**week for week in range(9) for count in WAVE]
    jumping = next_week(series(steps))
    assert jumping.forecast.method == jumping.naive.method == NAIVE
    assert [hour.expected for hour in jumping.forecast.hours] == steps[-168:]


def test_a_quiet_holiday_neither_bends_the_shape_nor_is_forgotten() -> None:
    easter = date(2026, 2, 4), date(2026, 2, 18), date(2026, 3, 11)  # Wednesdays

    def count(wall: datetime) -> int:
        return 10 if wall.date() in easter else 40

    found = next_week(told(9, count, holidays=easter))
    assert found.on_holidays == pytest.approx(0.25, rel=0.15)
    holiday = {day.day: day for day in found.days}[date(2026, 3, 11)]
    assert holiday.holiday
    assert holiday.expected == pytest.approx(240, rel=0.15)
    others = [day.expected for day in found.days if not day.holiday]
    assert others == pytest.approx([960] * 6)


def test_one_holiday_alone_is_half_believed_and_none_changes_nothing() -> None:
    day = date(2026, 2, 4)
    one = next_week(told(9, lambda wall: 0 if wall.date() == day else 1, holidays=[day]))
    assert 0.05 < one.on_holidays < 0.9
    assert next_week(series(WAVE * 6)).on_holidays == 1


@given(mean=st.floats(0.01, 5000), spread=st.floats(1, 60))
@settings(max_examples=60, deadline=None)
def test_quantiles_are_those_of_the_negative_binomial(mean: float, spread: float) -> None:
    from scipy.stats import nbinom, poisson

    law = nbinom(mean / (spread - 1), 1 / spread) if spread > 1 else poisson(mean)
    for share, found in zip((0.1, 0.8, 0.9), quantiles(mean, spread, (0.1, 0.8, 0.9)), strict=True):
        # The least count that is reached: one hair beside a step, both neighbours are right.
        assert law.cdf(found) >= share - 1e-5
        assert found == 0 or law.cdf(found - 1) <= share + 1e-5


def test_the_scatter_of_chance_is_one_and_waves_are_found() -> None:
    chance = np.random.default_rng(1)
    mean = np.tile(np.linspace(1, 200, 168), 20)
    assert scatter(chance.poisson(mean).astype(float), mean).around(100) == pytest.approx(
        1, abs=0.2
    )
    lively = chance.poisson(mean * chance.gamma(10, 0.1, mean.size)).astype(float)
    assert scatter(lively, mean).around(100) == pytest.approx(1 + 0.1 * 100, rel=0.25)
    assert scatter(np.full(3, np.nan), np.ones(3)) == Scatter()
    assert band(0.0, 1.0) == (0, 0, 0)


def test_bands_hold_four_of_five_hours_of_weeks_to_come() -> None:
    held, planned, number = 0, 0, 0
    for seed in range(8):
        counts = [int(count) for count in by_chance(30, seed, weeks=10)]
        hours = next_week(series(counts[:-168])).forecast.hours
        held += sum(h.low <= c <= h.high for h, c in zip(hours, counts[-168:], strict=True))
        planned += sum(c <= h.q80 for h, c in zip(hours, counts[-168:], strict=True))
        number += 168
    assert 0.77 < held / number < 0.92
    assert 0.72 < planned / number < 0.92


def test_mase_knows_when_it_cannot_be_told() -> None:
    week, nothing = np.full((1, 168), 3.0), np.full((1, 168), np.nan)
    twice = np.vstack([week, week])
    assert mase(week, week, before=twice) == 0
    assert mase(week + 1, week, before=twice) == math.inf
    assert mase(week, week, before=week) is None
    assert mase(nothing, week, before=twice) is None


def test_an_outlook_starts_where_it_is_asked_to() -> None:
    known = series(WAVE * 6)
    found = next_week(known)
    assert found.forecast.hours[0].start == known.end == A_MONDAY + timedelta(weeks=6)
    assert len(found.forecast.hours) == 168
    assert [day.expected for day in found.days] == pytest.approx(
        [sum(h.expected for h in found.forecast.hours[n : n + 24]) for n in range(0, 168, 24)]
    )
