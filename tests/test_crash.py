"""Killed at any moment and started again, the daemon loses no mention and answers nobody twice."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from listener.sandbox.faults import Fault, hang, slow
from listener.sandbox.sandbox import Sandbox
from tests.daemon import Daemon, command, write_config
from tests.patience import eventually

CUSTOMERS = 18
KILLS = 3


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    networks = Sandbox(kinds=("x", "facebook"), seed=1, story=False)
    networks.start()
    yield networks
    networks.stop()


@pytest.fixture
def config(tmp_path: Path, sandbox: Sandbox) -> Path:
    tables = sandbox.tables()
    for table in tables.values():
        table |= {"poll_seconds": 0.3, "request_timeout_seconds": 2}
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
    """R25: the third customer with the same trouble gets the same words, and somebody looked."""
    for draft in daemon.get("/drafts", status="pending", limit=200)["items"]:
        daemon.post(f"/drafts/{draft['id']}/approve", version=draft["version"], confirm=["R25"])


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
            time.sleep(chance.uniform(0, 1))
            _approve_everything(daemon)
            time.sleep(chance.uniform(0, 1))
            daemon.kill()
    with Daemon(config) as daemon:
        eventually(lambda: len(daemon.get("/mentions", limit=200)["items"]) == CUSTOMERS)
        eventually(lambda: not daemon.get("/mentions", status="new")["items"])
        _approve_everything(daemon)
        eventually(lambda: not daemon.get("/replies", status="queued")["items"])
        eventually(lambda: not daemon.get("/replies", status="sending")["items"])
        eventually(lambda: not daemon.get("/replies", status="unknown")["items"])
        eventually(lambda: not daemon.get("/replies", status="queued")["items"])
        sent = daemon.get("/replies", status="sent", limit=200)["items"]
    parents = _answers(sandbox)
    assert len(parents) == len(set(parents)), "a customer was answered twice"
    assert len(sent) == len(parents) == CUSTOMERS
    with sqlite3.connect(config.parent / "bot.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


def _rounds(sandbox: Sandbox, count: int = 4) -> None:
    """Let the daemon poll so many times more; the senders run once a second beside that."""

    def polls() -> int:
        return sum(seen.path.endswith("/mentions") for seen in sandbox.x.requests.copy())

    before = polls()
    eventually(lambda: polls() >= before + count)


@pytest.fixture
def x_alone(tmp_path: Path, sandbox: Sandbox) -> Path:
    """Without a search, GET /2/tweets is the lookup before a send and nothing else."""
    # What is in doubt is looked for 5 + 1 + 1 seconds later.
    return _x_alone(tmp_path, sandbox, request_timeout_seconds=1)


def _x_alone(folder: Path, sandbox: Sandbox, **options: float) -> Path:
    table = {**sandbox.tables()["x"], "poll_seconds": 0.3, "queries": []}
    return write_config(folder, {"x": {**table, **options}})


def test_killed_between_two_pages_it_hears_everybody_once(sandbox: Sandbox, tmp_path: Path) -> None:
    config = _x_alone(tmp_path, sandbox)
    customers = 150
    for number in range(customers):
        sandbox.x.post(f"customer{number}", f"@larixoutdoor my parcel {number} never arrived")
    mentions = f"/2/users/{sandbox.x.users['larixoutdoor'].id}/mentions"
    sandbox.x.faults.next("GET", mentions, slow(0))
    sandbox.x.faults.next("GET", mentions, hang(60))
    with Daemon(config) as daemon:
        eventually(lambda: sandbox.x.faults.done == 2)
        kept = len(daemon.get("/mentions", limit=200)["items"])
        daemon.kill()
    assert 0 < kept < customers, "the first page is kept, the second is on its way"
    with Daemon(config) as daemon:
        eventually(lambda: len(daemon.get("/mentions", limit=200)["items"]) >= customers)
        _rounds(sandbox, 2)
        heard = [item["external_id"] for item in daemon.get("/mentions", limit=200)["items"]]
    assert len(heard) == len(set(heard)) == customers


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Where in a send the process is killed, and what must come of it."""

    method: str
    fault: Fault
    row: str  # the reply's status when the kill comes
    standing: int  # our replies on the network by then
    then_row: str
    then_standing: int


MOMENTS = {
    "while it looks at the mention once more": Moment(
        method="GET", fault=hang(60), row="queued", standing=0, then_row="sent", then_standing=1
    ),
    "before the network kept the reply": Moment(
        method="POST",
        fault=hang(60),
        row="sending",
        standing=0,
        then_row="sent",
        then_standing=1,
    ),
    "after the network kept the reply, before it said so": Moment(
        method="POST",
        fault=slow(60),
        row="sending",
        standing=1,
        then_row="sent",
        then_standing=1,
    ),
}


