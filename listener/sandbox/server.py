"""A small HTTP/1.1 server on loopback that can also misbehave on demand."""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from config.clock import Clock, utcnow
from listener.sandbox.exchange import Answer, Request
from listener.sandbox.faults import Act, Fault, Faults

_LARGEST_BODY = 1_000_000  # bytes; nothing we serve takes more
_REMEMBERED = 20_000  # requests kept for tests to look at
_PATIENCE = 60.0  # seconds a kept-alive connection may say nothing
_DROPS = 100  # pieces a dripping body comes in
_INSTEAD = (Act.ANSWER, Act.RESET_BEFORE, Act.HANG)  # faults that leave the request undone


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A request that came in. `status` is what was answered; 0: the connection was cut."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any  # the JSON, the form, or None
    headers: Mapping[str, str]
    status: int


class LoopbackServer:
    """Serves `answer` on 127.0.0.1 from `start` to `stop`."""

    def __init__(
        self,
        answer: Callable[[Request], Answer],
        *,
        faults: Faults | None = None,
        clock: Clock = utcnow,
    ) -> None:
        self.faults = faults or Faults()
        self.clock = clock
        self.requests: deque[Seen] = deque(maxlen=_REMEMBERED)
        self.stopping = threading.Event()
        self.port = 0
        self._answer = answer
        self._http: _Threads | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, port: int = 0) -> None:
        """Listen on `port`, or on any free one if that is taken."""
        self.stopping.clear()
        try:
            self._http = _Threads(self, port)
        except OSError:
            self._http = _Threads(self, 0)
        self.port = int(self._http.server_address[1])
        self._thread = threading.Thread(
            target=self._http.serve_forever, args=(0.05,), name="sandbox-server", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and cut every open connection. Harmless if not started."""
        self.stopping.set()
        if self._http is not None and self._thread is not None:
            self._http.shutdown()
            self._thread.join()
            self._http.close_all()
        self._http = self._thread = None

    def answer(self, request: Request) -> Answer:
        return self._answer(request)

    def remember(self, request: Request, status: int) -> None:
        self.requests.append(
            Seen(
                method=request.method,
                path=request.path,
                query=request.query,
                body=request.json if request.json is not None else request.form or None,
                headers=request.headers,
                status=status,
            )
        )


class Stoppable(TCPServer):
    """One that `shutdown` always stops. A caller may hang up between the news that somebody calls
    and our taking the call: a socket that waits would then wait for the next one, deaf to all."""

    def server_activate(self) -> None:
        super().server_activate()
        self.socket.settimeout(0)


class _Threads(Stoppable, ThreadingHTTPServer):
    """A thread a connection, and every connection known, so that stopping leaves none behind."""

    daemon_threads = True

    def __init__(self, owner: LoopbackServer, port: int) -> None:
        self.owner = owner
        self._open: dict[socket.socket, threading.Thread] = {}
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    def server_bind(self) -> None:
        # HTTPServer.server_bind asks the resolver for our host's name: a needless wait offline.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), daemon=True
        )
        with self._lock:
            self._open[request] = thread
        thread.start()

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # Clients that hang up are the daily business of a sandbox; anything else is our mistake.
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def close_all(self) -> None:
        self.server_close()
        with self._lock:
            left = dict(self._open)
        for connection in left:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in left.values():
            thread.join(timeout=2)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Sandbox"
    sys_version = ""
    timeout = _PATIENCE
    disable_nagle_algorithm = True  # headers and body are two writes: the second must not wait
    server: _Threads

    def do_GET(self) -> None:
        owner = self.server.owner
        request = self._request()
        if request is None:
            return self._send(Answer(status=413), None)
        fault = owner.faults.take(request.method, request.path)
        if fault is None:
            return self._send(owner.answer(request), request)
        return self._misbehave(fault, request)

    do_POST = do_GET  # noqa: N815  # http.server looks these names up
    do_PUT = do_GET  # noqa: N815
    do_DELETE = do_GET  # noqa: N815

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The Date header tells the network's time, which tests set."""
        moment = self.server.owner.clock().timestamp() if timestamp is None else timestamp
        return super().date_time_string(moment)

    def log_message(self, *_: Any) -> None:
        """Quiet: what came in stands in `requests`."""

    def _request(self) -> Request | None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > _LARGEST_BODY:
            self.close_connection = True
            return None
        parts = urlsplit(self.path)
        return Request(
            method=self.command,
            path=parts.path,
            url=f"{self.server.owner.url}{self.path}",
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(length)),
        )

    def _misbehave(self, fault: Fault, request: Request) -> None:
        owner = self.server.owner
        answer = self._due(fault, request)
        if fault.act is not Act.DRIP and fault.seconds:
            owner.stopping.wait(fault.seconds)
        if fault.act in (Act.RESET_BEFORE, Act.RESET_AFTER, Act.HANG):
            owner.remember(request, 0)
            self._reset()
        else:
            self._send(answer, request, fault)

    def _due(self, fault: Fault, request: Request) -> Answer:
        """The answer this fault gives; what it lets be done is done."""
        if fault.act in _INSTEAD:
            return fault.answer
        true = self.server.owner.answer(request)
        if fault.act is Act.ANSWER_AFTER:
            return fault.answer
        return fault.change(true) if fault.change is not None else true

    def _send(self, answer: Answer, request: Request | None, fault: Fault | None = None) -> None:
        if request is not None:
            self.server.owner.remember(request, answer.status)
        lie = fault.lie if fault is not None else 0
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(max(0, len(answer.body) + lie)))
        self.end_headers()
        if fault is not None and fault.act is Act.DRIP:
            self._drip(answer.body, fault.seconds)
        else:
            self.wfile.write(answer.body)
        if lie:
            self.close_connection = True

    def _drip(self, body: bytes, seconds: float) -> None:
        """Write the body in at most so many pieces, evenly over `seconds`."""
        size = max(1, -(-len(body) // _DROPS))
        pieces = [body[at : at + size] for at in range(0, len(body), size)]
        for piece in pieces:
            self.server.owner.stopping.wait(seconds / len(pieces))
            self.wfile.write(piece)

    def _reset(self) -> None:
        """Close so that the other side reads "connection reset by peer", not a polite end."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.rfile.close()
        self.connection.close()
        self.close_connection = True
