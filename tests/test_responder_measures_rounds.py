"""Rounds of many at once say what the clocks say of one, and staffed time what calendars say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from config.calendar import Calendar
from listener.clocks import Event, Kind, answers
from listener.timing import State, Timing
from responder.measures.rounds import NEVER, Rounds, Text, as_columns, rounds_of
from responder.measures.staffed import StaffedTime, micros, moment
from sentiment.prioritize import Level
from tests.factories import NOW
from tests.test_config_calendar import CALENDARS, MOMENTS, SPANS

MINUTE = timedelta(minutes=1)
_WEEKS = timedelta(weeks=4)


def _number(span: timedelta) -> int:
    return span // timedelta(microseconds=1)


def _array(*numbers: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(numbers, dtype=np.int64)


@given(CALENDARS, MOMENTS, SPANS, SPANS)
@settings(max_examples=200)
def test_staffed_time_of_many_is_the_calendars(
    calendar: Calendar, begin: datetime, wait: timedelta, span: timedelta
) -> None:
    written = begin + wait
    curve = StaffedTime(calendar, begin, begin + _WEEKS, timedelta(hours=40))
    begins, spans = _array(micros(written)), _array(_number(span))
    due = curve.after(begins, spans)
    assert moment(due[0]) == calendar.after(written, span)
    ends = _array(micros(written + span))
    assert curve.between(begins, ends)[0] == _number(calendar.between(written, written + span))
    assert curve.between(ends, begins)[0] == 0
    assert curve.open_at(begins)[0] == (calendar.next_opening(written) == written)


# What one customer wrote, when we answered each text, and which get no answer.
_TEXTS = st.lists(
    st.tuples(
        st.integers(0, 5 * 24 * 60),  # written, in minutes
        st.one_of(st.none(), st.integers(-30, 3 * 24 * 60)),  # answered so much later
        st.booleans(),  # dismissed
        st.sampled_from(Level),
    ),
    min_size=1,
    max_size=6,
)
_WITHIN = {
    Level.P1: timedelta(minutes=15),
    Level.P2: timedelta(hours=1),
    Level.P3: timedelta(hours=4),
    Level.P4: timedelta(hours=24),
}
_Told = list[tuple[int, int | None, bool, Level]]


def _by_the_clocks(told: _Told, calendar: Calendar, now: datetime) -> list[Timing]:
    events: list[Event] = []
    for number, (minute, later, dismissed, level) in enumerate(told):
        at, key = NOW + minute * MINUTE, f"{number:03}"
        events.append(Event(at=at, kind=Kind.WROTE, text=key, level=level, within=_WITHIN[level]))
        if later is not None:
            then = min(at + later * MINUTE, now)
            for kind in (Kind.ANSWERED, Kind.HANDED_OVER):
                events.append(Event(at=then, kind=kind, text=key, answer=key))
        if dismissed:
            events.append(Event(at=at, kind=Kind.DISMISSED, text=key))
    found = answers(events, calendar=calendar, now=now)
    return [timing for timing in found if timing.state is not State.DROPPED]


def _at_once(told: _Told, calendar: Calendar, now: datetime) -> Rounds:
    texts: list[Text] = []
    for number, (minute, later, dismissed, level) in enumerate(told):
        at = NOW + minute * MINUTE
        answered = NEVER if later is None else micros(min(at + later * MINUTE, now))
        texts.append(
            Text(
                customer=("thread", "author"), key=f"{number:03}", channel="x", language="en",
                phase="", topics="[]", at=micros(at), within=_number(_WITHIN[level]),
                urgent=level is Level.P1,
                answered_at=answered, dismissed=dismissed,
            )
        )  # fmt: skip
    curves = {"x": StaffedTime(calendar, NOW, now, timedelta(hours=24))}
    return as_columns(rounds_of(texts, curves), curves)


@given(_TEXTS, CALENDARS)
@settings(max_examples=300)
def test_the_rounds_of_a_customer_are_what_the_clocks_say(told: _Told, calendar: Calendar) -> None:
    now = NOW + timedelta(days=9)
    wanted, found = _by_the_clocks(told, calendar, now), _at_once(told, calendar, now)
    assert [micros(timing.started_at) for timing in wanted] == found.started.tolist()
    assert [timing.due_at for timing in wanted] == [moment(due) for due in found.due]
    assert [_end(timing) for timing in wanted] == found.ended.tolist()
    for timing, taken in zip(wanted, found.taken.tolist(), strict=True):
        assert taken == (_number(timing.taken) if timing.ended_at else 0)
    late = found.late(micros(now)).tolist()
    assert [timing.state is State.BROKEN for timing in wanted] == late
    assert [wait.first for wait in found.waits] == [place == 0 for place in range(len(wanted))]


def _end(timing: Timing) -> int:
    return NEVER if timing.ended_at is None else micros(timing.ended_at)


def _rows(rounds: Rounds) -> Sequence[tuple[int, int]]:
    return list(zip(rounds.started.tolist(), rounds.ended.tolist(), strict=True))


def test_customers_do_not_answer_for_each_other() -> None:
    def text(author: str, minute: int, answered: int = NEVER) -> Text:
        at = micros(NOW + minute * MINUTE)
        return Text(
            customer=("thread", author), key=author, channel="x", language="en", phase="",
            topics="[]", at=at,
            within=_number(MINUTE), urgent=False, answered_at=answered,
        )  # fmt: skip

    curves = {"x": StaffedTime(Calendar(), NOW, NOW, MINUTE)}
    soon = micros(NOW + 10 * MINUTE)
    waits = rounds_of([text("a", 0), text("b", 1, answered=soon)], curves)
    found = as_columns(waits, curves)
    assert _rows(found) == [(micros(NOW), NEVER), (micros(NOW + MINUTE), soon)]
    assert found.late(micros(NOW + 20 * MINUTE)).tolist() == [True, True]
    assert found.answered.tolist() == [False, True]
    assert _rows(found.chosen(found.answered)) == [(micros(NOW + MINUTE), soon)]
