"""The settings' screen: everything that is in force, and nothing that is secret."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from config.clock import utcnow
from config.errors import ConfigError
from config.migrate import migrate
from config.secrets import Redactor
from config.settings import DatabaseSettings, Settings, load
from responder import access
from responder.bot import assemble
from responder.desk.app import create_app
from responder.desk.in_force import LABELS, SECTIONS, section_lines
from responder.team.models import Role
from tests.conftest import Visit

CANARY = "c4nary"
FILE = f"""
[brand]
name = "Larix"
staffed_hours = "Mon-Fri 09:00-18:00"
holidays = "DE-BY"

[model]
url = "http://127.0.0.1:9/v1"
name = "small"
key = "{CANARY}-model-key"

[alerts]
urls = [
  "tgram://123456:{CANARY}AbCdEfGhIjKlMnOp/42",
  "mailto://bot:{CANARY}-mail@mail.example",
  "file:/etc/{CANARY}-file",
]

[digests.monday]
when = "Mon 08:00"
urls = ["tgram://123456:{CANARY}AbCdEfGhIjKlMnOp/42"]

[digests.daily]
when = "08:00"

[channels.x]
api_url = "http://{CANARY}-user:{CANARY}-word@127.0.0.1:9/{{}}?token={CANARY}-query"
consumer_key = "{CANARY}-1"
consumer_secret = "{CANARY}-2"
access_token = "{CANARY}-3"
access_token_secret = "{CANARY}-4"
monthly_budget_usd = 42

[channels.shop]
kind = "mastodon"
access_token = "{CANARY}-5"
staffed_hours = "24/7"
"""


def words(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The page of an installation that is full of secrets."""
    file = tmp_path / "bot.toml"
    file.write_text(FILE.replace("{}", ""), encoding="utf-8")
    monkeypatch.setenv("BOT__DATABASE__URL", f"sqlite:///{tmp_path}/bot.db")
    monkeypatch.setenv("BOT__RESPONDER__UNDO_SECONDS", "11")
    bot = assemble(load(file), source=str(file), redactor=Redactor())
    migrate(bot.database, url=f"sqlite:///{tmp_path}/bot.db")
    with TestClient(create_app(bot), base_url="http://127.0.0.1") as client:
        link = access.entry_link(bot.database, name="anna", role=Role.ADMIN, now=utcnow())
        client.get(f"/enter/{link}")
        page = client.get("/settings").text
    bot.database.close()
    return page


def test_no_secret_reaches_the_page(told: str) -> None:
    assert CANARY not in told
    assert "Larix" in told  # it is the page


def test_what_is_in_force_is_shown_with_where_it_was_said(told: str) -> None:
    said = words(told)
    for piece in (
        "brand.staffed_hours Mon-Fri 09:00-18:00 the file",
        "brand.holidays DE-BY the file",
        "brand.timezone Europe/Rome default",
        "responder.undo_seconds 11 the environment BOT__RESPONDER__UNDO_SECONDS",
        "alerts.urls 3 services (file, mailto, tgram) the file",
        "model.key set the file",
        "channels.x.consumer_secret set the file",
        "channels.x.bearer_token not set default",
        "channels.x.api_url http://127.0.0.1:9/ the file",
        "channels.x.monthly_budget_usd 42.0 the file",
        "channels.shop.staffed_hours 24/7 the file",
        "P1 15 min",
        "Never read so far.",
    ):
        assert piece in said, piece


def test_a_database_is_named_without_who_signs_in_there() -> None:
    url = f"postgresql+psycopg://{CANARY}:{CANARY}@db.example:5432/bot?password={CANARY}"
    told = Settings(database=DatabaseSettings(url=url))
    [line] = section_lines(told, "database", Redactor())
    assert line.value == "postgresql: db.example/bot"


@pytest.mark.parametrize("section", SECTIONS)
def test_every_setting_has_a_name_for_people(section: str) -> None:
    model: Any = Settings.model_fields[section].annotation
    for key in model.model_fields:
        assert f"{section}.{key}" in LABELS


def test_every_section_is_shown() -> None:
    assert {*SECTIONS, "channels", "digests"} == set(Settings.model_fields)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, Role.APPROVER])
def test_only_admins_read_them(visit: Visit, role: Role) -> None:
    assert visit(role).get("/settings").status_code == 403


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "bot.toml"
    file.write_text(f"[desk]\n{text}\n", encoding="utf-8")
    return file


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "desk.example"])
def test_the_desk_does_not_listen_beyond_this_machine_by_itself(tmp_path: Path, host: str) -> None:
    with pytest.raises(ConfigError, match="behind_proxy = true"):
        load(write(tmp_path, f'host = "{host}"'))
    there = load(write(tmp_path, f'host = "{host}"\nbehind_proxy = true'))
    assert there.desk.host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.7", "localhost", "::1", "[::1]"])
def test_this_machine_needs_no_proxy(tmp_path: Path, host: str) -> None:
    assert load(write(tmp_path, f'host = "{host}"')).desk.host == host


@pytest.mark.parametrize("proxy", ["*", "0.0.0.0/0", "::/0", "proxy.example", ""])
def test_proxies_are_named_one_by_one(tmp_path: Path, proxy: str) -> None:
    with pytest.raises(ConfigError, match="trusted_proxies"):
        load(write(tmp_path, f'behind_proxy = true\ntrusted_proxies = ["{proxy}"]'))
