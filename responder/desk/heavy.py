"""Figures that take seconds to make: one at a time, so that whoever asks again and again slows
nobody down but themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from responder.desk.problem import Problem

_TURN = Lock()


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Ends the request with 503 while another such figure is being made in this process."""
    if not _TURN.acquire(blocking=False):
        detail = "Figures are being made for somebody else: try again"
        raise Problem(503, detail, {"Retry-After": "5"})
    try:
        yield
    finally:
        _TURN.release()
