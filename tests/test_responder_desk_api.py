from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from listener.channels.base import Answerable
from responder import access
from responder.models import Draft, PauseLevel, Reply, ReplyStatus
from responder.team.models import CredentialKind, Role
from tests.api_client import Client, a_draft, a_letter, a_review, an_incident, client_in, is_problem
from tests.factories import NOW, make_draft, make_mention, make_reply
from tests.test_responder_library_api import ROUTES as LIBRARY

# method, path, body, the least role
ROUTES = [
    ("GET", "/mentions", None, Role.VIEWER),
    ("GET", "/mentions/{mention_id}", None, Role.VIEWER),
    (
        "POST",
        "/mentions/{mention_id}/correction",
        {"version": 1, "sentiment": "negative"},
        Role.EDITOR,
    ),
    ("GET", "/incidents", None, Role.VIEWER),
    ("POST", "/incidents", {"title": "Strike", "topics": ["delivery"]}, Role.APPROVER),
    ("POST", "/incidents/{incident_id}/close", {}, Role.APPROVER),
    ("GET", "/reports/edits", None, Role.VIEWER),
    ("GET", "/reports/etiquette", None, Role.VIEWER),
    ("GET", "/drafts", None, Role.VIEWER),
    ("GET", "/drafts/{draft_id}", None, Role.VIEWER),
    ("GET", "/replies", None, Role.VIEWER),
    ("GET", "/trends/volume", None, Role.VIEWER),
    ("GET", "/trends/sentiment", None, Role.VIEWER),
    ("GET", "/trends/topics", None, Role.VIEWER),
    ("GET", "/trends/languages", None, Role.VIEWER),
    ("GET", "/trends/phases", None, Role.VIEWER),
    ("POST", "/drafts/{draft_id}/reject", {"version": 1, "reason": "x"}, Role.EDITOR),
    ("POST", "/drafts/{draft_id}/approve", {"version": 1}, Role.APPROVER),
    ("GET", "/letters", None, Role.VIEWER),
    ("POST", "/letters/{letter_id}/retry", None, Role.APPROVER),
    ("POST", "/letters/{letter_id}/dismiss", None, Role.APPROVER),
    ("GET", "/auto-rules", None, Role.VIEWER),
    ("GET", "/auto-rules/report", None, Role.VIEWER),
    ("GET", "/auto-rules/{rule_id}", None, Role.VIEWER),
    ("POST", "/auto-rules/preview", {"topics": ["praise"]}, Role.EDITOR),
    ("POST", "/auto-rules", {"name": "thanks", "topics": ["praise"]}, Role.ADMIN),
    ("POST", "/auto-rules/{rule_id}/end", None, Role.ADMIN),
    ("GET", "/auto-reviews", None, Role.VIEWER),
    ("POST", "/auto-reviews/{review_id}/judge", {"verdict": "good"}, Role.APPROVER),
    ("POST", "/pause", {}, Role.ADMIN),
    ("POST", "/resume", {}, Role.ADMIN),
]


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    client = client_in(tmp_path)
    yield client
    client.bot.database.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """For tests that do not mind what others did."""
    client = client_in(tmp_path_factory.mktemp("api"))
    a_draft(client)
    yield client
    client.bot.database.close()


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(("method", "path", "body", "least"), ROUTES)
def test_each_role_reaches_what_it_may_and_no_more(
    shared: Client, role: Role, method: str, path: str, body: Any, least: Role
) -> None:
    draft_id = a_draft(shared)
    with shared.bot.database.read() as session:
        mention_id = session.get_one(Draft, draft_id).mention_id
    letter_id = a_letter(shared)
    rule_id, review_id = a_review(shared)
    path = path.format(
        mention_id=mention_id,
        draft_id=draft_id,
        letter_id=letter_id,
        incident_id=an_incident(shared),
        rule_id=rule_id,
        review_id=review_id,
    )
    answer = shared.ask(method, path, role=role, json=body)
    if list(Role).index(role) < list(Role).index(least):
        assert least.value in is_problem(answer, 403)["detail"]
    else:
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(("method", "path", "body", "least"), ROUTES)
def test_without_a_token_nothing_is_told(
    shared: Client, method: str, path: str, body: Any, least: Role
) -> None:
    for authorization in ("", "Bearer", "Bearer x", "Basic eDp4", "Bearer ä"):
        answer = shared.http.request(
            method, f"/api/v1{path}", headers={b"Authorization": authorization.encode()}, json=body
        )
        is_problem(answer, 401)
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_session_is_no_token_and_a_cookie_opens_nothing(client: Client) -> None:
    link = access.entry_link(client.bot.database, name="demo", role=Role.ADMIN, now=NOW)
    session = access.enter(client.bot.database, link, NOW) or ""
    assert access.visitor(client.bot.database, session, CredentialKind.SESSION, NOW)
    for headers in ({"Cookie": f"desk={session}"}, {"Authorization": f"Bearer {session}"}):
        is_problem(client.http.get("/api/v1/mentions", headers=headers), 401)


