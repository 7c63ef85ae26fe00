"""What staffing reads: the roster, what is owed, how long a reply takes, what waits."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError

from config.ids import new_id
from listener.models import Cursor, Mention, MentionStatus
from responder.bot import Bot
from responder.condition import Severity
from responder.models import Approval, AuthorKind
from responder.readiness import conditions
from responder.staffing.alarms import of_staffing
from responder.staffing.openings import NOT_OPEN
from responder.staffing.outlook import ahead_of, fit_now, load_of, outlook
from responder.staffing.pace import ENOUGH
from responder.staffing.reading import minutes_each, mixes_of, pace_now, people_of, queue_of
from responder.staffing.volume import Source
from responder.staffing.work import USUAL
from responder.team.models import Role
from sentiment.prioritize import TO_BUY, Level
from tests.factories import (
    NOW,
    FakeChannel,
    make_agent,
    make_draft,
    make_mention,
    make_reply,
)
from tests.staffing_story import HOURS, staffed_bot

_ANSWERED = MentionStatus.ANSWERED


@pytest.fixture
def bot(tmp_path: Path) -> Bot:
    x, facebook = FakeChannel("x"), FakeChannel("facebook")
    return staffed_bot(tmp_path, x, facebook)


def _staff(bot: Bot, number: int = 1, name: str = "ann", **changes: object) -> None:
    with bot.database.write() as session:
        for n in range(number):
            values = {"name": f"{name}-{n}", "role": Role.APPROVER, "password_hash": "x"}
            make_agent(session, **(values | {"hours": HOURS} | changes))


def _heard(
    bot: Bot,
    number: int,
    *,
    start: datetime = NOW - timedelta(days=7),
    every: timedelta = timedelta(minutes=10),
    **changes: object,
) -> None:
    """So many mentions, answered, one after the other; all kept at once, which is quicker."""
    with bot.database.write() as session:
        first = make_mention(session, created_at=start, **({"status": _ANSWERED} | changes))
        columns = {one.key: getattr(first, one.key) for one in Mention.__mapper__.columns}
        for n in range(1, number):
            at = start + n * every
            own = {"id": new_id(), "external_id": f"{first.id}-{n}", "created_at": at}
            session.add(Mention(**(columns | own | {"heard_at": at, "changed_at": at})))


def test_who_may_approve_is_counted_with_what_the_roster_says(bot: Bot) -> None:
    _staff(bot, channels=["x"], languages=["it"])
    with bot.database.write() as session:
        make_agent(session, name="ed", role=Role.EDITOR, password_hash="x")
        make_agent(session, name="gone", role=Role.ADMIN, password_hash="x", disabled_at=NOW)
    with bot.database.read() as session:
        (anna,) = people_of(bot, session)
    assert anna.sees("x")
    assert not anna.sees("facebook")
    assert anna.own is not None
    assert anna.languages == {"it"}


def test_without_enough_mentions_what_is_owed_is_taken_for_usual(bot: Bot) -> None:
    _heard(bot, 20)
    found = mixes_of(bot, NOW)
    assert (found.of("x"), found.measured) == (USUAL, 0)


def test_what_is_owed_is_measured_in_shares_of_all_that_is_heard(bot: Bot) -> None:
    _heard(bot, 60, priority=Level.P3)
    _heard(bot, 30, priority=Level.P2, reasons=[TO_BUY])
    _heard(bot, 30, priority=Level.P4, status=MentionStatus.LISTEN_ONLY, status_reason="praise")
    _heard(bot, 500, status=MentionStatus.LISTEN_ONLY, status_reason="imported as history")
    found = mixes_of(bot, NOW)
    assert found.measured == 120
    assert [(one.level, one.share) for one in found.of("x")] == [(Level.P2, 0.25), (Level.P3, 0.5)]
    assert found.of("x")[0].within == bot.before_buying
    assert found.of("facebook") == found.all


def test_what_rules_answered_is_no_work_and_what_an_unopened_channel_hears_would_be(
    bot: Bot,
) -> None:
    _heard(bot, 50, status=MentionStatus.LISTEN_ONLY, status_reason=NOT_OPEN)
    with bot.database.write() as session:
        for _ in range(50):
            mention = make_mention(
                session, created_at=NOW - timedelta(days=1), status=MentionStatus.ANSWERED
            )
            make_reply(session, make_draft(session, mention), author_kind=AuthorKind.AUTO)
            mention.status = MentionStatus.ANSWERED
    (portion,) = mixes_of(bot, NOW).of("x")
    assert portion.share == 0.5


def test_minutes_a_reply_are_those_of_the_settings_until_the_teams_own_are_known(bot: Bot) -> None:
    assert minutes_each(bot, NOW) == bot.settings.staffing.minutes_per_reply
    with bot.database.write() as session:
        for n in range(ENOUGH + 1):
            at = NOW - timedelta(days=1) + timedelta(minutes=3 * n)
            draft = make_draft(session, created_at=NOW - timedelta(days=2))
            approval = {"draft_id": draft.id, "version": 1, "text_hash": ""}
            session.add(Approval(**approval, approved_by="anna", approved_at=at))
            session.add(Approval(**approval, approved_by="policy", approved_at=at))
    later = NOW + timedelta(minutes=30)
    pace = pace_now(bot, later)
    assert pace is not None
    assert pace.decisions == ENOUGH
    assert minutes_each(bot, later) == pytest.approx(3)


def test_only_what_waits_for_a_person_is_in_the_queue(bot: Bot) -> None:
    with bot.database.write() as session:
        make_draft(session)
        make_reply(session)
        make_draft(session, make_mention(session, channel="facebook"))
    with bot.database.read() as session:
        assert len(queue_of(session, NOW, frozenset({"x", "facebook"}))) == 2
        assert len(queue_of(session, NOW, frozenset({"x"}))) == 1


def test_the_team_is_told_once_too_few_are_there_today(bot: Bot) -> None:
    _staff(bot)
    with bot.database.write() as session:
        for _ in range(40):
            make_draft(session, make_mention(session, due_at=NOW + timedelta(hours=1)))
    with bot.database.read() as session:
        ahead = ahead_of(bot, session, NOW, frozenset(bot.channels))
    told = {one.cause: one.text for one in of_staffing(bot, NOW)}
    assert ahead is not None
    # 6 minutes each, a fifth of the hours away from the desk: 8 in the hour.
    assert ahead.will_be_late == 32
    assert ahead.short == pytest.approx(4)
    assert told["staffing: today"].startswith("32 answers will be late by ")
    assert told["staffing: today"].endswith("more people needed: 4.0")


def test_nobody_is_told_anything_while_nobodys_hours_are_known(tmp_path: Path) -> None:
    bot = staffed_bot(tmp_path, FakeChannel("x"), hours="")
    _staff(bot, hours="")
    with bot.database.write() as session:
        for _ in range(40):
            make_draft(session, make_mention(session, due_at=NOW + timedelta(hours=1)))
    assert of_staffing(bot, NOW) == []


@pytest.mark.parametrize("error", [ValueError("a bug of ours"), SQLAlchemyError("a broken query")])
def test_that_staffing_cannot_be_counted_is_one_warning_and_silences_nothing(
    bot: Bot, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def tripped(*_: object) -> None:
        raise error

    monkeypatch.setattr("responder.staffing.alarms.load_of", tripped)
    found = {one.cause: one for one in conditions(bot, None, NOW)}
    assert found["staffing: count"].severity is Severity.WARNING
    assert found["x/mentions: silent"].severity is Severity.RED
    assert "database" not in found


def test_two_weeks_of_too_much_are_told_for_all_or_for_the_channel_alone(bot: Bot) -> None:
    _staff(bot, channels=["x"])
    _staff(bot, 3, "bo", channels=["facebook"])
    start = NOW - timedelta(days=14)
    _heard(bot, 2016, start=start)  # every ten minutes, 6 minutes each: 100 h a week
    found = load_of(bot, NOW, frozenset(bot.channels))
    assert found["x"][0].work == pytest.approx(1008 * 6 / 60, rel=0.01)
    assert found["x"][0].there == pytest.approx(84 * 0.8)
    assert found["facebook"][0].share == 0
    told = {one.cause: one.text for one in of_staffing(bot, NOW)}
    assert list(told) == ["staffing: x: load"]
    assert "150 % or more of people's time" in told["staffing: x: load"]


def test_a_channel_without_three_weeks_is_weighed_by_what_somebody_expects(bot: Bot) -> None:
    _staff(bot)
    found = outlook(bot, NOW, frozenset(bot.channels))
    assert found.volumes == {}
    assert [one.why.value for one in fit_now(bot, found, "x").objections] == ["no_volume"]
    calm = fit_now(bot, found, "x", weekly=200)
    assert calm.objections == ()
    assert calm.alone.mentions == pytest.approx(200 * 1.13)
    assert not fit_now(bot, found, "x", weekly=5000).fits


def test_a_channel_with_its_weeks_is_weighed_by_the_forecast(bot: Bot) -> None:
    _staff(bot)
    _heard(bot, 4032, start=NOW - timedelta(days=28))  # six an hour
    with bot.database.write() as session:
        session.add(
            Cursor(
                channel="x",
                stream="mentions",
                started_at=NOW - timedelta(days=28),
                finished_at=NOW,
            )
        )
    found = outlook(bot, NOW, frozenset(bot.channels))
    assert found.volumes["x"].source is Source.FORECAST
    assert found.volumes["x"].weekly == pytest.approx(6 * 168, rel=0.1)
    fit = fit_now(bot, found, "x", weekly=1)  # what is known is not to be talked away
    assert fit.alone.mentions >= 6 * 168
    assert [one.why.value for one in fit.objections] == ["too_few"]
