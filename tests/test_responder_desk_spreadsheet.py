"""CSV for spreadsheets: whole, and harmless."""

from __future__ import annotations

import csv
import io

import pytest

from responder.desk.spreadsheet import as_csv


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "\0=1", "=cmd|' /C'!A0"]
)
def test_no_cell_becomes_a_formula(cell: str) -> None:
    [[harmless, number]] = csv.reader(io.StringIO(as_csv([(cell, -1)]).decode("utf-8-sig")))
    assert harmless.startswith("'")
    assert number == "-1"  # numbers of ours stay numbers


def test_a_long_file_comes_whole_and_with_one_mark() -> None:
    rows = [(number, f'Grüße, "{number}"\nΚαλημέρα') for number in range(250)]
    written = as_csv(rows)
    assert written.count(b"\xef\xbb\xbf") == 1
    read = list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))
    assert [(int(number), words) for number, words in read] == rows


def test_half_a_letter_of_a_hostile_text_breaks_nothing() -> None:
    assert as_csv([("\ud83d",)]).decode("utf-8-sig").strip() == '"?"'
