"""/metrics: read back with Prometheus' own parser, and held against the manual."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from config.settings import ROOT
from listener.models import Cursor, DeadLetter, Gap, SpendEntry
from responder import access
from responder.bot import Bot
from responder.desk.app import create_app
from responder.metrics import exposition
from responder.models import ReplyStatus
from responder.pulse import Pulse
from responder.team.models import Role
from tests.factories import NOW, FakeChannel, Watch, make_bot, make_draft, make_mention, make_reply

ODD = 'x "and\\so\non'


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Bot]:
    channels = [FakeChannel("x"), FakeChannel(ODD, kind="x")]
    channels[0].declaration = replace(channels[0].declaration, prices_checked=NOW.date())
    bot = make_bot(tmp_path, channels=channels, clock=Watch())
    yield bot
    bot.database.close()


def read(bot: Bot, pulse: Pulse | None = None) -> dict[str, dict[tuple[str, ...], float]]:
    """Name of a metric -> values of its labels -> number."""
    return {
        family.name: {tuple(sample.labels.values()): sample.value for sample in family.samples}
        for family in text_string_to_metric_families(exposition(bot, pulse))
    }


def test_the_numbers_are_those_of_the_store(bot: Bot) -> None:
    with bot.database.write() as session:
        for _ in range(3):
            make_mention(session)
        make_mention(session, channel=ODD)
        make_draft(session)
        make_reply(session)
        make_reply(session, status=ReplyStatus.SENT)
        session.add(
            Cursor(
                channel="x",
                stream="mentions",
                started_at=NOW,
                fetched_at=NOW - timedelta(seconds=90),
                failures=2,
            )
        )
        stretch = {"since": NOW, "until": NOW, "reason": "", "noticed_at": NOW}
        session.add(Gap(channel="x", stream="mentions", **stretch))
        session.add(Gap(channel="x", stream="mentions", filled_at=NOW, **stretch))
        letter = {"stream": "mentions", "payload": "{}", "error": "", "heard_at": NOW}
        session.add(DeadLetter(channel="x", fingerprint="1", **letter))
        session.add(DeadLetter(channel="x", fingerprint="2", closed_at=NOW, **letter))
        spent = {"at": NOW, "use": "mentions", "operation": "GET"}
        session.add(SpendEntry(channel="x", micros=1_234_567, settled=True, **spent))
        session.add(SpendEntry(channel="x", micros=500_000, **spent))
    found = read(bot)
    assert found["antiphon_mentions"] == {("x", "new"): 3, (ODD, "new"): 1, ("x", "drafted"): 3}
    assert found["antiphon_drafts_waiting"] == {("x",): 1}
    assert found["antiphon_replies"] == {("x", "queued"): 1, ("x", "sent"): 1}
    assert found["antiphon_stream_age_seconds"] == {("x", "mentions"): 90}
    assert found["antiphon_stream_failures"] == {("x", "mentions"): 2}
    assert found["antiphon_gaps_unfilled"] == {("x",): 1}
    assert found["antiphon_dead_letters_open"] == {("x",): 1}
    assert found["antiphon_money_usd"] == {
        ("x", "spent"): 1.234567,
        ("x", "reserved"): 0.5,
        ("x", "budget"): 100,
    }
    assert found["antiphon_ready"] == {(): 0}, "one stream was never fetched"


def test_the_jobs_of_this_process_are_told(bot: Bot) -> None:
    now = [100.0]
    pulse = Pulse(ticks=lambda: now[0])
    for name in ("poll x", "draft"):
        pulse.expect(name, seconds=60, deadline=60)
    pulse.ended(pulse.began("poll x"), ok=True)
    now[0] += 5
    pulse.ended(pulse.began("draft"), ok=False)
    pulse.began("poll x")
    now[0] += 61
    pulse.write_off()
    now[0] += 2
    found = read(bot, pulse)
    assert found["antiphon_job_quiet_seconds"] == {("poll x",): 2, ("draft",): 63}
    assert found["antiphon_job_ok_age_seconds"] == {("poll x",): 68}
    assert found["antiphon_job_failures"] == {("poll x",): 0, ("draft",): 1}
    assert found["antiphon_job_hung"] == {("poll x",): 1, ("draft",): 0}
    assert found["antiphon_conditions"][("red",)] >= 1


def test_the_manual_lists_every_metric_and_no_other(bot: Bot) -> None:
    manual = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `(antiphon_\w+)` \|", manual, re.MULTILINE))
    assert listed == {
        family.name for family in text_string_to_metric_families(exposition(bot, None))
    }


def visitor(bot: Bot, address: str) -> TestClient:
    return TestClient(create_app(bot), base_url="http://127.0.0.1", client=(address, 4711))


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_program_of_this_machine_may_read_them(bot: Bot, address: str) -> None:
    answer = visitor(bot, address).get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_somebody_behind_a_proxy_of_this_machine_may_not(bot: Bot, header: str) -> None:
    assert visitor(bot, "127.0.0.1").get("/metrics", headers={header: "x"}).status_code == 401


def test_another_machine_takes_a_token(bot: Bot) -> None:
    client = visitor(bot, "10.0.0.7")
    refused = client.get("/metrics")
    assert (refused.status_code, refused.headers["www-authenticate"][:6]) == (401, "Bearer")
    for wrong in ("Bearer", "Bearer nonsense", "Basic nonsense"):
        assert client.get("/metrics", headers={"Authorization": wrong}).status_code == 401
    token = access.create_token(bot.database, name="t", role=Role.VIEWER, now=bot.clock())
    right = {"Authorization": f"Bearer {token}"}
    assert client.get("/metrics", headers=right).status_code == 200


def test_without_the_database_it_is_a_503_and_no_traceback(bot: Bot) -> None:
    with bot.database.engine.begin() as connection:
        connection.execute(text("DROP TABLE spend_entries"))
    answer = visitor(bot, "127.0.0.1").get("/metrics")
    assert (answer.status_code, "readyz" in answer.text) == (503, True)
