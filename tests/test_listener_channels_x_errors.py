"""X: what each failure means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listener.channels.errors import (
    AuthFailed,
    BudgetSpent,
    ChannelError,
    Gone,
    RateLimited,
    Refused,
    Unavailable,
    Unknown,
)
from listener.channels.x import errors as x_errors
from tests.loopback import payload

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def failure(status: int, body: object, **more: Any) -> ChannelError:
    more = {"headers": {}, "write": True, "now": NOW, **more}
    return x_errors.failure(status, body=body, **more)


def coded(code: int, message: str = "no") -> dict[str, Any]:
    return {"errors": [{"code": code, "message": message}]}


def detail(text: str, kind: str = "about:blank") -> dict[str, Any]:
    return {"title": "Forbidden", "detail": text, "type": kind, "status": 403}


@pytest.mark.parametrize(
    ("status", "body", "read", "write"),
    [
        (400, payload("x/errors/400-since_id.json"), x_errors.InvalidRequest, Refused),
        (401, {"title": "Unauthorized"}, AuthFailed, AuthFailed),
        (402, payload("x/errors/402-credits.json"), BudgetSpent, BudgetSpent),
        (403, payload("x/errors/403-duplicate.json"), Unknown, Unknown),
        (403, payload("x/errors/403-not-summoned.json"), Refused, Refused),
        (403, payload("x/errors/403-not-authorized.json"), Refused, Refused),
        (
            403,
            detail("x", "https://api.x.com/2/problems/oauth1-permissions"),
            AuthFailed,
            AuthFailed,
        ),
        (403, detail("x", "https://api.x.com/2/problems/client-forbidden"), AuthFailed, AuthFailed),
        (403, detail("You tried to reply to a Tweet that is deleted or not visible"), Gone, Gone),
        (403, coded(385), Gone, Gone),
        (403, coded(453), AuthFailed, AuthFailed),
        (403, coded(326), AuthFailed, AuthFailed),
        (403, coded(433), Refused, Refused),
        (404, {"title": "Not Found Error"}, Gone, Gone),
        (404, None, Unavailable, Unavailable),
        (410, "<html>", Unavailable, Unavailable),
        (408, None, Unavailable, Unknown),
        (422, None, Refused, Refused),
        (429, payload("x/errors/429-rate-limit.json"), RateLimited, RateLimited),
        (429, payload("x/errors/429-usage-cap.json"), BudgetSpent, BudgetSpent),
        (500, None, Unavailable, Unknown),
        (503, payload("x/errors/503.json"), Unavailable, Unknown),
        (302, None, Unavailable, Unknown),
    ],
)
def test_each_failure_has_its_type(
    status: int, body: object, read: type[ChannelError], write: type[ChannelError]
) -> None:
    assert isinstance(failure(status, body, write=False), read)
    assert isinstance(failure(status, body, write=True), write)


@pytest.mark.parametrize(
    ("body", "by_hand"),
    [
        (payload("x/errors/403-not-summoned.json"), True),
        (payload("x/errors/403-not-authorized.json"), True),
        (detail("Something new that nobody has seen"), True),
        (coded(433, "The original Tweet author restricted who can reply"), False),
    ],
)
def test_what_an_app_may_not_answer_a_person_perhaps_may(body: object, by_hand: bool) -> None:
    error = failure(403, body)
    assert isinstance(error, Refused)
    assert error.by_hand is by_hand


@pytest.mark.parametrize(
    ("headers", "blind", "seconds"),
    [
        ({"x-rate-limit-reset": str(int(NOW.timestamp()) + 300)}, 0, 300),
        ({}, 0, 60),
        ({}, 1, 120),
        ({}, 3, 480),
        ({}, 9, 900),
        ({"x-rate-limit-reset": "soon"}, 0, 60),
        ({"x-rate-limit-reset": "-5"}, 0, 60),
        ({"x-rate-limit-reset": "٣٤"}, 0, 60),
        ({"x-rate-limit-reset": str(int(NOW.timestamp()) - 9)}, 0, 60),
        ({"x-rate-limit-reset": str(int(NOW.timestamp() * 1000))}, 0, 60),
        ({"x-rate-limit-reset": "9" * 40}, 0, 60),
        ({"x-rate-limit-reset": str(int(NOW.timestamp()) + 10**7)}, 0, 60),
    ],
)
def test_a_limit_lasts_until_its_reset_and_without_one_ever_longer(
    headers: dict[str, str], blind: int, seconds: int
) -> None:
    error = failure(429, None, headers=headers, blind=blind)
    assert isinstance(error, RateLimited)
    assert error.until == NOW + timedelta(seconds=seconds)
    assert error.scope == "call"


@pytest.mark.parametrize("window", ["app", "user"])
def test_the_day_may_be_spent_while_the_quarter_of_an_hour_is_not(window: str) -> None:
    headers = {
        "x-rate-limit-remaining": "90",
        f"x-{window}-limit-24hour-remaining": "0",
        f"x-{window}-limit-24hour-reset": str(int(NOW.timestamp()) + 7200),
    }
    error = failure(429, None, headers=headers)
    assert isinstance(error, RateLimited)
    assert (error.until, error.scope) == (NOW + timedelta(hours=2), "call")


@pytest.mark.parametrize(
    "body",
    [[], {"errors": 5}, {"errors": [None, 7]}, {"detail": []}, "x", coded("a")],  # type: ignore[arg-type]
)
@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 429, 500])
def test_a_body_of_any_shape_still_means_something(status: int, body: object) -> None:
    assert str(failure(status, body))
