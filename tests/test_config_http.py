from __future__ import annotations

import ast
import gzip
import logging
import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import requests

from config import logs
from config.http import (
    CONNECT_SECONDS,
    MOST_BYTES,
    ChannelSession,
    TooLargeError,
    call_seconds,
    server_time,
)
from config.secrets import Redactor
from config.settings import ROOT
from listener.channels.base import ChannelOptions
from tests.loopback import Server
from tests.patience import PATIENCE

CANARY = "canary-secret-value"
LATE = 1.2  # seconds

HEAD = b"HTTP/1.1 200 OK\r\n"
BOMB = gzip.compress(bytes(20 * MOST_BYTES))
RAW: dict[str, tuple[bytes, bytes]] = {
    "/raw/drips-its-head": (HEAD, b"X-Slow: " + b"a" * 1000),
    "/raw/drips-a-body": (HEAD + b"Content-Length: 1000\r\n\r\n", b"a" * 1000),
    "/raw/drips-without-a-length": (HEAD + b"Connection: close\r\n\r\n", b"a" * 1000),
    "/raw/drips-in-pieces": (
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
        b"1\r\na\r\n" * 200,
    ),
    "/raw/is-large": (HEAD + b"\r\n" + b"a" * (MOST_BYTES + 1), b""),
    "/raw/is-a-bomb": (HEAD + b"Content-Encoding: gzip\r\n\r\n" + BOMB, b""),
    "/raw/leads-to-a-bomb": (
        b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Encoding: gzip\r\n\r\n" + BOMB,
        b"",
    ),
    "/raw/is-no-gzip": (HEAD + b"Content-Encoding: gzip\r\n\r\nplain", b""),
    "/raw/promises-more": (HEAD + b"Content-Length: 9\r\n\r\nok", b""),
    "/raw/promises-less": (HEAD + b"Content-Length: 2\r\n\r\nok and more", b""),
    "/raw/promises-nonsense": (HEAD + b"Content-Length: abc\r\n\r\nok", b""),
    "/raw/promises-less-than-nothing": (HEAD + b"Content-Length: -5\r\n\r\nok", b""),
}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/hang":
            self._released(10)
        elif self.path == "/late":
            self._released(LATE)
            self._say_ok()
        elif self.path.startswith("/raw/"):
            self._raw(*RAW[self.path])
        else:
            self._say_ok()

    def _raw(self, said: bytes, dripped: bytes) -> None:
        """`said` at once, `dripped` byte by byte, then the connection is closed."""
        self.close_connection = True
        self.wfile.write(said)
        for byte in dripped:
            if self._released(0.03):
                return
            try:
                self.wfile.write(bytes([byte]))
            except OSError:
                return

    def _released(self, seconds: float) -> bool:
        return bool(self.server.released.wait(seconds))  # type: ignore[attr-defined]

    def _say_ok(self) -> None:
        self.send_response(302 if self.path == "/away" else 200)
        self.send_header("Location", "/elsewhere")
        self.send_header("x-rate-limit-remaining", "7")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[str]:
    httpd = Server(("127.0.0.1", 0), _Handler)
    httpd.released = threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_address[1]}"
    httpd.released.set()  # type: ignore[attr-defined]
    httpd.shutdown()
    thread.join()
    httpd.server_close()


@pytest.fixture
def session(server: str) -> Iterator[ChannelSession]:
    """More patient than a loaded machine is slow."""
    with _session(server, connect_timeout=5, read_timeout=PATIENCE) as opened:
        yield opened


@pytest.fixture
def hurried(server: str) -> Iterator[ChannelSession]:
    """For answers that never come."""
    with _session(server, connect_timeout=0.5, read_timeout=1.5) as opened:
        yield opened


def _session(server: str, *, connect_timeout: float, read_timeout: float) -> ChannelSession:
    redactor = Redactor()
    redactor.add(CANARY)
    return ChannelSession(
        rewrite={"https://api.twitter.com": server},
        read_timeout=read_timeout,
        redactor=redactor,
        connect_timeout=connect_timeout,
    )


