"""The board: when a job is late, when it hangs, and what a thread that comes back may say."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import pytest

from responder.pulse import Beat, Pulse


@dataclass
class Seconds:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def pulse(seconds: Seconds) -> Pulse:
    pulse = Pulse(ticks=seconds)
    pulse.expect("poll x", seconds=60, deadline=300)
    return pulse


def beat(pulse: Pulse) -> Beat:
    (found,) = pulse.beats
    return found


def test_a_job_is_late_after_three_intervals(pulse: Pulse, seconds: Seconds) -> None:
    seconds.now += 180
    assert not beat(pulse).is_late
    seconds.now += 1
    assert beat(pulse).is_late
    pulse.ended(pulse.began("poll x"), ok=True)
    assert not beat(pulse).is_late


def test_a_quick_job_is_given_a_minute(seconds: Seconds) -> None:
    pulse = Pulse(ticks=seconds)
    pulse.expect("post x", seconds=1, deadline=300)
    seconds.now += 60
    assert not beat(pulse).is_late
    seconds.now += 1
    assert beat(pulse).is_late


def test_signs_of_life_keep_a_long_round_from_being_written_off(
    pulse: Pulse, seconds: Seconds
) -> None:
    run = pulse.began("poll x")
    for _ in range(10):
        seconds.now += 250
        pulse.alive()
        assert pulse.write_off() == []
    assert beat(pulse).running == 2500
    seconds.now += 301
    assert pulse.write_off() == ["poll x"]
    assert pulse.write_off() == [], "once is enough"
    pulse.ended(run, ok=True)


def test_a_sign_of_life_counts_for_the_job_of_its_own_thread(
    pulse: Pulse, seconds: Seconds
) -> None:
    run = pulse.began("poll x")
    seconds.now += 301
    elsewhere = threading.Thread(target=pulse.alive)
    elsewhere.start()
    elsewhere.join()
    assert pulse.write_off() == ["poll x"]
    pulse.ended(run, ok=False)


def test_a_thread_that_was_written_off_has_no_say_any_more(pulse: Pulse, seconds: Seconds) -> None:
    lost = pulse.began("poll x")
    seconds.now += 301
    pulse.write_off()
    assert (pulse.hung, beat(pulse).hung) == (1, 1)
    seconds.now += 100
    pulse.alive()
    assert beat(pulse).quiet == 100
    pulse.ended(lost, ok=True)
    assert (pulse.hung, beat(pulse).ok_ago) == (0, None)


def test_failures_are_counted_in_a_row(pulse: Pulse) -> None:
    for ok, expected in ((False, 1), (False, 2), (True, 0), (False, 1)):
        pulse.ended(pulse.began("poll x"), ok=ok)
        assert beat(pulse).failures == expected


def test_it_is_idle_only_when_no_thread_is_at_work(pulse: Pulse, seconds: Seconds) -> None:
    assert pulse.wait_idle(0)
    run = pulse.began("poll x")
    seconds.now += 301
    pulse.write_off()
    assert not pulse.wait_idle(0.01), "a hung thread would keep the process"
    pulse.ended(run, ok=True)
    assert pulse.wait_idle(0)
