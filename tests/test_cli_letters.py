"""The command `letters`, against the sandbox."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.clock import utcnow
from config.database import Database
from listener.models import DeadLetter
from listener.sandbox.sandbox import Sandbox
from tests.daemon import command, write_config


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    networks = Sandbox(kinds=("x", "facebook"), seed=1, story=False)
    networks.start()
    yield networks
    networks.stop()


def _letter(folder: Path, external_id: str | None, error: str) -> str:
    database = Database(f"sqlite:///{folder / 'bot.db'}")
    with database.write() as session:
        letter = DeadLetter(
            channel="x",
            stream="mentions",
            fingerprint=error,
            external_id=external_id,
            payload='{"text": "\x1b[31m"}',
            error=error,
            heard_at=utcnow(),
        )
        session.add(letter)
        session.flush()
        found = letter.id
    database.close()
    return found


def test_letters_are_listed_read_again_and_dismissed(tmp_path: Path, sandbox: Sandbox) -> None:
    config = str(write_config(tmp_path, sandbox.tables()))
    assert "could be read" in command("--config", config, "letters", "list").stdout
    sandbox.x.customer("sam", name="Sam")
    post = sandbox.x.post("sam", "@larixoutdoor my parcel never arrived")
    readable = _letter(tmp_path, post, "text is no text")
    nameless = _letter(tmp_path, None, "id is no identifier")

    listed = command("--config", config, "letters", "list")
    assert listed.returncode == 0
    assert "text is no text" in listed.stdout
    assert "\x1b" not in listed.stdout
    shown = json.loads(command("--config", config, "letters", "list", "--json").stdout)
    assert [one["id"] for one in shown] == [readable, nameless]

    tried = command("--config", config, "letters", "retry", "--json")
    assert tried.returncode == 1, "one has no id to ask for"
    assert [one["closed"] for one in json.loads(tried.stdout)] == [True, False]

    assert command("--config", config, "letters", "dismiss").returncode == 2
    assert command("--config", config, "letters", "dismiss", "nope").returncode == 1
    assert command("--config", config, "letters", "dismiss", nameless).returncode == 0
    assert command("--config", config, "letters", "retry").stdout == "No letter is open.\n"
