"""The board on which jobs leave signs of life and outcomes. In memory: it is of one process."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from listener.channels.base import Report

log = logging.getLogger(__name__)

INTERVALS: Final = 3
GRACE_SECONDS: Final = 60.0
"""A job is late after three intervals without a sign of life, but never before a minute."""

Ticks = Callable[[], float]
"""Seconds on a clock nobody sets: durations must not jump when the wall clock does."""


@dataclass(frozen=True, kw_only=True)
class Beat:
    """How one job goes, all in seconds. `quiet`: since its last sign of life; `running`: since its
    round began, None between rounds; `ok_ago`: since a round ended well, None if none ever did.

    `failures` and `left_out` count in a row; `missed` are rounds the scheduler dropped since the
    last one that ended well. `hung`: threads written off that have not come back.
    """

    name: str
    seconds: float
    quiet: float
    running: float | None
    ok_ago: float | None
    failures: int
    left_out: int
    missed: int
    hung: int

    @property
    def is_late(self) -> bool:
        return self.quiet > max(INTERVALS * self.seconds, GRACE_SECONDS)


@dataclass(eq=False)
class Run:
    """One round at work in its thread."""

    name: str
    thread: int
    began: float
    written_off: bool = False


@dataclass
class _Line:
    """What the board knows of one job. Moments are ticks."""

    seconds: float
    deadline: float
    touched: float
    run: Run | None = None
    ok_at: float | None = None
    failures: int = 0
    left_out: int = 0
    missed: int = 0


@dataclass
class Pulse:
    """The board, shared by all threads of one process. Holds nothing worth keeping."""

    ticks: Ticks = time.monotonic
    _lines: dict[str, _Line] = field(default_factory=dict)
    _runs: dict[int, Run] = field(default_factory=dict)  # by thread, those written off included
    _reports: dict[str, Report] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def expect(self, name: str, *, seconds: float, deadline: float, wait: float = 0.0) -> None:
        """A job of this name shall run every so many `seconds`, from `wait` seconds on, and hangs
        when it gives no sign of life for `deadline` seconds of a round."""
        with self._changed:
            began = self.ticks() + wait
            self._lines[name] = _Line(seconds=seconds, deadline=deadline, touched=began)

    def began(self, name: str) -> Run:
        """A round begins in this very thread."""
        with self._changed:
            line, now = self._lines[name], self.ticks()
            line.run = Run(name=name, thread=threading.get_ident(), began=now)
            line.touched, line.left_out = now, 0
            self._runs[line.run.thread] = line.run
            return line.run

    def ended(self, run: Run, *, ok: bool) -> None:
        with self._changed:
            del self._runs[run.thread]
            self._changed.notify_all()
            if run.written_off:
                log.warning("the round %s came back after all", run.name)
                return
            line, now = self._lines[run.name], self.ticks()
            line.run, line.touched = None, now
            line.failures = 0 if ok else line.failures + 1
            if ok:
                line.ok_at, line.missed = now, 0

    def alive(self) -> None:
        """A sign of life of the job in this thread, if one runs here."""
        with self._changed:
            run = self._runs.get(threading.get_ident())
            if run is not None and not run.written_off:
                self._lines[run.name].touched = self.ticks()

    def left_out(self, name: str) -> int:
        """A round was left out because the last one still runs. Returns how many in a row."""
        with self._changed:
            self._lines[name].left_out += 1
            return self._lines[name].left_out

    def missed(self, name: str) -> None:
        """The scheduler dropped a round, which it is told never to do."""
        with self._changed:
            self._lines[name].missed += 1

    def write_off(self) -> list[str]:
        """The jobs whose round hangs. From now on their threads count as lost."""
        with self._changed:
            now = self.ticks()
            hung = []
            for name, line in self._lines.items():
                if line.run is not None and now - line.touched > line.deadline:
                    line.run.written_off, line.run, line.touched = True, None, now
                    hung.append(name)
            return hung

    def reported(self, channel: str, report: Report) -> None:
        """What the network said when it was last asked who we are there."""
        with self._changed:
            self._reports[channel] = report

    @property
    def reports(self) -> dict[str, Report]:
        with self._changed:
            return dict(self._reports)

    @property
    def beats(self) -> tuple[Beat, ...]:
        with self._changed:
            now = self.ticks()
            return tuple(self._beat(name, line, now) for name, line in self._lines.items())

    @property
    def hung(self) -> int:
        """Threads written off that have not come back."""
        with self._changed:
            return sum(run.written_off for run in self._runs.values())

    def wait_idle(self, seconds: float) -> bool:
        """True once nothing is at work any more, hung threads included."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._runs, timeout=seconds)

    def _beat(self, name: str, line: _Line, now: float) -> Beat:
        return Beat(
            name=name,
            seconds=line.seconds,
            quiet=now - line.touched,
            running=None if line.run is None else now - line.run.began,
            ok_ago=None if line.ok_at is None else now - line.ok_at,
            failures=line.failures,
            left_out=line.left_out,
            missed=line.missed,
            hung=sum(run.written_off for run in self._runs.values() if run.name == name),
        )
