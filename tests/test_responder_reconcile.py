"""Doubtful sends are read back: sent, once more, or a human's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from listener.channels.base import Outgoing, Posted, Written
from listener.channels.errors import Gone, RateLimited, Unavailable, Unknown
from listener.models import Cursor, Mention, MentionStatus, OwnPost
from responder.approve import hide
from responder.bot import Bot
from responder.draft import draft_round
from responder.models import Draft, DraftStatus, PauseLevel, Reply, ReplyStatus
from responder.outside import outside_round
from responder.pause import set_pause
from responder.post import post_round
from responder.settle import SENDS_AT_MOST, recover
from responder.verify import verify_round
from tests.factories import NOW, FakeChannel, Watch, incoming, make_bot, make_draft, make_reply

LOST = Unknown("the connection broke")


@dataclass
class Desk:
    bot: Bot
    channel: FakeChannel
    clock: Watch
    reply_id: str

    def post(self) -> int:
        return post_round(self.bot, "x")

    def after_the_doubt(self) -> int:
        """The first round in which anything can be believed."""
        self.clock.now += self.channel.options.doubt
        return self.post()

    def reply(self) -> Reply:
        with self.bot.database.read() as session:
            return session.get_one(Reply, self.reply_id)

    def mention(self) -> Mention:
        with self.bot.database.read() as session:
            return session.get_one(Mention, self.reply().mention_id)

    def draft(self) -> Draft:
        with self.bot.database.read() as session:
            return session.get_one(Draft, self.reply().draft_id)

    def colleague(self, text: str = "Solved by phone!", *, under: str = "mention-1") -> Written:
        written = Written(
            external_id="native-1",
            text=text,
            posted_at=self.clock(),
            in_reply_to=under,
            url="https://network.example/native-1",
        )
        self.channel.by_colleagues.append(written)
        return written


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    clock = Watch()
    channel = FakeChannel(clock=clock)
    bot = make_bot(tmp_path, channels=[channel], clock=clock)
    with bot.database.write() as session:
        reply = make_reply(session, in_reply_to="mention-1")
        mention = reply.mention
        mention.external_id = mention.revision_id = mention.answer_under = "mention-1"
        channel.shown["mention-1"] = incoming("mention-1", mention.text)
        reply_id = reply.id
    yield Desk(bot=bot, channel=channel, clock=clock, reply_id=reply_id)
    bot.database.close()


def test_a_reply_whose_answer_was_lost_is_found_and_not_sent_again(desk: Desk) -> None:
    desk.channel.fail("post", LOST, late=True)
    desk.post()
    assert desk.after_the_doubt() == 0
    reply = desk.reply()
    assert (reply.status, reply.external_id) == (ReplyStatus.SENT, "x-reply-1")
    assert reply.reason == "found on the network"
    assert desk.mention().status is MentionStatus.ANSWERED
    assert len(desk.channel.posts) == 1


def test_a_reply_that_never_arrived_is_sent_once_more_with_a_new_stamp(desk: Desk) -> None:
    desk.channel.fail("post", LOST)
    desk.post()
    first = desk.reply().stamped_at
    assert desk.after_the_doubt() == 1
    reply = desk.reply()
    assert (reply.status, reply.sends) == (ReplyStatus.SENT, 2)
    assert first and reply.stamped_at and reply.stamped_at > first
    assert len(desk.channel.posts) == 1


def test_every_attempt_tells_the_network_by_which_key_to_know_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Networks that know one take the second attempt for the first."""
    keys: list[tuple[str, datetime]] = []

    def post(reply: Outgoing) -> Posted:
        keys.append((reply.key, reply.made_at))
        return FakeChannel.post(desk.channel, reply)

    monkeypatch.setattr(desk.channel, "post", post)
    desk.channel.fail("post", LOST)
    desk.post()
    desk.after_the_doubt()
    reply = desk.reply()
    assert keys == [(reply.id, reply.queued_at)] * 2