def test_an_sdk_s_hard_coded_host_is_replaced_and_the_answer_s_headers_are_kept(
    session: ChannelSession, server: str
) -> None:
    response = session.get("https://api.twitter.com/2/users/me")
    assert response.url == f"{server}/2/users/me"
    assert session.last is response
    assert response.headers["x-rate-limit-remaining"] == "7"


def test_a_server_that_never_answers_is_left_after_the_timeout(hurried: ChannelSession) -> None:
    with pytest.raises(requests.ReadTimeout):
        hurried.get("https://api.twitter.com/hang")
    assert hurried.last is None


@pytest.mark.parametrize(
    "path", ["drips-its-head", "drips-a-body", "drips-without-a-length", "drips-in-pieces"]
)
def test_a_server_that_drips_is_left_when_the_call_has_lasted_too_long(
    hurried: ChannelSession, path: str
) -> None:
    begun = time.monotonic()
    with pytest.raises(requests.ReadTimeout, match=r"took longer than 2 s"):
        hurried.get(f"https://api.twitter.com/raw/{path}")
    assert 1.9 < time.monotonic() - begun < 20
    assert hurried.last is None


def test_the_time_of_a_call_begins_anew_with_each_on_the_same_connection(server: str) -> None:
    with _session(server, connect_timeout=0.1, read_timeout=2 * LATE - 0.2) as session:
        for _ in range(2):
            assert session.get(f"{server}/late").content == b"ok"


def test_after_a_call_that_was_broken_off_the_next_one_is_whole(server: str) -> None:
    with _session(server, connect_timeout=0.5, read_timeout=0.5) as session:
        with pytest.raises(requests.ReadTimeout):
            session.get(f"{server}/raw/drips-a-body")
        assert session.get(f"{server}/").text == "ok"


def test_a_handshake_without_end_is_broken_off_before_anything_was_asked() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        ChannelSession(
            rewrite={}, read_timeout=0.2, redactor=Redactor(), connect_timeout=0.1
        ) as session,
    ):
        dripping = threading.Thread(target=_drip_a_handshake, args=(listening,))
        dripping.start()
        with pytest.raises(requests.ConnectTimeout):
            session.get(f"https://127.0.0.1:{listening.getsockname()[1]}/")
        dripping.join(PATIENCE)
        assert not dripping.is_alive()


def _drip_a_handshake(listening: socket.socket) -> None:
    """The beginning of a TLS record of 16 kB, and then of it a byte now and then."""
    connected, _ = listening.accept()
    with connected, suppress(OSError):
        connected.sendall(b"\x16\x03\x03\x40\x00\x02")
        for _ in range(100):
            time.sleep(0.03)
            connected.sendall(b"\0")


