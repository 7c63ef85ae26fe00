from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from config import logs
from config.http import ChannelSession
from config.secrets import Redactor

CANARY = "canary-secret-value"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/hang":
            self.server.released.wait(10)  # type: ignore[attr-defined]
            return
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
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    httpd.daemon_threads = True
    httpd.released = threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=httpd.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_address[1]}"
    httpd.released.set()  # type: ignore[attr-defined]
    httpd.shutdown()
    thread.join()
    httpd.server_close()


@pytest.fixture
def session(server: str) -> Iterator[ChannelSession]:
    redactor = Redactor()
    redactor.add(CANARY)
    with ChannelSession(
        rewrite={"https://api.twitter.com": server}, read_timeout=0.3, redactor=redactor
    ) as opened:
        yield opened


def test_an_sdk_s_hard_coded_host_is_replaced_and_the_answer_s_headers_are_kept(
    session: ChannelSession, server: str
) -> None:
    response = session.get("https://api.twitter.com/2/users/me")
    assert response.url == f"{server}/2/users/me"
    assert session.last is response
    assert response.headers["x-rate-limit-remaining"] == "7"


def test_a_server_that_never_answers_is_left_after_the_timeout(session: ChannelSession) -> None:
    with pytest.raises(requests.ReadTimeout):
        session.get("https://api.twitter.com/hang")
    assert session.last is None


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