def test_a_stranger_is_turned_away_before_the_body_is_looked_at(client: Client) -> None:
    for body in (b"{", b"x" * 100_000):
        is_problem(client.http.post("/api/v1/drafts/x/approve", content=body), 401)


def test_the_description_lists_every_route(client: Client) -> None:
    paths = client.http.get("/api/v1/openapi.json").json()["paths"]
    found = {(method.upper(), path) for path, one in paths.items() for method in one}
    asked_by_watchers = {("GET", path) for path in ("/livez", "/readyz", "/metrics")}
    known = {(method, path) for method, path, *_ in (*ROUTES, *LIBRARY)}
    assert found - asked_by_watchers == {(method, f"/api/v1{path}") for method, path in known}
    for path in (one for name, one in paths.items() if name.startswith("/api/v1/")):
        for method, operation in path.items():
            assert operation["security"] == [{"HTTPBearer": []}]
            assert "requestBody" in operation or method != "post"


def test_approving_puts_the_reply_into_the_outbox(client: Client) -> None:
    draft_id = a_draft(client)
    answer = client.ask(
        "POST", f"/drafts/{draft_id}/approve",
        json={"version": 1, "text": "Hello Giulia, your parcel is on its way to you."},
    )  # fmt: skip
    assert answer.status_code == 200
    assert answer.json()["leaves_at"] == "2026-03-02T09:00:08Z"
    (reply,) = client.get("/replies")["items"]
    assert reply["id"] == answer.json()["reply_id"]
    assert reply["text"] == "Hello Giulia, your parcel is on its way to you."
    assert (reply["status"], reply["author_kind"]) == ("queued", "human")


def test_what_blocks_is_told_with_its_findings_and_sends_nothing(client: Client) -> None:
    draft_id = a_draft(client)
    answer = client.ask(
        "POST",
        f"/drafts/{draft_id}/approve",
        json={"version": 1, "text": "Hello {{name}}, your parcel left."},
    )
    assert [one["rule"] for one in is_problem(answer, 422)["findings"]] == ["R24"]
    assert client.get("/replies")["items"] == []


def test_what_must_be_confirmed_leaves_once_it_is(client: Client) -> None:
    draft_id = a_draft(client)
    body = {"version": 1, "text": "Hello Giulia, thank you for writing to us. — Anna"}
    answer = client.ask("POST", f"/drafts/{draft_id}/approve", json=body)
    assert [one["severity"] for one in is_problem(answer, 422)["findings"]] == ["confirm"]
    body["confirm"] = ["R14"]
    assert client.ask("POST", f"/drafts/{draft_id}/approve", json=body).status_code == 200


def test_what_nobody_may_answer_is_not_approved(client: Client) -> None:
    draft_id = a_draft(client, answerable=Answerable.BY_HAND)
    answer = client.ask("POST", f"/drafts/{draft_id}/approve", json={"version": 1})
    assert is_problem(answer, 422)["findings"][0]["severity"] == "block"


def test_an_old_version_is_a_conflict(client: Client) -> None:
    draft_id = a_draft(client)
    for action, more in (("approve", {}), ("reject", {"reason": "tone"})):
        answer = client.ask("POST", f"/drafts/{draft_id}/{action}", json={"version": 2} | more)
        is_problem(answer, 409)


def test_whoever_comes_second_is_told_who_was_first(client: Client) -> None:
    draft_id = a_draft(client)
    client.ask("POST", f"/drafts/{draft_id}/approve", json={"version": 1}, role=Role.APPROVER)
    second = client.ask("POST", f"/drafts/{draft_id}/approve", json={"version": 1})
    assert "t-approver" in is_problem(second, 409)["detail"]


