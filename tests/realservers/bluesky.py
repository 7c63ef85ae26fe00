"""The reference servers of Bluesky on loopback, and accounts there.

PLC, PDS and AppView are the code that runs Bluesky itself. Not as in the wild: there are no direct
messages, and the search looks for exactly these letters, whatever else it is asked
(`@atproto/dev-env` 0.6.7).
"""

from __future__ import annotations

import itertools
import json
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from atproto import Client, Request, models
from atproto_client.client.session import Session

from tests.realservers.launch import children_of, installed, new_folder, running
from tests.realservers.people import SIDE_BY_SIDE

SECONDS = 60.0
"""How long people wait for an answer: longer than a loaded machine needs."""

_HERE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Account:
    """Somebody who is signed in. `did` is their id for good."""

    handle: str
    did: str
    client: Client

    def writes(self, collection: str, record: dict[str, Any], key: str | None = None) -> str:
        """A new record; the uri of it."""
        made = self.client.com.atproto.repo.create_record(
            models.ComAtprotoRepoCreateRecord.Data(
                repo=self.did, collection=collection, record=record, rkey=key
            )
        )
        return str(made.uri)


@contextmanager
def bluesky_running(customers: int = 20, *, rate_limits: bool = False) -> Iterator[BlueskyServers]:
    """The network, until the block ends. `rate_limits`: those of the real one are enforced (30
    sign-ins in 5 minutes, 5,000 points of writing an hour, 3 a post). Raises NotThere."""
    home = installed("bluesky")
    with new_folder("bluesky") as place:
        folder = place / "data"
        folder.mkdir(mode=0o755)
        told = folder / "ready.json"
        command = [home / "node_modules/.bin/node", _HERE / "bluesky/start.mjs", home, folder]
        more = ["--rate-limits"] if rate_limits else []
        with running([*command, *more], place / "log", told.exists):
            servers = BlueskyServers(**json.loads(told.read_text("utf-8")))
            try:
                servers.join(customers)
                yield servers
            finally:
                servers.close()


@dataclass(frozen=True, kw_only=True)
class BlueskyServers:
    """A running network. `pds` is the address that people and bots use."""

    pds: str
    appview: str
    plc: str
    admin: str  # an Authorization header
    postgres: int  # the process the AppView keeps its data in
    customers: list[Account] = field(default_factory=list)
    readers: list[Account] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def bystander(self) -> Account:
        """Somebody who reads and never writes. Who writes is shown their own words a moment early,
        and for a moment after that not, because their PDS adds to the answers of the AppView what
        it thinks is still missing there."""
        return self.readers[0]

    def join(self, many: int) -> None:
        names = ["bystander", *(f"customer{number}" for number in range(1, many + 1))]
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            reader, *customers = pool.map(self.account, names)
        self.readers.append(reader)
        self.customers.extend(customers)

    def account(self, name: str) -> Account:
        """A new one, `name`.test, signed in and with a profile."""
        client = Client(self.pds, request=Request(timeout=SECONDS, trust_env=False))
        self.clients.append(client)
        handle = f"{name}.test"
        made = client.com.atproto.server.create_account(
            models.ComAtprotoServerCreateAccount.Data(
                handle=handle, email=f"{name}@example.com", password=f"password-{name}"
            )
        )
        session = Session(handle, made.did, made.access_jwt, made.refresh_jwt, self.pds)
        client.login(session_string=session.encode(), fetch_bsky_profile=False)
        account = Account(handle=handle, did=made.did, client=client)
        account.writes("app.bsky.actor.profile", {"displayName": name.title()}, "self")
        return account

    def close(self) -> None:
        for client in self.clients:
            client.request.close()

    def take_down(self, did: str, *, applied: bool) -> None:
        """What the moderators of the network do with an account, or undo."""
        answer = requests.post(
            f"{self.pds}/xrpc/com.atproto.admin.updateSubjectStatus",
            json={
                "subject": {"$type": "com.atproto.admin.defs#repoRef", "did": did},
                "takedown": {"applied": applied, "ref": "a test"},
            },
            headers={"Authorization": self.admin},
            timeout=SECONDS,
        )
        answer.raise_for_status()

    @contextmanager
    def reading_hangs(self) -> Iterator[None]:
        """An outage: no read is answered until the block ends; posting goes on."""
        family = [self.postgres, *children_of(self.postgres)]
        try:
            _signal(family, signal.SIGSTOP)
            yield
        finally:
            _signal(family, signal.SIGCONT)


def _signal(processes: list[int], number: signal.Signals) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, number)
