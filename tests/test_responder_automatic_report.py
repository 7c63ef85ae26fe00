from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from responder.approve import approve, reject
from responder.automatic.models import Judgement, Review
from responder.automatic.report import ENDED_AT_MOST, report, rules
from responder.automatic.reviews import WITHIN
from responder.automatic.rule import SHADOW
from responder.bot import Bot
from responder.draft import draft_round
from responder.learning.similar import body_of, share_kept
from responder.models import AuthorKind, Draft, ReplyStatus
from tests.auto_story import GLAD, draft_of, eager_bot, hear
from tests.factories import NOW, Watch, make_auto_rule, make_reply


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Bot]:
    made = eager_bot(tmp_path, Watch())
    yield made
    made.database.close()


def test_a_rule_in_shadow_is_held_against_what_people_did(bot: Bot) -> None:
    with bot.database.write() as session:
        make_auto_rule(session, live_from=NOW + SHADOW)
    kept, changed, rejected, waiting = (hear(bot, **GLAD) for _ in range(4))
    draft_round(bot)
    approve(bot, draft_of(bot, kept).id, version=1, by="anna")
    half = f"{draft_of(bot, changed).text} Take good care of them."
    approve(bot, draft_of(bot, changed).id, version=1, by="anna", text=half)
    reject(bot, draft_of(bot, rejected).id, version=1, reason="no", by="anna")
    (one,) = report(bot).rules
    assert (one.rule.state, one.sent, one.held_back) == ("shadow", 0, 0)
    shadow = one.shadow
    assert (shadow.shown, shadow.unchanged, shadow.changed) == (4, 1, 1)
    assert (shadow.rejected, shadow.waiting, shadow.dropped) == (1, 1, 0)
    proposed = draft_of(bot, changed).proposed
    house = bot.house("en")
    bodies = (body_of(words, "en", house) for words in (proposed, half))
    assert shadow.kept is not None
    assert shadow.kept == pytest.approx(share_kept(*bodies), abs=0.001), "as `report edits` counts"
    assert shadow.kept < 1, "what is added counts too"
    assert draft_of(bot, waiting).reason


def test_a_live_rule_is_held_against_what_left_and_what_people_said_of_it(bot: Bot) -> None:
    with bot.database.write() as session:
        rule = make_auto_rule(session).id
        for status, verdict, days in (
            (ReplyStatus.SENT, Judgement.GOOD, 0),
            (ReplyStatus.SENT, Judgement.BAD, 0),
            (ReplyStatus.SENT, None, 0),
            (ReplyStatus.SENT, None, -8),
            (ReplyStatus.FAILED, None, 0),
        ):
            reply = make_reply(session, author_kind=AuthorKind.AUTO, rule_id=rule, status=status)
            due = NOW + WITHIN + timedelta(days=days)
            review = Review(reply_id=reply.id, rule_id=rule, due_at=due, verdict=verdict, at=NOW)
            session.add(review)
    (one,) = report(bot).rules
    assert (one.rule.state, one.sent, one.held_back) == ("live", 4, 1)
    assert one.reviews.model_dump() == {"waiting": 2, "overdue": 1, "good": 1, "bad": 1}


def test_what_another_rule_sent_meanwhile_was_judged_by_nobody(bot: Bot) -> None:
    with bot.database.write() as session:
        make_auto_rule(session, name="live")
        make_auto_rule(session, name="new", live_from=NOW + SHADOW)
    hear(bot, **GLAD)
    draft_round(bot)
    found = {one.rule.name: one for one in report(bot).rules}
    live, new = found["live"], found["new"]
    assert (live.rule.state, live.shadow.shown) == ("live", 0)
    assert (new.shadow.shown, new.shadow.by_rule, new.shadow.unchanged) == (1, 1, 0)


def test_of_words_that_were_erased_nobody_can_tell_whether_they_were_changed(bot: Bot) -> None:
    with bot.database.write() as session:
        make_auto_rule(session, live_from=NOW + SHADOW)
    mention = hear(bot, **GLAD)
    draft_round(bot)
    approve(bot, draft_of(bot, mention).id, version=1, by="anna")
    with bot.database.write() as session:
        draft = session.get_one(Draft, draft_of(bot, mention).id)
        draft.proposed = draft.text = ""
    (one,) = report(bot).rules
    assert (one.shadow.erased, one.shadow.unchanged, one.shadow.changed) == (1, 0, 0)


def test_of_rules_that_were_ended_the_latest_are_shown(bot: Bot) -> None:
    """By when they were ended, not made: the last one to end was made first. Ids are given, for
    those of one millisecond fall as they like."""
    with bot.database.write() as session:
        make_auto_rule(session, id="0" * 28, name="still open")
        for number in range(ENDED_AT_MOST + 1):
            ended = NOW - timedelta(minutes=number + 1)
            row_id = f"{number + 1:028}"
            make_auto_rule(
                session, id=row_id, name=f"rule {number}", ended_at=ended, ended_by="anna"
            )
    shown = rules(bot, ended=True)
    latest = [f"rule {number}" for number in range(ENDED_AT_MOST)]
    assert [one.name for one in shown] == ["still open", *latest], "the oldest first"
    assert [one.rule.id for one in report(bot, ended=True).rules] == [one.id for one in shown]


def test_a_reply_that_vanished_from_the_network_is_not_told_as_sent(bot: Bot) -> None:
    with bot.database.write() as session:
        rule = make_auto_rule(session).id
        for vanished_at in (None, NOW):
            make_reply(
                session,
                author_kind=AuthorKind.AUTO,
                rule_id=rule,
                status=ReplyStatus.SENT,
                vanished_at=vanished_at,
            )
    (one,) = report(bot).rules
    assert (one.sent, one.held_back) == (1, 0)
