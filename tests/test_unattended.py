"""The real program when nobody is there: the disk fills up, the database is locked, an alert is
due, a copy must be made or brought back."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from listener.sandbox.sandbox import Sandbox
from responder.backup import last_backup
from tests.daemon import Daemon, command, write_config
from tests.loopback import Network, Says, serving
from tests.patience import PATIENCE, eventually

ALREADY_RUNNING = 73


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    networks = Sandbox(kinds=("x", "facebook"), seed=1, story=False)
    networks.start()
    yield networks
    networks.stop()


@pytest.fixture
def config(tmp_path: Path, sandbox: Sandbox) -> Path:
    return write_config(tmp_path, sandbox.tables())


@pytest.fixture
def network() -> Iterator[Network]:
    with serving() as network:
        network.on("POST /s3cretPath99", Says())
        yield network


def ready(daemon: Daemon) -> dict[str, Any]:
    told: dict[str, Any] = requests.get(f"{daemon.url}/readyz", timeout=PATIENCE).json()
    return told


def until_well(daemon: Daemon) -> None:
    """Wait until nothing is red; what is red for too long is in the failure."""
    last: list[str] = []

    def well() -> bool:
        told = ready(daemon)
        last[:] = told["reasons"]
        return bool(told["ok"])

    try:
        eventually(well, seconds=90)
    except AssertionError:
        raise AssertionError(last) from None


@contextmanager
def write_lock(file: Path) -> Iterator[None]:
    """As a second process would hold it, for as long as it likes."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def heard(daemon: Daemon) -> int:
    return len(daemon.get("/mentions")["items"])


