from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from config.database import Database
from listener.channels.base import Answerable
from listener.models import Mention, MentionStatus
from responder import compose
from responder.bot import Bot
from responder.draft import draft_round
from responder.handling.escalate import escalate, settle_escalation
from responder.models import (
    Approval,
    AuthorKind,
    Draft,
    DraftStatus,
    PauseLevel,
    Reply,
    ReplyStatus,
)
from responder.pause import lift_pause, set_pause
from sentiment.score import Sentiment
from tests.factories import (
    NOW,
    FakeChannel,
    make_auto_rule,
    make_bot,
    make_draft,
    make_mention,
    make_reply,
)


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Bot]:
    made = make_bot(tmp_path)
    yield made
    made.database.close()


@pytest.fixture
def eager(tmp_path: Path) -> Iterator[Bot]:
    """A bot whose channel, and a rule, let thanks leave without a human."""
    made = make_bot(tmp_path, channels=[FakeChannel(auto_reply=True)])
    with made.database.write() as session:
        make_auto_rule(session)
    yield made
    made.database.close()


def _hear(bot: Bot, **changes: Any) -> str:
    with bot.database.write() as session:
        return make_mention(session, **changes).id


GLAD: dict[str, Any] = {
    "text": "Thank you so much, I love my new boots!",
    "signals": ["praise"],
    "topics": ["praise"],
    "sentiment": Sentiment.POSITIVE,
    "sentiment_confidence": 0.97,
}


def _drafts(database: Database) -> list[Draft]:
    with database.read() as session:
        return list(session.scalars(select(Draft).order_by(Draft.id)))


def _mention(bot: Bot, mention_id: str) -> Mention:
    with bot.database.read() as session:
        return session.get_one(Mention, mention_id)


def test_a_new_mention_gets_one_draft_in_its_own_language(bot: Bot) -> None:
    mention = _hear(bot, text="Il pacco non arriva!", language="it", signals=["complaint"])
    assert draft_round(bot) == 1
    assert draft_round(bot) == 0
    (draft,) = _drafts(bot.database)
    assert draft.text.startswith("Ciao Giulia")
    assert (draft.status, draft.language) == (DraftStatus.PENDING, "it")
    assert draft.made_from == "saved reply: parcel_late"
    assert _mention(bot, mention).status is MentionStatus.DRAFTED


def test_a_language_we_do_not_speak_gets_a_polite_word_in_ours_and_the_card_says_so(
    bot: Bot,
) -> None:
    _hear(bot, language="pt", text="Onde está a minha encomenda?")
    draft_round(bot)
    (draft,) = _drafts(bot.database)
    assert draft.language == "en"
    assert bot.book.chapters["en"].voice.other_language in draft.text
    assert draft.made_from == ("nobody here speaks this language: in en, a speaker is wanted")


def test_what_only_a_person_may_answer_gets_a_suggestion_that_cannot_be_sent(bot: Bot) -> None:
    mention = _hear(bot, answerable=Answerable.BY_HAND, signals=["complaint"])
    draft_round(bot)
    (draft,) = _drafts(bot.database)
    assert draft.text
    assert [finding["rule"] for finding in draft.findings] == ["answerable"]
    assert _mention(bot, mention).status is MentionStatus.BY_HAND


def test_spam_is_ignored_with_its_reason(bot: Bot) -> None:
    mention = _hear(bot, signals=["spam"])
    assert draft_round(bot) == 0
    assert _mention(bot, mention).status is MentionStatus.IGNORED
    assert _mention(bot, mention).status_reason == "spam"


def test_nothing_leaves_without_a_human_unless_the_channel_s_settings_say_so(bot: Bot) -> None:
    _hear(bot, **GLAD)
    draft_round(bot)
    with bot.database.read() as session:
        assert session.scalars(select(Reply)).all() == []


