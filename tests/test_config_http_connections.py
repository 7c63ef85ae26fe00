"""A connection is used again only where nothing can get lost by it, over real HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

import pytest

from config.http import ChannelSession
from config.secrets import Redactor
from tests.loopback import Server
from tests.patience import PATIENCE


class _Server(Server):
    """Remembers on which connection each request came: by the port of its other end."""

    asked: list[tuple[str, int]]
    says: str  # the header Connection of its answers; "" for none


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self.server.asked.append((self.command, self.client_address[1]))
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        if self.server.says:
            self.send_header("Connection", self.server.says)
        self.end_headers()
        self.wfile.write(b"{}")

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815  # as http.server names them

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(says: str) -> Iterator[tuple[_Server, ChannelSession, str]]:
    with _Server(("127.0.0.1", 0), _Answers) as server:
        server.asked, server.says = [], says
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        with ChannelSession(rewrite={}, read_timeout=PATIENCE, redactor=Redactor()) as session:
            yield server, session, f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_reads_share_a_connection_that_the_server_says_it_keeps() -> None:
    with serving("keep-alive") as (server, session, url):
        for _ in range(3):
            assert session.get(url).json() == {}
        assert len({port for _, port in server.asked}) == 1


@pytest.mark.parametrize("says", ["", "close"])
def test_where_the_server_does_not_say_so_every_call_has_a_connection_of_its_own(
    says: str,
) -> None:
    with serving(says) as (server, session, url):
        for _ in range(3):
            assert session.get(url).json() == {}
        assert len({port for _, port in server.asked}) == 3


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_write_never_goes_out_on_a_connection_that_was_used_before(method: str) -> None:
    with serving("keep-alive") as (server, session, url):
        session.get(url)
        assert session.request(method, url, data={"a": "b"}).json() == {}
        (_, read), (told, written) = server.asked
        assert (told, written == read) == (method, False)
