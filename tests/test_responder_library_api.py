from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any, Final

import pytest

from responder.library.store import body_of, seed_once
from responder.team.models import Role
from tests.api_client import Client, is_problem
from tests.factories import NOW, make_bot, tiny_book

ENTRY: Final = "/library/{kind}/{key}/{language}"
# method, path, the least role
ROUTES: Final = [
    ("GET", "/library", Role.VIEWER),
    ("GET", "/library/completeness", Role.VIEWER),
    ("GET", ENTRY, Role.VIEWER),
    ("PUT", ENTRY, Role.EDITOR),
    ("DELETE", ENTRY, Role.EDITOR),
    ("POST", f"{ENTRY}/restore", Role.EDITOR),
    ("POST", f"{ENTRY}/approve", Role.APPROVER),
    ("POST", f"{ENTRY}/decline", Role.APPROVER),
]
SORRY: Final = "/library/saved_reply/sorry/en"
LATE: Final = "/library/saved_reply/late/en"
BODY: Final = {
    "title": "Sorry",
    "occasion": "other",
    "texts": ["We trace your parcel, and write to you here.", "We look for it right now."],
}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    bot = make_bot(tmp_path, book=tiny_book(tmp_path / "book"))
    seed_once(bot.database, bot.newest_book.files, NOW)
    yield Client(bot)
    bot.database.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """For tests that change nothing."""
    folder = tmp_path_factory.mktemp("library")
    bot = make_bot(folder, book=tiny_book(folder / "book"))
    seed_once(bot.database, bot.newest_book.files, NOW)
    yield Client(bot)
    bot.database.close()


def _put(client: Client, path: str = SORRY, role: Role = Role.APPROVER, **changes: Any) -> Any:
    return client.ask("PUT", path, role=role, json={"version": 1, "body": BODY} | changes)


# -- who may


@pytest.mark.parametrize(("method", "path", "least"), ROUTES)
def test_each_role_reaches_what_it_may_and_no_more(
    shared: Client, method: str, path: str, least: Role
) -> None:
    path = path.format(kind="article", key="none", language="en")
    for role in Role:
        answer = shared.ask(method, path, role=role, json=None if method == "GET" else {})
        if list(Role).index(role) < list(Role).index(least):
            assert least.value in is_problem(answer, 403)["detail"]
        else:
            assert answer.status_code in (200, 404, 422), answer.text
    is_problem(shared.http.request(method, f"/api/v1{path}"), 401)


def test_the_description_has_every_route_with_its_body(shared: Client) -> None:
    paths = shared.http.get("/api/v1/openapi.json").json()["paths"]
    found = {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, one in paths.items()
        for method in one
        if path.startswith("/api/v1/library")
    }
    assert found == {(method, path) for method, path, _ in ROUTES}
    for method, path, _ in ROUTES:
        operation = paths[f"/api/v1{path}"][method.lower()]
        assert operation["security"] == [{"HTTPBearer": []}]
        assert ("requestBody" in operation) is (method in ("PUT", "POST"))


# -- reading


def test_the_library_is_listed_page_by_page(shared: Client) -> None:
    first = shared.get("/library", kind="saved_reply", limit=3)
    names = [(one["key"], one["language"]) for one in first["items"]]
    assert names == [("sorry", "en"), ("sorry", "it"), ("thanks", "en")]
    second = shared.get("/library", kind="saved_reply", limit=3, after=first["next"])
    assert [(one["key"], one["language"]) for one in second["items"]] == [("thanks", "it")]
    assert second["next"] is None
    assert {one["kind"] for one in shared.get("/library", language="it")["items"]} == {
        "saved_reply", "voice"
    }  # fmt: skip
    assert shared.get("/library", waiting="true")["items"] == []


def test_an_entry_is_told_with_its_past(client: Client) -> None:
    assert _put(client, owner="bea", review_by="2026-09-01").status_code == 200
    told = client.get(SORRY)
    assert (told["version"], told["waiting"]) == (2, None)
    assert told["in_force"]["body"] == BODY
    assert (told["in_force"]["owner"], told["in_force"]["review_by"]) == ("bea", "2026-09-01")
    assert [(one["version"], one["standing"], one["changed_by"]) for one in told["history"]] == [
        (2, "in_force", "t-approver"), (1, "former", "bot")
    ]  # fmt: skip
    is_problem(client.ask("GET", LATE), 404)


