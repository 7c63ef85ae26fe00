"""How many people a stream takes."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.calendar import ALWAYS, Calendar
from listener.timing import answer_due
from responder.staffing.demand import (
    MOST_LOAD,
    Parcel,
    due_at,
    lacking,
    need_of,
    on_roster,
    open_time,
    parcels_of,
    smallest,
)
from responder.staffing.simulation import Task, play
from responder.staffing.supply import Supply, minutes_since, staffed
from responder.staffing.work import USUAL, Portion, Stream
from sentiment.prioritize import RESPOND_WITHIN, Level
from tests.staffing_story import DAYTIME, MONDAY, WEEKDAYS, at, stream

P2_ALONE = (Portion(level=Level.P2, share=1.0, within=timedelta(hours=1)),)
PARCELS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 40)).map(
        lambda pair: Parcel(released=pair[0], due=pair[0] + pair[1], minutes=1.0)
    ),
    min_size=1,
    max_size=60,
)
CLOCKS = st.sampled_from(
    [
        Supply([(0, 200)]),
        Supply([(0, 30), (50, 200)]),
        Supply([(10, 20), (25, 40), (60, 200)]),
    ]
)


def _streams() -> st.SearchStrategy[Stream]:
    return st.builds(
        lambda rates, calendar, minutes: stream(
            lambda n: rates[n % len(rates)], calendar=calendar, minutes=minutes, hours=48
        ),
        st.lists(st.floats(0, 60), min_size=1, max_size=24),
        st.sampled_from([DAYTIME, WEEKDAYS, ALWAYS]),
        st.floats(0.5, 12),
    )


def test_the_published_case_takes_four_people() -> None:
    need = need_of(stream(557 / 16))
    assert need.people == pytest.approx(557 * 6 / 60 / 16 / 0.9)
    assert on_roster(need.people, shrinkage=0) == 4
    assert need.unstaffed == 0


def test_a_tight_promise_takes_more_people_than_the_average_does() -> None:
    flood = stream(lambda n: 120.0 if n == 33 else 0.0, mix=P2_ALONE, calendar=WEEKDAYS)
    need = need_of(flood)
    # 720 minutes of work come in between 9 and 10 and are due by 11.
    assert need.peak == pytest.approx(6.0)
    assert need.tightest is not None
    assert abs(need.tightest[0] - at(33)) < timedelta(seconds=1)
    assert need.tightest[1] == at(35)
    assert need.even < 1


def test_what_comes_at_night_is_due_in_the_first_hour_of_the_morning() -> None:
    night = stream(lambda n: 5.0 if n < 9 else 0.0, mix=P2_ALONE, calendar=WEEKDAYS)
    need = need_of(night)
    assert need.peak == pytest.approx(45 * 6 / 60)
    # Room to breathe is added, but nobody sits there beyond what the tightest window asks for.
    assert [hour.people for hour in need.hours if hour.people > 0] == [pytest.approx(4.5)]


def test_a_p1_at_night_is_somebody_on_call_and_in_no_other_number() -> None:
    danger = (Portion(level=Level.P1, share=1.0, within=timedelta(minutes=15)),)
    need = need_of(stream(lambda n: 2.0 if n == 3 else 0.0, mix=danger, calendar=WEEKDAYS))
    assert need.unstaffed == pytest.approx(12)
    assert need.people == 0


def test_a_stream_without_mentions_takes_nobody() -> None:
    need = need_of(stream(0.0))
    assert (need.people, need.work, need.tightest) == (0, 0, None)
    assert all(hour.people == 0 for hour in need.hours)


def test_breaks_are_added_once_and_nobody_is_added_for_a_rounding_error() -> None:
    assert on_roster(4.0, shrinkage=0.2) == 5
    assert on_roster(4.0 + 1e-12, shrinkage=0) == 4
    assert on_roster(4.01, shrinkage=0) == 5


@given(PARCELS, CLOCKS, st.integers(1, 4))
def test_edf_keeps_every_promise_exactly_where_the_demand_test_says_it_can(
    parcels: list[Parcel], clock: Supply, people: int
) -> None:
    tasks = [Task(released=p.released, due=p.due, minutes=p.minutes) for p in parcels]
    run = play(tasks, [clock.spans(200)] * people)
    kept = all(
        begun is not None and begun + 1 <= task.due
        for task, begun in zip(tasks, run.begun, strict=True)
    )
    assert kept == (smallest(parcels, clock) <= people + 1e-9)


@given(PARCELS, CLOCKS, st.integers(0, 4))
def test_what_is_lacking_beside_those_who_are_there_is_what_the_test_asks_for_more(
    parcels: list[Parcel], clock: Supply, people: int
) -> None:
    whole = smallest(parcels, clock)
    lack = lacking(parcels, clock.scaled(people), clock)
    if math.isfinite(whole):
        assert lack == pytest.approx(whole - people)


@given(_streams(), st.floats(1, 3))
def test_more_mentions_never_take_fewer_people(week: Stream, factor: float) -> None:
    more = replace(
        week,
        hours=tuple(replace(hour, mentions=hour.mentions * factor) for hour in week.hours),
    )
    assert need_of(more).people >= need_of(week).people - 1e-9


@given(_streams(), st.integers(5, 120))
def test_a_sooner_promise_never_takes_fewer_people(week: Stream, minutes: int) -> None:
    sooner = tuple(
        replace(portion, within=min(portion.within, timedelta(minutes=minutes)))
        for portion in week.mix
        if portion.level is not Level.P1
    )
    without_p1 = replace(week, mix=tuple(p for p in week.mix if p.level is not Level.P1))
    assert need_of(replace(without_p1, mix=sooner)).people >= need_of(without_p1).people - 1e-9


@given(_streams())
def test_the_course_over_the_hours_does_all_of_the_work_and_never_takes_more_than_the_formula(
    week: Stream,
) -> None:
    need = need_of(week)
    assert all(hour.people <= need.people + 1e-6 for hour in need.hours)
    inside = [p for p in parcels_of(week) if p.due <= minutes_since(week.begins, week.ends)]
    clock = open_time(week)
    asked = sum(p.minutes for p in inside if clock.between(p.released, p.due) > 1e-9)
    given_ = sum(60 * hour.staffed * hour.people for hour in need.hours)
    assert given_ >= asked - 1e-6


@given(
    st.sampled_from([DAYTIME, WEEKDAYS, ALWAYS, Calendar.read(hours="Fri 22:00-06:00")]),
    st.sampled_from(Level),
    st.integers(0, 14 * 24 * 60),
)
def test_due_times_are_those_of_the_queue(calendar: Calendar, level: Level, minute: int) -> None:
    written = MONDAY + timedelta(minutes=minute)
    clock = staffed(calendar, MONDAY, at(24 * 40))
    found = due_at(np.array([float(minute)]), level, RESPOND_WITHIN[level], clock)[0]
    expected = answer_due(written, level, RESPOND_WITHIN[level], calendar)
    assert _moment(float(found)) == expected


def _moment(minutes: float) -> datetime:
    moment = MONDAY + timedelta(minutes=minutes)
    return moment.replace(microsecond=0) + timedelta(seconds=round(moment.microsecond / 1e6))


def test_the_load_nobody_keeps_up_is_left_free() -> None:
    week = stream(10.0, mix=(replace(USUAL[3], share=1.0),))
    assert need_of(week).people == pytest.approx(1 / MOST_LOAD)
    assert need_of(week, 1.0).people == pytest.approx(1.0)
