"""Makes what reads an encoder's numbers (stack.py) from labelled texts. Loaded only by what trains.

Which step is to be believed how far shows on texts that neither learned from: both are trained anew
without each part of the texts in turn, and heard about that part (Wolpert, see stack.py). What they
say of texts they know would teach to believe whichever remembers best.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import LogisticRegression

from sentiment.lessons import Example, Question
from sentiment.linear import Floats, Weights
from sentiment.stack import FEELING, PROBE, Stack, believed, rounded
from sentiment.trainer import balanced, train

PARTS: Final = 3
"""So often both steps are trained without a part of the texts, and heard about it."""

LANDMARKS: Final = 1000
"""More tell nothing more that could be measured, and each is a kilobyte of the file."""

_REACH: Final = 0.1
"""`Stack.reach` times the number of dimensions. Any two texts are 0.8 alike then, which makes the
machine nearly a plane: that serves best on kinds of text it was not taught on."""
_STRENGTH: Final = 1.0  # scikit-learn's C, of the head
_LITTLE, _MUCH = 0.02, 5.0  # of trust in either
_CLOSE: Final = 1e-3
_ROUNDS: Final = 300
_TINY: Final = 1e-9

Mask = NDArray[np.bool_]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Texts:
    """Labelled texts, n of them: their `vectors` by the encoder (n x WIDTH), what the weights say
    that have not learned from them (`linear`, n x 3, probabilities), which of `FEELING` is `right`
    (n), what each `counts` (n), and which `part` of 0 to `PARTS` - 1 it is in (n)."""

    vectors: Floats
    linear: Floats
    right: Numbers
    counts: NDArray[np.float64]
    part: Numbers


def make(
    examples: Sequence[Example],
    dev: Sequence[Example],
    weights: Weights,
    vector: Callable[[str], Floats],
    *,
    question: Question,
    made_of: str,
) -> Stack:
    """A stack for `weights`, which learned from the `examples` as `question` says and were
    calibrated on `dev`; so is it. `vector` is the encoder's."""
    learning = [one for one in examples if "sentiment" in one.answers]
    proving = [one for one in dev if "sentiment" in one.answers]
    part = np.array([part_of(one.text) for one in learning])
    linear = np.empty((len(learning), len(FEELING)), np.float32)
    for number in range(PARTS):
        others = [one for one, where in zip(learning, part, strict=True) if where != number]
        here = [one for one, where in zip(learning, part, strict=True) if where == number]
        made = train(others, proving, made_of="", questions=[question])
        linear[part == number] = heard(made, here)
    return fit(
        _texts(learning, linear, part, vector),
        _texts(proving, heard(weights, proving), np.zeros(len(proving), np.int64), vector),
        probe=vector(PROBE),
        made_of=made_of,
    )


def part_of(text: str) -> int:
    """0 to `PARTS` - 1; the same every time, and for texts that are the same."""
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()[0] % PARTS


def heard(weights: Weights, examples: Sequence[Example]) -> Floats:
    """What `weights` say of each feeling. Raises ValueError if they do not know all three."""
    head, rarity = weights.heads["sentiment"], weights.rarity
    if head.names != FEELING:
        raise ValueError(f"weights that know {', '.join(head.names)} alone")
    return np.stack([head.probabilities(rarity.vector(one.pieces, one.cues)) for one in examples])


def _texts(
    examples: Sequence[Example], linear: Floats, part: Numbers, vector: Callable[[str], Floats]
) -> Texts:
    right = np.array([FEELING.index(one.answers["sentiment"][0]) for one in examples])
    return Texts(
        vectors=np.stack([vector(one.text) for one in examples]),
        linear=linear,
        right=right,
        counts=balanced(examples, right),
        part=part,
    )


def fit(texts: Texts, proof: Texts, *, probe: Floats, made_of: str) -> Stack:
    """A stack that learned from `texts` and is calibrated on `proof`. `probe` is what `PROBE` looks
    like to the encoder."""
    meant = np.empty_like(texts.linear)
    for number in range(PARTS):
        here = texts.part == number
        meant[here] = said(_head(texts, ~here), texts.vectors[here])
    head = _head(texts, np.ones(len(texts.right), bool))
    trust = calibrated(trusted(texts, meant), proof, said(head, proof.vectors))
    return replace(head, trust=trust, probe=probe.astype(np.float32), made_of=made_of)


def said(stack: Stack, vectors: Floats) -> Floats:
    """What `stack` reads in each row of `vectors`."""
    return np.stack([stack.meant(vector) for vector in vectors])


def trusted(texts: Texts, meant: Floats) -> Floats:
    """How far to believe the weights, and how far the encoder, which `meant` this (n x 3): the two
    numbers by which `texts` surprise least."""

    def surprise(trust: NDArray[np.float64]) -> float:
        return _surprise(texts, meant, np.asarray(trust, np.float32))

    found = minimize(surprise, (0.5, 0.5), method="Nelder-Mead", bounds=((_LITTLE, _MUCH),) * 2)
    return np.asarray(found.x, np.float32)


def calibrated(trust: Floats, proof: Texts, meant: Floats) -> Floats:
    """`trust` in the same proportion, but honest on texts of the kind that is to be judged, which
    are harder than most of those it was learned from (a temperature: linear.py says whose idea)."""

    def surprise(share: float) -> float:
        return _surprise(proof, meant, trust * np.float32(share))

    share = minimize_scalar(surprise, bounds=(0.2, 5), method="bounded").x
    return trust * np.float32(share)


def _surprise(texts: Texts, meant: Floats, trust: Floats) -> float:
    likely = believed(texts.linear, meant, trust)[np.arange(len(texts.right)), texts.right]
    return -float(np.average(np.log(likely + _TINY), weights=texts.counts))


def _head(texts: Texts, chosen: Mask) -> Stack:
    """What reads the encoder's numbers alone, taught by the `chosen` of `texts`."""
    vectors, right = texts.vectors[chosen], texts.right[chosen]
    mean, scale = vectors.mean(axis=0), vectors.std(axis=0) + np.float32(_TINY)
    reach = _REACH / vectors.shape[1]
    near = Nystroem(gamma=reach, n_components=min(LANDMARKS, len(vectors)), random_state=0).fit(
        (vectors - mean) / scale
    )
    near.components_ = rounded(near.components_)
    model = LogisticRegression(C=_STRENGTH, max_iter=_ROUNDS, tol=_CLOSE)
    model.fit(near.transform((vectors - mean) / scale), right, sample_weight=texts.counts[chosen])
    return Stack(
        mean=mean,
        scale=scale,
        landmarks=near.components_,
        reach=np.array(reach, np.float32),
        # Nyström's turn of the axes and the weights on them are one table.
        pulls=(near.normalization_.T @ model.coef_.T).astype(np.float32),
        bias=model.intercept_.astype(np.float32),
        trust=np.ones(2, np.float32),
        probe=np.zeros(vectors.shape[1], np.float32),
        made_of="",
    )