def test_what_is_lacking_overdue_or_waiting_is_told(client: Client) -> None:
    _put(client, LATE, version=0, review_by="2026-01-01")
    _put(client, role=Role.EDITOR)
    assert client.get("/library/completeness") == {
        "languages": {
            "en": {"lacks": [], "of": 4},
            "it": {"lacks": ["saved_reply: late"], "of": 4},
        },
        "overdue": [{"name": "saved_reply/late/en", "review_by": "2026-01-01", "owner": ""}],
        "waiting": ["saved_reply/sorry/en"],
        "left_out": [],
    }


# -- changing


def test_an_editor_proposes_and_an_approver_decides(client: Client) -> None:
    told = _put(client, role=Role.EDITOR).json()
    assert (told["in_force"]["version"], told["waiting"]["version"]) == (1, 2)
    assert [one["key"] for one in client.get("/library", waiting="true")["items"]] == ["sorry"]
    answer = client.ask("POST", f"{SORRY}/approve", role=Role.APPROVER, json={"version": 2})
    assert (answer.json()["in_force"]["version"], answer.json()["waiting"]) == (2, None)
    assert client.bot.book.chapters["en"].saved_replies[1].texts == tuple(BODY["texts"])
    is_problem(client.ask("POST", f"{SORRY}/approve", json={"version": 2}), 409)
    is_problem(client.ask("POST", f"{SORRY}/decline", json={"version": 2}), 409)
    is_problem(client.ask("POST", f"{SORRY}/decline", json={"version": 7}), 404)


def test_a_proposal_can_be_declined(client: Client) -> None:
    _put(client, role=Role.EDITOR)
    told = client.ask("POST", f"{SORRY}/decline", json={"version": 2}).json()
    assert (told["in_force"]["version"], told["waiting"]) == (1, None)


def test_who_read_an_older_version_is_told_who_was_faster(client: Client) -> None:
    assert _put(client).status_code == 200
    assert "t-approver wrote version 2" in is_problem(_put(client), 409)["detail"]
    is_problem(_put(client, version=0), 409)
    is_problem(_put(client, LATE, version=1), 409)
    is_problem(client.ask("DELETE", f"{SORRY}?version=1"), 409)
    is_problem(client.ask("POST", f"{SORRY}/restore", json={"version": 1, "back_to": 1}), 409)


def test_of_two_changes_at_once_one_wins(client: Client) -> None:
    together = Barrier(2)

    def change(title: str) -> int:
        together.wait()
        status: int = _put(client, body={**BODY, "title": title}).status_code
        return status

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(change, ("One", "Two"))) == [200, 409]
    assert len(client.get(SORRY)["history"]) == 2


def test_words_that_may_not_leave_come_back_with_their_findings(client: Client) -> None:
    body = {**BODY, "texts": ["We look for it right now.", "We write as soon as possible."]}
    (finding,) = is_problem(_put(client, body=body), 422)["findings"]
    assert (finding["rule"], finding["severity"]) == ("R08", "confirm")
    assert finding["message"].startswith("texts 2: ")
    told = _put(client, body=body, confirm=["R08"]).json()
    assert [one["rule"] for one in told["in_force"]["findings"]] == ["R08"]


def test_what_is_left_out_stays_and_null_empties(client: Client) -> None:
    _put(client, owner="bea", review_by="2026-09-01")
    told = _put(client, version=2, body={**BODY, "title": "New"}).json()["in_force"]
    assert (told["owner"], told["review_by"]) == ("bea", "2026-09-01")
    told = _put(client, version=3, owner="", review_by=None).json()["in_force"]
    assert (told["owner"], told["review_by"]) == ("", None)


def test_what_is_removed_can_be_brought_back(client: Client) -> None:
    told = client.ask("DELETE", f"{SORRY}?version=1", role=Role.APPROVER).json()
    assert (told["version"], told["in_force"]) == (2, None)
    assert client.get("/library", kind="saved_reply", language="en")["items"][0]["key"] == "thanks"
    restored = client.ask("POST", f"{SORRY}/restore", json={"version": 2, "back_to": 1}).json()
    assert restored["in_force"]["version"] == 3
    is_problem(client.ask("DELETE", "/library/voice/voice/en?version=1"), 422)
    is_problem(client.ask("DELETE", f"{LATE}?version=1"), 409)
    is_problem(client.ask("DELETE", SORRY), 422)


