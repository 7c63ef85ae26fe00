"""Clocks read from the rows the program itself writes."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select

from config.database import Database
from config.migrate import migrate
from listener.channels.base import Page, Written
from listener.clocks import Clocks
from listener.ingest import ingest
from listener.models import Mention, MentionStatus, OwnPost
from listener.timing import State
from responder.approve import answered_by_hand, approve, reject
from responder.bot import Bot
from responder.clocks import read_clocks, renew_due_times
from responder.draft import draft_round
from responder.models import AuthorKind, Draft, Reply, ReplyStatus
from responder.outside import outside_round
from responder.post import post_round
from responder.settle import answered_by_colleague
from responder.verify import verify_round
from sentiment.prioritize import Level
from tests.daemon import Daemon, write_config
from tests.factories import (
    NOW,
    FakeChannel,
    Watch,
    incoming,
    make_bot,
    make_conversation,
    make_draft,
    make_mention,
    make_reply,
)

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def clock() -> Watch:
    return Watch()


@pytest.fixture
def x(clock: Watch) -> FakeChannel:
    return FakeChannel(clock=clock)


@pytest.fixture
def bot(tmp_path: Path, clock: Watch, x: FakeChannel) -> Iterator[Bot]:
    made = make_bot(tmp_path, channels=[x], clock=clock)
    yield made
    made.database.close()


def clocks_of(bot: Bot, mention_id: str) -> Clocks:
    with bot.database.read() as session:
        mention = session.get_one(Mention, mention_id)
        return read_clocks(bot, session, [mention])[mention_id]


def a_mention(bot: Bot, **changes: object) -> Mention:
    with bot.database.write() as session:
        return make_mention(session, **{"priority": Level.P2} | changes)


def test_from_the_networks_page_to_our_reply_and_its_vanishing(
    bot: Bot, x: FakeChannel, clock: Watch
) -> None:
    text = incoming("1", "Where is my parcel? I ordered it a week ago.", language="en")
    x.feed = [text]
    bot.poller.poll(x)
    draft_round(bot)
    with bot.database.read() as session:
        draft = session.scalars(select(Draft)).one()
    found = clocks_of(bot, draft.mention_id)
    assert found.first and (found.first.state, found.first.due_at) == (
        State.RUNNING, NOW + 4 * HOUR,
    )  # fmt: skip
    x.shown["1"] = text
    clock.advance(minutes=7)
    kind = "Hello Giulia, we are sorry about the wait: your parcel left today."
    approve(bot, draft.id, version=1, by="anna", text=kind)
    clock.advance(minutes=1)
    assert post_round(bot, "x") == 1
    found = clocks_of(bot, draft.mention_id)
    assert found.first and (found.first.state, found.first.ended_at) == (State.MET, clock())
    assert found.resolution and found.resolution.state is State.PAUSED
    clock.advance(minutes=30)
    x.shown["x-reply-1"] = None
    assert verify_round(bot, "x") == 1
    clock.advance(minutes=10)
    found = clocks_of(bot, draft.mention_id)
    assert found.first and (found.first.state, found.first.due_at) == (
        State.RUNNING, clock() - 10 * MINUTE + 4 * HOUR,
    )  # fmt: skip
    assert found.resolution and found.resolution.taken == 18 * MINUTE


def test_an_automatic_reply_with_substance_is_an_answer(bot: Bot) -> None:
    with bot.database.write() as session:
        reply = make_reply(
            session, status=ReplyStatus.SENT, posted_at=NOW, author_kind=AuthorKind.AUTO
        )
    found = clocks_of(bot, reply.mention_id)
    assert found.first and found.first.state is State.MET


def test_a_reply_dated_by_a_clock_ahead_of_ours_has_been_sent(bot: Bot) -> None:
    with bot.database.write() as session:
        reply = make_reply(session, status=ReplyStatus.SENT, posted_at=NOW + MINUTE)
    found = clocks_of(bot, reply.mention_id)
    assert found.first and (found.first.state, found.first.ended_at) == (State.MET, NOW)


@pytest.mark.parametrize("status", [ReplyStatus.QUEUED, ReplyStatus.SENDING, ReplyStatus.UNKNOWN])
def test_a_reply_nobody_knows_of_stops_no_clock(bot: Bot, status: ReplyStatus) -> None:
    with bot.database.write() as session:
        reply = make_reply(session, status=status, stamped_at=NOW)
    found = clocks_of(bot, reply.mention_id)
    assert found.first and found.first.state is State.RUNNING


def test_a_colleague_in_the_app_stops_the_clock_at_the_time_of_that_post(
    bot: Bot, clock: Watch
) -> None:
    mention = a_mention(bot)
    ours = incoming("77", "It leaves today!", in_reply_to=mention.external_id, own=True)
    typed = replace(ours, created_at=NOW + 12 * MINUTE)
    clock.advance(minutes=90)
    reading = bot.poller.reading(bot.channels["x"], "own")
    ingest(bot.database, Page(items=(typed,), position="1"), reading, now=clock())
    assert outside_round(bot, "x") == 1
    found = clocks_of(bot, mention.id)
    assert found.first and (found.first.state, found.first.ended_at) == (
        State.MET, NOW + 12 * MINUTE,
    )  # fmt: skip


def test_an_answer_by_hand_counts_from_when_it_was_said(bot: Bot, clock: Watch) -> None:
    mention = a_mention(bot, status=MentionStatus.BY_HAND)
    with bot.database.write() as session:
        draft = make_draft(session, session.get_one(Mention, mention.id))
    clock.advance(minutes=20)
    answered_by_hand(bot, draft.id, version=1, by="anna")
    said = clock()
    clock.advance(minutes=200)
    with bot.database.write() as session:  # its author edits it later, and the row says so
        session.get_one(Mention, mention.id).changed_at = clock()
    found = clocks_of(bot, mention.id)
    assert found.first and (found.first.state, found.first.ended_at) == (State.MET, said)


def test_when_it_was_answered_by_hand_is_looked_up_and_not_searched_for(
    bot: Bot, clock: Watch
) -> None:
    mentions = [a_mention(bot, status=MentionStatus.BY_HAND) for _ in range(2)]
    for mention in mentions:
        with bot.database.write() as session:
            draft = make_draft(session, session.get_one(Mention, mention.id))
        clock.advance(minutes=20)
        answered_by_hand(bot, draft.id, version=1, by="anna")
    with bot.database.write() as session:  # only this one has to be looked for in the audit
        session.get_one(Mention, mentions[0].id).changed_at = clock() + MINUTE
    told: list[tuple[str, tuple[object, ...]]] = []
    event.listen(
        bot.database.engine, "before_cursor_execute", lambda *asked: told.append(asked[2:4])
    )
    for mention, minute in zip(mentions, (20, 40), strict=True):
        found = clocks_of(bot, mention.id)
        assert found.first and found.first.ended_at == NOW + minute * MINUTE
    plans = plans_of(bot, list(told))
    assert [plan for plan in plans if "audit" in plan]
    assert all("(subject=?" in plan for plan in plans if "audit" in plan)
    at_once = plans_of(bot, list(told)[-3:])
    assert any("drafts USING INDEX ix_drafts_changed_at (changed_at=?)" in plan for plan in plans)
    assert not [plan for plan in at_once if "SCAN" in plan]


def plans_of(bot: Bot, told: list[tuple[str, tuple[object, ...]]]) -> list[str]:
    """How the database goes about each statement, step by step."""
    with bot.database.read() as session:
        connection = session.connection()
        return [
            row[3]
            for statement, values in told
            if statement.startswith("SELECT")
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]


def test_a_colleagues_answer_the_bot_found_by_reading_the_thread_counts_from_then(
    bot: Bot, clock: Watch
) -> None:
    with bot.database.write() as session:
        reply = make_reply(session, status=ReplyStatus.UNKNOWN, stamped_at=NOW)
    clock.advance(minutes=9)
    post = Written(external_id="88", text="Hello", posted_at=NOW, in_reply_to=reply.in_reply_to)
    answered_by_colleague(bot, reply.id, post)
    found = clocks_of(bot, reply.mention_id)
    assert found.first and (found.first.state, found.first.ended_at) == (State.MET, clock())


def test_a_rejected_mention_owes_no_answer(bot: Bot, clock: Watch) -> None:
    mention = a_mention(bot)
    with bot.database.write() as session:
        draft = make_draft(session, session.get_one(Mention, mention.id))
    clock.advance(minutes=5)
    reject(bot, draft.id, version=1, reason="rude", by="anna")
    found = clocks_of(bot, mention.id)
    assert found.first and (found.first.state, found.first.ended_at) == (State.DROPPED, clock())


def test_who_writes_again_is_the_same_customer_and_others_are_not(bot: Bot, clock: Watch) -> None:
    with bot.database.write() as session:
        thread = make_conversation(session)
        first = make_mention(session, conversation=thread, priority=Level.P2)
        draft = make_draft(session, first)
        make_reply(session, draft, status=ReplyStatus.SENT, posted_at=NOW + 5 * MINUTE)
        first.status = MentionStatus.ANSWERED
        again = make_mention(
            session, conversation=thread, author=first.author, priority=Level.P3,
            created_at=NOW + 10 * MINUTE,
        )  # fmt: skip
        other = make_mention(session, conversation=thread, priority=Level.P2)
        nameless = make_mention(session, conversation=thread, author=None, priority=Level.P2)
        answered = make_mention(session, conversation=thread, author=None)
        make_reply(session, make_draft(session, answered), status=ReplyStatus.SENT, posted_at=NOW)
    clock.advance(minutes=20)
    found = clocks_of(bot, again.id)
    assert found == clocks_of(bot, first.id)
    assert found.first and found.first.state is State.MET
    assert found.next and found.next.due_at == NOW + 10 * MINUTE + 4 * HOUR
    with bot.database.read() as session:
        mentions = session.scalars(select(Mention)).all()
        together = read_clocks(bot, session, mentions)
    assert {key: clocks_of(bot, key) for key in together} == together
    for mention in (other, nameless):
        alone = clocks_of(bot, mention.id)
        assert alone.first and (alone.first.state, alone.next) == (State.RUNNING, None)


def test_an_own_post_that_is_the_bots_does_not_answer_twice(bot: Bot, clock: Watch) -> None:
    with bot.database.write() as session:
        reply = make_reply(
            session, status=ReplyStatus.SENT, posted_at=NOW + 5 * MINUTE, external_id="77",
            vanished_at=NOW + 15 * MINUTE,
        )  # fmt: skip
        session.add(
            OwnPost(
                channel="x", external_id="77", in_reply_to=reply.in_reply_to, text="",
                posted_at=NOW + 5 * MINUTE, heard_at=NOW + 5 * MINUTE, settled_at=NOW,
            )
        )  # fmt: skip
    clock.advance(minutes=20)
    found = clocks_of(bot, reply.mention_id)
    assert found.first and found.first.state is State.RUNNING


def test_many_mentions_cost_as_many_questions_as_one(bot: Bot) -> None:
    with bot.database.write() as session:
        for _ in range(30):
            draft = make_draft(session)
            make_reply(session, draft, status=ReplyStatus.SENT, posted_at=NOW)
    asked: list[str] = []
    event.listen(bot.database.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    with bot.database.read() as session:
        mentions = session.scalars(select(Mention)).all()
        asked.clear()
        assert len(read_clocks(bot, session, mentions)) == 30
    assert len(asked) <= 5


def test_a_start_says_anew_when_what_waits_is_due(
    tmp_path: Path, clock: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    """A changed calendar counts for what is there already, and for nothing that is closed."""
    bot = make_bot(tmp_path, clock=clock)
    with bot.database.write() as session:
        waiting = make_mention(session, priority=Level.P3)
        urgent = make_mention(session, priority=Level.P1, due_at=NOW + 15 * MINUTE)
        to_buy = make_mention(
            session, priority=Level.P2, reasons=["question before buying"],
            due_at=NOW + 15 * MINUTE,
        )  # fmt: skip
        closed = make_mention(session, status=MentionStatus.ANSWERED)
        strange = make_mention(session, channel="gone", priority=Level.P3)
    assert renew_due_times(bot) == 0
    bot.database.close()
    afternoons = FakeChannel(clock=clock, staffed_hours="Mon-Fri 14:00-16:00")
    again = make_bot(tmp_path, channels=[afternoons], clock=clock)
    with caplog.at_level(logging.INFO, logger="responder.clocks"):
        assert renew_due_times(again) == 2
        assert renew_due_times(again) == 0
    assert [record.getMessage() for record in caplog.records] == [
        "due times were made anew for 2 open mentions"
    ]
    with again.database.read() as session:
        due = {key: session.get_one(Mention, key).due_at - NOW for key in (
            waiting.id, urgent.id, to_buy.id, closed.id, strange.id,
        )}  # fmt: skip
    # NOW is Monday, 10:00 in Rome.
    assert list(due.values()) == [
        30 * HOUR, 15 * MINUTE, 4 * HOUR + 15 * MINUTE, 4 * HOUR, 4 * HOUR,
    ]  # fmt: skip
    again.database.close()


def test_run_says_it_before_anybody_sees_the_queue(tmp_path: Path) -> None:
    brand = {"path": "config/brand/demo", "staffed_hours": "Mon-Fri 14:00-16:00"}
    config = write_config(tmp_path, {}, brand=brand)
    url = f"sqlite:///{tmp_path / 'bot.db'}"
    database = Database(url)
    migrate(database, url=url)
    with database.write() as session:
        waiting = make_mention(session, priority=Level.P3)
    with Daemon(config) as daemon:
        daemon.stop()
    with database.read() as session:
        assert session.get_one(Mention, waiting.id).due_at == NOW + 30 * HOUR
    database.close()


def test_a_changed_calendar_changes_what_was_promised_in_the_past(
    tmp_path: Path, clock: Watch
) -> None:
    bot = make_bot(tmp_path, clock=clock)
    with bot.database.write() as session:
        reply = make_reply(
            session, make_draft(session, make_mention(session, priority=Level.P2)),
            status=ReplyStatus.SENT, posted_at=NOW + 5 * HOUR,
        )  # fmt: skip
    clock.advance(hours=24)
    late = clocks_of(bot, reply.mention_id)
    assert late.first and late.first.state is State.BROKEN
    bot.database.close()
    afternoons = FakeChannel(clock=clock, staffed_hours="Mon-Fri 14:30-16:00")
    again = make_bot(tmp_path, channels=[afternoons], clock=clock)
    met = clocks_of(again, reply.mention_id)
    assert met.first and (met.first.state, met.first.taken) == (State.MET, 30 * MINUTE)
    with again.database.read() as session:
        assert session.scalars(select(Reply)).one().posted_at == NOW + 5 * HOUR
    again.database.close()
