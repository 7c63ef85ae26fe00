"""The command `library`, on a database of its own; in this process, because starts take time."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

import run_bot
from config.errors import ConfigError
from responder.access import Visitor
from responder.library.models import EntryKind
from responder.library.shelving import Change, Name, save
from responder.team.models import Role
from tests.daemon import command as command_elsewhere
from tests.daemon import write_config
from tests.factories import make_bot, tiny_book

BEA = Visitor(name="bea", role=Role.EDITOR, agent_id=None)
SORRY = "saved_reply/sorry/en"

OLD, NEW = "we are looking into it.", "We trace your parcel for you."


@dataclass(frozen=True, kw_only=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """A command sends all logging to its own stderr: afterwards it goes where it went."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)


def command(*arguments: str) -> Done:
    done = CliRunner().invoke(run_bot.app, list(arguments))
    if isinstance(done.exception, ConfigError):
        return Done(returncode=2, stdout=done.stdout, stderr=f"{done.stderr}{done.exception}\n")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Done(returncode=done.exit_code, stdout=done.stdout, stderr=done.stderr)


def _config(folder: Path) -> str:
    book = folder / "book"
    tiny_book(book)
    brand = {"name": "Tiny", "path": str(book), "languages": ["en", "it"]}
    return str(write_config(folder, {}, brand=brand))


def _propose(folder: Path) -> None:
    """As an editor does at the desk or by the API."""
    bot = make_bot(folder, book=tiny_book(folder / "book"))
    body = {"title": "Sorry", "occasion": "other", "texts": [NEW, "We look for it right now."]}
    name = Name(kind=EntryKind.SAVED_REPLY, key="sorry", language="en")
    save(bot, name, Change(body=body), by=BEA)
    bot.database.close()


def test_a_table_goes_out_is_changed_and_comes_back(tmp_path: Path) -> None:
    config, table = _config(tmp_path), tmp_path / "replies.csv"
    done = command("--config", config, "library", "export", str(table), "--kind", "saved_reply")
    assert (done.returncode, done.stdout) == (0, f"4 entries written to {table}\n")
    again = command("--config", config, "library", "export", str(table))
    assert (again.returncode, again.stdout) == (2, "")
    assert "is there already" in again.stderr

    text = table.read_text(encoding="utf-8-sig")
    changed = text.replace(OLD, NEW, 1).replace("saved_reply,sorry,it,", "poem,sorry,it,")
    table.write_text(changed, encoding="utf-8", newline="")
    taken = command("--config", config, "library", "import", str(table))
    assert (taken.returncode, taken.stdout) == (1, "2 unchanged, 1 saved, 1 refused\n")
    assert taken.stderr.startswith("row 5: : kind: 'poem' is none of")
    told = command("--config", config, "library", "import", str(table), "--json")
    assert [one["became"] for one in json.loads(told.stdout)] == [*["unchanged"] * 3, "refused"]

    shown = json.loads(command("--config", config, "library", "show", SORRY, "--json").stdout)
    assert NEW in shown["in_force"]["body"]["texts"]
    assert shown["in_force"]["changed_by"] == "command line"


def test_what_waits_is_seen_decided_and_taken_back(tmp_path: Path) -> None:
    config = _config(tmp_path)
    assert "Nothing waits" in command("--config", config, "library", "list", "--waiting").stdout
    _propose(tmp_path)
    told = command("--config", config, "library", "complete").stdout
    assert told.splitlines() == [
        "English has all 3", "Italian has all 3", f"{SORRY} waits for an approver"
    ]  # fmt: skip
    waiting = command("--config", config, "library", "list", "--waiting").stdout
    assert waiting.startswith(f"{SORRY}  version 2 of ")
    approved = command("--config", config, "library", "approve", SORRY)
    assert (approved.returncode, approved.stdout) == (0, f"{SORRY}: version 2 is in force\n")
    declined = command("--config", config, "library", "decline", SORRY)
    assert (declined.returncode, declined.stderr) == (1, f"{SORRY}: nothing of it waits\n")
    assert command("--config", config, "library", "remove", SORRY).returncode == 0
    told = command("--config", config, "library", "complete", "--json").stdout
    assert json.loads(told)["languages"]["en"] == {"lacks": ["saved_reply: sorry"], "of": 3}
    back = command("--config", config, "library", "restore", SORRY, "--version", "1")
    assert "as version 4" in back.stdout


def test_a_colleague_s_proposal_gives_way_only_if_told_and_is_named(tmp_path: Path) -> None:
    config = _config(tmp_path)
    assert command("--config", config, "library", "list").returncode == 0
    _propose(tmp_path)
    says = "bea proposed version 2: decide that first\n"
    for deed in (["remove", SORRY], ["restore", SORRY, "--version", "1"]):
        refused = command("--config", config, "library", *deed)
        assert (refused.returncode, refused.stderr) == (1, says)
    done = command("--config", config, "library", "remove", SORRY, "--overwrite")
    assert done.stdout.startswith("bea's proposal, version 2, gave way\n")
    shown = command("--config", config, "library", "show", SORRY).stdout
    assert "superseded: version 2 of " in shown


def test_what_is_mistyped_is_told_in_one_line(tmp_path: Path) -> None:
    config, table = _config(tmp_path), tmp_path / "table.csv"
    table.write_text("kind,key,language,colour\n", encoding="utf-8")
    (tmp_path / "latin.csv").write_bytes(b"kind,key,language\n\xe9")
    for arguments, says in (
        (["show", "sorry"], "kind/key/language"),
        (["show", "poem/sorry/en"], "no such kind"),
        (["list", "--kind", "poem"], "no such kind"),
        (["list", "--language", "pl"], "one of en, it"),
        (["import", str(table)], "nobody reads these columns: colour"),
        (["import", str(tmp_path / "latin.csv")], "is not UTF-8"),
        (["import", str(tmp_path / "none.csv")], "cannot be read"),
        (["export", str(tmp_path / "no" / "such.csv")], "cannot be written"),
    ):
        done = command("--config", config, "library", *arguments)
        assert (done.returncode, done.stdout) == (2, ""), arguments
        assert says in done.stderr
        assert done.stderr.count("\n") == 1
    missing = command("--config", config, "library", "show", "article/none/en")
    assert (missing.returncode, missing.stderr) == (1, "There is no article/none/en\n")


def test_the_command_line_itself_knows_it(tmp_path: Path) -> None:
    done = command_elsewhere("--config", _config(tmp_path), "library", "list", "--kind", "voice")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        "voice/voice/en", "voice/voice/it"
    ]  # fmt: skip
