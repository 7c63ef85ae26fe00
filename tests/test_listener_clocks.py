from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from config.calendar import ALWAYS, Calendar
from listener.clocks import Clocks, Event, Kind, clocks
from listener.stretches import FOREVER, together, without
from listener.timing import State, Timing
from sentiment.prioritize import RESPOND_WITHIN, Level
from tests.factories import NOW  # a Monday, 10:00 in Rome

OFFICE = Calendar.read(zone="Europe/Rome", hours="Mon-Fri 09:00-18:00")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def wrote(minute: float, text: str = "a", level: Level = Level.P2, **changes: timedelta) -> Event:
    within = changes.get("within", RESPOND_WITHIN[level])
    at = NOW + minute * MINUTE
    return Event(at=at, kind=Kind.WROTE, text=text, level=level, within=within)


def happened(kind: Kind, minute: float, text: str = "a", answer: str = "") -> Event:
    return Event(at=NOW + minute * MINUTE, kind=kind, text=text, answer=answer)


def answered(minute: float, text: str = "a", answer: str = "") -> list[Event]:
    """As the rows tell it: we answer, and wait for the customer."""
    return [
        happened(kind, minute, text, answer or f"to {text}")
        for kind in (Kind.ANSWERED, Kind.HANDED_OVER)
    ]


def vanished(minute: float, answer: str = "to a") -> Event:
    return happened(Kind.VANISHED, minute, text="", answer=answer)


def read(minute: float, *events: Event, calendar: Calendar = ALWAYS) -> Clocks:
    return clocks(events, calendar=calendar, now=NOW + minute * MINUTE)


def minutes(span: timedelta) -> float:
    return span / MINUTE


def at(timing: Timing | None) -> tuple[State, float | None, float | None]:
    """State, and the minutes at which it is due and ended."""
    assert timing is not None

    def minute(moment: datetime | None) -> float | None:
        return None if moment is None else (moment - NOW) / MINUTE

    return timing.state, minute(timing.due_at), minute(timing.ended_at)


def test_where_nobody_wrote_there_is_no_clock() -> None:
    assert read(0) == Clocks()
    assert read(5, *answered(1)) == Clocks()


def test_a_text_starts_the_first_clock_and_resolution_and_no_next_one() -> None:
    found = read(20, wrote(0))
    assert at(found.first) == (State.RUNNING, 60, None)
    assert at(found.resolution) == (State.RUNNING, 48 * 60, None)
    assert found.first and found.first.started_at == NOW
    assert (minutes(found.first.taken), minutes(found.first.left)) == (20, 40)
    assert found.next is None


def test_our_answer_ends_the_first_clock_and_pauses_resolution() -> None:
    found = read(300, wrote(0), *answered(7))
    assert at(found.first) == (State.MET, 60, 7)
    assert at(found.resolution) == (State.PAUSED, None, None)
    assert found.resolution and minutes(found.resolution.taken) == 7


def test_a_promise_is_met_to_its_last_moment_and_broken_after_it() -> None:
    assert at(read(60, wrote(0)).first)[0] is State.RUNNING
    assert at(read(60.5, wrote(0)).first) == (State.BROKEN, 60, None)
    assert at(read(90, wrote(0), *answered(60)).first) == (State.MET, 60, 60)
    found = read(90, wrote(0), *answered(61))
    assert at(found.first) == (State.BROKEN, 60, 61)
    assert found.first and minutes(found.first.left) == -1


def test_an_automatic_acknowledgement_stops_no_clock() -> None:
    found = read(20, wrote(0), happened(Kind.ACKNOWLEDGED, 1))
    assert found == read(20, wrote(0))


def test_who_writes_again_starts_the_next_clock_and_resolution_runs_on() -> None:
    found = read(200, wrote(0), *answered(10), wrote(100, "b"), *answered(130, "b"))
    assert at(found.first) == (State.MET, 60, 10)
    assert at(found.next) == (State.MET, 160, 130)
    assert found.resolution and minutes(found.resolution.taken) == 10 + 30
    assert found.resolution.state is State.PAUSED


def test_the_next_clock_is_the_last_of_them() -> None:
    events = (wrote(0), *answered(10), wrote(20, "b"), *answered(30, "b"), wrote(40, "c"))
    assert at(read(50, *events).next) == (State.RUNNING, 100, None)


def test_of_texts_that_wait_together_the_one_due_first_counts() -> None:
    found = read(30, wrote(0, level=Level.P4), wrote(5, "b", Level.P1))
    assert at(found.first) == (State.BROKEN, 20, None)
    assert found.next is None
    assert found.resolution and found.resolution.promise == 24 * HOUR


def test_an_answer_to_the_last_text_answers_the_ones_before_it() -> None:
    found = read(30, wrote(0), wrote(5, "b"), *answered(20, "b"))
    assert at(found.first) == (State.MET, 60, 20)
    assert found.next is None


