"""Files of labelled texts, as people exchange them: TSV, CSV or Parquet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from config.errors import ConfigError

LABELS: Final = ("negative", "neutral", "positive")

_KNOWN: Final = {
    **{label: label for label in LABELS},
    "neg": "negative",
    "neu": "neutral",
    "pos": "positive",
    "-1": "negative",
    "0": "neutral",
    "1": "positive",
}
_LANGUAGE: Final = ("language", "lang")
_DELIMITERS: Final = {".tsv": "\t", ".csv": ","}
_SHOWN: Final = 3
_CHECKED: Final = ("val", "dev", "validation")


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """One text with its label; `language` is ISO 639-1, None if the file does not say; `split` the
    part of the data the file files it under, "" if it does not say."""

    text: str
    label: str
    language: str | None
    split: str = ""

    @property
    def is_for_checking(self) -> bool:
        return self.split in _CHECKED


@dataclass(frozen=True, kw_only=True)
class File:
    """What could be read of a file, and what not: `wrong` are such rows in words, at most three,
    `left_out` how many there were."""

    rows: tuple[Labelled, ...]
    wrong: tuple[str, ...]
    left_out: int


def read_labelled(path: Path) -> File:
    """The rows of `path`, which has the columns `text` and `label` (negative, neutral, positive, or
    -1, 0, 1) and perhaps `language`. Rows that say nothing are left out and told.

    Raises ConfigError if there is no such file, or nothing in it can be read.
    """
    table = _table(path)
    missing = {"text", "label"} - set(table.column_names)
    if missing:
        raise _unreadable(path, f"no column {' or '.join(sorted(missing))}")
    rows, wrong = [], []
    for number, row in enumerate(_rows(table), 1):
        try:
            rows.append(_labelled(row))
        except ValueError as error:
            wrong.append(f"{path.name}, row {number}: {error}")
    if not rows:
        raise _unreadable(path, wrong[0] if wrong else "no rows")
    return File(rows=tuple(rows), wrong=tuple(wrong[:_SHOWN]), left_out=len(wrong))


def _table(path: Path) -> pa.Table:
    try:
        if path.suffix == ".parquet":
            return pa_parquet.read_table(path)
        if path.suffix in _DELIMITERS:
            return _separated(path, _DELIMITERS[path.suffix])
    except (OSError, pa.ArrowException) as error:
        raise _unreadable(path, str(error).split("\n")[0]) from None
    raise _unreadable(path, "its name ends in none of .tsv, .csv, .parquet")


def _separated(path: Path, delimiter: str) -> pa.Table:
    """Everything as text: a label of -1 is no number here. In TSV a quote is a quote: whoever
    writes posts into it seldom escapes them."""
    with path.open("rb") as file:
        names = file.readline().decode("utf-8-sig", "replace").strip().split(delimiter)
    names = [name.strip('" ') for name in names]
    quote: str | bool = '"' if delimiter == "," else False
    return pa_csv.read_csv(
        path,
        read_options=pa_csv.ReadOptions(column_names=names, skip_rows=1),
        parse_options=pa_csv.ParseOptions(
            delimiter=delimiter,
            quote_char=quote,
            newlines_in_values=bool(quote),
            invalid_row_handler=lambda _row: "skip",
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
        ),
    )


def _rows(table: pa.Table) -> Iterator[Mapping[str, Any]]:
    wanted = [name for name in ("text", "label", "split", *_LANGUAGE) if name in table.column_names]
    for batch in table.select(wanted).to_batches(max_chunksize=10_000):
        yield from batch.to_pylist()


def _labelled(row: Mapping[str, Any]) -> Labelled:
    text, said = str(row["text"] or ""), str(row["label"]).strip().lower()
    if not text.strip():
        raise ValueError("no text")
    if said not in _KNOWN:
        raise ValueError(f"label {said[:20]!r} is none of {', '.join(LABELS)}")
    return Labelled(
        text=text,
        label=_KNOWN[said],
        language=_language(row[name] for name in _LANGUAGE if name in row),
        split=str(row.get("split") or ""),
    )


def _language(said: Iterable[Any]) -> str | None:
    return next((str(code).strip().lower()[:2] for code in said if code), None)


def _unreadable(path: Path, problem: str) -> ConfigError:
    return ConfigError(
        where=str(path),
        problem=problem,
        fix="wanted is a TSV, CSV or Parquet file with the columns text and label",
    )
