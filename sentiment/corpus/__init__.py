"""Our own labelled texts: what the shipped weights learn from and are measured by (README.md)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parent

Row = dict[str, Any]


class Part(StrEnum):
    TRAIN = "train"
    DEV = "dev"
    TEST = "test"


def part_of(key: str) -> Part:
    """By the id alone, so that no later mention moves an earlier one."""
    byte = hashlib.sha256(key.encode()).digest()[0]
    if byte < 180:
        return Part.TRAIN
    return Part.DEV if byte < 218 else Part.TEST


def mentions(language: str, part: Part) -> list[Row]:
    """The labelled mentions of one part."""
    return [row for row in rows(language) if part_of(row["id"]) is part]


def rows(name: str) -> list[Row]:
    """All that stand in `name`.jsonl, in their order."""
    return list(_read(ROOT / f"{name}.jsonl"))


def _read(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