def test_an_answer_to_an_earlier_text_leaves_the_later_one_waiting() -> None:
    found = read(30, wrote(0), wrote(5, "b"), *answered(20, "a"))
    assert at(found.first) == (State.MET, 60, 20)
    assert at(found.next) == (State.RUNNING, 65, None)
    assert found.resolution and found.resolution.state is State.RUNNING


def test_an_answer_that_names_no_text_answers_all_there_was() -> None:
    found = read(30, wrote(0), wrote(5, "b"), happened(Kind.ANSWERED, 20, text=""))
    assert at(found.first) == (State.MET, 60, 20)


def test_an_answer_that_vanished_starts_the_first_clock_anew() -> None:
    found = read(100, wrote(0), *answered(7), vanished(90))
    assert at(found.first) == (State.RUNNING, 150, None)
    assert found.first and found.first.started_at == NOW + 90 * MINUTE
    assert found.resolution and found.resolution.state is State.RUNNING
    assert minutes(found.resolution.taken) == 7 + 10
    again = read(200, wrote(0), *answered(7), vanished(90), *answered(120, answer="second"))
    assert at(again.first) == (State.MET, 150, 120)


def test_an_answer_that_vanished_restarts_nothing_while_another_stands() -> None:
    events = (wrote(0), *answered(7), wrote(10, "b"), *answered(20, "b"))
    found = read(100, *events, vanished(90))
    assert found == read(100, *events)
    only_the_second = read(100, *events, vanished(90, "to b"))
    assert at(only_the_second.first) == (State.MET, 60, 7)
    assert at(only_the_second.next) == (State.RUNNING, 150, None)


def test_time_passes_in_staffed_hours_only() -> None:
    evening = wrote(474)  # 17:54
    found = read(1420, evening, calendar=OFFICE)  # Tuesday, 9:40
    assert at(found.first) == (State.RUNNING, 1434, None)
    assert found.first and minutes(found.first.taken) == 6 + 40
    late = read(1420, evening, *answered(1390), calendar=OFFICE)
    assert late.first and (late.first.state, minutes(late.first.taken)) == (State.MET, 16)


def test_a_p1_runs_around_the_clock() -> None:
    night = read(13 * 60, wrote(12 * 60, level=Level.P1), calendar=OFFICE)
    assert at(night.first) == (State.BROKEN, 12 * 60 + 15, None)
    assert at(night.resolution)[1] == 36 * 60


def test_a_changed_calendar_counts_for_what_is_past() -> None:
    events = (wrote(8 * 60), *answered(23 * 60 + 30))  # 18:00, and 9:30 the next day
    assert at(read(9999, *events, calendar=ALWAYS).first)[0] is State.BROKEN
    assert at(read(9999, *events, calendar=OFFICE).first)[0] is State.MET


def test_while_we_wait_for_the_customer_every_clock_stands_still() -> None:
    handed = happened(Kind.HANDED_OVER, 20)
    found = read(500, wrote(0), handed)
    assert at(found.first) == (State.PAUSED, None, None)
    assert found.first and minutes(found.first.left) == 40
    back = read(110, wrote(0), handed, wrote(100, "b"))
    assert at(back.first) == (State.RUNNING, 160, None)
    assert back.resolution and minutes(back.resolution.taken) == 20 + 10


def test_what_was_late_before_we_waited_stays_broken() -> None:
    found = read(500, wrote(0), happened(Kind.HANDED_OVER, 70))
    assert at(found.first) == (State.BROKEN, 60, None)


def test_what_was_used_up_just_when_we_began_to_wait_is_not_late() -> None:
    found = read(9999, wrote(0), happened(Kind.HANDED_OVER, 60))
    assert at(found.first) == (State.PAUSED, None, None)
    again = read(110, wrote(0), happened(Kind.HANDED_OVER, 60), wrote(100, "b"))
    assert at(again.first)[:2] == (State.RUNNING, 160)


def test_what_is_due_at_closing_time_is_late_from_then_on() -> None:
    friday = wrote(4 * 24 * 60 + 7 * 60)  # 17:00, due at 18:00 when people leave
    due = 4 * 24 * 60 + 8 * 60
    assert at(read(due, friday, calendar=OFFICE).first) == (State.RUNNING, due, None)
    saturday = due + 16 * 60
    assert at(read(saturday, friday, calendar=OFFICE).first) == (State.BROKEN, due, None)
    answered_then = read(2 * saturday, friday, *answered(saturday), calendar=OFFICE)
    assert at(answered_then.first) == (State.BROKEN, due, saturday)


def test_what_gets_no_answer_is_neither_kept_nor_broken() -> None:
    found = read(500, wrote(0), happened(Kind.DISMISSED, 70))
    assert at(found.first) == (State.DROPPED, None, 70)
    assert at(found.resolution) == (State.DROPPED, None, 70)


def test_a_text_that_gets_no_answer_takes_nothing_from_the_others() -> None:
    found = read(30, wrote(0), wrote(5, "b"), happened(Kind.DISMISSED, 10))
    assert at(found.first) == (State.RUNNING, 65, None)


