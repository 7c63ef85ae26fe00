"""train: new weights from our own corpus and labelled files.

The old ones are kept beside them, and new ones that judge worse are not taken: worse than the old
ones on what the files hold back, or worse than the shipped ones on our own corpus. The shipped
ones, because losses against the old ones would add up run by run.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

import numpy as np

from config.settings import LANGUAGES
from responder.commands.evaluate import ALL, by_language
from sentiment.corpus import Part, mentions
from sentiment.examples import example
from sentiment.labelled import LABELS, Labelled, read_labelled
from sentiment.language import UNKNOWN, identify
from sentiment.linear import Weights
from sentiment.measure import Figures
from sentiment.recipe import MADE_OF, own_examples, questions
from sentiment.trainer import QUESTIONS, Example, Question, train
from sentiment.weights import save, shipped

ONE_SIDED: Final = 0.35
"""What a text of a file without neutral ones counts (or without any other label): its labels were
made by another rule, and would draw every doubt to one side. Measured: in full they cost one to
three points elsewhere."""

WORSE: Final = 0.005
"""So much macro-F1 may be lost by chance."""

FORGOTTEN: Final = 0.05
"""So much macro-F1 may be lost on our own corpus for the sake of other texts; what costs more has
labels that contradict it."""

MANY_KINDS: Final = 20_000
"""From so many texts on that are not ours, pieces are believed in full: they have then been seen in
more kinds of text than our own few, for which the recipe holds them back."""

FEW: Final = 20
"""Fewer texts of a language tell nothing by themselves: one of them is more than `WORSE`."""

_CHECKED: Final = 26  # of 256: a tenth of what no file marks for checking


@dataclass(frozen=True, kw_only=True)
class Parted:
    """The texts of one file: those to learn from, each with what it counts (0 to 1), those held
    back to check by, and how many are `set_aside` because the file keeps them for a test."""

    learning: tuple[tuple[Labelled, float], ...]
    checking: tuple[Labelled, ...]
    set_aside: int


def train_now(files: Sequence[Path], old: Weights, path: Path, out: IO[str]) -> int:
    """Train, compare on the texts that were held back, and put the better weights at `path`.
    0 if they were taken, 1 if the old ones judge better. Raises ConfigError if a file is none."""
    found = [read_given(file, out) for file in files]
    learning = [one for part in found for one in _examples(part.learning)]
    checking = [row for part in found for row in part.checking]
    out.write(f"{len(learning):,} labelled texts beside our own corpus\n")
    made = train(
        [*own_examples(Part.TRAIN), *learning],
        [*own_examples(Part.DEV), *_examples((row, 1.0) for row in checking)],
        made_of=", ".join([MADE_OF, *(file.name for file in files)]),
        questions=asked(len(learning)),
    )
    if not is_no_worse(made, old, checking, out):
        out.write("the old weights judge better and stay\n")
        return 1
    _put(made, path)
    out.write(f"{path} is used from the next start on\n")
    return 0


def is_no_worse(made: Weights, old: Weights, checking: Sequence[Labelled], out: IO[str]) -> bool:
    """Whether `made` may be used in place of `old`, with the figures on `out`."""
    better = [
        _no_worse("what these files hold back", checking, old, made, WORSE, out),
        _no_worse("our own corpus", _own_mentions(), shipped(), made, FORGOTTEN, out),
    ]
    return all(better)


def asked(texts: int) -> tuple[Question, ...]:
    """The questions for so many texts beside our own."""
    return QUESTIONS if texts >= MANY_KINDS else questions()


def read_given(path: Path, out: IO[str]) -> Parted:
    """The texts of one file, and a line on `out` about what it does not give."""
    file = read_labelled(path)
    if file.left_out:
        sys.stderr.write(f"left out {file.left_out:,} rows: {'; '.join(file.wrong)}\n")
    found = parted(file.rows)
    if found.set_aside:
        out.write(f"{path.name}: {found.set_aside:,} texts are for a test and not looked at\n")
    if not found.checking:
        out.write(f"{path.name} leaves nothing to check by: what it teaches is not compared\n")
    return found


def parted(rows: Iterable[Labelled]) -> Parted:
    """The rows of one file. What it marks for checking is held back, else a tenth of it."""
    every = [_with_language(row) for row in rows]
    used = [row for row in every if not row.is_for_testing]
    marked = any(row.is_for_checking for row in used)
    counts = Counter(language for language, _ in {(row.language, row.label) for row in used})
    learning, checking = [], []
    for row in used:
        if row.is_for_checking if marked else _by_chance(row.text):
            checking.append(row)
        else:
            full = counts[row.language] == len(LABELS)
            learning.append((row, 1.0 if full else ONE_SIDED))
    aside = len(every) - len(used)
    return Parted(learning=tuple(learning), checking=tuple(checking), set_aside=aside)


def _with_language(row: Labelled) -> Labelled:
    if row.language:
        return row
    return replace(row, language=identify(row.text, languages=LANGUAGES))


def _by_chance(text: str) -> bool:
    """The same tenth every time, whatever else is in the file."""
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()[0] < _CHECKED


def _examples(rows: Iterable[tuple[Labelled, float]]) -> Iterator[Example]:
    for row, weight in rows:
        if row.language and row.language != UNKNOWN:
            yield example(row.text, row.language, {"sentiment": (row.label,)}, weight=weight)


def _own_mentions() -> list[Labelled]:
    return [
        Labelled(text=row["text"], label=row["sentiment"], language=language)
        for language in LANGUAGES
        for row in mentions(language, Part.DEV)
    ]


def _no_worse(
    what: str, rows: Sequence[Labelled], old: Weights, made: Weights, lost: float, out: IO[str]
) -> bool:
    if not rows:
        return True
    before, after = figure(rows, old), figure(rows, made)
    out.write(f"macro-F1 on {what}, {len(rows):,} texts: {before:.3f} -> {after:.3f}\n")
    return after >= before - lost


def figure(rows: Sequence[Labelled], weights: Weights) -> float:
    """The mean macro-F1 over the languages: a large one must not hide that a small one got worse.
    Those with fewer than `FEW` texts count together as one, and if even that one has fewer, it
    counts for as much less."""
    counts = Counter(row.language for row in rows)
    large = [row for row in rows if counts[row.language] >= FEW]
    small = [row for row in rows if counts[row.language] < FEW]
    found = [one for code, one in _report(large, weights).items() if code != ALL]
    found += [one for code, one in _report(small, weights).items() if code == ALL]
    counted = [min(one.texts, FEW) for one in found]
    return float(np.average([one.macro_f1 for one in found], weights=counted))


def _report(rows: Sequence[Labelled], weights: Weights) -> dict[str, Figures]:
    return by_language(rows, weights) if rows else {}


def _put(weights: Weights, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        shutil.copy2(path, path.with_name(f"{path.stem}-until-{stamp}{path.suffix}"))
    save(weights, path)
