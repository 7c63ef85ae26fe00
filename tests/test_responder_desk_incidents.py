"""Incidents opened, tried out and closed at the desk."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from listener.models import Mention
from responder.incidents import Opening, open_incident, running
from responder.models import Audit
from responder.team.models import Agent, Role
from tests.conftest import Place, Visit

STRIKE: dict[str, Any] = {
    "title": "Courier strike",
    "words": "pacco\ncorriere … ferm~",
    "language": ["it", "en"],
    "statement": ["Il corriere è in sciopero fino al 3 dicembre.", " "],
}


@pytest.fixture(autouse=True)
def _about_other_things(place: Place) -> None:
    """All of the day's mentions are about delivery; here their words tell."""
    with place.bot.database.write() as session:
        session.execute(update(Mention).values(topics=["product"]))


def _open(place: Place) -> list[Any]:
    with place.bot.database.read() as session:
        return list(running(session))


def test_an_incident_is_tried_out_and_opened(visit: Visit, place: Place) -> None:
    client = visit(Role.APPROVER)
    tried = client.post("/library/incidents/preview", data=STRIKE)
    assert tried.status_code == 200
    assert "1 waiting mention belongs to it" in tried.text
    assert f'href="/item/{place.ids["giulia"]}"' in tried.text
    assert ">Il corriere è in sciopero fino al 3 dicembre.</textarea>" in tried.text
    assert _open(place) == []
    answer = client.post("/library/incidents", data=STRIKE)
    assert answer.headers["location"] == "/library/incidents?done=opened"
    (row,) = _open(place)
    assert (row.title, row.words) == ("Courier strike", ["pacco", "corriere … ferm~"])
    assert row.statements == {"it": "Il corriere è in sciopero fino al 3 dicembre."}
    assert row.opened_by == "approver"
    page = client.get("/library/incidents?done=opened").text
    assert "Incident opened." in page
    assert "1 waiting mention belongs to it" in page


def test_it_is_closed_once(visit: Visit, place: Place) -> None:
    client = visit(Role.APPROVER)
    client.post("/library/incidents", data=STRIKE)
    (row,) = _open(place)
    path = f"/library/incidents/{row.id}/close"
    assert client.post(path).status_code == 303
    assert _open(place) == []
    late = client.post(path)
    assert late.status_code == 409
    assert "approver closed it already" in late.text
    with place.bot.database.read() as session:
        assert session.query(Audit).filter(Audit.subject == row.id).count() == 2


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": " "}, "an incident needs a title"),
        ({"words": ""}, "name topics or words"),
        ({"words": "(a+)+"}, "its words"),
        ({"topics": ["nonsense"]}, "there is no topic nonsense"),
        ({"channel": "nope"}, "there is no such channel"),
        ({"language": ["xx"]}, "does not speak"),
        ({"statement": ["{{name}}"]}, "the statement in it"),
    ],
)
def test_what_could_never_fit_is_refused_and_kept(
    visit: Visit, place: Place, changes: dict[str, Any], sentence: str
) -> None:
    answer = visit(Role.APPROVER).post("/library/incidents", data={**STRIKE, **changes})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'name="title"' in answer.text
    assert _open(place) == []


def test_who_sees_some_channels_sees_and_closes_what_is_theirs(visit: Visit, place: Place) -> None:
    bot = place.bot
    client = visit(Role.APPROVER)
    with bot.database.write() as session:
        session.execute(update(Agent).where(Agent.name == "approver").values(channels=["facebook"]))
    for title, channel in (("On X", "x"), ("Here", "facebook"), ("All", "")):
        opening = Opening(title=title, channel=channel, words=["pacco"])
        open_incident(bot.database, opening, by="bo", now=bot.clock())
    ids = {row.title: row.id for row in _open(place)}
    page = client.get("/library/incidents").text
    assert ("On X" in page, "Here" in page, "All" in page) == (False, True, True)
    assert "0 waiting mentions belong to it" in page  # giulia wrote on X
    assert client.post(f"/library/incidents/{ids['On X']}/close").status_code == 404
    assert client.post(f"/library/incidents/{ids['All']}/close").status_code == 422
    assert client.post("/library/incidents", data=STRIKE).status_code == 422
    assert client.post(f"/library/incidents/{ids['Here']}/close").status_code == 303


def test_a_viewer_only_reads(visit: Visit, place: Place) -> None:
    opening = Opening(title="On X", words=["pacco"])
    open_incident(place.bot.database, opening, by="bo", now=place.bot.clock())
    page = visit(Role.VIEWER).get("/library/incidents").text
    assert "On X" in page
    assert '<form method="post" action="/library/incidents' not in page
