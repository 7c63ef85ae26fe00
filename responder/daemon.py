"""`run`: pollers, drafter, senders and the desk in one process, until it is told to stop."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import event

from config import logs, settings
from config.clock import utcnow
from config.lock import InstanceLock
from config.migrate import migrate
from config.secrets import Redactor
from listener.importing.spool import remove_abandoned
from listener.trends.recount import count_if_new
from responder import access
from responder.backup import refuse_damaged
from responder.bot import Bot, assemble, database_url, desk_url
from responder.clocks import renew_due_times
from responder.desk.server import DeskServer
from responder.digests import digest_jobs
from responder.handling.second_looks import require_two
from responder.jobs import Job, jobs
from responder.library.store import seed_once
from responder.model.drafting import model_jobs
from responder.pulse import Pulse
from responder.reports.telling import recover as recover_digests
from responder.settle import recover
from responder.staffing import openings
from responder.team.accounts import has_admin
from responder.team.models import Role
from responder.training import job_of, nightly_of
from responder.upkeep import messenger_of, upkeep
from responder.watch import MOST_HUNG, Watchdog

log = logging.getLogger(__name__)

# A send that is on the wire gets this long to end. Cut off, it leaves a row that says `sending`,
# which the next start looks for on the network.
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
        keep_running(bot, greeting=say_hello, config=config)


def keep_running(bot: Bot, *, greeting: Greeting, config: Path | None = None) -> None:
    """Work until SIGTERM or SIGINT. The caller holds the instance lock. `config`: where commands
    read the same settings, if they may; without it nothing is trained by night.

    Raises ConfigError, and SystemExit(1) when so much hangs that only a new start can help.
    """
    messenger = messenger_of(bot)
    worded = model_jobs(bot)
    digests = digest_jobs(bot)
    refuse_damaged(bot)
    migrate(bot.database, url=database_url(bot.settings))
    count_if_new(bot.database, bot.recount_lock)
    require_two(bot)
    remove_abandoned(bot.state)
    begun = seed_once(bot.database, bot.newest_book.files, bot.clock())
    if begun:
        log.info("the library begins with %d entries of the brand book's files", begun)
    in_doubt = recover(bot)
    if in_doubt:
        log.warning("%d replies were cut off: they are looked for on the network first", in_doubt)
    recover_digests(bot)
    renew_due_times(bot)
    openings.begin(bot)
    pulse = Pulse()
    # Every round works in short transactions: each one says that its thread does not hang.
    event.listen(bot.database.engine, "begin", lambda _connection: pulse.alive())
    desk = DeskServer(bot, pulse=pulse)
    nightly = nightly_of(bot, config)
    nights = [job_of(nightly)] if nightly else []
    rota = Rota([*jobs(bot), *worded, *upkeep(bot, pulse, messenger), *digests, *nights], pulse)
    watchdog = Watchdog(pulse, renew=rota.renew, give_up=desk.stop)
    greeting(bot, desk_url(bot.settings, desk.port))
    rota.start()
    watchdog.start()
    try:
        desk.run()
    finally:
        watchdog.stop()
        rota.stop()
        if nightly:
            nightly.stop()
        bot.sender.leave()
        if not pulse.wait_idle(FAREWELL_SECONDS):
            # A thread waits for a network that does not answer. All that matters is on disk.
            log.warning("stopped in the middle of a call")
            logging.shutdown()
            os._exit(int(watchdog.gave_up))
        bot.database.close()
    if watchdog.gave_up:
        raise SystemExit(1)


def say_hello(bot: Bot, url: str) -> None:
    lines = [f"Desk: {url}"]
    if not has_admin(bot.database):
        secret = access.invite(bot.database, name=None, role=Role.ADMIN, now=bot.clock())
        lines.append(f"Create the first admin (once, within 24 hours): {url}/join/{secret}")
    if not bot.channels:
        lines.append("No channel is configured yet: see config/bot.example.toml")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


class Rota:
    """The jobs and their scheduler. In memory only: the truth is in our tables. A round that comes
    due while the last one still runs is left out, and one that is late is run once, however late.
    """

    def __init__(self, work: list[Job], pulse: Pulse) -> None:
        self._pulse = pulse
        self._jobs = {job.name: job for job in work}
        self._names: dict[str, str] = {}  # of the scheduler's own ids: a renewed job has a new one
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            # A thread that hangs keeps its place in the pool: there is room for those as well.
            executors={"default": ThreadPoolExecutor(len(work) + MOST_HUNG + 1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._scheduler.add_listener(self._left_out, EVENT_JOB_MAX_INSTANCES)
        self._scheduler.add_listener(self._lost, EVENT_JOB_MISSED | EVENT_JOB_ERROR)
        for job in work:
            pulse.expect(job.name, seconds=job.seconds, deadline=job.deadline, wait=job.wait)
            self._add(job, wait=job.wait)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """No round begins after this. Those at work go on to their end."""
        self._scheduler.shutdown(wait=False)

    def renew(self, name: str) -> None:
        """A fresh job in the place of one whose round hangs."""
        for known in [key for key, value in self._names.items() if value == name]:
            self._scheduler.remove_job(known)
            del self._names[known]
        self._add(self._jobs[name])

    def _add(self, job: Job, *, wait: float = 0.0) -> None:
        added = self._scheduler.add_job(
            self._watched(job),
            "interval",
            seconds=job.seconds,
            name=job.name,
            next_run_time=utcnow() + timedelta(seconds=wait),
        )
        self._names[added.id] = job.name

    def _watched(self, job: Job) -> Callable[[], None]:
        def work() -> None:
            run, ok = self._pulse.began(job.name), False
            try:
                ok = job.work() is not False
            finally:
                self._pulse.ended(run, ok=ok)

        return work

    def _left_out(self, told: JobEvent) -> None:
        name = self._names.get(told.job_id)
        if name and self._pulse.left_out(name) == SKIPS_WORTH_A_WORD:
            log.warning(
                "the round %s takes long: left out %d times in a row", name, SKIPS_WORTH_A_WORD
            )

    def _lost(self, told: JobEvent) -> None:
        name = self._names.get(told.job_id)
        if name:
            self._pulse.missed(name)
            log.warning("the round %s was lost", name)
