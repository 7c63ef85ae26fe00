"""Files of labelled texts, as people exchange them: TSV, CSV or Parquet."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from config.errors import ConfigError
from sentiment.language import ordinary

LABELS: Final = ("negative", "neutral", "positive")

_WORDS: Final = {
    **{label: label for label in LABELS},
    "neg": "negative",
    "neu": "neutral",
    "pos": "positive",
}
_FROM_MINUS_ONE: Final = dict(zip(("-1", "0", "1"), LABELS, strict=True))
_FROM_ZERO: Final = dict(zip(("0", "1", "2"), LABELS, strict=True))
_NUMBER: Final = re.compile(r"(-?\d+)(?:\.0*)?")

_NEEDED: Final = ("text", "label")
_LANGUAGE: Final = ("language", "lang")
_COLUMNS: Final = (*_NEEDED, "split", *_LANGUAGE)
_DELIMITERS: Final = {".tsv": "\t", ".csv": ","}
_CHECKED: Final = ("val", "dev", "validation")
_TESTED: Final = ("test", "testing")

_SHOWN: Final = 3
_SHORT: Final = 40
_HEADER: Final = 1 << 16
_BLOCK: Final = 1 << 26  # bytes; a row longer than this cannot be read, whatever it holds

_Row = Mapping[str, str | None]


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """One text with its label; `language` is ISO 639-1, None if the file does not say; `split` the
    part of the data the file files it under, in small letters, "" if it does not say."""

    text: str
    label: str
    language: str | None
    split: str = ""

    @property
    def is_for_checking(self) -> bool:
        return self.split in _CHECKED

    @property
    def is_for_testing(self) -> bool:
        """Somebody will measure by it: it must neither be learned from nor choose the weights."""
        return self.split in _TESTED


@dataclass(frozen=True, kw_only=True)
class File:
    """What could be read of a file, and what not: `wrong` are such rows in words, at most three,
    `left_out` how many there were."""

    rows: tuple[Labelled, ...]
    wrong: tuple[str, ...]
    left_out: int


@dataclass(frozen=True, kw_only=True)
class _Table:
    """The wanted columns as text, and what is wrong with the rows that have no place in them, by
    their number; the first row is 1, empty lines are none."""

    columns: pa.Table
    uneven: Mapping[int, str]

    def rows(self) -> Iterator[tuple[int, _Row]]:
        numbers = (number for number in count(1) if number not in self.uneven)
        for batch in self.columns.to_batches(max_chunksize=10_000):
            rows: list[_Row] = batch.to_pylist()
            # In this order: the other way round a number would be lost with each batch.
            for row, number in zip(rows, numbers, strict=False):
                yield number, row


def read_labelled(path: Path) -> File:
    """The rows of `path`, which has the columns `text` and `label` and perhaps `language` (or
    `lang`) and `split`. Rows that say nothing are left out and told.

    A label is a word (negative, neutral, positive) or a number: -1, 0, 1, or where a file has a 2
    and no -1, as many on Hugging Face do, 0, 1, 2.

    Raises ConfigError if there is no such file, or nothing in it can be read.
    """
    table = _table(path)
    meaning = _meaning(path, table.columns["label"].unique().to_pylist())
    rows, wrong = [], dict(table.uneven)
    for number, row in table.rows():
        try:
            rows.append(_labelled(row, meaning))
        except ValueError as error:
            wrong[number] = str(error)
    told = [f"{path.name}, row {number}: {wrong[number]}" for number in sorted(wrong)[:_SHOWN]]
    if not rows:
        raise _unreadable(path, told[0] if told else "no rows")
    return File(rows=tuple(rows), wrong=tuple(told), left_out=len(wrong))


def _table(path: Path) -> _Table:
    kind = path.suffix.lower()
    try:
        if kind == ".parquet":
            return _Table(columns=_parquet(path), uneven={})
        if kind in _DELIMITERS:
            return _separated(path, _DELIMITERS[kind])
    except (OSError, pa.ArrowException, UnicodeError) as error:
        raise _unreadable(path, str(error).split("\n")[0]) from None
    raise _unreadable(path, "its name ends in none of .tsv, .csv, .parquet")


def _wanted(path: Path, names: Sequence[str]) -> dict[str, int]:
    """Where in the file the columns stand that say something to us."""
    plain = [name.strip().lower() for name in names]
    for name in _COLUMNS:
        if plain.count(name) > 1:
            raise _unreadable(path, f"{plain.count(name)} columns {name}")
    if missing := [name for name in sorted(_NEEDED) if name not in plain]:
        raise _unreadable(path, f"no column {' or '.join(missing)}")
    return {name: plain.index(name) for name in _COLUMNS if name in plain}


def _parquet(path: Path) -> pa.Table:
    with pa_parquet.ParquetFile(path) as file:
        schema = file.schema_arrow
        wanted = {name: schema.field(at) for name, at in _wanted(path, schema.names).items()}
        for name, field in wanted.items():
            if not _is_readable(field.type, name):
                raise _unreadable(path, f"its column {name} is {field.type}, not text")
        found = file.read(columns=[field.name for field in wanted.values()])
    columns = {name: found[field.name].cast(pa.large_string()) for name, field in wanted.items()}
    table = pa.table(columns)
    table.validate(full=True)  # nobody else looks whether the text is UTF-8
    return table


def _is_readable(kind: pa.DataType, name: str) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if name == "label" and (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        return True
    return kind in (pa.string(), pa.large_string(), pa.string_view(), pa.null())


def _separated(path: Path, delimiter: str) -> _Table:
    """Everything as text: a label of -1 is no number here. In TSV a quote is a quote: whoever
    writes posts into it seldom escapes them."""
    names = _header(path, delimiter)
    wanted = _wanted(path, names)
    called = {at: name for name, at in wanted.items()}
    quote: str | bool = '"' if delimiter == "," else False
    uneven: dict[int, str] = {}

    def leave_out(row: pa_csv.InvalidRow) -> str:
        said = f"{row.actual_columns} columns, not {row.expected_columns}: {row.text[:_SHORT]!r}"
        uneven[row.number - 1] = said  # to it, the header is the first
        return "skip"

    columns = pa_csv.read_csv(
        path,
        read_options=pa_csv.ReadOptions(
            column_names=[called.get(at, f"#{at}") for at in range(len(names))],
            skip_rows=1,
            block_size=_BLOCK,
            use_threads=False,  # only so are uneven rows numbered
            encoding="utf-8-sig",  # for "utf-8" it would not look at what it reads
        ),
        parse_options=pa_csv.ParseOptions(
            delimiter=delimiter,
            quote_char=quote,
            newlines_in_values=bool(quote),
            invalid_row_handler=leave_out,
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(wanted, pa.string()),
            include_columns=list(wanted),
            strings_can_be_null=False,
        ),
    )
    return _Table(columns=columns, uneven=uneven)


def _header(path: Path, delimiter: str) -> list[str]:
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        line = file.readline(_HEADER)
    if not line:
        raise _unreadable(path, "it is empty")
    if len(line) == _HEADER:
        raise _unreadable(path, "its first line is too long for names of columns")
    names = next(csv.reader([line])) if delimiter == "," else line.rstrip("\n").split(delimiter)
    return [name.strip('" ') for name in names]


def _meaning(path: Path, labels: Iterable[str | None]) -> Mapping[str, str]:
    """What each label of the file means. From stars, of which 1 is bad, nothing is guessed."""
    numbers = {said for said in map(_said, labels) if _NUMBER.fullmatch(said)}
    if "-1" in numbers or numbers <= _FROM_MINUS_ONE.keys():
        return _WORDS | _FROM_MINUS_ONE
    if numbers <= _FROM_ZERO.keys():
        return _WORDS | _FROM_ZERO
    shown = ", ".join(sorted(numbers))[:_SHORT]
    raise _unreadable(path, f"its labels {shown} are neither -1, 0, 1 nor 0, 1, 2")


def _said(label: str | None) -> str:
    plain = (label or "").strip().lower()
    number = _NUMBER.fullmatch(plain)
    return number[1] if number else plain


def _labelled(row: _Row, meaning: Mapping[str, str]) -> Labelled:
    text, said = row["text"] or "", _said(row["label"])
    if not text.strip():
        raise ValueError("no text")
    if said not in meaning:
        raise ValueError(f"label {said[:20]!r} is none of {', '.join(LABELS)}")
    codes = (ordinary(row.get(name)) for name in _LANGUAGE)
    return Labelled(
        text=text,
        label=meaning[said],
        language=next((code for code in codes if code), None),
        split=(row.get("split") or "").strip().lower(),
    )


def _unreadable(path: Path, problem: str) -> ConfigError:
    return ConfigError(
        where=str(path),
        problem=problem,
        fix="wanted is a TSV, CSV or Parquet file with the columns text and label",
    )
