"""Pure: which placeholders may stand in the texts of an entry, and which stand there wrongly."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from responder.library.models import EntryKind

_BRACED: Final = re.compile(r"\{\{\s*(\w*)[^{}]*\}\}|\{\{|\}\}")

ALLOWED: Final[Mapping[str, str]] = MappingProxyType(
    {"greeting": "name", "only_in": "language", "seconded": "helper", "corrected": "helper"}
)
"""By field of a voice, what config/book.py lets stand in it. Saved replies and articles have none:
greeting and signature are put around them."""


@dataclass(frozen=True, kw_only=True)
class Stray:
    """A placeholder nobody fills in. `allowed`: the one that may stand in this field, or ""."""

    field: str
    placeholder: str
    allowed: str


def allowed_in(kind: EntryKind, field: str) -> str:
    """The name of the placeholder that may stand in a field; "" for none."""
    return ALLOWED.get(field, "") if kind is EntryKind.VOICE else ""


def strays(kind: EntryKind, body: Mapping[str, Any]) -> Iterator[Stray]:
    """The placeholders in a body that nobody would fill in."""
    for field, value in body.items():
        if field in ("words", "examples"):  # customers' words, in which braces mean nothing
            continue
        allowed = allowed_in(kind, field)
        for text in _texts(value):
            for found in _BRACED.finditer(text):
                if found[1] != allowed or not allowed:
                    yield Stray(field=field, placeholder=found[0], allowed=allowed)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        yield from (one for one in value if isinstance(one, str))
