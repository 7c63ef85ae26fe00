from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from responder.approve import Conflict, NotFound, take_back
from responder.automatic.models import AutoRule, Judgement, Review
from responder.automatic.reviews import WITHIN, in_sample, judge, reviews_page
from responder.automatic.rule import SHADOW
from responder.automatic.rules import end_rule
from responder.bot import Bot
from responder.draft import draft_round
from responder.models import Audit, AuthorKind, Reply, ReplyStatus
from tests.auto_story import GLAD, eager_bot, hear, replies
from tests.factories import NOW, Watch, make_auto_rule, make_reply

GOOD, BAD = Judgement.GOOD, Judgement.BAD


@pytest.fixture
def clock() -> Watch:
    return Watch()


@pytest.fixture
def bot(tmp_path: Path, clock: Watch) -> Iterator[Bot]:
    made = eager_bot(tmp_path, clock)
    yield made
    made.database.close()


def _rule(bot: Bot, **changes: Any) -> str:
    with bot.database.write() as session:
        return make_auto_rule(session, **changes).id


def _sent(bot: Bot, rule: str, status: ReplyStatus = ReplyStatus.SENT) -> str:
    """A reply of the rule that is in its sample; returns the id of its review."""
    with bot.database.write() as session:
        reply = make_reply(session, author_kind=AuthorKind.AUTO, rule_id=rule, status=status)
        review = Review(reply_id=reply.id, rule_id=rule, due_at=NOW + WITHIN)
        session.add(review)
        session.flush()
        return review.id


def _live(bot: Bot, rule: str) -> bool:
    with bot.database.read() as session:
        return session.get_one(AutoRule, rule).live_from <= bot.clock()


def test_the_sample_is_the_same_each_time_and_as_large_as_the_rule_says() -> None:
    ids = [f"reply-{number}" for number in range(2000)]
    chosen = [one for one in ids if in_sample("rule", one, 20)]
    assert chosen == [one for one in ids if in_sample("rule", one, 20)]
    assert 320 < len(chosen) < 480
    assert chosen != [one for one in ids if in_sample("another rule", one, 20)]
    assert all(in_sample("rule", one, 100) for one in ids)


def test_what_leaves_by_a_rule_is_on_the_list_once_it_was_sent(bot: Bot) -> None:
    rule = _rule(bot, sample_percent=100)
    hear(bot, **GLAD)
    draft_round(bot)
    (reply,) = replies(bot)
    with bot.database.write() as session:
        assert reviews_page(session, limit=10).items == []
        row = session.get_one(Reply, reply.id)
        row.status, row.posted_at = ReplyStatus.SENT, NOW
        session.flush()
        (waiting,) = reviews_page(session, limit=10).items
    assert (waiting.rule_id, waiting.reply_id, waiting.text) == (rule, reply.id, reply.text)
    assert waiting.mention == GLAD["text"]
    assert waiting.due_at == NOW + WITHIN


def test_a_reply_that_is_taken_back_is_not_looked_at(bot: Bot) -> None:
    _rule(bot, sample_percent=100)
    hear(bot, **GLAD)
    draft_round(bot)
    take_back(bot, replies(bot)[0].id, by="anna")
    with bot.database.read() as session:
        assert session.scalars(select(Review)).all() == []


def test_two_bad_ones_of_the_last_ten_take_a_rule_back_to_shadow(bot: Bot, clock: Watch) -> None:
    rule = _rule(bot)
    first, second, third = (_sent(bot, rule) for _ in range(3))
    assert judge(bot, first, verdict=BAD, by="anna").back_to_shadow == ""
    assert judge(bot, second, verdict=GOOD, by="anna").back_to_shadow == ""
    assert _live(bot, rule)
    clock.advance(hours=1)
    told = judge(bot, third, verdict=BAD, by="bo")
    assert told.back_to_shadow == "2 of its last 3 judged replies should not have left"
    assert not _live(bot, rule)
    with bot.database.read() as session:
        row = session.get_one(AutoRule, rule)
        deed = session.scalars(select(Audit).where(Audit.subject == rule)).one()
    assert (row.live_from, row.shadow_reason) == (clock() + SHADOW, told.back_to_shadow)
    assert (deed.who, deed.action, deed.detail) == (
        "policy",
        "auto rule to shadow",
        told.back_to_shadow,
    )


def test_bad_ones_long_ago_are_forgiven_after_ten_good_ones(bot: Bot, clock: Watch) -> None:
    rule = _rule(bot)
    for verdict in (BAD, *[GOOD] * 9, BAD):
        clock.advance(minutes=1)
        assert judge(bot, _sent(bot, rule), verdict=verdict, by="a").back_to_shadow == ""
    clock.advance(minutes=1)
    assert judge(bot, _sent(bot, rule), verdict=BAD, by="a").back_to_shadow


def test_what_was_judged_before_the_shadow_counts_no_more_but_late_bad_ones_do(
    bot: Bot, clock: Watch
) -> None:
    rule = _rule(bot)
    late = [_sent(bot, rule) for _ in range(4)]
    for review in late[:2]:
        judge(bot, review, verdict=BAD, by="anna")
    clock.advance(days=6)
    assert judge(bot, late[2], verdict=BAD, by="anna").back_to_shadow == ""
    assert judge(bot, late[3], verdict=BAD, by="anna").back_to_shadow
    clock.advance(days=2)
    assert not _live(bot, rule), "its week began anew"
    clock.advance(days=5)
    assert _live(bot, rule)


def test_a_rule_that_was_ended_stays_ended(bot: Bot) -> None:
    rule = _rule(bot)
    reviews = [_sent(bot, rule) for _ in range(2)]
    end_rule(bot, rule, by="anna")
    assert [judge(bot, one, verdict=BAD, by="a").back_to_shadow for one in reviews] == ["", ""]


def test_a_reply_is_judged_once_and_only_if_it_was_sent(bot: Bot) -> None:
    rule = _rule(bot)
    review = _sent(bot, rule)
    judge(bot, review, verdict=GOOD, by="anna")
    with pytest.raises(Conflict, match="anna judged it already: good"):
        judge(bot, review, verdict=BAD, by="bo")
    with pytest.raises(Conflict, match="not sent"):
        judge(bot, _sent(bot, rule, ReplyStatus.QUEUED), verdict=BAD, by="bo")
    with pytest.raises(NotFound):
        judge(bot, "nope", verdict=BAD, by="bo")


def test_the_list_is_read_page_by_page(bot: Bot, clock: Watch) -> None:
    rule = _rule(bot)
    ids = [_sent(bot, rule) for _ in range(3)]
    judged = _sent(bot, rule)
    clock.now = NOW + timedelta(days=1)
    judge(bot, judged, verdict=GOOD, by="anna")
    with bot.database.read() as session:
        first = reviews_page(session, limit=2)
        second = reviews_page(session, limit=2, after=first.next)
        (done,) = reviews_page(session, judged=True, limit=2).items
    assert sorted(one.id for one in [*first.items, *second.items]) == sorted(ids)
    assert (second.next, done.id, done.verdict, done.by) == (None, judged, GOOD, "anna")
