"""A file as its records: CSV of any usual kind, JSON or JSON Lines, also packed with gzip.

Whatever is wrong with one record costs no other: it is handed on with the reason, and reading goes
on in the next line.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import IO, Any, Final

from listener.importing.columns import how_many_known

MOST_LINES: Final = 500
"""A record of more lines is none: somewhere a quote was never closed."""

_LONGEST: Final = 8 << 20  # letters of one field, or of one line of JSON
_WHOLE: Final = 256 << 20  # bytes of a JSON file, which can only be read whole
_SAMPLE: Final = 1 << 16
_DELIMITERS: Final = ",;\t|"
_SAYS_SO: Final = re.compile(r"sep=([,;\t|])\s*", re.IGNORECASE)  # as Excel writes it
_SHOWN: Final = 2000
_NO_END: Final = "unexpected end of data"  # as the csv module says it
_QUOTES: Final = 'a quote is never closed, or stands inside a field and is not doubled ("")'


class Unreadable(ValueError):
    """Nothing can be read of the file. The text says why, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """What stands from line `number` on: `fields`, or the reason why they cannot be read. `raw` is
    its beginning, to be shown."""

    number: int
    fields: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    raw: str = ""


class HistoryFile:
    """An open file. Raises Unreadable."""

    def __init__(self, path: Path) -> None:
        self._raw: IO[bytes] = path.open("rb")  # close() closes it  # closed by close()
        try:
            self.size = path.stat().st_size
            head = self._raw.read(4)
            self._raw.seek(0)
            if head[:2] == b"PK":
                raise Unreadable("it is a ZIP archive or an Excel file: save what is in it as CSV")
            packed = head[:2] == b"\x1f\x8b"
            self._bytes = gzip.open(self._raw) if packed else self._raw  # noqa: SIM115  # likewise
            self._sample = self._bytes.read(_SAMPLE)
            self._bytes.seek(0)
        except BaseException as error:
            self._raw.close()
            if isinstance(error, OSError | EOFError):
                raise Unreadable(f"it cannot be unpacked ({error})") from None
            raise
        self._text: io.TextIOWrapper | None = None
        self.strays = 0  # lines that are no UTF-8

    def close(self) -> None:
        if self._text is not None:
            self._text.close()
        self._bytes.close()
        self._raw.close()

    def read(self) -> int:
        """How many bytes of `size` were read."""
        return self._raw.tell()

    def notes(self) -> list[str]:
        """What a user should know of how it was read."""
        if not self.strays:
            return []
        lines = "1 line was" if self.strays == 1 else f"{self.strays:,} lines were"
        return [f"{lines} not UTF-8, and read as Windows-1252"]

    def records(self) -> Iterator[Record]:
        """Each record, and what could not be read. Raises Unreadable."""
        if not self._sample.strip(b"\xef\xbb\xbf\xff\xfe\x00 \r\n\t"):
            raise Unreadable("it is empty")
        try:
            yield from self._records()
        except (EOFError, gzip.BadGzipFile) as error:
            raise Unreadable(f"it is cut off or damaged ({error})") from None

    def _records(self) -> Iterator[Record]:
        lines = self._lines()
        first = next((line for line in lines if line.strip()), "")
        if first.lstrip().startswith("["):
            yield from self._of_json()
        elif first.lstrip().startswith("{"):
            yield from _of_json_lines(first, lines)
        else:
            yield from _of_csv(first, lines)

    def _of_json(self) -> Iterator[Record]:
        """An array. It has no lines: its objects are counted."""
        self._bytes.seek(0)
        read = self._bytes.read(_WHOLE + 1)
        if len(read) > _WHOLE:
            raise Unreadable("a JSON array this long cannot be read: make JSON Lines of it")
        try:
            found = json.loads(read.decode(json.detect_encoding(read)))
        except (ValueError, RecursionError) as error:
            raise Unreadable(f"it begins like JSON, and is none ({error})") from None
        for number, one in enumerate(found, 1):
            yield _record(number, one, json.dumps(one)[:_SHOWN])

    def _lines(self) -> Iterator[str]:
        encoding = _wide(self._sample)
        if encoding:
            self._text = io.TextIOWrapper(self._bytes, encoding, errors="replace", newline="")
            yield from self._text
        else:
            yield from map(self._decoded, self._split())

    def _split(self) -> Iterator[bytes]:
        if b"\r" in self._sample and b"\n" not in self._sample:  # an old Mac's
            self._text = io.TextIOWrapper(self._bytes, "latin-1", newline=None)
            return (line.encode("latin-1") for line in self._text)
        return iter(self._bytes)

    def _decoded(self, line: bytes) -> str:
        """UTF-8 line by line: files that were stuck together hold both."""
        try:
            return line.decode("utf-8-sig" if line.startswith(b"\xef\xbb\xbf") else "utf-8")
        except UnicodeDecodeError:
            self.strays += 1
            return line.decode("cp1252", "replace")


