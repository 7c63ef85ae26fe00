"""Mastodon over real HTTP: opening, checking, and how it is asked."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import requests

from config.errors import ConfigError
from config.http import ChannelSession
from config.secrets import Redactor
from listener.channels.errors import AuthFailed, Unavailable
from listener.channels.mastodon.channel import open_channel
from listener.channels.mastodon.client import MastodonClient
from listener.channels.mastodon.options import MastodonOptions
from listener.channels.metering import free
from tests.loopback import BOMB, Network, Says, free_port
from tests.mastodon_on_loopback import (
    ACCOUNT,
    MENTIONS,
    NOW,
    PAGE_404,
    TOKEN,
    WHO,
    channel,
    mastodon_running,
    page,
    recorded,
)
from tests.patience import PATIENCE

APP = "GET /api/v1/apps/verify_credentials"
POLICY = "GET /api/v2/notifications/policy"
OPEN = dict.fromkeys(
    ("for_not_following", "for_not_followers", "for_new_accounts", "for_private_mentions"), "accept"
)


@pytest.fixture
def network() -> Iterator[Network]:
    with mastodon_running() as running:
        yield running.on(APP, {"scopes": ["read", "write:statuses"]}).on(POLICY, OPEN)


def refused(table: dict[str, Any]) -> ConfigError:
    with pytest.raises(ConfigError) as raised:
        open_channel(
            "mastodon",
            table,
            source="bot.toml",
            redactor=Redactor(),
            clock=lambda: NOW,
            meter=free,
        )
    return raised.value


# Opening


def test_opening_asks_nothing_and_needs_a_token_alone(network: Network) -> None:
    mastodon = channel(network.url)
    assert (mastodon.name, mastodon.options.kind) == ("mastodon", "mastodon")
    assert mastodon.declaration.label == "Mastodon"
    assert network.asked == []
    assert MastodonOptions(kind="mastodon").api_url == "https://mastodon.social"


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ({}, "channels.mastodon.access_token"),
        ({"access_token": ""}, "channels.mastodon.access_token"),
        ({"access_token": "x", "api_url": "mastodon.social"}, "channels.mastodon.api_url"),
        ({"access_token": "x", "queries": ["#two words"]}, "channels.mastodon.queries"),
        ({"access_token": "x", "queries": ["#a/b"]}, "channels.mastodon.queries"),
        ({"access_token": "x", "queries": [""]}, "channels.mastodon.queries"),
        ({"access_token": "x", "bearer_token": "y"}, "channels.mastodon.bearer_token"),
    ],
)
def test_a_mistake_in_the_table_names_its_key(table: dict[str, Any], key: str) -> None:
    assert refused(table).key.startswith(key)


def test_a_list_of_queries_may_stand_in_the_environment() -> None:
    options = MastodonOptions.model_validate(
        {"kind": "mastodon", "queries": '["#larix", "acme store", "#été_2026"]'}
    )
    assert (options.tags, options.words) == (("larix", "été_2026"), ("acme store",))


def test_a_token_that_is_the_name_of_a_file_is_still_a_token(
    network: Network, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mastodon.py would open it, and take the address of the server from it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "abc").write_text("other-token\nhttp://127.0.0.1:1\n")
    network.on(MENTIONS, Says(body=[]))
    channel(network.url, access_token="abc").fetch("mentions", None)
    assert network.calls(MENTIONS)[0].headers["Authorization"] == "Bearer abc"


def test_a_reply_takes_two_calls_and_the_doubt_lasts_for_both() -> None:
    options = MastodonOptions(kind="mastodon", request_timeout_seconds=20, read_lag_seconds=10)
    assert options.doubt == timedelta(seconds=2 * 25 + 10)


# How it is asked


def test_every_call_goes_through_our_session_and_its_deadline(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    timeouts = []
    real = ChannelSession.request

    def noted(self: ChannelSession, *args: Any, **options: Any) -> requests.Response:
        timeouts.append(options.get("timeout"))
        return real(self, *args, **options)

    monkeypatch.setattr(ChannelSession, "request", noted)
    network.on(MENTIONS, page(999, 990), Says(body=[]))
    channel(network.url).fetch("mentions", None)
    assert timeouts == [None, None, None], "the library's own 300 seconds are not passed on"


def test_a_server_that_keeps_us_waiting_is_left_in_time(network: Network) -> None:
    network.on(WHO, Says(body=ACCOUNT, seconds=0.8))
    with pytest.raises(Unavailable, match="ReadTimeout"):
        channel(network.url, request_timeout_seconds=0.2).fetch("own", None)
    assert len(network.calls(WHO)) == 1


def test_an_answer_without_end_is_not_read(network: Network) -> None:
    network.on(MENTIONS, BOMB)
    with pytest.raises(Unavailable):
        channel(network.url).fetch("mentions", None)


def test_where_nobody_listens_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        channel(f"http://127.0.0.1:{free_port()}").fetch("mentions", None)


@pytest.mark.parametrize("says", [Says(status=429), Says(status=503), Says(reset=True)])
def test_nothing_is_ever_asked_twice_by_itself(network: Network, says: Says) -> None:
    network.on(WHO, says)
    with pytest.raises(Exception, match=r"\w"):
        channel(network.url).fetch("own", None)
    assert len(network.calls(WHO)) == 1


def test_after_a_failure_the_answer_before_it_is_not_taken_for_the_next(network: Network) -> None:
    network.on(MENTIONS, page(999, 990), Says(reset=True))
    mastodon = channel(network.url)
    first = mastodon.fetch("mentions", None)
    with pytest.raises(Unavailable):
        mastodon.fetch("mentions", first.position)


def test_a_fault_of_our_own_is_not_taken_for_one_of_the_server(network: Network) -> None:
    client = MastodonClient(
        api_url=network.url,
        token=TOKEN,
        read_timeout=PATIENCE,
        redactor=Redactor(),
        clock=lambda: NOW,
    )
    client.item(lambda api: api.account_verify_credentials())

    def wrong(_api: object) -> object:
        raise LookupError("ours")

    with pytest.raises(LookupError):
        client.item(wrong)
    with pytest.raises(ValueError, match="visibility"):
        client.post(lambda api: api.status_post("x", visibility="nobody"))


def test_no_redirect_is_followed(network: Network) -> None:
    network.on(WHO, Says(status=302, headers={"Location": f"{network.url}/elsewhere"}))
    with pytest.raises(Unavailable, match="api_url"):
        channel(network.url).fetch("own", None)
    assert len(network.asked) == 1


def test_many_threads_may_ask_at_once(network: Network) -> None:
    network.on(MENTIONS, page(999, 960))
    mastodon = channel(network.url)
    heard: list[int] = []

    def work() -> None:
        for _ in range(5):
            heard.append(len(mastodon.fetch("mentions", None).items))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == [40] * 30


def test_the_token_stands_in_no_log_whatever_its_level(
    network: Network, caplog: pytest.LogCaptureFixture
) -> None:
    network.on(MENTIONS, page(999, 990), Says(status=500))
    mastodon = channel(network.url)
    with caplog.at_level(logging.DEBUG):
        first = mastodon.fetch("mentions", None)
        with pytest.raises(Unavailable):
            mastodon.fetch("mentions", first.position)
    assert TOKEN not in caplog.text
    assert TOKEN not in repr(mastodon) + repr(mastodon.options)


# Checking


def test_a_good_account_has_no_problems(network: Network) -> None:
    report = channel(network.url, auto_reply=True, queries=["#larix"]).check()
    assert report.account == "Larix Outdoor (@larix@social.example)"
    assert report.permissions == ("read", "write:statuses")
    assert report.problems == ()
    assert report.token_days_left is None


def test_who_answers_by_itself_must_be_marked_as_automated(network: Network) -> None:
    network.on(WHO, {**ACCOUNT, "bot": False})
    (problem,) = channel(network.url, auto_reply=True).check().problems
    assert "marked as automated" in problem
    assert "settings" in problem
    assert channel(network.url).check().problems == ()


def test_scopes_that_are_missing_are_named_with_the_fix(network: Network) -> None:
    network.on(APP, {"scopes": ["read:accounts", "read:statuses", "profile"]})
    first, second, third = channel(network.url, queries=["larix"]).check().problems
    assert "lacks read:notifications" in first
    assert "lacks read:search" in second
    assert "lacks write:statuses" in third
    assert all("new access_token" in problem for problem in (first, second, third))
    assert len(channel(network.url).check().problems) == 2, "who searches nothing needs no search"


def test_what_the_account_throws_away_unheard_is_told(network: Network) -> None:
    network.on(POLICY, {**OPEN, "for_private_mentions": "drop", "for_new_accounts": "filter"})
    (problem,) = channel(network.url).check().problems
    assert "private mentions" in problem
    assert "Filter or Accept" in problem


@pytest.mark.parametrize(
    "says",
    [PAGE_404, Says(body=b"<!DOCTYPE html><html>Welcome</html>"), Says(body={"hello": "world"})],
)
def test_where_no_mastodon_is_the_address_is_to_be_set_right(network: Network, says: Says) -> None:
    network.on(WHO, says)
    report = channel(network.url).check()
    assert report.account == ""
    (problem,) = report.problems
    assert "api_url" in problem


def test_a_redirect_is_told_as_a_wrong_address(network: Network) -> None:
    network.on(WHO, Says(status=301, headers={"Location": "https://elsewhere.example/"}))
    (problem,) = channel(network.url).check().problems
    assert "api_url" in problem


def test_a_server_that_is_away_is_not_told_as_a_wrong_address(network: Network) -> None:
    network.on(WHO, Says(status=503))
    (problem,) = channel(network.url).check().problems
    assert "api_url" not in problem


@pytest.mark.parametrize(
    "says",
    [
        Says(status=401, body={"error": "The access token is invalid"}),
        Says(status=422, body=b"", headers={"Content-Type": "text/html"}),
        Says(status=403, body={"error": "Your login is currently disabled"}),
    ],
)
def test_a_token_nobody_knows_is_told_with_the_fix(network: Network, says: Says) -> None:
    """snac 2.75 answers 422 without a word."""
    network.on(WHO, says)
    (problem,) = channel(network.url).check().problems
    assert "new access_token" in problem
    with pytest.raises(AuthFailed):
        channel(network.url).fetch("mentions", None)


@pytest.mark.parametrize("server", ["snac", "mock"])
def test_what_a_server_does_not_say_is_no_problem(network: Network, server: str) -> None:
    """snac knows neither scopes nor a policy; the mock says that a good token is none there."""
    network.on(WHO, recorded(server)["me"])
    silent = PAGE_404 if server == "snac" else Says(status=401, body=recorded("mock")["app"])
    network.on(APP, silent).on(POLICY, silent)
    report = channel(network.url).check()
    assert report.problems == ()
    assert report.permissions == ()
    assert report.account.startswith("acmecare (@acmecare@localhost:")


def test_clocks_that_are_apart_are_told(network: Network) -> None:
    ahead = {"Date": format_datetime(NOW + timedelta(minutes=10), usegmt=True)}
    network.on(WHO, Says(body=ACCOUNT, headers=ahead)).on(APP, Says(body={}, headers=ahead))
    network.on(POLICY, Says(body={}, headers=ahead))
    mastodon = channel(network.url)
    (problem,) = mastodon.check().problems
    assert "our clock is 600 s behind" in problem


def test_a_check_also_learns_the_length(network: Network) -> None:
    mastodon = channel(network.url)
    network.on("GET /api/v2/instance/", recorded("mock")["instance v2"])
    mastodon.check()
    assert mastodon.declaration.text_limit == 468
    assert len(network.calls("GET /api/v2/instance/")) == 1


def test_what_it_declares_is_fit_to_be_read(network: Network) -> None:
    declared = channel(network.url).declaration
    assert declared.allowances
    assert all(line and not line.endswith(".") for line in declared.allowances)
    assert (declared.prices_checked, declared.fees) == (None, ())
    assert json.dumps(declared.streams)
