"""A tiny real HTTP server on loopback that answers by script and remembers what it was asked."""

from __future__ import annotations

import gzip
import json
import socket
import struct
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from config.http import MOST_BYTES
from listener.sandbox.server import Stoppable

PAYLOADS = Path(__file__).parent / "payloads"


def payload(name: str) -> Any:
    """A payload of tests/payloads; of an error, the body alone."""
    value = json.loads((PAYLOADS / name).read_text(encoding="utf-8"))
    return value["body"] if isinstance(value, dict) and "_status" in value else value


@dataclass(frozen=True, kw_only=True)
class Asked:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, kw_only=True)
class Says:
    """One answer. `reset`: the connection breaks instead; `seconds`: it comes late."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    reset: bool = False
    seconds: float = 0

    @property
    def raw(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body).encode()


BOMB: Final = Says(body=gzip.compress(bytes(MOST_BYTES + 1)), headers={"Content-Encoding": "gzip"})
"""A small answer that is too large once unpacked."""


@dataclass
class Network:
    """`says` maps "METHOD /path" to its answers, the last of which is repeated."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    says: dict[str, list[Says]] = field(default_factory=dict)

    def on(self, call: str, *answers: Says | dict[str, Any]) -> Network:
        self.says[call] = [a if isinstance(a, Says) else Says(body=a) for a in answers]
        return self

    def calls(self, call: str) -> list[Asked]:
        return [asked for asked in self.asked if f"{asked.method} {asked.path}" == call]

    def answer(self, asked: Asked) -> Says:
        self.asked.append(asked)
        known = self.says.get(f"{asked.method} {asked.path}")
        if not known:
            return Says(status=404, body={"title": "nothing scripted", "status": 404})
        return known.pop(0) if len(known) > 1 else known[0]


class Server(Stoppable, ThreadingHTTPServer):
    """On a port of its own, a thread a connection."""

    daemon_threads = True


@contextmanager
def serving() -> Iterator[Network]:
    network = Network()
    server = Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"network": network}))
    network.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield network
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65_536  # head and body in one packet, or each answer takes 40 ms
    network: Network  # set on the subclass each server makes

    def _any(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        says = self.network.answer(
            Asked(
                method=self.command,
                path=parts.path,
                query=dict(parse_qsl(parts.query, keep_blank_values=True)),
                headers=dict(self.headers.items()),
                body=self.rfile.read(length).decode(),
            )
        )
        time.sleep(says.seconds)
        if says.reset:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.close_connection = True
            self.connection.close()
        else:
            self._say(says)

    do_GET = do_POST = do_PUT = do_DELETE = _any  # noqa: N815  # http.server's names

    def _say(self, says: Says) -> None:
        headers = {"Content-Type": "application/json", **says.headers}
        # One that names a time of its own has no other.
        send = self.send_response_only if "Date" in headers else self.send_response
        send(says.status)
        for name, value in headers.items():
            if value:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(says.raw)))
        self.end_headers()
        self.wfile.write(says.raw)

    def finish(self) -> None:
        with suppress(OSError):  # the connection was reset on purpose, or the client is gone
            super().finish()

    def log_message(self, *_: object) -> None:
        return
