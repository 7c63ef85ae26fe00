"""An approval holds for a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from listener.channels.base import Outgoing, Written
from listener.channels.errors import Unavailable
from responder.approve import approve
from responder.bot import Bot
from responder.lapse import HOLDS, lapse
from responder.models import Draft, DraftStatus, PauseLevel, Reply, ReplyStatus
from responder.pause import lift_pause, set_pause
from responder.post import post_one, post_round
from tests.factories import FakeChannel, Watch, incoming, make_bot, make_draft, make_reply

WORDS = "Hello Giulia, your parcel left the warehouse. — the Larix team"


@pytest.fixture
def clock() -> Watch:
    return Watch()


@pytest.fixture
def channel(clock: Watch) -> FakeChannel:
    return FakeChannel(clock=clock)


@pytest.fixture
def bot(tmp_path: Path, clock: Watch, channel: FakeChannel) -> Bot:
    return make_bot(tmp_path, channels=[channel], clock=clock)


def approved(bot: Bot, channel: FakeChannel) -> tuple[str, str]:
    with bot.database.write() as session:
        draft = make_draft(
            session, text="Hello Giulia, your parcel left the warehouse. — the Larix team"
        )
        external_id = draft.mention.external_id
        channel.shown[external_id] = incoming(external_id, draft.mention.text)
        draft_id = draft.id
    made = approve(bot, draft_id, version=1, by="bo", confirm=frozenset({"R03"}))
    return draft_id, made.reply_id


def test_what_could_not_leave_for_a_day_is_read_again(
    bot: Bot, channel: FakeChannel, clock: Watch
) -> None:
    draft_id, reply_id = approved(bot, channel)
    set_pause(bot.database, channel="x", level=PauseLevel.ALL, by="anna", now=clock())
    clock.advance(hours=23, minutes=59)
    post_round(bot, "x")
    with bot.database.read() as session:
        assert session.get_one(Reply, reply_id).status is ReplyStatus.QUEUED
    clock.advance(minutes=1)
    post_round(bot, "x")
    lift_pause(bot.database, channel="x", by="anna", now=clock())
    post_round(bot, "x")
    assert channel.posts == []
    with bot.database.read() as session:
        draft = session.get_one(Draft, draft_id)
        assert (draft.status, draft.version) == (DraftStatus.PENDING, 2)
        assert draft.reason == (
            "approved by bo, but it could not leave for 24 hours: read it again"
        )
        assert session.get_one(Reply, reply_id).status is ReplyStatus.FAILED
    again = approve(bot, draft_id, version=2, by="bo", confirm=frozenset({"R03"}))
    clock.advance(seconds=20)
    assert post_round(bot, "x") == 1
    with bot.database.read() as session:
        assert session.get_one(Reply, again.reply_id).status is ReplyStatus.SENT


def test_a_network_that_was_away_for_a_day_gets_nothing_stale(
    bot: Bot, channel: FakeChannel, clock: Watch
) -> None:
    draft_id, _ = approved(bot, channel)
    clock.advance(seconds=20)
    for _ in range(3):
        channel.fail("lookup", Unavailable("away"))
        post_round(bot, "x")
        clock.advance(hours=8)
    post_round(bot, "x")
    assert channel.posts == []
    with bot.database.read() as session:
        assert session.get_one(Draft, draft_id).status is DraftStatus.PENDING


def test_the_transaction_that_reserves_asks_once_more(
    bot: Bot, channel: FakeChannel, clock: Watch
) -> None:
    _, reply_id = approved(bot, channel)
    clock.advance(seconds=20)
    assert bot.sender.take(bot.database, "x", clock())
    turn = bot.sender.next_turn("x")
    real = channel.own_replies

    def slow(reply: Outgoing, since: datetime) -> Sequence[Written]:
        found = real(reply, since)
        clock.advance(hours=24)
        return found

    channel.own_replies = slow  # type: ignore[method-assign]
    assert not post_one(bot, reply_id, turn)
    assert channel.posts == []
    with bot.database.read() as session:
        assert session.get_one(Reply, reply_id).status is ReplyStatus.FAILED


@pytest.mark.parametrize("status", [ReplyStatus.SENDING, ReplyStatus.UNKNOWN, ReplyStatus.SENT])
def test_what_may_stand_on_the_network_is_never_given_back(
    bot: Bot, clock: Watch, status: ReplyStatus
) -> None:
    with bot.database.write() as session:
        reply_id = make_reply(session, status=status, stamped_at=clock()).id
    clock.now += HOLDS + timedelta(days=3)
    assert lapse(bot, "x") == 0
    with bot.database.read() as session:
        assert session.get_one(Reply, reply_id).status is status
