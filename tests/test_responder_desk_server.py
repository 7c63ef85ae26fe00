"""The server: its port, its start, and its end while browsers are listening."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from config.desk import DeskSettings
from config.errors import ConfigError
from responder import access
from responder.desk import server as desk_server
from responder.desk.server import DeskServer, free_port
from responder.team.models import Role, SignInFailure
from tests.conftest import OpenDesk, Place
from tests.patience import PATIENCE, eventually

ROOT = Path(__file__).resolve().parent.parent
CHILD = """
import sys
from pathlib import Path
from config.clock import utcnow
from responder import access
from responder.desk.server import DeskServer
from responder.team.models import Role
from tests.factories import make_bot

if __name__ == "__main__":
    bot = make_bot(Path(sys.argv[1]), clock=utcnow)
    secret = access.entry_link(bot.database, name="anna", role=Role.ADMIN, now=utcnow())
    desk = DeskServer(bot, host="127.0.0.1", port=0)
    print(desk.port, secret, flush=True)
    desk.run()
    print("the caller goes on", flush=True)
"""


def stream(port: int, secret: str) -> tuple[HTTPConnection, HTTPResponse]:
    """An open stream of somebody signed in."""
    door = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    door.request("GET", f"/enter/{secret}")
    cookie = (door.getresponse().getheader("set-cookie") or "").split(";")[0]
    door.close()
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", "/events", headers={"cookie": cookie})
    answer = connection.getresponse()
    assert answer.status == 200
    assert answer.getheader("content-encoding") is None
    assert answer.readline() == b"retry: 2000\n"
    return connection, answer


@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_although_streams_are_open(tmp_path: Path, sig: signal.Signals) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout is not None
        port, secret = child.stdout.readline().split()
        streams = [stream(int(port), secret) for _ in range(3)]
        child.send_signal(sig)
        said, _ = child.communicate(timeout=PATIENCE)
        assert "the caller goes on" in said
        assert child.returncode == 0
        for connection, _answer in streams:
            connection.close()
    finally:
        if child.poll() is None:
            child.kill()
            child.communicate()


def test_it_runs_in_a_thread_and_its_end_waits_for_no_stream(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("responder.desk.server._GRACE_SECONDS", 10 * PATIENCE)
    server = DeskServer(place.bot, host="127.0.0.1", port=0)
    server.start()
    secret = access.entry_link(
        place.bot.database, name="anna", role=Role.ADMIN, now=place.bot.clock()
    )
    connection, answer = stream(server.port, secret)
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < PATIENCE
    assert b"retry" not in answer.read()
    connection.close()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", server.port), timeout=1)


def test_whoever_would_not_go_is_hung_up_on(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    async def flood(scope: Any, _receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": bytes(50_000_000), "more_body": True})

    config = desk_server._config
    monkeypatch.setattr(desk_server, "_config", lambda _app, *rest: config(flood, *rest))
    monkeypatch.setattr(desk_server, "_GRACE_SECONDS", 0)
    server = DeskServer(place.bot, host="127.0.0.1", port=0)
    server.start()
    known = server._server.server_state.connections
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as caller:
        caller.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        # Nobody reads the answer: it piles up.
        eventually(lambda: any(one.transport.get_write_buffer_size() for one in known))
        server.stop()
        assert not known


def test_a_busy_port_is_stepped_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert port < free_port("127.0.0.1", port) <= port + 20


def test_a_port_that_cannot_be_had_is_said_in_one_line(place: Place) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"127\.0\.0\.1:{port} cannot be had"):
            DeskServer(place.bot, host="127.0.0.1", port=port)


def test_a_forwarded_address_does_not_walk_round_the_throttle(desk: OpenDesk) -> None:
    said = b""
    for number in range(6):
        connection = HTTPConnection("127.0.0.1", desk.server.port, timeout=PATIENCE)
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "sec-fetch-site": "same-origin",
            "x-forwarded-for": f"10.0.0.{number}",
        }
        connection.request("POST", "/sign-in", "name=anna&password=wrong", headers)
        said = connection.getresponse().read()
        connection.close()
    assert b"Too many attempts" in said


def test_answers_do_not_wait_for_one_another(desk: OpenDesk) -> None:
    """Without TCP_NODELAY each answer on a kept connection waits 40 ms for the last one's ACK."""
    connection = HTTPConnection("127.0.0.1", desk.server.port, timeout=PATIENCE)
    took = []
    for _ in range(10):
        began = time.monotonic()
        connection.request("GET", "/static/icon.svg")
        connection.getresponse().read()
        took.append(time.monotonic() - began)
    connection.close()
    assert min(took[1:]) < 0.03


@pytest.mark.parametrize(
    ("settings", "believed"),
    [
        ({}, False),
        ({"behind_proxy": True}, True),
        ({"behind_proxy": True, "trusted_proxies": ("10.0.0.0/8",)}, False),
    ],
)
def test_only_a_proxy_that_was_named_says_who_asks_and_by_https(
    place: Place, settings: dict[str, Any], believed: bool
) -> None:
    told = place.bot.settings.model_copy(update={"desk": DeskSettings(**settings)})
    bot = replace(place.bot, settings=told)
    server = DeskServer(bot, host="127.0.0.1", port=0)
    server.start()
    try:
        said = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
        secret = access.entry_link(bot.database, name="anna", role=Role.ADMIN, now=bot.clock())
        answer = ask(server.port, "GET", f"/enter/{secret}", said)
        cookie = answer.getheader("set-cookie") or ""
        assert cookie.startswith("__Host-desk=") is believed
        assert ("Secure" in cookie) is believed
        assert (answer.getheader("strict-transport-security") is not None) is believed
        named = ask(server.port, "GET", "/livez", {"Host": "desk.example"})
        assert (named.status == 200) is bool(settings)
        ask(
            server.port,
            "POST",
            "/sign-in",
            said
            | {
                "Sec-Fetch-Site": "same-origin",
                "Content-Type": "application/x-www-form-urlencoded",
            },
            "name=eve&password=wrong",
        )
        with bot.database.read() as session:
            [address] = session.scalars(select(SignInFailure.address))
        assert address == ("203.0.113.7" if believed else "127.0.0.1")
    finally:
        server.stop()


def ask(port: int, method: str, path: str, headers: dict[str, str], body: str = "") -> HTTPResponse:
    door = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    door.request(method, path, body=body, headers=headers)
    answer = door.getresponse()
    answer.read()
    door.close()
    return answer
