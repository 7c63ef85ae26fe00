"""Charts as SVG and PNG, drawn by vl-convert in a process of its own.

It keeps 80 MB and a V8 out of the desk, and holds the interpreter's lock while it draws: in a
thread it would stop every open page. The process starts with the first chart and ends when nobody
has asked for one for a minute.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import signal
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from threading import Lock, Thread, Timer
from typing import Any, Final, TypeVar

from markupsafe import Markup

log = logging.getLogger(__name__)

_IDLE_SECONDS: Final = 60.0
_PATIENCE_SECONDS: Final = 20.0
_KEPT: Final = 128

Spec = Mapping[str, Any]
T = TypeVar("T")


class Plotter:
    """Draws specs, one at a time, and remembers the last ones."""

    def __init__(
        self, *, idle_seconds: float = _IDLE_SECONDS, patience_seconds: float = _PATIENCE_SECONDS
    ) -> None:
        self._idle_seconds, self._patience_seconds = idle_seconds, patience_seconds
        self._lock = Lock()  # one at a time is drawn
        self._pool: ProcessPoolExecutor | None = None
        self._timer: Timer | None = None
        self._drawn: OrderedDict[str, Markup] = OrderedDict()
        self._known = Lock()  # of what is drawn: to look there waits for no drawing

    def drawn(self, spec: Spec) -> Markup | None:
        """The chart if it was drawn before. Costs nothing."""
        key = json.dumps(spec, sort_keys=True)
        with self._known:
            if key in self._drawn:
                self._drawn.move_to_end(key)
            return self._drawn.get(key)

    def draw(self, spec: Spec) -> Markup | None:
        """The chart as inline SVG, or None if it cannot be drawn now: the table says it all."""
        with self._lock:
            known = self.drawn(spec)
            if known is not None:
                return known
            svg = self._asked(to_svg, spec)
            return None if svg is None else self._keep(spec, svg)

    def png(self, spec: Spec) -> bytes | None:
        """The chart as a picture for a slide, or None if it cannot be drawn now."""
        with self._lock:
            return self._asked(to_png, spec)

    def _keep(self, spec: Spec, svg: str) -> Markup:
        with self._known:
            found = Markup(svg)  # noqa: S704  # our own numbers, escaped by vl-convert
            self._drawn[json.dumps(spec, sort_keys=True)] = found
            while len(self._drawn) > _KEPT:
                self._drawn.popitem(last=False)
            return found

    def _asked(self, how: Callable[[str], T], spec: Spec) -> T | None:
        try:
            return self._ask(how, json.dumps(spec, sort_keys=True))
        except Exception:
            log.warning("a chart could not be drawn", exc_info=True)
            self._end()
            return None

    @property
    def running(self) -> bool:
        return self._pool is not None

    def close(self) -> None:
        with self._lock:
            self._end()

    def _ask(self, how: Callable[[str], T], spec: str) -> T:
        if self._pool is None:
            spawn = multiprocessing.get_context("spawn")  # a fork of a threaded server may hang
            self._pool = ProcessPoolExecutor(1, mp_context=spawn, initializer=_settle_in)
        if self._timer:
            self._timer.cancel()
        try:
            return self._pool.submit(how, spec).result(timeout=self._patience_seconds)
        finally:
            self._timer = Timer(self._idle_seconds, self.close)
            self._timer.daemon = True
            self._timer.start()

    def _end(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self._pool:
            pool, self._pool = self._pool, None
            processes = list((getattr(pool, "_processes", None) or {}).values())
            pool.shutdown(wait=False, cancel_futures=True)
            for process in processes:
                process.terminate()  # one that hangs in a chart would keep the program from ending
                process.join(5)


def _settle_in() -> None:
    """In the other process: Ctrl+C is for the parent, and nobody outlives it, however it died."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def follow() -> None:
        if parent is not None:
            parent.join()
            os._exit(0)

    Thread(target=follow, daemon=True).start()


def to_svg(spec: str) -> str:
    """Runs in the other process: nothing heavy may be imported at this module's top."""
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(spec)
    return svg


def to_png(spec: str) -> bytes:
    """As `to_svg`. Twice as fine as a screen, so that it is sharp on a slide."""
    import vl_convert

    png: bytes = vl_convert.vegalite_to_png(spec, scale=2)
    return png
