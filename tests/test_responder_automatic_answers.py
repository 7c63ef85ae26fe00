"""Rules at work: what leaves by itself, what a rule in shadow shows, and the last look."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from listener.channels.base import Media, MediaKind
from listener.models import Mention, MentionStatus, as_media
from responder.automatic.models import AutoRule, ShadowAnswer
from responder.automatic.rule import SHADOW
from responder.automatic.rules import end_rule
from responder.bot import Bot
from responder.draft import draft_round
from responder.incidents import Opening, open_incident
from responder.limits import PER_CHANNEL
from responder.models import AuthorKind, DraftStatus, Reply, ReplyStatus
from responder.post import post_round
from sentiment.prioritize import Level
from tests.auto_story import (
    ASKING,
    DISCLOSURE,
    FOR_CARE,
    GLAD,
    THANKS,
    draft_of,
    eager_bot,
    hear,
    replies,
)
from tests.factories import (
    NOW,
    FakeChannel,
    Watch,
    incoming,
    make_author,
    make_auto_rule,
    make_conversation,
    make_mention,
    make_reply,
)


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


def _shadows(bot: Bot) -> list[ShadowAnswer]:
    with bot.database.read() as session:
        return list(session.scalars(select(ShadowAnswer).order_by(ShadowAnswer.id)))


def test_without_a_rule_nothing_leaves_whatever_the_channel_allows(bot: Bot) -> None:
    mention = hear(bot, **GLAD)
    draft_round(bot)
    assert replies(bot) == []
    assert draft_of(bot, mention).reason == ""


def test_a_rule_lets_nothing_leave_where_the_channel_does_not(tmp_path: Path) -> None:
    bot = eager_bot(tmp_path, auto_reply=False)
    _rule(bot)
    hear(bot, **GLAD)
    draft_round(bot)
    assert replies(bot) == []


def test_thanks_leave_by_a_live_rule_and_say_that_a_machine_wrote_them(bot: Bot) -> None:
    rule = _rule(bot)
    mention = hear(bot, **GLAD)
    draft_round(bot)
    (reply,) = replies(bot)
    assert (reply.rule_id, reply.author_kind) == (rule, AuthorKind.AUTO)
    assert reply.text.endswith(DISCLOSURE)
    assert draft_of(bot, mention).status is DraftStatus.APPROVED
    assert _shadows(bot) == []


def test_a_question_leaves_with_the_facts_its_own_words_called_for(bot: Bot) -> None:
    _rule(bot, **FOR_CARE)
    hear(bot, **ASKING)
    draft_round(bot)
    (reply,) = replies(bot)
    assert "wax them once a month" in reply.text
    assert reply.text.endswith(DISCLOSURE)


@pytest.mark.parametrize(
    "change",
    [
        {"text": "How do I look after my new boots?"},  # the topic fits, no words do
        {"topics": ["care", "delivery"]},
        {"signals": ["question", "confused"]},
        {"priority": Level.P2},
        {"sentiment_confidence": 0.94},
        {"addressed": False},
        {"private": True},
        {"language": "it"},  # the book knows it in English only
        {"media": as_media([Media(url="https://x.example/1", kind=MediaKind.IMAGE)])},
    ],
    ids=str,
)
def test_any_other_question_waits_for_a_human(bot: Bot, change: dict[str, Any]) -> None:
    _rule(bot, **FOR_CARE)
    mention = hear(bot, **ASKING | change)
    draft_round(bot)
    assert replies(bot) == []
    assert draft_of(bot, mention).status is DraftStatus.PENDING


def test_in_its_first_week_a_rule_only_shows_what_it_would_have_sent(bot: Bot) -> None:
    rule = _rule(bot, name="thanks", live_from=NOW + SHADOW)
    mention = hear(bot, **GLAD)
    draft_round(bot)
    assert replies(bot) == []
    draft = draft_of(bot, mention)
    assert draft.status is DraftStatus.PENDING
    assert draft.reason == "the rule thanks would have sent this (shadow until 09 Mar 2026)"
    assert DISCLOSURE not in draft.text, "a human approves it: it must not say that nobody did"
    (shown,) = _shadows(bot)
    assert (shown.rule_id, shown.mention_id, shown.draft_id) == (rule, mention, draft.id)
    assert (shown.text, shown.offered) == (f"{draft.text} {DISCLOSURE}", draft.text)


def test_a_rule_in_shadow_shows_nothing_of_what_was_written_in_private(bot: Bot) -> None:
    _rule(bot, live_from=NOW + SHADOW)
    mention = hear(bot, **GLAD, private=True)
    draft_round(bot)
    assert (replies(bot), _shadows(bot)) == ([], [])
    assert draft_of(bot, mention).status is DraftStatus.PENDING


def test_a_week_later_the_same_rule_sends(bot: Bot, clock: Watch) -> None:
    _rule(bot, live_from=NOW + SHADOW, watched=())
    for moment in (NOW, NOW + SHADOW - timedelta(seconds=1)):
        clock.now = moment
        hear(bot, **GLAD)
        draft_round(bot)
        assert replies(bot) == []
    clock.now = NOW + SHADOW
    hear(bot, **GLAD)
    draft_round(bot)
    assert len(replies(bot)) == 1


def test_a_text_that_was_edited_is_shown_once_with_its_latest_words(bot: Bot) -> None:
    _rule(bot, live_from=NOW + SHADOW)
    mention = hear(bot, **GLAD)
    draft_round(bot)
    with bot.database.write() as session:
        row = session.get_one(Mention, mention)
        row.version, row.status = 2, MentionStatus.NEW
    draft_round(bot)
    (shown,) = _shadows(bot)
    assert shown.draft_id == draft_of(bot, mention).id


def test_what_would_have_been_sent_counts_against_the_rule_in_shadow(bot: Bot) -> None:
    _rule(bot, live_from=NOW + SHADOW, per_author=1)
    with bot.database.write() as session:
        author = make_author(session)
        first, second = (make_mention(session, **GLAD, author=author).id for _ in range(2))
    draft_round(bot)
    assert {one.mention_id for one in _shadows(bot)} < {first, second}
    reasons = {draft_of(bot, one).reason for one in (first, second)}
    assert any("to one person in 24 hours at most" in reason for reason in reasons)


def test_each_number_of_a_rule_is_kept_and_the_card_says_which_was_reached(bot: Bot) -> None:
    _rule(bot, name="thanks", per_thread=1, per_hour=2)
    with bot.database.write() as session:
        thread = make_conversation(session)
        for _ in range(2):
            make_mention(session, **GLAD, conversation=thread)
    draft_round(bot)
    assert len(replies(bot)) == 1
    heard = [hear(bot, **GLAD) for _ in range(2)]
    draft_round(bot)
    assert len(replies(bot)) == 2
    (reason,) = {draft_of(bot, one).reason for one in heard} - {""}
    assert reason == "the rule thanks sends 2 in an hour at most"


def test_the_outer_limits_hold_over_all_rules_together(bot: Bot) -> None:
    _rule(bot)
    sent: dict[str, Any] = {
        "author_kind": AuthorKind.AUTO,
        "status": ReplyStatus.SENT,
        "posted_at": NOW,
    }
    with bot.database.write() as session:
        for _ in range(PER_CHANNEL):
            make_reply(session, **sent)
    mention = hear(bot, **GLAD)
    draft_round(bot)
    assert draft_of(bot, mention).reason == "20 automatic replies in 15 minutes are enough"


def test_the_same_words_leave_twice_a_day_then_the_card_says_why_they_wait(bot: Bot) -> None:
    _rule(bot)
    heard = [hear(bot, **GLAD) for _ in range(2 * len(THANKS) + 1)]
    draft_round(bot)
    assert len(replies(bot)) == 2 * len(THANKS)
    (reason,) = {draft_of(bot, one).reason for one in heard} - {""}
    assert reason == "the words want a human: R25"


def test_in_a_crisis_nothing_leaves_by_itself_not_even_about_something_else(bot: Bot) -> None:
    _rule(bot)
    opening = Opening(title="Courier strike", topics=("delivery",), channel="x")
    open_incident(bot.database, opening, by="anna", now=NOW)
    hear(bot, **GLAD)
    draft_round(bot)
    assert replies(bot) == []


def _end(bot: Bot, rule: str) -> None:
    end_rule(bot, rule, by="anna")


def _back_to_shadow(bot: Bot, rule: str) -> None:
    with bot.database.write() as session:
        session.get_one(AutoRule, rule).live_from = NOW + SHADOW


def _crisis(bot: Bot, rule: str) -> None:
    open_incident(bot.database, Opening(title="Fire", words=("fire",)), by="anna", now=NOW)


def _urgent(bot: Bot, rule: str) -> None:
    with bot.database.write() as session:
        session.scalars(select(Mention)).one().priority = Level.P2


def _in_private(bot: Bot, rule: str) -> None:
    with bot.database.write() as session:
        session.scalars(select(Mention)).one().private = True


def _somebody_helps(bot: Bot, rule: str) -> None:
    with bot.database.write() as session:
        first = session.scalars(select(Mention)).one()
        thread, to = first.conversation, first.external_id
        make_mention(session, conversation=thread, in_reply_to=to, status="ignored")


def _no_rule(bot: Bot, rule: str) -> None:
    with bot.database.write() as session:
        session.scalars(select(Reply)).one().rule_id = None


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (_end, "the rule was ended"),
        (_back_to_shadow, "is in shadow"),
        (_crisis, "an incident is open: Fire"),
        (_urgent, "it is a P2"),
        (_in_private, "it was written in private"),
        (_somebody_helps, "a human looks"),
        (_no_rule, "no rule allows it"),
    ],
)
def test_what_changes_before_it_leaves_brings_it_back_to_a_human(
    bot: Bot, happens: Any, why: str
) -> None:
    rule = _rule(bot)
    mention = hear(bot, **GLAD, external_id="thanks-1")
    draft_round(bot)
    happens(bot, rule)
    network = bot.channels["x"]
    assert isinstance(network, FakeChannel)
    private = happens is _in_private  # as the network says at the last look
    network.shown["thanks-1"] = incoming("thanks-1", str(GLAD["text"]), private=private)
    assert post_round(bot, "x") == 0
    assert network.posts == []
    draft = draft_of(bot, mention)
    assert draft.status is DraftStatus.PENDING
    assert why in draft.reason
    assert DISCLOSURE not in draft.text


def test_what_nothing_speaks_against_is_sent(bot: Bot) -> None:
    _rule(bot, per_thread=1, per_author=1, per_hour=1)
    hear(bot, **GLAD, external_id="thanks-1")
    draft_round(bot)
    network = bot.channels["x"]
    assert isinstance(network, FakeChannel)
    network.shown["thanks-1"] = incoming("thanks-1", str(GLAD["text"]))
    assert post_round(bot, "x") == 1
    assert [reply.status for reply in replies(bot)] == [ReplyStatus.SENT]
