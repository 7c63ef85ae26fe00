"""Facebook: what each failure means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.channels.errors import (
    AuthFailed,
    ChannelError,
    Gone,
    PolicyBlock,
    RateLimited,
    Refused,
    Unavailable,
    Unknown,
)
from listener.channels.facebook import errors as facebook_errors
from tests.loopback import payload

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def error(code: object, message: str = "no", **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, "type": "OAuthException", "code": code, **more}}


@pytest.mark.parametrize(
    ("body", "read", "write"),
    [
        (payload("facebook/errors/190-expired.json"), AuthFailed, AuthFailed),
        (payload("facebook/errors/100-gone.json"), Gone, Gone),
        (payload("facebook/errors/32-page-limit.json"), RateLimited, RateLimited),
        (payload("facebook/errors/368-blocked.json"), PolicyBlock, PolicyBlock),
        (payload("facebook/errors/506-duplicate.json"), Refused, Unknown),
        (payload("facebook/errors/2-temporary.json"), Unavailable, Unknown),
        (payload("facebook/errors/200-permission.json"), AuthFailed, AuthFailed),
        (payload("facebook/errors/12-deprecated.json"), Refused, Refused),
        (error(1), Unavailable, Unknown),
        (error(99, is_transient=True), Unavailable, Unknown),
        (error(102), AuthFailed, AuthFailed),
        (error(10, "(#10) Lacks permission"), AuthFailed, AuthFailed),
        (error(3, "Application does not have the capability"), AuthFailed, AuthFailed),
        (error(10, "(#10) The Page is restricted", error_subcode=1893063), AuthFailed, AuthFailed),
        (error(200, "(#200) This comment cannot be hidden"), Refused, Refused),
        (error(10, "(#10) sent outside the window", error_subcode=2018278), Refused, Refused),
        (error(4), RateLimited, RateLimited),
        (error(17), RateLimited, RateLimited),
        (error(613), RateLimited, RateLimited),
        (error(80001), RateLimited, RateLimited),
        (error(100), Refused, Refused),
        (error(100, "This endpoint requires the 'x' permission"), AuthFailed, AuthFailed),
        (error(551), Refused, Refused),
        (error(803), Gone, Gone),
        (error("many"), Unavailable, Unknown),
        ({"error": "text"}, Unavailable, Unknown),
        (None, Unavailable, Unknown),
    ],
)
def test_each_failure_has_its_type(
    body: object, read: type[ChannelError], write: type[ChannelError]
) -> None:
    for writing, kind in ((False, read), (True, write)):
        found = facebook_errors.failure(400, {}, body, now=NOW, write=writing)
        assert isinstance(found, kind), found
        assert str(found)


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize("code", [-1, 0, 1, 4, 10, 99, 100, 190, 200, 368, 506, 551, 803, None])
def test_a_write_that_ends_in_a_server_error_is_unknown_whatever_its_code(
    status: int, code: int | None
) -> None:
    for body in (error(code), error(code, "it does not exist", error_subcode=33)):
        found = facebook_errors.failure(status, {}, body, now=NOW, write=True)
        assert isinstance(found, Unknown)


@pytest.mark.parametrize("code", [-1, 99, 100, 551, 803])
def test_a_read_that_ends_in_a_server_error_is_the_last_word_on_nothing(code: int) -> None:
    body = error(code, "it does not exist", error_subcode=33)
    found = facebook_errors.failure(503, {}, body, now=NOW, write=False)
    assert isinstance(found, Unavailable)


def test_a_limit_lasts_as_long_as_facebook_says_and_else_ever_longer() -> None:
    says = '{"7":[{"type":"pages","call_count":100,"estimated_time_to_regain_access":37}]}'
    waits = []
    for headers, blind in (({"x-business-use-case-usage": says}, 0), ({}, 0), ({}, 2), ({}, 20)):
        found = facebook_errors.failure(400, headers, error(32), now=NOW, write=True, blind=blind)
        assert isinstance(found, RateLimited)
        waits.append((found.until - NOW).total_seconds() / 60)
    assert waits == [37, 15, 60, 24 * 60]


def test_a_block_for_abuse_keeps_us_silent_for_a_day() -> None:
    found = facebook_errors.failure(400, {}, error(368), now=NOW, write=True)
    assert isinstance(found, PolicyBlock)
    assert found.until - NOW == timedelta(days=1)


def test_a_duplicate_is_unknown_and_says_that_it_repeats_something() -> None:
    found = facebook_errors.failure(400, {}, error(506), now=NOW, write=True)
    assert isinstance(found, Unknown)
    assert found.repetition


@pytest.mark.parametrize(
    ("used", "factor"), [(0, 1), (40, 1), (75, 1), (90, 1.2), (95, 95 / 75), (150, 2)]
)
def test_calls_come_less_often_as_the_allowance_runs_out(used: int, factor: float) -> None:
    assert facebook_errors.stretch(used) == pytest.approx(factor)


def test_usage_is_the_worst_of_all_shares_and_nonsense_is_none() -> None:
    says = {"x-app-usage": '{"call_count":28,"total_time":91}', "x-page-usage": "[NaN"}
    assert facebook_errors.usage(says) == 91
    assert facebook_errors.usage({"x-app-usage": '{"call_count":0}'}) == 0
    for nonsense in ("5", "", '{"call_count":"many","total_time":null}'):
        assert facebook_errors.usage({"x-business-use-case-usage": nonsense}) is None


names = st.sampled_from(["message", "code", "error_subcode", "is_transient", "error_user_msg"])
values = st.none() | st.booleans() | st.integers(0, 900) | st.text(max_size=8) | st.lists(st.none())
bodies = values | st.dictionaries(names, values)


@given(bodies, st.integers(200, 599))
def test_every_error_body_means_something(body: object, status: int) -> None:
    for value in (body, {"error": body}):
        assert str(facebook_errors.failure(status, {}, value, now=NOW, write=True))
