from __future__ import annotations

from pathlib import Path

import pytest

from config import secrets
from config.errors import ConfigError
from config.secrets import MASK, Redactor


def test_a_registered_secret_never_survives_masking() -> None:
    redactor = Redactor()
    redactor.add("s3cr3t-value")
    assert redactor.mask("got s3cr3t-value from s3cr3t-value") == f"got {MASK} from {MASK}"


def test_a_short_value_is_not_masked_because_it_would_blank_out_words() -> None:
    redactor = Redactor()
    redactor.add("it", "")
    assert redactor.mask("it is fine") == "it is fine"


@pytest.mark.parametrize(
    "text",
    [
        "https://graph.facebook.com/v26.0/me?access_token=EAABwzLixnjY&fields=id",
        "Authorization: Bearer AAAAAAAAAAAAAAAAAAAAAMLheAAA",
        '{"client_secret": "EAABwzLixnjY"}',
        "appsecret_proof=EAABwzLixnjY",
        "/debug_token?input_token=EAABwzLixnjY",
    ],
)
def test_what_looks_like_a_credential_is_masked_even_if_nobody_registered_it(text: str) -> None:
    masked = Redactor().mask(text)
    assert MASK in masked
    assert "EAAB" not in masked
    assert "AAAAAAAA" not in masked


JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJkaWQ6cGxjOjEifQ.c2lnbmF0dXJl_-x"


@pytest.mark.parametrize(
    "text",
    [
        f"token {JWT} expired",
        f'{{"accessJwt":"{JWT}"}}',
        f"{JWT}.a.b",
        f"({JWT.rpartition('.')[0]})",
    ],
)
def test_a_token_with_a_session_in_it_is_masked_wherever_it_stands(text: str) -> None:
    masked = Redactor().mask(text)
    assert MASK in masked
    assert not any(part in masked for part in JWT.split("."))


@pytest.mark.parametrize("text", ["eyJhbGciOiJIUzI1NiJ9", "greyJack.example.com", "heyJude.mp3"])
def test_what_only_begins_like_a_token_is_left_alone(text: str) -> None:
    assert Redactor().mask(text) == text


def test_a_secret_can_come_from_a_private_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("abc123\n")
    file.chmod(0o600)
    assert secrets.resolve(f"file:{file}", where="bot.toml", key="channels.x.token") == "abc123"


def test_a_secret_file_others_may_read_is_refused_with_the_command_that_mends_it(
    tmp_path: Path,
) -> None:
    file = tmp_path / "token"
    file.write_text("abc123")
    file.chmod(0o644)
    with pytest.raises(ConfigError, match=r"chmod 600"):
        secrets.resolve(f"file:{file}", where="bot.toml", key="channels.x.token")


def test_a_missing_secret_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nothing-here"):
        secrets.resolve(f"file:{tmp_path}/nothing-here", where="bot.toml", key="k")
