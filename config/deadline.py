"""A call that lasts too long is broken off, wherever it hangs.

The timeouts of requests begin anew with every byte that arrives: a server that drips holds its
caller for hours. So a timer shuts down the connection itself, be it in the middle of the handshake,
of the headers or of the body.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError


class Deadline:
    """The time a call may take, from the first byte to the last. One call at a time.

    Only the lookup of a name cannot be broken off; what comes after it is then not begun any more.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.passed = False  # for the newest call
        self.asked = False  # whether anything of its request may have left us
        self._lock = threading.Lock()
        self._call = 0  # counts; a timer that comes late finds another number
        self._wire: socket.socket | None = None

    @contextmanager
    def running(self) -> Iterator[None]:
        """Around one call."""
        self.passed = self.asked = False
        timer = threading.Timer(self.seconds, self._end, args=(self._call,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            with self._lock:
                self._call += 1
                self._let_go()

    def hold(self, connected: socket.socket) -> None:
        """This connection is what the call depends on.

        A second descriptor of it is kept: it outlives the wrapping in TLS, and the connection
        object, which forgets its socket before the body is read when the server says `close`.
        """
        with self._lock:
            self._let_go()
            self._wire = socket.socket(fileno=os.dup(connected.fileno()))

    def _let_go(self) -> None:
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    def _end(self, call: int) -> None:
        with self._lock:
            if call != self._call:
                return
            self.passed = True
            if self._wire is not None:
                with suppress(OSError):  # the other side was faster
                    self._wire.shutdown(socket.SHUT_RDWR)


class DeadlineAdapter(HTTPAdapter):
    """Makes connections, direct or through a proxy, that a deadline can break."""

    def __init__(self, deadline: Deadline) -> None:
        self._pools = {
            "http": _pool(HTTPConnectionPool, type("Plain", (_Held,), {"deadline": deadline})),
            "https": _pool(HTTPSConnectionPool, type("Tls", (_HeldTls,), {"deadline": deadline})),
        }
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = self._pools
        return manager


class _Held(HTTPConnection):
    deadline: Deadline  # set on the subclass each adapter makes

    def _new_conn(self) -> socket.socket:
        connected = super()._new_conn()
        if self.deadline.passed:  # several addresses, each tried for as long as one may take
            connected.close()
            raise ConnectTimeoutError(self, "no time is left for the call")
        self.deadline.hold(connected)
        return connected

    def request(self, *args: Any, **options: Any) -> None:
        if self.sock is not None:
            self.deadline.hold(self.sock)
        self.deadline.asked = True
        super().request(*args, **options)


class _HeldTls(_Held, HTTPSConnection):
    """The same with TLS."""


def _pool(kind: type[HTTPConnectionPool], connection: type) -> type[HTTPConnectionPool]:
    return type(kind.__name__, (kind,), {"ConnectionCls": connection})
