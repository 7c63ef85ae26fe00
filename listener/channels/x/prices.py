"""What X charges, as dated data: prices.toml, beside this module."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

_FILE: Final = Path(__file__).with_name("prices.toml")
_MICROS: Final = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Prices:
    """Prices in micros (millionths of a US dollar), from a day on. `checked`: when somebody last
    compared them with the page at `link`."""

    valid_from: date
    checked: date
    link: str
    post: int
    owned_post: int
    user: int
    media: int
    count: int
    reply: int
    reply_with_link: int
    manage: int
    delete: int
    usage: int


def load(path: Path = _FILE) -> tuple[Prices, ...]:
    """All the prices we know, the oldest first."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))["prices"]
    return tuple(sorted(map(_read, tables), key=lambda prices: prices.valid_from))


def on(day: date, known: Sequence[Prices]) -> Prices:
    """The prices of a day; on a day before the first ones, those."""
    valid = [prices for prices in known if prices.valid_from <= day]
    return valid[-1] if valid else known[0]


def _read(table: Mapping[str, Any]) -> Prices:
    micros = {name: int(Decimal(usd) * _MICROS) for name, usd in table["usd"].items()}
    return Prices(
        valid_from=table["valid_from"], checked=table["checked"], link=table["link"], **micros
    )
