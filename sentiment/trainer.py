"""Makes weights from labelled texts. Loaded by the commands that train, never by the bot's daily
work: scikit-learn takes a second and 90 MB to come up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from sentiment.features import SIZE
from sentiment.lessons import QUESTIONS, Example, Question
from sentiment.linear import Floats, Head, Rarity, Vector, Weights

LEAST_TEXTS: Final = 200
"""So many texts with a feeling make a language one that was learned."""

_TINY: Final = 1e-9
_CUTS: Final = tuple(number / 20 for number in range(3, 18))  # 0.15 to 0.85
_DOUBT: Final = 5.0  # of a figure from few texts
# Nearer to the best solution, and nothing gets better any more.
_CLOSE: Final = 1e-3  # for several answers
_NEAR: Final = 0.1  # for yes or no


def train(
    examples: Sequence[Example],
    dev: Sequence[Example],
    *,
    made_of: str,
    questions: Sequence[Question] = QUESTIONS,
) -> Weights:
    """Weights that answer every question the `examples` answer, calibrated on `dev`."""
    rarity = _rarity(examples)
    seen = [rarity.vector(one.pieces, one.cues) for one in examples]
    checked = [rarity.vector(one.pieces, one.cues) for one in dev]
    heads = {}
    for question in questions:
        mine = [number for number, one in enumerate(examples) if question.name in one.answers]
        proof = [number for number, one in enumerate(dev) if question.name in one.answers]
        if mine and proof:
            heads[question.name] = _head(
                question,
                [seen[number] for number in mine],
                [examples[number] for number in mine],
                [checked[number] for number in proof],
                [dev[number] for number in proof],
            )
    return Weights(rarity=rarity, heads=heads, languages=_learned(examples), made_of=made_of)


def _learned(examples: Sequence[Example]) -> tuple[str, ...]:
    """The languages of which there was enough: a few texts teach none."""
    counts = Counter(one.language for one in examples if "sentiment" in one.answers)
    return tuple(sorted(language for language, n in counts.items() if n >= LEAST_TEXTS))


def _rarity(examples: Sequence[Example]) -> Rarity:
    found = np.bincount(np.concatenate([one.pieces for one in examples]), minlength=SIZE)
    told = np.log((1 + len(examples)) / (1 + found))
    return Rarity(table=np.where(found, told, 0).astype(np.float16).astype(np.float32))


def _head(
    question: Question,
    vectors: Sequence[Vector],
    examples: Sequence[Example],
    proof: Sequence[Vector],
    wanted: Sequence[Example],
) -> Head:
    names = _names(question, examples)
    fit = _fit_many if question.many else _fit_one
    matrix = _matrix(vectors, question)
    weights, bias = fit(matrix, examples, names, question)
    head = Head(
        names=names,
        table=weights[: question.rows] * np.float32(question.trust),
        cues=weights[question.rows :] * question.cue_weight,
        bias=bias,
        cuts=np.full(len(names), 0.5, np.float32),
        temperature=1.0,
        many=question.many,
    )
    right = [one.answers[question.name] for one in wanted]
    return _guarded(_calibrated(head, proof, right), question, proof, right)


def _names(question: Question, examples: Sequence[Example]) -> tuple[str, ...]:
    counts = Counter(name for one in examples for name in one.answers[question.name])
    return tuple(sorted(counts))


def _matrix(vectors: Sequence[Vector], question: Question) -> csr_matrix:
    """A row for each text, with a column for each row of the table and for each cue."""
    ends = np.cumsum([0, *(len(one.pieces) for one in vectors)])
    columns = np.concatenate([one.pieces for one in vectors])
    if question.rows != SIZE:
        columns = columns & (question.rows - 1)
    values = np.concatenate([one.values for one in vectors])
    pieces = csr_matrix((values, columns, ends), shape=(len(vectors), question.rows))
    pieces.sum_duplicates()
    cues = np.stack([one.cues for one in vectors]) * question.cue_weight
    return hstack([pieces, csr_matrix(cues)], format="csr")


def _fit_one(
    matrix: csr_matrix, examples: Sequence[Example], names: Sequence[str], question: Question
) -> tuple[Floats, Floats]:
    right = np.array([names.index(one.answers[question.name][0]) for one in examples])
    model = LogisticRegression(C=question.strength, max_iter=200, tol=_CLOSE)
    model.fit(matrix, right, sample_weight=balanced(examples, right))
    weights, bias = model.coef_.T, model.intercept_
    if len(names) == 2:  # scikit-learn then tells how far the second is likelier than the first
        weights, bias = np.hstack([-weights, weights]) / 2, np.array([-bias[0], bias[0]]) / 2
    return weights.astype(np.float32), bias.astype(np.float32)


def _fit_many(
    matrix: csr_matrix, examples: Sequence[Example], names: Sequence[str], question: Question
) -> tuple[Floats, Floats]:
    columns, biases = [], []
    weights = np.array([one.weight for one in examples])
    for name in names:
        right = np.array([name in one.answers[question.name] for one in examples])
        # Many columns and few texts: solved from the texts' side it takes a tenth of the time.
        model = LogisticRegression(
            C=question.strength, solver="liblinear", dual=True, tol=_NEAR, random_state=0
        )
        model.fit(matrix, right, sample_weight=weights)
        columns.append(model.coef_[0])
        biases.append(model.intercept_[0])
    return np.stack(columns, axis=1).astype(np.float32), np.array(biases, np.float32)


def balanced(examples: Sequence[Example], right: NDArray[np.int64]) -> NDArray[np.float64]:
    """Each answer weighs as much as any other within its language, however often it was given."""
    weights = np.array([one.weight for one in examples])
    languages = np.array([one.language for one in examples])
    for language in set(languages):
        here = languages == language
        share = weights[here].sum() / len(set(right[here]))
        for answer in set(right[here]):
            chosen = here & (right == answer)
            weights[chosen] *= share / weights[chosen].sum()
    return weights


def _calibrated(head: Head, proof: Sequence[Vector], right: Sequence[tuple[str, ...]]) -> Head:
    """`head` with the temperature that fits texts it has not seen, and the cuts that serve best."""
    known = np.array([[name in answers for name in head.names] for answers in right], bool)

    def surprise(temperature: float) -> float:
        said = _said(replace(head, temperature=temperature), proof)
        missed = np.log(1 - said + _TINY)[~known].sum() if head.many else 0.0
        return -float(np.log(said + _TINY)[known].sum() + missed)

    best = minimize_scalar(surprise, bounds=(0.2, 5), method="bounded")
    fitted = replace(head, temperature=float(best.x))
    if not head.many:
        return fitted
    said = _said(fitted, proof)
    cuts = [_best_cut(said[:, column], known[:, column]) for column in range(len(head.names))]
    return replace(fitted, cuts=np.array(cuts, np.float32))


def _guarded(
    head: Head, question: Question, proof: Sequence[Vector], right: Sequence[tuple[str, ...]]
) -> Head:
    """`head` with the lowest cuts at which no more than the shares the question allows are called
    what they are not."""
    calm = [one for one, answers in zip(proof, right, strict=True) if not answers]
    if not question.most_false or not calm:
        return head
    shares = [1 - most for most in question.most_false]
    cuts = np.quantile(_said(head, calm)[:, 0], shares).astype(np.float32)
    return replace(head, cuts=np.nextafter(cuts, np.float32(1)))  # above all that are alike


def _said(head: Head, vectors: Sequence[Vector]) -> NDArray[np.float64]:
    return np.stack([head.probabilities(one) for one in vectors]).astype(np.float64)


def _best_cut(said: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """The probability from which an answer is to be believed, for the best F1."""
    return max(_CUTS, key=lambda cut: (_f1(said >= cut, right), -abs(cut - 0.5)))


def _f1(said: NDArray[np.bool_], right: NDArray[np.bool_]) -> float:
    hits = float((said & right).sum())
    return 2 * hits / float(said.sum() + right.sum() + _DOUBT)
