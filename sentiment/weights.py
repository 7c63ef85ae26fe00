"""The file of weights: reading and writing it. The shipped one lies beside this module."""

from __future__ import annotations

import os
import zlib
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from config.errors import ConfigError
from sentiment.evidence import NAMES
from sentiment.features import SIZE
from sentiment.learned import DANGER
from sentiment.linear import Floats, Head, Rarity, Weights
from sentiment.phase import Phase
from sentiment.score import Sentiment
from sentiment.signals import DANGERS

SHIPPED: Final = Path(__file__).with_name("weights.npz")
"""Made by `make weights` from our own corpus alone (docs/licences.md)."""

_HEAD: Final = ("names", "cues", "bias", "cuts", "temperature", "many")

_QUESTIONS: Final = frozenset({"sentiment", "topics", "phase", DANGER, "kind"})
FEELINGS: Final = frozenset(label.value for label in Sentiment if label is not Sentiment.UNKNOWN)
_POLAR: Final = frozenset({Sentiment.POSITIVE.value, Sentiment.NEGATIVE.value})
BROKEN: Final = (
    *(OSError, EOFError, BadZipFile, zlib.error),
    *(KeyError, TypeError, ValueError, NotImplementedError),
)
"""What reading a file that is none of ours may raise."""
_MODE: Final = 0o644
_STEPS: Final = 127
"""Weights are kept as so many steps to each side of zero: a byte each, which costs no accuracy one
could measure."""


def save(weights: Weights, path: Path) -> None:
    """Write `weights`; a file of the same name is replaced whole or not at all."""
    arrays: dict[str, Any] = {
        "rarity": weights.rarity.table.astype(np.float16),
        "evidence": np.array(NAMES),
        "languages": np.array(weights.languages),
        "made_of": np.array(weights.made_of),
        "heads": np.array(list(weights.heads)),
    }
    for name, head in weights.heads.items():
        arrays |= {f"{name}.{field}": np.asarray(getattr(head, field)) for field in _HEAD}
        arrays[f"{name}.table"], arrays[f"{name}.step"] = _in_steps(head.table)
    write(arrays, path)


def write(arrays: Mapping[str, Any], path: Path) -> None:
    """Write a file of arrays; one of the same name is replaced whole or not at all."""
    # Beside it and under a name of its own: two who save at once must not write into one file.
    with NamedTemporaryFile(dir=path.parent, prefix=f"{path.stem}-", delete=False) as file:
        beside = Path(file.name)
        try:
            np.savez_compressed(file, **arrays)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            beside.unlink()
            raise
    beside.chmod(_MODE)
    beside.replace(path)


def load(path: Path) -> Weights:
    """The weights in `path`. Raises ConfigError when they are missing, broken, or made for other
    evidence than ours."""
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            return _read(dict(file))
    except BROKEN as error:
        raise ConfigError(
            where=str(path),
            key="",
            problem=f"cannot be read as weights ({error})",
            fix="train anew, or remove the file: the shipped weights serve then",
        ) from None


def _read(arrays: dict[str, Any]) -> Weights:
    if tuple(arrays["evidence"]) != NAMES or arrays["rarity"].shape != (SIZE,):
        raise ValueError("made for another version of this program")
    if not set(map(str, arrays["heads"])) >= _QUESTIONS:
        raise ValueError("not all questions are answered")
    weights = Weights(
        rarity=Rarity(table=arrays["rarity"].astype(np.float32)),
        heads={str(name): _head(arrays, str(name)) for name in arrays["heads"]},
        languages=tuple(map(str, arrays["languages"])),
        made_of=str(arrays["made_of"]),
    )
    _check(weights)
    return weights


def _check(weights: Weights) -> None:
    """What is judged by them must fit: a judgement never raises."""
    said = {name: set(head.names) for name, head in weights.heads.items()}
    known: dict[str, AbstractSet[str]] = {
        "sentiment": FEELINGS,
        "phase": set(Phase),
        DANGER: {DANGER},
        "kind": set(DANGERS),
    }
    wrong = [name for name, names in known.items() if not said[name] or said[name] - names]
    if wrong or not said["sentiment"] >= _POLAR or len(weights.heads[DANGER].cuts) != 2:
        raise ValueError(f"answers nobody asked for ({', '.join(wrong) or DANGER})")


def _head(arrays: dict[str, Any], name: str) -> Head:
    own = {field: arrays[f"{name}.{field}"] for field in _HEAD}
    table, step = arrays[f"{name}.table"], arrays[f"{name}.step"]
    return Head(
        names=tuple(map(str, own["names"])),
        table=table.astype(np.float32) * step.astype(np.float32),
        cues=own["cues"].astype(np.float32),
        bias=own["bias"].astype(np.float32),
        cuts=own["cuts"].astype(np.float32),
        temperature=float(own["temperature"]),
        many=bool(own["many"]),
    )


def _in_steps(table: Floats) -> tuple[NDArray[np.int8], Floats]:
    """`table` in steps of a byte, and how long a step is in each column."""
    step = np.abs(table).max(axis=0) / _STEPS
    step = np.where(step > 0, step, 1).astype(np.float32)
    return np.rint(table / step).astype(np.int8), step


@cache
def shipped() -> Weights:
    """The weights that came with the program."""
    return load(SHIPPED)


def chosen(path: Path) -> Weights:
    """What was trained here, if there is such a file, else what came with the program."""
    return load(path) if path.exists() else shipped()
