from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from responder.automatic.models import Review
from responder.automatic.reviews import WITHIN
from responder.automatic.rule import SHADOW
from responder.desk.heavy import one_at_a_time
from responder.models import AuthorKind, ReplyStatus
from responder.team.models import Role
from tests.api_client import Client, is_problem
from tests.auto_story import ASKING, GLAD, eager_bot, hear
from tests.factories import NOW, make_auto_rule, make_reply


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    client = Client(eager_bot(tmp_path))
    yield client
    client.bot.database.close()


def _add(client: Client, **body: Any) -> Any:
    return client.ask("POST", "/auto-rules", json={"name": "thanks", "topics": ["praise"]} | body)


def test_a_rule_is_made_shown_and_ended(client: Client) -> None:
    made = _add(client, topics=["praise", "product"], languages=["en"], channel="x")
    assert made.status_code == 200, made.text
    rule = made.json()
    assert (rule["state"], rule["created_by"], rule["confidence"]) == ("shadow", "t-admin", 0.95)
    assert rule["live_from"] == (NOW + SHADOW).isoformat().replace("+00:00", "Z")
    assert client.get("/auto-rules")["rules"] == [rule]
    assert client.get(f"/auto-rules/{rule['id']}") == rule
    is_problem(_add(client), 409)
    ended = client.ask("POST", f"/auto-rules/{rule['id']}/end")
    assert (ended.json()["state"], ended.json()["ended_by"]) == ("ended", "t-admin")
    is_problem(client.ask("POST", f"/auto-rules/{rule['id']}/end"), 409)
    assert client.get("/auto-rules")["rules"] == []
    assert len(client.get("/auto-rules", ended="true")["rules"]) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": "   "},
        {"live_from": "2026-03-02T09:00:00Z"},
        {"created_at": "2020-01-01T00:00:00Z"},
        {"shadow_days": 0},
        {"occasions": []},
        {"occasions": ["complaint"]},
        {"occasions": ["question"], "topics": []},
        {"topics": []},
        {"topics": ["product"]},
        {"topics": ["boots"]},
        {"topics": ["safety"]},
        {"topics": "care"},
        {"channel": "myspace"},
        {"languages": ["pt"]},
        {"confidence": 0.5},
        {"confidence": "0.99"},
        {"per_thread": 3},
        {"per_author": True},
        {"per_hour": 0},
        {"sample_percent": 0},
        {"sample_percent": 10**30},
    ],
    ids=str,
)
def test_a_rule_nobody_may_make_is_a_problem_not_a_rule(
    client: Client, body: dict[str, Any]
) -> None:
    is_problem(_add(client, **body), 422)
    days = {"days": body["per_hour"]} if "per_hour" in body else {}
    valid = {"name": "thanks", "topics": ["praise"]}
    answer = client.ask("POST", "/auto-rules/preview", json=valid | body | days)
    is_problem(answer, 422)
    assert client.get("/auto-rules", ended="true")["rules"] == []


def test_a_preview_shows_mentions_with_the_words_they_would_have_got(client: Client) -> None:
    hear(client.bot, **GLAD)
    hear(client.bot, **ASKING)
    asked = {"days": 7, "topics": ["praise"]}
    is_problem(client.ask("POST", "/auto-rules/preview", role=Role.VIEWER, json=asked), 403)
    answer = client.ask("POST", "/auto-rules/preview", role=Role.EDITOR, json=asked)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["looked_at"], found["answered"]) == (2, 1)
    assert found["examples"][0]["said"] == GLAD["text"]
    assert found["reasons"] == [{"why": "the rule names other occasions", "mentions": 1}]
    assert client.get("/auto-rules")["rules"] == []


def test_the_sample_is_judged_and_a_bad_rule_goes_back_to_shadow(client: Client) -> None:
    with client.bot.database.write() as session:
        rule = make_auto_rule(session).id
        for _ in range(3):
            reply = make_reply(
                session, author_kind=AuthorKind.AUTO, rule_id=rule, status=ReplyStatus.SENT
            )
            session.add(Review(reply_id=reply.id, rule_id=rule, due_at=NOW + WITHIN))
    first = client.get("/auto-reviews", limit=2)
    waiting = [*first["items"], *client.get("/auto-reviews", after=first["next"])["items"]]
    assert len(waiting) == 3
    for number, one in enumerate(waiting[:2]):
        judged = client.ask(
            "POST",
            f"/auto-reviews/{one['id']}/judge",
            role=Role.APPROVER,
            json={"verdict": "bad"},
        )
        assert judged.status_code == 200, judged.text
        assert bool(judged.json()["back_to_shadow"]) is bool(number)
    assert client.get(f"/auto-rules/{rule}")["state"] == "shadow"
    assert len(client.get("/auto-reviews", judged="true")["items"]) == 2
    again = client.ask("POST", f"/auto-reviews/{waiting[0]['id']}/judge", json={"verdict": "good"})
    is_problem(again, 409)
    (told,) = client.get("/auto-rules/report")["rules"]
    assert (told["sent"], told["reviews"]["bad"], told["reviews"]["waiting"]) == (3, 2, 1)


def test_rubbish_is_a_problem(client: Client) -> None:
    is_problem(client.ask("GET", "/auto-rules/nope"), 404)
    is_problem(client.ask("POST", "/auto-rules/nope/end"), 404)
    is_problem(client.ask("POST", "/auto-rules/nope/end", json={"x": 1}), 422)
    is_problem(client.ask("POST", "/auto-reviews/nope/judge", json={"verdict": "good"}), 404)
    is_problem(client.ask("POST", "/auto-reviews/nope/judge", json={"verdict": "fine"}), 422)
    is_problem(client.ask("POST", "/auto-reviews/nope/judge", json={}), 422)
    is_problem(client.ask("GET", "/auto-reviews?after=nonsense"), 422)
    is_problem(
        client.ask("POST", "/auto-rules/preview", json={"days": 91, "topics": ["praise"]}), 422
    )


def test_figures_that_take_seconds_are_made_one_at_a_time(client: Client) -> None:
    hear(client.bot, **GLAD)
    asked: dict[str, Any] = {"json": {"topics": ["praise"]}}
    with one_at_a_time():
        calls: tuple[tuple[str, str, dict[str, Any]], ...] = (
            ("POST", "/auto-rules/preview", asked),
            ("GET", "/auto-rules/report", {}),
            ("GET", "/reports/edits", {}),
            ("GET", "/reports/etiquette", {}),
        )
        for method, path, more in calls:
            answer = client.ask(method, path, **more)
            is_problem(answer, 503)
            assert answer.headers["Retry-After"] == "5"
    assert client.ask("POST", "/auto-rules/preview", **asked).json()["answered"] == 1
    assert client.ask("GET", "/reports/edits").status_code == 200


def test_a_preview_by_request_looks_at_the_latest_mentions_and_says_so(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("responder.desk.auto_api._LOOKED_AT", 1)
    first, second = (hear(client.bot, **GLAD, created_at=NOW - timedelta(hours=n)) for n in (2, 1))
    found = client.ask("POST", "/auto-rules/preview", json={"topics": ["praise"]}).json()
    assert (found["looked_at"], found["more"]) == (1, True)
    assert [one["mention_id"] for one in found["examples"]] == [second], first
