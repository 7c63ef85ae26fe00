from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from config import settings
from config.errors import ConfigError
from config.settings import ROOT


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("BOT__"):
            monkeypatch.delenv(name)


def _load(tmp_path: Path, text: str) -> settings.Settings:
    file = tmp_path / "bot.toml"
    file.write_text(text, encoding="utf-8")
    return settings.load(file)


def test_an_empty_file_gives_the_defaults(tmp_path: Path) -> None:
    loaded = _load(tmp_path, "")
    assert loaded.brand.languages == ("it", "en", "fr", "de", "es", "pl", "el")
    assert loaded.responder.undo_seconds == 8
    assert loaded.channels == {}


def test_the_example_shows_every_key_with_its_default(tmp_path: Path) -> None:
    example = tomllib.loads((ROOT / "config/bot.example.toml").read_text(encoding="utf-8"))
    defaults = settings.Settings().model_dump(mode="json")
    for section in ("brand", "database", "desk", "responder", "model", "alerts"):
        assert example[section] == defaults[section], section


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT__DESK__PORT", "9001")
    monkeypatch.setenv("BOT__BRAND__LANGUAGES", '["pl", "el"]')
    loaded = _load(tmp_path, "[desk]\nport = 8001\n[brand]\nname = 'Larix'")
    assert (loaded.desk.port, loaded.brand.languages) == (9001, ("pl", "el"))
    assert loaded.brand.name == "Larix"


def test_the_file_alone_counts_when_that_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "bot.toml"
    file.write_text("[desk]\nport = 8001\n[channels.x]\napi_url = 'a'", encoding="utf-8")
    monkeypatch.setenv("BOT__DESK__PORT", "9001")
    monkeypatch.setenv("BOT__CHANNELS__X__API_URL", "b")
    monkeypatch.setenv("BOT__BRNAD__NAME", "a typo, but not ours")
    alone = settings.load(file, environment=False)
    assert (alone.desk.port, alone.channels) == (8001, {"x": {"api_url": "a"}})
    monkeypatch.delenv("BOT__BRNAD__NAME")
    both = settings.load(file)
    assert (both.desk.port, both.channels) == (9001, {"x": {"api_url": "b"}})


def test_without_a_file_the_environment_does_not_help_when_it_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT__BRAND__NAME", "Larix")
    with pytest.raises(ConfigError, match="no such file"):
        settings.load(tmp_path / "none.toml", environment=False)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite+pysqlite://",
        "sqlite:///file:x?mode=memory&uri=true",
    ],
)
def test_a_database_in_memory_is_refused_because_it_forgets(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigError, match=r"database\.url: .* forget everything .*; use sqlite"):
        _load(tmp_path, f"[database]\nurl = '{url}'")


def test_a_channel_s_secret_can_stand_in_the_environment_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT__CHANNELS__X__ACCESS_TOKEN", "from-outside")
    loaded = _load(tmp_path, "[channels.x]\nkind = 'x'\nconsumer_key = 'k'")
    assert loaded.channels["x"] == {
        "kind": "x",
        "consumer_key": "k",
        "access_token": "from-outside",
    }


def test_without_a_file_the_environment_alone_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT__BRAND__NAME", "Larix")
    assert settings.load(tmp_path / "none.toml").brand.name == "Larix"


def test_without_a_file_and_variables_the_demo_is_offered(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"run_bot\.py demo"):
        settings.load(tmp_path / "none.toml")


def test_secrets_of_channels_are_not_in_the_settings_repr(tmp_path: Path) -> None:
    loaded = _load(tmp_path, "[channels.x]\nconsumer_key = 'canary-value'")
    assert "canary-value" not in repr(loaded)
    assert "canary-value" not in str(loaded)


def test_an_unknown_variable_is_an_error_naming_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT__BRNAD__NAME", "Larix")
    with pytest.raises(ConfigError, match=r"BOT__BRNAD__NAME.*did you mean brand"):
        _load(tmp_path, "")


def test_a_wrong_value_from_the_environment_names_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT__DESK__PORT", "a lot")
    with pytest.raises(ConfigError, match="environment variable BOT__DESK__PORT"):
        _load(tmp_path, "")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[brand]\nnmae = 'x'", "brand.nmae: unknown key; did you mean name?"),
        ("[dekk]\nport = 1", "dekk: unknown key; did you mean desk?"),
        ("[desk]\nport = 'x'", "desk.port"),
        ("[desk]\nport = 70000", "desk.port"),
        ("[brand]\nlanguages = ['it', 'xx']", "unknown language 'xx'; choose from it, en"),
        ("[brand]\nlanguages = []", "brand.languages"),
        ("[brand]\ntimezone = 'Mars/Olympus'", "is no time zone; use a name such as Europe/Rome"),
        ("[database]\nurl = 'no url'", "it is no database URL; use sqlite:///"),
        ("[database]\nurl = 'mysql://x/y'", "mysql is not supported"),
        ("[responder]\nundo_seconds = -1", "responder.undo_seconds"),
        ("channels = 3", "channels"),
        ("[channels]\nx = 3", "channels.x"),
        ("[brand\nname = 'x'", "not valid TOML"),
    ],
)
def test_a_mistake_is_told_in_one_line_with_file_key_and_fix(
    tmp_path: Path, text: str, told: str
) -> None:
    with pytest.raises(ConfigError) as error:
        _load(tmp_path, text)
    line = str(error.value)
    assert told in line
    assert line.startswith(str(tmp_path / "bot.toml"))
    assert "\n" not in line
