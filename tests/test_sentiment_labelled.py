"""Files of labelled texts, sound and unsound, and the figures they give."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest

from config.errors import ConfigError
from sentiment.labelled import read_labelled
from sentiment.measure import calibration_error, figures, interval


def write(path: Path, content: str) -> Path:
    path.write_text(content, "utf-8")
    return path


def test_tsv_is_read_as_it_stands_quotes_and_all(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text('label\ttext\tlang\npositive\tsaid "great, she\tEN\n-1\tbad\t\n', "utf-8")
    first, second = read_labelled(path).rows
    assert (first.text, first.label, first.language) == ('said "great, she', "positive", "en")
    assert (second.text, second.label, second.language) == ("bad", "negative", None)


def test_csv_may_quote_commas_and_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('text,label\n"well, ""nice""\nshoes",neutral\n', "utf-8")
    (row,) = read_labelled(path).rows
    assert (row.text, row.label) == ('well, "nice"\nshoes', "neutral")


def test_parquet_is_read_and_its_own_split_is_known(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    columns = {"text": ["a", "b"], "label": ["neg", "pos"], "split": ["train", "val"]}
    pa_parquet.write_table(pa.table(columns), path)
    assert [row.is_for_checking for row in read_labelled(path).rows] == [False, True]


def test_only_the_wanted_columns_of_parquet_are_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "a.PARQUET"
    words = pa.array(["a", "b"]).dictionary_encode()
    columns = {"Text": words, "Label": [2.0, 0.0], "extra": [[1], [2]], "lang": [None, "el"]}
    pa_parquet.write_table(pa.table(columns), path)
    rows = read_labelled(path).rows
    assert [(row.text, row.label) for row in rows] == [("a", "positive"), ("b", "negative")]
    assert [row.language for row in rows] == [None, "el"]


def test_names_of_files_and_columns_may_be_written_large(tmp_path: Path) -> None:
    path = write(tmp_path / "A.TSV", "Text\tLabel\tSplit\nfine\tPositive\tTEST\n")
    (row,) = read_labelled(path).rows
    assert (row.text, row.label, row.is_for_testing) == ("fine", "positive", True)


def test_rows_that_say_nothing_are_left_out_and_told(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tsv", "text\tlabel\nfine\tpositive\n\tpositive\nhm\tperhaps\n")
    file = read_labelled(path)
    assert ([row.text for row in file.rows], file.left_out) == (["fine"], 2)
    assert "row 2: no text" in file.wrong[0]
    assert "row 3: label 'perhaps' is none of" in file.wrong[1]


@pytest.mark.parametrize(("name", "comma"), [("a.tsv", "\t"), ("a.csv", ",")])
def test_uneven_rows_are_left_out_told_and_counted(tmp_path: Path, name: str, comma: str) -> None:
    lines = ["text,label", "fine,1", "so, so,0", "z" * 99, "", "odd,what", "bad,-1", ",1"]
    path = write(tmp_path / name, "\n".join(lines).replace(",", comma))
    file = read_labelled(path)
    assert ([row.text for row in file.rows], file.left_out) == (["fine", "bad"], 4)
    assert "row 2: 3 columns, not 2: 'so" in file.wrong[0]
    assert file.wrong[1].endswith(f"row 3: 1 columns, not 2: '{'z' * 40}'")
    assert "row 4: label 'what'" in file.wrong[2]


@pytest.mark.parametrize(
    ("labels", "meant"),
    [
        ("0 1 2", "negative neutral positive"),
        ("0.0 1.0 2.0", "negative neutral positive"),
        ("1 2 neg", "neutral positive negative"),
        ("-1 0 1", "negative neutral positive"),
        ("-1.0 0.0 1.0", "negative neutral positive"),
        ("0 1", "neutral positive"),
        ("-1 2 1", "negative positive"),
    ],
)
def test_numbers_are_read_on_the_scale_of_the_file(tmp_path: Path, labels: str, meant: str) -> None:
    rows = "".join(f"some,{label}\n" for label in labels.split())
    path = write(tmp_path / "a.csv", f"text,label\n{rows}")
    assert [row.label for row in read_labelled(path).rows] == meant.split()


@pytest.mark.parametrize(
    ("said", "language"),
    [
        *[("en", "en"), ("en-GB", "en"), ("pt_BR", "pt"), ("EL", "el"), ("iw", "he")],
        *[("english", None), ("und", None), ("eng", None), ("?", None), ("", None)],
    ],
)
def test_only_ordinary_codes_are_languages(tmp_path: Path, said: str, language: str | None) -> None:
    path = write(tmp_path / "a.csv", f"text,label,language\nhm,0,{said}\n")
    assert [row.language for row in read_labelled(path).rows] == [language]


def test_a_row_of_megabytes_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", f"text,label\n{'long ' * 500_000},0\nshort,1\n")
    assert [len(row.text) for row in read_labelled(path).rows] == [2_500_000, 5]


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.tsv", b"words\tlabel\nx\tpositive\n", "no column text"),
        ("a.tsv", b"text\ttext\tlabel\nx\ty\tpositive\n", "2 columns text"),
        ("a.csv", b"text,label\n", "no rows"),
        ("a.csv", b"", "empty"),
        ("a.csv", b"x" * 100_000, "first line is too long"),
        ("a.csv", b"text,label\n\xff,0\n", "codec can't decode"),
        ("a.tsv", b"text\tlabel\n\xff\n", "codec can't decode"),
        ("a.csv", b"text,label\nonly\n", "row 1: 1 columns, not 2"),
        ("a.csv", b"text,label\nx,1\ny,2\nz,5\n", "1, 2, 5 are neither"),
        ("a.parquet", b"rubbish", "Parquet"),
        ("a.doc", b"text", "ends in none of"),
        ("a.tsv", b"text\tlabel\nx\tgrand\n", "label 'grand'"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_in_one_line(
    tmp_path: Path, name: str, content: bytes, problem: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=problem) as raised:
        read_labelled(path)
    assert "\n" not in str(raised.value)


_NOT_UTF8 = pa.Array.from_buffers(
    pa.string(), 1, [None, pa.py_buffer(bytes([0, 0, 0, 0, 2, 0, 0, 0])), pa.py_buffer(b"a\xff")]
)


@pytest.mark.parametrize(
    ("texts", "problem"),
    [
        (_NOT_UTF8, "UTF8"),
        (pa.array([b"a"]), "column text is binary, not text"),
        (pa.array([["a"]]), "column text is list<.*>, not text"),
        (pa.array([1]), "column text is int64, not text"),
    ],
)
def test_parquet_whose_text_is_none_is_told_in_one_line(
    tmp_path: Path, texts: pa.Array, problem: str
) -> None:
    path = tmp_path / "a.parquet"
    pa_parquet.write_table(pa.table({"text": texts, "label": ["pos"]}), path)
    with pytest.raises(ConfigError, match=problem) as raised:
        read_labelled(path)
    assert "\n" not in str(raised.value)


def test_no_file_is_told_too(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        read_labelled(tmp_path / "nowhere.csv")


def test_macro_f1_is_the_mean_over_the_labels_there_are() -> None:
    right = ["negative", "negative", "positive", "positive"]
    said = ["negative", "unknown", "positive", "positive"]
    found = figures(right, said)
    assert found.macro_f1 == pytest.approx((2 / 3 + 1) / 2)
    assert found.accuracy == 0.75
    assert found.confusion == ((1, 0, 0, 1), (0, 0, 0, 0), (0, 0, 2, 0))


def test_confidence_is_honest_when_it_is_right_as_often_as_it_says() -> None:
    assert calibration_error([0.75] * 4, [True, True, True, False]) == pytest.approx(0)
    assert calibration_error([0.95] * 4, [False] * 4) == pytest.approx(0.95)


def test_wilsons_interval_is_the_published_one() -> None:
    """8 of 10: 0.490 to 0.943 (Brown, Cai & DasGupta, 2001, https://doi.org/10.1214/ss/1009213286)."""
    assert interval(8, 10) == pytest.approx((0.490, 0.943), abs=0.001)
