"""The desk played through."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.staffing.demand import need_of, on_roster
from responder.staffing.simulation import Order, Task, enough, lasting, play, tasks_of, try_out
from responder.staffing.supply import Span
from sentiment.prioritize import Level
from tests.staffing_story import DAYTIME, stream

TASKS = st.lists(
    st.builds(
        lambda released, within, minutes: Task(
            released=released, due=released + within, minutes=minutes
        ),
        st.floats(0, 500),
        st.floats(1, 300),
        st.floats(0.5, 30),
    ),
    max_size=40,
)
EQUAL = st.lists(
    st.builds(
        lambda released, within: Task(released=released, due=released + within, minutes=6.0),
        st.floats(0, 500),
        st.floats(1, 300),
    ),
    max_size=60,
)
SHIFTS: list[Span] = [(0, 120), (200, 400), (500, 900)]
ORDERS = st.sampled_from(Order)


@given(TASKS, st.integers(0, 4), ORDERS)
def test_work_is_neither_lost_nor_made(tasks: list[Task], people: int, order: Order) -> None:
    run = play(tasks, [SHIFTS] * people, order)
    done = [task for task, begun in zip(tasks, run.begun, strict=True) if begun is not None]
    left = [task for task, begun in zip(tasks, run.begun, strict=True) if begun is None]
    assert run.worked == pytest.approx(sum(task.minutes for task in done))
    assert sum(t.minutes for t in done) + sum(t.minutes for t in left) == pytest.approx(
        sum(task.minutes for task in tasks)
    )
    assert run.there == people * sum(end - begin for begin, end in SHIFTS)


@given(TASKS, st.integers(1, 4), ORDERS)
def test_nobody_answers_before_it_came_out_of_hours_or_two_at_once(
    tasks: list[Task], people: int, order: Order
) -> None:
    run = play(tasks, [SHIFTS] * people, order)
    spans = []
    for task, begun in zip(tasks, run.begun, strict=True):
        if begun is not None:
            assert begun >= task.released
            assert any(begin <= begun < end for begin, end in SHIFTS)
            spans.append((begun, begun + task.minutes))
    for moment, _ in spans:
        assert sum(begin <= moment < end for begin, end in spans) <= people


@given(EQUAL, st.integers(1, 5), ORDERS)
def test_with_one_person_more_no_more_ever_wait(
    tasks: list[Task], people: int, order: Order
) -> None:
    few = play(tasks, [SHIFTS] * people, order)
    many = play(tasks, [SHIFTS] * (people + 1), order)
    for moment in range(0, 900, 7):
        assert _begun_by(many.begun, moment) >= _begun_by(few.begun, moment)


@given(EQUAL, st.integers(1, 5))
def test_of_what_waits_already_one_person_more_is_never_later_with_any(
    tasks: list[Task], people: int
) -> None:
    waiting = [Task(released=0.0, due=task.due, minutes=task.minutes) for task in tasks]
    few = play(waiting, [SHIFTS] * people)
    many = play(waiting, [SHIFTS] * (people + 1))
    for before, after in zip(few.begun, many.begun, strict=True):
        assert before is None or (after is not None and after <= before)


def _begun_by(begun: tuple[float | None, ...], moment: float) -> int:
    return sum(one is not None and one <= moment for one in begun)


def test_a_reply_that_was_begun_is_brought_to_its_end_after_the_shift() -> None:
    run = play([Task(released=119, due=200, minutes=6)], [[(0, 120)]])
    assert run.begun == (119,)


def test_the_same_seed_tells_the_same_story() -> None:
    week = stream(10.0)
    assert tasks_of(week, seed=3) == tasks_of(week, seed=3)
    assert tasks_of(week, seed=3) != tasks_of(week, seed=4)


def test_as_many_mentions_come_as_the_stream_says() -> None:
    month = lasting(stream(30.0), 56)
    assert len(tasks_of(month, spread=0)) == pytest.approx(month.mentions, rel=0.02)
    shares = [task.level for task in tasks_of(month, spread=0)]
    assert shares.count(Level.P3) / len(shares) == pytest.approx(0.45, abs=0.02)


def test_the_same_people_break_promises_if_they_answer_in_order_of_arrival() -> None:
    month = lasting(stream(557 / 16), 28)
    edf, fifo = (try_out(month, 4, order=order) for order in (Order.EDF, Order.FIFO))
    assert edf.keeps(0.99)
    assert fifo.in_time[Level.P1] < 0.8
    assert edf.busy == pytest.approx(fifo.busy, abs=0.01)


def test_the_simulation_confirms_the_formula_within_one_person() -> None:
    for per_hour in (8.0, 20.0, 557 / 16, 90.0):
        week = stream(per_hour)
        people = on_roster(need_of(week).people, shrinkage=0)
        found = enough(lasting(week, 28), people, target=0.95)[-1]
        assert found.keeps(0.95)
        assert abs(found.people - people) <= 1


def test_too_few_people_leave_work_behind_and_customers_waiting_for_days() -> None:
    found = try_out(lasting(stream(557 / 16), 14), 2)
    assert found.left > 1000
    assert found.oldest > timedelta(days=2)
    assert found.total < 0.7
    assert found.busy > 0.99


def test_what_nobody_could_answer_in_time_is_told_apart() -> None:
    danger = stream(lambda n: 3.0 if n % 24 == 3 else 0.0, calendar=DAYTIME)
    found = try_out(lasting(danger, 14), 3)
    assert found.unstaffed > 0
    assert Level.P1 not in found.in_time
    assert found.total == 1.0


def test_without_people_nothing_is_done() -> None:
    found = try_out(stream(5.0), 0)
    assert found.total == 0
    assert found.left == found.tasks
