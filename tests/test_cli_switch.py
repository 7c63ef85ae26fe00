"""The kill switch from the command line, when everything else is broken."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from config.errors import ConfigError
from responder.commands.switch import pause_now, resume_now
from tests.daemon import write_config

BROKEN: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a channel without its secrets": ({"x": {"kind": "x"}}, {}),
    "a channel with an unknown key": ({"x": {"kind": "x", "qeries": ["a"]}}, {}),
    "a channel of no known kind": ({"x": {"kind": "fax"}}, {}),
    "a brand book that is not there": ({"x": {}}, {"brand": {"path": "no/such/book"}}),
}
DEAD = {
    "no file of ours": "sqlite:////proc/nowhere/bot.db",
    "a missing driver": "postgresql+no_such_driver://bot@127.0.0.1/bot",
    "a port that is a word": "postgresql+psycopg://u:p@h:notaport/db",
}


@pytest.fixture(autouse=True)
def _tidy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in list(os.environ):
        if name.startswith("BOT__"):
            monkeypatch.delenv(name)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def _pauses(folder: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(folder / "bot.db")) as database:
        return database.execute("SELECT channel, level FROM pauses ORDER BY channel").fetchall()


@pytest.mark.parametrize("mistake", list(BROKEN))
def test_pause_and_resume_work_although_the_rest_of_the_configuration_is_broken(
    tmp_path: Path, mistake: str
) -> None:
    channels, sections = BROKEN[mistake]
    config = write_config(tmp_path, channels, **sections)
    assert pause_now(config, "x", "all") == 0
    assert _pauses(tmp_path) == [("x", "all")]
    assert resume_now(config, "x") == 0
    assert _pauses(tmp_path) == []


@pytest.mark.parametrize("act", ["pause", "resume"])
def test_a_channel_nobody_configured_is_refused_by_the_kill_switch(
    tmp_path: Path, act: str
) -> None:
    config = write_config(tmp_path, {"x": {}, "facebook": {}})
    with pytest.raises(ConfigError, match="fax: is not configured; choose from x, facebook"):
        pause_now(config, "fax", "send") if act == "pause" else resume_now(config, "fax")
    assert not (tmp_path / "PAUSE").exists()


@pytest.mark.parametrize("reason", list(DEAD))
def test_whatever_keeps_the_database_from_answering_the_pause_file_is_written(
    tmp_path: Path,
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    config = write_config(tmp_path, {"x": {}}, database={"url": DEAD[reason]})
    monkeypatch.setattr("responder.commands.switch.state_folder", lambda _settings: tmp_path)
    assert pause_now(config, "x", "send") == 0
    assert (tmp_path / "PAUSE").exists()
    assert f"paused by the file {tmp_path / 'PAUSE'}" in capsys.readouterr().out


def test_a_database_of_a_newer_version_does_not_keep_us_from_pausing(tmp_path: Path) -> None:
    config = write_config(tmp_path, {})
    pause_now(config, None, "send")
    with closing(sqlite3.connect(tmp_path / "bot.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = 'from_the_future'")
    assert pause_now(config, None, "all") == 0
    assert (tmp_path / "PAUSE").exists()


def test_resuming_one_channel_says_that_the_pause_of_all_still_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = write_config(tmp_path, {"x": {}})
    pause_now(config, "x", "all")
    pause_now(config, None, "send")
    capsys.readouterr()
    resume_now(config, "x")
    told = capsys.readouterr().out
    assert "x is still paused (send) by the pause of all channels" in told
    assert "Resumed" not in told
    assert _pauses(tmp_path) == [("", "send")]


def test_resuming_one_channel_says_that_the_pause_file_still_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = write_config(tmp_path, {"x": {}})
    file = tmp_path / "PAUSE"
    file.touch()
    resume_now(config, "x")
    assert f"x is still paused (all) by the file {file}" in capsys.readouterr().out
    assert file.exists()


def test_resuming_everything_ends_every_pause_and_takes_the_file_away(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = write_config(tmp_path, {"x": {}})
    pause_now(config, "x", "all")
    pause_now(config, None, "auto")
    (tmp_path / "PAUSE").touch()
    resume_now(config, None)
    assert "Resumed: all channels" in capsys.readouterr().out
    assert (_pauses(tmp_path), (tmp_path / "PAUSE").exists()) == ([], False)
