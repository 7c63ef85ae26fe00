"""The team's screen, and one's own, as forms without scripts."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from responder import access
from responder.credentials import digest
from responder.desk.app import create_app
from responder.handling.models import Assignment
from responder.models import Audit, Draft
from responder.sentences import Refused
from responder.team import accounts
from responder.team.models import Agent, Credential, CredentialKind, Role
from responder.team.roster import Roster, write_languages, write_roster
from tests.conftest import Place, Visit
from tests.people import PASSWORD, cheap_hashing


@pytest.fixture(autouse=True)
def cheap_hashes() -> Iterator[None]:
    with cheap_hashing():
        yield


@pytest.fixture
def bo(place: Place) -> str:
    """The id of an approver with a password."""
    return member(place, "bo", Role.APPROVER)


def member(place: Place, name: str, role: Role) -> str:
    database, now = place.bot.database, place.bot.clock()
    try:
        secret = access.invite(database, name=name, role=role, now=now)
    except Refused:  # the story has somebody of that name
        secret = accounts.reset(database, name, now)
    access.accept_invite(database, secret, name="", password=PASSWORD, now=now)
    return agent(place, name).id


def agent(place: Place, name: str) -> Agent:
    return next(one for one in accounts.agents(place.bot.database) if one.name == name)


def sign_in(place: Place, name: str, password: str = PASSWORD) -> TestClient:
    client = TestClient(create_app(place.bot), base_url="http://127.0.0.1", follow_redirects=False)
    client.headers["sec-fetch-site"] = "same-origin"
    answer = client.post("/sign-in", data={"name": name, "password": password})
    assert answer.status_code == 303, answer.text
    return client


def link_in(page: str) -> str:
    found = re.search(r'id="link" readonly value="([^"]+)"', page)
    assert found, page
    return html.unescape(found[1])


def words(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def roster(**changes: object) -> dict[str, object]:
    return {"hours": "", "languages": [], "specialities": [], "every": "true"} | changes


def test_everybody_reads_the_team_and_only_admins_find_its_buttons(
    visit: Visit, place: Place, bo: str
) -> None:
    for role in Role:
        page = visit(role).get("/team").text
        assert "bo" in words(page)
        assert (f"/team/{bo}" in page) is (role is Role.ADMIN)
        assert ("/team/invite" in page) is (role is Role.ADMIN)


def test_an_invitation_is_shown_once_and_lets_somebody_in(visit: Visit, place: Place) -> None:
    admin = visit(Role.ADMIN)
    page = admin.post("/team/invite", data={"name": "Zoë", "role": "editor"})
    assert page.status_code == 200
    link = link_in(page.text)
    assert link.startswith("http://127.0.0.1/join/")
    assert link.rpartition("/")[2] not in admin.get("/team").text
    assert "Invited until" in words(admin.get("/team").text)
    assert agent(place, "Zoë").role is Role.EDITOR
    guest = TestClient(admin.app, base_url="http://127.0.0.1", follow_redirects=False)
    form = guest.get(link).text
    assert 'value="Zoë"' in form
    assert "readonly" in form
    joined = guest.post(
        link,
        data={"name": "eve", "password": PASSWORD},
        headers={"sec-fetch-site": "same-origin"},
    )
    assert joined.headers["location"] == "/"
    assert "Zoë" in words(guest.get("/me").text)


def test_an_invitation_without_a_name_leaves_the_choice(visit: Visit, place: Place) -> None:
    link = link_in(visit(Role.ADMIN).post("/team/invite", data={"role": "viewer"}).text)
    found = access.visitor(
        place.bot.database, link.rpartition("/")[2], CredentialKind.INVITE, place.bot.clock()
    )
    assert found is not None
    assert (found.name, found.role) == ("", Role.VIEWER)


def test_a_name_that_will_not_do_is_said_at_its_field(visit: Visit, bo: str) -> None:
    assert bo
    answer = visit(Role.ADMIN).post("/team/invite", data={"name": "BO", "role": "editor"})
    assert answer.status_code == 422
    assert 'aria-describedby="name-hint name-fault"' in answer.text
    assert "There is an agent named BO already" in words(answer.text)


def test_the_roster_is_saved_and_shown(visit: Visit, place: Place, bo: str) -> None:
    admin = visit(Role.ADMIN)
    form = roster(
        hours="Mon-Fri 09:00-13:00",
        languages=["pl", "xx"],
        specialities=["refund"],
        channels=["x"],
        every="false",
    )
    answer = admin.post(f"/team/{bo}/roster", data=form)
    assert answer.headers["location"] == f"/team/{bo}?done=roster"
    assert "The roster is saved." in words(admin.get(answer.headers["location"]).text)
    kept = agent(place, "bo")
    assert (kept.hours, kept.languages) == ("Mon-Fri 09:00-13:00", ["pl"])
    assert (kept.specialities, kept.channels) == (["refund"], ["x"])
    page = words(admin.get("/team").text)
    for said in ("Mon-Fri 09:00-13:00", "Polski", "Refund"):
        assert said in page


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"hours": "nine to five"}, "hours-fault"),
        ({"hours": "Mon 09:00-09:99"}, "hours-fault"),
        ({"every": "false"}, "channels-fault"),
        ({"every": "false", "channels": ["nope"]}, "channels-fault"),
    ],
)
def test_a_roster_that_will_not_do_changes_nothing_and_says_where(
    visit: Visit, place: Place, bo: str, changes: dict[str, object], fault: str
) -> None:
    form = roster(languages=["el"], **changes)
    answer = visit(Role.ADMIN).post(f"/team/{bo}/roster", data=form)
    assert answer.status_code == 422
    assert f'id="{fault}" role="alert"' in answer.text
    assert re.search(r'value="el" checked', answer.text)  # what was ticked stays ticked
    assert (agent(place, "bo").hours, agent(place, "bo").languages) == ("", [])


def test_a_channel_that_is_gone_still_holds_whoever_was_held_to_it(
    visit: Visit, place: Place, bo: str
) -> None:
    """Else saving the hours would open every other channel to them."""
    with place.bot.database.write() as session:
        session.get_one(Agent, bo).channels = ["closed_shop"]
    admin = visit(Role.ADMIN)
    assert re.search(r'value="closed_shop" checked', admin.get(f"/team/{bo}").text)
    admin.post(f"/team/{bo}/roster", data=roster(every="false", channels=["closed_shop"]))
    assert agent(place, "bo").channels == ["closed_shop"]


def test_a_new_role_sends_them_to_the_door_with_a_session_that_is_over(
    visit: Visit, place: Place, bo: str
) -> None:
    theirs = sign_in(place, "bo")
    assert theirs.get("/").status_code == 200
    visit(Role.ADMIN).post(f"/team/{bo}/role", data={"role": "viewer"})
    assert theirs.get("/").status_code == 303
    again = sign_in(place, "bo")
    assert "Viewer" in words(again.get("/me").text)


def test_a_disabled_account_is_out_at_once_and_comes_back_when_enabled(
    visit: Visit, place: Place, bo: str
) -> None:
    admin, theirs = visit(Role.ADMIN), sign_in(place, "bo")
    admin.post(f"/team/{bo}/disable")
    assert theirs.get("/").status_code == 303
    assert "Disabled" in words(admin.get(f"/team/{bo}").text)
    admin.post(f"/team/{bo}/enable")
    assert sign_in(place, "bo").get("/").status_code == 200


def test_a_reset_shows_a_link_and_ends_the_password(visit: Visit, place: Place, bo: str) -> None:
    link = link_in(visit(Role.ADMIN).post(f"/team/{bo}/reset").text)
    client = TestClient(create_app(place.bot), base_url="http://127.0.0.1", follow_redirects=False)
    client.headers["sec-fetch-site"] = "same-origin"
    refused = client.post("/sign-in", data={"name": "bo", "password": PASSWORD})
    assert refused.status_code == 403
    client.post(link, data={"name": "bo", "password": "an entirely new one"})
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("deed", ["disable", "reset", "role"])
def test_the_last_admin_is_told_why_they_stay(visit: Visit, place: Place, deed: str) -> None:
    admin = visit(Role.ADMIN)
    mine = agent(place, "admin").id
    answer = admin.post(f"/team/{mine}/{deed}", data={"role": "viewer"})
    assert answer.status_code == 422
    assert "admin is the last admin who can sign in" in words(answer.text)
    assert admin.get("/team").status_code == 200
    assert agent(place, "admin").role is Role.ADMIN


def test_nobody_is_changed_whom_nobody_knows(visit: Visit) -> None:
    admin = visit(Role.ADMIN)
    for deed in ("roster", "role", "reset", "disable", "enable"):
        answer = admin.post(f"/team/{'0' * 28}/{deed}", data={"role": "viewer"})
        assert answer.status_code == 404, deed


def test_the_team_says_what_lies_with_whom_and_who_is_there(
    visit: Visit, place: Place, bo: str
) -> None:
    now = place.bot.clock()
    with place.bot.database.write() as session:
        for who, owner in (("giulia", bo), ("sam", bo), ("sent", bo)):
            draft = session.get_one(Draft, place.ids[who])
            session.add(
                Assignment(mention_id=draft.mention_id, agent_id=owner, since=now, by="bot")
            )
    page = visit(Role.VIEWER).get("/team").text
    card = next(part for part in page.split("<li ") if '<bdi dir="auto">bo</bdi>' in part)
    assert "Open items 2" in words(card)  # what was sent is done
    assert "On duty" in words(card)


def test_who_sees_some_channels_is_told_nothing_of_the_others(
    visit: Visit, place: Place, bo: str
) -> None:
    client, now = visit(Role.VIEWER), place.bot.clock()
    with place.bot.database.write() as session:
        for who in ("giulia", "ola"):  # on X and on Facebook
            mention_id = session.get_one(Draft, place.ids[who]).mention_id
            session.add(Assignment(mention_id=mention_id, agent_id=bo, since=now, by="bot"))
        session.get_one(Agent, bo).channels = ["x"]
        session.execute(update(Agent).where(Agent.name == "viewer").values(channels=["facebook"]))
    page = client.get("/team").text
    card = next(part for part in page.split("<li ") if '<bdi dir="auto">bo</bdi>' in part)
    assert "Open items 1" in words(card)
    assert "Sees none of your channels" in words(card)


def test_the_desk_speaks_as_its_agent_chose_here_and_at_the_next_sign_in(
    place: Place, bo: str
) -> None:
    assert bo
    client = sign_in(place, "bo")
    answer = client.post("/me/language", data={"language": "de"})
    assert "desk-language=de" in answer.headers["set-cookie"]
    assert "Max-Age=31536000" in answer.headers["set-cookie"]
    assert 'lang="de"' in client.get("/me").text.partition("<head>")[0]
    assert agent(place, "bo").interface == "de"
    elsewhere = sign_in(place, "bo")
    assert 'lang="de"' in elsewhere.get("/me").text.partition("<head>")[0]
    client.post("/me/language", data={"language": "xx"})
    assert 'lang="en"' in client.get("/me").text.partition("<head>")[0]
    assert agent(place, "bo").interface == ""


def test_the_next_one_at_a_browser_does_not_inherit_the_language(place: Place, bo: str) -> None:
    assert bo
    member(place, "carl", Role.EDITOR)
    client = sign_in(place, "bo")
    client.post("/me/language", data={"language": "el"})
    client.post("/sign-out")
    client.post("/sign-in", data={"name": "carl", "password": PASSWORD})
    assert 'lang="en"' in client.get("/me").text.partition("<head>")[0]


def test_theme_density_and_keys_stand_on_the_page_itself(visit: Visit) -> None:
    client = visit(Role.VIEWER)
    client.post("/me/looks", data={"theme": "dark", "density": "compact", "keys": "off"})
    top = client.get("/").text.partition("<body")[0]
    for said in ('data-theme="dark"', 'data-density="compact"', 'data-keys="off"'):
        assert said in top
    assert '<meta name="color-scheme" content="dark">' in top
    client.post("/me/looks", data={"theme": "<script>", "density": "x", "keys": "on"})
    top = client.get("/").text.partition("<body")[0]
    assert "data-theme" not in top
    assert "data-density" not in top
    assert 'data-keys="on"' in top


def test_a_cookie_somebody_made_up_is_not_written_into_the_page(visit: Visit) -> None:
    client = visit(Role.VIEWER)
    cookie = f'desk={client.cookies["desk"]}; desk-theme="><b>; desk-keys=perhaps'
    top = client.get("/", headers={"cookie": cookie}).text.partition("<body")[0]
    assert "<b>" not in top
    assert "data-keys" not in top


def test_agents_say_themselves_what_they_speak_and_change_nothing_else(
    place: Place, bo: str
) -> None:
    with place.bot.database.write() as session:
        session.get_one(Agent, bo).channels = ["x"]
    client = sign_in(place, "bo")
    client.post("/me/languages", data={"languages": ["pl", "it"], "channels": ["facebook"]})
    assert agent(place, "bo").languages == ["it", "pl"]
    assert agent(place, "bo").channels == ["x"]


def test_what_an_admin_changes_meanwhile_stays_when_agents_say_what_they_speak(
    place: Place, bo: str
) -> None:
    """As if the page of the agent had been read before the admin's change."""
    database, now = place.bot.database, place.bot.clock()
    held = Roster(hours="Mon-Fri 09:00-17:00", languages=(), specialities=(), channels=("x",))
    write_roster(database, bo, held, by="anna", now=now)
    assert write_languages(database, bo, ("en",), by="bo", now=now)
    assert not write_languages(database, bo, ("en",), by="bo", now=now)
    with database.read() as session:
        agent = session.get_one(Agent, bo)
        assert (agent.hours, agent.channels) == (held.hours, ["x"])
        assert agent.languages == ["en"]
        details = session.scalars(select(Audit.detail).where(Audit.who == "bo")).all()
    assert details[-1] == "languages: en"