def test_absence_is_not_believed_before_call_and_lag_are_over(desk: Desk) -> None:
    desk.channel.fail("post", LOST)
    desk.post()
    desk.clock.now += desk.channel.options.doubt - timedelta(seconds=1)
    assert desk.post() == 0
    assert desk.reply().status is ReplyStatus.UNKNOWN
    assert desk.channel.posts == []


def test_the_doubt_of_a_second_attempt_begins_with_its_own_stamp(desk: Desk) -> None:
    desk.channel.fail("post", LOST, LOST)
    desk.post()
    desk.after_the_doubt()
    assert desk.reply().status is ReplyStatus.UNKNOWN
    desk.clock.now += desk.channel.options.doubt - timedelta(seconds=1)
    assert desk.post() == 0
    desk.clock.now += timedelta(seconds=1)
    assert desk.post() == 1


def test_after_three_sends_in_vain_a_human_decides(desk: Desk) -> None:
    desk.channel.fail("post", *[LOST] * SENDS_AT_MOST)
    desk.post()
    for _ in range(SENDS_AT_MOST):
        desk.after_the_doubt()
    assert desk.reply().status is ReplyStatus.FAILED
    assert desk.draft().status is DraftStatus.PENDING
    assert "sent in vain" in desk.draft().reason
    assert desk.channel.posts == []


def test_while_it_cannot_be_read_back_it_stays_unknown_and_is_not_sent(desk: Desk) -> None:
    desk.channel.fail("post", LOST)
    desk.post()
    desk.channel.fail("own_replies", *[Unavailable("no answer")] * 8)
    for _ in range(8):
        desk.clock.advance(minutes=6)
        assert desk.post() == 0
        assert desk.reply().status is ReplyStatus.UNKNOWN
    desk.clock.advance(minutes=6)
    assert desk.post() == 1


def test_a_repetition_that_is_ours_counts_as_sent(desk: Desk) -> None:
    desk.channel.fail("post", Unknown("posted before", repetition=True), late=True)
    desk.post()
    desk.after_the_doubt()
    assert desk.reply().status is ReplyStatus.SENT


def test_a_repetition_that_is_not_there_needs_other_words(desk: Desk) -> None:
    desk.channel.fail("post", Unknown("posted before", repetition=True))
    desk.post()
    desk.after_the_doubt()
    assert desk.reply().status is ReplyStatus.FAILED
    assert "change the words" in desk.draft().reason
    assert desk.channel.posts == []


def test_a_send_cut_off_by_a_crash_is_read_back_after_the_restart(desk: Desk) -> None:
    with desk.bot.database.write() as session:
        reply = session.get_one(Reply, desk.reply_id)
        reply.status, reply.stamped_at, reply.sends = ReplyStatus.SENDING, NOW, 1
    assert recover(desk.bot) == 1
    assert desk.post() == 0
    assert desk.reply().status is ReplyStatus.UNKNOWN
    assert desk.after_the_doubt() == 1


def test_nothing_is_sent_again_when_the_customer_changed_the_text_meanwhile(desk: Desk) -> None:
    desk.channel.fail("post", LOST)
    desk.post()
    newer = incoming("mention-1", "It has just arrived, thank you!", revision_id="mention-1b")
    desk.channel.shown["mention-1"] = newer
    desk.after_the_doubt()
    draft_round(desk.bot)
    assert desk.reply().status is ReplyStatus.FAILED
    assert desk.channel.posts == []
    with desk.bot.database.read() as session:
        fresh = session.scalar(select(Draft).where(Draft.status == DraftStatus.PENDING))
        assert fresh and fresh.mention_version == 2


def test_nothing_is_sent_again_while_sending_is_paused(desk: Desk) -> None:
    desk.channel.fail("post", LOST)
    desk.post()
    set_pause(desk.bot.database, channel="", level=PauseLevel.SEND, by="anna", now=desk.clock())
    assert desk.after_the_doubt() == 0
    assert desk.channel.posts == []


