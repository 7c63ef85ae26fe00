"""The last look at an automatic reply: how many leave, and whether its words still may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from responder.access import Visitor
from responder.approve import take_back
from responder.bot import Bot
from responder.draft import draft_round
from responder.library import shelving
from responder.library.models import EntryKind
from responder.library.store import seed_once
from responder.limits import PER_CHANNEL
from responder.models import AuthorKind, Draft, DraftStatus, Reply, ReplyStatus
from responder.post import post_round
from responder.team.models import Role
from tests.auto_story import (
    ASKING,
    DISCLOSURE,
    FOR_CARE,
    GLAD,
    book_in,
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


CARE = shelving.Name(kind=EntryKind.ARTICLE, key="clean_boots", language="en")
THANKS = shelving.Name(kind=EntryKind.SAVED_REPLY, key="thanks", language="en")
BEA = Visitor(name="bea", role=Role.APPROVER, agent_id=None)
ED = Visitor(name="ed", role=Role.EDITOR, agent_id=None)


def _stock(bot: Bot, clock: Watch) -> None:
    """The library is there since yesterday, so that nothing in it is new today."""
    seed_once(bot.database, bot.newest_book.files, clock.now - 24 * HOUR)
    bot.newest_book.look_again()


def _waits_to_leave(bot: Bot, clock: Watch, rule: dict[str, Any], said: dict[str, Any]) -> str:
    """A mention that a rule answered from the library; its reply is in the outbox."""
    _stock(bot, clock)
    _rule(bot, **rule)
    mention = hear(bot, **said, external_id="mention-1")
    draft_round(bot)
    (reply,) = replies(bot)
    assert reply.status is ReplyStatus.QUEUED
    _network(bot).shown["mention-1"] = incoming("mention-1", str(said["text"]))
    clock.now += HOUR
    return mention


def _says(bot: Bot, name: shelving.Name) -> dict[str, Any]:
    with bot.database.read() as session:
        return dict(shelving.history(session, name)[0].body or {})


def _comes_back(bot: Bot, mention: str, why: str) -> None:
    assert post_round(bot, "x") == 0
    assert _network(bot).posts == []
    draft = draft_of(bot, mention)
    assert draft.status is DraftStatus.PENDING
    assert why in draft.reason
    assert DISCLOSURE not in draft.text


def test_a_fact_that_was_withdrawn_meanwhile_comes_back_to_a_human(bot: Bot, clock: Watch) -> None:
    mention = _waits_to_leave(bot, clock, FOR_CARE, ASKING)
    shelving.save(bot, CARE, shelving.Change(body=None), by=BEA, version=1)
    _comes_back(bot, mention, "no facts that the customer's own words called for")


def test_a_fact_that_was_set_right_meanwhile_comes_back_to_a_human(bot: Bot, clock: Watch) -> None:
    mention = _waits_to_leave(bot, clock, FOR_CARE, ASKING)
    right = _says(bot, CARE) | {"answer": "Brush the boots dry. Never wax them."}
    shelving.save(bot, CARE, shelving.Change(body=right), by=BEA, version=1)
    _comes_back(bot, mention, "may not say it any more: article: clean_boots")


def test_a_fact_that_changed_while_its_answer_was_written_comes_back(
    bot: Bot, clock: Watch
) -> None:
    """Another process may have read the book a moment before."""
    mention = _waits_to_leave(bot, clock, FOR_CARE, ASKING)
    clock.now = NOW - timedelta(seconds=1)
    right = _says(bot, CARE) | {"answer": "Brush the boots dry. Never wax them."}
    shelving.save(bot, CARE, shelving.Change(body=right), by=BEA, version=1)
    clock.now = NOW
    _comes_back(bot, mention, "may not say it any more: article: clean_boots")


def test_a_question_that_another_entry_answers_by_now_comes_back(bot: Bot, clock: Watch) -> None:
    mention = _waits_to_leave(bot, clock, FOR_CARE, ASKING)
    closer = _says(bot, CARE) | {"words": ["how do i clean", "clean my boots"]}
    name = shelving.Name(kind=EntryKind.ARTICLE, key="recalled_wax", language="en")
    shelving.save(bot, name, shelving.Change(body=closer), by=BEA, version=0)
    _comes_back(bot, mention, "may not say it any more: article: clean_boots")


def test_thanks_whose_words_were_changed_meanwhile_come_back(bot: Bot, clock: Watch) -> None:
    mention = _waits_to_leave(bot, clock, {}, GLAD)
    other = _says(bot, THANKS) | {"texts": ["how kind of you to write.", "what a lovely message."]}
    shelving.save(bot, THANKS, shelving.Change(body=other), by=BEA, version=1)
    _comes_back(bot, mention, "may not say it any more: saved reply: thanks")


@pytest.mark.parametrize(("rule", "said"), [(FOR_CARE, ASKING), ({}, GLAD)], ids=["fact", "thanks"])
def test_what_the_library_still_says_leaves(
    bot: Bot, clock: Watch, rule: dict[str, Any], said: dict[str, Any]
) -> None:
    """Whatever is proposed for it, or said by another entry."""
    _waits_to_leave(bot, clock, rule, said)
    for name, field in ((CARE, "answer"), (THANKS, "title")):
        proposed = _says(bot, name) | {field: "Ask us about this."}
        shelving.save(bot, name, shelving.Change(body=proposed), by=ED, version=1)
    sorry = shelving.Name(kind=EntryKind.SAVED_REPLY, key="sorry", language="en")
    changed = _says(bot, sorry) | {"title": "Regret"}
    shelving.save(bot, sorry, shelving.Change(body=changed), by=BEA, version=1)
    assert post_round(bot, "x") == 1


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