def test_the_voice_is_changed_as_everything_else(client: Client) -> None:
    body = {**body_of(client.bot.book.chapters["en"].voice), "signature": "Yours, Tiny"}
    assert _put(client, "/library/voice/voice/en", body=body).status_code == 200
    assert client.bot.house("en").signature == "Yours, Tiny"


# -- rubbish

RUBBISH: Final[list[Any]] = [
    {},
    [],
    {"version": 1},
    {"version": -1, "body": BODY},
    {"version": True, "body": BODY},
    {"version": "1", "body": BODY},
    {"version": 10**30, "body": BODY},
    {"version": 1, "body": []},
    {"version": 1, "body": None},
    {"version": 1, "body": {}},
    {"version": 1, "body": {**BODY, "key": "sorry"}},
    {"version": 1, "body": {**BODY, "title": {"a": 1}}},
    {"version": 1, "body": {**BODY, "colour": "red"}},
    {"version": 1, "body": {**BODY, "texts": ["\ud800 nothing of it is", "We look for it now."]}},
    {"version": 1, "body": {**BODY, "\ud800": 1}},
    {"version": 1, "body": {**BODY, "texts": ["a" * 5000, "b" * 5000]}},
    {"version": 1, "body": {**BODY, "topics": ["no such topic"]}},
    {"version": 1, "body": BODY, "owner": "o" * 65},
    {"version": 1, "body": BODY, "review_by": "soon"},
    {"version": 1, "body": BODY, "confirm": "R08"},
    {"version": 1, "body": BODY, "extra": 1},
    {"version": 1, "back_to": 0},
]


@pytest.mark.parametrize("wrong", RUBBISH, ids=lambda one: json.dumps(one)[:40])
def test_a_body_that_is_none_of_ours_changes_nothing(shared: Client, wrong: Any) -> None:
    for method, path in (
        ("PUT", SORRY),
        ("PUT", "/library/article/sorry/en"),
        ("POST", f"{SORRY}/approve"),
        ("POST", f"{SORRY}/decline"),
        ("POST", f"{SORRY}/restore"),
    ):
        answer = shared.ask(method, path, content=json.dumps(wrong))
        assert 400 <= answer.status_code < 500, (method, path, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
    assert len(shared.get(SORRY)["history"]) == 1


@pytest.mark.parametrize(
    "content",
    [b"{", b"\xff", b"[" * 40_000, b'{"version": NaN}', b'{"version": 1, "body": ' + b'{"a":' * 900
     + b"1" + b"}" * 901, b"x" * 100_000],
    ids=["cut", "no utf-8", "deep", "nan", "deep body", "long"],
)  # fmt: skip
def test_a_body_that_is_no_json_is_no_fault_of_ours(shared: Client, content: bytes) -> None:
    answer = shared.ask("PUT", SORRY, content=content)
    is_problem(answer, 413 if len(content) > 64_000 else 422)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/library?kind=poem", 422),
        ("/library?limit=0", 422),
        ("/library?waiting=perhaps", 422),
        ("/library?after=nonsense", 422),
        ("/library?after=WyJwb2VtIiwgImEiLCAiZW4iXQ", 422),  # a cursor of the kind "poem"
        ("/library/poem/sorry/en", 422),
        ("/library/article/%00/en", 404),
        ("/library/article/%F0%9F%92%A9/%ff", 404),
        ("/library/article/" + "a" * 65 + "/en", 422),
        ("/library/article/sorry", 404),
    ],
)
def test_an_address_that_cannot_be_is_no_fault_of_ours(
    shared: Client, path: str, status: int
) -> None:
    is_problem(shared.ask("GET", path), status)


def test_empty_filters_are_none(shared: Client) -> None:
    assert len(shared.get("/library", kind="", language="", waiting="", after="")["items"]) == 6


def test_an_entry_in_a_language_that_is_not_ours_is_not_kept(shared: Client) -> None:
    answer = _put(shared, "/library/saved_reply/sorry/pl", version=0)
    assert "brand.languages" in is_problem(answer, 422)["detail"]
