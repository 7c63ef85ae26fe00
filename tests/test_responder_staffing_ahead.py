"""What waits now, played through to the end of the day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.calendar import ALWAYS
from responder.staffing.ahead import Advice, Ahead, Waiting, advice, look_ahead
from responder.staffing.shifts import Person
from tests.staffing_story import DAYTIME, at, person

CHANNELS = {"x": DAYTIME, "facebook": DAYTIME}
NINE_TO_SIX = "Mon-Fri 09:00-18:00"
NOW = at(16)


def _waiting(number: int, hours: float, channel: str = "x") -> list[Waiting]:
    due = NOW + timedelta(hours=hours)
    return [Waiting(due=due, channel=channel) for _ in range(number)]


def _look(queue: list[Waiting], *people: Person, minutes: float = 6.0) -> Ahead:
    found = look_ahead(queue, people, CHANNELS, minutes=minutes, now=NOW)
    assert found is not None
    return found


def test_seventeen_will_be_late_by_six_and_one_and_a_half_people_are_missing() -> None:
    anna = person("anna", NINE_TO_SIX)
    found = _look(_waiting(27, 1), anna)
    assert found.until == at(18)
    assert (found.waiting, found.late, found.will_be_late) == (27, 0, 17)
    assert found.short == pytest.approx(27 * 6 / 60 - 1)
    assert found.is_trouble
    helped = _look(_waiting(25, 1), anna, person("bo", NINE_TO_SIX))
    assert helped.will_be_late == 5
    assert helped.short == pytest.approx(0.5)


def test_a_queue_that_is_done_in_time_says_when() -> None:
    found = _look(_waiting(10, 1.5), person("anna", NINE_TO_SIX))
    assert (found.will_be_late, found.short) == (0, 0)
    assert found.done_at == at(17)
    assert not found.is_trouble


def test_what_is_due_first_is_answered_first() -> None:
    anna = person("anna", NINE_TO_SIX)
    found = _look([*_waiting(5, 1.9), *_waiting(10, 1)], anna)
    assert found.will_be_late == 0


def test_what_is_late_already_is_counted_apart_and_is_no_reason_for_a_hundred_people() -> None:
    found = _look(_waiting(30, -1), person("anna", NINE_TO_SIX))
    assert (found.late, found.will_be_late) == (30, 0)
    assert found.short == pytest.approx(30 * 6 / 120 - 1)


def test_who_does_not_see_a_channel_does_not_help_it() -> None:
    anna = person("anna", NINE_TO_SIX, channels=frozenset({"facebook"}))
    found = _look(_waiting(4, 1), anna)
    assert found.will_be_late == 4
    assert found.done_at is None


def test_who_comes_later_counts_from_then_on() -> None:
    found = _look(_waiting(20, 1), person("anna", "Mon 16:30-18:00"))
    assert found.there == 0
    assert found.will_be_late == 15


def test_at_night_the_next_day_is_meant() -> None:
    night = at(3)
    found = look_ahead(
        [Waiting(due=at(9.5), channel="x")] * 8,
        [person("anna", NINE_TO_SIX)],
        CHANNELS,
        minutes=6,
        now=night,
    )
    assert found is not None
    assert found.until == at(18)
    assert found.will_be_late == 3


def test_nothing_is_said_while_nobodys_hours_are_known() -> None:
    unknown = person("anna", "")
    assert look_ahead([], [unknown], {"x": ALWAYS}, minutes=6, now=NOW) is None
    assert look_ahead([], [], CHANNELS, minutes=6, now=NOW) is None


def test_breaks_make_replies_longer() -> None:
    anna = person("anna", NINE_TO_SIX)
    found = look_ahead(_waiting(10, 1), [anna], CHANNELS, minutes=6, now=NOW, at_desk=0.5)
    assert found is not None
    assert found.will_be_late == 5


@given(
    st.lists(
        st.tuples(st.integers(-60, 300), st.sampled_from(["x", "facebook"])),
        min_size=1,
        max_size=60,
    ),
    st.integers(1, 5),
)
def test_one_person_more_is_never_worse(dues: list[tuple[int, str]], people: int) -> None:
    queue = [Waiting(due=NOW + timedelta(minutes=due), channel=name) for due, name in dues]
    team = [person(str(n), NINE_TO_SIX) for n in range(people + 1)]
    few, more = _look(queue, *team[:-1]), _look(queue, *team)
    assert more.will_be_late <= few.will_be_late
    assert more.short <= few.short
    assert few.done_at is None or (more.done_at is not None and more.done_at <= few.done_at)


def test_advice_is_given_in_trouble_alone_and_only_what_can_be_done() -> None:
    anna = person("anna", NINE_TO_SIX)
    calm, trouble = _look(_waiting(2, 1), anna), _look(_waiting(40, 1), anna)
    assert advice(calm, week_is_short=True, answers_by_itself=True) == ()
    assert advice(trouble, week_is_short=False, answers_by_itself=False) == (Advice.OVERFLOW,)
    assert advice(trouble, week_is_short=True, answers_by_itself=True) == tuple(Advice)
