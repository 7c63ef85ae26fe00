"""What a channel says of itself: how it counts, what it can do, what it asks and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Fee:
    """What a network charges for one thing, in millionths of a US dollar."""

    what: str  # "a reply"
    micros: int


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """What a channel says of itself, so that nobody has to ask for its kind."""

    label: str  # "X", "Facebook"
    streams: tuple[str, ...]  # what it polls, most important first
    text_limit: int
    counted_in: str  # "weighted characters", for the desk
    links_welcome: bool  # False where a link costs money or reach: drafts then leave it out
    can_hide: bool
    can_delete: bool = False  # replies of ours can be taken back from here
    media_hosts: tuple[str, ...] = ()  # where its pictures lie: "pbs.twimg.com", "*.fbcdn.net"
    logo: str = ""  # its sign beside what it shows, where it asks for that: an SVG path, 24 by 24
    keeps_text_days: int | None = None  # the network lets a closed text be kept so long; None: ever
    prices_checked: date | None = None  # when prices were last looked up; None: it costs nothing
    fees: tuple[Fee, ...] = ()
    allowances: tuple[str, ...] = ()  # "100 replies in 15 minutes": by the network's own documents
    token_ends: str = ""  # when a token stops by itself, as a sentence; "" where it never does
    may_teach: bool = True  # weights may be trained on its texts
    link_price: str = ""  # of a reply with a link, where it costs more than others: "$0.20"
    model_rule: str = ""  # why a model may word replies only once the network agreed; "": it may
