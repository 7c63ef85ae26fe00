"""Mastodon: what failures mean, and what the rate limits leave."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime

import pytest

from listener.channels.errors import (
    AuthFailed,
    ChannelError,
    Gone,
    RateLimited,
    Refused,
    Unavailable,
    Unknown,
)
from listener.channels.mastodon import errors, rates
from listener.channels.mastodon.errors import Lost, Wordless
from listener.channels.mastodon.rates import DELETE, POST, READ
from tests.loopback import Network, Says
from tests.mastodon_on_loopback import MENTIONS, NOW, TOKEN, channel, mastodon_running

OUTSIDE = "This action is outside the authorized scopes"


@pytest.fixture
def network() -> Iterator[Network]:
    with mastodon_running() as running:
        yield running


def failure(status: int, error: object = None, *, write: bool = False) -> ChannelError:
    return errors.failure(status, {}, {"error": error}, now=NOW, write=write)


@pytest.mark.parametrize(
    ("status", "said", "reading", "writing"),
    [
        (301, None, Unavailable, Unknown),
        (400, "Bad Request", Refused, Refused),
        (401, "The access token is invalid", AuthFailed, AuthFailed),
        (403, OUTSIDE, AuthFailed, AuthFailed),
        (403, "Your login is currently disabled", AuthFailed, AuthFailed),
        (403, "Your login is missing a confirmed e-mail address", AuthFailed, AuthFailed),
        (403, "This action is not allowed", Refused, Refused),
        (403, None, Refused, Refused),
        (404, "Record not found", Gone, Gone),
        (404, None, Lost, Lost),
        (405, None, Refused, Refused),
        (408, None, Unavailable, Unknown),
        (410, None, Lost, Lost),
        (410, "Gone", Gone, Gone),
        (413, None, Refused, Refused),
        (422, "Validation failed: Text can't be blank", Refused, Refused),
        (429, "Too many requests", RateLimited, RateLimited),
        (500, None, Unavailable, Unknown),
        (501, None, Unavailable, Unknown),
        (503, "There was a temporary problem", Unavailable, Unknown),
    ],
)
def test_each_status_has_its_type(
    status: int, said: str | None, reading: type[ChannelError], writing: type[ChannelError]
) -> None:
    assert type(failure(status, said)) in (reading, *reading.__subclasses__())
    assert isinstance(failure(status, said, write=True), writing)
    assert isinstance(failure(status, said), reading)


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        (b"<h1>404 Not Found (snac/2.75)</h1>", Wordless),
        (b"<html><title>404 Not Found</title><center>nginx</center></html>", Lost),
        (b"", Lost),
        (b"x" * 300 + b"(snac/2.75)", Lost),
    ],
)
def test_a_page_without_the_server_s_words_says_nothing_is_gone_unless_the_server_signed_it(
    page: bytes, kind: type[ChannelError]
) -> None:
    error = errors.failure(404, {}, None, now=NOW, write=False, page=page)
    assert type(error) is kind
    assert isinstance(error, Gone if kind is Wordless else Unavailable)


def test_the_server_s_words_are_told_on_one_line_of_bearable_length() -> None:
    body = {"error": "invalid_grant\n", "error_description": "The provided\tgrant " + "x" * 999}
    told = errors.describe(body)
    assert told.startswith("invalid_grant The provided grant xxx")
    assert len(told) == 300
    bodies: tuple[object, ...] = (None, [], "text", {"error": 5}, {"error": {"a": 1}})
    assert [errors.describe(body) for body in bodies] == [""] * 5


def test_a_redirect_says_where_to_look_for_the_mistake() -> None:
    assert "api_url" in str(failure(301))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-reset": "2026-11-20T12:05:00.000Z"}, 300),
        ({"x-ratelimit-reset": "2026-11-20T12:04:59.999999Z"}, 299.999999),
        ({"x-ratelimit-reset": "2026-11-20T13:05:00+01:00"}, 300),
        ({"x-ratelimit-reset": str(int(NOW.timestamp()) + 90)}, 90),
        ({"retry-after": "30"}, 30),
        ({"x-ratelimit-reset": "soon", "retry-after": "45"}, 45),
        ({}, 60),
        ({"x-ratelimit-reset": ""}, 60),
        ({"x-ratelimit-reset": "soon"}, 60),
        ({"x-ratelimit-reset": "2026-11-20T11:59:00Z"}, 60),
        ({"x-ratelimit-reset": "2031-11-20T11:59:00Z"}, 60),
        ({"x-ratelimit-reset": "9" * 30}, 60),
        ({"x-ratelimit-reset": "0001-01-01T00:00:00+14:00"}, 60),
        ({"retry-after": "Fri, 20 Nov 2026 12:01:00 GMT"}, 60),
    ],
)
def test_a_limit_lasts_as_long_as_it_says_and_a_minute_where_that_is_garbled(
    headers: dict[str, str], seconds: float
) -> None:
    error = errors.failure(429, headers, None, now=NOW, write=False)
    assert isinstance(error, RateLimited)
    assert error.until == NOW + timedelta(seconds=seconds)
    assert error.scope == "call"


def test_a_reset_is_written_by_the_server_s_clock() -> None:
    ahead = NOW + timedelta(hours=1)
    headers = {
        "date": format_datetime(ahead, usegmt=True),
        "x-ratelimit-reset": "2026-11-20T13:05:00Z",
    }
    error = errors.failure(429, headers, None, now=NOW, write=False)
    assert isinstance(error, RateLimited)
    assert error.until == NOW + timedelta(minutes=5)


def test_limits_without_a_time_last_longer_and_longer(network: Network) -> None:
    network.on(MENTIONS, Says(status=429))
    mastodon = channel(network.url)
    waits = []
    for _ in range(6):
        with pytest.raises(RateLimited) as raised:
            mastodon.fetch("mentions", None)
        waits.append((raised.value.until - NOW).total_seconds())
    assert waits == [60, 120, 240, 480, 900, 900]
    network.on(MENTIONS, Says(body=[]), Says(status=429))
    mastodon.fetch("mentions", None)
    with pytest.raises(RateLimited) as raised:
        mastodon.fetch("mentions", None)
    assert raised.value.until == NOW + timedelta(seconds=60)


def headers(remaining: object, limit: object = 300, reset: str = "12:05:00") -> dict[str, str]:
    return {
        "x-ratelimit-limit": str(limit),
        "x-ratelimit-remaining": str(remaining),
        "x-ratelimit-reset": f"2026-11-20T{reset}.000Z",
    }


def test_a_fifth_of_a_window_is_kept_for_replies() -> None:
    known = rates.unknown()
    known.learn(READ, headers(61), NOW)
    known.take(READ, NOW, urgent=False)
    known.take(READ, NOW, urgent=False)
    with pytest.raises(RateLimited, match="kept for replies") as raised:
        known.take(READ, NOW, urgent=False)
    assert raised.value.until == NOW + timedelta(minutes=5)
    for _ in range(59):
        known.take(READ, NOW, urgent=True)
    with pytest.raises(RateLimited):
        known.take(READ, NOW, urgent=True)
    known.take(READ, NOW + timedelta(minutes=5), urgent=False)


def test_reading_posting_and_deleting_have_windows_of_their_own() -> None:
    known = rates.unknown()
    known.learn(POST, headers(0), NOW)
    known.learn(DELETE, headers(0, limit=30), NOW)
    known.take(READ, NOW, urgent=False)
    for family in (POST, DELETE):
        with pytest.raises(RateLimited):
            known.take(family, NOW, urgent=True)


def test_answers_that_overtake_each_other_free_no_call() -> None:
    known = rates.unknown()
    known.learn(READ, headers(100), NOW)
    known.learn(READ, headers(102), NOW)
    assert known.pressure(NOW) == pytest.approx(1 + 3 * (2 / 3 - 0.5) / 0.3)
    known.learn(READ, headers(299, reset="12:10:00"), NOW)
    assert known.pressure(NOW) == 1


@pytest.mark.parametrize(
    ("remaining", "stretch"), [(300, 1), (150, 1), (105, 2.5), (60, 4), (30, 4), (0, 4)]
)
def test_we_ask_less_often_as_the_window_empties(
    network: Network, remaining: int, stretch: float
) -> None:
    network.on(MENTIONS, Says(body=[], headers=headers(remaining)))
    now = NOW
    mastodon = channel(network.url, clock=lambda: now)
    assert mastodon.pressure() == 1
    mastodon.fetch("mentions", None)
    assert mastodon.pressure() == pytest.approx(stretch)
    now += timedelta(minutes=6)
    assert mastodon.pressure() == 1


@pytest.mark.parametrize(
    "garbled",
    [{}, headers("many"), headers(5, limit=0), headers(5, limit="-1"), headers(5, reset="11:00:00"),
     {"x-ratelimit-remaining": "0"}, headers("9" * 50)],
)  # fmt: skip
def test_headers_that_tell_nothing_hold_nothing_back(garbled: dict[str, str]) -> None:
    known = rates.unknown()
    known.learn(READ, garbled, NOW)
    known.take(READ, NOW, urgent=False)
    assert known.pressure(NOW) == 1


def test_no_error_ever_tells_the_token(network: Network) -> None:
    said = {"error": f"The access token {TOKEN} is invalid"}
    mastodon = channel(network.url)
    for says in (
        Says(status=401, body=said),
        Says(status=422, body=said),
        Says(status=500, body=said),
    ):
        network.on(MENTIONS, says)
        with pytest.raises(ChannelError) as raised:
            mastodon.fetch("mentions", None)
        assert TOKEN not in str(raised.value) + repr(raised.value)
