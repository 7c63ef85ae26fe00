"""Bring the tables to the shape this version of the program expects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError

from config.database import Database
from config.errors import ConfigError
from config.migrations import NEWEST
from config.settings import ROOT

if TYPE_CHECKING:
    from alembic.config import Config

_PYPROJECT: Final = ROOT / "pyproject.toml"


def alembic_config() -> Config:
    from alembic.config import Config

    return Config(toml_file=_PYPROJECT)


def migrate(database: Database, *, url: str) -> tuple[str | None, str]:
    """Run what is missing; returns the revisions (before, after).

    All steps of one call are one transaction. Raises ConfigError if the database was written by a
    newer version, or is no database of ours.
    """
    try:
        before = _revision(database)
        if before != NEWEST:
            _upgrade(database, before, url)
    except DatabaseError as error:
        raise ConfigError(
            where="database",
            key=_shown(url),
            problem=str(error.orig),
            fix="check the path, its rights and that the file is a database of this program",
        ) from None
    return before, NEWEST


def _shown(url: str) -> str:
    return make_url(url).render_as_string(hide_password=True)


def _revision(database: Database) -> str | None:
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(
            text("SELECT version_num FROM alembic_version")
        ).scalar()
        return found


def _upgrade(database: Database, before: str | None, url: str) -> None:
    # Imported here: alembic takes half a second, and most starts have nothing to migrate.
    from alembic import command
    from alembic.script import ScriptDirectory

    from config.migrations.views import drop_views, make_views

    config = alembic_config()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if before is not None and before not in known:
        raise ConfigError(
            where="database",
            key=_shown(url),
            problem=f"it was last used by a newer version (revision {before})",
            fix="start that version, or restore the backup made before the upgrade",
        )
    with database.engine.connect().execution_options(immediate=True) as connection:
        config.attributes["connection"] = connection
        readers = drop_views(connection)
        command.upgrade(config, NEWEST)
        make_views(connection, readers)
        connection.commit()
