"""The commands that do one thing and end. Each returns its exit code."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from config import logs, settings
from config.errors import ConfigError
from config.migrate import migrate
from config.secrets import Redactor
from listener.channels.base import Channel
from listener.trends.recount import count_if_new
from responder.bot import Bot, assemble, database_url
from responder.library.store import seed_once

BY = "command line"


@contextmanager
def with_bot(config: Path) -> Iterator[Bot]:
    """The parts for one command, the database brought up to date. Raises ConfigError."""
    redactor = Redactor()
    logs.set_up(redactor)
    bot = assemble(settings.load(config), source=str(config), redactor=redactor)
    migrate(bot.database, url=database_url(bot.settings))
    count_if_new(bot.database, bot.recount_lock)
    seed_once(bot.database, bot.newest_book.files, bot.clock())
    try:
        yield bot
    finally:
        bot.database.close()


def chosen(bot: Bot, name: str | None) -> list[Channel]:
    """The named channel, or all of them. Raises ConfigError for a name that is not configured."""
    require_known(name, bot.channels)
    return list(bot.channels.values()) if name is None else [bot.channels[name]]


def require_known(name: str | None, configured: Collection[str]) -> None:
    """Raises ConfigError for the name of a channel that is not configured."""
    if name is not None and name not in configured:
        raise ConfigError(
            where="--channel",
            key=name,
            problem="is not configured",
            fix=f"choose from {', '.join(configured) or 'none: add a [channels.…] table'}",
        )
