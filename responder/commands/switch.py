"""pause and resume: the kill switch, from the command line.

It needs the settings and the database alone: it works in a shell without the channels' secrets,
and while channels or brand book are broken.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config import logs, settings
from config.clock import utcnow
from config.database import Database
from config.errors import ConfigError
from config.migrate import migrate
from config.secrets import Redactor
from config.settings import Settings
from responder.bot import database_url, pause_file, state_folder
from responder.commands import BY, require_known
from responder.models import PauseLevel
from responder.pause import EVERYWHERE, level_for, lift_pause, set_pause


def pause_now(config: Path, channel: str | None, level: str) -> int:
    """Pause; where the database does not answer, leave the PAUSE file, which stops everything."""
    if level not in list(PauseLevel):
        raise ConfigError(
            where="--level",
            key=level,
            problem="no such level",
            fix=f"choose from {', '.join(PauseLevel)}",
        )
    loaded = _settings(config, channel)
    try:
        with _database(loaded) as database:
            landing = set_pause(
                database,
                channel=channel or EVERYWHERE,
                level=PauseLevel(level),
                by=BY,
                now=utcnow(),
            )
    except Exception as error:  # a kill switch does not ask why
        file = pause_file(state_folder(loaded))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        print(f"The database does not answer ({type(error).__name__}).")
        print(f"Everything is paused by the file {file}")
        return 0
    print(f"Paused ({level}): {channel or 'all channels'}")
    for reply_id in landing:
        print(f"Already on the wire, may still land: reply {reply_id}")
    return 0


def resume_now(config: Path, channel: str | None) -> int:
    """End a pause, and say what still holds."""
    loaded = _settings(config, channel)
    file = pause_file(state_folder(loaded))
    with _database(loaded) as database:
        lift_pause(database, channel=channel or EVERYWHERE, by=BY, now=utcnow())
        if channel is None:
            file.unlink(missing_ok=True)
        print(_after(database, channel or EVERYWHERE, file))
    return 0


def _after(database: Database, channel: str, file: Path) -> str:
    """What holds for `channel` now, in a sentence."""
    with database.read() as session:
        level = level_for(session, channel, file)
        everywhere = level_for(session, EVERYWHERE)
    if level is None:
        return f"Resumed: {channel or 'all channels'}"
    causes = [f"the file {file}"] if file.exists() else []
    causes += ["the pause of all channels"] if everywhere else []
    because = f" by {' and '.join(causes)}" if causes else ""
    return (
        f"{channel or 'Everything'} is still paused ({level}){because}; "
        "resume without --channel ends every pause"
    )


def _settings(config: Path, channel: str | None) -> Settings:
    logs.set_up(Redactor())
    loaded = settings.load(config)
    require_known(channel, loaded.channels)
    return loaded


@contextmanager
def _database(loaded: Settings) -> Iterator[Database]:
    url = database_url(loaded)
    state_folder(loaded).mkdir(parents=True, exist_ok=True)
    database = Database(url, checkpoints=False)
    try:
        migrate(database, url=url)
        yield database
    finally:
        database.close()
