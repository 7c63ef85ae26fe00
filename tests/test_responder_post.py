from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError

from listener.channels.base import Answerable, ChannelOptions, Incoming
from listener.channels.errors import (
    AuthFailed,
    BudgetSpent,
    ChannelError,
    Gone,
    RateLimited,
    Refused,
    Unavailable,
    Unknown,
)
from listener.channels.metering import Use
from listener.models import Mention, MentionStatus, SpendEntry
from responder.bot import Bot
from responder.draft import draft_round
from responder.models import (
    Approval,
    AuthorKind,
    Draft,
    DraftStatus,
    PauseLevel,
    Reply,
    ReplyStatus,
)
from responder.outbox import text_hash
from responder.pause import lift_pause, set_pause
from responder.post import post_round
from responder.settle import recover, settle_by_human
from sentiment.prioritize import Level
from sentiment.score import Sentiment
from tests.factories import (
    NOW,
    FakeChannel,
    Watch,
    incoming,
    make_auto_rule,
    make_bot,
    make_draft,
    make_mention,
    make_reply,
)


@dataclass
class Desk:
    bot: Bot
    channel: FakeChannel
    clock: Watch
    reply_id: str

    def post(self) -> int:
        return post_round(self.bot, "x")

    def reply(self) -> Reply:
        with self.bot.database.read() as session:
            return session.get_one(Reply, self.reply_id)

    def mention(self) -> Mention:
        with self.bot.database.read() as session:
            return session.get_one(Mention, self.reply().mention_id)

    def draft(self) -> Draft:
        with self.bot.database.read() as session:
            return session.get_one(Draft, self.reply().draft_id)

    def pause(self, level: PauseLevel, channel: str = "") -> list[str]:
        return set_pause(
            self.bot.database, channel=channel, level=level, by="anna", now=self.clock()
        )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    clock = Watch()
    channel = FakeChannel(clock=clock)
    bot = make_bot(tmp_path, channels=[channel], clock=clock)
    with bot.database.write() as session:
        reply = make_reply(session)
        reply.mention.external_id = reply.mention.revision_id = "mention-1"
        channel.shown["mention-1"] = incoming("mention-1", reply.mention.text)
        reply_id = reply.id
    yield Desk(bot=bot, channel=channel, clock=clock, reply_id=reply_id)
    bot.database.close()


def test_a_due_reply_is_posted_once_under_its_mention(desk: Desk) -> None:
    assert desk.post() == 1
    assert desk.post() == 0
    ((sent, posted),) = desk.channel.posts
    assert sent.mention_id == "mention-1"
    assert sent.answer_under == desk.reply().in_reply_to
    reply = desk.reply()
    assert (reply.status, reply.external_id) == (ReplyStatus.SENT, posted.external_id)
    assert desk.mention().status is MentionStatus.ANSWERED


def test_nothing_leaves_before_its_time(desk: Desk) -> None:
    with desk.bot.database.write() as session:
        session.get_one(Reply, desk.reply_id).not_before = NOW + timedelta(seconds=8)
    assert desk.post() == 0
    desk.clock.advance(seconds=8)
    assert desk.post() == 1


