"""What the form that sets a mention right offers, in words for people.

The hints are those of the guide by which our texts were labelled (sentiment/corpus/README.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from responder.correct import FEELINGS
from responder.corrections import NO, YES
from responder.desk.tongue import N_, _
from sentiment.phase import Phase
from sentiment.topics import OTHER, TOPICS


@dataclass(frozen=True, kw_only=True)
class Choice:
    """`value` is what the form sends, `hint` what it covers."""

    value: str
    name: str
    hint: str = ""


_TOPICS: Final[Mapping[str, str]] = {
    "order": N_("the state of one order: changing it, its confirmation, its invoice"),
    "delivery": N_("bringing it: time, cost, courier, pick-up point, lateness"),
    "damaged": N_("broken on the way, the wrong or a missing item"),
    "returns": N_("sending back, exchanging"),
    "refund": N_("money to come back"),
    "payment": N_("paying: cards, instalments, double charges, vouchers"),
    "cancellation": N_("of an order, a subscription, an account, a newsletter"),
    "size": N_("which size, how it fits"),
    "purchase": N_("a question before buying: which one, in stock, does it suit"),
    "page": N_("a product's page or description is wrong or unclear"),
    "site": N_("website, app of the shop, log-in, checkout"),
    "promotion": N_("discounts, codes, prices, sales, loyalty points, competitions"),
    "product": N_("the thing itself: quality, features, price for what it is"),
    "technical": N_("using it: set up, pairing, firmware, it will not start"),
    "care": N_("washing, waterproofing, cleaning, storing, spare parts"),
    "warranty": N_("guarantee, repair"),
    "service": N_("the people: care team, shop staff, hotline, unanswered messages"),
    "store": N_("shops: hours, addresses, stock there"),
    "praise": N_("says something good of product, brand or people"),
    "press": N_("press, jobs, sponsoring, partnership, influencers"),
    "safety": N_("somebody hurt or in danger, law, authorities, data leaked, threats"),
    "spam": N_("advertising, scams, chain posts"),
    OTHER: N_("concerns the brand and fits none of these"),
}
_PHASES: Final = {
    Phase.REQUIREMENTS: N_("finds out what is needed"),
    Phase.ACQUISITION: N_("orders, pays, waits, receives"),
    Phase.OWNERSHIP: N_("uses, cares for, repairs"),
    Phase.RETIREMENT: N_("returns, cancels, leaves"),
    Phase.UNKNOWN: N_("the text does not say"),
}

_NAMES: Final[Mapping[str, str]] = {
    "negative": N_("Negative"),
    "neutral": N_("Neutral"),
    "positive": N_("Positive"),
    "requirements": N_("Requirements"),
    "acquisition": N_("Acquisition"),
    "ownership": N_("Ownership"),
    "retirement": N_("Retirement"),
    "unknown": N_("Unknown"),
    "order": N_("Order"),
    "delivery": N_("Delivery"),
    "damaged": N_("Damaged"),
    "returns": N_("Returns"),
    "refund": N_("Refund"),
    "payment": N_("Payment"),
    "cancellation": N_("Cancellation"),
    "size": N_("Size"),
    "purchase": N_("Purchase"),
    "page": N_("Page"),
    "site": N_("Site"),
    "promotion": N_("Promotion"),
    "product": N_("Product"),
    "technical": N_("Technical"),
    "care": N_("Care"),
    "warranty": N_("Warranty"),
    "service": N_("Service"),
    "store": N_("Store"),
    "praise": N_("Praise"),
    "press": N_("Press"),
    "safety": N_("Safety"),
    "spam": N_("Spam"),
    OTHER: N_("Other"),
}


def named(value: str) -> str:
    """A feeling, a phase or a topic as a word of the reader's language."""
    return _(_NAMES.get(value, value.capitalize()))


def choices() -> Mapping[str, Sequence[Choice]]:
    """What there is to choose from, by question, in the reader's language."""
    return {
        "sentiment": [Choice(value=one.value, name=named(one.value)) for one in FEELINGS],
        "phase": [
            Choice(value=one.value, name=named(one.value), hint=_(_PHASES[one])) for one in Phase
        ],
        "topics": [
            Choice(value=one, name=named(one), hint=_(_TOPICS[one]))
            for one in (*sorted(TOPICS), OTHER)
        ],
        "danger": [Choice(value=YES, name=_("Yes")), Choice(value=NO, name=_("No"))],
    }
