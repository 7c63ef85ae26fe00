"""An import that is killed, again and again, and run again ends as one that was left alone."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from config.database import Database
from config.settings import LANGUAGES, ROOT
from listener.importing.models import Import
from sentiment.corpus import rows
from tests.daemon import clean_environment, command, write_config
from tests.exports import kept, take, write_csv
from tests.factories import NOW, make_bot, make_database
from tests.patience import eventually


def _rows(many: int) -> list[dict[str, Any]]:
    texts = [row["text"] for language in LANGUAGES for row in rows(language)]
    chance = random.Random(8)
    chance.shuffle(texts)
    return [
        {
            "external_id": f"p{number}",
            "created_at": (NOW - timedelta(minutes=chance.randrange(400_000))).isoformat(),
            "text": text,
            "author_id": f"a{chance.randrange(many // 4)}",
            "author_name": f"Person {chance.randrange(9)}",
        }
        for number, text in enumerate(texts[:many])
    ]


def _done(database: Database) -> int:
    try:
        with database.read() as session:
            return session.scalar(select(Import.done)) or 0
    except OperationalError:  # the tables are being made
        return 0


def _children(pid: int) -> list[int]:
    try:
        told = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except FileNotFoundError:
        return []
    return [int(child) for child in told.split()]


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def _kill_at(config: Path, export: Path, database: Database, after: int) -> None:
    """Start an import, and kill it once so many rows are kept."""
    arguments = ["--config", str(config), "import", str(export), "--channel", "x"]
    with subprocess.Popen(
        [sys.executable, str(ROOT / "run_bot.py"), *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env=clean_environment(),
    ) as child:
        lock = config.parent / "import.lock"
        eventually(
            lambda: (
                child.poll() is not None
                or (
                    lock.exists()
                    and str(child.pid) in lock.read_text()
                    and _done(database) >= after
                )
            )
        )
        workers = _children(child.pid)
        os.kill(child.pid, signal.SIGKILL)
    eventually(lambda: not any(map(_is_running, workers)))


def _end_as_one_left_alone(folder: Path, exported: Sequence[dict[str, Any]], kills: int) -> None:
    export = write_csv(folder / "export.csv", exported)
    whole = make_bot(folder / "whole", languages=LANGUAGES)
    take(whole, export)
    (folder / "killed").mkdir()
    config = write_config(folder / "killed", {})
    database = make_database(folder / "killed")
    chance = random.Random(kills)
    for after in [0, *sorted(chance.randrange(len(exported)) for _ in range(kills - 1))]:
        _kill_at(config, export, database, after)
    stood = _done(database)
    done = command("--config", str(config), "import", str(export), "--channel", "x", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["new"] + told["known"] == told["rows"] == len(exported)
    assert told["resumed_at"] in (stood, 0)  # 0: the last kill came too late
    assert kept(database) == kept(whole.database)
    database.close()
    whole.database.close()


def test_killed_and_run_again_it_ends_as_one_that_was_left_alone(tmp_path: Path) -> None:
    _end_as_one_left_alone(tmp_path, _rows(900), kills=2)


@pytest.mark.real
def test_killed_many_times_while_processes_judge_it_ends_the_same(tmp_path: Path) -> None:
    _end_as_one_left_alone(tmp_path, _rows(3400), kills=9)