def test_a_locked_database_turns_it_red_and_it_goes_on_by_itself(
    config: Path, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.x.customer("sam", name="Sam")
    with Daemon(config) as daemon:
        until_well(daemon)
        assert heard(daemon) == 0
        with write_lock(tmp_path / "bot.db"):
            sandbox.x.post("sam", "@larixoutdoor my parcel never arrived")
            told = ready(daemon)
            assert told["reasons"] == ["the database cannot be written"]
            assert daemon.alive()
            assert heard(daemon) == 0
        eventually(lambda: heard(daemon) == 1)
        until_well(daemon)
        assert daemon.stop() < 10
        assert daemon.process.returncode == 0


def test_a_full_disk_turns_it_red_and_it_goes_on_by_itself(config: Path, sandbox: Sandbox) -> None:
    """No file of the process may grow, or be written past its first bytes, any more."""
    sandbox.x.customer("sam", name="Sam")
    with Daemon(config) as daemon:
        until_well(daemon)
        assert heard(daemon) == 0
        pid = daemon.process.pid
        before = resource.prlimit(pid, resource.RLIMIT_FSIZE, (512, resource.RLIM_INFINITY))
        sandbox.x.post("sam", "@larixoutdoor my parcel never arrived")
        told = ready(daemon)
        assert "the database cannot be written" in told["reasons"]
        assert heard(daemon) == 0
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
        eventually(lambda: heard(daemon) == 1)
        until_well(daemon)
        assert daemon.stop() < 10
        assert daemon.process.returncode == 0


def test_the_daemon_tells_people_of_trouble(tmp_path: Path, network: Network) -> None:
    """X cannot be reached: the stream was never fetched, and somebody hears of it."""
    url = network.url.replace("http://", "json://") + "/s3cretPath99"
    keys = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
    x = dict.fromkeys(keys, "value-1") | {"api_url": "http://127.0.0.1:9", "poll_seconds": 0.2}
    config = write_config(tmp_path, {"x": x}, alerts={"urls": [url]})
    with Daemon(config) as daemon:
        (asked, *_) = eventually(lambda: network.calls("POST /s3cretPath99"), seconds=180)
        assert "x/mentions was never fetched" in asked.json["message"]
        assert asked.json["title"] == "Antiphon: Larix Outdoor"
        assert daemon.url.rpartition(":")[0] in asked.json["message"]


def test_alert_test_says_which_service_failed(tmp_path: Path, network: Network) -> None:
    good = network.url.replace("http://", "json://") + "/s3cretPath99"
    bad = network.url.replace("http://", "json://") + "/oth3rPath"
    config = str(write_config(tmp_path, {}, alerts={"urls": [good]}))
    fine = command("--config", config, "alert", "--test")
    assert (fine.returncode, fine.stdout) == (0, "alerts.urls[0] (JSON): sent\n")
    config = str(write_config(tmp_path, {}, alerts={"urls": [good, bad]}))
    mixed = command("--config", config, "alert", "--test")
    assert mixed.returncode == 1
    assert mixed.stdout.splitlines()[0] == "alerts.urls[0] (JSON): sent"
    assert mixed.stdout.splitlines()[1].startswith("alerts.urls[1] (JSON): failed: ")
    assert "s3cretPath99" not in mixed.stdout + mixed.stderr
    assert "oth3rPath" not in mixed.stdout + mixed.stderr


@pytest.mark.parametrize("words", [["run"], ["alert", "--test"]])
def test_a_bad_alert_url_stops_the_start_without_being_told(
    tmp_path: Path, words: list[str]
) -> None:
    config = str(write_config(tmp_path, {}, alerts={"urls": ["slack://s3cretPath99"]}))
    done = command("--config", config, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "alerts.urls[0]" in done.stderr
    assert "s3cretPath99" not in done.stderr


def test_alerts_to_nobody_cannot_be_tested(tmp_path: Path) -> None:
    config = str(write_config(tmp_path, {}))
    done = command("--config", config, "alert", "--test")
    assert (done.returncode, "no alert is configured" in done.stderr) == (2, True)
    assert command("--config", config, "alert").returncode == 2


def test_a_backup_is_made_while_it_runs_and_a_restore_waits_until_it_does_not(
    config: Path, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.x.customer("sam", name="Sam")
    copy = str(tmp_path / "copy.db")
    with Daemon(config) as daemon:
        sandbox.x.post("sam", "@larixoutdoor my parcel never arrived")
        eventually(lambda: heard(daemon) == 1)
        made = command("--config", str(config), "backup", copy)
        assert (made.returncode, "sound" in made.stdout) == (0, True), made.stderr
        refused = command("--config", str(config), "restore", copy)
        assert refused.returncode == ALREADY_RUNNING
        sandbox.x.post("sam", "@larixoutdoor and nobody answers me")
        eventually(lambda: heard(daemon) == 2)
        daemon.stop()
    done = command("--config", str(config), "restore", copy)
    assert done.returncode == 0, done.stderr
    assert "none of the 0 queued ones leaves before" in done.stdout
    with Daemon(config) as daemon:
        eventually(lambda: heard(daemon) == 2)


def test_a_backup_does_not_replace_a_file_unless_told_to(config: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    assert command("--config", str(config), "backup", str(copy)).returncode == 2, "no database yet"
    assert command("--config", str(config), "migrate").returncode == 0
    copy.write_text("something dear")
    assert command("--config", str(config), "backup", str(copy)).returncode == 2
    assert copy.read_text() == "something dear"
    assert command("--config", str(config), "backup", str(copy), "--force").returncode == 0
    known = last_backup(tmp_path)
    assert known is not None
    assert (known.file, known.there) == (copy, True)
    itself = command("--config", str(config), "backup", str(tmp_path / "bot.db"), "--force")
    assert (itself.returncode, "the database itself" in itself.stderr) == (2, True)


@pytest.mark.parametrize(("name", "tool"), [("backup", "pg_dump"), ("restore", "pg_restore")])
def test_another_database_has_tools_of_its_own(tmp_path: Path, name: str, tool: str) -> None:
    url = {"url": "postgresql+psycopg://nobody@127.0.0.1:9/x"}
    config = str(write_config(tmp_path, {}, database=url))
    done = command("--config", config, name, str(tmp_path / "copy.db"))
    assert (done.returncode, tool in done.stderr) == (2, True)


def test_a_damaged_database_is_refused_with_the_command_that_helps(
    config: Path, tmp_path: Path
) -> None:
    assert command("--config", str(config), "migrate").returncode == 0
    copy = str(tmp_path / "copy.db")
    assert command("--config", str(config), "backup", copy).returncode == 0
    (tmp_path / "bot.db").write_bytes(b"somebody overwrote it with this" * 999)
    refused = command("--config", str(config), "run")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "run_bot.py restore FILE" in refused.stderr
    nothing = command("--config", str(config), "backup", str(tmp_path / "other.db"))
    assert (nothing.returncode, "restore" in nothing.stderr) == (1, True)
    assert command("--config", str(config), "restore", copy).returncode == 0
    with Daemon(config) as daemon:
        until_well(daemon)
