"""The first half of an import: every row of a file is read, and set in order or given back."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self
from zoneinfo import ZoneInfo

from listener.importing.columns import Columns, Unclear, columns_of
from listener.importing.files import HistoryFile, Record
from listener.importing.moments import Order, is_either_way, order_of
from listener.importing.rows import BadRow, LeftOut, Maker, Row
from listener.importing.spool import Spool

REJECTED: Final = ".rejected.csv"
"""What stands behind the name of a file for the list of its rows that were not kept."""

_SAMPLE: Final = 2_000  # records whose columns and dates tell how the file is meant
_AT_ONCE: Final = 5_000
_SHOWN: Final = 5
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

Told = Callable[[int, int], None]
"""How far it is, of how much."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a user asks for. `columns`: which column tells what, where the names of the file do not
    say it; `channel`: where the rows are from; `order`: of dates such as 03/04/2015."""

    path: Path
    columns: Mapping[str, str] = field(default_factory=dict)
    channel: str = ""
    order: Order | None = None


@dataclass(kw_only=True)
class Gathered:
    """`rejected`: bad rows; `left_out`: no mentions, by reason; `repeated`: second rows of one id.
    `examples`: some of the bad rows in words."""

    rejected: int = 0
    repeated: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    report: Path | None = None


class Report:
    """The rows that were not kept: file, line, why, and what stands there."""

    def __init__(self, path: Path, elsewhere: Path) -> None:
        self._name = path.name
        self._places = (path.with_name(path.name + REJECTED), elsewhere / (path.name + REJECTED))
        self._file: IO[str] | None = None
        self.path: Path | None = None
        for place in self._places:  # what an earlier run gave back is said anew
            if place.is_file():
                place.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, line: int, reason: str, row: str) -> None:
        if self._file is None:
            self._file = self._open()
            csv.writer(self._file).writerow(("file", "line", "reason", "row"))
        shown = row.rstrip("\r\n")
        shown = f"'{shown}" if shown.startswith(_FORMULA) else shown
        clean = shown.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
        csv.writer(self._file).writerow((self._name, line, reason, clean))

    def _open(self) -> IO[str]:
        """Beside the file; where nobody may write there, beside the database."""
        beside, elsewhere = self._places
        try:
            opened, self.path = beside.open("w", encoding="utf-8-sig", newline=""), beside
        except OSError:
            opened, self.path = elsewhere.open("w", encoding="utf-8-sig", newline=""), elsewhere
        self.path.chmod(0o600)
        return opened


@dataclass(frozen=True, kw_only=True)
class Around:
    """What rows are read by beside the file. `channels`: the configured ones, by the names they go
    by, in small letters."""

    zone: ZoneInfo
    now: datetime
    channels: Mapping[str, str]
    our_handles: frozenset[str]
    folder: Path  # beside the database


def gather(
    asked: Asked, file: HistoryFile, spool: Spool, around: Around, told: Told = lambda _a, _b: None
) -> Gathered:
    """Fill `spool`. Raises Unreadable, and Unclear if nobody can tell what the columns mean."""
    found = Gathered()
    records = file.records()
    sample = list(islice(records, _SAMPLE))
    with Report(asked.path, around.folder) as report:
        if not any(one.fields for one in sample):
            found.notes.append("it holds no rows")
            maker = None
        else:
            maker = _maker(asked, sample, around, found.notes)
        rows = _rows(chain(sample, records), maker, found, report)
        while batch := list(islice(rows, _AT_ONCE)):
            spool.add(batch)
            told(file.read(), file.size)
        _drop_doubles(spool, found, report)
        found.report = report.path
    if maker is not None:
        found.notes += [*file.notes(), *_of_dates(maker)]
    return found


def _maker(asked: Asked, sample: Sequence[Record], around: Around, notes: list[str]) -> Maker:
    names = list(dict.fromkeys(name for one in sample for name in one.fields))
    columns = columns_of(names, asked.columns)
    default = asked.channel or columns.channel
    named = dict(columns.named)
    if asked.channel and "channel" not in asked.columns:
        named.pop("channel", None)  # what the user says counts for every row
    if not default and "channel" not in named:
        raise Unclear("no column tells the channel: add --channel NAME")
    notes += _of_columns(columns)
    dates = [one.fields.get(named["created_at"], "") for one in sample]
    order = asked.order or order_of(dates)
    if order is None and (unclear := next(filter(is_either_way, dates), "")):
        raise Unclear(f"{unclear!r} can be two days: add --dates day or --dates month")
    return Maker(
        columns=Columns(named=named),
        zone=around.zone,
        now=around.now,
        order=order,
        default=default,
        channels=around.channels,
        our_handles=around.our_handles,
    )


def _rows(
    records: Iterator[Record], maker: Maker | None, found: Gathered, report: Report
) -> Iterator[Row]:
    for one in records:
        try:
            if one.problem or maker is None:
                raise BadRow(one.problem or "no fields")
            yield maker.row(one.number, one.fields)
        except LeftOut as reason:
            found.left_out[str(reason)] += 1
            report.add(one.number, str(reason), one.raw)
        except BadRow as reason:
            _reject(found, report, one.number, str(reason), one.raw)


def _reject(found: Gathered, report: Report, line: int, reason: str, raw: str) -> None:
    found.rejected += 1
    if len(found.examples) < _SHOWN:
        found.examples.append(f"line {line}: {reason}")
    report.add(line, reason, raw)


def _drop_doubles(spool: Spool, found: Gathered, report: Report) -> None:
    for one in spool.settle():
        if one.differs:
            reason = f"line {one.kept} has the same id and another text: that one is kept"
            _reject(found, report, one.line, reason, "")
        else:
            found.repeated += 1


def _of_columns(columns: Columns) -> list[str]:
    notes = [f"recognised as an export of {columns.export}"] if columns.export else []
    if columns.judged:
        named = ", ".join(columns.judged)
        notes.append(f"{named} not taken over: every text is judged here, as live ones are")
    return notes


def _of_dates(maker: Maker) -> list[str]:
    notes = []
    if maker.naive:
        notes.append(f"{maker.naive:,} times name no zone: they were read as {maker.zone.key}")
    if maker.untimed:
        notes.append(f"{maker.untimed:,} dates name no time of day: they count at midnight")
    return notes
