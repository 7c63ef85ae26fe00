"""Pure: which entry of the brand book answers texts like this one, told by what customers wrote who
were answered by it.

An entry's `examples` are such texts; those who write them leave out the plainest, so its title and
its words, which say just that, stand among them. Two texts are alike by the pieces they share, each
counting by its rarity among the examples (sentiment/features.py), and by what is judged of both
(responder/traits.py). From how alike all examples are to each other follows by kernel ridge
regression how much each of them says for each entry (Saunders, Gammerman and Vovk, "Ridge
Regression Learning Algorithm in Dual Variables", ICML 1998): a text that is a bit like many
examples of one entry is as good as one much like a single one; and where we judge all texts of a
kind amiss in the same way, that is learned as well. Two thousand examples take two seconds; whoever
asks goes through responder/shelves.py, where that happens once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.book import Chapter, Entry, Product
from responder.traits import traits_of
from sentiment.features import pieces
from sentiment.judge import judge
from sentiment.linear import Floats

_RIDGE: Final = 0.6
"""How little a single example is trusted: chosen, like `_JUDGED`, on texts that are no examples."""
_JUDGED: Final = 0.15
"""What it counts that two texts were judged alike, against sharing all their pieces."""
_HANDFUL: Final = 4
_PLAIN: Final = re.compile(r"[^()\[\]|?*+\\^$.{}]+")
_PLACEHOLDER: Final = re.compile(r"~| … ")
_MOST: Final = 3_000
"""Examples of one language that are learned; of more, as many of each entry: twice as many take
eight times as long."""
_COMMON: Final = 0.25
_FEW: Final = 20
"""Pieces that more of the examples hold tell next to nothing, and take most of the time."""
_ASKED: Final = 512  # texts remembered: whoever edits a reply asks about one of them all the time
_JUDGEMENTS: Final = 7 * _MOST  # most of what is learned after a change was judged before it
_SHELVES: Final = 16  # chapters kept: languages, and some of the book before the last change

Examples = tuple[tuple[str, tuple[str, ...]], ...]
"""Pairs of an entry's key and its examples."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Shelf:
    """Examples, ready to be asked. `table` has a row for each piece (its number in `known`), as
    `starts` into `places` and `values`; `judged`: a row of traits for each example, around their
    mean, `usual`; `says`: what each example says for each of `keys`."""

    keys: tuple[str, ...]
    known: NDArray[np.int32]
    rarity: Floats
    starts: NDArray[np.int64]
    places: NDArray[np.int32]
    values: Floats
    judged: Floats
    usual: Floats
    says: Floats

    def likeness(self, found: NDArray[np.int64], weights: Floats) -> Floats:
        """How alike a text is to each example, 0 to 1 (a cosine). `found`: its pieces, as rows of
        the table; `weights`: what each counts, together of length 1."""
        starts = self.starts[found]
        counts = self.starts[found + 1] - starts
        ends = np.cumsum(counts)
        shared = np.arange(counts.sum()) + np.repeat(starts - ends + counts, counts)
        products = np.repeat(weights, counts) * self.values[shared]
        alike = np.bincount(self.places[shared], products, minlength=len(self.says))
        return alike.astype(np.float32)


def examples_of(chapter: Chapter) -> Examples:
    """The examples of everything in one language of the book that can answer. A reply and an
    article of one name answer the same. Of a chapter that was asked about before they are
    remembered: they are wanted at every letter somebody types."""
    known, examples = _examples.get(id(chapter), (None, ()))
    if known is not chapter:
        while len(_examples) >= _SHELVES:
            _examples.pop(next(iter(_examples)), None)
        examples = _examples_of(chapter)
        _examples[id(chapter)] = chapter, examples
    return examples


_examples: Final[dict[int, tuple[Chapter, Examples]]] = {}


def _examples_of(chapter: Chapter) -> Examples:
    found: dict[str, tuple[str, ...]] = {}
    entries: list[Entry | Product] = [
        *chapter.saved_replies, *chapter.articles, *chapter.products
    ]  # fmt: skip
    for entry in entries:
        if entry.examples:
            texts = (*found.get(entry.key, ()), *_plainest(entry), *entry.examples)
            found[entry.key] = tuple(dict.fromkeys(texts))
    return tuple(found.items())


