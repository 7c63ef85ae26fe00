"""train: new weights from our own corpus, labelled files and what agents corrected.

The old ones are kept beside them, and new ones that judge worse are not taken.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

from config.settings import LANGUAGES
from responder.commands.evaluate import ALL, by_language
from sentiment.corpus import Part, mentions
from sentiment.examples import example, of_corpus
from sentiment.labelled import LABELS, Labelled, read_labelled
from sentiment.language import UNKNOWN, identify
from sentiment.linear import Weights
from sentiment.trainer import Example, train
from sentiment.weights import save

ONE_SIDED: Final = 0.35
"""What a text of a file without neutral ones counts (or without any other label): its labels were
made by another rule, and would draw every doubt to one side. Measured: in full they cost one to
three points elsewhere."""

WORSE: Final = 0.005
"""So much macro-F1 may be lost by chance."""

FORGOTTEN: Final = 0.05
"""So much macro-F1 may be lost on our own corpus for the sake of other texts; what costs more has
labels that contradict it."""

_CHECKED: Final = 26  # of 256: a tenth of what no file marks for checking


def train_now(
    files: Sequence[Path],
    old: Weights,
    path: Path,
    out: IO[str],
    *,
    corrections: Sequence[Labelled],
) -> int:
    """Train, compare on the texts that were held back, and put the better weights at `path`.
    0 if they were taken, 1 if the old ones judge better."""
    learning, checking = _parted(_given(files, corrections))
    out.write(f"{len(learning):,} labelled texts beside our own corpus\n")
    own, proof = _own(Part.TRAIN), _own(Part.DEV)
    made = train(
        [*own, *_examples(learning)],
        [*proof, *_examples(checking)],
        made_of=_made_of(files, corrections),
    )
    better = [
        _no_worse("what these files hold back", checking, old, made, WORSE, out),
        _no_worse("our own corpus", _own_mentions(), old, made, FORGOTTEN, out),
    ]
    if not all(better):
        out.write("the old weights judge better and stay\n")
        return 1
    _put(made, path)
    out.write(f"{path} is used from the next start on\n")
    return 0


def _given(
    files: Sequence[Path], corrections: Sequence[Labelled]
) -> Iterator[tuple[str, Labelled]]:
    for path in files:
        file = read_labelled(path)
        if file.left_out:
            sys.stderr.write(f"left out {file.left_out:,} rows: {'; '.join(file.wrong)}\n")
        yield from ((path.name, row) for row in file.rows)
    yield from (("corrections", row) for row in corrections)


def _parted(
    rows: Iterable[tuple[str, Labelled]],
) -> tuple[list[tuple[Labelled, float]], list[Labelled]]:
    """What is learned from, each with its weight, and what is held back to check."""
    named = [(source, _with_language(row)) for source, row in rows]
    marked = {source for source, row in named if row.is_for_checking}
    labels = {(source, row.language, row.label) for source, row in named}
    counts = Counter((source, language) for source, language, _ in labels)
    learning, checking = [], []
    for source, row in named:
        held_back = row.is_for_checking if source in marked else _by_chance(row.text)
        if held_back:
            checking.append(row)
        else:
            full = counts[source, row.language] == len(LABELS) or source == "corrections"
            learning.append((row, 1.0 if full else ONE_SIDED))
    return learning, checking


def _with_language(row: Labelled) -> Labelled:
    if row.language:
        return row
    found = identify(row.text, languages=LANGUAGES)
    return Labelled(text=row.text, label=row.label, language=found, split=row.split)


def _by_chance(text: str) -> bool:
    """The same tenth every time, whatever else is in the file."""
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()[0] < _CHECKED


def _examples(rows: Iterable[Labelled | tuple[Labelled, float]]) -> Iterator[Example]:
    for found in rows:
        row, weight = found if isinstance(found, tuple) else (found, 1.0)
        if row.language and row.language != UNKNOWN:
            yield example(row.text, row.language, {"sentiment": (row.label,)}, weight=weight)


def _own(part: Part) -> list[Example]:
    return [one for language in LANGUAGES for one in of_corpus(language, part)]


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
    before, after = _figure(rows, old), _figure(rows, made)
    out.write(f"macro-F1 on {what}, {len(rows):,} texts: {before:.3f} -> {after:.3f}\n")
    return after >= before - lost


def _figure(rows: Sequence[Labelled], weights: Weights) -> float:
    """The mean over the languages: a large one must not hide that a small one got worse."""
    report = by_language(rows, weights)
    each = [found.macro_f1 for language, found in report.items() if language != ALL]
    return sum(each) / len(each)


def _made_of(files: Sequence[Path], corrections: Sequence[Labelled]) -> str:
    parts = ["Antiphon corpus of mentions (CC BY 4.0)", *(path.name for path in files)]
    if corrections:
        parts.append(f"{len(corrections)} corrections of agents")
    return ", ".join(parts)


def _put(weights: Weights, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        shutil.copy2(path, path.with_name(f"{path.stem}-until-{stamp}{path.suffix}"))
    save(weights, path)
