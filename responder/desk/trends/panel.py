"""What a tab of the trends is made of: findings, each with a picture and the same numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from listener.trends.scope import Scope
from responder.access import Visitor
from responder.bot import Bot


class Filter(StrEnum):
    """What the bar over the tabs narrows by. The values are names in addresses; a period may be
    given by days as well."""

    PERIOD = "period"
    STEP = "by"
    CHANNEL = "channel"
    LANGUAGE = "language"
    TOPIC = "topic"
    PHASE = "phase"
    COMPARE = "compare"


KINDS: Final = frozenset({Filter.CHANNEL, Filter.LANGUAGE, Filter.TOPIC, Filter.PHASE})
"""Those by which mentions differ."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    text: str  # as shown, in the reader's language
    value: str | int | float = ""  # as in CSV; "" takes the text
    href: str = ""  # drill-down: exactly the mentions (or decisions) behind the number
    behind: int | None = None  # how many those are, where the value is no count


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One finding: sentence, picture, the same numbers as a table."""

    key: str  # [a-z-]+, in URLs of CSV and PNG
    title: str
    finding: str  # one sentence a marketer understands, with the numbers; in the reader's language
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]  # the first cell is the row's heading
    spec: Mapping[str, Any] | None = None  # Vega-Lite as a dict; None: the table is the picture
    heat: bool = False  # the table is a heat map (cells shaded by value)
    telling: bool = False  # it says something, though it may show no number
    note: str = ""  # method, n, what is missing, uncertainty: said in a sentence


@dataclass(frozen=True, kw_only=True)
class Look:
    """Who looks at what, and when. `compare`: beside the period before."""

    bot: Bot
    seat: Visitor
    scope: Scope
    now: datetime
    compare: bool = False
