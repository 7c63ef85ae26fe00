"""The last look at an automatic reply: how many leave, and whether its words still may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from responder.approve import take_back
from responder.bot import Bot
from responder.draft import draft_round
from responder.limits import PER_CHANNEL
from responder.models import AuthorKind, Draft, DraftStatus, Reply, ReplyStatus
from responder.post import post_round
from tests.auto_story import DISCLOSURE, GLAD, book_in, draft_of, eager_bot, hear, replies
from tests.factories import (
    NOW,
    FakeChannel,
    Watch,
    incoming,
    make_auto_rule,
    make_draft,
    make_mention,
    make_reply,
)

HOUR = timedelta(hours=1)
WORDS = (
    "thank you for your kind words.",
    "this made our whole team smile.",
    "we are glad that you like them.",
    "how lovely to read this today.",
    "may they carry you a long way.",
)


@pytest.fixture
def clock() -> Watch:
    return Watch()


@pytest.fixture
def bot(tmp_path: Path, clock: Watch) -> Iterator[Bot]:
    made = eager_bot(tmp_path, clock)
    yield made
    made.database.close()


def _network(bot: Bot) -> FakeChannel:
    network = bot.channels["x"]
    assert isinstance(network, FakeChannel)
    return network


def _rule(bot: Bot, **changes: Any) -> str:
    with bot.database.write() as session:
        return make_auto_rule(session, name="thanks", **changes).id


def _queued(bot: Bot, rule: str, words: str, **changes: Any) -> str:
    """A reply that a rule let into the outbox, and that may leave."""
    with bot.database.write() as session:
        mention = make_mention(session, **GLAD)
        proposed = f"Hello Giulia, {words} The Tiny team"
        draft = make_draft(session, mention, text=f"{proposed} {DISCLOSURE}", proposed=proposed)
        _network(bot).shown[mention.external_id] = incoming(mention.external_id, mention.text)
        sent = {"author_kind": AuthorKind.AUTO, "rule_id": rule}
        return make_reply(session, draft, **sent | changes).id


def _left(bot: Bot, rule: str, at: datetime) -> None:
    """A reply that was queued long before it left."""
    with bot.database.write() as session:
        thanks = make_draft(session, make_mention(session, **GLAD), text="Thanks!")
        make_reply(
            session,
            thanks,
            author_kind=AuthorKind.AUTO,
            rule_id=rule,
            status=ReplyStatus.SENT,
            queued_at=NOW - 48 * HOUR,
            stamped_at=at,
            posted_at=at,
        )


def _one(bot: Bot, reply_id: str) -> Reply:
    with bot.database.read() as session:
        return session.get_one(Reply, reply_id)


def test_after_a_hold_no_more_leave_in_an_hour_than_the_rule_says(bot: Bot, clock: Watch) -> None:
    rule = _rule(bot, per_hour=2)
    for hour, words in enumerate(WORDS):
        _queued(bot, rule, words, queued_at=NOW + hour * HOUR)
    clock.now = NOW + 9 * HOUR
    assert post_round(bot, "x") == 2
    asked = len(_network(bot).posts)
    waiting = [one for one in replies(bot) if one.status is ReplyStatus.QUEUED]
    assert len(waiting) == 3
    assert {one.not_before for one in waiting} == {clock.now + HOUR}
    assert {one.reason for one in waiting} == {"the rule thanks sends 2 in an hour at most"}
    assert post_round(bot, "x") == 0
    assert len(_network(bot).posts) == asked == 2
    for expected in (2, 1):
        clock.now += HOUR
        assert post_round(bot, "x") == expected


def test_what_another_rule_sent_does_not_make_it_wait(bot: Bot) -> None:
    other = _rule(bot, per_hour=1)
    _left(bot, other, NOW)
    with bot.database.write() as session:
        rule = make_auto_rule(session, per_hour=1).id
    _queued(bot, rule, WORDS[0])
    assert post_round(bot, "x") == 1


def test_over_all_rules_what_left_in_fifteen_minutes_makes_the_next_wait(
    bot: Bot, clock: Watch
) -> None:
    rule = _rule(bot)
    for _ in range(PER_CHANNEL):
        _left(bot, rule, NOW)
    reply = _queued(bot, rule, WORDS[0])
    clock.now = NOW + timedelta(minutes=5)
    assert post_round(bot, "x") == 0
    waiting = _one(bot, reply)
    assert waiting.status is ReplyStatus.QUEUED, "it waits, and nobody has to do anything"
    assert waiting.not_before == NOW + timedelta(minutes=15)
    clock.now = waiting.not_before
    assert post_round(bot, "x") == 1


def test_what_a_human_approved_does_not_wait_for_automatic_ones(bot: Bot, clock: Watch) -> None:
    rule = _rule(bot, per_hour=1)
    for _ in range(PER_CHANNEL):
        _left(bot, rule, NOW - timedelta(minutes=14))
    _queued(bot, rule, WORDS[0], author_kind=AuthorKind.HUMAN, rule_id=None)
    assert post_round(bot, "x") == 1


def _with_book(bot: Bot, folder: Path, **voice: Any) -> Bot:
    """The same bot after its book changed."""
    book = book_in(folder)
    english = book.chapters["en"]
    changed = english.model_copy(update={"voice": english.voice.model_copy(update=voice)})
    book = book.model_copy(update={"chapters": {**book.chapters, "en": changed}})
    return replace(bot, newest_book=type(bot.newest_book)(bot.database, book))


@pytest.mark.parametrize(
    ("voice", "rule"),
    [
        ({"forbidden": {"kind words": "nice words"}}, "B01"),
        ({"required": ("Tiny cares.",)}, "B02"),
        ({"automatic": "A machine wrote this reply."}, "R31"),
        ({"automatic": "."}, "R31"),
    ],
    ids=str,
)
def test_words_the_house_forbade_meanwhile_come_back_to_a_human(
    bot: Bot, tmp_path: Path, voice: dict[str, Any], rule: str
) -> None:
    reply = _queued(bot, _rule(bot), WORDS[0])
    assert post_round(_with_book(bot, tmp_path, **voice), "x") == 0
    assert _network(bot).posts == []
    came_back = _one(bot, reply)
    assert came_back.status is ReplyStatus.FAILED
    assert came_back.reason == f"the words want a human: {rule}"
    draft = draft_of(bot, came_back.mention_id)
    assert draft.status is DraftStatus.PENDING
    assert DISCLOSURE not in draft.text


def test_words_that_two_others_said_meanwhile_come_back_to_a_human(bot: Bot) -> None:
    rule = _rule(bot)
    reply = _queued(bot, rule, WORDS[0])
    for _ in range(2):
        _queued(bot, rule, WORDS[0], status=ReplyStatus.SENT, posted_at=NOW)
    assert post_round(bot, "x") == 0
    assert _one(bot, reply).reason == "the words want a human: R25"


def _kept_findings(bot: Bot, draft_id: str) -> set[str]:
    with bot.database.read() as session:
        return {str(one["rule"]) for one in session.get_one(Draft, draft_id).findings}


def test_what_comes_back_is_told_what_stands_against_its_own_words(
    bot: Bot, tmp_path: Path
) -> None:
    """Not what stood against those with the disclosure."""
    stale = [{"rule": "R02", "severity": "block", "message": "too long", "start": 0, "end": 0}]
    reply = _one(bot, _queued(bot, _rule(bot), WORDS[0]))
    with bot.database.write() as session:
        session.get_one(Draft, reply.draft_id).findings = stale
    forbids = _with_book(bot, tmp_path, forbidden={"kind words": "nice words"})
    assert post_round(forbids, "x") == 0
    assert _kept_findings(bot, reply.draft_id) == {"B01"}


def test_what_is_taken_back_is_told_what_stands_against_its_own_words(bot: Bot) -> None:
    _rule(bot)
    mention = hear(bot, **GLAD)
    draft_round(bot)
    (reply,) = replies(bot)
    with bot.database.write() as session:
        draft = session.get_one(Draft, reply.draft_id)
        draft.findings = [{"rule": "R02", "severity": "block", "message": "too long"}]
    take_back(bot, reply.id, by="anna")
    assert _kept_findings(bot, reply.draft_id) == set()
    assert draft_of(bot, mention).text == draft_of(bot, mention).proposed
