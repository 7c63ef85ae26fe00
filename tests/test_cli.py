"""The real command line: what it prints, what it returns, and how it takes a broken bot.toml."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

import run_bot
from config import settings
from config.errors import ConfigError
from config.secrets import Redactor
from listener.sandbox.sandbox import Sandbox
from responder.bot import assemble
from tests.daemon import command, write_config

X = {
    "consumer_key": "ck-123456",
    "consumer_secret": "cs-123456",
    "access_token": "at-123456",
    "access_token_secret": "ats-123456",
}
X_TABLE = "\n[channels.x]\n" + "\n".join(f'{key} = "{value}"' for key, value in X.items())
FACEBOOK_TABLE = '\n[channels.facebook]\npage_id = "1"\npage_access_token = "token-123"\n'

BROKEN = {
    "an unknown section": ("[brnad]\nname = 'x'", "brnad"),
    "an unknown key": ("[brand]\nnmae = 'x'", "did you mean name?"),
    "an unknown key of the desk": ("[desk]\nprot = 1", "did you mean port?"),
    "a key outside any section": ("name = 'x'", "name"),
    "a port that is a word": ("[desk]\nport = 'eight'", "desk.port"),
    "a port out of range": ("[desk]\nport = 65536", "desk.port"),
    "a port that is half": ("[desk]\nport = 80.5", "desk.port"),
    "an empty host": ("[desk]\nhost = ''", "desk.host"),
    "an empty brand": ("[brand]\nname = ''", "brand.name"),
    "a brand that is a number": ("[brand]\nname = 7", "brand.name"),
    "an unknown language": ("[brand]\nlanguages = ['tlh']", "unknown language 'tlh'"),
    "a language twice": ("[brand]\nlanguages = ['it', 'it']", "twice"),
    "no language": ("[brand]\nlanguages = []", "brand.languages"),
    "languages that are one word": ("[brand]\nlanguages = 'it'", "brand.languages"),
    "an unknown time zone": ("[brand]\ntimezone = 'Europe/Atlantis'", "is no time zone"),
    "a brand book that is not there": ("[brand]\npath = 'no/such/book'", "brand.toml"),
    "a database that is no URL": ("[database]\nurl = 'data/bot.db'", "no database URL"),
    "a database we do not speak": ("[database]\nurl = 'oracle://x'", "not supported"),
    "a database at a port that is a word": (
        "[database]\nurl = 'postgresql+psycopg://u:p@h:notaport/db'",
        "notaport",
    ),
    "a database in memory": ("[database]\nurl = 'sqlite://'", "forget everything"),
    "a negative undo": ("[responder]\nundo_seconds = -1", "undo_seconds"),
    "hours that are a list": ("[responder]\nanswerable_hours = [1]", "answerable_hours"),
    "alerts that are one word": ("[alerts]\nurls = 'mailto:x'", "alerts.urls"),
    "no TOML at all": ("this is not toml", "not valid TOML"),
    "a table twice": ("[desk]\nport = 1\n[desk]\nport = 2", "not valid TOML"),
    "an unclosed string": ("[brand]\nname = 'x", "not valid TOML"),
    "channels that are no table": ("channels = 'x'", "channels"),
    "a channel that is no table": ("[channels]\nx = 1", "channels.x"),
    "a channel of no known kind": ("[channels.myspace]\n", "no channel of kind 'myspace'"),
    "an X channel without secrets": ("[channels.x]\n", "channels.x.consumer_key"),
    "an X channel with one secret missing": (
        X_TABLE.replace('access_token = "at-123456"\n', ""),
        "channels.x.access_token",
    ),
    "an X channel with an unknown key": (X_TABLE + "\nquery = 'x'", "did you mean queries?"),
    "an X channel with a bad URL": (X_TABLE + "\napi_url = 'x.com'", "channels.x.api_url"),
    "an X channel with a query too long": (
        X_TABLE + f"\nqueries = ['{'a' * 600}']",
        "channels.x.queries",
    ),
    "polling without a pause": (X_TABLE + "\npoll_seconds = 0", "channels.x.poll_seconds"),
    "automatic replies on X without its label": (
        X_TABLE + "\nauto_reply = true",
        "automated_label",
    ),
    "a Facebook channel without a page": (
        FACEBOOK_TABLE.replace('page_id = "1"', ""),
        "channels.facebook.page_id",
    ),
    "a Facebook page that is no number": (
        FACEBOOK_TABLE.replace('page_id = "1"', 'page_id = "my page"'),
        "channels.facebook.page_id",
    ),
    "a Facebook version that is none": (
        FACEBOOK_TABLE + 'api_version = "newest"',
        "channels.facebook.api_version",
    ),
    "a secret in a file that is not there": (
        X_TABLE.replace('"ck-123456"', '"file:/no/such/file"'),
        "/no/such/file",
    ),
}


@pytest.fixture
def tidy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("BOT__"):
            monkeypatch.delenv(name)


@pytest.mark.usefixtures("tidy")
@pytest.mark.parametrize("mistake", list(BROKEN))
def test_a_broken_bot_toml_is_one_helpful_line(tmp_path: Path, mistake: str) -> None:
    text, told = BROKEN[mistake]
    file = tmp_path / "bot.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        assemble(settings.load(file), source=str(file), redactor=Redactor())
    line = str(error.value)
    assert told in line
    assert "; " in line, "it says how to mend it"
    assert "\n" not in line
    assert not any(secret in line for secret in X.values())


@pytest.mark.parametrize(
    "mistake",
    ["an unknown key", "an X channel without secrets", "a database at a port that is a word"],
)
@pytest.mark.parametrize("name", ["run", "check", "poll"])
def test_a_mistake_ends_every_command_with_exit_code_2_and_one_line(
    tmp_path: Path, mistake: str, name: str
) -> None:
    file = tmp_path / "bot.toml"
    file.write_text(BROKEN[mistake][0], encoding="utf-8")
    done = command("--config", str(file), name)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert BROKEN[mistake][1] in done.stderr


def test_without_settings_the_first_line_offers_the_demo(tmp_path: Path) -> None:
    done = command("--config", str(tmp_path / "none.toml"))
    assert done.returncode == 2
    assert "run_bot.py demo" in done.stderr


@pytest.mark.parametrize(
    "words", [["no-such-command"], ["run", "--no-such-option"], ["pause", "x"]]
)
def test_wrong_usage_is_exit_code_2_without_a_traceback(words: list[str]) -> None:
    done = command(*words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_every_command_has_help_with_an_example() -> None:
    group = typer.main.get_command(run_bot.app)
    assert isinstance(group, typer.core.TyperGroup)
    leaves = []
    for name, found in group.commands.items():
        subcommands = getattr(found, "commands", None)
        leaves += [(name, found)] if subcommands is None else list(subcommands.items())
    assert len(leaves) > 40
    for name, leaf in leaves:
        example = (leaf.help or "").partition("Example: ")[2]
        assert "python run_bot.py" in example, name


def test_score_keeps_the_order_and_takes_any_bytes() -> None:
    lines = [
        "Il pacco non è mai arrivato, vergogna!".encode(),
        b"I love my new boots, thank you so much!",
        b"\xff\xfe\x00 not text",
        b"",
        "Πότε ανοίγετε την Κυριακή;".encode(),
    ]
    done = command("score", "--json", stdin=b"\n".join(lines) + b"\n")
    assert done.returncode == 0
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["language"] for row in rows[:2]] == ["it", "en"]
    assert rows[4]["language"] == "el"
    assert rows[1]["sentiment"]["label"] == "positive"
    assert len(rows) == 5
    for row in rows:
        assert set(row) == {"text", "language", "sentiment", "topics", "phase", "priority"}
        assert -1 <= row["sentiment"]["score"] <= 1
        assert 0 <= row["sentiment"]["confidence"] <= 1


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    networks = Sandbox(kinds=("x", "facebook"), seed=1, story=False)
    networks.start()
    yield networks
    networks.stop()


def test_poll_draft_and_post_can_be_done_a_round_at_a_time(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    config = str(write_config(tmp_path, sandbox.tables()))
    sandbox.x.customer("sam", name="Sam")
    sandbox.x.post("sam", "@larixoutdoor my parcel never arrived, what a shame")
    assert "1 new" in command("--config", config, "poll", "--once").stdout
    assert command("--config", config, "draft", "--once").stdout == "1 drafts made\n"
    assert command("--config", config, "post", "--once").stdout == "0 replies posted\n"
    assert sandbox.x.own_posts() == []


def test_check_is_green_with_good_keys_and_red_with_bad_ones(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    tables = sandbox.tables()
    green = command("--config", str(write_config(tmp_path, tables)), "check", "--json")
    assert green.returncode == 0, green.stdout
    told = json.loads(green.stdout)
    assert told["facebook"]["account"] == "Larix Outdoor"
    assert told["x"]["fees_usd"]["a reply with a link"] == 0.2
    assert told["facebook"]["fees_usd"] == {}
    assert all(one["allowances"] and one["text_limit"] for one in told.values())
    tables["x"]["access_token"] = "not-the-right-one"
    red = command("--config", str(write_config(tmp_path, tables)), "check", "--json")
    assert red.returncode == 1
    report = json.loads(red.stdout)
    assert (report["x"]["ok"], report["facebook"]["ok"]) == (False, True)
    assert "not-the-right-one" not in red.stdout + red.stderr


def test_a_channel_that_is_not_configured_is_told(tmp_path: Path, sandbox: Sandbox) -> None:
    config = str(write_config(tmp_path, sandbox.tables()))
    done = command("--config", config, "check", "--channel", "fax")
    assert done.returncode == 2
    assert "choose from x, facebook" in done.stderr


def test_pause_and_resume_are_kept_in_the_database(tmp_path: Path) -> None:
    config = str(write_config(tmp_path, {}))
    assert command("--config", config, "pause", "--level", "all").returncode == 0
    with sqlite3.connect(tmp_path / "bot.db") as database:
        assert database.execute("SELECT level FROM pauses").fetchall() == [("all",)]
    assert command("--config", config, "resume").returncode == 0
    with sqlite3.connect(tmp_path / "bot.db") as database:
        assert database.execute("SELECT level FROM pauses").fetchall() == []
    database.close()


def test_pause_works_when_the_database_does_not(tmp_path: Path) -> None:
    config = str(write_config(tmp_path, {}))
    (tmp_path / "bot.db").write_text("somebody overwrote the database with this sentence" * 99)
    done = command("--config", config, "pause")
    assert done.returncode == 0
    assert (tmp_path / "PAUSE").exists()


def test_agents_and_tokens_are_made_listed_and_disabled(tmp_path: Path) -> None:
    config = str(write_config(tmp_path, {}))
    invited = command("--config", config, "agent", "add", "anna", "--role", "approver")
    assert "/join/" in invited.stdout
    listed = json.loads(command("--config", config, "agent", "list", "--json").stdout)
    assert [(person["name"], person["role"]) for person in listed] == [("anna", "approver")]
    assert command("--config", config, "agent", "disable", "anna").returncode == 0
    assert command("--config", config, "agent", "reset", "nobody").returncode == 2
    token = command("--config", config, "token", "create", "reports").stdout.strip()
    assert token.startswith("antiphon_")
    assert token not in (tmp_path / "bot.db").read_bytes().decode("latin1")


def test_migrate_says_what_it_did(tmp_path: Path) -> None:
    config = str(write_config(tmp_path, {}))
    assert "Brought from empty" in command("--config", config, "migrate").stdout
    assert command("--config", config, "migrate").stdout == "Nothing to do\n"
