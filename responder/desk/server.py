"""The desk's server: uvicorn, ended within seconds although streams stay open for hours."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

import uvicorn

from config.desk import DeskSettings
from config.errors import ConfigError
from responder.bot import Bot
from responder.desk.app import create_app
from responder.desk.live import Hub
from responder.pulse import Pulse

log = logging.getLogger(__name__)

_GRACE_SECONDS: Final = 3
_TRIES: Final = 20
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


def free_port(host: str, port: int) -> int:
    """`port`, or the next free one of the twenty after it. 0 stays 0. Raises ConfigError."""
    for candidate in range(port, min(port + _TRIES, 65535) + 1):
        try:
            _bind(host, candidate).close()
        except OSError:
            continue
        return candidate
    raise ConfigError(
        where="desk",
        key="port",
        problem=f"the ports {port} to {port + _TRIES} of {host} are all in use",
        fix="choose another with desk.port or --port",
    )


class DeskServer:
    """The desk on its port. The port is taken at once; pages are served from `run` or `start` on.

    Raises ConfigError if the address cannot be had.
    """

    def __init__(
        self,
        bot: Bot,
        *,
        host: str | None = None,
        port: int | None = None,
        pulse: Pulse | None = None,
    ) -> None:
        self.host = bot.settings.desk.host if host is None else host
        wanted = bot.settings.desk.port if port is None else port
        try:
            self._socket = _bind(self.host, wanted)
        except OSError as error:
            raise ConfigError(
                where="desk",
                key="port",
                problem=f"{self.host}:{wanted} cannot be had ({error.strerror})",
                fix="end what uses it, or choose another with desk.host and desk.port",
            ) from None
        self.port: int = self._socket.getsockname()[1]
        app = create_app(bot, host=self.host, pulse=pulse)
        self.hub: Hub = app.state.desk.hub
        config = _config(app, self.host, self.port, bot.settings.desk)
        self._server = _Server(self.hub, config)
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def run(self) -> None:
        """Serve until SIGTERM, SIGINT or `stop`, then return: the caller has more to end."""
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._socket.close()

    def start(self) -> None:
        """Serve in a thread of its own; returns once pages are answered."""
        self._thread = threading.Thread(target=self.run, name="desk", daemon=True)
        self._thread.start()
        if not self._server.ready.wait(60):
            raise RuntimeError("the desk did not start")

    def stop(self) -> None:
        """End within seconds. May be called from any thread."""
        self._server.finish()
        if self._thread:
            self._thread.join(_GRACE_SECONDS + 5)


class _Server(uvicorn.Server):
    def __init__(self, hub: Hub, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._hub = hub
        self.ready = threading.Event()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._hub.close()  # first, or the server waits for streams that never end
        super().handle_exit(sig, frame)

    def finish(self) -> None:
        self._hub.close()
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        # Who came while it ended, or would not go, is hung up on: the loop that knows them is over.
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn's own, but the signal is not raised again at the end: `run` returns, and the
        caller ends the rest of the program in order."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {sig: signal.signal(sig, self.handle_exit) for sig in _SIGNALS}
        try:
            yield
        finally:
            for sig, handler in before.items():
                signal.signal(sig, handler)


def _config(app: object, host: str, port: int, desk: DeskSettings) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]  # an ASGI app, whatever its class
        host=host,
        port=port,
        log_config=None,  # our own logging, with its redaction, stays
        log_level="warning",
        access_log=False,  # paths hold one-time links
        server_header=False,
        # X-Forwarded-For names the address: whoever may write it walks round the throttle.
        proxy_headers=desk.behind_proxy,
        forwarded_allow_ips=list(desk.trusted_proxies),
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio turns off Nagle: else each answer waits 40 ms for an ACK.
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
        found.listen(128)
    except OSError:
        found.close()
        raise
    return found
