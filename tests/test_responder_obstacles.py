"""What holds a reply back although it was approved: the hour, its turn, a sleep, a pause."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.settings import ResponderSettings
from listener.channels.base import Outgoing, Posted
from listener.channels.errors import Unavailable
from listener.models import Breaker, Cause, Operation
from responder import post as outbox
from responder.approve import approve
from responder.bot import Bot
from responder.models import PauseLevel, Reply, ReplyStatus
from responder.pause import set_pause
from responder.post import post_round
from tests.factories import (
    NOW,
    FakeChannel,
    Watch,
    incoming,
    make_bot,
    make_draft,
    make_mention,
    make_reply,
)

STORM = 500


@pytest.fixture
def clock() -> Watch:
    return Watch()


@pytest.fixture
def channel(clock: Watch) -> FakeChannel:
    return FakeChannel(clock=clock)


@pytest.fixture
def bot(tmp_path: Path, clock: Watch, channel: FakeChannel) -> Iterator[Bot]:
    bot = make_bot(tmp_path, channels=[channel], clock=clock)
    yield bot
    bot.database.close()


def queued(bot: Bot, channel: FakeChannel, count: int) -> None:
    """So many approved replies, all due."""
    with bot.database.write() as session:
        for _ in range(count):
            mention = make_mention(session)
            channel.shown[mention.external_id] = incoming(mention.external_id, mention.text)
            make_reply(session, make_draft(session, mention))


def replies(bot: Bot) -> list[Reply]:
    with bot.database.read() as session:
        return list(session.query(Reply))


def quiet(bot: Bot, hours: str) -> Bot:
    """The same installation with quiet hours. It is 10 o'clock in Rome."""
    responder = ResponderSettings(undo_seconds=8, quiet_hours=hours)
    return replace(bot, settings=bot.settings.model_copy(update={"responder": responder}))


def test_nothing_leaves_in_quiet_hours_and_all_of_it_after_them(
    bot: Bot, channel: FakeChannel, clock: Watch
) -> None:
    bot = quiet(bot, "22:00-11:00")
    queued(bot, channel, 2)
    assert post_round(bot, "x") == 0
    clock.now = NOW + timedelta(minutes=59)
    assert post_round(bot, "x") == 0
    clock.now = NOW + timedelta(hours=1)
    assert post_round(bot, "x") == 2


def test_what_is_approved_in_quiet_hours_says_when_it_will_leave(bot: Bot) -> None:
    bot = quiet(bot, "22:00-11:00")
    with bot.database.write() as session:
        draft_id = make_draft(session).id
    approved = approve(bot, draft_id, version=1, by="anna")
    assert approved.leaves_at == NOW + timedelta(hours=1)


def test_at_the_end_of_a_pause_replies_do_not_leave_in_a_burst(
    bot: Bot, channel: FakeChannel, clock: Watch
) -> None:
    queued(bot, channel, 40)
    times = []
    while clock.now < NOW + timedelta(minutes=10) and len(channel.posts) < 40:
        if post_round(bot, "x"):
            times.append((clock.now - NOW).total_seconds())
        clock.advance(seconds=1)
    spread = times[:20]
    assert spread == [9.0 * number for number in range(20)]
    assert len(channel.posts) == 40, "the last twenty may leave at once"


def test_a_channel_never_sends_more_than_its_share_of_a_quarter_of_an_hour(
    tmp_path: Path, clock: Watch
) -> None:
    channel = FakeChannel(clock=clock, sends_per_15_minutes=5)
    bot = make_bot(tmp_path, channels=[channel], clock=clock)
    queued(bot, channel, 8)
    assert post_round(bot, "x") == 5
    clock.advance(minutes=14)
    assert post_round(bot, "x") == 0
    clock.advance(minutes=1)
    assert post_round(bot, "x") == 3
    bot.database.close()


