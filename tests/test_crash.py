"""Killed at any moment and started again, the daemon loses no mention and answers nobody twice."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from listener.sandbox.faults import hang
from listener.sandbox.sandbox import Sandbox
from tests.daemon import Daemon, command, eventually, write_config

CUSTOMERS = 24
KILLS = 6


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    networks = Sandbox(seed=1, story=False)
    networks.start()
    yield networks
    networks.stop()


@pytest.fixture
def config(tmp_path: Path, sandbox: Sandbox) -> Path:
    tables = sandbox.tables()
    for table in tables.values():
        table["poll_seconds"] = 0.3
    return write_config(tmp_path, tables)


def _let_customers_write(sandbox: Sandbox, numbers: range) -> None:
    page_post = sandbox.facebook.page_post("Winter is coming")
    for number in numbers:
        name = f"customer{number}"
        text = f"my parcel number {number} never arrived, what a shame"
        if number % 2:
            sandbox.x.customer(name, name="Sam Hill")
            sandbox.x.post(name, f"@larixoutdoor {text}")
        else:
            sandbox.facebook.customer(name, name="Sam Hill")
            sandbox.facebook.comment(page_post, name, text)


def _approve_everything(daemon: Daemon) -> None:
    for draft in daemon.get("/drafts", status="pending", limit=200)["items"]:
        daemon.post(f"/drafts/{draft['id']}/approve", version=draft["version"])


def _answers(sandbox: Sandbox) -> list[str]:
    """What each of our replies on both networks hangs under."""
    on_x = [post.in_reply_to for post in sandbox.x.own_posts()]
    on_facebook = [comment.parent for comment in sandbox.facebook.own_comments()]
    return [str(parent) for parent in (*on_x, *on_facebook)]


def test_killed_again_and_again_it_hears_everybody_and_answers_nobody_twice(
    sandbox: Sandbox, config: Path
) -> None:
    chance = random.Random(7)
    per_life = CUSTOMERS // KILLS
    for life in range(KILLS):
        _let_customers_write(sandbox, range(life * per_life, (life + 1) * per_life))
        with Daemon(config) as daemon:
            time.sleep(chance.uniform(0, 1.5))
            _approve_everything(daemon)
            time.sleep(chance.uniform(0, 1.5))
            daemon.kill()
    with Daemon(config) as daemon:
        eventually(lambda: len(daemon.get("/mentions", limit=200)["items"]) == CUSTOMERS)
        eventually(lambda: not daemon.get("/mentions", status="new")["items"])
        _approve_everything(daemon)
        eventually(lambda: not daemon.get("/replies", status="queued")["items"])
        eventually(lambda: not daemon.get("/replies", status="sending")["items"])
        sent = daemon.get("/replies", status="sent", limit=200)["items"]
        unknown = daemon.get("/replies", status="unknown", limit=200)["items"]
    parents = _answers(sandbox)
    assert len(parents) == len(set(parents)), "a customer was answered twice"
    assert len(sent) + len(unknown) == CUSTOMERS
    assert len(sent) <= len(parents) <= CUSTOMERS
    with sqlite3.connect(config.parent / "bot.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


def test_cut_off_in_the_middle_of_a_send_it_asks_a_human_instead_of_sending_again(
    sandbox: Sandbox, config: Path
) -> None:
    _let_customers_write(sandbox, range(1, 2))
    with Daemon(config) as daemon:
        (draft,) = eventually(lambda: daemon.get("/drafts", status="pending")["items"])
        sandbox.x.faults.next("POST", "/2/tweets", hang(30))
        daemon.post(f"/drafts/{draft['id']}/approve", version=1)
        eventually(lambda: daemon.get("/replies", status="sending")["items"])
        daemon.kill()
    with Daemon(config) as daemon:
        (reply,) = daemon.get("/replies", status="unknown")["items"]
        time.sleep(2)
        assert daemon.get("/replies", status="unknown")["items"] == [reply]
    assert "while it was being sent" in reply["reason"]
    assert len(sandbox.x.own_posts()) <= 1


def test_sigterm_is_obeyed_within_five_seconds_even_in_the_middle_of_a_call(
    sandbox: Sandbox, config: Path
) -> None:
    _let_customers_write(sandbox, range(1, 2))
    with Daemon(config) as daemon:
        eventually(lambda: daemon.get("/drafts", status="pending")["items"])
        sandbox.x.faults.next("GET", "/2/", hang(30))
        time.sleep(0.6)
        assert daemon.stop() < 5
        assert daemon.process.returncode == 0


def test_a_second_daemon_on_the_same_data_says_who_is_first(config: Path) -> None:
    with Daemon(config) as daemon:
        second = command("--config", str(config), "run")
        post = command("--config", str(config), "post", "--once")
        assert (second.returncode, post.returncode) == (73, 73)
        assert str(daemon.process.pid) in second.stderr
        assert second.stderr.count("\n") == 1
