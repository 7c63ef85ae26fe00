"""How likely chance alone makes so many: the tail of a negative binomial."""

from __future__ import annotations

from math import exp, isfinite, lgamma, log, sqrt
from typing import Final

_ENOUGH: Final = 1e-12  # of what was added up so far
_USUAL: Final = 1.3  # standard deviations; nearer than this nothing is told apart
_POISSON: Final = 1.0 + 1e-6


def chance_of(observed: float, expected: float, phi: float) -> float:
    """The probability of `observed` or more where `expected` are usual and the variance is `phi`
    times that. 1 for what is near the usual: nobody acts on those, and they are most hours."""
    if not (isfinite(observed) and isfinite(expected) and expected > 0):
        return 1.0
    number = int(observed)
    if number <= expected + _USUAL * sqrt(expected * max(phi, 1.0)):
        return 1.0
    return min(1.0, _upper(number, expected, phi))


def _upper(number: int, expected: float, phi: float) -> float:
    """Term by term from `number` up; each is a fraction of the one before."""
    if phi <= _POISSON:
        term = exp(number * log(expected) - expected - lgamma(number + 1))
        size, q = 0.0, expected
    else:
        size, q = expected / (phi - 1.0), (phi - 1.0) / phi
        grown = lgamma(number + size) - lgamma(size) - lgamma(number + 1)
        term = exp(grown - size * log(phi) + number * log(q))
    total = term
    while term > total * _ENOUGH:
        term *= (q * (number + size) if size else q) / (number + 1)
        number += 1
        total += term
    return total
