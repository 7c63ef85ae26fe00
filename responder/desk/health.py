"""Is it alive, can it work? For those who watch over it: no sign-in, and nothing worth hiding."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import false, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from listener.channels.base import Channel
from listener.models import Cursor
from responder.bot import Bot
from responder.models import PauseLevel
from responder.pause import EVERYWHERE, all_pauses, level_for, stops_polling

_INTERVALS: Final = 3
_GRACE: Final = timedelta(seconds=60)
_FAILURES: Final = 5


def router(bot: Bot) -> APIRouter:
    """/livez and /readyz of one bot."""
    health = APIRouter(tags=["Health"])

    @health.get("/livez")
    def livez() -> dict[str, bool]:
        """The process answers."""
        return {"ok": True}

    @health.get("/readyz", responses={503: {"description": "Not ready; `reasons` say why"}})
    def readyz() -> JSONResponse:
        """200 if the database can be written and every channel is heard, else 503 with reasons."""
        found = readiness(bot)
        return JSONResponse(found, 200 if found["ok"] else 503)

    return health


def readiness(bot: Bot) -> dict[str, Any]:
    """`ok`, `reasons` (sentences; empty when ok), `pauses` by channel ("" is everywhere), and
    `sqlite`, the version of the library where that is the database."""
    is_sqlite = bot.database.engine.dialect.name == "sqlite"
    told: dict[str, Any] = {"sqlite": sqlite3.sqlite_version if is_sqlite else None}
    try:
        _write_nothing(bot)
        with bot.database.read() as session:
            reasons = [
                reason
                for channel in bot.channels.values()
                for reason in _silent(session, bot, channel)
            ]
        pauses = {row.channel: row.level.value for row in all_pauses(bot.database)}
    except SQLAlchemyError:
        # The text of the error names files and hosts: that is for the log of whoever raises it.
        reasons, pauses = ["the database cannot be written"], {}
    if bot.pause_file.exists():
        pauses[EVERYWHERE] = PauseLevel.ALL.value
    return {"ok": not reasons, "reasons": reasons, "pauses": pauses, **told}


def _write_nothing(bot: Bot) -> None:
    """Take the write lock and touch no row: fails if the file is read-only, locked or not ours."""
    with bot.database.write() as session:
        session.execute(update(Cursor).where(false()).values(failures=0))


def _silent(session: Session, bot: Bot, channel: Channel) -> list[str]:
    """What is wrong with the streams of a channel. A channel we paused is not expected to speak."""
    if stops_polling(level_for(session, channel.name, bot.pause_file)):
        return []
    patience = timedelta(seconds=_INTERVALS * channel.options.poll_seconds) + _GRACE
    reasons = []
    for stream in channel.declaration.streams:
        cursor = session.get(Cursor, (channel.name, stream))
        place = f"{channel.name}/{stream}"
        if cursor is None or cursor.fetched_at is None:
            reasons.append(f"{place} was never fetched")
        elif bot.clock() - cursor.fetched_at > patience:
            reasons.append(f"{place} was last fetched at {cursor.fetched_at:%Y-%m-%dT%H:%M:%SZ}")
        if cursor is not None and cursor.failures >= _FAILURES:
            reasons.append(f"{place} failed {cursor.failures} times in a row")
    return reasons
