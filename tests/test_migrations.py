"""A database with rows in every state, as an older version left them, goes on in this one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, MetaData, Table, select

from config.database import Database
from config.migrate import alembic_config, migrate
from listener.channels.base import Written
from listener.models import Gap
from responder.models import Draft, DraftStatus, Reply, ReplyStatus
from responder.outbox import text_hash
from responder.post import post_round
from responder.settle import recover
from tests.factories import NOW, FakeChannel, Watch, incoming, make_bot

FIRST = "2b1f3d60e865"
STATES = ("queued", "sending", "unknown", "sent", "failed")


def _as_of(revision: str, path: Path) -> None:
    """A database with the tables of that revision, and one reply in each state."""
    database = Database(f"sqlite:///{path}")
    with database.engine.connect().execution_options(immediate=True) as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        _fill(connection)
        connection.commit()
    database.close()


def _fill(connection: Connection) -> None:
    tables = MetaData()
    tables.reflect(connection)

    def add(name: str, **values: Any) -> None:
        table = tables.tables[name]
        blank = {
            column.name: _blank(column.type.python_type)
            for column in table.columns
            if not column.nullable
        }
        connection.execute(Table(name, tables).insert().values(**blank | values))

    for state in STATES:
        words = f"Hello, your parcel {state} is on its way."
        key = {"id": state}
        add("conversations", **key, channel="x", external_id=f"thread-{state}")
        add(
            "mentions", **key, channel="x", external_id=f"post-{state}", version=1,
            revision_id=f"post-{state}", answer_under=f"post-{state}", conversation_id=state,
            text="Where is my parcel?", media=[], streams=[], topics=[], signals=[], reasons=[],
            answerable="yes", sentiment="neutral", phase="acquisition", priority="P3",
            status="answered" if state == "sent" else "drafted", addressed=True, language="en",
        )  # fmt: skip
        draft = "pending" if state == "failed" else "approved"
        add(
            "drafts", **key, mention_id=state, version=1, mention_version=1, status=draft,
            text=words, language="en", findings=[],
        )  # fmt: skip
        add("approvals", **key, draft_id=state, version=1, text_hash=text_hash(words))
        add(
            "replies", **key, draft_id=state, mention_id=state, purpose="answer", channel="x",
            in_reply_to=f"post-{state}", text=words, text_hash=text_hash(words),
            author_kind="human", status=state, stamped_at=NOW if state != "queued" else None,
            external_id="there" if state == "sent" else None,
        )  # fmt: skip
    add("gaps", id="gap", channel="x", stream="mentions", reason="X lists no more than 800")
    add("dead_letters", id="letter", channel="x", fingerprint="f", payload="{}", error="no id")


def _blank(kind: type) -> Any:
    return {str: "", int: 0, float: 0.0, bool: False, dict: []}.get(kind, NOW)


@pytest.mark.parametrize("revision", [FIRST])
def test_an_upgrade_loses_no_reply_and_sends_none_twice(tmp_path: Path, revision: str) -> None:
    _as_of(revision, tmp_path / "bot.db")
    clock = Watch(NOW + timedelta(minutes=1))
    channel = FakeChannel(clock=clock)
    bot = make_bot(tmp_path, channels=[channel], clock=clock)
    migrate(bot.database, url="test")
    for state in STATES:
        channel.shown[f"post-{state}"] = incoming(f"post-{state}", "Where is my parcel?")
    channel.by_colleagues.append(
        Written(
            external_id="landed",
            text="Hello, your parcel unknown is on its way.",
            posted_at=NOW,
            in_reply_to="post-unknown",
        )
    )
    assert recover(bot) == 1
    for _ in range(3):
        post_round(bot, "x")
        clock.now += channel.options.doubt
    with bot.database.read() as session:
        replies = {reply.id: reply for reply in session.scalars(select(Reply))}
        gap = session.scalars(select(Gap)).one()
        failed = session.get_one(Draft, "failed")
    assert {name: reply.status for name, reply in replies.items()} == {
        "queued": ReplyStatus.SENT,
        "sending": ReplyStatus.SENT,
        "unknown": ReplyStatus.SENT,
        "sent": ReplyStatus.SENT,
        "failed": ReplyStatus.FAILED,
    }
    assert sorted(sent.mention_id for sent, _ in channel.posts) == ["post-queued", "post-sending"]
    assert (replies["unknown"].external_id, replies["sent"].external_id) == ("landed", "there")
    assert failed.status is DraftStatus.PENDING
    assert gap.next_try_at == gap.noticed_at, "it is filled from now on"
    bot.database.close()
