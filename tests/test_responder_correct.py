"""An agent sets right what was judged: the mention, its place in the queue, and what is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from listener.channels.base import Incoming, Page
from listener.ingest import ingest, mark_gone, renew
from listener.models import Mention, MentionStatus
from listener.purge import purge_closed
from responder.approve import Conflict, NotFound, approve, edit, reject
from responder.bot import Bot
from responder.correct import Right, correct
from responder.corrections import count_new, read_lessons
from responder.draft import draft_round
from responder.handling.escalate import escalate, settle_escalation
from responder.models import (
    Audit,
    AuthorKind,
    Correction,
    Draft,
    DraftStatus,
    Question,
    Reply,
    ReplyStatus,
)
from responder.redraft import is_too_late
from responder.wordless import is_wordless
from sentiment.phase import Phase
from sentiment.prioritize import Level
from sentiment.score import Sentiment
from tests.factories import (
    NOW,
    FakeChannel,
    Watch,
    incoming,
    make_author,
    make_auto_rule,
    make_bot,
    make_draft,
    make_mention,
    make_reply,
)

SCORN = "Well done, third week without my parcel"


@pytest.fixture
def bot(tmp_path: Path) -> Bot:
    return make_bot(tmp_path)


def heard(bot: Bot, **changes: object) -> Mention:
    with bot.database.write() as session:
        return make_mention(session, **{"text": SCORN} | changes)


def row(bot: Bot, mention: Mention) -> Mention:
    with bot.database.read() as session:
        return session.get_one(Mention, mention.id)


def kept(bot: Bot) -> list[Correction]:
    with bot.database.read() as session:
        return list(session.scalars(select(Correction).order_by(Correction.id)))


def set_right(bot: Bot, mention: Mention, *, version: int = 1, **right: Any) -> object:
    said = Right(**right)
    return correct(bot, mention.id, version=version, right=said, by="anna")


def test_a_mention_says_what_the_agent_said_and_its_place_in_the_queue_moves(bot: Bot) -> None:
    mention = heard(bot, signals=[], topics=[], phase=Phase.UNKNOWN, priority=Level.P4)
    changed = set_right(
        bot, mention, sentiment=Sentiment.NEGATIVE, topics=["refund", "delivery"],
        phase=Phase.ACQUISITION, danger=True,
    )  # fmt: skip
    assert set(changed) == set(Question)  # type: ignore[call-overload]
    now = row(bot, mention)
    assert (now.sentiment, now.sentiment_score, now.sentiment_confidence, now.scored_by) == (
        Sentiment.NEGATIVE, -1, 1, "agent",
    )  # fmt: skip
    assert (set(now.topics), now.phase) == ({"refund", "delivery"}, Phase.ACQUISITION)
    assert (now.priority, now.due_at) == (Level.P1, mention.created_at + timedelta(minutes=15))
    assert now.reasons[0].startswith("safety")
    assert (now.version, now.changed_at) == (1, NOW)


def test_no_danger_takes_the_alarm_back(bot: Bot) -> None:
    mention = heard(bot, signals=["alarming", "legal", "question", "safety"], priority=Level.P1)
    set_right(bot, mention, danger=False)
    now = row(bot, mention)
    assert (now.signals, now.priority > Level.P1) == (["question"], True)


def test_what_nobody_spoke_of_stays_as_it_was(bot: Bot) -> None:
    mention = heard(bot, scored_by="trained", sentiment_confidence=0.4)
    set_right(bot, mention, topics=["press"])
    now = row(bot, mention)
    assert (now.scored_by, now.sentiment_confidence, now.topics) == ("trained", 0.4, ["press"])


def test_what_a_reader_should_know_of_the_text_stays_beside_the_reasons(bot: Bot) -> None:
    note = "the network dates it 1970-01-01, which cannot be"
    mention = heard(bot, reasons=["complaint", "120 followers", note], signals=[])
    set_right(bot, mention, sentiment=Sentiment.POSITIVE)
    reasons = row(bot, mention).reasons
    assert note in reasons
    assert "complaint" not in reasons


def test_each_answer_is_kept_with_what_stood_there_and_who_had_said_so(bot: Bot) -> None:
    mention = heard(bot, scored_by="lexicon", topics=[])
    set_right(bot, mention, sentiment=Sentiment.NEGATIVE, phase=mention.phase)
    set_right(bot, mention, topics=["other"])
    set_right(bot, mention, sentiment=Sentiment.POSITIVE)
    assert [(one.question, one.before, one.answer, one.said_by) for one in kept(bot)] == [
        (Question.SENTIMENT, ["neutral"], ["negative"], "lexicon"),
        (Question.TOPICS, [], ["other"], "lexicon"),
        (Question.SENTIMENT, ["negative"], ["positive"], "agent"),
    ]


def test_the_record_names_ids_and_answers_and_no_text(bot: Bot) -> None:
    mention = heard(bot)
    set_right(bot, mention, sentiment=Sentiment.NEGATIVE)
    with bot.database.read() as session:
        (entry,) = session.scalars(select(Audit))
    assert (entry.who, entry.action, entry.subject) == ("anna", "set right", mention.id)
    assert entry.detail == "sentiment: negative, version 1"
    assert SCORN not in str([vars(one) for one in kept(bot)])


def test_who_read_another_version_is_told_and_changes_nothing(bot: Bot) -> None:
    mention = heard(bot, version=2)
    with pytest.raises(Conflict, match="changed the text"):
        set_right(bot, mention, sentiment=Sentiment.NEGATIVE)
    assert kept(bot) == []


def test_who_did_not_see_what_a_colleague_set_right_is_told(bot: Bot) -> None:
    mention = heard(bot)
    set_right(bot, mention, sentiment=Sentiment.NEGATIVE)
    stale = Right(sentiment=Sentiment.NEUTRAL, phase=Phase.OWNERSHIP)
    with pytest.raises(Conflict, match="anna set it right meanwhile"):
        correct(bot, mention.id, version=1, right=stale, by="bo", seen="")
    correct(bot, mention.id, version=1, right=stale, by="bo", seen=kept(bot)[-1].id)
    assert row(bot, mention).sentiment is Sentiment.NEUTRAL


@pytest.mark.parametrize("gone", [{"status": MentionStatus.GONE}, {"purged_at": NOW, "text": ""}])
def test_of_words_that_are_not_there_nothing_can_be_said(bot: Bot, gone: dict[str, object]) -> None:
    mention = heard(bot, **gone)
    with pytest.raises(Conflict):
        set_right(bot, mention, sentiment=Sentiment.NEGATIVE)
    with pytest.raises(NotFound):
        correct(bot, "nobody", version=1, right=Right(danger=True), by="anna")


@pytest.mark.parametrize("words", [{"sentiment": Sentiment.UNKNOWN}, {"topics": ["parcels"]}])
def test_words_nobody_knows_are_refused(words: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"set right to|is no topic"):
        Right(**words)  # type: ignore[arg-type]


def polled(bot: Bot, item: Incoming) -> None:
    reading = bot.poller.reading(bot.channels["x"], "mentions")
    ingest(bot.database, Page(items=(item,), position="1"), reading, now=NOW)
    renew(bot.database, [item], reading, now=NOW)


def test_a_poll_of_the_same_words_leaves_a_correction_and_an_edit_drops_it(bot: Bot) -> None:
    item = incoming("7", "Where is my parcel?", language="en")
    polled(bot, item)
    with bot.database.read() as session:
        mention = session.scalars(select(Mention)).one()
    set_right(bot, mention, sentiment=Sentiment.NEGATIVE, phase=Phase.RETIREMENT)
    polled(bot, item)
    polled(bot, replace(item, revision_id="8"))
    now = row(bot, mention)
    assert (now.sentiment, now.scored_by, now.phase) == (
        Sentiment.NEGATIVE, "agent", Phase.RETIREMENT,
    )  # fmt: skip
    assert len(read_lessons(bot)) == 1
    polled(bot, replace(item, revision_id="9", text="Where is my parcel, please?"))
    now = row(bot, mention)
    assert (now.version, now.scored_by == "agent") == (2, False)
    assert (read_lessons(bot), count_new(bot, None), len(kept(bot))) == ((), 0, 2)


def test_of_a_closed_mention_it_stays_known_since_when_it_is_closed(bot: Bot) -> None:
    mention = heard(bot, status=MentionStatus.ANSWERED, changed_at=NOW - timedelta(days=1))
    set_right(bot, mention, sentiment=Sentiment.NEGATIVE)
    assert row(bot, mention).changed_at == NOW - timedelta(days=1)


@pytest.mark.parametrize("status", [MentionStatus.LISTEN_ONLY, MentionStatus.IGNORED])
def test_danger_nobody_was_to_answer_is_drafted_after_all(bot: Bot, status: MentionStatus) -> None:
    mention = heard(bot, status=status)
    set_right(bot, mention, danger=True)
    assert draft_round(bot) == 1
    assert row(bot, mention).status is MentionStatus.DRAFTED


def test_what_a_person_handed_up_stays_so_when_danger_is_set_right(bot: Bot) -> None:
    mention = heard(bot)
    draft_round(bot)
    with bot.database.read() as session:
        draft_id = session.scalars(select(Draft.id)).one()
    escalate(bot, draft_id, reason="a lawyer", to=None, by="anna")
    set_right(bot, mention, danger=True)
    with bot.database.read() as session:
        assert session.get_one(Draft, draft_id).escalated == "a lawyer"
    settle_escalation(bot, draft_id, by="anna")
    set_right(bot, mention, danger=False)
    with bot.database.read() as session:
        assert session.get_one(Draft, draft_id).escalated == ""


def test_rejected_words_do_not_come_back_when_danger_is_set_right(bot: Bot) -> None:
    mention = heard(bot)
    draft_round(bot)
    reject(bot, the_draft(bot, mention).id, version=1, reason="Wrong tone", by="anna", anew=True)
    set_right(bot, mention, danger=True)
    with bot.database.read() as session:
        (waits,) = session.scalars(select(Draft).where(Draft.status == DraftStatus.PENDING))
    assert (waits.text, is_wordless(waits)) == ("", True)


def test_an_automatic_answer_that_has_not_left_is_called_back_and_a_human_s_is_not(
    bot: Bot,
) -> None:
    for kind, left in ((AuthorKind.AUTO, []), (AuthorKind.HUMAN, ["queued"])):
        with bot.database.write() as session:
            draft = make_draft(session)
            make_reply(session, draft, author_kind=kind)
        set_right(bot, draft.mention, sentiment=Sentiment.NEGATIVE)
        with bot.database.read() as session:
            replies = session.scalars(
                select(Reply.status).where(Reply.draft_id == draft.id, Reply.status != "failed")
            )
            assert [status.value for status in replies] == left
            called_back = session.get_one(Draft, draft.id).status is DraftStatus.WITHDRAWN
        assert called_back is (left == [])
        assert (row(bot, draft.mention).status is MentionStatus.NEW) is (left == [])


def test_a_lesson_is_what_counts_now_beside_what_stood_there_first(bot: Bot) -> None:
    mention = heard(bot, topics=["order"])
    set_right(bot, mention, sentiment=Sentiment.NEGATIVE, topics=["refund"])
    set_right(bot, mention, sentiment=Sentiment.POSITIVE)
    (lesson,) = read_lessons(bot)
    assert (lesson.text, lesson.language, lesson.may_teach) == (SCORN, "en", True)
    assert lesson.answers == {Question.SENTIMENT: ("positive",), Question.TOPICS: ("refund",)}
    assert lesson.before == {Question.SENTIMENT: ("neutral",), Question.TOPICS: ("order",)}
    assert lesson.stands[Question.PHASE] == ("acquisition",)


def test_words_that_were_erased_or_deleted_teach_no_more(bot: Bot) -> None:
    erased = heard(bot, status=MentionStatus.ANSWERED, changed_at=NOW - timedelta(days=40))
    deleted = heard(bot, external_id="deleted")
    for mention in (erased, deleted):
        set_right(bot, mention, sentiment=Sentiment.NEGATIVE)
    assert count_new(bot, None) == len(read_lessons(bot)) == 2
    purge_closed(bot.database, "x", 30, NOW)
    assert len(read_lessons(bot)) == 1
    mark_gone(bot.database, "x", ["deleted"], NOW)
    assert (read_lessons(bot), count_new(bot, None)) == ((), 0)


def test_texts_of_a_channel_that_may_not_teach_are_kept_and_do_not_count(tmp_path: Path) -> None:
    x, facebook = FakeChannel("x"), FakeChannel("facebook")
    x.declaration = replace(x.declaration, may_teach=False)
    clock = Watch(NOW)
    bot = make_bot(tmp_path, channels=[x, facebook], clock=clock)
    for channel in ("x", "facebook", "closed_account"):
        with bot.database.write() as session:
            author = make_author(session, channel=channel)
            mention = make_mention(session, channel=channel, author=author)
        set_right(bot, mention, sentiment=Sentiment.NEGATIVE)
    assert [one.may_teach for one in read_lessons(bot)] == [False, True, False]
    assert (count_new(bot, None), count_new(bot, NOW)) == (1, 0)


def the_draft(bot: Bot, mention: Mention) -> Draft:
    """The newest one of a mention."""
    with bot.database.read() as session:
        found = select(Draft).where(Draft.mention_id == mention.id).order_by(Draft.id.desc())
        return session.scalars(found.limit(1)).one()


def drafted(bot: Bot, **changes: object) -> Mention:
    mention = heard(bot, **changes)
    draft_round(bot)
    return mention


def thanked(bot: Bot) -> Mention:
    """Praise, with words of thanks that wait for a yes."""
    return drafted(
        bot, text="Well done", signals=["praise"], sentiment=Sentiment.POSITIVE, topics=["praise"]
    )


def test_an_alarm_for_nothing_is_taken_back_and_teaches(bot: Bot) -> None:
    mention = heard(bot, signals=["alarming", "delicate"], priority=Level.P2, points=60)
    assert set_right(bot, mention, danger=False) == (Question.DANGER,)
    now = row(bot, mention)
    assert (now.signals, now.priority > Level.P2) == ([], True)
    assert not any("danger" in reason for reason in now.reasons)
    (lesson,) = read_lessons(bot)
    assert (lesson.before, lesson.answers) == (
        {Question.DANGER: ("alarming",)},
        {Question.DANGER: ("no",)},
    )
    assert set_right(bot, mention, danger=False) == ()


def test_an_alarm_for_a_reason_becomes_a_danger(bot: Bot) -> None:
    mention = heard(bot, signals=["alarming"])
    set_right(bot, mention, danger=True)
    assert (row(bot, mention).signals, row(bot, mention).priority) == (["safety"], Level.P1)


def test_despair_that_an_agent_confirms_gets_no_words_of_ours(bot: Bot) -> None:
    mention = drafted(bot, signals=["alarming", "delicate"])
    set_right(bot, mention, danger=True)
    assert the_draft(bot, mention).text == ""


def test_praise_that_is_none_becomes_a_complaint_in_signals_priority_and_words(bot: Bot) -> None:
    mention = heard(
        bot, signals=["praise", "question"], sentiment=Sentiment.POSITIVE, topics=["praise"],
        priority=Level.P4, reasons=["praise"],
    )  # fmt: skip
    set_right(bot, mention, sentiment=Sentiment.NEGATIVE)
    now = row(bot, mention)
    assert (now.signals, now.topics) == (["complaint", "question"], ["other"])
    assert (now.priority < Level.P4, "praise" in now.reasons) == (True, False)
    draft_round(bot)
    assert row(bot, mention).status_reason == "a complaint"


def test_a_complaint_that_is_none_becomes_praise_where_it_praises(bot: Bot) -> None:
    plain = heard(bot, text="So it goes", signals=["complaint"], topics=["service"])
    set_right(bot, plain, sentiment=Sentiment.POSITIVE)
    assert row(bot, plain).signals == []
    praising = heard(bot, text="So it goes", signals=["complaint"], topics=["service"])
    set_right(bot, praising, sentiment=Sentiment.POSITIVE, topics=["praise"])
    assert row(bot, praising).signals == ["praise"]
    draft_round(bot)
    assert row(bot, praising).status_reason == "praise"


def test_a_feeling_that_is_none_leaves_what_cues_hear(bot: Bot) -> None:
    mention = heard(bot, text="So it goes", signals=["complaint"], sentiment=Sentiment.NEGATIVE)
    set_right(bot, mention, sentiment=Sentiment.NEUTRAL)
    assert row(bot, mention).signals == []
    cued = heard(bot, text="This is a complaint. I want to complain.", signals=["complaint"])
    set_right(bot, cued, sentiment=Sentiment.NEGATIVE)
    set_right(bot, cued, sentiment=Sentiment.NEUTRAL)
    assert row(bot, cued).signals == ["complaint"]


def replies(bot: Bot, mention: Mention) -> list[tuple[str, str]]:
    with bot.database.read() as session:
        found = session.scalars(select(Reply).where(Reply.mention_id == mention.id))
        return [(one.status.value, one.author_kind.value) for one in found]


@pytest.mark.parametrize(
    "right",
    [{"phase": Phase.RETIREMENT}, {"topics": ["praise", "product"]}, {"danger": False}],
)
def test_what_somebody_set_right_never_leaves_without_a_human(
    tmp_path: Path, right: dict[str, Any]
) -> None:
    bot = make_bot(tmp_path, channels=[FakeChannel(auto_reply=True)])
    with bot.database.write() as session:
        make_auto_rule(session)
    glad = {"signals": ["praise"], "sentiment": Sentiment.POSITIVE, "sentiment_confidence": 0.99}
    signals = ["praise", *(["alarming"] if "danger" in right else [])]
    mention = drafted(bot, **glad | {"text": "Love it", "topics": ["praise"], "signals": signals})
    before = replies(bot, mention)
    assert before == ([] if "danger" in right else [("queued", "auto")])
    set_right(bot, mention, **right)
    draft_round(bot)
    assert replies(bot, mention) == [("failed", kind) for _status, kind in before]
    assert the_draft(bot, mention).status is DraftStatus.PENDING


def test_an_editor_cannot_send_by_being_sure(tmp_path: Path) -> None:
    bot = make_bot(tmp_path, channels=[FakeChannel(auto_reply=True)])
    with bot.database.write() as session:
        make_auto_rule(session)
    mention = heard(bot, text="Love it", signals=["praise"], topics=["praise"])
    set_right(bot, mention, sentiment=Sentiment.POSITIVE)
    draft_round(bot)
    assert row(bot, mention).sentiment_confidence == 1
    assert (replies(bot, mention), the_draft(bot, mention).status) == ([], DraftStatus.PENDING)


def test_danger_in_what_was_to_be_thanked_for_replaces_the_words_that_wait(bot: Bot) -> None:
    mention = thanked(bot)
    thanks = the_draft(bot, mention)
    set_right(bot, mention, danger=True)
    now = the_draft(bot, mention)
    assert (now.id, now.status, now.version) == (thanks.id, DraftStatus.PENDING, 2)
    assert now.text != thanks.text
    assert "anna said that somebody is in danger: these words are new" in now.reason
    assert row(bot, mention).status_reason == "somebody may be hurt"
    with pytest.raises(Conflict, match="changed meanwhile"):
        approve(bot, thanks.id, version=1, by="bo")


MINE = "Hello Giulia, these words are mine and of nobody else."


def test_words_one_of_the_team_wrote_stay_and_have_to_be_read_again(bot: Bot) -> None:
    mention = thanked(bot)
    draft = the_draft(bot, mention)
    version = edit(bot, draft.id, version=1, text=MINE, by="bo")
    set_right(bot, mention, danger=True)
    now = the_draft(bot, mention)
    assert (now.text, now.version) == (MINE, version + 1)
    assert now.reason.endswith("read these words again")
    assert row(bot, mention).status_reason == "somebody may be hurt"


@pytest.mark.parametrize("typed", [None, MINE])
def test_an_approved_reply_to_somebody_in_danger_is_back_at_the_desk(
    bot: Bot, typed: str | None
) -> None:
    mention = thanked(bot)
    draft = the_draft(bot, mention)
    approve(bot, draft.id, version=1, by="bo", text=typed)
    set_right(bot, mention, danger=True)
    now = the_draft(bot, mention)
    assert replies(bot, mention) == [("failed", "human")]
    assert (now.id, now.status) == (draft.id, DraftStatus.PENDING)
    assert (now.text == typed) is (typed is not None)
    assert now.text != draft.text


def test_what_is_on_its_way_is_not_called_back_and_can_be_told(bot: Bot) -> None:
    with bot.database.write() as session:
        draft = make_draft(session)
        make_reply(session, draft, status=ReplyStatus.SENDING)
    assert set_right(bot, draft.mention, danger=True) == (Question.DANGER,)
    assert replies(bot, draft.mention) == [("sending", "human")]
    assert is_too_late(bot, draft.mention_id)
    assert not is_too_late(bot, thanked(bot).id)


def test_a_threat_that_was_none_gets_words_after_all(bot: Bot) -> None:
    mention = drafted(bot, signals=["threat", "praise"], sentiment=Sentiment.POSITIVE, topics=[])
    assert the_draft(bot, mention).text == ""
    set_right(bot, mention, danger=False)
    now = the_draft(bot, mention)
    assert (now.text != "", now.status) == (True, DraftStatus.PENDING)
    assert row(bot, mention).status_reason == "praise"
    set_right(bot, mention, danger=True)
    assert the_draft(bot, mention).text != now.text, "new words are the machine's as well"


def test_a_threat_that_was_none_and_needs_no_answer_leaves_the_desk(bot: Bot) -> None:
    mention = drafted(bot, signals=["threat"], addressed=False)
    set_right(bot, mention, danger=False)
    assert the_draft(bot, mention).status is DraftStatus.WITHDRAWN
    assert row(bot, mention).status is MentionStatus.LISTEN_ONLY


def test_a_channel_that_is_gone_keeps_nobody_from_setting_right(bot: Bot) -> None:
    with bot.database.write() as session:
        author = make_author(session, channel="closed_account")
        draft = make_draft(session, make_mention(session, channel="closed_account", author=author))
    assert set_right(bot, draft.mention, danger=True) == (Question.DANGER,)
    assert the_draft(bot, draft.mention).text == draft.text


def test_one_answer_counts_once_and_only_in_a_language_that_is_known(bot: Bot) -> None:
    mention = heard(bot)
    for feeling in (Sentiment.NEGATIVE, Sentiment.POSITIVE, Sentiment.NEGATIVE):
        set_right(bot, mention, sentiment=feeling)
    assert count_new(bot, None) == 1
    set_right(bot, mention, danger=True)
    set_right(bot, heard(bot, language="unknown"), sentiment=Sentiment.NEGATIVE)
    assert count_new(bot, None) == 2


def test_what_a_text_likes_and_laments_follows_the_feeling_an_agent_set_right(bot: Bot) -> None:
    text = "Brilliant service as always. Delivered to Verona, I live in Trento."
    mention = heard(bot, text=text, signals=[], aspects=["like service"])
    set_right(bot, mention, sentiment=Sentiment.NEGATIVE, topics=["delivery"])
    assert row(bot, mention).aspects == ["complaint delivery"]
