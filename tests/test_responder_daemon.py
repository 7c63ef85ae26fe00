"""The rota: rounds that are left out, rounds that hang, and the end when too many do."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, JobEvent

from config import logs
from config.secrets import Redactor
from config.settings import ROOT
from responder.daemon import SKIPS_WORTH_A_WORD, Rota
from responder.jobs import Job
from responder.pulse import Beat, Pulse
from responder.watch import Watchdog
from tests.daemon import clean_environment
from tests.patience import PATIENCE, eventually


def nothing() -> None:
    return


def told(rota: Rota, code: int, name: str) -> None:
    """As the scheduler tells it."""
    (id_,) = [key for key, value in rota._names.items() if value == name]
    rota._scheduler._dispatch_event(JobEvent(code, id_, "default"))


def beat(pulse: Pulse, name: str) -> Beat:
    (found,) = [beat for beat in pulse.beats if beat.name == name]
    return found


@contextmanager
def working(rota: Rota, pulse: Pulse, *free: threading.Event) -> Iterator[None]:
    rota.start()
    try:
        yield
    finally:
        for event in free:
            event.set()
        rota.stop()
        assert pulse.wait_idle(5)


def test_a_round_left_out_five_times_in_a_row_is_told_of_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    pulse = Pulse()
    rota = Rota([Job(name=name, seconds=60, work=nothing) for name in ("poll x", "draft")], pulse)
    for _ in range(SKIPS_WORTH_A_WORD - 1):
        told(rota, EVENT_JOB_MAX_INSTANCES, "poll x")
        told(rota, EVENT_JOB_MAX_INSTANCES, "draft")
    pulse.ended(pulse.began("draft"), ok=True)
    assert caplog.messages == []
    for _ in range(SKIPS_WORTH_A_WORD):
        told(rota, EVENT_JOB_MAX_INSTANCES, "poll x")
    told(rota, EVENT_JOB_MAX_INSTANCES, "draft")
    assert caplog.messages == ["the round poll x takes long: left out 5 times in a row"]
    assert (beat(pulse, "poll x").left_out, beat(pulse, "draft").left_out) == (9, 1)


def test_a_long_round_is_told_of_in_our_words_and_not_in_the_scheduler_s(
    caplog: pytest.LogCaptureFixture,
) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.set_up(Redactor())
    root.handlers.append(caplog.handler)
    done = threading.Event()
    pulse = Pulse()
    rota = Rota([Job(name="poll x", seconds=0.02, work=lambda: done.wait(PATIENCE))], pulse)
    try:
        with working(rota, pulse, done):
            eventually(lambda: caplog.messages)
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    assert caplog.messages == ["the round poll x takes long: left out 5 times in a row"]


def test_a_round_the_scheduler_lost_shows_on_the_board(caplog: pytest.LogCaptureFixture) -> None:
    pulse = Pulse()
    rota = Rota([Job(name="poll x", seconds=60, work=nothing)], pulse)
    told(rota, EVENT_JOB_ERROR, "poll x")
    assert beat(pulse, "poll x").missed == 1
    assert caplog.messages == ["the round poll x was lost"]
    pulse.ended(pulse.began("poll x"), ok=True)
    assert beat(pulse, "poll x").missed == 0


def test_the_outcome_of_every_round_shows_on_the_board() -> None:
    pulse = Pulse()
    work = [
        Job(name="well", seconds=0.02, work=lambda: True),
        Job(name="silent", seconds=0.02, work=nothing),
        Job(name="badly", seconds=0.02, work=lambda: False),
    ]
    with working(Rota(work, pulse), pulse):
        eventually(lambda: beat(pulse, "badly").failures >= 3)
        eventually(lambda: beat(pulse, "silent").ok_ago is not None)
    assert beat(pulse, "well").failures == 0
    assert beat(pulse, "badly").ok_ago is None


def test_a_job_that_shall_wait_does_not_begin_at_once() -> None:
    pulse, began = Pulse(), threading.Event()
    work = [
        Job(name="later", seconds=0.02, work=began.set, wait=60),
        Job(name="now", seconds=0.02, work=nothing),
    ]
    with working(Rota(work, pulse), pulse):
        eventually(lambda: beat(pulse, "now").ok_ago is not None)
        assert not began.is_set()
        assert not beat(pulse, "later").is_late


def test_a_job_that_hangs_is_replaced_and_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    """A thread that waits for ever, as on a socket that never answers."""
    pulse, never, rounds = Pulse(), threading.Event(), []

    def poll() -> None:
        rounds.append(threading.get_ident())
        if len(rounds) == 1:
            never.wait(PATIENCE)

    rota = Rota([Job(name="poll x", seconds=0.02, work=poll, deadline=0.1)], pulse)
    watchdog = Watchdog(pulse, renew=rota.renew, give_up=lambda: pytest.fail("one is bearable"))
    with working(rota, pulse, never):
        eventually(lambda: rounds)
        eventually(lambda: beat(pulse, "poll x").quiet > 0.1)
        watchdog.look()
        eventually(lambda: len(rounds) >= 3)
        watchdog.look()
        assert beat(pulse, "poll x").hung == 1
        assert beat(pulse, "poll x").failures == 0
        never.set()
        eventually(lambda: beat(pulse, "poll x").hung == 0)
    assert caplog.messages.count("the round poll x hangs: a fresh one takes its place") == 1
    assert "the round poll x came back after all" in caplog.messages


def test_when_too_many_hang_the_process_ends_with_exit_code_1() -> None:
    """The real daemon with a job that hangs whenever it runs: the supervisor is to start it anew,
    and the threads that hang must not keep the process."""
    program = """
import sys, tempfile, threading
from pathlib import Path
import responder.daemon, responder.watch
from config.clock import utcnow
from responder.jobs import Job
from tests.factories import make_bot

responder.watch.LOOK_SECONDS = 0.05
responder.daemon.FAREWELL_SECONDS = 0.2
responder.daemon.migrate = lambda *a, **k: None
hang = Job(name="poll x", seconds=0.05, work=threading.Event().wait, deadline=0.05)
responder.daemon.jobs = lambda bot: [hang]
bot = make_bot(Path(tempfile.mkdtemp()), clock=utcnow)
bot = __import__("dataclasses").replace(bot, settings=bot.settings.model_copy(
    update={"desk": bot.settings.desk.model_copy(update={"port": 0})}))
responder.daemon.keep_running(bot, greeting=lambda *_: print("greeted", flush=True))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=clean_environment(PYTHONPATH=str(ROOT)),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "greeted\n"), done.stderr
    assert done.stderr.count("hangs: a fresh one takes its place") >= 5
    assert "5 rounds hang: ending, to be started anew" in done.stderr
