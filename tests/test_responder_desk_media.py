"""Pictures of customers, through the desk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from listener.models import Mention, MentionStatus
from responder.models import Draft
from responder.team.models import Agent, Role
from tests.conftest import Place, Visit
from tests.picture_server import ADDRESS, PNG, PictureServer, said


@pytest.fixture
def pictures(monkeypatch: pytest.MonkeyPatch) -> Iterator[PictureServer]:
    """What answers for pics.example."""
    server = PictureServer()
    server.answer = said(PNG)
    monkeypatch.setattr("listener.pictures._resolved", lambda _host: [ADDRESS])
    monkeypatch.setattr("listener.pictures._connected", server.connect)
    yield server
    server.close()


def giulias(place: Place, **changes: object) -> str:
    with place.bot.database.write() as session:
        mention = session.get_one(Draft, place.ids["giulia"]).mention
        for name, value in changes.items():
            setattr(mention, name, value)
        return mention.id


def test_a_picture_comes_through_us(visit: Visit, place: Place, pictures: PictureServer) -> None:
    client, mention_id = visit(Role.VIEWER), giulias(place)
    page = client.get(f"/item/{place.ids['giulia']}").text
    assert pictures.asked == [], "not before somebody asks for it"
    assert f'href="/media/{mention_id}/0"' in page
    assert "<img" not in page
    answer = client.get(f"/media/{mention_id}/0")
    assert (answer.status_code, answer.content) == (200, PNG)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"] == 'inline; filename="picture.png"'


@pytest.mark.parametrize(
    "url", ["https://elsewhere.example/1.jpg", "http://pics.example/1.jpg", ""]
)
def test_what_lies_elsewhere_is_only_named(
    visit: Visit, place: Place, pictures: PictureServer, url: str
) -> None:
    media = [{"url": url, "kind": "image", "alt": "A shoe"}]
    client, mention_id = visit(Role.VIEWER), giulias(place, media=media)
    page = client.get(f"/item/{place.ids['giulia']}").text
    assert "A shoe" in page
    assert "Show picture" not in page
    answer = client.get(f"/media/{mention_id}/0")
    assert answer.status_code == 404
    assert "It does not lie with the network itself." in answer.text
    assert pictures.asked == []


def test_what_is_not_there_is_not_here(visit: Visit, place: Place, pictures: PictureServer) -> None:
    client, mention_id = visit(Role.VIEWER), giulias(place)
    for path in (f"{mention_id}/1", f"{mention_id}/-1", f"{'0' * 28}/0", "x/0", f"{mention_id}/x"):
        assert client.get(f"/media/{path}").status_code == 404, path
    giulias(place, status=MentionStatus.GONE)
    assert client.get(f"/media/{mention_id}/0").status_code == 404
    assert pictures.asked == []


def test_another_team_s_picture_is_not_here(
    visit: Visit, place: Place, pictures: PictureServer
) -> None:
    client, mention_id = visit(Role.APPROVER), giulias(place)
    with place.bot.database.write() as session:
        session.query(Agent).filter(Agent.name == "approver").one().channels = ["facebook"]
        assert session.get_one(Mention, mention_id).channel == "x"
    assert client.get(f"/media/{mention_id}/0").status_code == 404
    assert pictures.asked == []


def test_a_page_in_the_place_of_a_picture_is_not_passed_on(
    visit: Visit, place: Place, pictures: PictureServer
) -> None:
    pictures.answer = said(b"<script>alert(1)</script>")
    answer = visit(Role.VIEWER).get(f"/media/{giulias(place)}/0")
    assert answer.status_code == 404
    assert "alert(1)" not in answer.text
