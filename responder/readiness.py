"""What is not as it should be, in words: for /readyz, for the alerts and for the desk.

Each condition has a cause that stays the same while it lasts, so that a human is told once. The
sentences name no customer and quote no network: /readyz asks nobody who they are.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from responder.bot import Bot
from responder.condition import Condition, moment, note, red, warning
from responder.models import PauseLevel
from responder.pulse import Beat, Pulse
from responder.troubles import of_store

LEAST_FREE_MEGABYTES: Final = 200
FAILURES: Final = 5  # rounds, or fetches, in a row
_TOKEN_DAYS: Final = 14
_WAL_RESET_BUG: Final = ((3, 7, 0), (3, 51, 3))  # from, to before: https://sqlite.org/wal.html
_MEGABYTE: Final = 1_000_000


def conditions(bot: Bot, pulse: Pulse | None, now: datetime) -> list[Condition]:
    """All there is to say, the database first. Never raises for the database. `pulse` is None where
    no jobs run in this process."""
    found = [
        *_database(bot),
        *_disk(shutil.disk_usage(bot.state).free // _MEGABYTE),
        *_file_pause(bot),
        *_sqlite(bot),
    ]
    if pulse is not None:
        found += [condition for beat in pulse.beats for condition in of_job(beat, now)]
        found += _reports(pulse)
    try:
        found += of_store(bot, now)
    except SQLAlchemyError:
        if not any(condition.cause == "database" for condition in found):
            found.append(red("database", "the database cannot be read"))
    return found


def of_job(beat: Beat, now: datetime) -> Iterator[Condition]:
    """What is wrong with one job of the daemon."""
    if beat.hung:
        text = f"the round {beat.name} hangs; a fresh one took its place"
        yield red(f"watchdog: {beat.name}", text)
    if beat.is_late:
        since = now - timedelta(seconds=beat.quiet)
        still = "gave no sign of life" if beat.running is not None else "has not run"
        text = f"the round {beat.name} {still} since {moment(since)}"
        if beat.left_out:
            text += f"; left out since: {beat.left_out}"
        yield red(f"job: {beat.name}: late", text)
    if beat.failures >= FAILURES:
        text = f"the round {beat.name} failed {beat.failures} times in a row"
        yield red(f"job: {beat.name}: failing", text)
    if beat.missed:
        yield red(
            f"job: {beat.name}: lost", f"the scheduler lost {beat.missed} of the rounds {beat.name}"
        )


def _database(bot: Bot) -> Iterator[Condition]:
    """A real write, because a full disk shows in nothing less."""
    try:
        bot.database.touch()
    except SQLAlchemyError:
        # The text of the error names files and hosts: that is for the log of whoever raises it.
        yield red("database", "the database cannot be written")


def _disk(free_megabytes: int) -> Iterator[Condition]:
    if free_megabytes < LEAST_FREE_MEGABYTES:
        yield red("disk", f"the disk is nearly full: {free_megabytes} MB are free")


def _file_pause(bot: Bot) -> Iterator[Condition]:
    if bot.pause_file.exists():
        yield note("pause: file", f"everything is paused ({PauseLevel.ALL}) by the PAUSE file")


def _sqlite(bot: Bot) -> Iterator[Condition]:
    if bot.database.is_sqlite and _has_wal_bug(sqlite3.sqlite_version_info):
        text = (
            f"SQLite {sqlite3.sqlite_version} can damage a database that two processes checkpoint"
            " at once (mended in 3.51.3): here only the one that holds the lock does"
        )
        yield note("sqlite", text)


def _has_wal_bug(version: tuple[int, ...]) -> bool:
    first, mended = _WAL_RESET_BUG
    return first <= version < mended


def _reports(pulse: Pulse) -> Iterator[Condition]:
    """What the networks said when they were last asked who we are there."""
    for channel, report in pulse.reports.items():
        days = report.token_days_left
        if days is not None and days < _TOKEN_DAYS:
            yield warning(f"{channel}: token ends", f"the token of {channel} ends in {days} days")
        # Without an account the network was not reached: that is told by who polls it.
        for problem in report.problems if report.account else ():
            yield warning(f"{channel}: check: {problem}"[:200], f"{channel}: {problem}")
