"""How long a test waits for what must come. A wait ends when it comes, so it may be long: what is
right in the end is right, on however slow a machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

PATIENCE: Final = 120.0  # seconds


def eventually(what: Callable[[], Any], *, seconds: float = PATIENCE) -> Any:
    """The first truthy answer of `what`; fails the test when none comes in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = what()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"did not happen within {seconds} s")
