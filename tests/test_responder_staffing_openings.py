"""Which channels are answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from config.workload import StaffingSettings
from listener.channels.base import Answerable
from listener.models import Mention, MentionStatus
from responder.bot import Bot
from responder.commands.rounds import draft_once, poll_channels, post_once
from responder.draft import draft_round
from responder.models import Audit, Draft, DraftStatus, Reply, ReplyStatus
from responder.staffing.alarms import of_staffing
from responder.staffing.models import ChannelOpening
from responder.staffing.openings import (
    NOT_OPEN,
    Named,
    Unstaffed,
    begin,
    latest,
    only_listen,
    only_listens,
    open_channel,
)
from responder.staffing.outlook import fit_now, outlook
from responder.team.models import Role
from sentiment.prioritize import Level
from tests.factories import NOW, FakeChannel, make_agent, make_draft, make_mention, make_reply
from tests.staffing_story import HOURS, staffed_bot


@pytest.fixture
def bot(tmp_path: Path) -> Bot:
    return staffed_bot(tmp_path, FakeChannel("x"))


def _with(bot: Bot, *names: str, ask_first: bool = True) -> Bot:
    settings = bot.settings.model_copy(update={"staffing": StaffingSettings(ask_first=ask_first)})
    return replace(
        bot, settings=settings, channels={name: FakeChannel(name) for name in ("x", *names)}
    )


def _listens(bot: Bot, channel: str) -> bool:
    with bot.database.read() as session:
        return only_listens(session, channel)


def _drafts(bot: Bot) -> int:
    draft_round(bot)
    with bot.database.read() as session:
        return len(session.scalars(select(Draft)).all())


def test_an_installation_answers_all_it_begins_with(bot: Bot) -> None:
    both = _with(bot, "facebook")
    assert begin(both) == ()
    assert not _listens(both, "x")
    assert not _listens(both, "facebook")


def test_what_was_answered_before_openings_were_kept_goes_on(bot: Bot) -> None:
    with bot.database.write() as session:
        make_mention(session)
    both = _with(bot, "facebook")
    assert begin(both) == ()
    assert not _listens(both, "x")
    assert not _listens(both, "facebook")


@pytest.mark.parametrize(
    "command",
    [
        lambda bot: poll_channels(bot, "x", once=True),
        lambda bot: draft_once(bot, once=True),
        lambda bot: post_once(bot, once=True),
    ],
    ids=["poll", "draft", "post"],
)
def test_a_single_round_begins_as_the_daemon_does(bot: Bot, command: Callable[[Bot], int]) -> None:
    command(bot)
    both = _with(bot, "facebook")
    command(both)
    assert not _listens(both, "x")
    assert _listens(both, "facebook")


def test_what_was_answered_before_goes_on_and_a_channel_added_later_only_listens(bot: Bot) -> None:
    begin(bot)
    both = _with(bot, "facebook")
    assert begin(both) == ("facebook",)
    assert not _listens(both, "x")
    assert _listens(both, "facebook")
    told = [one.cause for one in of_staffing(both, NOW)]
    with both.database.read() as session:
        noted = session.scalars(select(Audit.action)).all()
    assert told == ["staffing: facebook: not open"]
    assert noted == ["only listen"]


def test_a_second_start_changes_nothing(bot: Bot) -> None:
    begin(bot)
    both = _with(bot, "facebook")
    assert begin(both) == ("facebook",)
    assert begin(both) == ()
    assert _listens(both, "facebook")


def test_the_settings_may_have_every_channel_answered_at_once(bot: Bot) -> None:
    begin(bot)
    assert begin(_with(bot, "facebook", ask_first=False)) == ()
    assert not _listens(bot, "facebook")


def test_a_channel_nobody_opened_is_listened_to_and_what_is_urgent_is_answered(bot: Bot) -> None:
    only_listen(bot, "x", by="anna")
    with bot.database.write() as session:
        calm = make_mention(session).id
        urgent = make_mention(session, priority=Level.P1, text="It burnt my hand!").id
    assert _drafts(bot) == 1
    with bot.database.read() as session:
        heard = session.get_one(Mention, calm)
        assert (heard.status, heard.status_reason) == (MentionStatus.LISTEN_ONLY, NOT_OPEN)
        assert session.get_one(Mention, urgent).status is MentionStatus.DRAFTED


@pytest.mark.parametrize("signal", ["alarming", "human", "legal"])
@pytest.mark.parametrize("answerable", [Answerable.YES, Answerable.BY_HAND])
def test_a_case_for_a_person_comes_to_the_desk_from_a_channel_nobody_opened(
    bot: Bot, signal: str, answerable: Answerable
) -> None:
    only_listen(bot, "x", by="anna")
    with bot.database.write() as session:
        make_mention(session, signals=[signal], answerable=answerable, addressed=False)
    assert _drafts(bot) == 1


def test_what_only_a_person_could_answer_is_listened_to_where_nobody_opened(bot: Bot) -> None:
    only_listen(bot, "x", by="anna")
    with bot.database.write() as session:
        make_mention(session, signals=["complaint"], answerable=Answerable.BY_HAND)
    assert _drafts(bot) == 0


def _edited(bot: Bot, mention_id: str) -> list[DraftStatus]:
    """What has become of the drafts of a text its author changed while nobody opens the channel."""
    only_listen(bot, "x", by="anna")
    with bot.database.write() as session:
        mention = session.get_one(Mention, mention_id)
        mention.text, mention.version = "Where is my parcel, please?", mention.version + 1
        mention.status = MentionStatus.NEW
    draft_round(bot)
    with bot.database.read() as session:
        assert session.get_one(Mention, mention_id).status is MentionStatus.DRAFTED
        own = select(Draft.status).where(Draft.mention_id == mention_id).order_by(Draft.id)
        return list(session.scalars(own))


def test_a_text_taken_up_before_is_dealt_with_when_it_comes_back_changed(bot: Bot) -> None:
    with bot.database.write() as session:
        mention_id = make_draft(session).mention_id
    assert _edited(bot, mention_id) == [DraftStatus.WITHDRAWN, DraftStatus.PENDING]


def test_what_was_approved_before_is_drafted_anew_when_it_comes_back_changed(bot: Bot) -> None:
    with bot.database.write() as session:
        reply = make_reply(session)
        reply_id, mention_id = reply.id, reply.mention_id
    assert _edited(bot, mention_id) == [DraftStatus.WITHDRAWN, DraftStatus.PENDING]
    with bot.database.read() as session:
        assert session.get_one(Reply, reply_id).status is ReplyStatus.FAILED


def test_what_was_only_heard_before_stays_so_when_it_comes_back_changed(bot: Bot) -> None:
    only_listen(bot, "x", by="anna")
    with bot.database.write() as session:
        make_mention(session, version=2)
    assert _drafts(bot) == 0


@pytest.mark.parametrize("outside", [False, True])
def test_who_was_answered_in_a_thread_is_not_cut_off_there(bot: Bot, *, outside: bool) -> None:
    with bot.database.write() as session:
        before = make_mention(session)
        if outside:
            before.status = MentionStatus.ANSWERED_OUTSIDE
        else:
            make_reply(session, make_draft(session, before), status=ReplyStatus.SENT)
        thread, author = before.conversation_id, before.author_id
    only_listen(bot, "x", by="anna")
    with bot.database.write() as session:
        mine = make_mention(session, conversation_id=thread, author_id=author).id
        other = make_mention(session, conversation_id=thread).id
        elsewhere = make_mention(session, author_id=author).id
    draft_round(bot)
    with bot.database.read() as session:
        drafted = session.get_one(Mention, mine)
        left = [session.get_one(Mention, one).status for one in (other, elsewhere)]
    assert drafted.status is MentionStatus.DRAFTED
    assert left == [MentionStatus.LISTEN_ONLY] * 2


def test_an_open_channel_is_answered_from_then_on(bot: Bot) -> None:
    only_listen(bot, "x", by="anna")
    with bot.database.write() as session:
        make_mention(session)
    assert _drafts(bot) == 0
    _open(bot, weekly=100)
    with bot.database.write() as session:
        make_mention(session)
    assert _drafts(bot) == 1


def _open(bot: Bot, *, weekly: float, why: str = "") -> None:
    with bot.database.write() as session:
        make_agent(
            session,
            role=Role.APPROVER,
            password_hash="x",
            hours=HOURS,
        )
    found = outlook(bot, NOW, frozenset(bot.channels))
    fit = fit_now(bot, found, "x", weekly=weekly)
    open_channel(bot, fit, Named(weekly=weekly, people=1), by="anna", why=why)


def test_a_channel_that_cannot_be_staffed_is_not_opened(bot: Bot) -> None:
    only_listen(bot, "x", by="anna")
    with pytest.raises(Unstaffed) as refused:
        _open(bot, weekly=9000)
    assert [one.why.value for one in refused.value.objections] == ["too_few"]
    assert _listens(bot, "x")


def test_who_opens_it_all_the_same_says_why_and_is_remembered(bot: Bot) -> None:
    only_listen(bot, "x", by="anna")
    _open(bot, weekly=9000, why="  three people\njoin on Monday ")
    assert not _listens(bot, "x")
    with bot.database.read() as session:
        row = latest(session, "x")
        assert row is not None
        assert (row.by, row.why, row.weekly) == ("anna", "three people join on Monday", 9000)
        assert row.needed is not None
        assert row.needed > 1
        noted = session.scalars(select(Audit).order_by(Audit.id)).all()[-1]
    assert (noted.action, noted.who, noted.detail) == ("open channel", "anna", "too_few")


def test_what_fits_keeps_no_excuse(bot: Bot) -> None:
    _open(bot, weekly=100, why="because")
    with bot.database.read() as session:
        row = latest(session, "x")
    assert row is not None
    assert row.why == ""


def test_the_latest_word_counts(bot: Bot) -> None:
    for minutes, is_open in enumerate((True, False, True)):
        with bot.database.write() as session:
            at = NOW + timedelta(minutes=minutes)
            session.add(ChannelOpening(channel="x", is_open=is_open, at=at, by="anna"))
        assert _listens(bot, "x") is not is_open
