"""The commands `trends` and `recount`."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from listener.trends.models import Rollup
from responder.commands.trends import Asked, tell_trends
from sentiment.score import Sentiment
from tests.daemon import command, write_config
from tests.factories import NOW, make_database, make_mention

DAY = ("--from", "2026-03-02", "--to", "2026-03-02")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Three mentions of 2 March on X, one of them happy, and one of the week before."""
    database = make_database(tmp_path)
    with database.write() as session:
        for mood, days in (
            (Sentiment.NEGATIVE, 0),
            (Sentiment.NEGATIVE, 0),
            (Sentiment.NEUTRAL, 7),
        ):
            make_mention(session, created_at=NOW - timedelta(days=days), sentiment=mood)
        make_mention(session, created_at=NOW, sentiment=Sentiment.POSITIVE)
    database.close()
    return write_config(tmp_path, {})


def _told(config: Path, **options: str) -> str:
    asked = {"since": "2026-03-02", "until": "2026-03-02", "by": "day", "channel": ""}
    out = io.StringIO()
    assert tell_trends(config, Asked(**asked | options), out) == 0
    return out.getvalue()


def test_the_json_is_what_the_contract_says(config: Path) -> None:
    done = command("--config", str(config), "trends", *DAY, "--format", "json")
    assert (done.returncode, json.loads(done.stdout)) == (
        0,
        {
            "from": "2026-03-02T00:00:00+01:00",
            "to": "2026-03-03T00:00:00+01:00",
            "by": "day",
            "series": [
                {
                    "start": "2026-03-02T00:00:00+01:00",
                    "channel": "x",
                    "mentions": 3,
                    "negative": 2,
                    "neutral": 0,
                    "positive": 1,
                    "unknown": 0,
                }
            ],
        },
    )


def test_csv_and_table_hold_the_same_numbers(config: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(_told(config, since="2026-02-23", format="csv"))))
    assert [(row["start"], row["mentions"]) for row in rows if row["mentions"] != "0"] == [
        ("2026-02-23T00:00:00+01:00", "1"),
        ("2026-03-02T00:00:00+01:00", "3"),
    ]
    table = _told(config, since="2026-02-23", by="week", format="table").splitlines()
    assert [line.split() for line in table[1:]] == [
        ["2026-02-23", "x", "1", "0", "1", "0", "0"],
        ["2026-03-02", "x", "3", "2", "0", "1", "0"],
        ["total", "4", "2", "1", "1", "0"],
    ]


def test_the_page_stands_alone_with_its_charts_inside(config: Path) -> None:
    page = _told(config, since="2026-02-23", format="html")
    assert page.startswith("<!doctype html>")
    assert page.count("<svg") == 2
    assert "4 mentions; the peak was" in page
    assert "<script" not in page
    for outside in ("src=", 'href="http', "@import", "url("):
        assert outside not in page, "nothing is fetched from anywhere"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--by", "minute"), "--by: minute: is not known; choose from hour, day, week"),
        (("--format", "xml"), "--format: xml: is not known; choose from table, csv, json, html"),
        (("--channel", "myspace"), "--channel: myspace: is not configured; choose from x"),
        (("--from", "yesterday"), "--from, --to: 'yesterday' is no moment"),
        (("--from", "2026-03-02", "--to", "2026-03-01"), "--from, --to: The period must start"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    config: Path, options: tuple[str, ...], told: str
) -> None:
    done = command("--config", str(config), "trends", *options)
    assert (done.returncode, done.stdout) == (2, "")
    last = done.stderr.splitlines()[-1]
    assert last.startswith(told)


def test_recount_makes_the_rollup_anew_and_says_how_many(config: Path, tmp_path: Path) -> None:
    before = _told(config, since="2026-02-20", format="json")  # counts what is not counted yet
    database = make_database(tmp_path)
    with database.write() as session:
        session.execute(delete(Rollup))
    database.close()
    assert _told(config, since="2026-02-20", format="json") != before
    done = command("--config", str(config), "recount")
    assert (done.returncode, done.stdout) == (0, "4 mentions were counted anew.\n")
    assert _told(config, since="2026-02-20", format="json") == before
    assert command("--config", str(config), "recount", "--json").stdout == '{"mentions": 4}\n'
