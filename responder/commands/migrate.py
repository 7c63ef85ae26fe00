"""migrate: bring the database up to date by hand."""

from __future__ import annotations

from pathlib import Path

from config import logs, settings
from config.migrate import migrate
from config.secrets import Redactor
from responder.bot import assemble, database_url


def migrate_now(config: Path) -> int:
    redactor = Redactor()
    logs.set_up(redactor)
    bot = assemble(settings.load(config), source=str(config), redactor=redactor)
    before, after = migrate(bot.database, url=database_url(bot.settings))
    bot.database.close()
    print("Nothing to do" if before == after else f"Brought from {before or 'empty'} to {after}")
    return 0