def test_sending_is_on_disk_before_the_call_is_made(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr(desk.channel, "_trouble", lambda *_, **__: seen.append(desk.reply().status))
    desk.post()
    looked, posted = [ReplyStatus.QUEUED] * 2, [ReplyStatus.SENDING] * 2
    assert seen == looked + posted


def test_a_human_who_sees_the_reply_settles_it_as_sent(desk: Desk) -> None:
    desk.channel.fail("post", Unknown("the connection broke"), late=True)
    desk.post()
    settle_by_human(desk.bot, desk.reply_id, stands=True, by="anna")
    assert desk.reply().status is ReplyStatus.SENT
    assert desk.mention().status is MentionStatus.ANSWERED


def test_a_human_who_does_not_see_it_gets_the_draft_back(desk: Desk) -> None:
    desk.channel.fail("post", Unknown("the connection broke"))
    desk.post()
    with pytest.raises(LookupError, match="look again in 46 s"):
        settle_by_human(desk.bot, desk.reply_id, stands=False, by="anna")
    desk.clock.now += desk.channel.options.doubt
    settle_by_human(desk.bot, desk.reply_id, stands=False, by="anna")
    assert desk.reply().status is ReplyStatus.FAILED
    assert desk.draft().status is DraftStatus.PENDING
    with pytest.raises(LookupError):
        settle_by_human(desk.bot, desk.reply_id, stands=True, by="bo")


def test_a_send_cut_off_by_a_crash_is_unknown_after_the_restart(desk: Desk) -> None:
    with desk.bot.database.write() as session:
        session.get_one(Reply, desk.reply_id).status = ReplyStatus.SENDING
    assert recover(desk.bot) == 1
    assert desk.post() == 0
    assert desk.reply().status is ReplyStatus.UNKNOWN
    assert desk.channel.posts == []


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (Unavailable("503", retry_after=30), 30),
        (RateLimited(until=NOW + timedelta(minutes=15)), 900),
        (AuthFailed("make a new token"), 300),
        (BudgetSpent(until=NOW + timedelta(hours=2)), 7200),
    ],
)
def test_what_the_network_surely_did_not_do_is_done_later(
    desk: Desk, error: ChannelError, seconds: float
) -> None:
    desk.channel.fail("post", error)
    assert desk.post() == 0
    assert desk.reply().status is ReplyStatus.QUEUED
    assert desk.reply().reason == str(error)
    desk.clock.advance(seconds=seconds - 1)
    assert desk.post() == 0
    desk.clock.advance(seconds=1)
    assert desk.post() == 1
    assert len(desk.channel.posts) == 1


def test_after_twenty_attempts_a_human_is_asked(desk: Desk) -> None:
    desk.channel.fail("post", *[Unavailable("no way there") for _ in range(20)])
    for _ in range(20):
        desk.post()
        desk.clock.advance(hours=1)
    assert desk.reply().status is ReplyStatus.FAILED
    assert "20 attempts" in desk.reply().reason
    assert desk.draft().status is DraftStatus.PENDING


def test_what_the_network_refuses_goes_back_to_a_human_with_its_reason(desk: Desk) -> None:
    desk.channel.fail("post", Refused("replies are closed"))
    desk.post()
    assert desk.reply().status is ReplyStatus.FAILED
    assert (desk.draft().status, desk.draft().reason) == (
        DraftStatus.PENDING,
        "replies are closed",
    )


def test_what_only_a_person_may_do_after_all_is_by_hand(desk: Desk) -> None:
    desk.channel.fail("post", Refused("you were not mentioned", by_hand=True))
    desk.post()
    assert desk.mention().status is MentionStatus.BY_HAND


def test_a_mention_deleted_before_the_send_is_not_answered(desk: Desk) -> None:
    desk.channel.shown["mention-1"] = None
    assert desk.post() == 0
    assert desk.channel.posts == []
    assert desk.mention().status is MentionStatus.GONE
    assert desk.reply().status is ReplyStatus.FAILED
    assert desk.draft().status is DraftStatus.WITHDRAWN


def test_a_mention_deleted_during_the_send_is_gone(desk: Desk) -> None:
    desk.channel.fail("post", Gone())
    desk.post()
    assert desk.mention().status is MentionStatus.GONE
    assert desk.draft().status is DraftStatus.WITHDRAWN


def test_a_mention_edited_after_the_approval_is_not_answered_with_the_old_words(
    desk: Desk,
) -> None:
    desk.channel.shown["mention-1"] = incoming("mention-1", "Never mind, it arrived!")
    assert desk.post() == 0
    assert desk.channel.posts == []
    assert desk.reply().status is ReplyStatus.FAILED
    assert "changed the text" in desk.reply().reason


def test_when_nobody_can_say_whether_the_mention_still_stands_nothing_is_sent(desk: Desk) -> None:
    desk.channel.fail("lookup", Unavailable("503", retry_after=60))
    assert desk.post() == 0
    assert desk.channel.posts == []
    desk.clock.advance(seconds=61)
    assert desk.post() == 1


@pytest.mark.parametrize("level", [PauseLevel.SEND, PauseLevel.ALL])
@pytest.mark.parametrize("channel", ["", "x"])
def test_after_a_pause_nothing_leaves_until_it_is_lifted(
    desk: Desk, level: PauseLevel, channel: str
) -> None:
    desk.pause(level, channel)
    assert desk.post() == 0
    assert desk.channel.posts == []
    lift_pause(desk.bot.database, channel=channel, by="anna", now=desk.clock())
    assert desk.post() == 1


