"""A copy of the database that can be trusted, and the way back from it.

SQLite only: PostgreSQL brings tools of its own.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import delete, func, select

from config.database import BUSY_TIMEOUT_SECONDS, Database
from config.errors import ConfigError
from config.migrate import migrate
from listener.models import Breaker, Cause, Operation
from responder.bot import Bot
from responder.models import Reply, ReplyStatus
from responder.settle import recover
from responder.team.models import Credential, CredentialKind

RESTORED: Final = "restored from a backup"
RESTORE_COMMAND: Final = "python run_bot.py restore FILE"
_REMEMBERED: Final = "last-backup.json"
_BESIDES: Final = ("-wal", "-shm", "-journal")  # what SQLite keeps beside a database
_QUICKLY: Final = 256_000_000  # bytes; looking through more would hold up a start


class Damaged(Exception):
    """A file that is no sound database. The text is one sentence with the reason."""


@dataclass(frozen=True, kw_only=True)
class Restored:
    """`aside`: where the old database is kept, if there was one. `held_until`: before that no reply
    leaves, None where no channel is configured."""

    aside: Path | None
    in_doubt: int
    queued: int
    held_until: datetime | None


@dataclass(frozen=True, kw_only=True)
class LastBackup:
    """The newest copy `backup` made of this installation. `there`: whether its file still is."""

    file: Path
    at: datetime
    there: bool


def database_file(database: Database) -> Path | None:
    """The file of an SQLite database; None for another engine."""
    name = database.engine.url.database
    return Path(name) if database.is_sqlite and name else None


def back_up(source: Path, target: Path) -> None:
    """Copy the database as it is at one moment, while others write to it.

    `target` is there whole and proven sound, for this account alone, or not at all; what stood
    there is replaced. Raises Damaged, OSError, sqlite3.Error.
    """
    with _beside(target) as fresh:
        copy(source, fresh)
        fresh.replace(target)
        _sync_folder(target.parent)


def remember_backup(state: Path, target: Path, now: datetime) -> None:
    """Write down, beside the lock, that a copy was made: the copy itself may lie anywhere. Raises
    OSError."""
    told = {"file": str(target.resolve()), "at": now.isoformat()}
    with _beside(state / _REMEMBERED) as fresh:
        fresh.write_text(json.dumps(told), encoding="utf-8")
        fresh.replace(state / _REMEMBERED)


def last_backup(state: Path) -> LastBackup | None:
    """What `remember_backup` wrote down last; None if nothing, or nothing that can be read."""
    try:
        told = json.loads((state / _REMEMBERED).read_text(encoding="utf-8"))
        file, at = Path(str(told["file"])), datetime.fromisoformat(str(told["at"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return LastBackup(file=file, at=at, there=file.exists()) if at.tzinfo else None


def restore(bot: Bot, copy_: Path) -> Restored:
    """Put a backup in the place of the database, so that nothing is sent that may stand already.

    The caller holds the instance lock. The database of now is kept beside. Raises Damaged,
    ConfigError (the backup is of a newer version), OSError, sqlite3.Error.
    """
    place = database_file(bot.database)
    if place is None:
        raise Damaged(f"{bot.settings.database.url.partition(':')[0]} has tools of its own")
    with _beside(place) as fresh:
        copy(copy_, fresh)
        url = f"sqlite:///{fresh}"
        database = Database(url, zone=bot.database.zone)
        try:
            migrate(database, url=url)
            done = _reconcile_first(replace(bot, database=database))
        finally:
            database.close()
        _settle_journal(fresh)
        bot.database.close()
        aside = _put_aside(place, bot.clock())
        fresh.replace(place)
        _sync_folder(place.parent)
    return replace(done, aside=aside)


def refuse_damaged(bot: Bot) -> None:
    """Look through the database before anything is done with it. Raises ConfigError.

    What is not a database at all, or of another program, is told of by `migrate`.
    """
    file = database_file(bot.database)
    if file is None or not file.exists() or file.stat().st_size > _QUICKLY:
        return
    try:
        with closing(_opened(file)) as connection:
            problem = _problem(connection, "quick_check")
    except sqlite3.OperationalError:
        return  # not ours to read, or locked: who opens it next says so in better words
    except sqlite3.DatabaseError as error:
        problem = str(error)
    if problem:
        raise ConfigError(
            where="database",
            key=str(file),
            problem=f"it is damaged ({problem})",
            fix=f"put the last good backup in its place: {RESTORE_COMMAND}",
        )


def copy(source: Path, target: Path) -> None:
    """The content of `source` at one moment into `target`, which exists and is empty, as one file
    that needs nothing beside it. Raises Damaged, sqlite3.OperationalError."""
    try:
        with closing(_opened(source)) as read, closing(_opened(target)) as written:
            # In one step: a copy in several begins anew whenever another process writes.
            read.backup(written, pages=-1)
        _settle_journal(target)
        with closing(_opened(target)) as connection:
            problem = _problem(connection, "integrity_check")
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        problem = str(error)
    if problem:
        raise Damaged(f"{source} is damaged or no database ({problem})")


def _reconcile_first(bot: Bot) -> Restored:
    """The world went on after the backup was made: what is queued in it may stand by now. Nothing
    leaves until the network has had the time to show us all that we ever sent."""
    in_doubt = recover(bot, reason=RESTORED)
    now = bot.clock()
    until = {name: now + channel.options.doubt for name, channel in bot.channels.items()}
    with bot.database.write() as session:
        for name, moment in until.items():
            known = session.get(Breaker, (name, Operation.WRITE))
            if known is not None and known.blocked_until and known.blocked_until > moment:
                continue  # the network itself asked for more
            session.merge(
                Breaker(
                    channel=name,
                    operation=Operation.WRITE,
                    cause=Cause.LIMIT,  # closes by itself at its end, without a trial
                    blocked_until=moment,
                    reason=RESTORED,
                    failures=0,
                    opened=0,
                    changed_at=now,
                )
            )
        # Who was signed in then may have been shown the door since.
        session.execute(delete(Credential).where(Credential.kind != CredentialKind.TOKEN))
        queued = session.scalar(select(func.count()).where(Reply.status == ReplyStatus.QUEUED))
    return Restored(
        aside=None,
        in_doubt=in_doubt,
        queued=queued or 0,
        held_until=max(until.values(), default=None),
    )


def _put_aside(place: Path, now: datetime) -> Path | None:
    """Keep the old database with all that belongs to it. A log left behind would be played into the
    new one."""
    if not place.exists():
        for ending in _BESIDES:
            Path(f"{place}{ending}").unlink(missing_ok=True)
        return None
    # A sound one takes its log in first, so that a power cut between two renames costs nothing.
    with suppress(sqlite3.Error), closing(_opened(place)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    aside = Path(f"{place}.before-restore-{now:%Y%m%dT%H%M%SZ}")
    for ending in ("-wal", "-journal"):
        with suppress(FileNotFoundError):
            Path(f"{place}{ending}").rename(f"{aside}{ending}")
    Path(f"{place}-shm").unlink(missing_ok=True)
    try:
        os.link(place, aside)  # a second name: at no moment there is no database
    except OSError:
        place.rename(aside)  # a file system without such links
    return aside


def _opened(file: Path) -> sqlite3.Connection:
    """Raises sqlite3.OperationalError where there is no such file."""
    return sqlite3.connect(
        f"{file.resolve().as_uri()}?mode=rw", uri=True, timeout=BUSY_TIMEOUT_SECONDS
    )


def _problem(connection: sqlite3.Connection, check: str) -> str:
    found = connection.execute(f"PRAGMA {check}(1)").fetchone()
    return "" if found[0] == "ok" else " ".join(str(found[0]).split())


def _settle_journal(file: Path) -> None:
    """Fold everything into the one file. The bot turns the log on again when it opens it."""
    with closing(_opened(file)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """An empty file for this account alone, in the folder of `target`; gone at the end unless it
    was renamed."""
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield fresh
    finally:
        for ending in ("", *_BESIDES):
            Path(f"{fresh}{ending}").unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """A rename is on disk once its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