def test_praise_may_leave_by_itself_where_the_settings_say_so_and_says_it_is_automatic(
    eager: Bot,
) -> None:
    _hear(eager, **GLAD)
    draft_round(eager)
    with eager.database.read() as session:
        reply = session.scalars(select(Reply)).one()
        approval = session.scalars(select(Approval)).one()
    assert reply.author_kind is AuthorKind.AUTO
    assert approval.approved_by == "policy"
    assert approval.text_hash == reply.text_hash
    assert eager.book.chapters["en"].voice.automatic in reply.text


@pytest.mark.parametrize("signals", [["complaint"], ["praise", "question"], ["safety"], []])
def test_whatever_is_not_plain_praise_waits_for_a_human_even_then(
    eager: Bot, signals: list[str]
) -> None:
    _hear(eager, **{**GLAD, "topics": ["delivery"], "signals": signals})
    draft_round(eager)
    assert [draft.status for draft in _drafts(eager.database)] == [DraftStatus.PENDING]


@pytest.mark.parametrize(
    "doubt", [{"sentiment_confidence": 0.94}, {"sentiment": Sentiment.NEGATIVE}], ids=str
)
def test_praise_we_are_not_sure_of_waits_for_a_human(eager: Bot, doubt: dict[str, Any]) -> None:
    _hear(eager, **{**GLAD, **doubt})
    draft_round(eager)
    assert [draft.status for draft in _drafts(eager.database)] == [DraftStatus.PENDING]


@pytest.mark.parametrize("signal", ["self_harm", "threat"])
def test_who_may_harm_themselves_or_threatens_gets_no_words_of_ours(
    eager: Bot, signal: str
) -> None:
    mention = _hear(eager, **{**GLAD, "signals": [signal, "praise"]})
    draft_round(eager)
    (draft,) = _drafts(eager.database)
    assert (draft.text, draft.status) == ("", DraftStatus.PENDING)
    assert [finding["rule"] for finding in draft.findings] == ["R01"]
    assert "a person" in _mention(eager, mention).status_reason


@pytest.mark.parametrize("level", list(PauseLevel))
def test_any_pause_ends_automatic_replies(eager: Bot, level: PauseLevel) -> None:
    set_pause(eager.database, channel="", level=level, by="anna", now=NOW)
    _hear(eager, **GLAD)
    draft_round(eager)
    assert [draft.status for draft in _drafts(eager.database)] == [DraftStatus.PENDING]


def _edit(bot: Bot, mention_id: str) -> None:
    with bot.database.write() as session:
        mention = session.get_one(Mention, mention_id)
        mention.text, mention.version = "Sorry, it arrived! Thank you", mention.version + 1
        mention.signals, mention.topics = ["praise"], []
        mention.status = MentionStatus.NEW


def test_an_edited_mention_gets_a_new_draft_and_the_old_one_is_withdrawn(bot: Bot) -> None:
    mention = _hear(bot)
    draft_round(bot)
    _edit(bot, mention)
    draft_round(bot)
    old, new = _drafts(bot.database)
    assert (old.status, old.reason) == (DraftStatus.WITHDRAWN, "the customer changed the text")
    assert (new.status, new.mention_version) == (DraftStatus.PENDING, 2)


def test_what_a_person_handed_up_stays_so_when_the_customer_edits(bot: Bot) -> None:
    mention_id = _hear(bot)
    draft_round(bot)
    escalate(bot, _drafts(bot.database)[0].id, reason="a lawyer", to=None, by="anna")
    for _ in range(2):
        _edit(bot, mention_id)
        draft_round(bot)
        *_, draft = _drafts(bot.database)
        assert (draft.status, draft.escalated) == (DraftStatus.PENDING, "a lawyer")
    settle_escalation(bot, draft.id, by="bo")
    _edit(bot, mention_id)
    draft_round(bot)
    assert _drafts(bot.database)[-1].escalated == ""


