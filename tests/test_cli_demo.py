"""The demo as a child process: it keeps to its own folder and its own networks."""

from __future__ import annotations

import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests

from config.settings import ROOT
from listener.sandbox.sandbox import NETWORKS
from tests.daemon import clean_environment, command
from tests.patience import PATIENCE, eventually


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("real") / "real.db"


@pytest.fixture(scope="module")
def greeting() -> list[str]:
    """What the demo has said at its start, line by line."""
    return []


@pytest.fixture(scope="module")
def playing(
    tmp_path_factory: pytest.TempPathFactory, elsewhere: Path, greeting: list[str]
) -> Iterator[Path]:
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
            for line in process.stdout:
                greeting.append(line)
                if "Ctrl+C stops it" in line:
                    break
            assert "Ctrl+C stops it" in greeting[-1]
            yield folder
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)


def test_the_demo_is_deaf_to_the_environment_of_the_real_bot(
    playing: Path, elsewhere: Path
) -> None:
    assert eventually(lambda: "x" in drafted(playing))
    assert not elsewhere.exists()


def drafted(folder: Path) -> set[str]:
    """The channels that have a draft."""
    with closing(sqlite3.connect(folder / "bot.db")) as database:
        query = "SELECT DISTINCT channel FROM mentions JOIN drafts ON mention_id = mentions.id"
        return {channel for (channel,) in database.execute(query)}


def test_customers_write_on_every_network_and_the_demo_says_where_to_see_them(
    playing: Path, greeting: list[str]
) -> None:
    seen = re.findall(r"\b(\w+) +(http://\S+/)$", "".join(greeting), re.MULTILINE)
    assert [network.lower() for network, _ in seen] == list(NETWORKS)
    for network, url in seen:
        page = requests.get(url, timeout=PATIENCE)
        assert page.status_code == 200
        assert f"Sandbox {network}" in page.text
        assert "larixoutdoor" in page.text.lower().replace(" ", "")
    assert f"{len(seen)} sandbox networks" in "".join(greeting)
    assert eventually(lambda: drafted(playing) == set(NETWORKS))


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
