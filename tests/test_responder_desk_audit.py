"""The audit's screen and file."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from responder.audit import note
from responder.audited import ROWS
from responder.models import Audit
from responder.team.models import Role
from tests.conftest import Place, Visit


def words(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def tell(place: Place, number: int = 1, **changes: str) -> None:
    told = {"who": "bo", "action": "edit", "subject": place.ids["ola"]} | changes
    with place.bot.database.write() as session:
        for _ in range(number):
            note(session, now=place.bot.clock(), **told)


def shown(page: str) -> list[list[str]]:
    """The rows of the table: when, who, deed, about, detail."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        [words(cell) for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)]
        for row in re.findall(r"<tr>.*?</tr>", body, re.DOTALL)
    ]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, Role.APPROVER])
def test_only_admins_read_it(visit: Visit, role: Role) -> None:
    client = visit(role)
    assert client.get("/audit").status_code == 403
    assert client.get("/audit.csv").status_code == 403
    assert "/audit" not in client.get("/").text


def test_a_deed_leads_to_what_it_is_about(visit: Visit, place: Place) -> None:
    tell(place, detail="a" * 300)
    page = visit(Role.ADMIN).get("/audit", params={"who": "bo"}).text
    assert f'href="/item/{place.ids["ola"]}"' in page
    [[_, who, deed, about, detail]] = shown(page)
    assert (who, deed, about) == ("bo", "edit", "Ola Wiśniewska on Facebook")
    assert len(detail) < 200
    assert "Reklamacja" not in page  # the customer's words are not part of it


def test_pages_go_on_without_a_row_twice_or_never(visit: Visit, place: Place) -> None:
    tell(place, number=2 * ROWS + 5, action="pause", subject="all")
    client, path, seen = visit(Role.ADMIN), "/audit?deed=pause", []
    while path:
        page = client.get(path).text
        seen.append(len(shown(page)))
        older = re.search(r'href="([^"]+)" rel="next"', page)
        path = html.unescape(older[1]) if older else ""
        tell(place, action="pause", subject="all")  # what comes meanwhile does not shift the pages
    assert seen == [ROWS, ROWS, 5]


def test_filters_stand_in_the_url_and_narrow_what_is_shown(visit: Visit, place: Place) -> None:
    tell(place)
    tell(place, who="carl", action="reject")
    client = visit(Role.ADMIN)
    day = place.bot.clock().astimezone(place.bot.zone).date()
    tomorrow, yesterday = day + timedelta(days=1), day - timedelta(days=1)

    def found(**asked: str) -> set[str]:
        rows = shown(client.get("/audit", params=asked).text)
        return {row[1] for row in rows} & {"bo", "carl"}

    assert found(deed="reject") == {"carl"}
    assert found(who="bo") == {"bo"}
    assert found(since=str(day), until=str(day)) == {"bo", "carl"}
    assert found(since=str(tomorrow)) == found(until=str(yesterday)) == set()
    assert found(since="rubbish") == {"bo", "carl"}


def test_the_file_holds_everything_and_no_formula(visit: Visit, place: Place) -> None:
    tell(place, number=ROWS + 1)
    tell(place, who='=HYPERLINK("http://evil.example")', action="@SUM", detail="+1")
    answer = visit(Role.ADMIN).get("/audit.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["at", "who", "deed", "subject", "detail"]
    assert sum(row[1] == "bo" for row in rows) == ROWS + 1
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize(
    ("path", "what", "detail"),
    [
        ("/audit.csv?who=bo&since=2026-01-01", "audit", "since, who"),
        (
            "/trends/volume/mentions.csv?by=day&channel=facebook",
            "trends volume mentions",
            "by day, channel facebook",
        ),
        ("/library/export.csv", "library", "everything"),
        ("/library/export.csv?kind=saved_reply&language=en", "library", "saved_reply, en"),
        ("/history.csv?q=Giulia", "history", "q"),
    ],
)
def test_every_file_that_is_taken_away_is_written_down(
    visit: Visit, place: Place, path: str, what: str, detail: str
) -> None:
    assert visit(Role.ADMIN).get(path).status_code == 200
    with place.bot.database.read() as session:
        row = session.scalars(select(Audit).where(Audit.action == "export")).one()
    assert (row.who, row.subject, row.detail) == ("admin", what, detail)


def test_names_that_are_markup_stay_names(visit: Visit, place: Place) -> None:
    tell(place, who="<img src=x>", detail="<script>alert(1)</script>")
    page = visit(Role.ADMIN).get("/audit").text
    assert "<img" not in page
    assert "<script>alert" not in page