def digest_of(path: Path) -> str:
    """Of what is in the file. Raises Unreadable."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Unreadable(error.strerror or str(error)) from None


def _wide(sample: bytes) -> str:
    """Which kind of UTF-16 it is, "" if none."""
    if sample[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    odd, even = sample[1::2].count(0), sample[::2].count(0)
    many = max(len(sample) // 5, 1)
    if odd >= many > even:
        return "utf-16-le"
    return "utf-16-be" if even >= many > odd else ""


def _of_json_lines(first: str, lines: Iterator[str]) -> Iterator[Record]:
    for number, line in enumerate(chain((first,), lines), 1):
        if not line.strip():
            continue
        try:
            if len(line) > _LONGEST:
                raise ValueError("the line is too long")
            yield _record(number, json.loads(line), line[:_SHOWN])
        except (ValueError, RecursionError) as error:
            yield Record(number=number, problem=f"no JSON: {error}", raw=line[:_SHOWN])


def _record(number: int, one: Any, raw: str) -> Record:
    if not isinstance(one, dict):
        return Record(number=number, problem="no object with fields", raw=raw)
    return Record(number=number, fields=dict(_flat("", one)), raw=raw)


def _flat(prefix: str, found: Mapping[str, Any], deep: int = 3) -> Iterator[tuple[str, str]]:
    """`{"user": {"id": 5}}` as `user.id`: as far as the columns we know go."""
    for name, value in found.items():
        if isinstance(value, dict) and deep:
            yield from _flat(f"{prefix}{name}.", value, deep - 1)
        elif value is None:
            yield prefix + name, ""
        elif isinstance(value, str | int | float):
            yield prefix + name, str(value)
        else:
            yield prefix + name, json.dumps(value)


def _of_csv(first: str, lines: Iterator[str]) -> Iterator[Record]:
    at, told = 1, _SAYS_SO.fullmatch(first.strip("\r\n"))
    if told:
        first, at = next(lines, ""), 2
    delimiter = told[1] if told else _delimiter(first)
    reader = _Rows(chain((first,), lines), delimiter, at)
    names: list[str] | None = None
    for number, row, problem, raw in reader.rows():
        if names is None:
            if problem:
                raise Unreadable(f"its first line holds no names of columns ({problem})")
            names = [name.strip() for name in row]
        elif problem:
            yield Record(number=number, problem=problem, raw=raw[:_SHOWN])
        elif row:
            yield _of_row(number, names, row, raw[:_SHOWN])


def _of_row(number: int, names: list[str], row: list[str], raw: str) -> Record:
    if len(row) > len(names) and any(one.strip() for one in row[len(names) :]):
        why = f"{len(row)} fields under {len(names)} columns: a quote or a delimiter is wrong"
        return Record(number=number, problem=why, raw=raw)
    return Record(number=number, fields=dict(zip(names, row, strict=False)), raw=raw)


def _delimiter(header: str) -> str:
    """The one that makes most names we know of the header; else the one that stands there most."""

    def told(sign: str) -> tuple[int, int]:
        return how_many_known(next(csv.reader([header], delimiter=sign), [])), header.count(sign)

    return max(_DELIMITERS, key=told)


class _Rows:
    """Rows of CSV, with the line each begins in. A quote that is never closed would swallow all
    that follows: its first line is given up, and reading begins anew in the next."""

    def __init__(self, lines: Iterator[str], delimiter: str, at: int) -> None:
        self._lines, self._delimiter, self._at = lines, delimiter, at
        self._again: deque[str] = deque()
        self._taken: list[str] = []

    def rows(self) -> Iterator[tuple[int, list[str], str, str]]:
        """Line, fields, what is wrong with them, and how they stand there."""
        csv.field_size_limit(_LONGEST)
        while True:
            reader = csv.reader(self._fed(), delimiter=self._delimiter, strict=True)
            try:
                for row in reader:
                    raw = "".join(self._taken)
                    yield self._at, row, "", raw
                    self._at += len(self._taken)
                    self._taken.clear()
                return
            except csv.Error as error:
                bad, *rest = self._taken or [""]
                self._again.extendleft(reversed(rest))
                self._taken.clear()
                yield self._at, [], _in_words(error), bad
                self._at += 1

    def _fed(self) -> Iterator[str]:
        while True:
            line = self._again.popleft() if self._again else next(self._lines, None)
            if line is None:
                return
            self._taken.append(line)
            if len(self._taken) > MOST_LINES:
                raise csv.Error(_NO_END)
            yield line


def _in_words(error: csv.Error) -> str:
    said = str(error)
    return _QUOTES if said == _NO_END or "expected after" in said else said
