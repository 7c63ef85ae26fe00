from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from responder.team.models import Role
from tests.api_client import Client, client_in, is_problem

STRIKE = {"title": "Courier strike", "topics": ["delivery"], "statements": {"it": "Da venerdì."}}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    client = client_in(tmp_path)
    yield client
    client.bot.database.close()


def _open(client: Client, **changes: Any) -> str:
    answer = client.ask("POST", "/incidents", role=Role.APPROVER, json={**STRIKE, **changes})
    assert answer.status_code == 200, answer.text
    opened: str = answer.json()["id"]
    return opened


def test_an_incident_is_opened_read_and_closed(client: Client) -> None:
    incident = _open(client)
    (shown,) = client.get("/incidents")["items"]
    assert (shown["id"], shown["opened_by"], shown["closed_at"]) == (incident, "t-approver", None)
    assert shown["channel"] is None
    answer = client.ask("POST", f"/incidents/{incident}/close", role=Role.APPROVER)
    assert answer.json()["closed_by"] == "t-approver"
    assert client.get("/incidents")["items"] == []
    assert [one["id"] for one in client.get("/incidents", closed="true")["items"]] == [incident]
    again = client.ask("POST", f"/incidents/{incident}/close", role=Role.APPROVER)
    assert "t-approver closed it already" in is_problem(again, 409)["detail"]


def test_incidents_are_listed_page_by_page(client: Client) -> None:
    ids = [_open(client, title=f"number {n}") for n in range(3)]
    first = client.get("/incidents", limit=2)
    second = client.get("/incidents", limit=2, after=first["next"])
    listed = [one["id"] for page in (first, second) for one in page["items"]]
    assert listed == ids[::-1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"topics": []},
        {"title": ""},
        {"channel": "orkut"},
        {"statements": {"xx": "words"}},
        {"statements": {"it": ""}},
        {"words": ["x"]},
        {"topics": "delivery"},
        {"colour": "red"},
    ],
)
def test_an_incident_that_makes_no_sense_is_refused(client: Client, wrong: dict[str, Any]) -> None:
    answer = client.ask("POST", "/incidents", role=Role.APPROVER, json={**STRIKE, **wrong})
    is_problem(answer, 422)
    assert client.get("/incidents")["items"] == []


def test_editors_open_and_close_nothing(client: Client) -> None:
    incident = _open(client)
    is_problem(client.ask("POST", "/incidents", role=Role.EDITOR, json=STRIKE), 403)
    is_problem(client.ask("POST", f"/incidents/{incident}/close", role=Role.EDITOR), 403)
    is_problem(client.ask("POST", "/incidents/nothing/close", role=Role.APPROVER), 404)
