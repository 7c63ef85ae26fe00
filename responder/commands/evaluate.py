"""evaluate: how right we are on somebody's labelled texts, language by language."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, Final

from rich import box
from rich.console import Console
from rich.table import Table

from config.settings import LANGUAGES
from sentiment.judge import judge
from sentiment.labelled import LABELS, File, Labelled, read_labelled
from sentiment.linear import Weights
from sentiment.measure import UNKNOWN, Figures, figures

ALL: Final = "all"


def evaluate_file(path: Path, weights: Weights, out: IO[str], *, as_json: bool) -> int:
    """Judge every text of `path` and say how often that agrees with its label. Always 0."""
    file = read_labelled(path)
    report = by_language(file.rows, weights)
    _tell(file)
    if as_json:
        out.write(json.dumps(_as_json(report)) + "\n")
    else:
        Console(file=out).print(_table(report))
    return 0


def by_language(rows: Sequence[Labelled], weights: Weights) -> dict[str, Figures]:
    """The figures of each language and, under "all", of everything."""
    said: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        result = judge(row.text, languages=LANGUAGES, hint=row.language, weights=weights)
        pair = (row.label, result.score.label.value)
        said[row.language or result.language].append(pair)
    everything = [pair for pairs in said.values() for pair in pairs]
    return {
        language: figures(*zip(*pairs, strict=True))
        for language, pairs in [*sorted(said.items()), (ALL, everything)]
    }


def _tell(file: File) -> None:
    if file.left_out:
        sys.stderr.write(f"left out {file.left_out:,} rows, such as: {'; '.join(file.wrong)}\n")


def _as_json(report: Mapping[str, Figures]) -> dict[str, Any]:
    return {
        language: {
            **asdict(found),
            "confusion": {
                label: dict(zip([*LABELS, UNKNOWN], row, strict=True))
                for label, row in zip(LABELS, found.confusion, strict=True)
            },
        }
        for language, found in report.items()
    }


def _table(report: Mapping[str, Figures]) -> Table:
    table = Table(box=box.SIMPLE, caption="confusion: how each label was called (-, 0, +, unknown)")
    for name in ("language", "texts", "macro-F1", "accuracy", *LABELS):
        table.add_column(name, justify="left" if name == "language" else "right")
    for language, found in report.items():
        table.add_row(
            language,
            f"{found.texts:,}",
            f"{100 * found.macro_f1:.1f}",
            f"{100 * found.accuracy:.1f}",
            *(_row(row) for row in found.confusion),
        )
    return table


def _row(counts: Iterable[int]) -> str:
    return " ".join(map(str, counts))
