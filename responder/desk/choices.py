"""What the form that sets a mention right offers, in words for people.

The hints are those of the guide by which our texts were labelled (sentiment/corpus/README.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from responder.correct import FEELINGS
from responder.corrections import NO, YES
from sentiment.phase import Phase
from sentiment.topics import OTHER, TOPICS


@dataclass(frozen=True, kw_only=True)
class Choice:
    """`value` is what the form sends, `hint` what it covers."""

    value: str
    name: str
    hint: str = ""


_TOPICS: Final[Mapping[str, str]] = {
    "order": "the state of one order: changing it, its confirmation, its invoice",
    "delivery": "bringing it: time, cost, courier, pick-up point, lateness",
    "damaged": "broken on the way, the wrong or a missing item",
    "returns": "sending back, exchanging",
    "refund": "money to come back",
    "payment": "paying: cards, instalments, double charges, vouchers",
    "cancellation": "of an order, a subscription, an account, a newsletter",
    "size": "which size, how it fits",
    "purchase": "a question before buying: which one, in stock, does it suit",
    "page": "a product's page or description is wrong or unclear",
    "site": "website, app of the shop, log-in, checkout",
    "promotion": "discounts, codes, prices, sales, loyalty points, competitions",
    "product": "the thing itself: quality, features, price for what it is",
    "technical": "using it: set up, pairing, firmware, it will not start",
    "care": "washing, waterproofing, cleaning, storing, spare parts",
    "warranty": "guarantee, repair",
    "service": "the people: care team, shop staff, hotline, unanswered messages",
    "store": "shops: hours, addresses, stock there",
    "praise": "says something good of product, brand or people",
    "press": "press, jobs, sponsoring, partnership, influencers",
    "safety": "somebody hurt or in danger, law, authorities, data leaked, threats",
    "spam": "advertising, scams, chain posts",
    OTHER: "concerns the brand and fits none of these",
}
_PHASES: Final = {
    Phase.REQUIREMENTS: "finds out what is needed",
    Phase.ACQUISITION: "orders, pays, waits, receives",
    Phase.OWNERSHIP: "uses, cares for, repairs",
    Phase.RETIREMENT: "returns, cancels, leaves",
    Phase.UNKNOWN: "the text does not say",
}

CHOICES: Final[Mapping[str, Sequence[Choice]]] = {
    "sentiment": [Choice(value=one.value, name=one.value.capitalize()) for one in FEELINGS],
    "phase": [
        Choice(value=one.value, name=one.value.capitalize(), hint=_PHASES[one]) for one in Phase
    ],
    "topics": [
        Choice(value=one, name=one.capitalize(), hint=_TOPICS[one])
        for one in (*sorted(TOPICS), OTHER)
    ],
    "danger": [Choice(value=YES, name="Yes"), Choice(value=NO, name="No")],
}