def test_while_the_network_takes_nothing_it_is_not_even_asked_about_the_mentions(
    bot: Bot, channel: FakeChannel, clock: Watch
) -> None:
    queued(bot, channel, 1)
    channel.fail("lookup", Unavailable("it must not be asked"))
    with bot.database.write() as session:
        session.add(
            Breaker(
                channel="x",
                operation=Operation.WRITE,
                cause=Cause.POLICY,
                blocked_until=clock() + timedelta(hours=1),
                reason="blocked",
                changed_at=clock(),
            )
        )
    assert post_round(bot, "x") == 0
    assert [reply.attempts for reply in replies(bot)] == [0]
    clock.advance(hours=1)
    post_round(bot, "x")
    assert [reply.attempts for reply in replies(bot)] == [1]


def test_who_is_told_to_stop_begins_no_other_send(
    bot: Bot, channel: FakeChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued(bot, channel, 3)

    def post(reply: Outgoing) -> Posted:
        bot.sender.leave()
        return FakeChannel.post(channel, reply)

    monkeypatch.setattr(channel, "post", post)
    assert post_round(bot, "x") == 1
    assert Counter(reply.status for reply in replies(bot)) == {
        ReplyStatus.SENT: 1,
        ReplyStatus.QUEUED: 2,
    }


def test_a_machine_that_slept_between_reserving_and_sending_asks_everything_again(
    bot: Bot, channel: FakeChannel, clock: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot = quiet(bot, "22:00-07:00")
    queued(bot, channel, 1)
    real = outbox.reserve

    def reserve_and_sleep(bot: Bot, reply_id: str, turn: int) -> outbox.Reserved | None:
        reserved = real(bot, reply_id, turn)
        clock.advance(hours=13)  # it is 23 o'clock in Rome now
        return reserved

    monkeypatch.setattr(outbox, "reserve", reserve_and_sleep)
    assert post_round(bot, "x") == 0
    monkeypatch.setattr(outbox, "reserve", real)
    assert post_round(bot, "x") == 0
    assert channel.posts == []
    with bot.database.read() as session:
        reply = session.query(Reply).one()
        assert (reply.status, reply.sends) == (ReplyStatus.QUEUED, 0)
    clock.advance(hours=8)
    assert post_round(bot, "x") == 1


def test_who_has_lost_the_lease_sends_nothing(bot: Bot, channel: FakeChannel, clock: Watch) -> None:
    queued(bot, channel, 1)
    elsewhere = replace(bot, state=bot.state / "elsewhere")
    assert elsewhere.sender.take(bot.database, "x", clock())
    assert post_round(bot, "x") == 0
    clock.advance(seconds=61)
    assert post_round(bot, "x") == 1


class Slow(FakeChannel):
    """Posting takes a moment, and it is known how many calls have begun."""

    begun = 0

    def post(self, reply: Outgoing) -> Posted:
        self.begun += 1
        time.sleep(0.002)
        return super().post(reply)


@pytest.mark.parametrize("seed", range(2))
def test_a_pause_in_a_storm_of_500_returns_at_once_and_at_most_one_reply_still_lands(
    tmp_path: Path, clock: Watch, seed: int
) -> None:
    channel = Slow(clock=clock, sends_per_15_minutes=10_000)
    bot = make_bot(tmp_path, channels=[channel], clock=clock)
    queued(bot, channel, STORM)
    sender = threading.Thread(target=post_round, args=(bot, "x"))
    sender.start()
    time.sleep(random.Random(seed).uniform(0.05, 0.6))
    started = time.monotonic()
    on_the_wire = set_pause(bot.database, channel="", level=PauseLevel.SEND, by="anna", now=clock())
    took = time.monotonic() - started
    begun = channel.begun
    sender.join()
    assert took < 1
    assert len(on_the_wire) <= 1
    assert channel.begun - begun <= len(on_the_wire)
    assert len(channel.posts) < STORM
    with bot.database.read() as session:
        listed = [session.get_one(Reply, reply_id).status for reply_id in on_the_wire]
        assert all(status is ReplyStatus.SENT for status in listed)
    bot.database.close()
