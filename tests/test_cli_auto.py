"""The command `auto`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from config.database import Database
from responder.automatic.models import AutoRule
from responder.automatic.rule import SHADOW
from tests.daemon import command, write_config


@pytest.fixture
def config(tmp_path: Path) -> str:
    return str(write_config(tmp_path, {}))


def test_a_rule_is_previewed_made_listed_and_ended(tmp_path: Path, config: str) -> None:
    def auto(*words: str) -> str:
        done = command("--config", config, "auto", *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert auto("list") == "There is no rule: nothing leaves without a human.\n"
    seen = auto("preview", "--topics", "praise,product,care", "--occasions", "praise,question")
    assert seen == "Of 0 mentions of 14 days it would answer 0.\n"
    told = auto("preview", "--topics", "praise", "--days", "30", "--json")
    assert json.loads(told)["looked_at"] == 0
    added = auto("add", "thanks", "--topics", "praise,product")
    assert "only shows on the desk" in added
    assert "its week has\nnot begun" in added, "no channel lets anything leave by itself"

    (listed,) = json.loads(auto("list", "--json"))
    assert (listed["name"], listed["state"], listed["topics"]) == (
        "thanks",
        "shadow",
        ["praise", "product"],
    )
    told = auto("report")
    assert "thanks: praise; about praise, product; all channels; shadow until a week after" in told
    assert "in shadow 0: approved as they were 0" in told
    (reported,) = json.loads(auto("report", "--json"))["rules"]
    assert reported["rule"]["id"] == listed["id"]

    assert "Ended: thanks" in auto("end", listed["id"])
    assert auto("report").startswith("There is no rule")
    assert "ended" in auto("list", "--ended")
    database = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    with database.read() as session:
        rule = session.scalars(select(AutoRule)).one()
    database.close()
    assert rule.live_from == rule.created_at + SHADOW


def test_what_cannot_be_is_one_line_and_no_rule(config: str) -> None:
    for words, why in (
        (["add", "thanks", "--topics", "boots"], "no such topic: boots"),
        (["add", "thanks"], "a rule has to name its topics"),
        (["preview", "--topics", "product"], "has to name the topic praise"),
        (["add", "thanks", "--topics", "praise", "--occasions", "complaint"], "no such occasion"),
        (
            ["add", "thanks", "--topics", "praise", "--confidence", "0.5"],
            "the confidence is between 0.95",
        ),
        (
            ["add", "thanks", "--topics", "praise", "--channel", "myspace"],
            "there is no such channel",
        ),
        (["preview", "--days", "91"], "1 to 90"),
    ):
        done = command("--config", config, "auto", *words)
        assert done.returncode == 2, words
        assert why in done.stderr
        assert len(done.stderr.splitlines()) == 1
    done = command("--config", config, "auto", "end", "nope")
    assert (done.returncode, done.stderr) == (1, "There is no such rule\n")
    assert json.loads(command("--config", config, "auto", "list", "--json").stdout) == []
