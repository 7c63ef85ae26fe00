from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from listener.channels.errors import Unavailable
from responder.models import Audit
from responder.team.models import Role
from tests.api_client import Client, a_letter, client_in, is_problem


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    client = client_in(tmp_path)
    yield client
    client.bot.database.close()


def test_what_could_not_be_read_is_listed_newest_first_page_by_page(client: Client) -> None:
    ids = sorted(a_letter(client) for _ in range(3))  # of one millisecond either is the newer
    a_letter(client, channel="facebook")
    first = client.get("/letters", channel="x", limit=2)
    assert [one["id"] for one in first["items"]] == [ids[2], ids[1]]
    second = client.get("/letters", channel="x", limit=2, after=first["next"])
    assert ([one["id"] for one in second["items"]], second["next"]) == ([ids[0]], None)
    assert first["items"][0]["error"] == "text is no text"
    is_problem(client.ask("GET", "/letters?after=nonsense"), 422)


def test_reading_again_hears_the_text_and_closes_the_letter(client: Client) -> None:
    letter = a_letter(client)
    answer = client.ask("POST", f"/letters/{letter}/retry", role=Role.APPROVER)
    assert answer.status_code == 200, answer.text
    assert answer.json()["outcome"] == "read"
    assert answer.json()["letter"]["closed_by"] == "read after all"
    (mention,) = client.get("/mentions")["items"]
    assert mention["text"] == "Where is my parcel?"
    assert client.get("/letters")["items"] == []
    assert [one["id"] for one in client.get("/letters", closed="true")["items"]] == [letter]
    is_problem(client.ask("POST", f"/letters/{letter}/retry"), 409)


def test_one_that_cannot_be_asked_for_says_so(client: Client) -> None:
    letter = a_letter(client, external_id=None)
    answer = client.ask("POST", f"/letters/{letter}/retry")
    assert "no id to ask for" in is_problem(answer, 422)["detail"]
    gone = a_letter(client, channel="mastodon")
    answer = client.ask("POST", f"/letters/{gone}/retry")
    assert "not configured any more" in is_problem(answer, 422)["detail"]


def test_trouble_of_the_network_is_told_and_the_letter_stays_open(client: Client) -> None:
    letter = a_letter(client)
    client.x.fail("lookup", Unavailable("reset by peer"))
    answer = client.ask("POST", f"/letters/{letter}/retry")
    assert is_problem(answer, 503)["detail"] == "reset by peer"
    assert len(client.get("/letters")["items"]) == 1


def test_a_dismissed_letter_is_closed_by_whoever_did_it_and_that_is_on_record(
    client: Client,
) -> None:
    letter = a_letter(client)
    answer = client.ask("POST", f"/letters/{letter}/dismiss", role=Role.APPROVER)
    assert answer.json()["closed_by"] == "t-approver"
    second = client.ask("POST", f"/letters/{letter}/dismiss")
    assert "t-approver" in is_problem(second, 409)["detail"]
    with client.bot.database.read() as session:
        deeds = session.scalars(select(Audit).where(Audit.subject == letter)).all()
    assert [(deed.who, deed.action) for deed in deeds] == [("t-approver", "dismiss letter")]


def test_a_letter_nobody_knows_is_not_found(client: Client) -> None:
    for action in ("retry", "dismiss"):
        is_problem(client.ask("POST", f"/letters/nope/{action}"), 404)


def test_a_body_that_says_anything_is_refused(client: Client) -> None:
    letter = a_letter(client)
    for action in ("retry", "dismiss"):
        is_problem(client.ask("POST", f"/letters/{letter}/{action}", json={"x": 1}), 422)
    is_problem(client.http.post(f"/api/v1/letters/{letter}/dismiss", content=b"{"), 401)
