"""Linear models over pieces of text: what the shipped weights are read into, and what they say.

Softmax for one answer of several (sentiment, phase), a sigmoid each for several answers at once
(topics). Probabilities are made honest by a temperature fitted on texts the weights have not seen
(Guo et al., "On Calibration of Modern Neural Networks", ICML 2017,
https://arxiv.org/abs/1706.04599).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sentiment.features import LETTERS, SIZE

Floats = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Vector:
    """One text as numbers: `values[i]` is the weight of piece `pieces[i]` in it, the letters' and
    the words' of length 1 each; `cues` are what is known without counting pieces, 0 to 1 each."""

    pieces: NDArray[np.int32]
    values: Floats
    cues: Floats


@dataclass(frozen=True, kw_only=True)
class Rarity:
    """How much a piece tells: log((1 + texts) / (1 + texts with it)); 0 for one never seen."""

    table: Floats

    def vector(self, pieces: NDArray[np.int32], cues: Floats) -> Vector:
        values = self.table[pieces]
        border = int(np.count_nonzero(pieces < LETTERS))
        parts = [_of_length_one(values[:border]), _of_length_one(values[border:])]
        return Vector(pieces=pieces, values=np.concatenate(parts), cues=cues)


def _of_length_one(values: Floats) -> Floats:
    length = float(np.sqrt(values @ values))
    return values / np.float32(length) if length else values


@dataclass(frozen=True, kw_only=True)
class Head:
    """The weights of one question. `table` has a row for each piece, or for each group of pieces
    that share their lowest bits (its number of rows is a power of two); `cues` a row for each cue;
    `names` are the answers, one a column; `cuts` the probability from which each of `many` is
    believed, or for a single one that from which it is possible and that from which it is
    believed."""

    names: tuple[str, ...]
    table: Floats
    cues: Floats
    bias: Floats
    cuts: Floats
    temperature: float
    many: bool

    def probabilities(self, vector: Vector) -> Floats:
        """One for each of `names`; they add up to 1 unless `many` may be true at once."""
        return self.told(_logits(self.table, self.cues, vector))

    def told(self, logits: Floats) -> Floats:
        """The same from what pieces and cues add up to, before the bias."""
        logits = (logits + self.bias) / np.float32(self.temperature)
        if self.many:
            return np.asarray(1 / (1 + np.exp(-logits)), np.float32)
        powers = np.exp(logits - logits.max())
        return np.asarray(powers / powers.sum(), np.float32)

    def pull(self, vector: Vector, name: str) -> Floats:
        """How far each piece of `vector`, in its order, pulls towards `name` and not elsewhere."""
        weights = _rows(self.table, vector)
        weights -= weights.mean(axis=1, keepdims=True)
        return np.asarray(vector.values * weights[:, self.names.index(name)], np.float32)


def _logits(table: Floats, cues: Floats, vector: Vector) -> Floats:
    return np.asarray(vector.values @ _rows(table, vector) + vector.cues @ cues, np.float32)


def _rows(table: Floats, vector: Vector) -> Floats:
    rows = vector.pieces if len(table) == SIZE else vector.pieces & (len(table) - 1)
    return np.take(table, rows, axis=0)  # twice as quick as indexing


@dataclass(frozen=True, kw_only=True)
class Weights:
    """All that is known from training: in which languages (ISO 639-1), and `made_of` says from
    what, in a sentence."""

    rarity: Rarity
    heads: Mapping[str, Head]
    languages: tuple[str, ...]
    made_of: str

    def answers(self, vector: Vector) -> dict[str, Floats]:
        """What each head gives as `probabilities`, in one go for all that group pieces alike."""
        found = {}
        for names, table, cues in self._together:
            logits, at = _logits(table, cues, vector), 0
            for name in names:
                head = self.heads[name]
                found[name] = head.told(logits[at : at + len(head.names)])
                at += len(head.names)
        return found

    @cached_property
    def _together(self) -> list[tuple[list[str], Floats, Floats]]:
        """The heads whose tables have as many rows, side by side: it is fetching rows from all
        over the memory that takes time, not adding them up."""
        alike: dict[int, list[str]] = {}
        for name, head in self.heads.items():
            alike.setdefault(len(head.table), []).append(name)
        return [
            (
                names,
                np.concatenate([self.heads[name].table for name in names], axis=1),
                np.concatenate([self.heads[name].cues for name in names], axis=1),
            )
            for names in alike.values()
        ]
