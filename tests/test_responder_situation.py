from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from listener.models import Author, Conversation, Mention, MentionStatus
from responder.asked import Before, Helper
from responder.bot import Bot
from responder.models import ReplyStatus
from responder.situation import Situation, situation_of
from tests.factories import (
    make_author,
    make_bot,
    make_conversation,
    make_draft,
    make_mention,
    make_reply,
)


@pytest.fixture
def bot(tmp_path: Path) -> Bot:
    return make_bot(tmp_path)


class Told:
    """A thread of one customer, told from the oldest text to the one in question."""

    def __init__(self, session: Session, bot: Bot) -> None:
        self.session, self.bot = session, bot
        self.giulia: Author = make_author(session, name="Giulia Rossi")
        self.thread: Conversation = make_conversation(session)

    def says(self, *, ago: timedelta = timedelta(0), **changes: Any) -> Mention:
        defaults = {
            "author": self.giulia,
            "conversation": self.thread,
            "created_at": self.bot.clock() - ago,
        }
        return make_mention(self.session, **{**defaults, **changes})

    def is_answered(self, mention: Mention, *, after: timedelta = timedelta(minutes=5)) -> None:
        mention.status = MentionStatus.ANSWERED
        posted = mention.created_at + after
        draft = make_draft(self.session, mention)
        make_reply(self.session, draft, status=ReplyStatus.SENT, posted_at=posted)

    def now(self, mention: Mention) -> Situation:
        self.session.flush()
        return situation_of(self.session, self.bot, mention, self.bot.clock())


HOUR = timedelta(hours=1)


def test_answers_to_this_author_in_this_thread_are_counted(bot: Bot) -> None:
    with bot.database.write() as session:
        told = Told(session, bot)
        told.is_answered(told.says(ago=3 * HOUR))
        told.is_answered(told.says(ago=2 * HOUR))
        told.is_answered(told.says(ago=HOUR, author=make_author(session, name="Bo")))
        assert told.now(told.says()).heard.answers == 2


def test_the_moods_of_the_author_are_read_in_the_order_they_were_spoken(bot: Bot) -> None:
    with bot.database.write() as session:
        told = Told(session, bot)
        told.says(ago=2 * HOUR, sentiment_score=0.4)
        told.says(ago=HOUR, sentiment_score=-0.2)
        last = told.says(sentiment_score=-0.7)
        assert told.now(last).heard.moods == (0.4, -0.2, -0.7)


@pytest.mark.parametrize(
    ("days", "signals", "status", "before"),
    [
        (3, ["complaint"], MentionStatus.ANSWERED, Before.TROUBLE),
        (3, ["praise"], MentionStatus.ANSWERED, Before.CONTACT),
        (3, ["complaint"], MentionStatus.DRAFTED, Before.NOTHING),
        (40, ["complaint"], MentionStatus.ANSWERED, Before.NOTHING),
    ],
)
def test_a_customer_is_known_from_what_we_answered_in_the_last_thirty_days(
    bot: Bot, days: int, signals: list[str], status: MentionStatus, before: Before
) -> None:
    with bot.database.write() as session:
        told = Told(session, bot)
        told.says(
            ago=timedelta(days=days),
            conversation=make_conversation(session),
            signals=signals,
            status=status,
        )
        assert told.now(told.says()).before is before


def test_another_customer_who_answered_this_very_text_is_seen(bot: Bot) -> None:
    with bot.database.write() as session:
        told = Told(session, bot)
        marco = make_author(session, name="Marco Bianchi")
        question = told.says(ago=HOUR)
        told.says(author=marco, text="nice jacket!", signals=[], in_reply_to="something else")
        assert told.now(question).helper is None
        told.says(author=marco, text="3 days", signals=[], in_reply_to=question.external_id)
        told.says(text="thanks", in_reply_to=question.external_id)
        found = told.now(question)
        assert found.helper == Helper(name="Marco Bianchi", text="3 days")
        assert found.heard.helped


