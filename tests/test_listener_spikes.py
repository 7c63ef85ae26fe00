"""Whether more is said than usual: what the rules promise, whatever the numbers."""

from __future__ import annotations

from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from listener.spikes.baseline import HOURS_OF_WEEK, LEAST_WEEKS, Baseline, Counts, learn
from listener.spikes.series import NEEDED, Series, look
from listener.spikes.tail import chance_of
from listener.spikes.watch import AUTHORS, Level, Reading, Rule, State, step

PLACES = np.arange(NEEDED) % HOURS_OF_WEEK
DAY = np.array(
    [1, 1, 1, 1, 1, 2, 4, 8, 12, 16, 18, 18, 16, 16, 16, 16, 16, 18, 20, 20, 18, 14, 8, 3]
)


def usual_weeks(seed: int = 1, times: float = 1.0) -> Counts:
    """Weeks with the shape of a day; the last hour lies at the middle of a day."""
    shape = np.resize(DAY, NEEDED) * times
    return np.random.default_rng(seed).poisson(shape).astype(float)[: NEEDED - 11]


def seen(
    counts: Counts, *, past: float = 1.0, sliding: float | None = None, people: int = 1_000
) -> Reading:
    last = counts[-1] if sliding is None else sliding
    series = Series(counts=counts, places=PLACES[: len(counts)], past=past, sliding=float(last))
    return look(series, lambda hours, index: people).now


@given(
    observed=st.integers(1, 400),
    expected=st.floats(0.05, 150),
    phi=st.floats(1.01, 40),
)
def test_the_tail_is_the_negative_binomials_wherever_it_matters(
    observed: int, expected: float, phi: float
) -> None:
    exact = float(stats.nbinom.sf(observed - 1, expected / (phi - 1), 1 / phi))
    if (ours := chance_of(observed, expected, phi)) < 1:
        assert ours == pytest.approx(exact, rel=1e-6, abs=1e-290)
    else:
        assert observed <= expected + 1.3 * (expected * phi) ** 0.5


def test_without_any_scatter_the_tail_is_poissons() -> None:
    assert chance_of(25, 12, 1.0) == pytest.approx(float(stats.poisson.sf(24, 12)), rel=1e-9)


@given(expected=st.floats(0.05, 200), phi=st.floats(1, 30), fewer=st.integers(0, 300))
def test_more_mentions_are_never_likelier_than_fewer(
    expected: float, phi: float, fewer: int
) -> None:
    assert chance_of(fewer + 1, expected, phi) <= chance_of(fewer, expected, phi) + 1e-12


def test_a_week_that_is_like_all_others_is_calm() -> None:
    counts = np.resize(DAY, NEEDED).astype(float)
    assert seen(counts).level is Level.CALM


def test_four_times_the_usual_is_seen_in_the_hour_that_runs() -> None:
    counts = usual_weeks()
    counts[-1] = 4 * DAY[12]
    assert seen(counts, past=0.5).level.rank >= Level.ALERT.rank


def test_what_began_in_the_middle_of_an_hour_is_seen_across_its_end() -> None:
    counts = usual_weeks()
    counts[-1] = 25  # of the first half of this hour; by itself nothing much
    assert seen(counts, past=0.5, sliding=60).level.rank >= Level.ALERT.rank


def test_one_loud_person_is_no_crisis() -> None:
    counts = usual_weeks()
    counts[-1] = 400
    assert seen(counts, people=AUTHORS - 1).level is Level.CALM
    assert seen(counts, people=AUTHORS).level is Level.CRISIS


def test_three_alerting_hours_in_a_row_are_a_crisis() -> None:
    baseline = Baseline(usual=np.full(HOURS_OF_WEEK, 10.0), phi=1.5, weeks=6)
    state, levels = State(), []
    for hour in range(3):
        state, reading = step(state, 26, hour, baseline, lambda _: 20)
        levels.append((reading.level, reading.rule))
    assert levels[:2] == [(Level.ALERT, Rule.TAIL)] * 2
    assert levels[2] == (Level.CRISIS, Rule.LASTING)


def test_two_unlikely_hours_of_three_are_watched_and_one_is_not() -> None:
    baseline = Baseline(usual=np.full(HOURS_OF_WEEK, 10.0), phi=1.5, weeks=6)
    state, first = step(State(), 21, 0, baseline, lambda _: 20)
    state, between = step(state, 10, 1, baseline, lambda _: 20)
    _, second = step(state, 21, 2, baseline, lambda _: 20)
    assert [one.level for one in (first, between, second)] == [Level.CALM, Level.CALM, Level.WATCH]


def test_many_hours_a_little_above_the_usual_add_up() -> None:
    counts = usual_weeks()
    counts[-10:] = np.round(counts[-10:] * 1.8)
    series = Series(
        counts=counts, places=PLACES[: len(counts)], past=1.0, sliding=float(counts[-1])
    )
    said = look(series, lambda hours, index: 1_000).hours[-9:]
    assert any(one.rule is Rule.SUM for one in said)


