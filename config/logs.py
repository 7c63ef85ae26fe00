"""One log line an event, on stderr, with the secrets masked."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import traceback
from pathlib import Path

from config.secrets import Redactor

# These print the Authorization header or whole request bodies at DEBUG.
_LOUD = ("alembic", "tweepy", "urllib3", "requests_oauthlib", "oauthlib", "facebook", "apscheduler")


class _OneLine(logging.Formatter):
    """Control characters are escaped: a text must not forge lines or drive a terminal."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        line = self._redactor.mask(super().format(record))
        return "".join(c if c.isprintable() or c == "\n" else f"\\u{ord(c):04x}" for c in line)


def set_up(redactor: Redactor, *, level: int = logging.INFO) -> None:
    """Send all logging through one masking handler. May be called again: the last call wins."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine(redactor))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _LOUD:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


def unexpected(error: BaseException) -> int:
    """Tell of an error nobody foresaw, in one line; the details go to a file. Returns 1."""
    details = Path(tempfile.gettempdir()) / f"antiphon-error-{os.getpid()}.txt"
    text = "".join(traceback.format_exception(error))
    fd = os.open(details, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w", encoding="utf-8", errors="replace") as file:
        file.write(Redactor().mask(text))
    first = " ".join(str(error).split())[:300]
    sys.stderr.write(f"unexpected {type(error).__name__}: {Redactor().mask(first)}; ")
    sys.stderr.write(f"nothing was lost, the details are in {details}\n")
    return 1
