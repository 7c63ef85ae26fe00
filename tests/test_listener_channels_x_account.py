"""X over real HTTP: settings, secrets, signatures and the check of the account."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from oauthlib.oauth1 import RequestValidator, SignatureOnlyEndpoint

from config.errors import ConfigError
from config.secrets import Redactor
from listener.channels import open_channels
from listener.channels.errors import ChannelError
from listener.channels.metering import free
from tests.loopback import Network, Says, free_port, payload
from tests.x_on_loopback import MENTIONS, NOW, REPLY, SECRETS, channel, page, x_running


@pytest.fixture
def network() -> Iterator[Network]:
    with x_running() as running:
        yield running


@pytest.mark.parametrize(
    ("level", "problems"), [("read", 1), ("read-write", 0), ("read-write-directmessages", 0)]
)
def test_check_sees_whether_we_may_write(network: Network, level: str, problems: int) -> None:
    now = format_datetime(NOW, usegmt=True)
    says = Says(body=payload("x/me.json"), headers={"x-access-level": level, "Date": now})
    report = _with_date(network, says)
    assert len([line for line in report.problems if line.startswith("Read only")]) == problems
    assert report.account == "Larix Outdoor (@larixoutdoor)"
    assert report.permissions[0] == "read"


def _with_date(network: Network, says: Says) -> Any:
    network.on("GET /2/users/me", says)
    return channel(network.url).check()


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, ""), (30, ""), (-30, ""), (31, "31 s behind"), (-90, "90 s ahead")],
)
def test_check_sees_a_clock_that_is_off(network: Network, seconds: int, told: str) -> None:
    date = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    report = _with_date(network, Says(body=payload("x/me.json"), headers={"Date": date}))
    assert [told in problem for problem in report.problems] == ([True] if told else [])


def test_the_clocks_are_compared_with_every_answer(network: Network) -> None:
    ahead = {"Date": format_datetime(NOW + timedelta(minutes=2), usegmt=True)}
    network.on(MENTIONS, Says(body=page("9"), headers=ahead))
    x = channel(network.url)
    assert x.clock_apart() == timedelta()
    x.fetch("mentions", None)
    assert x.clock_apart() == timedelta(minutes=2)


def test_check_warns_before_the_monthly_cap(network: Network) -> None:
    network.on("GET /2/usage/tweets", payload("x/usage.json"))
    report = channel(network.url, bearer_token="canary-bearer").check()
    assert any("1900000 of 2000000" in line for line in report.problems)
    assert (
        network.calls("GET /2/usage/tweets")[0].headers["Authorization"] == "Bearer canary-bearer"
    )


def test_check_raises_nothing(network: Network) -> None:
    network.on("GET /2/users/me", Says(status=401))
    assert channel(network.url).check().problems
    assert channel(f"http://127.0.0.1:{free_port()}").check().problems


@pytest.mark.parametrize("key", SECRETS)
def test_a_missing_secret_is_one_line_that_names_it(key: str) -> None:
    table = {name: value for name, value in SECRETS.items() if name != key}
    with pytest.raises(ConfigError) as error:
        open_channels(
            {"x": table}, source="bot.toml", redactor=Redactor(), clock=lambda: NOW, meter=free
        )
    assert f"bot.toml: channels.x.{key}: is missing" in str(error.value)
    assert f"BOT__CHANNELS__X__{key.upper()}" in str(error.value)


@pytest.mark.parametrize(
    "wrong", [{"querys": []}, {"queries": ["a" * 600]}, {"api_url": "ftp://x"}, {"text_limit": 0}]
)
def test_a_wrong_option_is_one_line_without_the_secrets(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as error:
        channel("https://api.x.com", **wrong)
    assert f"channels.x.{next(iter(wrong))}" in str(error.value)
    assert "canary" not in str(error.value)


def test_a_query_too_long_is_told_the_true_limit_and_why() -> None:
    handle, limit = "a" * 15, 512
    fits = "q" * (limit - len(f"() -from:{handle}"))
    assert channel("https://api.x.com", queries=[fits]).options.queries == (fits,)
    with pytest.raises(ConfigError) as error:
        channel("https://api.x.com", queries=[fits + "q"])
    assert f"at most {len(fits)} characters: X allows 512 and we add (...) -from:" in str(
        error.value
    )


def test_nobody_is_sent_to_an_address_that_is_not_ours(network: Network) -> None:
    network.on(MENTIONS, page())
    channel(network.url).fetch("mentions", None)
    agents = {asked.headers["User-Agent"] for asked in network.asked}
    assert agents == {"Antiphon/0.1 (social listening and reply bot)"}


def test_queries_may_come_from_the_environment_as_json() -> None:
    assert channel("http://127.0.0.1:1", queries='["larix"]').options.queries == ("larix",)


def test_secrets_stand_in_no_error_and_no_log_even_at_debug(
    network: Network, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    echo = {"title": "no", "detail": f"token {SECRETS['access_token']} is not known"}
    network.on("POST /2/tweets", Says(status=400, body=echo), Says(reset=True))
    x = channel(network.url)
    for _ in range(2):
        with pytest.raises(ChannelError) as error:
            x.post(REPLY)
        assert "canary" not in f"{error.value}{error.value!r}"
    assert "canary" not in repr(x.options)
    assert "canary" not in caplog.text


def test_the_signature_is_valid_for_the_host_that_really_answers(network: Network) -> None:
    network.on("POST /2/tweets", Says(status=201, body=payload("x/created.json")))
    network.on(MENTIONS, page())
    x = channel(network.url)
    x.post(REPLY)
    x.fetch("mentions", None)
    endpoint = SignatureOnlyEndpoint(_Validator())
    for asked in network.asked:
        query = "&".join(f"{key}={value}" for key, value in asked.query.items())
        url = network.url + asked.path + (f"?{query}" if query else "")
        signed = {"Authorization": asked.headers["Authorization"]}
        assert endpoint.validate_request(url, asked.method, None, signed)[0]


class _Validator(RequestValidator):
    enforce_ssl = False
    client_key_length = nonce_length = (1, 100)
    access_token_length = request_token_length = (1, 100)
    timestamp_lifetime = 10**10

    def check_client_key(self, client_key: str) -> bool:
        return client_key == SECRETS["consumer_key"]

    def check_nonce(self, nonce: str) -> bool:
        return True

    def check_access_token(self, token: str) -> bool:
        return token == SECRETS["access_token"]

    def get_client_secret(self, client_key: str, request: Any) -> str:
        return SECRETS["consumer_secret"]

    def get_access_token_secret(self, client_key: str, token: str, request: Any) -> str:
        return SECRETS["access_token_secret"]

    def validate_client_key(self, client_key: str, request: Any) -> bool:
        return True

    def validate_timestamp_and_nonce(self, *_: Any, **__: Any) -> bool:
        return True


def test_threads_do_not_share_a_session(network: Network) -> None:
    network.on(MENTIONS, page("9"))
    x, wrong = channel(network.url), []

    def read() -> None:
        for _ in range(5):
            if [item.external_id for item in x.fetch("mentions", None).items] != ["9"]:
                wrong.append(1)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(network.calls(MENTIONS)) == 20