def test_the_sum_begins_anew_after_an_alarm() -> None:
    baseline = Baseline(usual=np.full(HOURS_OF_WEEK, 10.0), phi=1.5, weeks=6)
    state, rules = State(days=((10.0, 10.0),) * 48), []
    for hour in range(8):
        state, reading = step(state, 19, hour, baseline, lambda _: 20)
        rules.append((reading.rule, state.sum))
    alarmed = next(total for rule, total in rules if rule is Rule.SUM)
    assert alarmed == 0


@given(
    seed=st.integers(0, 50),
    silent=st.lists(st.integers(0, NEEDED - 12), max_size=60, unique=True),
)
def test_an_hour_in_which_nobody_listened_never_alarms_and_never_tells_of_a_calm_one(
    seed: int, silent: list[int]
) -> None:
    counts = usual_weeks(seed)
    counts[silent] = nan
    counts[-1] = nan
    now = look(
        Series(counts=counts, places=PLACES[: len(counts)], past=0.4, sliding=nan),
        lambda hours, index: 1_000,
    )
    assert now.now.level is Level.CALM
    start = len(counts) - 1 - len(now.hours)
    said = [one for index, one in enumerate(now.hours, start) if np.isnan(counts[index])]
    assert all(one.level is Level.CALM and one.rule is Rule.NONE for one in said)


def test_hours_since_the_sum_rose_are_those_of_the_clock() -> None:
    baseline = Baseline(usual=np.full(HOURS_OF_WEEK, 10.0), phi=1.5, weeks=6)
    risen, _ = step(State(sum=2.0, rising=3), nan, 0, baseline, lambda _: 20)
    level, _ = step(State(), nan, 0, baseline, lambda _: 20)
    assert (risen.rising, level.rising) == (4, 0)


def test_hours_in_which_nobody_listened_do_not_make_the_next_one_loud() -> None:
    counts = usual_weeks()
    usual = seen(counts.copy())
    counts[-60:-1] = nan
    assert usual.level is Level.CALM
    assert seen(counts).level is Level.CALM


@given(seed=st.integers(0, 30), times=st.sampled_from([0.5, 3.0, 20.0, 100.0]))
def test_a_bigger_brand_has_not_more_crises_but_sees_the_same_one(seed: int, times: float) -> None:
    counts = usual_weeks(seed, times)
    loud = counts.copy()
    loud[-1] = 5 * DAY[12] * times
    assert seen(loud).level.rank >= Level.ALERT.rank
    assert seen(loud).expected == pytest.approx(DAY[12] * times, rel=0.4)


@given(st.lists(st.integers(0, 60), min_size=30, max_size=200))
def test_no_state_is_ever_carried_beyond_its_bounds(hours: list[int]) -> None:
    baseline = Baseline(usual=np.full(HOURS_OF_WEEK, 8.0), phi=2.0, weeks=6)
    state = State()
    for place, observed in enumerate(hours):
        state, reading = step(state, observed, place, baseline, lambda _: 20)
        assert 0 <= state.sum <= 12
        assert 0.5 <= state.level <= 2
        assert 0 <= reading.chance <= 1


def test_with_less_than_three_weeks_the_ratio_rule_speaks_and_says_so() -> None:
    hours = (LEAST_WEEKS * 7 - 3) * 24
    counts = np.resize(DAY, hours + 13).astype(float)
    places = np.arange(len(counts)) % HOURS_OF_WEEK

    def said(counts: Counts) -> Reading:
        series = Series(counts=counts, places=places, past=1.0, sliding=float(counts[-1]))
        got = look(series, lambda hours, index: 100)
        assert got.baseline is None
        return got.now

    assert said(counts).level is Level.CALM
    counts[-24:] *= 3
    assert (said(counts).level, said(counts).rule) == (Level.ALERT, Rule.RATIO)


def test_with_less_than_three_days_nothing_is_said() -> None:
    counts = np.full(50, 1.0)
    counts[-1] = 500
    series = Series(counts=counts, places=np.arange(50), past=1.0, sliding=500.0)
    assert look(series, lambda hours, index: 100).now.level is Level.CALM


def test_the_crisis_of_last_month_does_not_make_us_blind_to_the_next() -> None:
    calm, scarred = usual_weeks(), usual_weeks()
    scarred[200:224] *= 6
    places = PLACES[: len(calm)]
    before, after = learn(calm, places), learn(scarred, places)
    assert before is not None
    assert after is not None
    assert after.phi < 2 * before.phi
    scarred[-1] = 4 * DAY[12]
    assert seen(scarred).level.rank >= Level.ALERT.rank


def test_an_hour_never_heard_takes_after_its_neighbours() -> None:
    counts = usual_weeks()[: 4 * HOURS_OF_WEEK]
    counts[PLACES[: len(counts)] == 40] = nan
    learned = learn(counts, PLACES[: len(counts)])
    assert learned is not None
    neighbours = (learned.usual[39] + learned.usual[41]) / 2
    assert learned.usual[40] == pytest.approx(neighbours, rel=0.5)
