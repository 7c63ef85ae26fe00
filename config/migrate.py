"""Bring the tables to the shape this version of the program expects."""

from __future__ import annotations

from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DatabaseError

from config.database import Database
from config.errors import ConfigError
from config.settings import ROOT

_PYPROJECT: Final = ROOT / "pyproject.toml"


def alembic_config() -> Config:
    return Config(toml_file=_PYPROJECT)


def migrate(database: Database, *, url: str) -> tuple[str | None, str]:
    """Run what is missing; returns the revisions (before, after).

    All steps of one call are one transaction. Raises ConfigError if the database was written by a
    newer version, or is no database of ours.
    """
    config = alembic_config()
    newest = ScriptDirectory.from_config(config).get_current_head()
    assert newest is not None  # noqa: S101  # there is always a first migration
    try:
        with database.engine.connect().execution_options(immediate=True) as connection:
            before = MigrationContext.configure(connection).get_current_revision()
            _refuse_newer(config, before, url)
            if before != newest:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                connection.commit()
            return before, newest
    except DatabaseError as error:
        raise ConfigError(
            where="database",
            key=url,
            problem=str(error.orig),
            fix="check the path, its rights and that the file is a database of this program",
        ) from None


def _refuse_newer(config: Config, revision: str | None, url: str) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise ConfigError(
            where="database",
            key=url,
            problem=f"it was last used by a newer version (revision {revision})",
            fix="start that version, or restore the backup made before the upgrade",
        )
