"""`run`: pollers, drafter, senders and the desk in one process, until it is told to stop."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from apscheduler.events import (
    EVENT_JOB_MAX_INSTANCES,
    EVENT_JOB_MISSED,
    EVENT_JOB_SUBMITTED,
    JobEvent,
    JobExecutionEvent,
)
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from config import logs, settings
from config.clock import utcnow
from config.lock import InstanceLock
from config.migrate import migrate
from config.secrets import Redactor
from responder import access
from responder.bot import Bot, assemble, database_url, desk_url
from responder.desk.server import DeskServer
from responder.jobs import Job, jobs
from responder.models import Role
from responder.settle import recover

log = logging.getLogger(__name__)

# A send that is on the wire gets this long to end. Cut off, it leaves a row that says `sending`,
# which the next start reports to a human.
FAREWELL_SECONDS = 3.0
# A round is left out while its last one still runs. In a catch-up that is usual.
SKIPS_WORTH_A_WORD = 5

Greeting = Callable[[Bot, str], None]
"""Says hello on stdout: the bot and the desk's address."""


def run_daemon(config: Path) -> None:
    """Run with the settings of `config`. Raises ConfigError, AlreadyRunning."""
    redactor = Redactor()
    logs.set_up(redactor)
    bot = assemble(settings.load(config), source=str(config), redactor=redactor, checkpoints=True)
    with InstanceLock(bot.lock_file):
        keep_running(bot, greeting=say_hello)


def keep_running(bot: Bot, *, greeting: Greeting) -> None:
    """Work until SIGTERM or SIGINT. The caller holds the instance lock."""
    migrate(bot.database, url=database_url(bot.settings))
    in_doubt = recover(bot)
    if in_doubt:
        log.warning("%d replies were cut off: somebody must look (desk: Unknown)", in_doubt)
    desk = DeskServer(bot)
    scheduler, idle = _schedule(jobs(bot))
    scheduler.start()
    greeting(bot, desk_url(bot.settings, desk.port))
    try:
        desk.run()
    finally:
        scheduler.shutdown(wait=False)
        if not idle.wait(FAREWELL_SECONDS):
            # A thread waits for a network that does not answer. All that matters is on disk.
            log.warning("stopped in the middle of a call")
            logging.shutdown()
            os._exit(0)
        bot.database.close()


def say_hello(bot: Bot, url: str) -> None:
    lines = [f"Desk: {url}"]
    if not access.has_admin(bot.database):
        secret = access.invite(bot.database, name=None, role=Role.ADMIN, now=bot.clock())
        lines.append(f"Create the first admin (once, within 24 hours): {url}/join/{secret}")
    if not bot.channels:
        lines.append("No channel is configured yet: see config/bot.example.toml")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


class _Busy:
    """Counts the jobs at work, so that a stop knows when the last one is done."""

    def __init__(self) -> None:
        self._count = 0
        self._changed = threading.Condition()

    def counted(self, work: Callable[[], None]) -> Callable[[], None]:
        def job() -> None:
            with self._changed:
                self._count += 1
            try:
                work()
            finally:
                with self._changed:
                    self._count -= 1
                    self._changed.notify_all()

        return job

    def wait(self, seconds: float) -> bool:
        """True once nothing is at work any more."""
        with self._changed:
            return self._changed.wait_for(lambda: self._count == 0, timeout=seconds)


def _schedule(work: list[Job]) -> tuple[BackgroundScheduler, _Busy]:
    """Jobs in memory only: the truth is in our tables. A round that comes due while the last one
    still runs is left out, and one that is late is run once, however late."""
    busy = _Busy()
    scheduler = BackgroundScheduler(
        timezone="UTC",
        executors={"default": ThreadPoolExecutor(len(work))},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for job in work:
        scheduler.add_job(
            busy.counted(job.work),
            "interval",
            seconds=job.seconds,
            id=job.name,
            name=job.name,
            next_run_time=utcnow(),
        )
    scheduler.add_listener(_tell, EVENT_JOB_MISSED)
    scheduler.add_listener(_Skipped(), EVENT_JOB_MAX_INSTANCES | EVENT_JOB_SUBMITTED)
    return scheduler, busy


class _Skipped:
    """Tells of a round that was left out again and again because its last one still runs."""

    def __init__(self) -> None:
        self._in_a_row: Counter[str] = Counter()

    def __call__(self, event: JobEvent) -> None:
        if event.code == EVENT_JOB_SUBMITTED:
            del self._in_a_row[event.job_id]
            return
        self._in_a_row[event.job_id] += 1
        if self._in_a_row[event.job_id] == SKIPS_WORTH_A_WORD:
            log.warning(
                "the round %s takes long: left out %d times in a row",
                event.job_id, SKIPS_WORTH_A_WORD,
            )  # fmt: skip


def _tell(event: JobExecutionEvent) -> None:
    log.warning("the round %s was missed", event.job_id)
