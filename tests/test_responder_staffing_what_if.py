"""The week as it will be, as it might be, and whether a channel can be staffed in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.calendar import ALWAYS
from responder.staffing.fit import Asked, Load, Why, fit_of, is_overrun
from responder.staffing.pace import ENOUGH, Decision, pace_of
from responder.staffing.shifts import present, speakers, supply_of, unsettled
from responder.staffing.simulation import enough, lasting
from responder.staffing.what_if import Change, Plan, answer, ask
from responder.staffing.work import Stream
from tests.staffing_story import DAYTIME, MONDAY, WEEKDAYS, at, person, stream

FOUR = tuple(person(name) for name in ("anna", "bo", "chris", "dana"))
BUSY = Plan(streams=(("x", stream(557 / 16)),), people=FOUR)


def _whys(plan: Plan, channel: str = "x", asked: Asked | None = None) -> list[Why]:
    return [one.why for one in fit_of(plan, channel, ["en"], asked).objections]


def test_the_week_of_four_people_just_fits() -> None:
    found = answer(BUSY)
    assert found.needed == 4
    assert found.load == pytest.approx(557 * 6 / 60 / 64)
    assert found.fits
    assert found.hours[8].needed == 4
    assert found.hours[8].there == 4
    assert found.hours[3].needed == found.hours[3].there == 0


def test_breaks_make_the_same_people_too_few() -> None:
    tired = answer(replace(BUSY, shrinkage=0.2))
    assert tired.needed == 5
    assert not tired.fits
    assert tired.short == pytest.approx(557 * 6 / 60 / 16 / 0.9 / 0.8 - 4)


def test_each_question_gets_an_answer_of_its_own() -> None:
    before = answer(BUSY)
    one_more = ask(BUSY, Change(one_more=1000))
    fewer = ask(BUSY, Change(fewer=2))
    sooner = ask(BUSY, Change(within=timedelta(minutes=30)))
    quicker = ask(BUSY, Change(minutes=3))
    assert one_more.mentions == pytest.approx(before.mentions + 1000)
    assert one_more.needed > before.needed
    assert not one_more.fits
    assert fewer.there == pytest.approx(before.there / 2)
    assert fewer.short == pytest.approx(before.short + 2)
    assert sooner.hours[8].needed >= before.hours[8].needed
    assert quicker.load == pytest.approx((before.load or 0) / 2)
    assert quicker.needed == 2
    assert ask(BUSY, Change()) == before


def test_a_promise_of_thirty_minutes_takes_people_when_mentions_come_in_bursts() -> None:
    bursts = stream(lambda n: 100.0 if n % 24 == 12 else 4.0 if 7 <= n % 24 < 23 else 0.0)
    plan = Plan(streams=(("x", bursts),), people=FOUR)
    before, after = answer(plan), ask(plan, Change(within=timedelta(minutes=30)))
    assert (before.needed, after.needed) == (2, 7)
    assert before.fits
    assert not after.fits


def test_those_with_most_hours_are_the_fewer() -> None:
    people = (
        person("anna", "Mon 09:00-10:00"),
        person("bo"),
        person("chris", "Mon-Fri 09:00-12:00"),
    )
    plan = replace(BUSY, people=people)
    assert ask(plan, Change(fewer=2)).there == pytest.approx(1.0)
    assert ask(plan, Change(fewer=9)).load is None


def test_channels_of_the_same_hours_share_their_people() -> None:
    half = stream(557 / 32)
    two = replace(BUSY, streams=(("x", half), ("facebook", half)))
    assert answer(two).needed == answer(BUSY).needed
    assert answer(two).load == pytest.approx(answer(BUSY).load)


def test_who_sees_two_channels_is_there_once() -> None:
    calendars = {"x": DAYTIME, "facebook": WEEKDAYS}
    supply = supply_of([person("anna", "")], calendars, MONDAY, at(24))
    assert supply.total == 16 * 60
    elsewhere = person("bo", channels=frozenset({"y"}))
    assert supply_of([elsewhere], calendars, MONDAY, at(24)).total == 0


def test_nobody_works_around_the_clock() -> None:
    calendars = {"x": ALWAYS}
    nobody_knows, known = person("anna", ""), person("bo", "Mon 09:00-10:30")
    assert supply_of([nobody_knows], calendars, MONDAY, at(24)).total == 0
    assert unsettled([nobody_knows, known], calendars) == 1
    hours = present(
        supply_of([nobody_knows, known], calendars, MONDAY, at(24)), MONDAY, [at(9), at(10), at(11)]
    )
    assert [one.people for one in hours] == [1, 0.5, 0]


def test_who_lists_no_language_speaks_all() -> None:
    anna, bo = person("anna"), person("bo", languages=frozenset({"it"}))
    assert speakers([anna, bo], "de") == (anna,)
    assert speakers([anna, bo], "it") == (anna, bo)


def test_a_channel_that_four_people_can_answer_fits() -> None:
    assert fit_of(BUSY, "x", ["en", "it"]).fits


def test_a_channel_is_refused_for_what_it_lacks() -> None:
    assert _whys(BUSY, "facebook") == [Why.NO_VOLUME]
    assert _whys(replace(BUSY, people=())) == [Why.NO_PEOPLE]
    assert _whys(replace(BUSY, people=FOUR[:3])) == [Why.TOO_FEW]
    italians = tuple(replace(one, languages=frozenset({"it"})) for one in FOUR)
    assert _whys(replace(BUSY, people=italians)) == [Why.LANGUAGE]
    mornings = tuple(person(one.agent_id, "Mon-Sun 07:00-12:00") for one in FOUR)
    (uncovered,) = fit_of(replace(BUSY, people=mornings * 4), "x", ["en"]).objections
    assert (uncovered.why, uncovered.what) == (Why.UNCOVERED, str(7 * 11))
    always = Plan(streams=(("x", stream(5.0, calendar=ALWAYS)),), people=(person("anna", ""),))
    assert _whys(always) == [Why.NO_HOURS]


def test_a_channel_that_fits_alone_is_refused_if_its_people_are_busy_elsewhere() -> None:
    both = replace(BUSY, streams=(*BUSY.streams, ("facebook", stream(10.0))))
    assert _whys(both, "facebook") == [Why.BUSY]
    helped = replace(both, people=(*FOUR, person("ella"), person("finn")))
    assert fit_of(helped, "facebook", ["en"]).fits


def test_what_somebody_names_is_held_against_the_need_and_the_settings() -> None:
    assert _whys(BUSY, asked=Asked(hours=DAYTIME, people=4)) == []
    assert _whys(BUSY, asked=Asked(hours=DAYTIME, people=3)) == [Why.PROMISED]
    assert _whys(BUSY, asked=Asked(hours=WEEKDAYS, people=4)) == [Why.SETTINGS]
    german = tuple(replace(one, languages=frozenset({"en"})) for one in FOUR)
    named = Asked(hours=DAYTIME, people=4, languages=("de",))
    assert _whys(replace(BUSY, people=german), asked=named) == [Why.LANGUAGE]


@given(st.integers(0, 8), st.floats(1, 60))
def test_one_person_more_never_makes_a_channel_unfit(number: int, per_hour: float) -> None:
    week = (("x", stream(per_hour)),)
    few = Plan(streams=week, people=tuple(person(str(n)) for n in range(number)))
    more = Plan(streams=week, people=tuple(person(str(n)) for n in range(number + 1)))
    assert answer(more).short <= answer(few).short + 1e-9
    if fit_of(few, "x", ["en"]).fits:
        assert fit_of(more, "x", ["en"]).fits


def test_whom_the_guard_lets_through_keeps_the_promises_in_a_simulation() -> None:
    for per_hour in (9.0, 18.0, 27.0, 34.0):
        week: Stream = stream(per_hour)
        fewest = next(
            number
            for number in range(1, 9)
            if fit_of(
                Plan(streams=(("x", week),), people=tuple(person(str(n)) for n in range(number))),
                "x",
                ["en"],
            ).fits
        )
        assert enough(lasting(week, 28), fewest, target=0.95)[-1].people <= fewest


def test_two_weeks_above_what_people_keep_up_are_an_overrun() -> None:
    full, calm, unknown = Load(work=95, there=100), Load(work=50, there=100), Load(work=1, there=0)
    assert is_overrun([full, full], 0.9)
    assert not is_overrun([full, calm], 0.9)
    assert not is_overrun([full], 0.9)
    assert not is_overrun([full, unknown], 0.9)


def _decisions(gap: timedelta, number: int, by: str = "anna") -> list[Decision]:
    return [Decision(by=by, at=MONDAY + n * gap, made_at=MONDAY) for n in range(number)]


def test_the_pace_is_the_time_between_decisions_without_breaks() -> None:
    pace = pace_of(_decisions(timedelta(minutes=4), ENOUGH + 1))
    assert pace is not None
    assert pace.minutes == pytest.approx(4)
    lunch = MONDAY + timedelta(minutes=4) * ENOUGH + timedelta(hours=1)
    late = [Decision(by="anna", at=lunch, made_at=MONDAY)]
    assert pace_of([*_decisions(timedelta(minutes=4), ENOUGH + 1), *late]) == pace


def test_waiting_for_a_mention_is_no_work() -> None:
    def decided(n: int) -> Decision:
        moment: datetime = MONDAY + n * timedelta(minutes=15)
        return Decision(by="anna", at=moment, made_at=moment - timedelta(minutes=2))

    pace = pace_of([decided(n) for n in range(ENOUGH + 1)])
    assert pace is not None
    assert pace.minutes == pytest.approx(2)


def test_a_crowd_approved_with_one_click_is_many_replies_in_one_stretch() -> None:
    crowd = [
        Decision(by="anna", at=MONDAY + n * timedelta(minutes=6), made_at=MONDAY)
        for n in range(51)
        for _ in range(3)
    ]
    pace = pace_of(crowd)
    assert pace is not None
    assert pace.minutes == pytest.approx(2)
    assert pace.decisions == 150


def test_few_decisions_say_nothing() -> None:
    assert pace_of(_decisions(timedelta(minutes=4), ENOUGH)) is None
    assert pace_of([]) is None


def test_people_are_told_apart() -> None:
    both = _decisions(timedelta(minutes=4), 60) + _decisions(timedelta(minutes=4), 60, by="bo")
    pace = pace_of(both)
    assert pace is not None
    assert pace.minutes == pytest.approx(4)
    assert pace.decisions == 118
