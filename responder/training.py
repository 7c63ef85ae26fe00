"""The weights learn by themselves: once a night, from what agents set right, if there is enough.

Training takes some minutes of a core and 800 MB. It runs as a command in a process of its own,
as slowly as the machine likes; the bot takes up the new file by itself (`newest_weights.py`). What
goes wrong there changes nothing here.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock
from typing import IO, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from config.settings import ROOT
from responder.audit import note
from responder.bot import Bot, trained_weights
from responder.corrections import count_new
from responder.jobs import Job, safely
from responder.models import Audit
from responder.origins import forgotten

log = logging.getLogger(__name__)

NIGHTLY: Final = "nightly training"
LOOK_SECONDS: Final = 30.0
LONGEST: Final = timedelta(hours=1)
"""A training that takes longer hangs."""

SUBJECT: Final = "weights"
TAKEN: Final = "train: taken"
WORSE: Final = "train: judged worse"
FILES_WORSE: Final = "train: judged worse with files"
"""Perhaps for the sake of the files: what was set right beside them has not been tried."""
REFUSED: Final = "train: refused"
FAILED: Final = "train: failed"

_LEAST_URGENT: Final = 19
_TOLD: Final = 2_000  # bytes at the end of what it said
_EXPECTED: Final = (0, 1)  # taken, or judged worse: the command has noted which


def note_training(
    bot: Bot, *, taken: bool, by: str, texts: int, at: datetime, files: int = 0
) -> None:
    """Remember a training that came to its end. `at` is when its lessons were read: what was set
    right since then is still to be learned. `files`: how many it learned from beside them."""
    with bot.database.write() as session:
        action = TAKEN if taken else FILES_WORSE if files else WORSE
        note(session, who=by, action=action, subject=SUBJECT, detail=f"{texts} texts", now=at)


def learned_until(bot: Bot) -> datetime | None:
    """Up to when corrections have been learned from, or tried in vain; None for never. Weights that
    somebody removed have taught nothing."""
    counted = [WORSE, *([TAKEN] if trained_weights(bot.state).exists() else [])]
    with bot.database.read() as session:
        return session.scalar(
            select(func.max(Audit.at)).where(Audit.subject == SUBJECT, Audit.action.in_(counted))
        )


@dataclass(frozen=True, kw_only=True)
class _Child:
    process: subprocess.Popen[bytes]
    output: IO[bytes]
    since: datetime


class Nightly:
    """Looks at the clock, starts the command, and sees what became of it; never waits for it.

    `command` is what trains, and ends with 0 (taken), 1 (judged worse) or anything else.
    """

    def __init__(self, bot: Bot, command: Sequence[str]) -> None:
        self._bot, self._command = bot, tuple(command)
        self._looked = bot.clock()  # a night that passed while nobody ran is not made up for
        self._child: _Child | None = None
        self._lock, self._stopped = Lock(), False  # who stops the bot is another thread

    def round(self) -> None:
        with self._lock:
            if not self._stopped:
                self._round(self._bot.clock())

    def _round(self, now: datetime) -> None:
        since, self._looked = self._looked, now
        if self._child is not None:
            self._look_after(self._child, now)
        elif self._is_time(since, now) and self._is_enough() and not self._forgets(now):
            self._start(now)

    def stop(self) -> None:
        """End a training that is under way, which has changed nothing yet, and begin no other."""
        with self._lock:
            self._stopped = True
            child, self._child = self._child, None
        if child is not None:
            child.process.kill()
            child.process.wait()
            child.output.close()

    def _is_time(self, since: datetime, now: datetime) -> bool:
        at = self._bot.settings.sentiment.train_at
        return at is not None and since < newest(at, now, self._bot.zone)

    def _is_enough(self) -> bool:
        found = count_new(self._bot, learned_until(self._bot))
        wanted = self._bot.settings.sentiment.train_from
        log.info("%d corrections since the weights last learned; they learn from %d", found, wanted)
        return found >= wanted

    def _forgets(self, now: datetime) -> bool:
        """Whether what files taught would be lost: by night nobody names them."""
        lost = ", ".join(forgotten(self._bot.weights.made_of, ()))
        if lost:
            log.warning("no nightly training: it would forget %s; train with these files", lost)
            with self._bot.database.write() as session:
                detail = f"would forget {lost}; the weights of before stay"
                note(session, who=NIGHTLY, action=REFUSED, subject=SUBJECT, detail=detail, now=now)
        return bool(lost)

    def _start(self, now: datetime) -> None:
        output = TemporaryFile()  # noqa: SIM115  # not a pipe: it may fill up while nobody reads
        process = subprocess.Popen(  # noqa: S603  # our own program
            self._command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        os.setpriority(os.PRIO_PROCESS, process.pid, _LEAST_URGENT)
        self._child = _Child(process=process, output=output, since=now)
        log.info("the weights learn from what was set right, in process %d", process.pid)

    def _look_after(self, child: _Child, now: datetime) -> None:
        code = child.process.poll()
        if code is None and now - child.since > LONGEST:
            child.process.kill()
            code = child.process.wait()
        if code is None:
            return
        self._child = None
        _tell(code, _end_of(child.output))
        if code not in _EXPECTED:
            with self._bot.database.write() as session:
                detail = f"exit {code}; the weights of before stay"
                note(session, who=NIGHTLY, action=FAILED, subject=SUBJECT, detail=detail, now=now)


def nightly_of(bot: Bot, config: Path | None) -> Nightly | None:
    """Who trains by night; None where the settings do not ask for it, or came from no file that a
    command could read (the demo's come from one, but train nothing)."""
    if config is None or bot.settings.sentiment.train_at is None:
        return None
    program = [sys.executable, str(ROOT / "run_bot.py"), "--config", str(config)]
    return Nightly(bot, [*program, "train", "--by", NIGHTLY])


def job_of(nightly: Nightly) -> Job:
    return Job(name="train", seconds=LOOK_SECONDS, work=safely(nightly.round))


def newest(at: time, now: datetime, zone: ZoneInfo) -> datetime:
    """The last moment up to `now` at which the wall in `zone` showed `at`. In the night in which it
    never does, an hour later."""
    today = now.astimezone(zone).date()
    moments = (datetime.combine(today - timedelta(days=ago), at, zone) for ago in (0, 1))
    return next(moment for moment in moments if moment <= now)


def _end_of(output: IO[bytes]) -> str:
    with output:
        end = output.seek(0, os.SEEK_END)
        output.seek(max(0, end - _TOLD))
        said = output.read().decode(errors="replace")
    return "; ".join(said.split("\n")).strip("; ")


def _tell(code: int, said: str) -> None:
    if code in _EXPECTED:
        log.info("the nightly training has ended: %s", said)
    else:
        log.warning("the nightly training failed with exit code %d: %s", code, said)
