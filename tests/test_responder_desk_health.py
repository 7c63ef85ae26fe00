from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from config.database import Database
from listener.models import Cursor
from responder.bot import Bot
from responder.desk import health
from responder.desk.app import create_app
from responder.models import PauseLevel
from responder.pause import set_pause
from tests.factories import FakeChannel, Watch, make_bot


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def bot(tmp_path: Path, watch: Watch) -> Iterator[Bot]:
    channels = [FakeChannel("x", streams=("mentions", "search"), poll_seconds=60)]
    bot = make_bot(tmp_path, channels=channels, clock=watch)
    yield bot
    bot.database.close()


def asked(bot: Bot, path: str = "/readyz") -> tuple[int, dict[str, Any]]:
    answer = TestClient(create_app(bot), base_url="http://127.0.0.1").get(path)
    return answer.status_code, answer.json()


def fetched(bot: Bot, **changes: Any) -> None:
    values = {"started_at": bot.clock(), "fetched_at": bot.clock(), "failures": 0} | changes
    with bot.database.write() as session:
        for stream in ("mentions", "search"):
            session.merge(Cursor(channel="x", stream=stream, last_error="secret-token", **values))


def test_it_is_alive_whatever_else_is_wrong(bot: Bot) -> None:
    bot.database.close()
    assert asked(bot, "/livez") == (200, {"ok": True})


def test_it_is_ready_when_every_stream_was_fetched(bot: Bot) -> None:
    fetched(bot)
    status, told = asked(bot)
    notes = told.pop("notes")
    assert all(note.startswith(f"SQLite {sqlite3.sqlite_version} can damage") for note in notes)
    version = sqlite3.sqlite_version
    well = {"ok": True, "reasons": [], "warnings": [], "pauses": {}, "sqlite": version}
    assert (status, told) == (200, well)


def test_it_is_not_ready_before_the_first_fetch(bot: Bot) -> None:
    status, told = asked(bot)
    assert status == 503
    assert told["reasons"] == ["x/mentions was never fetched", "x/search was never fetched"]


def test_three_poll_intervals_and_a_minute_are_forgiven(bot: Bot, watch: Watch) -> None:
    fetched(bot)
    watch.advance(seconds=240)
    assert asked(bot)[0] == 200
    watch.advance(seconds=1)
    status, told = asked(bot)
    assert status == 503
    assert told["reasons"][0] == "x/mentions was last fetched at 2026-03-02T09:00:00Z"


def test_five_failures_in_a_row_are_told_but_not_their_words(bot: Bot) -> None:
    fetched(bot, failures=4)
    assert asked(bot)[0] == 200
    fetched(bot, failures=5)
    status, told = asked(bot)
    assert status == 503
    assert told["reasons"][0] == "x/mentions failed 5 times in a row"
    assert "secret" not in str(told)


def test_a_pause_is_told_and_is_no_fault(bot: Bot, watch: Watch) -> None:
    fetched(bot)
    set_pause(bot.database, channel="x", level=PauseLevel.SEND, by="anna", now=watch())
    assert asked(bot)[1]["pauses"] == {"x": "send"}
    watch.advance(hours=1)
    assert asked(bot)[0] == 503  # it should still listen
    set_pause(bot.database, channel="x", level=PauseLevel.ALL, by="anna", now=watch())
    assert asked(bot)[0] == 200


def test_the_pause_file_is_told_too(bot: Bot) -> None:
    bot.pause_file.touch()
    status, told = asked(bot)
    assert (status, told["pauses"]) == (200, {"": "all"})


def test_a_database_that_cannot_be_written_is_told_without_its_name(
    bot: Bot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched(bot)
    monkeypatch.setattr("config.database.BUSY_TIMEOUT_SECONDS", 0.05)
    impatient = Database(str(bot.database.engine.url))
    with bot.database.write() as session:
        session.execute(text("SELECT 1"))  # the lock is taken with the first statement
        told = health.readiness(replace(bot, database=impatient))
    impatient.close()
    assert told["reasons"] == ["the database cannot be written"]
    assert str(tmp_path) not in str(told)


def test_a_database_without_our_tables_is_not_ready(bot: Bot) -> None:
    fetched(bot)
    with bot.database.engine.begin() as connection:
        Cursor.__table__.drop(connection)  # type: ignore[attr-defined]
    assert asked(bot)[0] == 503


def test_a_clock_that_was_set_back_is_no_fault(bot: Bot, watch: Watch) -> None:
    fetched(bot)
    watch.now -= timedelta(hours=2)
    assert asked(bot)[0] == 200
