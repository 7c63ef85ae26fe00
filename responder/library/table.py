"""The library as a table for spreadsheets: one row an entry, one column a text.

What a cell cannot hold (tables of words, an empty text, a list with ";" in it) stands as JSON in
the column `more`, so that whatever is written out can be read back as it was.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from responder.library.checks import Unfit
from responder.library.models import EntryKind, LibraryEntry
from responder.library.shelving import Change, Name
from responder.library.store import MODELS

# A list of these fields is spread over columns of their own: text1, text2, ...
_SPREAD: Final = {"texts": "text", "plain": "plain", "steps": "step"}
_NUMBERED: Final = re.compile(r"(text|plain|step)([1-9]\d?)")
_LISTS: Final = ("topics", "phases", "words", "names", "required")
_RENAMED: Final = {"kind": "format"}  # an article's text, video or webinar
_FIRST: Final = ("kind", "key", "language", "version", "title", "name", "occasion", "format")
_LAST: Final = ("url", *_LISTS, "owner", "review_by", "more")
_FIELDS: Final = tuple(
    dict.fromkeys(name for model in MODELS.values() for name in model.model_fields if name != "key")
)
_KNOWN: Final = {*_FIRST, *_LAST, *(_RENAMED.get(name, name) for name in _FIELDS)} - {*_SPREAD}
# A spreadsheet takes a cell that begins so for a formula
# (https://owasp.org/www-community/attacks/CSV_Injection, read 2026-11-22).
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


class BadTable(ValueError):
    """A file that is no table of the library. The text says why."""


# -- out


def write_table(rows: Iterable[LibraryEntry]) -> str:
    """The rows, which all have a body, as CSV."""
    cells = [_cells(row) for row in rows]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, _columns(cells), restval="")
    writer.writeheader()
    for line in cells:
        writer.writerow({name: _shielded(cell) for name, cell in line.items()})
    return out.getvalue()


def _columns(lines: Sequence[Mapping[str, str]]) -> list[str]:
    """Those in use, and the fixed ones, in an order that reads well."""
    used = {name for line in lines for name in line}
    spread = [
        f"{stem}{number}"
        for stem in _SPREAD.values()
        for number in range(1, 100)
        if f"{stem}{number}" in used
    ]
    middle = [_RENAMED.get(name, name) for name in _FIELDS]
    fixed = {"kind", "key", "language", "version", "owner", "review_by", "more"}
    order = dict.fromkeys((*_FIRST, *spread, *(n for n in middle if n not in _LAST), *_LAST))
    return [name for name in order if name in used | fixed]


def _cells(row: LibraryEntry) -> dict[str, str]:
    cells = {
        "kind": row.kind.value,
        "key": row.key,
        "language": row.language,
        "version": str(row.version),
        "owner": row.owner,
        "review_by": row.review_by.isoformat() if row.review_by else "",
    }
    more = {}
    for name, value in (row.body or {}).items():
        if isinstance(value, str) and value:
            cells[_RENAMED.get(name, name)] = value
        elif name in _SPREAD and _is_texts(value) and len(value) < 100:
            stem = _SPREAD[name]
            cells |= {f"{stem}{number}": text for number, text in enumerate(value, 1)}
        elif name in _LISTS and _is_texts(value) and _is_plain(value):
            cells[name] = "; ".join(value)
        else:
            more[name] = value
    return {**cells, "more": json.dumps(more, ensure_ascii=False) if more else ""}


def _is_texts(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, str) and one for one in value)
    )


def _is_plain(value: Sequence[str]) -> bool:
    return all(";" not in one and one == one.strip() for one in value)


def _shielded(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


# -- in


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row of a table: which entry, what it shall say; or what is wrong with it. `number`:
    the row as a spreadsheet counts it, the header being 1. `version`: the one it was made from.
    `change`: what its own cells say; what it changes in an entry tells `change_of`."""

    number: int
    name: Name | None = None
    change: Change | None = None
    version: int | None = None
    problem: str = ""
    columns: Sequence[str] = ()
    cells: Mapping[str, str] = field(default_factory=dict)


def change_of(line: Line, known: LibraryEntry | None) -> Change:
    """What a row shall make of an entry, `known` being what is in force of it: only an empty cell
    empties, and of columns that the table has not the entry keeps what it says. Raises Unfit."""
    if known is None:
        return _change(line.cells, line.columns)
    said = _more(line.cells.get("more", ""))
    kept = {
        name: cell
        for name, cell in _cells(known).items()
        if name not in line.columns and _field(name) not in said
    }
    return _change({**kept, **line.cells}, line.columns)


