"""Files as people have them: any encoding, any delimiter, any rubbish, and nothing else is lost."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from listener.importing.columns import Unclear, columns_of, read_columns
from listener.importing.files import HistoryFile, Record, Unreadable
from listener.importing.moments import Order, moment, order_of
from responder.bot import Bot
from tests.exports import mentions, take, write_csv
from tests.factories import ROME, make_bot

HEAD = "external_id,created_at,text\n"
GOOD = '1,2025-05-01T10:00:00Z,"A good one, with a comma"\n'


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Bot]:
    opened = make_bot(tmp_path / "bot")
    yield opened
    opened.database.close()


def _records(path: Path) -> list[Record]:
    file = HistoryFile(path)
    try:
        return list(file.records())
    finally:
        file.close()


def _texts(path: Path) -> list[str]:
    return [one.fields.get("text", one.problem) for one in _records(path)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_unicode_is_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEAD + '1,2025-05-01,"Łódź — 😀 καλά"\n', encoding=encoding)
    assert _texts(path) == ["Łódź — 😀 καλά"]


def test_lines_that_are_no_utf_8_are_read_as_windows_1252_and_told(
    bot: Bot, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    lines = [HEAD.encode(), "1,2025-05-01,Größe über alles\n".encode("cp1252")]
    path.write_bytes(b"".join([*lines, "2,2025-05-01,Größe über alles 😀\n".encode()]))
    done = take(bot, path)
    assert {one.text for one in mentions(bot).values()} == {
        "Größe über alles",
        "Größe über alles 😀",
    }
    assert "1 line was not UTF-8, and read as Windows-1252" in done.gathered.notes


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_usual_delimiter_and_end_of_line_is_found(
    tmp_path: Path, delimiter: str, end: str
) -> None:
    row = {"external_id": "1", "created_at": "2025-05-01", "text": 'so; he|said, "no"\tand left'}
    path = write_csv(tmp_path / "a.csv", [row, row], delimiter=delimiter, lineterminator=end)
    assert _texts(path) == [row["text"]] * 2


def test_excels_own_first_line_is_understood(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("sep=;\nexternal_id;created_at;text\n1;2025-05-01;Hello\n")
    (record,) = _records(path)
    assert (record.number, record.fields["text"]) == (3, "Hello")


def test_gzip_is_unpacked_and_one_that_is_cut_off_is_said_so(tmp_path: Path) -> None:
    whole = gzip.compress((HEAD + GOOD * 50).encode())
    path = tmp_path / "a.csv.gz"
    path.write_bytes(whole)
    assert len(_records(path)) == 50
    path.write_bytes(whole[:-12])
    with pytest.raises(Unreadable, match=r"cut off or damaged|cannot be unpacked"):
        _records(path)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\n \n", "empty"),
        (b"PK\x03\x04rest", "ZIP archive or an Excel file"),
        (b"\x1f\x8bno gzip at all", "cannot be unpacked"),
        (b"[1, 2", "begins like JSON"),
        (b"[" * 200_000, "begins like JSON"),
    ],
)
def test_what_is_no_export_is_refused_with_the_reason(
    tmp_path: Path, content: bytes, why: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=why):
        _records(path)


def test_a_quote_that_is_never_closed_costs_its_own_line_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEAD + GOOD + '2,2025-05-01,"never closed\n' + GOOD * 700, encoding="utf-8")
    found = _records(path)
    assert [one.number for one in found if one.problem] == [3]
    assert "a quote is never closed" in next(one.problem for one in found if one.problem)
    assert len(found) == 702


def test_a_quote_that_is_not_doubled_costs_its_own_line_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEAD + '2,2025-05-01,"he said "no" to me"\n' + GOOD)
    bad, good = _records(path)
    assert "is not doubled" in bad.problem
    assert (bad.number, good.number) == (2, 3)
    assert good.fields["text"] == "A good one, with a comma"


def test_lines_are_counted_through_texts_of_several(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEAD + '1,2025-05-01,"one\ntwo\nthree"\n' + "2,2025-05-01,a,b,c\n" + GOOD)
    found = _records(path)
    assert [one.number for one in found] == [2, 5, 6]
    assert found[1].problem.startswith("5 fields under 3 columns")


def test_nul_bytes_and_huge_fields_are_no_trouble(bot: Bot, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEAD + f"1,2025-05-01,nul \0 here\n2,2025-05-01,{'long ' * 60_000}\n" + GOOD)
    done = take(bot, path)
    assert done.gathered.repeated + done.gathered.rejected == 1  # two rows of the id 1
    assert len(mentions(bot)["2"].text.encode()) <= 64_010


def test_json_lines_with_broken_ones_and_fields_within_fields(bot: Bot, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    good = {
        "id_str": "5",
        "created_at": "Wed Oct 10 20:19:24 +0000 2018",
        "full_text": "Where is my parcel?",
        "user": {"id_str": "77", "screen_name": "giulia", "followers_count": 12},
        "entities": {"hashtags": [1, 2]},
        "lang": "en",
    }
    lines = [json.dumps(good), "{broken", "[1]", "", json.dumps({**good, "id_str": "6"})]
    path.write_text("\n".join(lines))
    done = take(bot, path)
    assert set(mentions(bot)) == {"5", "6"}
    assert mentions(bot)["5"].reach == 12
    assert done.gathered.rejected == 2
    assert [one.partition(":")[0] for one in done.gathered.examples] == ["line 2", "line 3"]


def test_a_json_array_is_read(bot: Bot, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    rows = [{"id": n, "date": 1_400_000_000 + n, "text": "Hello there"} for n in range(3)]
    path.write_text(json.dumps(rows, indent=2))
    assert take(bot, path).new == 3


def test_every_bad_row_is_told_with_its_line_and_the_rest_is_kept(bot: Bot, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(
        HEAD
        + "\n".join(
            [
                "1,2025-05-01,fine",
                "2,,no date",
                "3,2025-05-01,",
                "4,31.31.2025,no such day",
                "5,2099-01-01,not yet",
                "6,1999-01-01,too early",
                ",2025-05-01,no id",
                "5.70306E+17,2025-05-01,rounded",
                "a b,2025-05-01,an id with a space",
                "9,2025-05-01,fine too",
                "=cmd(),2025-05-01,a formula",
            ]
        )
    )
    done = take(bot, path)
    assert set(mentions(bot)) == {"1", "9"}
    assert done.gathered.rejected == 9
    assert done.gathered.report == tmp_path / "bad.csv.rejected.csv"
    with done.gathered.report.open(encoding="utf-8-sig", newline="") as file:
        told = list(csv.DictReader(file))
    assert [one["line"] for one in told] == ["3", "4", "5", "6", "7", "8", "9", "10", "12"]
    assert "no date" in told[0]["reason"]
    assert "a spreadsheet has rounded its id" in told[6]["reason"]
    assert told[8]["row"].startswith("'=cmd()")
    path.write_text(HEAD + GOOD)
    assert take(bot, path).gathered.report is None
    assert not (tmp_path / "bad.csv.rejected.csv").exists()


def test_a_header_alone_holds_no_rows(bot: Bot, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEAD)
    done = take(bot, path)
    assert (done.rows, done.gathered.notes) == (0, ["it holds no rows"])


def test_columns_that_do_not_tell_are_named_by_the_user(bot: Bot, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("nr;Wann;Was;Wer\n1;01.05.2025 10:00;Wo ist mein Paket?;Anna\n")
    with pytest.raises(Unclear, match="no column tells created_at and text; there are: nr"):
        take(bot, path)
    take(bot, path, columns=read_columns("created_at=wann, text=Was, author_name=WER"))
    (mention,) = mentions(bot).values()
    assert mention.text == "Wo ist mein Paket?"
    assert mention.created_at == datetime(2025, 5, 1, 10, tzinfo=ROME)


@pytest.mark.parametrize("said", ["text", "colour=x", "=x"])
def test_a_column_nobody_knows_is_refused(said: str) -> None:
    with pytest.raises(Unclear):
        read_columns(said)


def test_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(Unclear, match="there is no column 'txt'"):
        columns_of(["id", "text", "date"], {"text": "txt"})


def test_no_column_tells_two_things() -> None:
    named = columns_of(["id", "date", "text", "comment_id"], {"conversation_id": "id"}).named
    assert named["external_id"] == "comment_id"


ELEVEN = datetime(2015, 2, 24, 11, 35, 52, tzinfo=ROME)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2015-02-24 11:35:52", ELEVEN),
        ("2015-02-24T10:35:52Z", ELEVEN),
        ("2015-02-24 02:35:52 -0800", ELEVEN),
        ("2015-02-24T11:35:52.000+01:00", ELEVEN),
        ("2015/02/24 11:35:52", ELEVEN),
        ("24.02.2015 11:35:52", ELEVEN),
        ("24.2.2015, 11:35:52", ELEVEN),
        ("24/02/2015 11:35:52", ELEVEN),
        ("02/24/2015 11:35:52 AM", ELEVEN),
        ("02/24/2015 12:35:52 AM", ELEVEN - timedelta(hours=11)),
        ("02/24/2015 12:35:52 pm", ELEVEN + timedelta(hours=1)),
        ("1424774152", ELEVEN),
        ("1424774152000", ELEVEN),
        ("1424774152000000", ELEVEN),
        ("1424774152.5", ELEVEN + timedelta(milliseconds=500)),
        ("Tue, 24 Feb 2015 10:35:52 GMT", ELEVEN),
        ("Tue Feb 24 10:35:52 +0000 2015", ELEVEN),
        ("20150224 11:35:52", ELEVEN),
        ("2015-02-24", ELEVEN.replace(hour=0, minute=0, second=0)),
    ],
)
def test_moments_are_understood_as_people_write_them(said: str, meant: datetime) -> None:
    assert moment(said, ROME).at == meant


@pytest.mark.parametrize(
    "said",
    [
        "",
        "yesterday",
        "2015-13-01",
        "2015-02-30",
        "03/04/2015",
        "12",
        "Feb 24, 2015 11:35 PM",
        "-1",
    ],
)
def test_what_is_no_moment_is_refused_and_never_guessed(said: str) -> None:
    with pytest.raises(ValueError, match="date"):
        moment(said, ROME)


@given(st.text(max_size=40))
def test_no_text_is_too_strange_for_a_date(said: str) -> None:
    try:
        assert moment(said, ROME).at.tzinfo is not None
    except ValueError as error:
        assert "date" in str(error)


@given(st.integers(0, 10**9), st.sampled_from(Order))
def test_a_date_is_read_as_it_was_written(seconds: int, order: Order) -> None:
    form = "%d/%m/%Y %H:%M:%S" if order is Order.DAY else "%m/%d/%Y %H:%M:%S"
    at = datetime(2006, 4, 1, tzinfo=ROME) + timedelta(seconds=seconds)
    assert moment(at.strftime(form), ROME, order).at == at


def test_the_dates_of_a_file_tell_what_comes_first_in_them() -> None:
    assert order_of(["03/04/2015", "24/04/2015"]) is Order.DAY
    assert order_of(["03/04/2015", "04/24/2015"]) is Order.MONTH
    assert order_of(["03/04/2015"]) is None
    assert order_of(["24/04/2015", "04/24/2015"]) is None


def test_dates_that_can_be_two_days_are_not_guessed(bot: Bot, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEAD + "1,03/04/2015,Hello there\n")
    with pytest.raises(Unclear, match="--dates day or --dates month"):
        take(bot, path)
    take(bot, path, order=Order.MONTH)
    assert mentions(bot)["1"].created_at.month == 3


cells = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=30)


@hypothesis_settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=20))
def test_what_is_written_as_csv_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]]
) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerow(("external_id", "created_at", "text"))
    csv.writer(out).writerows(rows)
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    path.write_text(out.getvalue(), encoding="utf-8", newline="")
    found: list[Any] = [tuple(one.fields.values()) for one in _records(path)]
    assert found == rows


@hypothesis_settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.booleans())
def test_no_rubbish_stops_the_reader(
    tmp_path_factory: pytest.TempPathFactory, rubbish: bytes, headed: bool
) -> None:
    path = tmp_path_factory.mktemp("rubbish") / "a.csv"
    path.write_bytes((HEAD.encode() if headed else b"") + rubbish)
    try:
        records = _records(path)
    except Unreadable as error:
        assert str(error)
    else:
        assert all(one.number > 0 for one in records)
