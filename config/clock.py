"""The time, as a value that is passed in: whatever decides can be asked about any moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the present moment, aware and in UTC."""


def utcnow() -> datetime:
    return datetime.now(UTC)
