"""backup and restore: a copy of the database that can be trusted, and the way back from it."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

from sqlalchemy.engine import make_url

from config import logs, settings
from config.clock import utcnow
from config.errors import ConfigError
from config.lock import InstanceLock
from config.secrets import Redactor
from config.settings import Settings
from responder.backup import (
    RESTORE_COMMAND,
    Damaged,
    Restored,
    back_up,
    remember_backup,
    restore,
)
from responder.bot import assemble, database_url, state_folder


def back_up_now(config: Path, target: Path, *, force: bool) -> int:
    """Copy the database, also while `run` is running. Needs no channel's secrets."""
    logs.set_up(Redactor())
    loaded = settings.load(config)
    source = _file(loaded, "pg_dump")
    if not source.exists():
        raise _wrong(str(source), "there is no database yet", "start the bot first")
    if target.exists() and not force:
        raise _wrong(str(target), "there is a file already", "choose another name, or add --force")
    if not target.parent.is_dir():
        raise _wrong(str(target.parent), "no such folder", "make it first")
    if target.exists() and target.samefile(source):
        raise _wrong(str(target), "this is the database itself", "choose another name")
    try:
        back_up(source, target)
    except Damaged as error:
        print(f"{error}. Nothing was written: restore the last good backup", file=sys.stderr)
        print(f"  {RESTORE_COMMAND}", file=sys.stderr)
        return 1
    except (OSError, sqlite3.Error) as error:
        print(f"Nothing was written to {target}: {error}", file=sys.stderr)
        return 1
    print(f"{target}: {target.stat().st_size} bytes, looked through and sound")
    _remember(loaded, target)
    return 0


def _remember(loaded: Settings, target: Path) -> None:
    """For the desk's Health page. The copy is made and sound, whatever comes of this."""
    try:
        remember_backup(state_folder(loaded), target, utcnow())
    except OSError as error:
        print(f"The desk will not know of it: {error}", file=sys.stderr)


def restore_now(config: Path, copy: Path) -> int:
    """Put a backup in the place of the database. Raises AlreadyRunning while `run` runs."""
    redactor = Redactor()
    logs.set_up(redactor)
    loaded = settings.load(config)
    _file(loaded, "pg_restore")
    if not copy.is_file():
        raise _wrong(str(copy), "no such file", "name a file that `backup` wrote")
    bot = assemble(loaded, source=str(config), redactor=redactor, checkpoints=True)
    with InstanceLock(bot.lock_file):
        try:
            done = restore(bot, copy)
        except Damaged as error:
            print(f"{error}. Nothing was changed: try an older backup", file=sys.stderr)
            return 1
        except (OSError, sqlite3.Error) as error:
            print(f"Nothing was changed: {error}", file=sys.stderr)
            return 1
    print(sentence(copy, done))
    if done.aside:
        print(f"The database of before is kept as {done.aside}")
    return 0


def sentence(copy: Path, done: Restored) -> str:
    """What happened, and what happens now."""
    until = f" before {done.held_until:%H:%M:%S} UTC" if done.held_until else ""
    return (
        f"Restored {copy}: {done.in_doubt} replies that were on the wire are looked for on the"
        f" network, none of the {done.queued} queued ones leaves{until} or without a look at what"
        " stands there, and everybody signs in anew."
    )


def _file(loaded: Settings, tool: str) -> Path:
    url = make_url(database_url(loaded))
    if url.get_backend_name() != "sqlite" or not url.database:
        raise _wrong("database.url", "this database is not SQLite", f"use {tool}")
    return Path(url.database)


def _wrong(key: str, problem: str, fix: str) -> ConfigError:
    return ConfigError(where="command line", key=key, problem=problem, fix=fix)
