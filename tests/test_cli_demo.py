"""The demo as a child process: it keeps to its own folder and its own networks."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from config.settings import ROOT
from tests.daemon import clean_environment, command, eventually


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("real") / "real.db"


@pytest.fixture(scope="module")
def playing(tmp_path_factory: pytest.TempPathFactory, elsewhere: Path) -> Iterator[Path]:
    """The folder of a demo that runs in the shell of somebody who also runs the real bot."""
    folder = tmp_path_factory.mktemp("demo")
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "run_bot.py"), "demo", "--port", "0", "--data", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env=clean_environment(
            BOT__DATABASE__URL=f"sqlite:///{elsewhere}",
            BOT__CHANNELS__X__API_URL="http://127.0.0.1:9",
            BOT__BRAND__PATH="no/such/book",
        ),
        text=True,
    )
    assert process.stdout is not None
    with process, process.stdout:
        try:
            assert any("Ctrl+C stops it" in line for line in process.stdout)
            yield folder
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def test_the_demo_is_deaf_to_the_environment_of_the_real_bot(
    playing: Path, elsewhere: Path
) -> None:
    def heard_on_x() -> int:
        with closing(sqlite3.connect(playing / "bot.db")) as database:
            query = "SELECT count(*) FROM mentions WHERE channel = 'x'"
            return int(database.execute(query).fetchone()[0])

    assert eventually(heard_on_x)
    assert not elsewhere.exists()


def test_a_second_demo_on_the_same_folder_ends_at_once_and_touches_nothing(playing: Path) -> None:
    def kept() -> dict[str, int]:
        files = (playing / "bot.toml", playing / "sandbox" / "ports.json")
        return {file.name: file.stat().st_mtime_ns for file in files}

    before = kept()
    second = command("demo", "--port", "0", "--data", str(playing))
    assert (second.returncode, second.stdout) == (73, "")
    assert second.stderr.count("\n") == 1
    assert "already running" in second.stderr
    assert kept() == before