def test_a_new_password_keeps_this_browser_in_and_sends_the_others_out(
    place: Place, bo: str
) -> None:
    assert bo
    here, there = sign_in(place, "bo"), sign_in(place, "bo")
    wrong = here.post("/me/password", data={"old": "wrong", "new": "a whole new one"})
    assert wrong.status_code == 422
    assert "That is not your password." in words(wrong.text)
    short = here.post("/me/password", data={"old": PASSWORD, "new": "short"})
    assert "10 letters" in words(short.text)
    before = here.cookies["desk"]
    done = here.post("/me/password", data={"old": PASSWORD, "new": "a whole new one"})
    assert done.headers["location"] == "/me?done=password"
    assert here.cookies["desk"] != before
    assert here.get("/me").status_code == 200
    assert there.get("/me").status_code == 303


def test_one_signs_out_there_and_everywhere_else(place: Place, bo: str) -> None:
    assert bo
    here, there, third = (sign_in(place, "bo") for _ in range(3))
    page = here.get("/me").text
    others = re.findall(r'name="session" value="([0-9a-f]{64})"', page)
    assert digest(here.cookies["desk"]) not in others
    assert digest(there.cookies["desk"]) in others
    here.post("/me/sessions/end", data={"session": digest(there.cookies["desk"])})
    assert [one.get("/me").status_code for one in (there, third)] == [303, 200]
    here.post("/me/sessions/end-others")
    assert [one.get("/me").status_code for one in (there, third)] == [303, 303]
    assert here.get("/me").status_code == 200