@pytest.mark.real  # every point, without the desk and its API around it: tests/test_kill_matrix.py
@pytest.mark.parametrize("when", list(MOMENTS))
def test_killed_at_any_point_of_a_send_it_neither_sends_twice_nor_loses_the_reply(
    sandbox: Sandbox, x_alone: Path, when: str
) -> None:
    moment = MOMENTS[when]
    _let_customers_write(sandbox, range(1, 2))
    with Daemon(x_alone) as daemon:
        (draft,) = eventually(lambda: daemon.get("/drafts", status="pending")["items"])
        sandbox.x.faults.next(moment.method, "/2/tweets", moment.fault)
        daemon.post(f"/drafts/{draft['id']}/approve", version=1)
        eventually(lambda: sandbox.x.faults.done == 1)
        eventually(lambda: len(sandbox.x.own_posts()) == moment.standing)
        (row,) = daemon.get("/replies")["items"]
        assert row["status"] == moment.row
        daemon.kill()
    with Daemon(x_alone) as daemon:
        eventually(lambda: daemon.get("/replies", status=moment.then_row)["items"])
        _rounds(sandbox)
        (reply,) = daemon.get("/replies")["items"]
    assert (reply["id"], reply["status"]) == (row["id"], moment.then_row)
    assert len(sandbox.x.own_posts()) == moment.then_standing


def test_a_call_that_hangs_keeps_sigterm_from_being_obeyed_for_no_five_seconds(
    sandbox: Sandbox, config: Path
) -> None:
    """Beside the end of a daemon that has nothing to do: how long that takes is the machine's."""
    _let_customers_write(sandbox, range(1, 2))
    with Daemon(config) as daemon:
        eventually(lambda: daemon.get("/drafts", status="pending")["items"])
        at_rest = daemon.stop()
    with Daemon(config) as daemon:
        sandbox.x.faults.next("GET", "/2/", hang(30))
        eventually(lambda: sandbox.x.faults.done == 1)
        assert daemon.stop() - at_rest < 5
        assert daemon.process.returncode == 0


def test_a_second_daemon_on_the_same_data_says_who_is_first(config: Path) -> None:
    with Daemon(config) as daemon:
        second = command("--config", str(config), "run")
        post = command("--config", str(config), "post", "--once")
        assert (second.returncode, post.returncode) == (73, 73)
        assert str(daemon.process.pid) in second.stderr
        assert second.stderr.count("\n") == 1


def test_after_a_restore_of_yesterday_nobody_is_answered_twice(
    sandbox: Sandbox, x_alone: Path, tmp_path: Path
) -> None:
    """Of the three replies that stand on the network, the copy knows one as queued, one as a draft
    and one not at all."""
    copy = str(tmp_path / "yesterday.db")
    _let_customers_write(sandbox, range(1, 4, 2))
    with Daemon(x_alone) as daemon:
        eventually(lambda: len(daemon.get("/drafts", status="pending")["items"]) == 2)
        daemon.post("/pause", level="send")
        first = daemon.get("/drafts", status="pending")["items"][0]
        daemon.post(f"/drafts/{first['id']}/approve", version=1)
        assert command("--config", str(x_alone), "backup", copy).returncode == 0
        daemon.post("/resume")
        _let_customers_write(sandbox, range(5, 6))
        eventually(lambda: len(daemon.get("/mentions")["items"]) == 3)
        eventually(lambda: not daemon.get("/mentions", status="new")["items"])
        _approve_everything(daemon)
        eventually(lambda: len(daemon.get("/replies", status="sent")["items"]) == 3)
        daemon.stop()
    assert len(_answers(sandbox)) == 3
    restored = command("--config", str(x_alone), "restore", copy)
    assert restored.returncode == 0, restored.stderr
    with Daemon(x_alone) as daemon:
        daemon.post("/resume")
        eventually(lambda: len(daemon.get("/mentions")["items"]) == 3)

        def settled() -> bool:
            _approve_everything(daemon)
            waiting = [
                daemon.get("/drafts", status="pending"),
                daemon.get("/mentions", status="new"),
            ]
            waiting += [daemon.get("/replies", status=name) for name in ("queued", "unknown")]
            return not any(answer["items"] for answer in waiting)

        eventually(settled, seconds=60)
    assert len(_answers(sandbox)) == len(set(_answers(sandbox))) == 3
