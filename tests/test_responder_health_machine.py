"""The outbox, the machine, the last backup and the language model, as people look at them."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from responder.audit import note
from responder.backup import LastBackup, back_up, last_backup, remember_backup
from responder.bot import trained_weights
from responder.health.machine import read_machine, read_model_times, version
from responder.health.outbox import read_outbox
from responder.model.drafting import WORDED
from responder.model.tables import Outcome, Suggestion
from responder.models import DraftStatus, ReplyStatus
from tests.factories import NOW, make_bot, make_draft, make_mention, make_reply


def test_the_outbox_counts_what_waits_and_says_since_when(tmp_path: Path) -> None:
    bot = make_bot(tmp_path)
    with bot.database.write() as session:
        for minutes in (5, 50):
            make_reply(session, queued_at=NOW - timedelta(minutes=minutes))
        make_reply(session, status=ReplyStatus.SENT)
        decided = make_reply(session, status=ReplyStatus.FAILED)
        decided.draft.status = DraftStatus.REJECTED
        waits = make_reply(session, status=ReplyStatus.FAILED, changed_at=NOW - timedelta(hours=2))
        waits.draft.status = DraftStatus.PENDING
        elsewhere = make_draft(session, make_mention(session, channel="facebook"))
        make_reply(session, elsewhere)
    with bot.database.read() as session:
        boxes = {box.status: box for box in read_outbox(session, ["x"])}
    assert {status: box.count for status, box in boxes.items()} == {
        ReplyStatus.QUEUED: 2,
        ReplyStatus.SENDING: 0,
        ReplyStatus.UNKNOWN: 0,
        ReplyStatus.FAILED: 1,
    }
    assert boxes[ReplyStatus.QUEUED].oldest == NOW - timedelta(minutes=50)
    assert boxes[ReplyStatus.FAILED].oldest == NOW - timedelta(hours=2)
    assert boxes[ReplyStatus.UNKNOWN].oldest is None
    bot.database.close()


def test_the_machine_tells_its_version_room_size_and_weights(tmp_path: Path) -> None:
    bot = make_bot(tmp_path)
    with bot.database.read() as session:
        found = read_machine(session, bot)
    assert found.version == version()
    assert found.version[0].isdigit()
    assert 0 < found.disk_free <= found.disk_total
    assert found.database is not None
    assert found.database >= (tmp_path / "bot.db").stat().st_size
    assert found.backup is None
    assert found.weights_at is None
    trained_weights(tmp_path).touch()
    os.utime(trained_weights(tmp_path), (NOW.timestamp(), NOW.timestamp()))
    with bot.database.read() as session:
        assert read_machine(session, bot).weights_at == NOW
    bot.database.close()


def test_the_last_backup_is_known_wherever_it_lies(tmp_path: Path) -> None:
    bot = make_bot(tmp_path / "state")
    copy = tmp_path / "elsewhere.db"
    back_up(tmp_path / "state" / "bot.db", copy)
    remember_backup(bot.state, copy, NOW)
    assert last_backup(bot.state) == LastBackup(file=copy, at=NOW, there=True)
    copy.unlink()
    remember_backup(bot.state, copy, NOW + timedelta(days=1))
    known = last_backup(bot.state)
    assert known is not None
    assert (known.at, known.there) == (NOW + timedelta(days=1), False)
    bot.database.close()


@pytest.mark.parametrize(
    "told", ["", "[]", "{", '{"file": "x"}', '{"file": "x", "at": "2026-03-02T09:00:00"}']
)
def test_a_garbled_note_of_a_backup_is_none(tmp_path: Path, told: str) -> None:
    (tmp_path / "last-backup.json").write_text(told, encoding="utf-8")
    assert last_backup(tmp_path) is None


def test_how_long_a_model_takes_is_read_from_the_rows(tmp_path: Path) -> None:
    bot = make_bot(tmp_path)
    outcomes = [Outcome.TAKEN, Outcome.TAKEN, Outcome.REFUSED, Outcome.FAILED, Outcome.SKIPPED]
    with bot.database.write() as session:
        for number, outcome in enumerate(outcomes):
            draft = make_draft(session, created_at=NOW - timedelta(hours=1))
            asked = draft.created_at + timedelta(seconds=2 + number)
            session.add(Suggestion(draft_id=draft.id, channel="x", asked_at=asked, outcome=outcome))
            if outcome is Outcome.TAKEN:
                worded = asked + timedelta(seconds=5)
                note(session, who="model", action=WORDED, subject=draft.id, now=worded)
        old = make_draft(session)
        session.add(Suggestion(draft_id=old.id, channel="x", asked_at=NOW - timedelta(days=2)))
    with bot.database.read() as session:
        found = read_model_times(session, NOW)
        nothing = read_model_times(session, NOW + timedelta(days=9))
    assert found.outcomes == {
        Outcome.TAKEN: 2,
        Outcome.REFUSED: 1,
        Outcome.FAILED: 1,
        Outcome.SKIPPED: 1,
    }
    assert found.waited == timedelta(seconds=3.5)
    assert found.took == timedelta(seconds=5)
    assert (nothing.outcomes, nothing.waited, nothing.took) == ({}, None, None)
    bot.database.close()
