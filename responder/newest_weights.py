"""The weights to judge by, read anew when somebody has trained others or removed them."""

from __future__ import annotations

import logging
from pathlib import Path
from threading import Lock

from config.errors import ConfigError
from sentiment.linear import Weights
from sentiment.weights import chosen, shipped

log = logging.getLogger(__name__)

_Stamp = tuple[int, int, int] | None


class NewestWeights:
    """Those in `path`, or the shipped ones while there is no such file. To ask costs one look at
    the file's date; a round that asks once judges all its texts alike.

    A file that cannot be read, broken or of an older version, is logged once. The weights of before
    go on, at a start the shipped ones: a bad file must not stop the bot at night.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, Lock()
        self._stamp: _Stamp = _stamp(path)
        self._weights = shipped()
        if self._stamp is not None:
            self._read()

    def __call__(self) -> Weights:
        with self._lock:
            stamp = _stamp(self._path)
            if stamp != self._stamp:
                self._stamp = stamp
                self._read()
            return self._weights

    def _read(self) -> None:
        try:
            self._weights = chosen(self._path)
        except ConfigError as error:
            log.error("%s; until then texts are judged by: %s", error, self._weights.made_of)
        else:
            log.info("texts are judged by other weights now: %s", self._weights.made_of)


def _stamp(path: Path) -> _Stamp:
    """Tells one file of that name from the next; None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