@pytest.mark.parametrize(
    "signal",
    ["spam", "complaint", "question", "request", "stop", "safety", "legal", "data", "alarming"],
)
def test_who_advertises_complains_or_asks_is_no_helper(bot: Bot, signal: str) -> None:
    with bot.database.write() as session:
        told = Told(session, bot)
        question = told.says(ago=HOUR)
        other = make_author(session, name="Scam Bob")
        told.says(author=other, text="3 days", signals=[signal], in_reply_to=question.external_id)
        found = told.now(question)
        assert (found.helper, found.heard.helped) == (None, signal != "spam")
        marco = make_author(session, name="Marco Bianchi")
        told.says(author=marco, text="3 days", signals=[], in_reply_to=question.external_id)
        assert told.now(question).helper == Helper(name="Marco Bianchi", text="3 days")


def test_a_thread_somebody_else_wrote_in_is_for_a_human_though_nobody_helped(bot: Bot) -> None:
    with bot.database.write() as session:
        told = Told(session, bot)
        question = told.says(ago=HOUR)
        told.says(author=make_author(session), in_reply_to=question.external_id)
        assert told.now(question).heard.helped


@pytest.mark.parametrize(("private", "before"), [(True, Before.CONTACT), (False, Before.NOTHING)])
def test_who_wrote_to_us_in_private_is_greeted_as_known_in_private_only(
    bot: Bot, private: bool, before: Before
) -> None:
    with bot.database.write() as session:
        told = Told(session, bot)
        told.is_answered(told.says(ago=3 * HOUR, private=True))
        assert told.now(told.says(private=private)).before is before


def test_a_private_trouble_shows_in_no_public_answer_while_a_public_contact_does(bot: Bot) -> None:
    with bot.database.write() as session:
        told = Told(session, bot)
        told.is_answered(told.says(ago=3 * HOUR, signals=["praise"]))
        for hours in (2, 1.8, 1.6, 1.4, 1.2, 1):
            told.is_answered(told.says(ago=hours * HOUR, signals=["complaint"], private=True))
        assert told.now(told.says()).before is Before.CONTACT
        assert told.now(told.says(private=True)).before is Before.TROUBLE


def test_who_helped_in_private_is_not_named_in_public_and_still_keeps_us_from_answering_alone(
    bot: Bot,
) -> None:
    with bot.database.write() as session:
        told = Told(session, bot)
        question = told.says(ago=HOUR)
        to: dict[str, Any] = {"in_reply_to": question.external_id, "signals": []}
        shy = make_author(session, name="Marco Bianchi")
        told.says(author=shy, text="3 days, but keep my name out of it", private=True, **to)
        found = told.now(question)
        assert (found.helper, found.heard.helped) == (None, True)
        told.says(author=make_author(session, name="Bo"), text="3 days", **to)
        assert told.now(question).helper == Helper(name="Bo", text="3 days")


def test_in_a_private_thread_who_helped_is_named(bot: Bot) -> None:
    with bot.database.write() as session:
        told = Told(session, bot)
        question = told.says(ago=HOUR, private=True)
        to: dict[str, Any] = {"in_reply_to": question.external_id, "signals": [], "private": True}
        told.says(author=make_author(session, name="Marco Bianchi"), text="3 days", **to)
        assert told.now(question).helper == Helper(name="Marco Bianchi", text="3 days")


def test_who_wants_to_be_left_alone_is_not_named_as_a_helper(bot: Bot) -> None:
    with bot.database.write() as session:
        told = Told(session, bot)
        question = told.says(ago=HOUR)
        shy = make_author(session, name="Marco Bianchi", opted_out_at=bot.clock())
        told.says(author=shy, text="3 days", signals=[], in_reply_to=question.external_id)
        assert told.now(question).helper is None


def test_of_many_earlier_texts_the_latest_are_remembered(bot: Bot) -> None:
    with bot.database.write() as session:
        told = Told(session, bot)
        for days in (9, 8, 7, 6, 5, 4, 3, 1):
            told.says(
                ago=timedelta(days=days),
                conversation=make_conversation(session),
                signals=["complaint" if days == 1 else "praise"],
                status=MentionStatus.ANSWERED,
            )
        assert told.now(told.says()).before is Before.TROUBLE


def test_nobody_is_mistaken_for_an_author_the_network_does_not_name(bot: Bot) -> None:
    with bot.database.write() as session:
        told = Told(session, bot)
        told.is_answered(told.says(ago=HOUR, author=None, signals=["complaint"]))
        found = told.now(told.says(author=None))
        assert (found.before, found.heard.answers) == (Before.NOTHING, 0)