def test_a_pause_that_arrives_while_we_look_at_the_mention_still_stops_the_send(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lookup(_ids: object, **_use: object) -> dict[str, Incoming | None]:
        desk.pause(PauseLevel.SEND)
        return dict(desk.channel.shown)

    monkeypatch.setattr(desk.channel, "lookup", lookup)
    assert desk.post() == 0
    assert desk.channel.posts == []


def test_a_pause_of_automatic_replies_lets_human_ones_leave(desk: Desk) -> None:
    desk.pause(PauseLevel.AUTO)
    assert desk.post() == 1


def test_a_pause_lists_what_was_already_on_the_wire(desk: Desk) -> None:
    with desk.bot.database.write() as session:
        session.get_one(Reply, desk.reply_id).status = ReplyStatus.SENDING
    assert desk.pause(PauseLevel.SEND) == [desk.reply_id]


def test_the_pause_file_works_without_the_database(desk: Desk) -> None:
    desk.bot.pause_file.touch()
    assert desk.post() == 0
    desk.bot.pause_file.unlink()
    assert desk.post() == 1


@pytest.mark.parametrize(("spent", "posted"), [(2_600_000, 2), (2_700_000, 1)])
def test_the_last_money_for_replies_goes_to_the_most_urgent(
    tmp_path: Path, spent: int, posted: int
) -> None:
    clock = Watch(now=NOW.replace(day=28))
    channel = FakeChannel(clock=clock, prices_checked=NOW.date(), monthly_budget_usd=10)
    bot = make_bot(tmp_path, channels=[channel], clock=clock)
    with bot.database.write() as session:
        session.add(SpendEntry(channel="x", at=NOW, use=Use.REPLY, operation="POST", micros=spent))
        for level in (Level.P2, Level.P1):
            mention = make_mention(session, priority=level)
            make_reply(session, make_draft(session, mention), queued_at=clock())
            channel.shown[mention.external_id] = incoming(mention.external_id, mention.text)
    assert post_round(bot, "x") == posted
    with bot.database.read() as session:
        sent = session.scalars(select(Reply).where(Reply.status == ReplyStatus.SENT)).all()
        assert Level.P1 in {reply.mention.priority for reply in sent}
        waits = session.scalars(select(Reply).where(Reply.status == ReplyStatus.QUEUED)).all()
        assert [reply.reason for reply in waits] == (
            ["what is left of the month's money for replies is kept for P1"] if posted == 1 else []
        )
    bot.database.close()


def test_the_database_itself_refuses_a_second_live_reply(desk: Desk) -> None:
    desk.post()
    with pytest.raises(IntegrityError), desk.bot.database.write() as session:
        mention = session.get_one(Mention, desk.mention().id)
        first = session.scalars(select(Draft)).one()
        first.status = DraftStatus.REJECTED
        session.flush()
        make_reply(session, make_draft(session, mention))


def test_another_channel_s_replies_are_not_touched(desk: Desk) -> None:
    assert post_round(desk.bot, "facebook") == 0
    assert desk.reply().status is ReplyStatus.QUEUED


def test_an_error_nobody_foresaw_is_an_unknown_outcome(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk.channel, "post", _stumble)
    assert desk.post() == 0
    assert desk.reply().status is ReplyStatus.UNKNOWN
    assert "RuntimeError" in desk.reply().reason


def test_a_long_outage_is_asked_about_ever_more_rarely_and_ends_with_a_human(desk: Desk) -> None:
    desk.channel.fail("lookup", *[Unavailable("503") for _ in range(500)])
    rounds = 0
    while desk.reply().status is ReplyStatus.QUEUED:
        desk.post()
        desk.clock.advance(seconds=10)
        rounds += 1
    assert desk.reply().attempts == 20
    assert rounds > 200
    assert desk.channel.posts == []


def test_an_unknown_reply_to_words_that_changed_since_makes_room_for_a_new_draft(
    desk: Desk,
) -> None:
    desk.channel.fail("post", Unknown("the connection broke"))
    desk.post()
    with desk.bot.database.write() as session:
        mention = session.scalars(select(Mention)).one()
        mention.version, mention.status = 2, MentionStatus.NEW
    draft_round(desk.bot)
    desk.clock.now += desk.channel.options.doubt
    settle_by_human(desk.bot, desk.reply_id, stands=False, by="anna")
    draft_round(desk.bot)
    with desk.bot.database.read() as session:
        drafts = session.scalars(select(Draft).order_by(Draft.id)).all()
    assert [(draft.status, draft.mention_version) for draft in drafts] == [
        (DraftStatus.WITHDRAWN, 1),
        (DraftStatus.PENDING, 2),
    ]


def test_an_outcome_the_database_did_not_take_is_unknown_from_the_next_round_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OperationalError("UPDATE replies", {}, Exception("database or disk is full"))

    with monkeypatch.context() as broken:
        broken.setattr("responder.post.confirm", full)
        with pytest.raises(OperationalError):
            desk.post()
    assert desk.reply().status is ReplyStatus.SENDING
    desk.post()
    assert desk.reply().status is ReplyStatus.UNKNOWN
    assert "lost track" in desk.reply().reason
    assert len(desk.channel.posts) == 1


def test_when_the_network_says_nothing_clear_about_the_mention_nothing_is_sent(desk: Desk) -> None:
    del desk.channel.shown["mention-1"]
    assert desk.post() == 0
    assert desk.channel.posts == []
    assert desk.reply().status is ReplyStatus.QUEUED
    assert "nothing clear" in desk.reply().reason


def test_a_comment_that_was_closed_after_the_approval_is_not_answered(desk: Desk) -> None:
    open_one = desk.channel.shown["mention-1"]
    assert open_one is not None
    desk.channel.shown["mention-1"] = replace(open_one, answerable=Answerable.NO)
    assert desk.post() == 0
    assert desk.channel.posts == []
    assert desk.reply().status is ReplyStatus.FAILED


def test_words_changed_in_the_outbox_itself_never_leave(desk: Desk) -> None:
    with desk.bot.database.write() as session:
        session.get_one(Reply, desk.reply_id).text = "something else altogether"
    assert desk.post() == 0
    assert desk.channel.posts == []


def _make_it_automatic(desk: Desk, *, auto_reply: bool) -> None:
    desk.channel.options = ChannelOptions(kind="x", auto_reply=auto_reply)
    with desk.bot.database.write() as session:
        reply = session.get_one(Reply, desk.reply_id)
        reply.author_kind, reply.rule_id = AuthorKind.AUTO, make_auto_rule(session).id
        mention = reply.mention
        mention.text = "Thank you so much!"
        mention.signals, mention.topics = ["praise"], ["praise"]
        mention.sentiment, mention.sentiment_confidence = Sentiment.POSITIVE, 0.97
        desk.channel.shown["mention-1"] = incoming("mention-1", mention.text)
        disclosure = desk.bot.book.chapters["en"].voice.automatic
        reply.text = reply.draft.text = f"Hello Giulia, how kind of you. {disclosure}"
        approval = session.scalars(select(Approval)).one()
        reply.text_hash = approval.text_hash = text_hash(reply.text)


def test_an_automatic_reply_leaves_while_the_settings_allow_it(desk: Desk) -> None:
    _make_it_automatic(desk, auto_reply=True)
    assert desk.post() == 1


def test_no_automatic_reply_leaves_once_they_are_switched_off(desk: Desk) -> None:
    _make_it_automatic(desk, auto_reply=False)
    assert desk.post() == 0
    assert desk.draft().status is DraftStatus.PENDING


def test_no_automatic_reply_leaves_once_its_author_said_stop(desk: Desk) -> None:
    _make_it_automatic(desk, auto_reply=True)
    with desk.bot.database.write() as session:
        author = session.get_one(Reply, desk.reply_id).mention.author
        assert author is not None
        author.opted_out_at = NOW
    assert desk.post() == 0
    assert desk.channel.posts == []


def test_an_edit_during_a_send_that_is_refused_is_drafted_anew(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_reply: object) -> None:
        with desk.bot.database.write() as session:
            mention = session.scalars(select(Mention)).one()
            mention.version, mention.status = 2, MentionStatus.NEW
        raise Refused("you were not mentioned", by_hand=True)

    monkeypatch.setattr(desk.channel, "post", refuse)
    desk.post()
    assert desk.mention().status is MentionStatus.NEW
    assert draft_round(desk.bot) == 1


def _stumble(_reply: object) -> None:
    raise RuntimeError("a bug of ours")
