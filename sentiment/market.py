"""Pure: what is known of our products and competitors, and what a judged text says of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sentiment.aspects import aspects_of
from sentiment.named import Named
from sentiment.rivals import Rivals, rivals_of
from sentiment.score import Score, Sentiment
from sentiment.signals import ASKING, Signal

_LIKELY: Final = 0.6
"""From this confidence on a feeling makes praise or complaint beside it doubtful."""
_SURELY: Final = 0.7
"""From this confidence on a feeling and a topic of the whole text make an aspect of it."""


@dataclass(frozen=True, kw_only=True)
class Market:
    """`products` by language: what customers call them there."""

    products: Mapping[str, Sequence[Named]] = field(default_factory=dict)
    rivals: Rivals = field(default_factory=Rivals)


NOTHING_KNOWN: Final = Market()


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What is judged of a text, by the judge or by an agent."""

    language: str
    score: Score
    topics: Sequence[str]
    signals: Collection[str]


def aspects_told(text: str, judged: Judged, market: Market) -> list[str]:
    """The aspects of a text, as a mention keeps them. Spam wants nothing of us."""
    if Signal.SPAM in judged.signals or "spam" in judged.topics[:1]:
        return []
    asks = any(signal in judged.signals for signal in ASKING)
    sure = judged.score.confidence >= _SURELY and not asks
    found = aspects_of(
        text,
        judged.language,
        judged.score.label if judged.score.confidence >= _LIKELY else Sentiment.UNKNOWN,
        market.products.get(judged.language, ()),
        market.rivals.others,
        judged.topics if sure else (),
    )
    return [str(aspect) for aspect in found]


def rivals_told(text: str, market: Market, *, addressed: bool) -> list[str]:
    """The competitors of a text, as a mention keeps them."""
    return list(rivals_of(text, market.rivals, addressed=addressed))
