"""Weeks of a brand in the store, for tests of spikes: quiet ones, and what comes on top."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from config.crisis import CrisisSettings
from config.ids import new_id
from listener.models import Cursor, Mention
from listener.trends.recount import recount
from responder.bot import Bot
from tests.factories import (
    NOW,
    FakeChannel,
    Watch,
    make_author,
    make_bot,
    make_conversation,
    make_mention,
)

DAYS = 30
_OF_DAY = (0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 3, 2, 1, 0)


def brand(folder: Path, watch: Watch, **crisis: bool) -> Bot:
    """A bot with the channel x, whose month was quiet until NOW."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bot.db").write_bytes(_quiet_store())
    bot = make_bot(folder, clock=watch, channels=[FakeChannel(clock=watch)])
    settings = bot.settings.model_copy(update={"crisis": CrisisSettings(**crisis)})
    return replace(bot, settings=settings)


@cache
def _quiet_store() -> bytes:
    """The file of such a month, to be copied."""
    with TemporaryDirectory() as name:
        bot = make_bot(Path(name), clock=Watch())
        with bot.database.write() as session:
            quiet_month(session)
        hear(bot, NOW)
        recount(bot.database)
        bot.database.close()
        return (Path(name) / "bot.db").read_bytes()


def quiet_month(session: Session, channel: str = "x") -> None:
    """Written past the ORM: a month of it takes no time so."""
    chance = random.Random(7)
    authors = [make_author(session, channel=channel).id for _ in range(40)]
    thread = make_conversation(session, channel=channel).id
    kept = make_mention(session, channel=channel, created_at=NOW - timedelta(days=DAYS + 1))
    values = {column.key: getattr(kept, column.key) for column in Mention.__table__.columns}
    rows = []
    start = NOW - timedelta(days=DAYS)
    for hour in range(DAYS * 24):
        at = start + timedelta(hours=hour)
        for _ in range(max(0, _OF_DAY[at.hour] + chance.choice((-1, 0, 0, 0, 1)))):
            key = new_id()
            rows.append(
                values
                | {
                    "id": key,
                    "external_id": key,
                    "author_id": chance.choice(authors),
                    "conversation_id": thread,
                    "created_at": at + timedelta(seconds=chance.randrange(3600)),
                    "status": "listen_only",
                }
            )
    session.execute(insert(Mention), rows)


def hear(bot: Bot, now: datetime, since: datetime | None = None) -> None:
    """Every stream was fetched just now."""
    with bot.database.write() as session:
        for channel in bot.channels.values():
            for stream in channel.declaration.streams:
                row = session.get(Cursor, (channel.name, stream))
                if row is None:
                    began = since or NOW - timedelta(days=DAYS + 1)
                    row = Cursor(channel=channel.name, stream=stream, started_at=began)
                    session.add(row)
                row.fetched_at = now


def flood(bot: Bot, number: int, at: datetime, **changes: Any) -> None:
    """So many texts, each of somebody else, within the minutes before `at`."""
    values = {
        "text": "The checkout is broken, my order was lost and nobody answers",
        "sentiment": "negative",
        "sentiment_score": -0.8,
        "signals": ["complaint"],
        "topics": ["technical"],
    }
    with bot.database.write() as session:
        for place in range(number):
            make_mention(session, created_at=at - timedelta(seconds=30 * place), **values | changes)
