"""Bluesky: what each failure means, and how much may be asked."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listener.channels.bluesky import errors as bluesky_errors
from listener.channels.bluesky import rates as bluesky_rates
from listener.channels.bluesky.rates import Family
from listener.channels.errors import (
    AuthFailed,
    ChannelError,
    Gone,
    RateLimited,
    Refused,
    Unavailable,
    Unknown,
)
from listener.channels.rates import Rates

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def failure(status: int, body: object, **more: Any) -> ChannelError:
    more = {"headers": {}, "write": True, "now": NOW, **more}
    return bluesky_errors.failure(status, body=body, **more)


def named(error: str, message: str = "no") -> dict[str, str]:
    return {"error": error, "message": message}


@pytest.mark.parametrize(
    ("status", "body", "read", "write"),
    [
        (400, named("InvalidRequest"), bluesky_errors.InvalidRequest, Refused),
        (400, named("ExpiredToken"), bluesky_errors.Expired, bluesky_errors.Expired),
        (400, named("InvalidToken"), bluesky_errors.Expired, bluesky_errors.Expired),
        (400, named("RecordNotFound"), Gone, Gone),
        (400, named("NotFound", "Post not found"), Gone, Gone),
        (400, named("InvalidRequest", "Could not locate record: at://x"), Gone, Gone),
        (400, named("InvalidSwap"), bluesky_errors.Swapped, bluesky_errors.Swapped),
        (400, named("AccountTakedown"), AuthFailed, AuthFailed),
        (400, named("RepoSuspended"), AuthFailed, AuthFailed),
        (400, None, bluesky_errors.InvalidRequest, Refused),
        (401, named("AuthenticationRequired"), AuthFailed, AuthFailed),
        (401, named("AccountTakedown"), AuthFailed, AuthFailed),
        (401, None, AuthFailed, AuthFailed),
        (403, named("Forbidden"), Refused, Refused),
        (404, "<html>", Unavailable, Unavailable),
        (404, named("XRPCNotSupported"), Refused, Refused),
        (408, None, Unavailable, Unknown),
        (413, named("PayloadTooLarge"), Refused, Refused),
        (429, named("RateLimitExceeded"), RateLimited, RateLimited),
        (500, named("InternalServerError"), bluesky_errors.Troubled, Unknown),
        (501, named("MethodNotImplemented"), Refused, Refused),
        (502, named("InternalServerError"), bluesky_errors.Troubled, Unknown),
        (502, named("UpstreamFailure"), Unavailable, Unknown),
        (503, None, Unavailable, Unknown),
        (302, None, Unavailable, Unknown),
    ],
)
def test_each_failure_has_its_type(
    status: int, body: object, read: type[ChannelError], write: type[ChannelError]
) -> None:
    assert isinstance(failure(status, body, write=False), read)
    assert isinstance(failure(status, body, write=True), write)


def test_a_server_that_cannot_be_reached_by_ours_says_nothing_about_a_cursor() -> None:
    error = failure(502, named("UpstreamFailure"), write=False)
    assert not isinstance(error, bluesky_errors.Troubled)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("AccountTakedown", "took the account down"),
        ("RepoTakendown", "took the account down"),
        ("AccountSuspended", "suspended"),
        ("RepoDeactivated", "reactivate"),
    ],
)
def test_what_stands_against_the_account_is_told_with_what_to_do(name: str, told: str) -> None:
    error = failure(401, named(name))
    assert isinstance(error, AuthFailed)
    assert told in error.action
    assert "password" not in error.action.replace("no password will help", "")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"active": True}, ""),
        ({}, ""),
        ({"active": False, "status": "takendown"}, "took the account down"),
        ({"active": False, "status": "deactivated"}, "reactivate"),
        ({"active": False, "status": "desynchronized"}, "desynchronized"),
        ({"active": False}, "inactive"),
    ],
)
def test_the_standing_of_an_account_is_a_sentence(body: dict[str, Any], told: str) -> None:
    found = bluesky_errors.bad_standing(body)
    assert told in found
    assert bool(found) is bool(told)


def at(seconds: int) -> str:
    return str(int(NOW.timestamp()) + seconds)


@pytest.mark.parametrize(
    ("headers", "blind", "seconds"),
    [
        ({"ratelimit-reset": at(284)}, 0, 284),
        ({"retry-after": "3437"}, 0, 3437),
        ({"ratelimit-reset": at(284), "retry-after": "9"}, 0, 284),
        ({"ratelimit-reset": at(-5), "retry-after": "9"}, 0, 9),
        ({}, 0, 60),
        ({}, 1, 120),
        ({}, 9, 900),
        ({"ratelimit-reset": "soon"}, 0, 60),
        ({"ratelimit-reset": ""}, 0, 60),
        ({"ratelimit-reset": "٣٤"}, 0, 60),
        ({"ratelimit-reset": "9" * 40}, 0, 60),
        ({"ratelimit-reset": at(10**7)}, 0, 60),
        ({"retry-after": "0"}, 0, 60),
        ({"retry-after": "999999"}, 0, 60),
    ],
)
def test_a_limit_lasts_until_its_reset_and_without_one_ever_longer(
    headers: dict[str, str], blind: int, seconds: int
) -> None:
    error = failure(429, None, headers=headers, blind=blind)
    assert isinstance(error, RateLimited)
    assert error.until == NOW + timedelta(seconds=seconds)


def test_a_limit_of_one_kind_of_call_does_not_stop_the_others() -> None:
    for wide, scope in ((True, "account"), (False, "call")):
        error = failure(429, None, wide=wide)
        assert isinstance(error, RateLimited)
        assert error.scope == scope


@pytest.mark.parametrize("body", [[], {"error": 5}, {"message": []}, "x", {"error": None}, None])
@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 429, 500, 502])
def test_a_body_of_any_shape_still_means_something(status: int, body: object) -> None:
    assert str(failure(status, body))


def test_a_token_quoted_by_the_server_is_masked() -> None:
    error = failure(400, named("InvalidRequest", "bad eyJhbGciOi.eyJzdWIi.c2lnbmF0 here"))
    assert "eyJ" not in str(error)
    assert "here" in str(error)


def window(remaining: int, limit: int = 3000, seconds: int = 200, policy: str = "") -> Any:
    return {
        "ratelimit-limit": str(limit),
        "ratelimit-remaining": str(remaining),
        "ratelimit-reset": at(seconds),
        "ratelimit-policy": policy or f"{limit};w=300",
    }


def told(*headers: dict[str, str], family: Family = Family.READ) -> Rates:
    rates = bluesky_rates.unknown()
    for one in headers:
        rates.learn(family, one, NOW)
    return rates


def test_a_fifth_of_each_window_is_kept_for_replies() -> None:
    rates = told(window(600))
    rates.take(Family.READ, NOW, urgent=False)
    with pytest.raises(RateLimited) as limited:
        rates.take(Family.READ, NOW, urgent=False)
    assert limited.value.until == NOW + timedelta(seconds=200)
    assert limited.value.scope == "call"
    rates.take(Family.READ, NOW, urgent=True)


def test_what_is_used_up_is_used_up_for_replies_too() -> None:
    with pytest.raises(RateLimited):
        told(window(0)).take(Family.READ, NOW, urgent=True)
    with pytest.raises(RateLimited):  # a record costs up to three points
        told(window(2, 5000), family=Family.WRITE).take(Family.WRITE, NOW, urgent=True)


def test_a_window_that_is_over_is_forgotten() -> None:
    rates = told(window(0))
    later = NOW + timedelta(seconds=201)
    rates.take(Family.READ, later, urgent=False)
    assert rates.pressure(later) == 1.0


def test_windows_of_different_length_are_known_apart() -> None:
    """Each answer tells of the tightest alone."""
    hour, day = window(900, 5000, 3000, "5000;w=3600"), window(2, 35000, 9000, "35000;w=86400")
    for told_of in ((hour, day), (day, hour)):
        with pytest.raises(RateLimited) as limited:
            told(*told_of, family=Family.WRITE).take(Family.WRITE, NOW, urgent=True)
        assert limited.value.until == NOW + timedelta(seconds=9000)


def test_writing_reading_and_logging_in_have_windows_of_their_own() -> None:
    rates = told(window(0, 30), family=Family.LOGIN)
    rates.take(Family.READ, NOW, urgent=False)
    rates.take(Family.WRITE, NOW, urgent=True)
    with pytest.raises(RateLimited):
        rates.take(Family.LOGIN, NOW, urgent=True)


def test_answers_that_overtake_each_other_do_not_give_points_back() -> None:
    rates = told(window(1000), window(1200))
    assert rates.pressure(NOW) == pytest.approx(1 + (2 / 3 - 0.5) / 0.3)


@pytest.mark.parametrize(
    ("remaining", "pressure"), [(3000, 1.0), (1500, 1.0), (1050, 1.5), (600, 2.0), (0, 2.0)]
)
def test_rounds_are_stretched_as_the_allowance_runs_out(remaining: int, pressure: float) -> None:
    assert told(window(remaining)).pressure(NOW) == pytest.approx(pressure)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"ratelimit-limit": "3000"},
        {**window(5), "ratelimit-reset": "x"},
        {**window(5), "ratelimit-reset": at(-1)},
        {**window(5), "ratelimit-limit": "0"},
        {**window(5), "ratelimit-remaining": "-1"},
    ],
)
def test_headers_that_say_nothing_leave_all_as_it_was(headers: dict[str, str]) -> None:
    rates = told(headers)
    rates.take(Family.READ, NOW, urgent=False)
    assert rates.pressure(NOW) == 1.0


def test_threads_do_not_take_the_same_point() -> None:
    rates, taken = told(window(650)), []

    def take() -> None:
        for _ in range(20):
            try:
                rates.take(Family.READ, NOW, urgent=False)
            except RateLimited:
                return
            taken.append(1)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 51


def test_refusals_in_a_row_are_counted_until_one_goes_through() -> None:
    rates = bluesky_rates.unknown()
    rates.refused(Family.READ)
    rates.refused(Family.READ)
    assert (rates.blind(Family.READ), rates.blind(Family.WRITE)) == (2, 0)
    rates.went_through(Family.READ)
    assert rates.blind(Family.READ) == 0
