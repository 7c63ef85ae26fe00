"""Servers with the Mastodon API on loopback, and accounts there: snac2, a real server of the
Fediverse, and mastodon_mock, a third party's double that keeps to Mastodon's own rules.

snac2 proves that we bear a server with ways of its own; the double, that we keep to the rules.
"""

from __future__ import annotations

import itertools
import json
import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import requests
from mastodon import Mastodon

from tests.loopback import free_port
from tests.realservers.launch import installed, new_folder, running
from tests.realservers.people import SIDE_BY_SIDE

SECONDS = 60.0
"""How long people wait for an answer: longer than a loaded machine needs."""


class Lone(requests.Session):
    """Calls that each have a connection of their own: snac2 closes every one after its answer, and
    does not say so; a call that comes on it before that is known gets a reset."""

    trust_env = False

    def request(  # type: ignore[override]  # as in requests, of which it names 16
        self, method: str | bytes, url: str | bytes, **options: Any
    ) -> requests.Response:
        try:
            return super().request(method, url, **options)
        finally:
            self.close()


@dataclass(frozen=True, kw_only=True)
class Account:
    """Somebody who is signed in. `password` is empty where the server needs none."""

    name: str
    external_id: str
    access_token: str
    client: Mastodon
    password: str = ""


class _Registry(Protocol):
    """How a server makes an account: returns its access token and its password."""

    def __call__(self, name: str) -> tuple[str, str]: ...


@dataclass(frozen=True, kw_only=True)
class MastodonServer:
    """A running server. `url` is the address that people and bots use."""

    url: str
    register: _Registry
    folder: Path  # what the server keeps lies in it
    customers: list[Account] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    authors: dict[str, Account] = field(default_factory=dict)  # by the id of what they wrote

    def account(self, name: str) -> Account:
        """A new one, signed in. `name`: letters and digits, or snac2 does not see it in a text."""
        token, password = self.register(name)
        client = Mastodon(
            access_token=token,
            api_base_url=self.url,
            request_timeout=SECONDS,
            ratelimit_method="throw",
            session=Lone(),
        )
        known = str(client.account_verify_credentials().id)
        return Account(
            name=name, external_id=known, access_token=token, client=client, password=password
        )

    def fault(self, rule: dict[str, Any]) -> None:
        """Have the double misbehave: {"match": {"methods": ["POST"], "path": "/api/v1/statuses"},
        "effect": {"type": "status", "status": 503}, "count": 1}. Effects: status, ratelimit,
        latency, malformed, and timeout (holds a request for 30 s, then carries it out). It meets
        people as well as bots."""
        self._control("POST", rule)

    def no_faults(self) -> None:
        self._control("DELETE")

    def _control(self, method: str, rule: dict[str, Any] | None = None) -> None:
        answer = requests.request(
            method, f"{self.url}/api/v1/_mock/faults", json=rule, timeout=SECONDS
        )
        answer.raise_for_status()


@contextmanager
def snac_running(customers: int = 20) -> Iterator[MastodonServer]:
    """snac2, until the block ends. What is written reaches others in 5 to 10 seconds, as it goes
    round through queues. Raises NotThere."""
    program = installed("mastodon") / "snac/usr/bin/snac"
    with new_folder("snac") as place:
        data, port = place / "data", free_port()
        _prepare_snac(program, data, port)
        url = f"http://localhost:{port}"

        def register(name: str) -> tuple[str, str]:
            added = _snac(program, "adduser", data, name)
            found = re.search(r"password is (\S+)", added)
            assert found, added
            asked = {"login": name, "passwd": found[1]}
            answer = requests.post(f"{url}/oauth/x-snac-get-token", data=asked, timeout=SECONDS)
            answer.raise_for_status()
            return answer.text.strip(), found[1]

        with _serving([program, "httpd", data], place, url, register, customers) as server:
            yield server


@contextmanager
def mock_running(customers: int = 20) -> Iterator[MastodonServer]:
    """mastodon_mock, until the block ends. Raises NotThere."""
    python = installed("mastodon") / "venv/bin/python"
    with new_folder("mastodon") as place:
        port = free_port()
        url, config = f"http://localhost:{port}", place / "config.toml"
        config.write_text(
            f'domain = "localhost:{port}"\nurl_scheme = "http"\n'
            f'[server]\nhost = "127.0.0.1"\nport = {port}\n'
            f'[database]\npath = "{place}/data.sqlite"\n',
            encoding="utf-8",
        )

        def register(name: str) -> tuple[str, str]:
            asked = {"username": name, "display_name": name.title()}
            answer = requests.post(f"{url}/api/v1/_mock/dev_user", json=asked, timeout=SECONDS)
            answer.raise_for_status()
            return answer.json()["access_token"], ""

        command: list[str | Path] = [python, "-m", "mastodon_mock", "serve", "--config", config]
        with _serving(command, place, url, register, customers) as server:
            yield server


@contextmanager
def _serving(
    command: list[str | Path], place: Path, url: str, register: _Registry, customers: int
) -> Iterator[MastodonServer]:
    with running(command, place / "log", lambda: _answers(url)):
        server = MastodonServer(url=url, register=register, folder=place)
        names = [f"customer{number}" for number in range(1, customers + 1)]
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            server.customers.extend(pool.map(server.account, names))
        yield server


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/api/v1/instance", timeout=5).ok
    except requests.RequestException:
        return False


def _prepare_snac(program: Path, data: Path, port: int) -> None:
    """As its installer asks for it; then what a server on loopback, all of whose people are its
    own, needs: plain HTTP, and more than the usual 4 threads, because it delivers to itself."""
    _snac(program, "init", data, told=f"127.0.0.1\n{port}\nlocalhost:{port}\n\n\n")
    config = data / "server.json"
    settings = json.loads(config.read_text("utf-8")) | {
        "protocol": "http",
        "num_threads": 32,
        "queue_retry_minutes": 0,
        "disable_email_notifications": True,
        "disable_inbox_collection": True,
    }
    config.write_text(json.dumps(settings), encoding="utf-8")


def _snac(program: Path, *arguments: str | Path, told: str = "") -> str:
    """Run a command of snac2's; what it prints."""
    done = subprocess.run(
        [program, *arguments], input=told, capture_output=True, text=True, check=True
    )
    return done.stdout + done.stderr
