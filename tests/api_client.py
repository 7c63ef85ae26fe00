"""The API of one bot, asked over HTTP in this process, with a token for each role."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any, cast

from fastapi.testclient import TestClient

from listener.models import DeadLetter
from responder import access
from responder.bot import Bot
from responder.desk.app import create_app
from responder.models import Role
from tests.factories import NOW, FakeChannel, incoming, make_bot, make_draft, make_mention

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


def is_problem(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    return told
