"""What the daemon says of rounds that are left out."""

from __future__ import annotations

import logging
import threading

import pytest
from apscheduler.events import EVENT_JOB_MAX_INSTANCES, EVENT_JOB_SUBMITTED, JobEvent

from config import logs
from config.secrets import Redactor
from responder.daemon import SKIPS_WORTH_A_WORD, _schedule, _Skipped
from responder.jobs import Job
from tests.daemon import eventually


def _event(code: int, job: str = "poll x") -> JobEvent:
    return JobEvent(code, job, "default")


def test_a_round_left_out_five_times_in_a_row_is_told_of_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    skipped = _Skipped()
    for _ in range(SKIPS_WORTH_A_WORD - 1):
        skipped(_event(EVENT_JOB_MAX_INSTANCES))
        skipped(_event(EVENT_JOB_MAX_INSTANCES, "draft"))
    skipped(_event(EVENT_JOB_SUBMITTED, "draft"))
    assert caplog.messages == []
    for _ in range(SKIPS_WORTH_A_WORD):
        skipped(_event(EVENT_JOB_MAX_INSTANCES))
    skipped(_event(EVENT_JOB_MAX_INSTANCES, "draft"))
    assert caplog.messages == ["the round poll x takes long: left out 5 times in a row"]


def test_a_long_round_is_told_of_in_our_words_and_not_in_the_scheduler_s(
    caplog: pytest.LogCaptureFixture,
) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.set_up(Redactor())
    root.handlers.append(caplog.handler)
    done = threading.Event()

    def long_round() -> None:
        done.wait(20)

    scheduler, busy = _schedule([Job(name="poll x", seconds=0.02, work=long_round)])
    scheduler.start()
    try:
        eventually(lambda: caplog.messages)
    finally:
        done.set()
        scheduler.shutdown()
        root.handlers[:] = handlers
        root.setLevel(level)
    assert busy.wait(5)
    assert caplog.messages == ["the round poll x takes long: left out 5 times in a row"]
