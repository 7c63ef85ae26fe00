from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from listener.channels.base import Answerable
from listener.channels.errors import Unavailable
from listener.models import Mention, MentionStatus
from responder.approve import (
    Blocked,
    Conflict,
    NotFound,
    answered_by_hand,
    approve,
    claim,
    edit,
    hide,
    reject,
    take_back,
)
from responder.bot import Bot
from responder.models import Approval, Audit, Draft, DraftStatus, Reply, ReplyStatus
from responder.outbox import text_hash
from tests.factories import FakeChannel, Watch, make_agent, make_bot, make_draft, make_mention


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Bot]:
    made = make_bot(tmp_path)
    yield made
    made.database.close()


@pytest.fixture
def draft_id(bot: Bot) -> str:
    with bot.database.write() as session:
        return make_draft(session).id


def _draft(bot: Bot, draft_id: str) -> Draft:
    with bot.database.read() as session:
        return session.get_one(Draft, draft_id)


def _replies(bot: Bot) -> list[Reply]:
    with bot.database.read() as session:
        return list(session.scalars(select(Reply)))


def test_an_approved_draft_is_in_the_outbox_word_for_word(bot: Bot, draft_id: str) -> None:
    approved = approve(bot, draft_id, version=1, by="anna")
    (reply,) = _replies(bot)
    assert reply.id == approved.reply_id
    assert reply.text == _draft(bot, draft_id).text
    assert reply.text_hash == text_hash(reply.text)
    assert (reply.not_before - bot.clock()).total_seconds() == 8
    with bot.database.read() as session:
        approval = session.scalars(select(Approval)).one()
    assert (approval.approved_by, approval.text_hash) == ("anna", reply.text_hash)


def test_other_words_can_be_approved_and_those_are_what_leaves(bot: Bot, draft_id: str) -> None:
    approve(
        bot, draft_id, version=1, by="anna", text="Hello Giulia, the parcel left our shop at 9:00."
    )
    (reply,) = _replies(bot)
    assert reply.text == "Hello Giulia, the parcel left our shop at 9:00."


def test_words_that_may_not_leave_stay_and_nothing_is_lost(bot: Bot, draft_id: str) -> None:
    with pytest.raises(Blocked) as blocked:
        approve(bot, draft_id, version=1, by="anna", text="Hello {{name}}, a parcel " + "x" * 300)
    assert {finding.rule for finding in blocked.value.findings} == {"R02", "R24"}
    assert _draft(bot, draft_id).status is DraftStatus.PENDING
    assert _draft(bot, draft_id).version == 1
    assert _replies(bot) == []


def test_a_finding_to_confirm_holds_it_until_somebody_confirms(bot: Bot, draft_id: str) -> None:
    text = "Hello Giulia, thank you for writing to us. — Anna"  # and what of the question?
    with pytest.raises(Blocked):
        approve(bot, draft_id, version=1, by="anna", text=text)
    approve(bot, draft_id, version=1, by="anna", text=text, confirm=frozenset({"R14"}))
    assert len(_replies(bot)) == 1


def test_what_the_network_lets_only_people_answer_cannot_be_approved(bot: Bot) -> None:
    with bot.database.write() as session:
        mention = make_mention(session, answerable=Answerable.BY_HAND)
        draft_id = make_draft(session, mention).id
    with pytest.raises(Blocked, match="only a person"):
        approve(bot, draft_id, version=1, by="anna")
    answered_by_hand(bot, draft_id, version=1, by="anna")
    with bot.database.read() as session:
        assert session.scalars(select(Mention)).one().status is MentionStatus.ANSWERED_OUTSIDE


def test_an_approval_can_be_taken_back_until_it_leaves(bot: Bot, draft_id: str) -> None:
    approved = approve(bot, draft_id, version=1, by="anna")
    assert take_back(bot, approved.reply_id, by="anna") == draft_id
    assert _replies(bot) == []
    assert _draft(bot, draft_id).status is DraftStatus.PENDING
    approve(bot, draft_id, version=2, by="anna")


def test_a_reply_that_left_cannot_be_taken_back(bot: Bot, draft_id: str) -> None:
    approved = approve(bot, draft_id, version=1, by="anna")
    with bot.database.write() as session:
        session.get_one(Reply, approved.reply_id).status = ReplyStatus.SENDING
    with pytest.raises(Conflict, match="Too late"):
        take_back(bot, approved.reply_id, by="anna")


def test_an_old_version_is_refused(bot: Bot, draft_id: str) -> None:
    assert edit(bot, draft_id, version=1, text="Hello Giulia, one moment please.", by="bo") == 2
    with pytest.raises(Conflict, match="changed meanwhile"):
        approve(bot, draft_id, version=1, by="anna")


