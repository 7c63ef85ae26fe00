"""The page of mentions: what is asked for, what a row leads to, who sees what, and the CSV."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from listener.models import Mention, MentionStatus
from responder.desk.app import create_app
from responder.models import Audit
from responder.team.models import Agent, Role
from sentiment.phase import Phase
from sentiment.score import Sentiment
from tests.conftest import Place, Visit
from tests.factories import make_author, make_draft, make_mention


def say(place: Place, **changes: object) -> str:
    """Somebody says something, two hours ago; its id."""
    with place.bot.database.write() as session:
        author = make_author(session, name="Zoe Zuber", channel=changes.get("channel", "x"))
        values = {
            "author": author,
            "created_at": place.bot.clock() - timedelta(hours=2),
            "status": MentionStatus.LISTEN_ONLY,
        }
        return make_mention(session, **values | changes).id


def test_a_row_says_what_was_said_and_where_it_leads(visit: Visit, place: Place) -> None:
    key = say(
        place,
        text="<b>Die Größe</b> passt nicht",
        language="de",
        sentiment=Sentiment.NEGATIVE,
        topics=["size"],
        url="https://network.example/zoe",
    )
    with place.bot.database.write() as session:
        draft = make_draft(session, session.get_one(Mention, key)).id
    page = visit(Role.VIEWER).get("/mentions?q=zuber").text
    assert "&lt;b&gt;Die Größe&lt;/b&gt; passt nicht" in page
    assert 'lang="de"' in page
    assert f'href="/item/{draft}"' in page
    assert 'href="https://network.example/zoe"' in page
    assert "▼" in page
    assert "Size" in page


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ("channel=facebook", 0),
        ("channel=x", 1),
        ("language=de", 1),
        ("sentiment=negative", 1),
        ("sentiment=positive", 0),
        ("topic=size&phase=ownership", 1),
        ("facet=rival:Alpina", 1),
        ("facet=aspect:wish%20fit", 0),
        ("from=2020-01-01&to=2020-02-01", 0),
        ("acquainted=1", 0),
        ("acquainted=0", 1),
    ],
)
def test_what_the_address_asks_for_is_what_is_listed(
    visit: Visit, place: Place, query: str, hits: int
) -> None:
    say(
        place,
        language="de",
        sentiment=Sentiment.NEGATIVE,
        topics=["size"],
        phase=Phase.OWNERSHIP,
        rivals=["Alpina"],
    )
    page = visit(Role.VIEWER).get(f"/mentions?q=Zuber&{query}").text
    assert page.count("Zoe Zuber") == hits
    assert ("Nothing was found." in page) == (hits == 0)


def test_pages_turn_and_a_foreign_cursor_leads_to_the_first(visit: Visit, place: Place) -> None:
    for number in range(60):
        say(place, text=f"word number {number}")
    client = visit(Role.VIEWER)
    first = client.get("/mentions?q=word+number").text
    older = html.unescape(re.findall(r'href="([^"]+)" rel="next"', first)[0])
    second = client.get(older).text
    assert first.count('<li class="entry">') == 50
    assert second.count('<li class="entry">') == 10
    assert 'rel="next"' not in second
    lost = client.get("/mentions?q=word&after=nope")
    assert (lost.status_code, lost.headers["location"]) == (303, "/mentions?q=word")


def test_what_was_written_in_private_is_for_those_who_answer(visit: Visit, place: Place) -> None:
    say(place, text="my address is a secret", private=True)
    assert "my address is a secret" not in visit(Role.VIEWER).get("/mentions").text
    assert "my address is a secret" not in visit(Role.VIEWER).get("/mentions.csv").text
    assert "listed for those who answer it" in visit(Role.VIEWER).get("/mentions").text
    assert "my address is a secret" in visit(Role.EDITOR).get("/mentions").text


def test_another_teams_channel_is_not_there(visit: Visit, place: Place) -> None:
    say(place, text="said on facebook alone", channel="facebook")
    client = visit(Role.EDITOR)
    with place.bot.database.write() as session:
        agent = session.scalars(select(Agent).where(Agent.name == "editor")).one()
        agent.channels = ["x"]
    for path in ("/mentions", "/mentions.csv", "/mentions?q=facebook+alone"):
        assert "said on facebook alone" not in client.get(path).text
    assert client.get("/mentions?channel=facebook").status_code == 404
    assert "said on facebook alone" in visit(Role.ADMIN).get("/mentions").text


def test_csv_opens_as_it_is_meant_and_is_written_down(visit: Visit, place: Place) -> None:
    say(place, text='=HYPERLINK("http://evil.example")', language="el")
    answer = visit(Role.ADMIN).get("/mentions.csv?q=HYPERLINK&language=el")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["text"] for row in rows] == ['\'=HYPERLINK("http://evil.example")']
    with place.bot.database.read() as session:
        row = session.scalars(select(Audit).where(Audit.action == "export")).one()
    assert (row.subject, row.detail) == ("mentions", "language, q")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("from=yesterday", 422),
        ("from=2026-03-02&to=2026-03-01", 422),
        ("from=0001-01-01&to=9999-12-31", 422),
        ("from=2026-03-01T09:00%2B14:00&to=2026-03-01T10:00-12:00", 200),
        ("weekday=7", 422),
        ("hour=-1", 422),
        ("facet=nope:x", 422),
        ("facet=rival:%00", 200),
        ("acquainted=maybe", 422),
        ("channel=%27", 200),
        ("q=%00%F0%9F%92%A9%ff&language=%00", 200),
        ("weekday=&hour=&phase=&sentiment=&from=&to=&facet=&acquainted=", 200),
    ],
)
def test_wrong_values_are_told_and_never_a_fault_of_ours(
    visit: Visit, query: str, status: int
) -> None:
    answer = visit(Role.VIEWER).get(f"/mentions?{query}")
    assert answer.status_code == status
    assert "<h1" in answer.text
    assert visit(Role.VIEWER).get(f"/mentions.csv?{query}").status_code == status


def test_a_stranger_sees_nothing(place: Place) -> None:
    with TestClient(create_app(place.bot), base_url="http://127.0.0.1") as client:
        answer = client.get("/mentions?channel=x", follow_redirects=False)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in?next=%2Fmentions")
