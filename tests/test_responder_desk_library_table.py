"""The library as a spreadsheet: out of the desk, and back in after a look."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import pytest

from responder.team.models import Role
from tests.conftest import Place, Visit
from tests.shelf import LATE, newest, past, stock


@pytest.fixture(autouse=True)
def _stocked(place: Place) -> None:
    stock(place.bot)


def _changed(text: str, **cells: str) -> str:
    lines = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    for line in lines:
        if line["key"] == LATE.key:
            line.update(cells)
    out = io.StringIO()
    writer = csv.DictWriter(out, lines[0].keys())
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue()


def _table_of(page: str) -> str:
    """What the hidden field of the page would send."""
    found = re.search(r'<textarea name="table" hidden>\n(.*?)</textarea>', page, re.DOTALL)
    assert found
    return unescape(found[1]).replace("\n", "\r\n")


def _file(text: str | bytes) -> dict[str, tuple[str, bytes, str]]:
    raw = text.encode() if isinstance(text, str) else text
    return {"file": ("library.csv", raw, "text/csv")}


def test_what_is_taken_out_comes_back_changed_after_a_look(visit: Visit, place: Place) -> None:
    client = visit(Role.APPROVER)
    out = client.get("/library/export.csv?kind=saved_reply&language=en")
    assert out.headers["content-disposition"] == 'attachment; filename="library-saved_reply-en.csv"'
    assert out.text.startswith("\ufeffkind,key,language,version")
    same = client.post("/library/import", files=_file(out.content)).text
    assert "0 entries would change" in same
    table = _changed(out.text, title="Parcel =late=")
    look = client.post("/library/import", files=_file(table))
    assert "1 entry would change" in look.text
    assert "<ins>=late=</ins>" in look.text.replace(
        "<ins>=</ins>late<ins>=</ins>", "<ins>=late=</ins>"
    )
    assert len(past(place.bot, LATE)) == 1
    again = client.post("/library/import/again", data={"table": _table_of(look.text)})
    assert "1 entry would change" in again.text
    taken = client.post("/library/import/apply", data={"table": _table_of(look.text)})
    assert "1 row taken in" in taken.text
    assert (newest(place.bot, LATE).body or {})["title"] == "Parcel =late="
    assert past(place.bot, LATE)[0] == (2, "in_force", "approver")
    late = client.post("/library/import", files=_file(_changed(out.text, title="Other"))).text
    assert "read it again" in unescape(late)


def test_an_editors_table_waits(visit: Visit, place: Place) -> None:
    client = visit(Role.EDITOR)
    table = _changed(client.get("/library/export.csv?language=en").text, title="Very late")
    taken = client.post("/library/import/apply", data={"table": table})
    assert "waits for an approver" in taken.text
    assert past(place.bot, LATE)[0][1] == "waiting"


def test_a_doubt_is_confirmed_for_all_rows(visit: Visit, place: Place) -> None:
    client = visit(Role.APPROVER)
    words = "We're sorry your parcel is late. We trace it as soon as possible, and write here."
    table = _changed(client.get("/library/export.csv?language=en").text, text1=words)
    look = client.post("/library/import", files=_file(table))
    assert "1 cannot be taken in" in look.text
    assert 'name="confirm" value="R08"' in look.text
    form = {"table": table, "confirm": "R08"}
    assert "1 entry would change" in client.post("/library/import/again", data=form).text
    assert "1 row taken in" in client.post("/library/import/apply", data=form).text
    assert (newest(place.bot, LATE).body or {})["texts"][0] == words


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"kind,key,language\n\xff\xfe", "no UTF-8"),
        (b"nonsense", "no table of the library"),
        (b"", "no table of the library"),
        (b'kind,key,language\n"', "no table of the library"),
    ],
)
def test_what_is_no_table_is_told(visit: Visit, raw: bytes, sentence: str) -> None:
    answer = visit(Role.EDITOR).post("/library/import", files=_file(raw))
    assert answer.status_code == 422
    assert sentence in answer.text


def test_what_is_too_large_changes_nothing(visit: Visit) -> None:
    answer = visit(Role.EDITOR).post("/library/import", files=_file(b"a" * 1_000_001))
    assert answer.status_code == 413


def test_a_viewer_takes_out_and_puts_nothing_in(visit: Visit) -> None:
    client = visit(Role.VIEWER)
    assert "Take a table in" not in client.get("/library/table").text
    assert client.get("/library/export.csv?kind=store").status_code == 200