def test_during_a_full_pause_nothing_is_asked_of_the_network(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.channel.fail("post", LOST)
    desk.post()
    set_pause(desk.bot.database, channel="", level=PauseLevel.ALL, by="anna", now=desk.clock())
    asked: list[str] = []
    monkeypatch.setattr(desk.channel, "_trouble", lambda method, **_: asked.append(method))
    desk.after_the_doubt()
    assert asked == []
    assert desk.reply().status is ReplyStatus.UNKNOWN


# What stands there before the first send


def test_a_reply_that_stands_already_is_not_sent_at_all(desk: Desk) -> None:
    """As after a backup of yesterday was restored."""
    desk.colleague(desk.reply().text)
    assert desk.post() == 0
    assert (desk.reply().status, desk.reply().external_id) == (ReplyStatus.SENT, "native-1")
    assert desk.channel.posts == []


def test_what_a_colleague_answered_in_the_app_keeps_ours_at_home(desk: Desk) -> None:
    desk.colleague()
    assert desk.post() == 0
    assert desk.mention().status is MentionStatus.ANSWERED_OUTSIDE
    assert desk.draft().status is DraftStatus.WITHDRAWN
    assert desk.reply().status is ReplyStatus.FAILED
    assert desk.channel.posts == []


def test_a_colleague_in_a_thread_that_others_share_makes_a_human_look(desk: Desk) -> None:
    with desk.bot.database.write() as session:
        reply = session.get_one(Reply, desk.reply_id)
        reply.in_reply_to = reply.mention.answer_under = "top-comment"
    desk.colleague(under="top-comment")
    assert desk.post() == 0
    assert desk.mention().status is MentionStatus.DRAFTED
    assert desk.draft().status is DraftStatus.PENDING
    assert "colleague wrote in this thread" in desk.draft().reason
    assert desk.channel.posts == []


def test_our_answers_to_others_in_a_shared_thread_do_not_stand_in_the_way(desk: Desk) -> None:
    with desk.bot.database.write() as session:
        mine = session.get_one(Reply, desk.reply_id)
        mine.in_reply_to = mine.mention.answer_under = "top-comment"
        other = make_reply(session, make_draft(session, text="Another answer altogether."))
        other.in_reply_to, other.status = "top-comment", ReplyStatus.SENT
        other.external_id = "native-1"
    desk.colleague("Another answer altogether.", under="top-comment")
    assert desk.post() == 1


def test_when_nobody_can_say_what_stands_there_nothing_is_sent(desk: Desk) -> None:
    desk.channel.fail("own_replies", Unavailable("too many posts to look through"))
    assert desk.post() == 0
    assert desk.reply().status is ReplyStatus.QUEUED
    assert desk.channel.posts == []


def test_what_a_stream_of_our_own_posts_has_shown_need_not_be_asked_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    real = desk.channel.own_replies

    def own_replies(reply: Outgoing, since: object) -> object:
        asked.append(since)
        return real(reply, since)  # type: ignore[arg-type]

    monkeypatch.setattr(desk.channel, "own_replies", own_replies)
    desk.channel.declaration = FakeChannel(streams=("mentions", "own")).declaration
    fetched = NOW + timedelta(days=3)
    desk.clock.now = fetched + timedelta(minutes=1)
    with desk.bot.database.write() as session:
        session.get_one(Reply, desk.reply_id).queued_at = fetched  # approved just now
        session.add(
            Cursor(
                channel="x",
                stream="own",
                started_at=NOW,
                fetched_at=fetched,
                finished_at=fetched,
                failures=0,
            )
        )
    desk.post()
    assert asked == [fetched - timedelta(minutes=15)]


# What colleagues answer while nothing is being sent


def keep(desk: Desk, written: Written) -> None:
    """As a stream keeps it: once."""
    with desk.bot.database.write() as session:
        known = select(OwnPost).where(OwnPost.external_id == written.external_id)
        if session.scalar(known) is not None:
            return
        session.add(
            OwnPost(
                channel="x",
                external_id=written.external_id,
                in_reply_to=written.in_reply_to,
                text=written.text,
                posted_at=written.posted_at,
                heard_at=desk.clock(),
            )
        )


def test_a_native_answer_withdraws_what_is_queued(desk: Desk) -> None:
    keep(desk, desk.colleague())
    assert outside_round(desk.bot, "x") == 1
    assert outside_round(desk.bot, "x") == 0
    assert desk.mention().status is MentionStatus.ANSWERED_OUTSIDE
    assert desk.draft().status is DraftStatus.WITHDRAWN
    assert desk.post() == 0


def test_a_native_answer_waits_for_the_mention_it_answers(desk: Desk) -> None:
    keep(desk, desk.colleague(under="mention-2"))
    assert outside_round(desk.bot, "x") == 0
    with desk.bot.database.write() as session:
        draft = make_draft(session)
        draft.mention.external_id = "mention-2"
        draft_id = draft.id
    assert outside_round(desk.bot, "x") == 1
    draft_round(desk.bot)
    with desk.bot.database.read() as session:
        assert session.get_one(Draft, draft_id).status is DraftStatus.WITHDRAWN


def test_our_own_reply_in_the_stream_is_no_colleagues(desk: Desk) -> None:
    desk.post()
    ((_, posted),) = desk.channel.posts
    keep(
        desk,
        Written(
            external_id=posted.external_id,
            text=desk.reply().text,
            posted_at=NOW,
            in_reply_to="mention-1",
        ),
    )
    assert outside_round(desk.bot, "x") == 0
    assert desk.mention().status is MentionStatus.ANSWERED


def test_a_post_that_may_be_our_doubtful_reply_is_left_to_the_reading_back(desk: Desk) -> None:
    desk.channel.fail("post", LOST, late=True)
    desk.post()
    ((_, posted),) = desk.channel.posts
    keep(
        desk,
        Written(
            external_id=posted.external_id,
            text=desk.reply().text,
            posted_at=NOW,
            in_reply_to="mention-1",
        ),
    )
    assert outside_round(desk.bot, "x") == 0
    desk.after_the_doubt()
    assert desk.reply().status is ReplyStatus.SENT
    assert outside_round(desk.bot, "x") == 0
    assert desk.mention().status is MentionStatus.ANSWERED


# What becomes of it later


def test_a_reply_is_looked_at_after_ten_minutes_and_after_a_day(desk: Desk) -> None:
    desk.post()
    desk.channel.shown["x-reply-1"] = incoming("x-reply-1", own=True)
    desk.clock.advance(minutes=10)
    assert verify_round(desk.bot, "x") == 0
    assert desk.reply().verify_at == NOW + timedelta(hours=24)
    desk.clock.now = NOW + timedelta(hours=24)
    assert verify_round(desk.bot, "x") == 0
    assert desk.reply().verify_at is None


def test_a_reply_the_network_removed_is_told_and_never_sent_again(desk: Desk) -> None:
    desk.post()
    desk.channel.shown["x-reply-1"] = None
    desk.clock.advance(minutes=10)
    assert verify_round(desk.bot, "x") == 1
    reply = desk.reply()
    assert (reply.status, reply.vanished_at) == (ReplyStatus.SENT, desk.clock())
    desk.clock.advance(days=2)
    assert verify_round(desk.bot, "x") == 0
    assert desk.post() == 0
    assert len(desk.channel.posts) == 1


# What reviewers found


def test_a_process_that_slept_inside_the_call_waits_for_the_read_lag_all_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = desk.channel.post

    def sleep_and_post(reply: Outgoing) -> object:
        desk.clock.advance(minutes=10)
        return real(reply)

    monkeypatch.setattr(desk.channel, "post", sleep_and_post)
    desk.channel.fail("post", LOST, late=True)
    desk.post()
    (_, posted) = desk.channel.posts[0]
    assert desk.reply().read_back_at == posted.posted_at + timedelta(
        seconds=desk.channel.options.read_lag_seconds
    )


def test_a_hidden_mention_gets_no_answer_after_all(desk: Desk) -> None:
    desk.channel.fail("post", LOST)
    desk.post()
    hide(desk.bot, desk.mention().id, by="anna")
    desk.after_the_doubt()
    assert desk.reply().status is ReplyStatus.FAILED
    assert desk.channel.posts == []


def test_a_mention_deleted_while_its_reply_is_in_doubt_ends_the_doubt(desk: Desk) -> None:
    desk.channel.fail("post", LOST, late=True)
    desk.post()
    desk.channel.fail("own_replies", Gone())
    desk.after_the_doubt()
    assert desk.reply().status is ReplyStatus.FAILED
    assert desk.mention().status is MentionStatus.GONE


def test_a_reply_that_trips_us_does_not_keep_the_others_from_leaving(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk.bot.database.write() as session:
        other = make_reply(session)
        other_id, key = other.id, other.mention.external_id
        desk.channel.shown[key] = incoming(key, other.mention.text)
    real = desk.channel.own_replies

    def own_replies(reply: Outgoing, since: datetime) -> object:
        if reply.mention_id == "mention-1":
            raise ZeroDivisionError
        return real(reply, since)

    monkeypatch.setattr(desk.channel, "own_replies", own_replies)
    assert desk.post() == 1
    with desk.bot.database.read() as session:
        assert session.get_one(Reply, other_id).status is ReplyStatus.SENT
    assert desk.reply().reason.startswith("a fault of ours")


def test_a_network_that_wants_to_be_left_alone_is_asked_once_and_not_for_every_reply(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk.bot.database.write() as session:
        for _ in range(20):
            make_reply(session)
    asked: list[str] = []

    def trouble(method: str, **_: object) -> None:
        asked.append(method)
        raise RateLimited(until=desk.clock() + timedelta(minutes=15), scope="call")

    monkeypatch.setattr(desk.channel, "_trouble", trouble)
    for _ in range(5):
        desk.post()
        desk.clock.advance(seconds=30)
    assert asked == ["lookup"]


def test_what_the_network_did_not_take_is_no_send_in_vain(desk: Desk) -> None:
    until = desk.clock() + timedelta(minutes=1)
    desk.channel.fail("post", RateLimited(until=until), RateLimited(until=until), LOST)
    for _ in range(2):
        desk.post()
        desk.clock.advance(minutes=2)
    desk.post()
    assert desk.reply().sends == 1
    assert desk.after_the_doubt() == 1


def test_a_round_that_hung_and_was_replaced_neither_sends_nor_meddles(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It wakes up in the middle of its look, while the round that took its place has sent."""
    real = desk.channel.lookup
    hung: list[bool] = []

    def lookup(ids: Sequence[str], **use: object) -> object:
        if not hung:
            hung.append(True)
            assert post_round(desk.bot, "x") == 1, "the fresh round"
        return real(ids)

    monkeypatch.setattr(desk.channel, "lookup", lookup)
    assert desk.post() == 0
    assert desk.reply().status is ReplyStatus.SENT
    assert len(desk.channel.posts) == 1


def test_a_reply_beside_one_in_doubt_waits_where_both_share_a_place(desk: Desk) -> None:
    with desk.bot.database.write() as session:
        mine = session.get_one(Reply, desk.reply_id)
        mine.in_reply_to = mine.mention.answer_under = "top-comment"
        other = make_reply(session, make_draft(session, text=mine.text))
        other.in_reply_to, other.status = "top-comment", ReplyStatus.UNKNOWN
        other.stamped_at = other.doubted_at = NOW
        other.read_back_at = NOW + timedelta(hours=1)
    desk.colleague(desk.reply().text, under="top-comment")
    assert desk.post() == 0
    assert desk.reply().status is ReplyStatus.QUEUED


def test_our_own_reply_is_no_mention_even_where_the_network_does_not_say_who_wrote_it(
    desk: Desk,
) -> None:
    desk.post()
    (_, posted) = desk.channel.posts[0]
    nameless = incoming(posted.external_id, desk.reply().text, author=None)
    desk.channel.feed.append(nameless)
    desk.bot.poller.poll(desk.channel)
    with desk.bot.database.read() as session:
        heard = session.scalars(select(Mention.external_id)).all()
    assert heard == ["mention-1"]