def _plainest(entry: Entry | Product) -> Iterator[str]:
    """Its title, and its words by the handful: one alone is too short to be like anything."""
    if isinstance(entry, Product):
        return
    yield entry.title
    words = [_PLACEHOLDER.sub(" ", text).strip() for text in entry.words if _PLAIN.fullmatch(text)]
    for start in range(0, len(words), _HANDFUL):
        yield " ".join(words[start : start + _HANDFUL])


def speaks_for(
    text: str, shelf: Shelf, language: str, *, judged: Floats | None = None
) -> Mapping[str, float]:
    """How much speaks for each entry, by its key: about 1 where its own example is repeated, about
    0 where nothing does. Text and examples are in `language`. `judged`: the text's traits, where
    they are known already."""
    judged = _traits(text, language) if judged is None else judged
    return _likely(text, shelf, judged.astype(np.float32).tobytes())


@lru_cache(maxsize=_ASKED)
def _likely(text: str, shelf: Shelf, traits: bytes) -> Mapping[str, float]:
    judged = np.frombuffer(traits, np.float32)
    found = _numbers(pieces(text), shelf.known)
    alike = shelf.likeness(found, _shortened(shelf.rarity[found]))
    says = (alike + _JUDGED * (shelf.judged @ (judged - shelf.usual))) @ shelf.says
    return MappingProxyType(dict(zip(shelf.keys, map(float, says), strict=True)))


def shelve(examples: Examples, language: str) -> Shelf | None:
    """The examples, learned; None if there are none. Takes seconds and some 100 MB."""
    each = max(1, _MOST // max(1, len(examples)))
    if sum(len(texts) for _, texts in examples) <= _MOST:
        each = _MOST
    rows = [(number, text) for number, (_, texts) in enumerate(examples) for text in texts[:each]]
    if not rows:
        return None
    found = [pieces(text) for _, text in rows]
    known, counts = np.unique(np.concatenate(found), return_counts=True)
    telling = counts <= max(len(rows) * _COMMON, _FEW)
    known, counts = known[telling], counts[telling]
    rarity = np.log((1 + len(rows)) / counts).astype(np.float32)
    numbers = [_numbers(row, known) for row in found]
    values = [_shortened(rarity[row]) for row in numbers]
    order = np.argsort(np.concatenate(numbers), kind="stable")
    places = np.repeat(np.arange(len(rows), dtype=np.int32), [len(row) for row in numbers])
    traits = np.stack([_traits(text, language) for _, text in rows])
    usual = traits.mean(axis=0)
    shelf = Shelf(
        keys=tuple(key for key, _ in examples),
        known=known,
        rarity=rarity,
        starts=np.concatenate([[0], np.cumsum(counts)]),
        places=places[order],
        values=np.concatenate(values)[order],
        judged=traits - usual,
        usual=usual,
        says=np.zeros((len(rows), len(examples)), np.float32),
    )
    alike = np.array([shelf.likeness(*row) for row in zip(numbers, values, strict=True)])
    alike += _JUDGED * (shelf.judged @ shelf.judged.T)
    of_entry = np.array([number for number, _ in rows])
    target = (of_entry[:, None] == np.arange(len(examples))).astype(np.float32)
    shelf.says[:] = np.linalg.solve(alike + _RIDGE * np.eye(len(rows), dtype=np.float32), target)
    return shelf


@lru_cache(maxsize=_JUDGEMENTS)
def _traits(text: str, language: str) -> Floats:
    return traits_of(judge(text, languages=(language,), hint=language, encoder=False))


def _numbers(found: NDArray[np.int32], known: NDArray[np.int32]) -> NDArray[np.int64]:
    """Where those of `found` that are known stand in `known`, which is sorted."""
    at = np.searchsorted(known, found)
    at = np.minimum(at, len(known) - 1)
    held: NDArray[np.int64] = at[known[at] == found] if len(known) else at[:0]
    return held


def _shortened(weights: Floats) -> Floats:
    length = float(np.sqrt(weights @ weights))
    return weights / np.float32(length) if length else weights