def test_what_a_person_handed_up_stays_theirs_when_no_answer_is_needed_any_more(bot: Bot) -> None:
    mention_id = _hear(bot)
    draft_round(bot)
    escalate(bot, _drafts(bot.database)[0].id, reason="a lawyer", to=None, by="anna")
    with bot.database.write() as session:
        mention = session.get_one(Mention, mention_id)
        mention.version, mention.status = 2, MentionStatus.NEW
        mention.signals = ["spam"]
    draft_round(bot)
    draft = _drafts(bot.database)[-1]
    assert (draft.status, draft.escalated, draft.text) == (DraftStatus.PENDING, "a lawyer", "")
    assert _mention(bot, mention_id).status is MentionStatus.DRAFTED


@pytest.mark.parametrize("handed_up", [True, False])
def test_what_a_person_handed_up_is_answered_by_no_rule(eager: Bot, *, handed_up: bool) -> None:
    mention_id = _hear(eager, **GLAD)
    set_pause(eager.database, channel="", level=PauseLevel.AUTO, by="anna", now=NOW)
    draft_round(eager)
    if handed_up:
        escalate(eager, _drafts(eager.database)[0].id, reason="a lawyer", to=None, by="anna")
    lift_pause(eager.database, channel="", by="anna", now=NOW)
    with eager.database.write() as session:
        mention = session.get_one(Mention, mention_id)
        mention.version, mention.status = 2, MentionStatus.NEW
    draft_round(eager)
    expected = DraftStatus.PENDING if handed_up else DraftStatus.APPROVED
    assert _drafts(eager.database)[-1].status is expected


def test_an_edit_calls_back_an_approved_reply_that_has_not_left(bot: Bot) -> None:
    with bot.database.write() as session:
        reply = make_reply(session)
        mention, reply_id = reply.mention_id, reply.id
    _edit(bot, mention)
    draft_round(bot)
    with bot.database.read() as session:
        called_back = session.get_one(Reply, reply_id)
    assert called_back.status is ReplyStatus.FAILED
    assert [draft.status for draft in _drafts(bot.database)] == [
        DraftStatus.WITHDRAWN,
        DraftStatus.PENDING,
    ]


@pytest.mark.parametrize("status", [ReplyStatus.SENDING, ReplyStatus.UNKNOWN, ReplyStatus.SENT])
def test_an_edit_never_leads_to_a_second_reply_where_one_may_stand(
    bot: Bot, status: ReplyStatus
) -> None:
    with bot.database.write() as session:
        mention = make_reply(session, status=status).mention_id
    _edit(bot, mention)
    draft_round(bot)
    assert len(_drafts(bot.database)) == 1


def test_a_draft_whose_mention_is_gone_is_withdrawn(bot: Bot) -> None:
    with bot.database.write() as session:
        make_draft(session).mention.status = MentionStatus.GONE
    draft_round(bot)
    assert [draft.status for draft in _drafts(bot.database)] == [DraftStatus.WITHDRAWN]


def test_many_new_mentions_are_all_drafted_in_one_round(bot: Bot) -> None:
    for _ in range(45):
        _hear(bot)
    assert draft_round(bot) == 45


def test_a_mention_of_a_channel_that_is_not_configured_stays_new(bot: Bot) -> None:
    mention = _hear(bot, channel="x_france")
    assert draft_round(bot) == 0
    assert _mention(bot, mention).status is MentionStatus.NEW


def test_a_mention_that_trips_the_drafting_is_left_to_a_human_and_the_rest_is_drafted(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = _hear(bot, text="poison")
    _hear(bot)
    real = compose.compose

    def tripped(asked: Any, *rest: Any, **options: Any) -> Any:
        if asked.text == "poison":
            raise ValueError("a bug of ours")
        return real(asked, *rest, **options)

    monkeypatch.setattr("responder.propose.compose", tripped)
    assert draft_round(bot) == 2
    with bot.database.read() as session:
        left = session.scalars(select(Draft).where(Draft.mention_id == poison)).one()
    assert (left.status, left.text) == (DraftStatus.PENDING, "")
    assert "drafting failed" in left.made_from
