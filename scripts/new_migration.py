"""make migration M="what changes": write the step from the newest migration to today's tables."""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from alembic import command
from alembic.script import Script

import responder.automatic.models  # all tables are known once these are imported
import responder.library.models
import responder.models  # noqa: F401
from config.database import Base, Database
from config.migrate import alembic_config
from config.settings import ROOT


def main(message: str) -> int:
    if not message:
        print('say what changes: make migration M="mentions know their campaign"')
        return 2
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/today.db")
        with database.engine.connect() as connection:
            config = alembic_config()
            config.attributes.update(connection=connection, metadata=Base.metadata)
            command.upgrade(config, "head")
            connection.commit()
            made = command.revision(config, message=message, autogenerate=True)
        database.close()
    assert isinstance(made, Script)
    notes = ROOT / "config/migrations/__init__.py"
    notes.write_text(re.sub('"[0-9a-f]{12}"', f'"{made.revision}"', notes.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main(" ".join(sys.argv[1:])))
