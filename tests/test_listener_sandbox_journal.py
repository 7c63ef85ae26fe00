"""What happened is still there after a kill, on the same ports, and nothing is told twice."""

from __future__ import annotations

import copy
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from config.settings import ROOT
from listener.sandbox.facebook.network import PAGE, FacebookNetwork
from listener.sandbox.journal import Journal
from listener.sandbox.sandbox import Sandbox
from listener.sandbox.x.network import BRAND, XNetwork
from tests.patience import PATIENCE

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
RUN = """
import sys, time
from pathlib import Path
from listener.sandbox.sandbox import Sandbox
sandbox = Sandbox(seed=7, rate_per_minute=600, folder=Path(sys.argv[1]))
sandbox.start()
print(sandbox.x.url, flush=True)
time.sleep(60)
"""


def state(sandbox: Sandbox) -> tuple[Any, ...]:
    x, fb, bluesky, mastodon = sandbox.x, sandbox.facebook, sandbox.bluesky, sandbox.mastodon
    now = x.posts, x.chains, x.deleted, x.users, fb.objects, fb.people
    later = bluesky.accounts, bluesky.records, mastodon.accounts, mastodon.statuses
    return copy.deepcopy((*now, *later, told(sandbox)))


def told(sandbox: Sandbox) -> list[str]:
    """Every scene that has happened, on whichever network."""
    return [scene for network in sandbox.networks.values() for scene in network.told]


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder whose sandbox was killed while customers arrived and the bot was posting."""
    child = subprocess.Popen(
        [sys.executable, "-c", RUN, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    url = child.stdout.readline().strip()
    keys = XNetwork(seed=7, clock=lambda: NOW)
    answered = requests.post(
        f"{url}/2/tweets",
        json={"text": "We are on it"},
        headers={"Authorization": f"Bearer {keys.user_token}"},
        timeout=PATIENCE,
    )
    time.sleep(0.3)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    yield tmp_path, answered.json()["data"]["id"]


def test_a_killed_sandbox_goes_on_where_it_was(killed: tuple[Path, str]) -> None:
    folder, reply = killed
    first = Sandbox(seed=7, rate_per_minute=0, folder=folder)
    before = state(first)
    assert first.x.posts[reply].text == "We are on it"
    scenes = told(first)
    customers = [scene for scene in scenes if not scene.startswith(("history", "brand"))]
    assert len(customers) == len(set(customers))
    first.start()
    assert state(first) == before  # nothing of the start is told again
    ports = [network.port for network in first.networks.values()]
    assert first.story is not None
    assert first.story.next() not in (None, *scenes)
    assert len(told(first)) == len(scenes) + 1
    kept = state(first)
    first.stop()
    second = Sandbox(rate_per_minute=0, folder=folder)
    assert {network.seed for network in second.networks.values()} == {7}
    second.start()
    assert state(second) == kept
    assert [network.port for network in second.networks.values()] == ports
    second.stop()


def test_all_that_can_happen_comes_back(tmp_path: Path) -> None:
    def opened() -> Sandbox:
        return Sandbox(story=False, folder=tmp_path, clock=lambda: NOW)

    first = opened()
    x, fb = first.x, first.facebook
    post = x.post("anna", f"@{BRAND} ciao", lang="it", created_at=NOW - timedelta(hours=1))
    reply = x.post(BRAND, "Ciao!", in_reply_to=post)
    x.post("bob", "look", quotes=reply, likes=3)
    x.repost("echo", reply)
    x.edit(post, f"@{BRAND} ciao!")
    x.hide(x.post("troll", "boo", in_reply_to=reply))
    x.delete(x.post("carl", "oops"))
    page = fb.page_post("Buongiorno")
    comment = fb.comment(page, "anna", "one", photo="https://p.invalid/a.jpg", photo_alt="a cat")
    fb.comment(comment, PAGE, "two")
    fb.tagged_post("yael", "Larix Outdoor!")
    fb.edit(comment, "one!")
    fb.hide(comment)
    fb.delete(fb.visitor_post("carl", "oops"))
    first.stop()
    again = opened()
    assert state(again) == state(first)
    assert again.x.hidden == x.hidden
    assert again.facebook.page_id == fb.page_id
    again.stop()


def test_a_line_cut_short_is_dropped_and_the_next_starts_afresh(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'{"op":"begin"}\n{"op":"po')
    journal = Journal(path)
    assert list(journal.events()) == [{"op": "begin"}]
    journal.append({"op": "post", "text": "γειά"})
    journal.close()
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["op"] for line in lines] == ["begin", "post"]


def test_without_a_folder_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sandbox = Sandbox(rate_per_minute=0)
    sandbox.start()
    sandbox.stop()
    assert list(tmp_path.iterdir()) == []


def test_a_taken_port_is_no_obstacle(tmp_path: Path) -> None:
    first = Sandbox(story=False, folder=tmp_path)
    first.start()
    second = XNetwork(clock=lambda: NOW)
    second.start(first.x.port)
    assert second.port not in (0, first.x.port)
    second.stop()
    first.stop()


def test_ids_come_from_the_seed_and_not_from_chance() -> None:
    def ids(seed: int) -> tuple[str, str, str, str]:
        x, fb = (
            XNetwork(seed=seed, clock=lambda: NOW),
            FacebookNetwork(seed=seed, clock=lambda: NOW),
        )
        return x.post("anna", "a"), x.brand.id, fb.page_post("b"), fb.customer("anna").id

    assert ids(3) == ids(3)
    assert not set(ids(3)) & set(ids(4))
