"""Pure: what the brand book tells the listener: what our products are called, who our competitors
are, and what people call us."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from config.brand import BrandBook
from sentiment.market import Market
from sentiment.named import Named
from sentiment.rivals import Rivals

_LONGEST: Final = 100
"""Letters of a name as figures are kept under it."""


def market_of(book: BrandBook) -> Market:
    cover = book.cover
    ours = Named(cover.name, (cover.name, *cover.terms, *cover.handles))
    others = tuple(
        Named(one.name, (one.name, *one.terms, *one.handles)) for one in cover.competitors
    )
    return Market(products=_products_of(book), rivals=Rivals(ours=ours, others=others))


def _products_of(book: BrandBook) -> Mapping[str, Sequence[Named]]:
    """A product has the name of the bridging language everywhere, so that it is counted as one, and
    in each language the words of that language beside its name there."""
    names = {product.key: product.name for product in book.chapters[book.bridge].products}
    return {
        language: tuple(
            Named(
                " ".join(names.get(product.key, product.name).split())[:_LONGEST],
                (product.name, *product.names),
            )
            for product in chapter.products
        )
        for language, chapter in book.chapters.items()
    }
