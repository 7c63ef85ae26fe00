"""pause and resume: the kill switch, from the command line."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from config import settings
from config.errors import ConfigError
from responder.bot import state_folder
from responder.commands import BY, chosen, with_bot
from responder.models import PauseLevel
from responder.pause import EVERYWHERE, lift_pause, set_pause


def pause_now(config: Path, channel: str | None, level: str) -> int:
    """Pause; where the database does not answer, leave the PAUSE file, which stops everything."""
    if level not in list(PauseLevel):
        raise ConfigError(
            where="--level",
            key=level,
            problem="no such level",
            fix=f"choose from {', '.join(PauseLevel)}",
        )
    try:
        with with_bot(config) as bot:
            if channel is not None:
                chosen(bot, channel)
            landing = set_pause(
                bot.database,
                channel=channel or EVERYWHERE,
                level=PauseLevel(level),
                by=BY,
                now=bot.clock(),
            )
    except (SQLAlchemyError, ConfigError) as error:
        if isinstance(error, ConfigError) and error.where != "database":
            raise
        file = state_folder(settings.load(config)) / "PAUSE"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        print(f"The database does not answer; everything is paused by the file {file}")
        return 0
    print(f"Paused ({level}): {channel or 'all channels'}")
    for reply_id in landing:
        print(f"Already on the wire, may still land: reply {reply_id}")
    return 0


def resume_now(config: Path, channel: str | None) -> int:
    with with_bot(config) as bot:
        if channel is not None:
            chosen(bot, channel)
        lift_pause(bot.database, channel=channel or EVERYWHERE, by=BY, now=bot.clock())
        if channel is None:
            bot.pause_file.unlink(missing_ok=True)
    print(f"Resumed: {channel or 'all channels'}")
    return 0