def test_who_comes_second_is_told_who_was_first(bot: Bot, draft_id: str) -> None:
    approve(bot, draft_id, version=1, by="bo")
    with pytest.raises(Conflict, match="bo approved it first"):
        reject(bot, draft_id, version=1, reason="tone", by="anna")


def test_of_many_who_approve_at_once_exactly_one_wins(bot: Bot, draft_id: str) -> None:
    outcomes: list[str] = []
    barrier = threading.Barrier(8)

    def run(name: str) -> None:
        barrier.wait()
        try:
            approve(bot, draft_id, version=1, by=name)
            outcomes.append("won")
        except Conflict:
            outcomes.append("lost")

    threads = [threading.Thread(target=run, args=(f"agent-{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["lost"] * 7 + ["won"]
    assert len(_replies(bot)) == 1


def test_a_draft_for_words_the_customer_changed_cannot_be_approved(bot: Bot, draft_id: str) -> None:
    with bot.database.write() as session:
        session.get_one(Draft, draft_id).mention.version = 2
    with pytest.raises(Conflict, match="customer changed"):
        approve(bot, draft_id, version=1, by="anna")


def test_a_rejected_draft_closes_its_mention_with_the_reason(bot: Bot, draft_id: str) -> None:
    reject(bot, draft_id, version=1, reason="do not feed it", by="anna")
    draft = _draft(bot, draft_id)
    assert (draft.status, draft.reason) == (DraftStatus.REJECTED, "do not feed it")
    with bot.database.read() as session:
        assert session.scalars(select(Mention)).one().status is MentionStatus.IGNORED


def test_hiding_happens_on_the_network_first(tmp_path: Path) -> None:
    channel = FakeChannel()
    bot = make_bot(tmp_path, channels=[channel])
    with bot.database.write() as session:
        mention = make_draft(session).mention
    channel.fail("hide", Unavailable("not now"))
    with pytest.raises(Unavailable):
        hide(bot, mention.id, by="anna")
    with bot.database.read() as session:
        assert session.get_one(Mention, mention.id).status is MentionStatus.DRAFTED
    hide(bot, mention.id, by="anna")
    assert channel.hidden == [mention.external_id]
    with bot.database.read() as session:
        assert session.get_one(Mention, mention.id).status is MentionStatus.IGNORED
        assert session.scalars(select(Draft)).one().status is DraftStatus.WITHDRAWN
    bot.database.close()


def test_hiding_a_mention_calls_its_approved_reply_back(bot: Bot, draft_id: str) -> None:
    approve(bot, draft_id, version=1, by="anna")
    hide(bot, _draft(bot, draft_id).mention_id, by="bo")
    assert [reply.status for reply in _replies(bot)] == [ReplyStatus.FAILED]
    assert _draft(bot, draft_id).status is DraftStatus.WITHDRAWN


def test_a_claim_is_a_lease_that_ends_by_itself(tmp_path: Path) -> None:
    clock = Watch()
    bot = make_bot(tmp_path, clock=clock)
    with bot.database.write() as session:
        draft_id = make_draft(session).id
        anna, bo = make_agent(session).id, make_agent(session).id
    assert claim(bot, draft_id, agent_id=anna)
    assert claim(bot, draft_id, agent_id=anna)
    assert not claim(bot, draft_id, agent_id=bo)
    clock.advance(seconds=91)
    assert claim(bot, draft_id, agent_id=bo)
    bot.database.close()


def test_every_decision_is_in_the_audit_without_any_text(bot: Bot, draft_id: str) -> None:
    version = edit(bot, draft_id, version=1, text="Hello Giulia, your parcel: xyzzy.", by="bo")
    approved = approve(bot, draft_id, version=version, by="anna")
    take_back(bot, approved.reply_id, by="anna")
    with bot.database.read() as session:
        rows = session.scalars(select(Audit).order_by(Audit.id)).all()
    assert [(row.who, row.action) for row in rows] == [
        ("bo", "edit"),
        ("anna", "approve"),
        ("anna", "take back"),
    ]
    assert not any("xyzzy" in row.detail for row in rows)


def test_what_does_not_exist_is_not_found(bot: Bot) -> None:
    with pytest.raises(NotFound):
        approve(bot, "nothing", version=1, by="anna")
    with pytest.raises(NotFound):
        take_back(bot, "nothing", by="anna")
    with pytest.raises(NotFound):
        hide(bot, "nothing", by="anna")
