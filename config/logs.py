"""One log line an event, on stderr, with the secrets masked."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import textwrap
import traceback
from types import TracebackType

from config.secrets import Redactor

# These print the Authorization header or whole request bodies at DEBUG.
_LOUD = ("alembic", "tweepy", "urllib3", "requests_oauthlib", "oauthlib", "facebook")
# Warns of each round that is left out because its last one still runs: responder/daemon.py says
# so itself, once, when it goes on for long.
_CHATTY = ("apscheduler",)

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class _OneLine(logging.Formatter):
    """Control characters are escaped: a text must not forge lines or drive a terminal. Only a
    traceback has more lines, and they are indented: no text in it can look like a log line."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self.redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        line = self.redactor.mask(super().format(record))
        return "".join(c if c.isprintable() or c == "\n" else f"\\u{ord(c):04x}" for c in line)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # logging's name
        return super().formatMessage(record).replace("\n", "\\n")

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802  # logging's name
        return textwrap.indent(super().formatException(ei), "  ")


def set_up(redactor: Redactor, *, level: int = logging.INFO) -> None:
    """Send all logging through one masking handler. May be called again: the last call wins."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine(redactor))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _LOUD:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(level, logging.ERROR))


def unexpected(error: BaseException) -> int:
    """Tell of an error nobody foresaw, in one line; the details go to a file. Returns 1."""
    mask = _redactor_in_use().mask
    fd, details = tempfile.mkstemp(prefix="antiphon-error-", suffix=".txt")  # mode 0600
    with os.fdopen(fd, "w", encoding="utf-8", errors="replace") as file:
        file.write(mask("".join(traceback.format_exception(error))))
    first = mask(" ".join(str(error).split()))[:300]
    sys.stderr.write(f"unexpected {type(error).__name__}: {first}; ")
    sys.stderr.write(f"nothing was lost, the details are in {details}\n")
    return 1


def _redactor_in_use() -> Redactor:
    """The one `set_up` was given, which knows the secrets; before that, one that knows shapes."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler.formatter, _OneLine):
            return handler.formatter.redactor
    return Redactor()
