"""What sleeps, for how long, and what wakes it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from listener.models import Mention
from responder.approve import Conflict, NotFound, approve, reject
from responder.bot import Bot
from responder.handling.models import Snooze
from responder.handling.snooze import LONGEST, asleep, snooze, wake
from responder.models import Audit, Draft, Reply
from responder.settle import give_back
from sentiment.prioritize import Level
from tests.factories import Watch, make_bot, make_draft, make_mention


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def bot(tmp_path: Path, watch: Watch) -> Bot:
    return make_bot(tmp_path, clock=watch)


def waits(bot: Bot, **changes: object) -> str:
    with bot.database.write() as session:
        mention = make_mention(session, **changes)
        make_draft(session, mention)
        return mention.id


def sleepers(bot: Bot) -> list[str]:
    with bot.database.read() as session:
        return list(session.scalars(select(Mention.id).where(asleep(bot.clock()))))


def writes_again(bot: Bot, mention_id: str, *, same_author: bool = True) -> None:
    with bot.database.write() as session:
        first = session.get_one(Mention, mention_id)
        who = {"author": first.author} if same_author else {}
        now = bot.clock()
        make_mention(session, conversation=first.conversation, created_at=now, **who)


def test_it_sleeps_until_its_moment(bot: Bot, watch: Watch) -> None:
    mention, other = waits(bot), waits(bot)
    snooze(bot, mention, until=watch.now + timedelta(hours=1), for_answer=False, by="anna")
    assert sleepers(bot) == [mention]
    watch.advance(minutes=10)
    writes_again(bot, mention)
    assert sleepers(bot) == [mention]  # it was not for that
    watch.advance(minutes=50)
    assert sleepers(bot) == []
    assert other != mention


def test_it_wakes_when_the_customer_writes_again_if_it_waits_for_that(
    bot: Bot, watch: Watch
) -> None:
    mention = waits(bot)
    snooze(bot, mention, until=watch.now + timedelta(days=2), for_answer=True, by="anna")
    watch.advance(minutes=10)
    writes_again(bot, mention, same_author=False)
    assert sleepers(bot) == [mention]
    writes_again(bot, mention)
    assert sleepers(bot) == []


def test_other_words_of_the_customer_wake_it(bot: Bot, watch: Watch) -> None:
    mention = waits(bot)
    snooze(bot, mention, until=watch.now + timedelta(days=2), for_answer=False, by="anna")
    watch.advance(minutes=10)
    with bot.database.write() as session:
        old = session.scalars(select(Draft)).one()
        old.status = "withdrawn"  # type: ignore[assignment]
        session.flush()
        make_draft(session, session.get_one(Mention, mention), created_at=watch.now)
    assert sleepers(bot) == []


def test_the_most_urgent_never_sleeps(bot: Bot, watch: Watch) -> None:
    until = watch.now + timedelta(hours=1)
    with pytest.raises(Conflict, match="most urgent"):
        snooze(bot, waits(bot, priority=Level.P1), until=until, for_answer=False, by="anna")
    mention = waits(bot)
    snooze(bot, mention, until=until, for_answer=False, by="anna")
    with bot.database.write() as session:
        session.get_one(Mention, mention).priority = Level.P1
    assert sleepers(bot) == []


@pytest.mark.parametrize("span", [timedelta(0), timedelta(minutes=-5), LONGEST + timedelta(1)])
def test_nothing_sleeps_without_a_sensible_end(bot: Bot, watch: Watch, span: timedelta) -> None:
    with pytest.raises(Conflict, match="30 days at most"):
        snooze(bot, waits(bot), until=watch.now + span, for_answer=True, by="anna")


def test_it_can_be_woken_and_put_off_again_and_both_are_on_record(bot: Bot, watch: Watch) -> None:
    mention = waits(bot)
    watch.advance(minutes=1)
    later = watch.now + timedelta(hours=1)
    snooze(bot, mention, until=later, for_answer=False, by="anna")
    snooze(bot, mention, until=later + timedelta(hours=1), for_answer=True, by="bo")
    with bot.database.read() as session:
        assert session.scalars(select(Draft.changed_at)).one() == watch.now
        assert session.scalars(select(Snooze.by)).all() == ["bo"]
    wake(bot, mention, by="cleo")
    wake(bot, mention, by="cleo")
    assert sleepers(bot) == []
    with bot.database.read() as session:
        deeds = select(Audit.who, Audit.action).where(Audit.subject == mention).order_by(Audit.id)
        assert [tuple(row) for row in session.execute(deeds)] == [
            ("anna", "snooze"), ("bo", "snooze"), ("cleo", "wake")
        ]  # fmt: skip


def test_what_is_not_there_or_done_does_not_sleep(bot: Bot, watch: Watch) -> None:
    mention, until = waits(bot), watch.now + timedelta(hours=1)
    with bot.database.read() as session:
        draft_id = session.scalars(select(Draft.id)).one()
    reject(bot, draft_id, version=1, reason="", by="anna")
    with pytest.raises(Conflict, match="any more"):
        snooze(bot, mention, until=until, for_answer=False, by="anna")
    for deed in (
        lambda: snooze(bot, "0" * 28, until=until, for_answer=False, by="anna"),
        lambda: wake(bot, "0" * 28, by="anna"),
    ):
        with pytest.raises(NotFound):
            deed()


def test_what_was_approved_and_failed_comes_back_awake(bot: Bot, watch: Watch) -> None:
    mention = waits(bot)
    snooze(bot, mention, until=watch.now + timedelta(days=20), for_answer=False, by="anna")
    with bot.database.read() as session:
        draft = session.scalars(select(Draft)).one()
    approved = approve(bot, draft.id, version=draft.version, by="anna")
    with bot.database.write() as session:
        give_back(bot, session.get_one(Reply, approved.reply_id), "refused", watch.now)
    assert sleepers(bot) == []
