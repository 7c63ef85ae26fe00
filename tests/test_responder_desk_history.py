"""History at the desk: filters in the address, pages, CSV, and the way back of what failed."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from listener.models import MentionStatus
from responder.models import Audit, Draft, DraftStatus, Reply, ReplyStatus
from responder.team.models import Agent, Role
from tests.conftest import Place, Visit
from tests.factories import make_author, make_draft, make_mention, make_reply

HOSTILE = '=HYPERLINK("https://bad.example")'


@pytest.fixture
def told(place: Place) -> Iterator[dict[str, str]]:
    """Replies by a short name, beside those of the story."""
    now = place.bot.clock()
    with place.bot.database.write() as session:
        author = make_author(session, name=HOSTILE, channel="facebook")
        asked = make_mention(
            session, author=author, channel="facebook", text="Wo ist es?", language="de"
        )
        draft = make_draft(session, asked, text="Es kommt morgen.", created_at=now)
        failed = make_reply(
            session,
            draft,
            status=ReplyStatus.FAILED,
            reason="bo hid the mention",
            queued_at=now,
            changed_at=now - timedelta(minutes=1),
        )
        draft.status, draft.changed_at = DraftStatus.WITHDRAWN, now - timedelta(minutes=1)
        asked.status = MentionStatus.IGNORED
        session.flush()
        yield_this = {"failed": failed.id, "draft": draft.id}
    yield yield_this


def names(page: str) -> list[str]:
    return re.findall(r'class="entry-name"[^>]*><bdi[^>]*>([^<]+)</bdi>', page)


def table(client: TestClient, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/history.csv?{query}")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_every_outcome_is_there_with_who_and_from_what(
    visit: Visit, told: dict[str, str], place: Place
) -> None:
    page = visit(Role.VIEWER).get("/history").text
    assert names(page)[0].startswith("=HYPERLINK")
    assert {"Tom Reed", "Anna Bianchi", "Giulia Rossi"} <= set(names(page))
    assert "Approved by bo" in page
    assert "Words from saved reply: delivery" in page
    assert "bo hid the mention" in page
    assert f'href="/item/{place.ids["sent"]}"' in page
    assert "Bring the draft back" not in page  # that is for approvers
    assert told["failed"] not in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=sent", {"Anna Bianchi", "Giulia Rossi"}),
        ("status=unknown", {"Tom Reed"}),
        ("channel=facebook", {"=HYPERLINK"}),
        ("language=de&from=&to=", {"=HYPERLINK"}),
        ("agent=bo&status=sent", {"Anna Bianchi"}),
        ("q=KOMMT+morgen", {"=HYPERLINK"}),
        ("q=tom+reed&status=", {"Tom Reed"}),
        ("topic=delivery&phase=acquisition&language=de", {"=HYPERLINK"}),
        ("topic=size&language=de", set()),
        ("phase=retirement&language=de", set()),
        ("from=2001-01-01T10:00%2B01:00&to=2001-12-31T11:00%2B01:00", set()),
        ("author_kind=auto", set()),
        ("from=2001-01-01&to=2001-12-31", set()),
    ],
)
def test_filters_stand_in_the_address(
    visit: Visit, told: dict[str, str], query: str, expected: set[str]
) -> None:
    assert told
    client = visit(Role.VIEWER)
    page = client.get(f"/history?{query}").text
    assert {name.partition("(")[0] for name in names(page)} == expected
    assert len(table(client, query)) == len(names(page))
    if not expected:
        assert "Nothing was found." in page
    if "q=" in query:
        assert "Words are looked for in the last 30 days." in page


def test_the_form_keeps_what_was_asked_for(visit: Visit) -> None:
    page = (
        visit(Role.VIEWER).get("/history?q=%3Cb%3E&status=failed&agent=gone&from=2026-01-02").text
    )
    assert 'value="&lt;b&gt;"' in page
    assert '<option value="failed" selected>' in page
    assert "<option selected>gone</option>" in page
    assert 'value="2026-01-02"' in page
    hour = "2026-01-02T10:00:00+01:00"
    page = visit(Role.VIEWER).get("/history", params={"from": hour, "topic": "size"}).text
    assert f'type="hidden" name="from" value="{hour}"' in html.unescape(page)
    assert '<option value="size" selected>' in page
    assert "<details open>" in page


def test_the_file_is_harmless_and_the_export_is_written_down(
    visit: Visit, told: dict[str, str], place: Place
) -> None:
    client = visit(Role.VIEWER)
    (row,) = table(client, "status=failed&q=morgen")
    assert row["customer"] == f"'{HOSTILE}"
    assert (row["said"], row["answer"]) == ("Wo ist es?", "Es kommt morgen.")
    assert (row["outcome"], row["decided_by"]) == ("failed", "anna")
    assert (row["channel"], row["draft_id"]) == ("Facebook", told["draft"])
    with place.bot.database.read() as session:
        entry = session.scalars(select(Audit).where(Audit.action == "export")).one()
        assert (entry.who, entry.detail) == ("viewer", "q, status")  # not what was looked for


def test_pages_lead_on_and_back(visit: Visit, place: Place) -> None:
    now = place.bot.clock()
    with place.bot.database.write() as session:
        for number in range(120):
            at = now - timedelta(minutes=number)
            make_reply(session, status=ReplyStatus.SENT, queued_at=at, changed_at=at, posted_at=at)
    client, path, seen = visit(Role.VIEWER), "/history?status=sent", 0
    for _ in range(9):
        page = client.get(path).text
        seen += len(names(page))
        older = re.search(r'href="([^"]+)" rel="next"', page)
        if older is None:
            break
        path = older.group(1).replace("&amp;", "&")
        assert "status=sent" in path
    assert seen == 122
    assert 'href="/history?status=sent"' in page
    strange = client.get("/history?status=sent&after=nonsense")
    assert (strange.status_code, strange.headers["location"]) == (303, "/history?status=sent")


def test_another_teams_history_is_not_there(
    visit: Visit, told: dict[str, str], place: Place
) -> None:
    client = visit(Role.APPROVER)
    with place.bot.database.write() as session:
        agent = session.scalars(select(Agent).where(Agent.name == "approver")).one()
        agent.channels = ["x"]
    assert not [name for name in names(client.get("/history").text) if "HYPER" in name]
    assert {row["channel"] for row in table(client)} == {"X"}
    assert client.get("/history?channel=facebook").status_code == 404
    assert client.get("/history.csv?channel=facebook").status_code == 404
    assert client.post(f"/reply/{told['failed']}/again").status_code == 404


def test_what_failed_is_brought_back_to_the_desk(
    visit: Visit, told: dict[str, str], place: Place
) -> None:
    client = visit(Role.APPROVER)
    assert "Bring the draft back" in client.get("/history?status=failed").text
    answer = client.post(f"/reply/{told['failed']}/again")
    assert answer.headers["location"] == f"/item/{told['draft']}?done=again"
    page = client.get(answer.headers["location"]).text
    assert "It waits in To approve again. Nothing was sent." in page
    assert "bo hid the mention" in page
    with place.bot.database.read() as session:
        assert session.get_one(Draft, told["draft"]).status is DraftStatus.PENDING
    assert "Its draft waits: open it" in client.get("/history?status=failed").text


def test_what_may_not_be_tried_again_says_why(
    visit: Visit, told: dict[str, str], place: Place
) -> None:
    with place.bot.database.write() as session:
        session.get_one(Reply, told["failed"]).mention.status = MentionStatus.GONE
    client = visit(Role.APPROVER)
    assert "Bring the draft back" not in client.get("/history?status=failed").text
    answer = client.post(f"/reply/{told['failed']}/again")
    assert answer.status_code == 409
    assert "The customer deleted the text." in answer.text
