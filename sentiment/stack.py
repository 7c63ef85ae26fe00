"""What an encoder's numbers tell of a feeling, and what they and the weights tell together.

How alike a text is to some hundred texts of the training, the landmarks, tells its feeling: a
kernel machine with radial basis functions on Nyström's landmarks (Williams & Seeger, "Using the
Nyström Method to Speed Up Kernel Machines", NIPS 2000). Its probabilities and those of the weights
are multiplied, each raised to a power that says how far it is to be believed. The two powers are
learned from texts neither had seen ("stacked generalization", Wolpert, Neural Networks 1992,
https://doi.org/10.1016/S0893-6080(05)80023-1).

Two numbers and no more, so that they serve beside any weights: what is trained here, from what
agents set right, says probabilities of the same three answers, calibrated in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import numpy as np

from config.errors import ConfigError
from sentiment.encoder import WIDTH
from sentiment.linear import Floats
from sentiment.weights import BROKEN, FEELINGS, write

SHIPPED: Final = Path(__file__).with_name("encoder.npz")
"""Made by `make encoder-weights` from our own corpus alone (docs/licences.md)."""

FEELING: Final = tuple(sorted(FEELINGS))
"""The order of the answers."""

PROBE: Final = "Third week without an answer, and now the parcel came back broken 😡 grazie mille"
"""What it looks like to an encoder tells whether it is the one the file was made with."""

_ALIKE: Final = 0.98  # cosine: builds of one model differ by less, other models by far more
_LEAST: Final = 0.01
"""No step is believed to be surer than this that an answer is wrong: one that never doubts, such as
weights trained on few texts, must not drown the other."""


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A trained reader of an encoder's numbers, n being its landmarks.

    `mean` and `scale` (WIDTH each) bring the numbers to standard units, in which `landmarks`
    (n x WIDTH) are; a text at squared distance d is `exp(-reach * d)` like one. `pulls` (n x 3) and
    `bias` (3) make log-odds of that. `trust` (2) is how far the weights are believed, and how far
    the encoder; both positive. `probe` is what `PROBE` looked like."""

    mean: Floats
    scale: Floats
    landmarks: Floats
    reach: Floats
    pulls: Floats
    bias: Floats
    trust: Floats
    probe: Floats
    made_of: str

    def meant(self, vector: Floats) -> Floats:
        """The probability of each `FEELING` by the encoder's numbers alone."""
        apart = self.landmarks - (vector - self.mean) / self.scale
        alike = np.exp(-self.reach * np.einsum("ij,ij->i", apart, apart))
        return softmax(alike @ self.pulls + self.bias)

    def together(self, vector: Floats, likely: Mapping[str, float]) -> dict[str, float]:
        """The same by the numbers and by what the weights say, `likely`; what these have no answer
        for is unlikely."""
        linear = np.array([likely.get(name, 0.0) for name in FEELING], np.float32)
        told = believed(linear, self.meant(vector), self.trust)
        return dict(zip(FEELING, told.tolist(), strict=True))

    def is_of(self, probe: Floats) -> bool:
        """Whether an encoder that sees `PROBE` as this is the one it was trained with."""
        return bool(probe @ self.probe >= _ALIKE)


def believed(linear: Floats, meant: Floats, trust: Floats) -> Floats:
    """What both say together; of one text or a row for each."""
    weights, encoder = (np.log(np.maximum(one, _LEAST)) for one in (linear, meant))
    return softmax(trust[0] * weights + trust[1] * encoder)


def softmax(logits: Floats) -> Floats:
    """Probabilities that add up to 1, of one text or a row for each."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)


def save(stack: Stack, path: Path) -> None:
    """Write `stack`; a file of the same name is replaced whole or not at all."""
    arrays: dict[str, Any] = {field.name: getattr(stack, field.name) for field in fields(stack)}
    arrays["landmarks"] = rounded(stack.landmarks).astype(np.float16)
    write({**arrays, "feeling": np.array(FEELING)}, path)


def rounded(landmarks: Floats) -> Floats:
    """As they are kept: half the bytes. Trained on like this, they lose nothing."""
    return landmarks.astype(np.float16).astype(np.float32)


def load(path: Path) -> Stack:
    """What `path` holds. Raises ConfigError when it is missing, broken or of another shape."""
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            return _read(dict(file))
    except BROKEN as error:
        raise ConfigError(
            where=str(path),
            problem=f"cannot be read as what an encoder needs ({error})",
            fix="make encoder-weights writes it anew",
        ) from None


def _read(arrays: dict[str, Any]) -> Stack:
    if tuple(map(str, arrays["feeling"])) != FEELING:
        raise ValueError("answers nobody asked for")
    many, three = len(arrays["landmarks"]), len(FEELING)
    shapes: dict[str, tuple[int, ...]] = {
        "mean": (WIDTH,),
        "scale": (WIDTH,),
        "landmarks": (many, WIDTH),
        "reach": (),
        "pulls": (many, three),
        "bias": (three,),
        "trust": (2,),
        "probe": (WIDTH,),
    }
    found = {name: _numbers(name, arrays[name], shape) for name, shape in shapes.items()}
    if not all((found[name] > 0).all() for name in ("scale", "reach", "trust")):
        raise ValueError("scale, reach and trust are more than nothing")
    return Stack(**found, made_of=str(arrays["made_of"]))


def _numbers(name: str, found: Any, shape: tuple[int, ...]) -> Floats:
    if found.shape != shape or not np.isfinite(found).all():
        raise ValueError(f"{name} is no table of {shape} numbers")
    return np.asarray(found, np.float32)
