"""Pure: the words of a draft, from the brand book, in the customer's language.

Self-help first: a question is answered by what the book knows (product, store, promotion, article)
before anybody is asked to wait. What the book does not know is left to a human, never invented.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from config.brand import Article, Chapter, Occasion, Product, Promotion, SavedReply, Store
from responder.voice import greeting
from sentiment.cues import fold


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The mention as composing sees it. `seed` (its id) picks among variants, always the same."""

    text: str
    name: str  # of the author, "" if unknown
    topics: Sequence[str]
    occasion: Occasion
    question: bool
    seed: str
    today: date


@dataclass(frozen=True, kw_only=True)
class Wording:
    """What is said, where it comes from, and the page that says more ("" for none)."""

    body: str
    made_from: str
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Composed:
    text: str
    made_from: str


Fits = Callable[[str], bool]
"""Whether a text is short enough for the channel."""


def compose(
    asked: Asked, chapter: Chapter, *, links: bool, fits: Fits, notice: str = ""
) -> Composed:
    """A whole reply: greeting, words, link, signature; `notice` (a disclosure) stays in any case.

    Where it would not fit, the link goes first, then the signature, then the greeting's name.
    """
    wording = word(asked, chapter)
    voice = chapter.voice
    hello, plain = greeting(voice, asked.name), voice.greeting_without_name
    link = wording.url if links else ""
    attempts = (
        (hello, wording.body, link, voice.signature),
        (hello, wording.body, "", voice.signature),
        (hello, wording.body, "", ""),
        (plain, wording.body, "", ""),
    )
    texts = [_joined(*attempt, notice) for attempt in attempts]
    return Composed(
        text=next((text for text in texts if fits(text)), texts[-1]), made_from=wording.made_from
    )


def word(asked: Asked, chapter: Chapter) -> Wording:
    """The words that answer, without greeting and signature."""
    if asked.question and asked.occasion is Occasion.OTHER:
        known = (
            _promotion(asked, chapter.promotions)
            or _store(asked, chapter.stores)
            or _product(asked, chapter.products)
            or _article(asked, chapter.articles)
        )
        if known:
            return known
    return _saved_reply(asked, chapter.saved_replies)


def _saved_reply(asked: Asked, replies: Sequence[SavedReply]) -> Wording:
    fitting = [reply for reply in replies if reply.occasion is asked.occasion]
    best = max(fitting, key=lambda reply: _overlap(asked.topics, reply.topics), default=None)
    if best is None or (best.topics and not _overlap(asked.topics, best.topics)):
        best = next((r for r in replies if r.occasion is Occasion.OTHER), replies[0])
    return Wording(body=_variant(best.texts, asked.seed), made_from=f"saved reply: {best.key}")


def _article(asked: Asked, articles: Sequence[Article]) -> Wording | None:
    # Hardly a question about an order does without its parcel: what else it names is what it asks.
    topics = sorted(asked.topics, key=lambda topic: topic == "delivery")
    best = max(articles, key=lambda article: _overlap(topics, article.topics), default=None)
    if best is None or not _overlap(topics, best.topics):
        return None
    return Wording(body=best.answer, made_from=f"article: {best.key}", url=best.url)


def _product(asked: Asked, products: Sequence[Product]) -> Wording | None:
    for product in products:
        if _names_one_of(asked.text, product.names):
            fact = {"size": product.sizes, "care": product.care}
            facts = [fact[topic] for topic in asked.topics if topic in fact]
            return Wording(
                body=facts[0] if facts else product.what_for,
                made_from=f"product: {product.key}",
                url=product.url,
            )
    return None


def _store(asked: Asked, stores: Sequence[Store]) -> Wording | None:
    if "store" not in asked.topics:
        return None
    named = [store for store in stores if _names_one_of(asked.text, store.names)]
    if not named:
        return None
    store = named[0]
    return Wording(
        body=f"{store.name}: {store.address}. {store.hours}",
        made_from=f"store: {store.key}",
        url=store.map_url,
    )


def _promotion(asked: Asked, promotions: Sequence[Promotion]) -> Wording | None:
    if "promotion" not in asked.topics:
        return None
    for promotion in promotions:
        if promotion.starts <= asked.today <= promotion.ends:
            return Wording(
                body=promotion.text, made_from=f"promotion: {promotion.key}", url=promotion.url
            )
    return None


def _overlap(asked: Sequence[str], offered: Sequence[str]) -> float:
    """How well topics agree. A topic counts the more, the stronger (earlier) it is in `asked`."""
    return sum(1 / (1 + place) for place, topic in enumerate(asked) if topic in offered)


def _names_one_of(text: str, names: Sequence[str]) -> bool:
    folded = fold(text)
    return any(re.search(rf"\b{re.escape(fold(name))}\b", folded) for name in names)


def _variant(texts: Sequence[str], seed: str) -> str:
    return texts[int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4]) % len(texts)]


def _joined(hello: str, body: str, link: str, signature: str, notice: str) -> str:
    return " ".join(part for part in (hello, body, link, signature, notice) if part)
