"""Pure: what the brand book knows of a question beside articles: products, stores, promotions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from config.book import Article, Chapter, Product, Store
from responder.asked import Asked, Candidate, Wording
from responder.retrieve import ALIKE, SURELY
from sentiment.cues import fold

_FACTS: Final = frozenset({"size", "care", "purchase", "product", "page", "praise"})
"""The topics a product's own page answers."""

_HAS_NAME: Final = 2.5
"""What it counts that a question names a store, or a product it is about."""

_HAS_FACT: Final = 2.0
"""And that the product's own page says just that of it."""


def of_product(asked: Asked, chapter: Chapter) -> list[Candidate]:
    if asked.topics and asked.topics[0] not in _FACTS and asked.phase != "requirements":
        return []  # "the boots I ordered": it is about the order
    for product in chapter.products:
        if _names_one_of(asked.text, product.names):
            facts = {"size": product.sizes, "care": product.care}
            told = [topic for topic in asked.topics if topic in facts]
            body = facts[told[0]] if told else f"{product.what_for} {product.honest_difference}"
            made_from = f"product: {product.key}"
            words = Wording(body=body, made_from=made_from, url=product.url, factual=True)
            alike = _likely(asked, product, told, chapter.articles)
            sure = bool(told) or alike >= SURELY or not asked.likely
            points = _HAS_NAME + _HAS_FACT * bool(told) + ALIKE * alike
            return [(points, replace(words, sure=sure))]
    return []


def _likely(
    asked: Asked, product: Product, told: Sequence[str], articles: Sequence[Article]
) -> float:
    """What the examples have for its page, or for an article on what it tells: which knows less of
    this very product."""
    alike = [article.key for article in articles if not set(told).isdisjoint(article.topics)]
    return max(asked.likely.get(key, 0.0) for key in (product.key, *alike))


def of_store(asked: Asked, stores: Sequence[Store]) -> list[Candidate]:
    if "store" not in asked.topics:
        return []
    named = [store for store in stores if _names_one_of(asked.text, store.names)]
    if not named:
        return []
    store = named[0]
    body = f"{store.name}: {store.address}. {store.hours}"
    words = Wording(body=body, made_from=f"store: {store.key}", url=store.map_url, factual=True)
    lead = asked.topics[0] == "store"
    return [(_HAS_NAME + lead, replace(words, by_words=lead))]


def of_promotion(asked: Asked, chapter: Chapter) -> list[Candidate]:
    if "promotion" not in asked.topics or asked.resting:
        return []
    running = [p for p in chapter.promotions if p.starts <= asked.today <= p.ends]
    if not running:
        return []
    leads = asked.topics[0] == "promotion"
    one = running[0]
    words = Wording(body=one.text, made_from=f"promotion: {one.key}", url=one.url, factual=True)
    return [(1.0 + leads, words)]


def _names_one_of(text: str, names: Sequence[str]) -> bool:
    folded = fold(text)
    return any(re.search(rf"\b{re.escape(fold(name))}\b", folded) for name in names)
