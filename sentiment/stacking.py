"""The step with the encoder: it judges where the package is installed, and what it needs is whole.

Else the weights judge alone, as they do by default; the log says once why.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from config.errors import ConfigError
from sentiment import encoder, stack
from sentiment.encoder import Encoder
from sentiment.stack import PROBE, Stack

MADE_BY: Final = "trained, with encoder"
"""How a score of this step is signed. It begins as that of the weights does: they still have their
part in it, and tell what pulled."""

log = logging.getLogger(__name__)


MOST_FAILURES: Final = 3
"""After so many in a row the encoder is not asked again: it costs time, and gives nothing."""


@dataclass(kw_only=True)
class Failures:
    """How often in a row an encoder failed."""

    count: int = 0


@dataclass(frozen=True, kw_only=True)
class Step:
    """An encoder and what reads its numbers, made for each other."""

    encoder: Encoder
    stack: Stack
    failures: Failures = field(default_factory=Failures, compare=False)

    def felt(self, text: str, likely: Mapping[str, float]) -> dict[str, float] | None:
        """The probability of each feeling by encoder and weights together, `likely` being what the
        weights say; None where the encoder fails, or failed too often. Never raises: the log says
        when the first text is judged without it, and when it is given up."""
        if self.failures.count >= MOST_FAILURES:
            return None
        try:
            found = self.stack.together(self.encoder.vector(text), likely)
        except Exception as error:  # nobody knows what a package raises on a foreign machine
            self._failed(error)
            return None
        self.failures.count = 0
        return found

    def _failed(self, error: Exception) -> None:
        self.failures.count += 1
        if self.failures.count == 1:
            log.warning("a text is judged without the encoder: %r", error)
        elif self.failures.count == MOST_FAILURES:
            log.warning("the encoder failed %d times in a row: it is given up", MOST_FAILURES)


def felt(text: str, likely: Mapping[str, float]) -> dict[str, float] | None:
    """As `Step.felt`; None also where there is no such step. Never raises."""
    step = installed()
    return step.felt(text, likely) if step else None


_lock: Final = threading.Lock()


def installed() -> Step | None:
    """The step, if this installation has it; loaded when first asked for."""
    with _lock:  # two threads must not both load 60 MB
        return _installed()


@cache
def _installed() -> Step | None:
    return load(stack.SHIPPED)


def load(path: Path) -> Step | None:
    """The installed encoder with the stack in `path`, or None, with a line in the log."""
    if not encoder.is_installed():
        log.info("%s is not installed: the weights judge alone", encoder.PACKAGE)
        return None
    try:
        step = Step(stack=stack.load(path), encoder=encoder.load())
        probe = step.encoder.vector(PROBE)
    except ConfigError as error:
        log.warning("the weights judge without the encoder: %s", error)
        return None
    except Exception as error:  # nobody knows what a package does on a foreign machine
        log.warning("%s does not run, the weights judge alone: %r", encoder.PACKAGE, error)
        return None
    if step.stack.is_of(probe):
        return step
    log.warning("%s is not the encoder of %s: the weights judge alone", encoder.PACKAGE, path.name)
    return None