def test_of_two_approvals_at_once_one_wins(client: Client) -> None:
    for name in ("Trento", "Bolzano", "Merano", "Trieste", "Udine"):
        with client.bot.database.write() as session:
            draft_id = make_draft(session, text=f"Hello Giulia, {name} has your parcel.").id
        start = Barrier(2)

        def approve(role: Role, path: str = f"/drafts/{draft_id}/approve") -> int:
            start.wait()  # noqa: B023
            status: int = client.ask("POST", path, role=role, json={"version": 1}).status_code
            return status

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(approve, (Role.APPROVER, Role.ADMIN))) == [200, 409]
    assert len(client.get("/replies")["items"]) == 5


def test_rejecting_keeps_the_reason(client: Client) -> None:
    draft_id = a_draft(client)
    answer = client.ask("POST", f"/drafts/{draft_id}/reject", json={"version": 1, "reason": "tone"})
    assert answer.status_code == 200
    told = answer.json()
    assert (told["status"], told["reason"], told["version"]) == ("rejected", "tone", 2)
    assert client.get("/mentions")["items"][0]["status"] == "ignored"


def test_the_kill_switch_tells_what_is_on_the_wire(client: Client) -> None:
    with client.bot.database.write() as session:
        sending = make_reply(session, status=ReplyStatus.SENDING).id
    everywhere = client.ask("POST", "/pause").json()
    assert everywhere == {"channel": None, "level": "send", "in_flight": [sending]}
    one = client.ask("POST", "/pause", json={"channel": "facebook", "level": "all"}).json()
    assert one == {"channel": "facebook", "level": "all", "in_flight": []}
    left = client.ask("POST", "/resume", json={"channel": "facebook"}).json()
    assert left == {"pauses": {"": PauseLevel.SEND}}
    client.bot.pause_file.touch()
    assert client.ask("POST", "/resume", json={"channel": None}).json() == {"pauses": {}}
    assert not client.bot.pause_file.exists()


def test_a_channel_nobody_configured_cannot_be_paused(client: Client) -> None:
    for path in ("/pause", "/resume"):
        answer = client.ask("POST", path, json={"channel": "facebok"})
        assert "x, facebook" in is_problem(answer, 422)["detail"]


def test_volume_is_what_the_dashboard_shows(client: Client) -> None:
    with client.bot.database.write() as session:
        for hours in (0, 1, 30):
            make_mention(session, created_at=NOW - timedelta(hours=hours))
    told = client.get("/trends/volume", **{"from": "2026-03-01", "to": "2026-03-02"}, by="day")
    assert told["from"] == "2026-03-01T00:00:00+01:00"
    assert told["to"] == "2026-03-03T00:00:00+01:00"
    assert told["by"] == "day"
    assert [(one["start"], one["mentions"], one["neutral"]) for one in told["series"]] == [
        ("2026-03-01T00:00:00+01:00", 1, 1),
        ("2026-03-02T00:00:00+01:00", 2, 2),
    ]
    assert len(client.get("/trends/volume", channel="x")["series"]) == 15


def test_the_two_hours_of_a_clock_change_are_told_apart(client: Client) -> None:
    told = client.get(
        "/trends/volume", **{"from": "2026-10-25", "to": "2026-10-25"}, by="hour", channel="x"
    )
    starts = [one["start"] for one in told["series"]]
    assert "2026-10-25T02:00:00+02:00" in starts
    assert "2026-10-25T02:00:00+01:00" in starts


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-03-02T00:00:00+01:00",  # the plus arrives as a space
        "from=2026-03-02T00:00:00%2B01:00",
        "from=&to=&by=&channel=",
    ],
)
def test_volume_forgives_what_programs_usually_send(client: Client, query: str) -> None:
    assert client.ask("GET", f"/trends/volume?{query}").status_code == 200


def test_words_are_cleaned_before_they_leave(client: Client) -> None:
    draft_id = a_draft(client)
    client.ask(
        "POST", f"/drafts/{draft_id}/approve",
        json={"version": 1, "text": "Hello Giulia, your parcel\x00 leaves\x1b today."},
    )  # fmt: skip
    (reply,) = client.get("/replies")["items"]
    assert reply["text"] == "Hello Giulia, your parcel� leaves today."


def test_a_reply_survives_every_answer_of_the_api(client: Client) -> None:
    """Deleting or changing rows is nothing the API can do, whoever asks."""
    with client.bot.database.write() as session:
        reply = make_reply(session, status=ReplyStatus.SENT)
    for method in ("PUT", "PATCH", "DELETE"):
        for path in ("/replies", f"/mentions/{reply.mention_id}", f"/drafts/{reply.draft_id}"):
            is_problem(client.ask(method, path), 405)
    with client.bot.database.read() as session:
        assert session.get_one(Reply, reply.id).status is ReplyStatus.SENT