def test_resolved_ends_the_matter() -> None:
    resolved = happened(Kind.RESOLVED, 40, text="")
    found = read(9999, wrote(0), *answered(7), resolved)
    assert at(found.first) == (State.MET, 60, 7)
    assert found.resolution and minutes(found.resolution.taken) == 7
    assert found.resolution.state is State.MET
    assert found.resolution.ended_at == NOW + 40 * MINUTE
    without_answer = read(9999, wrote(0), resolved)
    assert at(without_answer.first) == (State.DROPPED, None, 40)
    assert at(without_answer.resolution) == (State.MET, 48 * 60, 40)


def test_a_matter_that_comes_back_runs_on_where_it_stood() -> None:
    events = (wrote(0), *answered(10), happened(Kind.RESOLVED, 40, text=""), wrote(1000, "b"))
    found = read(1030, *events)
    assert at(found.first) == (State.MET, 60, 10)
    assert at(found.next) == (State.RUNNING, 1060, None)
    assert found.resolution and found.resolution.state is State.RUNNING
    assert minutes(found.resolution.taken) == 10 + 30


def test_a_settled_matter_stands_still_even_if_its_last_answer_left_it_with_us() -> None:
    answer, resolved = happened(Kind.ANSWERED, 10), happened(Kind.RESOLVED, 40, text="")
    found = read(1030, wrote(0), answer, resolved, wrote(1000, "b"))
    assert found.resolution and minutes(found.resolution.taken) == 40 + 30


def test_what_paused_before_it_was_answered_was_due_later_by_as_much() -> None:
    found = read(90, wrote(0), happened(Kind.HANDED_OVER, 5), happened(Kind.ANSWERED, 25))
    assert at(found.first) == (State.MET, 80, 25)
    assert found.first and minutes(found.first.taken) == 5


def test_an_answer_dated_before_its_question_by_another_clock_took_no_time() -> None:
    found = read(10, wrote(5), *answered(3))
    assert at(found.first) == (State.MET, 65, 5)
    assert found.first and found.first.taken == timedelta()


_LEVELS = st.sampled_from(list(Level))
_MINUTES = st.integers(0, 3 * 24 * 60)
_TEXTS = st.lists(st.tuples(_MINUTES, _LEVELS), min_size=1, max_size=4)
_DEEDS = st.lists(
    st.tuples(
        st.sampled_from([kind for kind in Kind if kind is not Kind.WROTE]),
        _MINUTES,
        st.sampled_from(["", "0", "1", "2"]),
        st.sampled_from(["", "r", "s"]),
    ),
    max_size=8,
)


def _story(texts: list[tuple[int, Level]], deeds: list[tuple[Kind, int, str, str]]) -> list[Event]:
    told = [wrote(minute, str(n), level) for n, (minute, level) in enumerate(texts)]
    return [*told, *(happened(kind, minute, text, key) for kind, minute, text, key in deeds)]


@given(_TEXTS, _DEEDS, _MINUTES, st.sampled_from([ALWAYS, OFFICE]), st.randoms())
def test_whatever_happened_a_clock_says_one_thing(
    texts: list[tuple[int, Level]],
    deeds: list[tuple[Kind, int, str, str]],
    now: int,
    calendar: Calendar,
    chance: object,
) -> None:
    events = _story(texts, deeds)
    found = read(now, *events, calendar=calendar)
    assert (found.first is None) == (found.resolution is None)
    assert (found.first is None) == all(minute > now for minute, _ in texts)
    moment = NOW + now * MINUTE
    for timing in (found.first, found.next, found.resolution):
        if timing is None:
            continue
        assert timing.started_at <= (timing.ended_at or moment) <= moment
        assert timing.taken >= timedelta()
        is_late = timing.due_at is not None and timing.due_at < (timing.ended_at or moment)
        assert (timing.state is State.BROKEN) == is_late
        if timing.left < timedelta() and timing.state is not State.DROPPED:
            assert timing.state is State.BROKEN
        if is_late:
            assert timing.left < timedelta() or (timing.staffed and not timing.left)
        if timing.state is State.RUNNING:
            assert timing.due_at is None or timing.due_at >= moment
            assert timing.ended_at is None
    chance.shuffle(events)  # type: ignore[attr-defined]
    assert read(now, *events, calendar=calendar) == found


@given(_TEXTS, _DEEDS, _MINUTES)
def test_an_acknowledgement_never_changes_anything(
    texts: list[tuple[int, Level]], deeds: list[tuple[Kind, int, str, str]], now: int
) -> None:
    events = _story(texts, deeds)
    others = [event for event in events if event.kind is not Kind.ACKNOWLEDGED]
    assert read(now, *events) == read(now, *others)


def test_stretches_are_put_together_and_taken_away() -> None:
    moments = [NOW + n * HOUR for n in range(6)]
    a, b, c, d, e, f = moments
    assert together([(c, d), (a, b), (b, c), (e, e)]) == [(a, d)]
    assert without((a, f), [(b, c), (d, FOREVER)]) == [(a, b), (c, d)]
    assert without((a, f), [(a, f)]) == []
    assert without((b, c), [(d, e), (a, a)]) == [(b, c)]
