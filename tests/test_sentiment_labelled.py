"""Files of labelled texts, sound and unsound, and the figures they give."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest

from config.errors import ConfigError
from sentiment.labelled import read_labelled
from sentiment.measure import calibration_error, figures, interval


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


def test_rows_that_say_nothing_are_left_out_and_told(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("text\tlabel\nfine\tpositive\n\tpositive\nhm\tperhaps\n", "utf-8")
    file = read_labelled(path)
    assert ([row.text for row in file.rows], file.left_out) == (["fine"], 2)
    assert "row 2: no text" in file.wrong[0]
    assert "row 3: label 'perhaps' is none of" in file.wrong[1]


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.tsv", b"words\tlabel\nx\tpositive\n", "no column text"),
        ("a.csv", b"text,label\n", "no rows"),
        ("a.csv", b"", "Empty"),
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
