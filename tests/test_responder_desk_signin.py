"""Who gets a seat at the desk, and how."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from responder import access
from responder.desk.app import create_app
from responder.desk.signin import safe_next
from responder.team.models import Role
from tests.conftest import Place

PASSWORD = "correct horse battery"


@pytest.fixture
def stranger(place: Place) -> Iterator[TestClient]:
    app = create_app(place.bot)
    with TestClient(app, base_url="http://127.0.0.1", follow_redirects=False) as client:
        client.headers["sec-fetch-site"] = "same-origin"
        yield client


def invited(place: Place, name: str | None = None, role: Role = Role.ADMIN) -> str:
    secret = access.invite(place.bot.database, name=name, role=role, now=place.bot.clock())
    return f"/join/{secret}"


def join(client: TestClient, place: Place, name: str = "anna") -> None:
    data = {"name": name, "password": PASSWORD}
    assert client.post(invited(place), data=data).headers["location"] == "/"


@pytest.mark.parametrize(
    "path",
    ["/", "/trends", "/trends/volume/mentions.csv", "/queue", "/item/" + "0" * 28, "/?view=hand"],
)
def test_a_stranger_is_sent_to_the_door_and_comes_back(stranger: TestClient, path: str) -> None:
    answer = stranger.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


def test_a_script_is_told_instead(stranger: TestClient) -> None:
    assert stranger.get("/queue", headers={"desk-part": "1"}).status_code == 401
    assert stranger.get("/events").status_code == 401


def test_the_first_admin_joins_by_a_link_that_works_once(
    stranger: TestClient, place: Place
) -> None:
    link = invited(place)
    assert "Join the desk" in stranger.get(link).text
    short = stranger.post(link, data={"name": "anna", "password": "short"})
    assert short.status_code == 422
    assert 'role="alert"' in short.text
    assert 'value="anna"' in short.text
    stranger.post(link, data={"name": "anna", "password": PASSWORD})
    assert stranger.get("/").status_code == 200
    again = stranger.post(link, data={"name": "eve", "password": PASSWORD})
    assert again.status_code == 422
    assert "used already" in again.text


def test_signing_in_and_out(stranger: TestClient, place: Place) -> None:
    join(stranger, place)
    assert stranger.post("/sign-out").status_code == 303
    assert stranger.get("/").status_code == 303
    wrong = stranger.post("/sign-in", data={"name": "anna", "password": "wrong"})
    assert wrong.status_code == 403
    assert "do not fit together" in wrong.text
    data = {"name": "anna", "password": PASSWORD, "next": "/trends"}
    right = stranger.post("/sign-in", data=data)
    assert right.headers["location"] == "/trends"
    cookie = right.headers["set-cookie"]
    assert cookie.startswith("desk=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert stranger.get("/").status_code == 200


def test_too_many_attempts_are_told_as_that(stranger: TestClient, place: Place) -> None:
    join(stranger, place)
    stranger.post("/sign-out")
    wrong = {"name": "anna", "password": "wrong"}
    codes = [stranger.post("/sign-in", data=wrong).status_code for _ in range(6)]
    assert codes == [403] * 5 + [429]


def test_a_session_that_was_signed_out_is_dead_even_with_its_cookie(
    stranger: TestClient, place: Place
) -> None:
    join(stranger, place)
    kept = stranger.cookies["desk"]
    stranger.post("/sign-out")
    assert stranger.get("/", headers={"cookie": f"desk={kept}"}).status_code == 303


def test_https_takes_a_stricter_cookie(place: Place) -> None:
    app = create_app(place.bot)
    with TestClient(app, base_url="https://localhost", follow_redirects=False) as client:
        secret = access.entry_link(
            place.bot.database, name="anna", role=Role.ADMIN, now=place.bot.clock()
        )
        cookie = client.get(f"/enter/{secret}").headers["set-cookie"]
        assert cookie.startswith("__Host-desk=")
        assert "Secure" in cookie
        assert client.get("/").status_code == 200


def test_a_wrong_link_of_the_demo_opens_nothing(stranger: TestClient) -> None:
    answer = stranger.get("/enter/nonsense")
    assert answer.status_code == 404
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("door", ["join", "enter"])
def test_a_link_that_opens_the_desk_never_reaches_the_log(
    stranger: TestClient,
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    door: str,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(access, "enter", fail)
    monkeypatch.setattr(access, "accept_invite", fail)
    quiet = TestClient(stranger.app, base_url="http://127.0.0.1", raise_server_exceptions=False)
    data = {"name": "anna", "password": PASSWORD}
    path = f"/{door}/s3cret-of-a-link"
    headers = {"sec-fetch-site": "same-origin"}
    answer = quiet.get(path) if door == "enter" else quiet.post(path, data=data, headers=headers)
    assert answer.status_code == 500
    told = [record for record in caplog.records if record.name == "responder.desk.mishaps"]
    assert f"/{door}/{{" in told[0].getMessage()
    assert not any("s3cret-of-a-link" in record.getMessage() for record in told)


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/", "/"),
        ("/item/1?view=hand", "/item/1?view=hand"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
        ("/a\nb", "/"),
        ("/" + "a" * 600, "/"),
    ],
)
def test_next_never_leads_out_of_the_desk(path: str, where: str) -> None:
    assert safe_next(path) == where


def test_a_hostile_next_is_not_written_into_the_page(stranger: TestClient) -> None:
    page = stranger.get("/sign-in", params={"next": '/"><script>alert(1)</script>'}).text
    assert "<script>alert" not in page


def test_the_health_of_the_process_needs_no_seat(stranger: TestClient) -> None:
    assert stranger.get("/livez").status_code == 200
