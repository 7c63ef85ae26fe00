"""How much work a deed is, whatever the machine and the threads of other tests do meanwhile."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Final

QUADRATIC: Final = 16.0  # what four times the text costs where each letter looks at all others
# Below a thirtieth of a second a processor's own rhythm is larger than any growth.
NOTHING: Final = 0.03


def effort(deed: Callable[[], object], times: int = 3) -> float:
    """Processor seconds `deed` takes this thread: the least of `times`, no rubbish collected."""
    collects = gc.isenabled()
    gc.disable()
    try:
        return min(_once(deed) for _ in range(times))
    finally:
        if collects:
            gc.enable()


def blows_up(deed: Callable[[str], object], text: str) -> bool:
    """Whether `text` costs clearly more than four times its first quarter: it backtracks.

    Holds what is asked of hostile texts to the same machine in the same second, so that a slow
    one proves nothing. Linear is 4; the mark lies half-way to quadratic.
    """
    quarter = effort(lambda: deed(text[: len(text) // 4]))
    whole = effort(lambda: deed(text))
    return whole > (4 + QUADRATIC) / 2 * quarter + NOTHING


def _once(deed: Callable[[], object]) -> float:
    began = time.thread_time()
    deed()
    return time.thread_time() - began
