"""The command `report`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.clock import utcnow
from config.database import Database
from config.errors import ConfigError
from responder.audit import note
from responder.commands.report import report_edits
from responder.models import ReplyStatus
from tests.daemon import command, write_config
from tests.factories import make_draft, make_reply

OURS = "Hi Giulia. We look into it now and write to you. — your Larix team"


def _sent(folder: Path, text: str) -> None:
    database = Database(f"sqlite:///{folder / 'bot.db'}")
    now = utcnow()
    with database.write() as session:
        draft = make_draft(session, text=text, proposed=OURS, made_from="saved reply: sorry")
        make_reply(session, draft, status=ReplyStatus.SENT, not_before=now, posted_at=now)
    database.close()


def test_the_report_tells_which_words_are_edited_most(tmp_path: Path) -> None:
    config = str(write_config(tmp_path, {}))
    nothing = command("--config", config, "report", "edits", "--json")
    assert nothing.returncode == 0
    assert json.loads(nothing.stdout) == {"days": 90, "more": False, "entries": []}
    _sent(tmp_path, OURS)
    _sent(tmp_path, "Hi Giulia. Something else altogether here. ^EM")

    told = command("--config", config, "report", "edits", "--days", "30")
    assert told.returncode == 0
    assert "The last 30 days, the most edited first:" in told.stdout
    assert "2          1   50%         0  saved reply: sorry, en" in told.stdout
    assert "too few to judge" in told.stdout


def test_the_report_points_at_a_rule_that_is_mostly_ignored(tmp_path: Path) -> None:
    config = str(write_config(tmp_path, {}))
    nothing = command("--config", config, "report", "etiquette")
    assert (nothing.returncode, "nobody had to decide" in nothing.stdout) == (0, True)
    database = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    with database.write() as session:
        for number in range(20):
            for action, rule in (("ignore findings", "R15"), ("mend findings", "R08")):
                draft, now = f"draft {number}", utcnow()
                note(session, who="anna", action=action, subject=draft, now=now, detail=rule)
    database.close()

    told = command("--config", config, "report", "etiquette", "--days", "30")
    assert told.stdout.splitlines() == [
        "The last 30 days, the most ignored first:",
        "  shown  ignored  mended  right",
        "     20       20       0     0%  R15  can be taken in two ways (look at this rule)",
        "     20        0      20   100%  R08  no real time",
    ]
    for_programs = command("--config", config, "report", "etiquette", "--json")
    assert [one["right"] for one in json.loads(for_programs.stdout)["rules"]] == [0.0, 1.0]


def test_days_nobody_can_ask_for_are_refused_before_anything_is_opened(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="choose 1 to 365"):
        report_edits(tmp_path / "none.toml", days=0, as_json=False)
