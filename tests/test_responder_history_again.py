"""A reply that failed, tried once more: never twice to one customer, never without a person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from listener.channels.base import Answerable
from listener.models import Mention, MentionStatus
from responder.approve import NotFound, approve, hide
from responder.bot import Bot
from responder.history.again import AGAIN, Against, CannotTryAgain, try_again
from responder.models import Audit, AuthorKind, Draft, DraftStatus, Reply, ReplyStatus
from tests.factories import NOW, make_bot, make_draft, make_mention, make_reply

TEXT = "Hello Giulia, we are looking into it.\n\n— the Larix team"


def failed(bot: Bot, closed: DraftStatus = DraftStatus.WITHDRAWN, **changes: Any) -> str:
    """The id of a reply that did not leave, and whose draft is closed."""
    with bot.database.write() as session:
        draft = make_draft(
            session, make_mention(session, text="My parcel is late again."), text=TEXT
        )
        values = {"status": ReplyStatus.FAILED, "reason": "bo hid the mention"} | changes
        reply = make_reply(session, draft, **values)
        draft.status, draft.reason = closed, "bo hid the mention"
        draft.mention.status = MentionStatus.IGNORED
        return reply.id


def rows(bot: Bot, reply_id: str) -> tuple[Reply, Draft, Mention]:
    with bot.database.read() as session:
        reply = session.get_one(Reply, reply_id)
        return reply, reply.draft, reply.mention


@pytest.mark.parametrize("status", [DraftStatus.WITHDRAWN, DraftStatus.REJECTED])
def test_its_draft_is_open_again_and_nothing_is_sent(tmp_path: Path, status: DraftStatus) -> None:
    bot = make_bot(tmp_path)
    reply_id = failed(bot, status)
    version = rows(bot, reply_id)[1].version
    draft_id = try_again(bot, reply_id, by="anna")
    reply, draft, mention = rows(bot, reply_id)
    assert (draft.id, draft.status, draft.version) == (draft_id, DraftStatus.PENDING, version + 1)
    assert (draft.reason, draft.changed_at) == ("bo hid the mention", NOW)
    assert mention.status is MentionStatus.DRAFTED
    assert reply.status is ReplyStatus.FAILED
    with bot.database.read() as session:
        (entry,) = session.scalars(select(Audit).where(Audit.action == AGAIN))
        assert (entry.who, entry.subject, entry.detail) == ("anna", draft_id, reply_id)
    approved = approve(bot, draft_id, version=draft.version, by="anna")
    assert rows(bot, approved.reply_id)[0].status is ReplyStatus.QUEUED
    with pytest.raises(CannotTryAgain) as refused:  # now another answer is under way
        try_again(bot, reply_id, by="anna")
    assert refused.value.against is Against.OTHER
    bot.database.close()


def test_a_draft_that_waits_already_is_left_as_it_is(tmp_path: Path) -> None:
    bot = make_bot(tmp_path)
    reply_id = failed(bot, DraftStatus.PENDING)
    before = rows(bot, reply_id)[1].version
    assert try_again(bot, reply_id, by="anna") == rows(bot, reply_id)[1].id
    assert rows(bot, reply_id)[1].version == before
    bot.database.close()


@pytest.mark.parametrize(
    ("changes", "against"),
    [
        ({"status": MentionStatus.GONE}, Against.GONE),
        ({"version": 2}, Against.CHANGED),
        ({"status": MentionStatus.ANSWERED}, Against.ANSWERED),
        ({"status": MentionStatus.ANSWERED_OUTSIDE}, Against.ANSWERED),
        ({"answerable": Answerable.NO}, Against.CLOSED),
        ({"purged_at": NOW}, Against.ERASED),
    ],
)
def test_what_happened_to_the_mention_stands_against_it(
    tmp_path: Path, changes: dict[str, object], against: Against
) -> None:
    bot = make_bot(tmp_path)
    reply_id = failed(bot)
    with bot.database.write() as session:
        mention = session.get_one(Reply, reply_id).mention
        for name, value in changes.items():
            setattr(mention, name, value)
    with pytest.raises(CannotTryAgain, match=against.value):
        try_again(bot, reply_id, by="anna")
    assert rows(bot, reply_id)[1].status is DraftStatus.WITHDRAWN
    bot.database.close()


@pytest.mark.parametrize(
    "status", [one for one in ReplyStatus if one is not ReplyStatus.FAILED], ids=str
)
def test_only_what_failed_is_tried_again(tmp_path: Path, status: ReplyStatus) -> None:
    bot = make_bot(tmp_path)
    reply_id = failed(bot, status=status)
    with pytest.raises(CannotTryAgain, match="did not leave"):
        try_again(bot, reply_id, by="anna")
    with pytest.raises(NotFound):
        try_again(bot, "0" * 28, by="anna")
    bot.database.close()


@pytest.mark.parametrize("status", [DraftStatus.PENDING, DraftStatus.APPROVED])
def test_a_newer_draft_of_the_same_mention_stands_against_it(
    tmp_path: Path, status: DraftStatus
) -> None:
    bot = make_bot(tmp_path)
    reply_id = failed(bot)
    with bot.database.write() as session:
        make_draft(session, session.get_one(Reply, reply_id).mention, status=status)
    with pytest.raises(CannotTryAgain, match="under way"):
        try_again(bot, reply_id, by="anna")
    bot.database.close()


def test_a_channel_that_is_gone_sends_nothing_again(tmp_path: Path) -> None:
    bot = make_bot(tmp_path)
    with bot.database.write() as session:
        mention = make_mention(session, channel="former")
        reply = make_reply(session, make_draft(session, mention), status=ReplyStatus.FAILED)
        reply.draft.status = DraftStatus.WITHDRAWN
    with pytest.raises(CannotTryAgain, match="not configured"):
        try_again(bot, reply.id, by="anna")
    bot.database.close()


def test_an_automatic_answer_comes_back_in_words_for_a_person(tmp_path: Path) -> None:
    bot = make_bot(tmp_path)
    reply_id = failed(bot, author_kind=AuthorKind.AUTO)
    with bot.database.write() as session:
        draft = session.get_one(Reply, reply_id).draft
        draft.text, draft.proposed = f"{TEXT}\nWritten automatically.", TEXT
    try_again(bot, reply_id, by="anna")
    assert rows(bot, reply_id)[1].text == TEXT
    bot.database.close()


def test_one_that_only_a_person_may_answer_comes_back_by_hand(tmp_path: Path) -> None:
    bot = make_bot(tmp_path)
    reply_id = failed(bot)
    with bot.database.write() as session:
        session.get_one(Reply, reply_id).mention.answerable = Answerable.BY_HAND
    try_again(bot, reply_id, by="anna")
    assert rows(bot, reply_id)[2].status is MentionStatus.BY_HAND
    bot.database.close()


def test_what_was_called_back_by_hiding_can_be_brought_back(tmp_path: Path) -> None:
    bot = make_bot(tmp_path)
    with bot.database.write() as session:
        draft = make_draft(session, text=TEXT)
        reply = make_reply(session, draft)
    hide(bot, draft.mention_id, by="bo")
    assert rows(bot, reply.id)[0].status is ReplyStatus.FAILED
    assert try_again(bot, reply.id, by="anna") == draft.id
    assert rows(bot, reply.id)[1].status is DraftStatus.PENDING
    bot.database.close()