def _field(column: str) -> str:
    """The field of an entry that a column holds, or a part of."""
    spread = _NUMBERED.fullmatch(column)
    names = {_RENAMED.get(name, name): name for name in _RENAMED}
    names |= {stem: name for name, stem in _SPREAD.items()}
    stem = spread[1] if spread else column
    return names.get(stem, stem)


def read_table(text: str) -> Iterator[Line]:
    """The rows of a table, empty ones left out. Commas, semicolons or tabs may part the columns,
    as spreadsheets of different countries have it. Raises BadTable."""
    text = text.removeprefix("\ufeff")
    header, _, _ = text.partition("\n")
    delimiter = max(",;\t", key=header.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = [name.strip() for name in next(rows, [])]
        _require_columns(columns)
        for number, cells in enumerate(rows, 2):
            if any(cell.strip() for cell in cells):
                yield _line(number, columns, cells)
    except csv.Error as error:
        raise BadTable(f"row {rows.line_num}: {error}") from None


def _require_columns(columns: Sequence[str]) -> None:
    lacking = [name for name in ("kind", "key", "language") if name not in columns]
    if lacking:
        raise BadTable(f"the first row names the columns; there is no {', '.join(lacking)}")
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        raise BadTable(f"a column stands twice: {', '.join(twice)}")
    unknown = [
        name[:40]
        for name in columns
        if name and name not in _KNOWN and not _NUMBERED.fullmatch(name)
    ]
    if unknown:
        raise BadTable(f"nobody reads these columns: {', '.join(unknown)}")


def _line(number: int, columns: Sequence[str], cells: Sequence[str]) -> Line:
    if len(cells) > len(columns) and any(cells[len(columns) :]):
        return Line(number=number, problem="it has more cells than there are columns")
    row = {name: _bared(cell) for name, cell in zip(columns, cells, strict=False) if name and cell}
    try:
        return Line(
            number=number,
            name=_name(row),
            change=_change(row, columns),
            version=_version(row),
            columns=columns,
            cells=row,
        )
    except Unfit as error:
        return Line(number=number, problem=str(error))


def _bared(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _name(row: Mapping[str, str]) -> Name:
    kind, key, language = (row.get(name, "").strip() for name in ("kind", "key", "language"))
    if kind not in list(EntryKind):
        raise Unfit(f"kind: {kind[:40]!r} is none of {', '.join(EntryKind)}")
    return Name(kind=EntryKind(kind), key=key, language=language)


def _version(row: Mapping[str, str]) -> int | None:
    told = row.get("version", "").strip()
    if not told:
        return None
    if not re.fullmatch(r"[1-9]\d{0,8}", told):
        raise Unfit("version: it is no number of a version; leave it as it was")
    return int(told)


def _change(row: Mapping[str, str], columns: Sequence[str]) -> Change:
    review_by = _date(row.get("review_by", "").strip()) if "review_by" in columns else ...
    owner = row.get("owner", "") if "owner" in columns else None
    return Change(body=_body(row), owner=owner, review_by=review_by)


def _date(told: str) -> date | None:
    try:
        return date.fromisoformat(told) if told else None
    except ValueError:
        raise Unfit("review_by: write the day as 2027-01-31") from None


def _body(row: Mapping[str, str]) -> dict[str, Any]:
    body: dict[str, Any] = _more(row.get("more", ""))
    for name in _FIELDS:
        if name in _SPREAD:
            found: Any = _spread(row, _SPREAD[name])
        else:
            found = row.get(_RENAMED.get(name, name), "")
            if name in _LISTS:
                found = [one.strip() for one in found.split(";") if one.strip()]
        if found:
            body[name] = found
    return body


def _spread(row: Mapping[str, str], stem: str) -> list[str]:
    numbers = sorted(
        int(at[2]) for name in row if (at := _NUMBERED.fullmatch(name)) and at[1] == stem
    )
    return [row[f"{stem}{number}"] for number in numbers]


def _more(cell: str) -> dict[str, Any]:
    if not cell.strip():
        return {}
    try:
        found = json.loads(cell)
    except (ValueError, RecursionError):
        raise Unfit("more: it is no JSON") from None
    if not isinstance(found, dict):
        raise Unfit("more: it is no JSON object")
    return found
