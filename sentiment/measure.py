"""How right judgements are: the figures of `evaluate` and of docs/quality.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix, f1_score

from sentiment.labelled import LABELS

UNKNOWN: Final = "unknown"
_BINS: Final = 10


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Of `texts` labelled texts: `macro_f1` is the mean of the F1 of the labels that occur in them,
    `accuracy` the share that is right, both 0 to 1; `confusion[i][j]` how many of label i were
    called j, "unknown" being the last column. What is called unknown is wrong."""

    texts: int
    macro_f1: float
    accuracy: float
    confusion: tuple[tuple[int, ...], ...]


def figures(right: Sequence[str], said: Sequence[str]) -> Figures:
    """`right` and `said` are labels, one a text, in the same order; at least one."""
    present = [label for label in LABELS if label in set(right)]
    counted = confusion_matrix(right, said, labels=[*LABELS, UNKNOWN])[: len(LABELS)]
    return Figures(
        texts=len(right),
        macro_f1=float(f1_score(right, said, labels=present, average="macro", zero_division=0)),
        accuracy=float(np.mean(np.array(right) == np.array(said))),
        confusion=tuple(tuple(map(int, row)) for row in counted),
    )


def calibration_error(confidence: Sequence[float], hit: Sequence[bool]) -> float:
    """Expected calibration error: how far confidence and the share of hits lie apart, over ten
    equal spans of confidence, weighted by texts (Naeini et al., AAAI 2015,
    https://ojs.aaai.org/index.php/AAAI/article/view/9602)."""
    sure, right = np.asarray(confidence, float), np.asarray(hit, float)
    span = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    gaps = [
        abs(sure[span == one].mean() - right[span == one].mean()) * (span == one).sum()
        for one in set(span.tolist())
    ]
    return float(sum(gaps) / len(sure))


def interval(hits: int, of: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share (https://doi.org/10.1080/01621459.1927.10502953)."""
    found = binomtest(hits, of).proportion_ci(method="wilson")
    return float(found.low), float(found.high)
