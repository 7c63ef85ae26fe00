"""Bluesky over real HTTP: sessions, as few logins as can be, and secrets that stay secret."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.secrets import Redactor
from listener.channels import open_channels
from listener.channels.bluesky import session as bluesky_session
from listener.channels.bluesky.session import Session, SessionFile
from listener.channels.errors import AuthFailed, ChannelError, RateLimited, Refused, Unavailable
from listener.channels.metering import free
from listener.channels.wire import MalformedError
from tests.bluesky_on_loopback import (
    DESCRIBE,
    HANDLE,
    LOGIN,
    ME,
    NOTIFIED,
    NOW,
    PASSWORD,
    PUT,
    RECORDS,
    REFRESH,
    REPLY,
    Sky,
    channel,
    no,
    sky_running,
)
from tests.loopback import Says, payload

WRONG = no(401, "AuthenticationRequired", "Invalid identifier or password")
HOME = "https://pds.example"


@pytest.fixture
def sky() -> Iterator[Sky]:
    with sky_running() as running:
        yield running


def test_one_login_serves_all_calls(sky: Sky) -> None:
    bsky = channel(sky.url)
    for stream in ("notifications", "search", "own"):
        bsky.fetch(stream, None)
    (asked,) = sky.calls(LOGIN)
    assert asked.json == {"identifier": HANDLE, "password": PASSWORD}
    tokens = {a.headers["Authorization"] for a in sky.asked if "Authorization" in a.headers}
    assert tokens == {"Bearer canary-access-1"}


def test_nothing_is_asked_before_it_is_needed(sky: Sky) -> None:
    channel(sky.url)
    assert not sky.asked


def test_an_expired_token_is_renewed_without_a_login(sky: Sky) -> None:
    bsky = channel(sky.url)
    bsky.fetch("notifications", None)
    sky.expire()
    bsky.fetch("notifications", None)
    assert (len(sky.calls(LOGIN)), len(sky.calls(REFRESH))) == (1, 1)
    (asked,) = sky.calls(REFRESH)
    assert asked.headers["Authorization"] == "Bearer canary-refresh-1"
    assert asked.body == ""  # a body where none is expected would be refused


@pytest.mark.parametrize(
    "refusal",
    [
        no(400, "ExpiredToken", "Token has been revoked"),
        no(400, "InvalidToken", "Token could not be verified"),
        no(400, "InvalidRequest", "Could not find user info for account"),
    ],
)
def test_a_session_that_cannot_be_renewed_costs_one_login(sky: Sky, refusal: Says) -> None:
    bsky = channel(sky.url)
    bsky.fetch("notifications", None)
    sky.expire()
    sky.on(REFRESH, refusal)
    bsky.fetch("notifications", None)
    assert len(sky.calls(LOGIN)) == 2


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (no(502, "UpstreamFailure"), Unavailable),
        (Says(reset=True), Unavailable),
        (no(429, "RateLimitExceeded"), RateLimited),
        (no(401, "AccountTakedown", "Account has been taken down"), AuthFailed),
    ],
)
def test_a_server_in_trouble_is_no_reason_to_log_in_again(
    sky: Sky, trouble: Says, error: type[ChannelError]
) -> None:
    bsky = channel(sky.url)
    bsky.fetch("notifications", None)
    sky.expire()
    sky.on(REFRESH, trouble)
    with pytest.raises(error):
        bsky.fetch("notifications", None)
    assert len(sky.calls(LOGIN)) == 1


def test_a_new_token_that_is_refused_as_well_is_a_matter_for_a_human(sky: Sky) -> None:
    sky.on(NOTIFIED, no(400, "ExpiredToken", "Token has expired"))
    with pytest.raises(AuthFailed):
        channel(sky.url).fetch("notifications", None)
    assert len(sky.calls(NOTIFIED)) == 2


def test_threads_that_meet_an_expired_token_renew_it_once(sky: Sky) -> None:
    bsky = channel(sky.url)
    bsky.fetch("own", None)
    sky.expire()
    wrong: list[Exception] = []

    def read() -> None:
        try:
            for _ in range(3):
                bsky.fetch("notifications", None)
        except ChannelError as error:
            wrong.append(error)

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert (len(sky.calls(LOGIN)), len(sky.calls(REFRESH))) == (1, 1)


def test_threads_that_start_together_log_in_once(sky: Sky) -> None:
    bsky = channel(sky.url)
    threads = [threading.Thread(target=bsky.fetch, args=("own", None)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sky.calls(LOGIN)) == 1


def test_logins_that_are_too_many_are_told_until_when(sky: Sky) -> None:
    reset = str(int(NOW.timestamp()) + 284)
    sky.on(LOGIN, no(429, "RateLimitExceeded", "Rate Limit Exceeded", ratelimit_reset=reset))
    with pytest.raises(RateLimited) as limited:
        channel(sky.url).fetch("notifications", None)
    assert (limited.value.until - NOW).total_seconds() == 284
    assert limited.value.scope == "account"


def test_a_wrong_password_says_how_to_get_a_right_one(sky: Sky) -> None:
    with pytest.raises(AuthFailed) as failed:
        channel(sky.url, app_password="wrong-wrong").fetch("notifications", None)
    assert "App passwords" in failed.value.action


def test_a_taken_down_account_is_told_from_a_wrong_password(sky: Sky) -> None:
    """Both are called "Invalid identifier or password" at the login."""
    sky.on(LOGIN, WRONG)
    sky.on(DESCRIBE, no(400, "RepoTakendown", "Repo has been takendown"))
    with pytest.raises(AuthFailed) as failed:
        channel(sky.url).fetch("notifications", None)
    assert "took the account down" in failed.value.action
    assert sky.calls(DESCRIBE)[0].query["repo"] == HANDLE


@pytest.mark.parametrize(
    "silent", [no(400, "RepoNotFound"), no(501, "MethodNotImplemented"), Says(reset=True)]
)
def test_where_nobody_tells_more_the_password_is_to_be_checked(sky: Sky, silent: Says) -> None:
    sky.on(LOGIN, WRONG).on(DESCRIBE, silent)
    with pytest.raises(AuthFailed) as failed:
        channel(sky.url).fetch("notifications", None)
    assert "app_password" in failed.value.action


def test_a_code_by_mail_that_is_asked_for_leads_to_an_app_password(sky: Sky) -> None:
    sky.on(LOGIN, no(401, "AuthFactorTokenRequired", "A sign in code has been sent"))
    with pytest.raises(AuthFailed) as failed:
        channel(sky.url).fetch("notifications", None)
    assert "app password, which needs none" in failed.value.action


@pytest.mark.parametrize(
    "body",
    [{}, [], {"did": ME}, {"did": "x", "accessJwt": "a", "refreshJwt": "b"}],
)
def test_a_login_that_says_nothing_usable_is_no_login(sky: Sky, body: object) -> None:
    sky.on(LOGIN, Says(body=body))
    with pytest.raises(Unavailable):
        channel(sky.url).fetch("notifications", None)


def test_everything_but_the_login_goes_to_the_account_s_own_server(sky: Sky) -> None:
    with sky_running() as home:
        body = payload("bluesky/session.json")
        body["didDoc"]["service"][0]["serviceEndpoint"] = home.url
        home.tokens.add(body["accessJwt"])
        sky.on(LOGIN, body)
        bsky = channel(sky.url)
        bsky.fetch("notifications", None)
        home.expire()
        bsky.fetch("own", None)
        assert {asked.path for asked in sky.asked} == {LOGIN.split()[1]}
        assert home.calls(NOTIFIED)
        assert home.calls(RECORDS)


@pytest.mark.parametrize(
    ("endpoint", "told"),
    [
        (HOME, True),
        (f"{HOME}/", True),
        ("http://pds.example", False),
        ("https://user@pds.example", False),
        ("https://pds.example/elsewhere", False),
        ("ftp://pds.example", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_our_token_is_told_to_a_safe_address_alone(endpoint: str, told: bool) -> None:
    body = payload("bluesky/session.json")
    body["didDoc"]["service"][0]["serviceEndpoint"] = endpoint
    session = bluesky_session.read(body, api_url="https://bsky.social")
    assert session.pds == (HOME if told else "https://bsky.social")


def test_a_renewal_that_names_no_server_stays_where_it_was() -> None:
    body = {key: value for key, value in payload("bluesky/session.json").items() if key != "didDoc"}
    session = bluesky_session.read(body, api_url="https://bsky.social", pds=HOME)
    assert session.pds == HOME


@pytest.mark.parametrize("token", ["", None, "two words", "line\nbreak", "ż"])
def test_a_token_that_cannot_be_one_is_refused(token: object) -> None:
    with pytest.raises(MalformedError):
        bluesky_session.read(
            {**payload("bluesky/session.json"), "accessJwt": token}, api_url="https://x"
        )


def test_a_kept_session_saves_the_login_of_the_next_start(sky: Sky, tmp_path: Path) -> None:
    path = tmp_path / "state" / "bluesky.session"
    channel(sky.url, session_file=str(path)).fetch("own", None)
    channel(sky.url, session_file=str(path)).fetch("notifications", None)
    assert len(sky.calls(LOGIN)) == 1
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["bluesky.session"]


def test_a_start_needs_no_login_where_the_folder_of_our_data_is_known(
    sky: Sky, tmp_path: Path
) -> None:
    table = {"handle": HANDLE, "app_password": PASSWORD, "api_url": sky.url}
    tables = {"bluesky": table, "shop": {**table, "kind": "bluesky", "session_file": "-"}}
    for _ in range(3):
        opened = open_channels(
            tables,
            source="bot.toml",
            redactor=Redactor(),
            clock=lambda: NOW,
            meter=free,
            folder=tmp_path,
        )
        opened["bluesky"].fetch("own", None)
    assert len(sky.calls(LOGIN)) == 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["bluesky.session"]
    opened["shop"].fetch("own", None)
    assert len(sky.calls(LOGIN)) == 2
    assert [entry.name for entry in tmp_path.iterdir()] == ["bluesky.session"]


def test_a_renewed_session_is_kept_as_well(sky: Sky, tmp_path: Path) -> None:
    path = tmp_path / "bluesky.session"
    bsky = channel(sky.url, session_file=str(path))
    bsky.fetch("notifications", None)
    sky.expire()
    bsky.fetch("notifications", None)
    assert json.loads(path.read_text())["refresh"] == "canary-refresh-2"


def test_a_session_another_process_renewed_is_taken_over(sky: Sky, tmp_path: Path) -> None:
    path = str(tmp_path / "bluesky.session")
    one, other = channel(sky.url, session_file=path), channel(sky.url, session_file=path)
    one.fetch("notifications", None)
    other.fetch("notifications", None)
    sky.expire()
    one.fetch("notifications", None)
    other.fetch("notifications", None)
    assert (len(sky.calls(LOGIN)), len(sky.calls(REFRESH))) == (1, 1)


GOOD = {
    "api_url": "https://bsky.social",
    "account": HANDLE,
    "did": ME,
    "handle": HANDLE,
    "pds": HOME,
    "access": "canary-access",
    "refresh": "canary-refresh",
}


def kept(tmp_path: Path, text: str, mode: int = 0o600) -> SessionFile:
    path = tmp_path / "bluesky.session"
    path.write_text(text)
    path.chmod(mode)
    return SessionFile(path=path, api_url="https://bsky.social", handle=HANDLE)


def test_a_kept_session_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = kept(tmp_path, json.dumps(GOOD))
    session = file.load()
    assert session is not None
    file.save(session)
    assert json.loads(file.path.read_text()) == GOOD
    assert file.load() == session
    assert "canary" not in repr(session)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        json.dumps({**GOOD, "account": "somebody.else"}),
        json.dumps({**GOOD, "api_url": "https://elsewhere"}),
        json.dumps({**GOOD, "access": 5}),
        json.dumps({**GOOD, "did": "x"}),
        json.dumps({**GOOD, "pds": "file:///etc"}),
        json.dumps({}),
    ],
)
def test_a_broken_file_is_passed_over_with_a_word_in_the_log(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert kept(tmp_path, text).load() is None
    assert "bluesky.session" in caplog.text
    assert "canary" not in caplog.text


def test_a_file_that_others_may_read_is_not_trusted(tmp_path: Path) -> None:
    assert kept(tmp_path, json.dumps(GOOD), 0o644).load() is None


def test_a_file_that_is_not_there_is_no_matter(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = SessionFile(path=tmp_path / "none", api_url="https://x", handle=HANDLE)
    assert file.load() is None
    assert not caplog.records


def test_a_file_that_cannot_be_written_costs_a_line_of_the_log_and_no_more(
    sky: Sky, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "bluesky.session"
    folder.mkdir()
    bsky = channel(sky.url, session_file=str(folder))
    assert bsky.fetch("notifications", None)
    assert "cannot be written" in caplog.text
    assert list(tmp_path.iterdir()) == [folder]


def test_a_file_of_before_gives_way_to_the_new_one_in_one_step(tmp_path: Path) -> None:
    file = kept(tmp_path, "broken", 0o644)
    file.save(Session(did=ME, handle=HANDLE, pds=HOME, access="a", refresh="b"))
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert file.load() is not None


JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlLWNhbmFyeQ"


def test_secrets_stand_in_no_error_and_no_log_even_at_debug(
    sky: Sky, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    echo = no(400, "InvalidRequest", f"token {JWT} of {PASSWORD} is not known")
    sky.say("hello", rkey="3n2va4ch47s2o")
    sky.on(PUT, echo, Says(reset=True))
    bsky = channel(sky.url, redactor=Redactor(), session_file=str(tmp_path / "s"))
    for _ in range(2):
        with pytest.raises(ChannelError) as error:
            bsky.post(REPLY)
        told = f"{error.value}{error.value!r}{error.value.__context__!r}"
        assert "canary" not in told
        assert JWT not in told
    assert "canary" not in repr(bsky.options)
    assert "canary" not in caplog.text
    assert all("canary" not in f"{asked.path}{asked.query}" for asked in sky.asked)


def test_a_refused_renewal_is_told_without_its_tokens(
    sky: Sky, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    bsky = channel(sky.url)
    bsky.fetch("notifications", None)
    sky.expire()
    sky.on(REFRESH, no(400, "InvalidToken", f"{JWT} could not be verified"))
    bsky.fetch("notifications", None)
    assert JWT not in caplog.text
    assert "log in anew" in caplog.text


def test_a_login_the_server_does_not_understand_is_told_as_such(sky: Sky) -> None:
    sky.on(LOGIN, no(400, "InvalidRequest", "Input/identifier must be a string"))
    with pytest.raises(Refused):
        channel(sky.url).fetch("own", None)
