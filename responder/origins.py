"""What weights were made of, as their file says it: our own corpus, files by name, corrections.

Weights keep no texts, so who trains anew without a file forgets what it taught. That must not
happen by leaving out an argument, least of all at night.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from sentiment.recipe import MADE_OF

_FILE: Final = ", file "
_CORRECTIONS: Final = re.compile(r"(?:^|, )\d+ corrections$")


def made_of(files: Sequence[str], corrections: int) -> str:
    """The words for weights made of our corpus, `files` and so many corrections."""
    named = "".join(f"{_FILE}{name}" for name in files)
    return MADE_OF + named + (f", {corrections} corrections" if corrections else "")


def files_of(said: str) -> tuple[str, ...]:
    """The names of the files beyond our corpus. Before names were marked they stood plainly behind
    the corpus."""
    known = _CORRECTIONS.sub("", said)
    if _FILE in known:
        return tuple(known.split(_FILE)[1:])
    rest = known.removeprefix(MADE_OF)
    return tuple(rest.removeprefix(", ").split(", ")) if rest and rest != known else ()


def forgotten(said: str, files: Sequence[str]) -> tuple[str, ...]:
    """Which files taught weights made of `said` and would teach no more with `files` alone."""
    return tuple(name for name in files_of(said) if name not in files)