def test_a_connection_nobody_takes_up_in_time_was_never_asked_anything(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a name of many addresses, each of which is tried for as long as one may take."""
    monkeypatch.setattr("urllib3.util.connection.create_connection", _late)
    with (
        ChannelSession(
            rewrite={}, read_timeout=0.02, redactor=Redactor(), connect_timeout=0.02
        ) as session,
        pytest.raises(requests.ConnectTimeout),
    ):
        session.get(server)


def _late(*arguments: object, **options: object) -> socket.socket:
    time.sleep(0.1)
    del options
    return socket.create_connection(arguments[0])  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["is-large", "is-a-bomb", "leads-to-a-bomb"])
def test_an_answer_is_read_up_to_its_limit_and_no_further(
    session: ChannelSession, path: str
) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(TooLargeError):
            session.get(f"https://api.twitter.com/raw/{path}")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 4 * MOST_BYTES
    assert session.last is None


@pytest.mark.parametrize("path", ["promises-more", "is-no-gzip"])
def test_an_answer_that_is_not_what_it_says_is_a_failure_of_requests(
    session: ChannelSession, path: str
) -> None:
    with pytest.raises(requests.RequestException):
        session.get(f"https://api.twitter.com/raw/{path}")
    assert session.last is None


@pytest.mark.parametrize(
    "path", ["promises-less", "promises-nonsense", "promises-less-than-nothing"]
)
def test_a_wrong_length_spoils_no_other_answer(session: ChannelSession, path: str) -> None:
    assert session.get(f"https://api.twitter.com/raw/{path}").content == b"ok"
    assert session.get("https://api.twitter.com/").content == b"ok"


def test_whoever_waits_for_a_call_counts_as_the_session_does() -> None:
    options = ChannelOptions(kind="x", request_timeout_seconds=7)
    assert options.call_seconds == call_seconds(7) == CONNECT_SECONDS + 7
    assert call_seconds(ChannelOptions(kind="x").request_timeout_seconds) <= 30


def test_the_server_s_clock_is_read_where_it_has_one() -> None:
    now = {"date": "Mon, 02 Mar 2026 09:00:00 GMT"}
    assert server_time(now) == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert server_time({"date": "yesterday"}) is None
    assert server_time({}) is None


OURS = sorted(
    path
    for folder in ("config", "sentiment", "listener", "responder")
    for path in (ROOT / folder).rglob("*.py")
    if "listener/sandbox" not in path.as_posix()
)
_CALLS = {"get", "post", "put", "patch", "delete", "head", "options", "request", "Session"}
# A stranger's picture is fetched from the very address that was looked at, which no session can;
# its time and its size are proven with it.
_AT_HOME = ("config/http.py", "config/deadline.py", "listener/pictures.py")
_BY_HAND = {"urllib.request", "http.client", "httpx", "aiohttp", "urllib3", "requests.sessions"}


@pytest.mark.parametrize(
    "path", [*OURS, ROOT / "run_bot.py"], ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_nobody_asks_a_server_but_through_the_session(path: Path) -> None:
    """One that is asked in another way may hang for ever, and nobody would count or mask it."""
    at_home = path.relative_to(ROOT).as_posix() in _AT_HOME
    assert at_home or not list(_asked_directly(ast.parse(path.read_text("utf-8"))))


@pytest.mark.parametrize(
    "line",
    [
        "requests.get('http://a')",
        "requests.Session()",
        "requests.api.post('http://a')",
        "from requests import post",
        "import urllib.request",
        "from urllib import request",
        "from urllib.request import urlopen",
        "import httpx",
        "import urllib3",
    ],
)
def test_the_search_for_direct_calls_finds_them(line: str) -> None:
    assert list(_asked_directly(ast.parse(line)))


def _asked_directly(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name in _BY_HAND)
        elif isinstance(node, ast.ImportFrom):
            names = {name.name for name in node.names}
            inner = {f"{node.module}.{name}" for name in names}
            if node.module in _BY_HAND or inner & _BY_HAND:
                yield str(node.module)
            elif node.module == "requests" and names & _CALLS:
                yield "requests"
        elif isinstance(node, ast.Attribute) and node.attr in _CALLS:
            called = ast.unparse(node.value)
            yield from (name for name in ("requests", "requests.api") if name == called)


def test_redirects_are_never_followed(session: ChannelSession) -> None:
    assert session.get("https://api.twitter.com/away").status_code == 302


def test_an_error_never_quotes_a_secret_of_the_url() -> None:
    redactor = Redactor()
    redactor.add(CANARY)
    with (
        ChannelSession(rewrite={}, read_timeout=1, redactor=redactor) as session,
        pytest.raises(requests.ConnectionError) as error,
    ):
        session.get(f"http://127.0.0.1:9/v26.0/me?access_token={CANARY}")
    assert CANARY not in str(error.value)
    assert error.value.__cause__ is None
    assert error.value.__suppress_context__


def test_a_netrc_file_cannot_replace_our_credentials(session: ChannelSession) -> None:
    assert session.trust_env is False


def test_log_lines_are_masked_and_cannot_be_forged(capsys: pytest.CaptureFixture[str]) -> None:
    redactor = Redactor()
    redactor.add(CANARY)
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        logs.set_up(redactor)
        logging.getLogger("bot").info("token %s and \x1b[2J a screen wiped", CANARY)
        logging.getLogger("tweepy").debug("Authorization: Bearer %s", CANARY)
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    err = capsys.readouterr().err
    assert CANARY not in err
    assert "\x1b" not in err
    assert err.count("\n") == 1
