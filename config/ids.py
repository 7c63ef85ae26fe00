"""Identifiers of our own rows: text that sorts by the time it was made."""

from __future__ import annotations

import secrets
import time


def new_id() -> str:
    """28 hexadecimal digits: 12 of milliseconds since 1970, 16 of chance."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(8)}"
