"""The API of one bot, asked over HTTP in this process, with a token for each role."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any, cast

from fastapi.testclient import TestClient

from listener.models import DeadLetter
from responder import access
from responder.automatic.models import Review
from responder.bot import Bot
from responder.desk.app import create_app
from responder.incidents import Opening, open_incident
from responder.models import AuthorKind, ReplyStatus
from responder.team.models import Role
from tests.factories import (
    NOW,
    FakeChannel,
    incoming,
    make_auto_rule,
    make_bot,
    make_draft,
    make_mention,
    make_reply,
)

_numbers = count(1)


class Client:
    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self.app = create_app(bot)
        self.http = TestClient(self.app, base_url="http://127.0.0.1", raise_server_exceptions=False)
        self.tokens = {
            role: access.create_token(bot.database, name=f"t-{role}", role=role, now=NOW)
            for role in Role
        }

    @property
    def x(self) -> FakeChannel:
        return cast(FakeChannel, self.bot.channels["x"])

    def ask(self, method: str, path: str, *, role: Role = Role.ADMIN, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.tokens[role]}"}
        return self.http.request(method, f"/api/v1{path}", headers=headers, **options)

    def get(self, path: str, **params: Any) -> Any:
        answer = self.ask("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()


def client_in(folder: Path) -> Client:
    return Client(make_bot(folder, channels=[FakeChannel("x"), FakeChannel("facebook")]))


def a_draft(client: Client, **changes: Any) -> str:
    with client.bot.database.write() as session:
        return make_draft(session, make_mention(session, **changes)).id


def a_letter(client: Client, **changes: Any) -> str:
    """A dead letter of X, which shows that text now."""
    key = f"letter-{next(_numbers)}"
    client.x.shown[key] = incoming(key)
    values = {
        "channel": "x",
        "stream": "mentions",
        "external_id": key,
        "fingerprint": key,
        "payload": "{}",
        "error": "text is no text",
        "heard_at": NOW,
    }
    with client.bot.database.write() as session:
        letter = DeadLetter(**values | changes)
        session.add(letter)
        session.flush()
        return letter.id


def an_incident(client: Client) -> str:
    """One that is open."""
    opening = Opening(title="Strike", topics=["delivery"])
    return open_incident(client.bot.database, opening, by="anna", now=NOW)


def a_review(client: Client) -> tuple[str, str]:
    """A rule for automatic answers, and the review of a reply that left by it."""
    with client.bot.database.write() as session:
        rule = make_auto_rule(session)
        sent: dict[str, Any] = {
            "author_kind": AuthorKind.AUTO,
            "status": ReplyStatus.SENT,
            "rule_id": rule.id,
        }
        # Other words than those of `a_draft`: who says the same thrice a day has to confirm it.
        thanks = make_draft(session, text="Hi Giulia, that made our whole workshop smile.")
        reply = make_reply(session, thanks, **sent)
        review = Review(reply_id=reply.id, rule_id=rule.id, due_at=NOW)
        session.add(review)
        session.flush()
        return rule.id, review.id


def is_problem(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    return told