def test_nobody_ends_somebody_elses_session(place: Place, bo: str) -> None:
    assert bo
    member(place, "carl", Role.EDITOR)
    mine, theirs = sign_in(place, "bo"), sign_in(place, "carl")
    with place.bot.database.read() as session:
        digests = session.scalars(
            select(Credential.digest).join(Credential.agent).where(Agent.name == "carl")
        ).all()
    for one in digests:
        mine.post("/me/sessions/end", data={"session": one})
    assert theirs.get("/me").status_code == 200


def test_signing_in_anew_ends_the_session_this_browser_had(place: Place, bo: str) -> None:
    assert bo
    client = sign_in(place, "bo")
    kept = client.cookies["desk"]
    client.post("/sign-in", data={"name": "bo", "password": PASSWORD})
    assert client.cookies["desk"] != kept
    database, now = place.bot.database, place.bot.clock()
    assert access.visitor(database, kept, CredentialKind.SESSION, now) is None


def test_a_session_ends_when_it_was_idle_and_when_it_is_old(place: Place, bo: str) -> None:
    assert bo
    database, now = place.bot.database, place.bot.clock()
    secret = access.sign_in(database, name="bo", password=PASSWORD, address="a", now=now)

    def holds(after: timedelta) -> bool:
        found = access.visitor(database, secret, CredentialKind.SESSION, now + after)
        return found is not None

    assert not holds(timedelta(hours=12))
    hours = 0
    while holds(timedelta(hours=hours)):  # in use all the time
        hours += 11
    assert timedelta(hours=hours) >= timedelta(days=7) > timedelta(hours=hours - 11)


def test_what_admins_do_to_the_team_is_in_the_audit(visit: Visit, place: Place, bo: str) -> None:
    admin = visit(Role.ADMIN)
    admin.post(f"/team/{bo}/role", data={"role": "editor"})
    admin.post(f"/team/{bo}/roster", data=roster(languages=["it"]))
    admin.post(f"/team/{bo}/disable")
    admin.post(f"/team/{bo}/enable")
    admin.post(f"/team/{bo}/reset")
    with place.bot.database.read() as session:
        rows = session.scalars(select(Audit).where(Audit.who == "admin", Audit.subject == bo))
        done = {row.action for row in rows}
    assert done == {
        "change role",
        "change roster",
        "disable agent",
        "enable agent",
        "reset agent",
    }
