"""The command `forecast`."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from config.calendar import Calendar
from config.clock import utcnow
from config.database import Database
from config.errors import ConfigError
from listener.models import Cursor
from listener.trends.recount import count_if_new
from responder.commands.forecast import _told, tell_forecast
from responder.commands.people_needed import NO_ROSTER, People
from responder.staffing.what_if import Plan, answer
from tests.daemon import command, write_config
from tests.factories import make_author, make_conversation, make_database, make_mention
from tests.forecast_series import NOWHERE, next_week, told
from tests.staffing_story import person, stream


@pytest.fixture
def heard(tmp_path: Path) -> str:
    """Four weeks of a channel with three mentions at each noon in Rome, and its settings."""
    config = write_config(tmp_path, {})
    database, now = make_database(tmp_path), utcnow()
    _fill(database, now)
    count_if_new(database, tmp_path / "recount.lock")  # as a start does: no command after it has to
    database.close()
    return str(config)


def _fill(database: Database, now: datetime) -> None:
    with database.write() as session:
        author, thread = make_author(session), make_conversation(session)
        session.add(
            Cursor(
                channel="x", stream="mentions", failures=0,
                started_at=now - timedelta(weeks=4), finished_at=now,
            )
        )  # fmt: skip
        noon = now.replace(hour=11, minute=0, second=0, microsecond=0)
        for day in range(1, 28):
            for minute in (1, 2, 3):
                moment = noon - timedelta(days=day) + timedelta(minutes=minute)
                make_mention(session, created_at=moment, author=author, conversation=thread)


def test_a_team_lead_reads_a_line_a_day_and_how_sure_it_is(heard: str) -> None:
    said = command("--config", heard, "forecast", "--days", "3", "--channel", "x")
    assert (said.returncode, said.stderr) == (0, "")
    first, titles, *days, people, why = said.stdout.splitlines()
    assert first == "x, in hours of Europe/Rome:"
    assert titles.split()[:4] == ["day", "mentions", "four", "of"]
    assert titles.endswith("people / there")
    assert all(day.endswith(" -") for day in days)  # it is not configured any more
    assert people.startswith("People needed: not to be told")
    assert 3 <= len(days) <= 4
    assert " to " in days[1]
    assert "Made by: " in why
    assert "of repeating the week before: " in why
    assert "4 weeks are known" in why or "3 weeks are known" in why


def test_a_program_reads_every_hour_with_its_bands_and_the_naive_beside(heard: str) -> None:
    said = command("--config", heard, "forecast", "--json")
    assert said.returncode == 0
    found = json.loads(said.stdout)
    assert found["channel"] is None
    assert len(found["hours"]) in (167, 168, 169)
    for hour in found["hours"]:
        assert set(hour) == {"start", "expected", "low", "high", "q80", "naive"}
        assert hour["low"] <= hour["expected"] <= hour["high"]
        assert hour["start"].endswith(":00:00Z")
    assert sum(hour["naive"] for hour in found["hours"]) == pytest.approx(21, abs=3)
    total = sum(hour["expected"] for hour in found["hours"])
    assert total == pytest.approx(21, abs=3)
    assert sum(day["expected"] for day in found["days"]) == pytest.approx(total, abs=0.1)
    assert found["from"] == found["hours"][0]["start"]
    assert found["to"] > found["hours"][-1]["start"]
    assert {"method", "mase", "naive_mase", "weeks", "timezone"} <= set(found)
    people = found["people"]
    assert people == {"needed": 0, "there": None, "short": None, "hours": []}


def test_with_too_little_it_says_so_and_when_there_will_be_enough(tmp_path: Path) -> None:
    config = str(write_config(tmp_path, {}))
    said = command("--config", config, "forecast")
    assert said.returncode == 0
    assert "No forecast yet: 0 days of mentions are known, and 21 days are needed." in said.stdout
    found = json.loads(command("--config", config, "forecast", "--json").stdout)
    assert found["hours"] == []
    assert found["people"] == {"needed": 0, "there": None, "short": None, "hours": []}
    assert found["too_little"]["known_hours"] == 0
    enough_at = datetime.fromisoformat(found["too_little"]["enough_at"])
    assert timedelta(days=20) < enough_at - utcnow() <= timedelta(days=21)


def test_a_public_holiday_is_marked_and_explained() -> None:
    past, coming = date(2026, 2, 4), date(2026, 3, 11)
    known = told(9, lambda wall: 1 if wall.date() == past else 4, holidays=[past, coming])
    lines = list(
        _told(next_week(known), People(found=answer(Plan(streams=(), people=()))), NOWHERE)
    )
    marked = [line for line in lines if "Wed 11 Mar*" in line]
    assert len(marked) == 1
    assert marked[0].endswith(" -")
    assert lines[-1].startswith("* a public holiday: 0.")


def test_people_needed_stand_beside_those_on_the_roster() -> None:
    plan = Plan(streams=(("x", stream(30.0)),), people=(person(),))
    people = People(found=answer(plan))
    told = people.as_json()
    assert told["needed"] >= 3
    assert told["there"] == 1
    assert told["short"] == pytest.approx(told["needed"] - 1, abs=1)
    assert max(hour["needed"] for hour in told["hours"]) == told["needed"]
    assert set(people.by_day(NOWHERE).values()) == {f"{told['needed']} / 1.0"}
    assert people.told().endswith("more than are there")


def test_without_a_roster_it_says_so_and_makes_up_nobody() -> None:
    always = stream(5.0, calendar=Calendar.read(hours="24/7"))
    people = People(found=answer(Plan(streams=(("x", always),), people=(person(hours=""),))))
    told = people.as_json()
    assert (told["there"], told["short"]) == (None, None)
    assert told["needed"] >= 1
    assert {hour["there"] for hour in told["hours"]} == {None}
    assert all(cell.endswith(" / ?") for cell in people.by_day(NOWHERE).values())
    assert NO_ROSTER in people.told()


def test_a_channel_nobody_knows_is_one_line_and_exit_code_2(heard: str) -> None:
    said = command("--config", heard, "forecast", "--channel", "nope")
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith("--channel: nope: is not configured;")
    assert len(said.stderr.splitlines()) == 1


@pytest.mark.parametrize("days", [0, -3, 29])
def test_days_nobody_can_forecast_are_refused_before_anything_is_opened(
    tmp_path: Path, days: int
) -> None:
    with pytest.raises(ConfigError, match="choose 1 to 28"):
        tell_forecast(tmp_path / "none.toml", None, days=days, as_json=False)
