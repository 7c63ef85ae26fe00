"""Which channels are answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from config.workload import StaffingSettings
from listener.channels.base import Answerable
from listener.models import Cursor, Mention, MentionStatus
from responder.bot import Bot
from responder.draft import draft_round
from responder.models import Audit, Draft
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
from tests.factories import NOW, FakeChannel, make_agent, make_mention
from tests.staffing_story import HOURS, staffed_bot


@pytest.fixture
def bot(tmp_path: Path) -> Bot:
    return staffed_bot(tmp_path, FakeChannel("x"))


def _with(bot: Bot, *names: str, ask_first: bool = True) -> Bot:
    settings = bot.settings.model_copy(update={"staffing": StaffingSettings(ask_first=ask_first)})
    return replace(
        bot, settings=settings, channels={name: FakeChannel(name) for name in ("x", *names)}
    )


def _heard(bot: Bot, channel: str = "x") -> None:
    with bot.database.write() as session:
        session.add(Cursor(channel=channel, stream="mentions", started_at=NOW))


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


def test_what_was_answered_before_goes_on_and_a_channel_added_later_only_listens(bot: Bot) -> None:
    _heard(bot)
    both = _with(bot, "facebook")
    assert begin(both) == ("facebook",)
    assert not _listens(both, "x")
    assert _listens(both, "facebook")
    with both.database.read() as session:
        told = [one.cause for one in of_staffing(session, both, NOW)]
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
    _heard(bot)
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
