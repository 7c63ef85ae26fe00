"""What a text is about."""

from __future__ import annotations

from typing import Final

from sentiment.cues import Hits, find

TOPICS: Final = (
    *("safety", "spam", "press", "damaged", "refund", "cancellation", "returns", "warranty"),
    *("payment", "size", "care", "technical", "promotion", "store", "page", "site", "delivery"),
    *("order", "purchase", "service", "product", "praise"),
)
"""Every topic that has a name. Of two that are equally strong the earlier one leads: it is the more
particular."""

OTHER: Final = "other"
"""What is about none of them."""


def topics(text: str, language: str) -> tuple[str, ...]:
    """The topics of `text`, the strongest first (number of cues, then the order of `TOPICS`).

    Empty when nothing is cued, or when there are no cues for `language`.
    """
    return ranked(find(text, language))


def ranked(hits: Hits) -> tuple[str, ...]:
    """The same, from cues that were already looked up."""
    present = (topic for topic in TOPICS if topic in hits.topics)
    return tuple(sorted(present, key=lambda topic: -hits.topics[topic]))
