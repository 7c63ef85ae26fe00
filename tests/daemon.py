"""The real command line as a child process, for tests that start, kill and watch it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import requests
from sqlalchemy.exc import OperationalError

from config import settings
from config.clock import utcnow
from config.database import Database
from config.settings import ROOT
from responder import access
from responder.bot import database_url
from responder.team.models import Role
from tests.patience import PATIENCE, eventually


def clean_environment(**more: str) -> dict[str, str]:
    """The environment without settings of whoever runs the tests, and with compiled modules: each
    command would compile them all anew."""
    dropped = ("BOT__", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {**kept, "PYTHONWARNINGS": "ignore", **more}


def command(
    *arguments: str, stdin: bytes = b"", seconds: float = 2 * PATIENCE, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "run_bot.py"), *arguments],
        input=stdin,
        capture_output=True,
        cwd=ROOT,
        env=clean_environment(**environment),
        timeout=seconds,
        check=False,
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


def write_config(folder: Path, channels: Mapping[str, Mapping[str, Any]], **sections: Any) -> Path:
    """A bot.toml in `folder` with its own database there and any free port for the desk."""
    tables = {
        "brand": {"name": "Larix Outdoor", "path": "config/brand/demo"},
        "database": {"url": f"sqlite:///{folder / 'bot.db'}"},
        "desk": {"port": 0},
        "responder": {"undo_seconds": 0},
        **sections,
        **{f"channels.{name}": table for name, table in channels.items()},
    }
    lines: list[str] = []
    for name, table in tables.items():
        lines.append(f"[{name}]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in table.items()]
    path = folder / "bot.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@dataclass
class Daemon:
    """`run_bot.py run` with a configuration; use it in a `with`."""

    config: Path
    token: str = ""
    url: str = ""
    output: str = ""
    process: subprocess.Popen[str] = field(init=False)

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "run_bot.py"), "--config", str(self.config), "run"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env=clean_environment(),
            text=True,
        )
        try:
            self._greeted()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _greeted(self) -> None:
        assert self.process.stdout is not None
        while "Desk: " not in self.output:
            line = self.process.stdout.readline()
            assert line, f"the daemon ended: {self.output}"
            self.output += line
        found = re.search(r"Desk: (http://\S+)", self.output)
        assert found is not None
        self.url = found[1]
        eventually(self.alive)

    def __exit__(self, *_exc: object) -> None:
        if self.process.poll() is None:
            self.kill()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def alive(self) -> bool:
        try:
            return requests.get(f"{self.url}/livez", timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def kill(self) -> None:
        """As the kernel does it: nothing gets a chance to tidy up."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)

    def stop(self) -> float:
        """As an init system does it. Returns how many seconds it took."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)
        return time.monotonic() - started

    def get(self, path: str, **params: Any) -> Any:
        answer = requests.get(
            f"{self.url}/api/v1{path}", params=params, headers=self._headers(), timeout=PATIENCE
        )
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, **body: Any) -> requests.Response:
        return requests.post(
            f"{self.url}/api/v1{path}", json=body, headers=self._headers(), timeout=PATIENCE
        )

    def _headers(self) -> dict[str, str]:
        if not self.token:
            self.token = _new_token(self.config)
        return {"Authorization": f"Bearer {self.token}"}


def _new_token(config: Path) -> str:
    """As `token create` does it, without the two seconds a process takes to start; with patience,
    because on a busy machine the daemon may hold the database for longer than anybody waits."""
    url = database_url(settings.load(config, environment=False))
    database, end = Database(url, checkpoints=False), time.monotonic() + PATIENCE
    try:
        while True:
            try:
                return access.create_token(database, name="t", role=Role.ADMIN, now=utcnow())
            except OperationalError:
                if time.monotonic() > end:
                    raise
    finally:
        database.close()
