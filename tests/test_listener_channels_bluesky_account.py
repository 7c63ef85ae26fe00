"""Bluesky over real HTTP: settings, the check of the account, and limits it tells of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from config.errors import ConfigError
from config.settings import ROOT
from listener.channels.errors import RateLimited
from tests.bluesky_on_loopback import (
    HANDLE,
    LOGIN,
    ME,
    NOTIFIED,
    NOW,
    PASSWORD,
    PROFILE,
    PUT,
    REPLY,
    STATUS,
    Sky,
    channel,
    no,
    sky_running,
)
from tests.loopback import Says, free_port, payload


@pytest.fixture
def sky() -> Iterator[Sky]:
    with sky_running() as running:
        yield running


def test_check_says_who_we_are(sky: Sky) -> None:
    report = channel(sky.url).check()
    assert report.account == f"acme-care (@{HANDLE})"
    assert report.problems == ()
    assert sky.calls(STATUS)[0].query == {"did": ME}


def test_check_raises_nothing(sky: Sky) -> None:
    sky.on(LOGIN, no(500, "InternalServerError"))
    assert channel(sky.url).check().problems
    assert channel(f"http://127.0.0.1:{free_port()}").check().problems


def test_check_sees_a_takedown_behind_a_token_that_still_reads(sky: Sky) -> None:
    bsky = channel(sky.url)
    bsky.fetch("notifications", None)
    sky.on(STATUS, {"did": ME, "active": False, "status": "takendown"})
    sky.on(PROFILE, no(400, "AccountTakedown", "Account has been suspended"))
    (problem,) = bsky.check().problems
    assert "took the account down" in problem
    assert bsky.fetch("notifications", None).items == ()  # listening goes on


def test_check_needs_no_server_that_tells_the_standing_of_accounts(sky: Sky) -> None:
    sky.on(STATUS, no(501, "MethodNotImplemented"))
    assert channel(sky.url).check().problems == ()


def test_check_tells_that_nothing_can_be_read_now(sky: Sky) -> None:
    sky.on(PROFILE, no(502, "UpstreamFailure", "Upstream service unreachable"))
    report = channel(sky.url).check()
    assert report.account == f"{HANDLE} (@{HANDLE})"
    assert ["UpstreamFailure" in problem for problem in report.problems] == [True]


@pytest.mark.parametrize(
    ("handle", "told"), [("acme.new.test", "set handle"), ("handle.invalid", "DNS")]
)
def test_check_sees_that_the_account_changed_its_name(sky: Sky, handle: str, told: str) -> None:
    session = {**payload("bluesky/session.json"), "handle": handle}
    session["didDoc"]["service"][0]["serviceEndpoint"] = sky.url
    sky.tokens.add(session["accessJwt"])
    sky.on(LOGIN, session).on(PROFILE, {**payload("bluesky/profile.json"), "handle": handle})
    (problem,) = channel(sky.url).check().problems
    assert told in problem


def test_a_handle_is_taken_as_people_write_it(sky: Sky) -> None:
    assert channel(sky.url, handle=f" @{HANDLE.upper()}").check().problems == ()
    assert sky.calls(LOGIN)[0].json["identifier"] == HANDLE


@pytest.mark.parametrize(
    ("seconds", "told"), [(0, ""), (30, ""), (31, "31 s behind"), (-90, "90 s ahead")]
)
def test_check_sees_a_clock_that_is_off(sky: Sky, seconds: int, told: str) -> None:
    sky.now = NOW + timedelta(seconds=seconds)
    bsky = channel(sky.url)
    assert [told in problem for problem in bsky.check().problems] == ([True] if told else [])
    assert bsky.clock_apart() == timedelta(seconds=seconds)


def test_our_clock_is_the_network_s_where_it_does_not_say(sky: Sky) -> None:
    sky.on(NOTIFIED, Says(body={"notifications": []}, headers={"Date": "yesterday"}))
    bsky = channel(sky.url)
    assert bsky.clock_apart() == timedelta()
    bsky.fetch("notifications", None)
    assert bsky.clock_apart() == timedelta()


@pytest.mark.parametrize("key", ["handle", "app_password"])
def test_a_missing_key_is_one_line_that_names_it(key: str) -> None:
    table: dict[str, Any] = {key: ""}
    with pytest.raises(ConfigError) as error:
        channel("https://bsky.social", **table)
    assert f"bot.toml: channels.bluesky.{key}: is missing" in str(error.value)
    assert f"BOT__CHANNELS__BLUESKY__{key.upper()}" in str(error.value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"querys": []},
        {"queries": [""]},
        {"handle": "acme"},
        {"handle": "acme@example.com"},
        {"api_url": "bsky.social"},
        {"session_file": 5},
    ],
)
def test_a_wrong_option_is_one_line_without_the_secrets(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as error:
        channel("https://bsky.social", **wrong)
    assert f"channels.bluesky.{next(iter(wrong))}" in str(error.value)
    assert "canary" not in str(error.value)


def test_the_password_may_stand_in_a_file(sky: Sky, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text(f"{PASSWORD}\n")
    secret.chmod(0o600)
    channel(sky.url, app_password=f"file:{secret}").fetch("own", None)
    assert sky.calls(LOGIN)[0].json["password"] == PASSWORD


def test_queries_may_come_from_the_environment_as_json() -> None:
    assert channel("http://127.0.0.1:1", queries='["larix"]').options.queries == ("larix",)


def test_a_relative_session_file_lies_in_the_program_s_folder() -> None:
    options = channel("http://127.0.0.1:1", session_file="data/bluesky.session").options
    kept = options.kept("bluesky", Path("/elsewhere"))
    assert kept is not None
    assert kept.path == ROOT / "data" / "bluesky.session"


def test_without_a_session_file_the_session_is_kept_where_our_data_is(tmp_path: Path) -> None:
    usual = channel("http://127.0.0.1:1").options
    kept = usual.kept("bluesky", tmp_path)
    assert kept is not None
    assert kept.path == tmp_path / "bluesky.session"
    odd = usual.kept("../shop", tmp_path)
    assert odd is not None
    assert odd.path.parent == tmp_path
    assert usual.kept("bluesky", None) is None
    assert channel("http://127.0.0.1:1", session_file="-").options.kept("bluesky", tmp_path) is None


def test_the_name_of_the_program_is_told(sky: Sky) -> None:
    channel(sky.url).fetch("notifications", None)
    agents = {asked.headers["User-Agent"] for asked in sky.asked}
    assert agents == {"Antiphon/0.1 (social listening and reply bot)"}


def test_a_limit_of_all_calls_stops_reading_and_writing(sky: Sky) -> None:
    reset = str(int(NOW.timestamp()) + 120)
    limit = no(429, "RateLimitExceeded", ratelimit_reset=reset, ratelimit_policy="3000;w=300")
    sky.say("hello", rkey="3n2va4ch47s2o")
    for path in (NOTIFIED, PUT):
        sky.on(path, limit)
    bsky = channel(sky.url)
    with pytest.raises(RateLimited) as read:
        bsky.fetch("notifications", None)
    with pytest.raises(RateLimited) as write:
        bsky.post(REPLY)
    assert {read.value.scope, write.value.scope} == {"account"}
    assert read.value.until == NOW + timedelta(seconds=120)


def test_a_limit_of_new_records_stops_writing_alone(sky: Sky) -> None:
    sky.say("hello", rkey="3n2va4ch47s2o")
    sky.on(PUT, no(429, "RateLimitExceeded", retry_after="3437", ratelimit_policy="5000;w=3600"))
    bsky = channel(sky.url)
    with pytest.raises(RateLimited) as limited:
        bsky.post(REPLY)
    assert (limited.value.scope, limited.value.until) == ("call", NOW + timedelta(seconds=3437))
    assert bsky.fetch("notifications", None)


def test_limits_without_a_word_are_waited_for_ever_longer(sky: Sky) -> None:
    sky.on(NOTIFIED, no(429, "RateLimitExceeded"))
    bsky, waits = channel(sky.url), []
    for _ in range(3):
        with pytest.raises(RateLimited) as limited:
            bsky.fetch("notifications", None)
        waits.append((limited.value.until - NOW).total_seconds())
    assert waits == [60, 120, 240]


def test_a_redirect_is_not_followed_with_our_token(sky: Sky) -> None:
    with sky_running() as elsewhere:
        sky.on(NOTIFIED, Says(status=302, body={}, headers={"Location": elsewhere.url}))
        with pytest.raises(Exception, match="302"):
            channel(sky.url).fetch("notifications", None)
        assert not elsewhere.asked


def test_what_the_network_allows_is_declared() -> None:
    declared = channel("http://127.0.0.1:1").declaration
    assert (declared.label, declared.text_limit, declared.counted_in) == (
        "Bluesky",
        300,
        "characters",
    )
    assert any("replies an hour" in line for line in declared.allowances)
    assert declared.links_welcome
