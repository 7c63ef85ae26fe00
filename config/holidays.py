"""The public holidays of a country or a part of one, as dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Final

NONE: Final = "none"
"""Written where a channel keeps no holidays although the brand does."""

_SHOWN: Final = 16  # parts of a country, in an error


def read_place(text: str) -> tuple[str, str | None]:
    """Country and part of "IT" or "DE-BY" (ISO 3166). Raises ValueError for one nobody knows."""
    # Loaded only where holidays are configured: 0.2 s and 12 MB (0.109 on Python 3.11).
    import holidays

    country, dash, part = text.strip().upper().partition("-")
    parts = holidays.list_supported_countries().get(country)
    if parts is None:
        raise ValueError(f"nobody knows the public holidays of {text!r}")
    if dash and part not in parts:
        raise ValueError(f"no part {part!r} of {country} is known ({_some(parts)})")
    return country, part or None


def _some(parts: Sequence[str]) -> str:
    """Italy has a hundred."""
    return ", ".join(parts[:_SHOWN]) + (", …" if len(parts) > _SHOWN else "") or "none are"


@lru_cache(maxsize=256)
def days_off(place: str, year: int) -> frozenset[date]:
    """The holidays of a year. A set of its own for each year: the package's own table grows while
    it is asked, and several threads ask."""
    import holidays

    country, part = read_place(place)
    return frozenset(holidays.country_holidays(country, subdiv=part, years=year))
