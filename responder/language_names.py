"""What a language is called in another, as a brand book's {{language}} is filled in."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).parent / "language_names.toml"


def name_of(language: str, *, spoken: str) -> str:
    """The name of `language` in the language `spoken`; its code where we do not know it."""
    return _names().get(spoken, {}).get(language, language.upper())


@cache
def _names() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
