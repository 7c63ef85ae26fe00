"""Whose a mention is: given by hand, given out by the round, and given on when somebody leaves."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from config.settings import BrandSettings
from responder import access
from responder.approve import Conflict, NotFound, approve
from responder.bot import Bot
from responder.handling.assign import assign, assign_round
from responder.handling.duty import on_duty, on_duty_on, read_presence
from responder.handling.escalate import escalate
from responder.handling.models import Assignment
from responder.jobs import jobs
from responder.models import Audit, Draft
from responder.team import accounts
from responder.team.listing import read_team
from responder.team.models import Agent, Role
from tests.factories import FakeChannel, Watch, make_agent, make_bot, make_draft, make_mention

HELLO = "Hello Giulia, your parcel leaves the warehouse today."


@pytest.fixture
def watch() -> Watch:
    return Watch()  # a Monday, 10:00 in Rome


@pytest.fixture
def bot(tmp_path: Path, watch: Watch) -> Bot:
    channels = [FakeChannel("x", clock=watch), FakeChannel("facebook", clock=watch)]
    return make_bot(tmp_path, channels=channels, clock=watch)


def agent(bot: Bot, name: str, role: Role = Role.APPROVER, **changes: object) -> str:
    with bot.database.write() as session:
        return make_agent(session, name=name, role=role, **changes).id


def waits(bot: Bot, **changes: object) -> str:
    """A mention somebody has to answer."""
    with bot.database.write() as session:
        mention = make_mention(session, **changes)
        make_draft(session, mention, text=HELLO)
        return mention.id


def owner(bot: Bot, mention_id: str) -> str | None:
    with bot.database.read() as session:
        row = session.get(Assignment, mention_id)
        return row.agent.name if row else None


def audit(bot: Bot, mention_id: str) -> list[tuple[str, str, str]]:
    with bot.database.read() as session:
        rows = session.scalars(select(Audit).where(Audit.subject == mention_id).order_by(Audit.id))
        return [(row.who, row.action, row.detail) for row in rows]


def changed_at(bot: Bot, mention_id: str) -> object:
    with bot.database.read() as session:
        return session.scalar(select(Draft.changed_at).where(Draft.mention_id == mention_id))


def test_a_person_gives_it_to_a_colleague_and_takes_it_back(bot: Bot, watch: Watch) -> None:
    bo, mention = agent(bot, "bo"), waits(bot)
    watch.advance(minutes=1)
    assign(bot, mention, to=bo, by="anna")
    assign(bot, mention, to=bo, by="anna")  # pressed twice
    assert owner(bot, mention) == "bo"
    assert changed_at(bot, mention) == watch.now
    assign(bot, mention, to=None, by="anna")
    assign(bot, mention, to=None, by="anna")
    assert owner(bot, mention) is None
    assert audit(bot, mention) == [("anna", "assign", bo), ("anna", "give back", bo)]


def test_taking_it_once_more_outside_one_s_hours_lasts_as_long_again(
    bot: Bot, watch: Watch
) -> None:
    nora, mention = agent(bot, "nora", hours="Sat 10:00-12:00"), waits(bot)

    def is_hers() -> bool:
        with bot.database.read() as session:
            row = session.get_one(Assignment, mention)
            return read_presence(bot, session, watch.now).counts(row, "x")

    assign(bot, mention, to=nora, by="nora")
    watch.advance(minutes=61)
    assert not is_hers()
    assign(bot, mention, to=nora, by="nora")
    assert is_hers()
    assert changed_at(bot, mention) == watch.now
    assert audit(bot, mention) == [("nora", "assign", nora)] * 2


def test_who_escalates_to_nobody_in_particular_takes_it_from_nobody(bot: Bot) -> None:
    bo, mention = agent(bot, "bo"), waits(bot)
    assign(bot, mention, to=bo, by="anna")
    with bot.database.read() as session:
        draft_id = session.scalars(select(Draft.id)).one()
    escalate(bot, draft_id, reason="a lawyer", to=None, by="bo")
    assert owner(bot, mention) == "bo"
    assert audit(bot, mention) == [("anna", "assign", bo)]
    vera = agent(bot, "vera", Role.VIEWER)
    with pytest.raises(Conflict, match="may only read"):
        escalate(bot, draft_id, reason="the press", to=vera, by="bo")
    with bot.database.read() as session:
        assert session.get_one(Draft, draft_id).escalated == "a lawyer"
    cleo = agent(bot, "cleo")
    escalate(bot, draft_id, reason="the press", to=cleo, by="bo")
    assert owner(bot, mention) == "cleo"


def test_nobody_gets_what_they_could_do_nothing_with(bot: Bot, watch: Watch) -> None:
    mention = waits(bot)
    refused = {
        "may only read": agent(bot, "vera", Role.VIEWER),
        "does not see x": agent(bot, "finn", channels=["facebook"]),
        "is closed": agent(bot, "dora", disabled_at=watch.now),
        "never opened": "0" * 28,
        "is not there now": agent(bot, "nora", hours="Sat 10:00-12:00"),
    }
    for sentence, key in refused.items():
        with pytest.raises(Conflict, match=sentence):
            assign(bot, mention, to=key, by="anna")
    assert owner(bot, mention) is None
    with pytest.raises(NotFound):
        assign(bot, "0" * 28, to=None, by="anna")


def test_what_is_done_is_given_to_nobody(bot: Bot) -> None:
    bo, mention = agent(bot, "bo"), waits(bot)
    with bot.database.read() as session:
        draft_id = session.scalars(select(Draft.id)).one()
    approve(bot, draft_id, version=1, by="anna")
    with pytest.raises(Conflict, match="any more"):
        assign(bot, mention, to=bo, by="anna")


def test_the_round_gives_everything_to_whoever_is_there(bot: Bot, watch: Watch) -> None:
    agent(bot, "bo"), agent(bot, "cleo", hours="Mon 08:00-12:00")
    agent(bot, "nora", hours="Sat 10:00-12:00"), agent(bot, "edda", Role.EDITOR)
    mentions = [waits(bot) for _ in range(5)]
    watch.advance(seconds=5)
    assert assign_round(bot) == 5
    shares = Counter(owner(bot, mention) for mention in mentions)
    assert shares in (Counter(bo=3, cleo=2), Counter(bo=2, cleo=3))
    assert audit(bot, mentions[0])[0][:2] == ("bot", "assign")
    assert changed_at(bot, mentions[0]) == watch.now
    assert assign_round(bot) == 0


def test_the_round_gives_to_who_speaks_it_sees_it_and_knows_it(bot: Bot) -> None:
    agent(bot, "ida", languages=["it"])
    agent(bot, "rex", languages=["en"], specialities=["refund"])
    agent(bot, "eve", languages=["en"])
    agent(bot, "fay", languages=["en"], channels=["facebook"], specialities=["refund"])
    italian, refund = waits(bot, language="it"), waits(bot, language="en", topics=["refund"])
    assign_round(bot)
    assert owner(bot, italian) == "ida"
    assert owner(bot, refund) == "rex"


@pytest.mark.parametrize("why", ["goes home", "is disabled", "may not see it any more", "reset"])
def test_what_belongs_to_somebody_who_left_goes_to_another(
    bot: Bot, watch: Watch, why: str
) -> None:
    agent(bot, "bo", hours="Mon 09:00-10:30" if why == "goes home" else "")
    mention = waits(bot)
    assign_round(bot)
    assert owner(bot, mention) == "bo"
    watch.advance(hours=1)
    if why == "is disabled":
        accounts.disable(bot.database, "bo", watch.now)
    elif why == "reset":
        accounts.reset(bot.database, "bo", watch.now)
    elif why != "goes home":
        with bot.database.write() as session:
            session.scalars(select(Agent)).one().channels = ["facebook"]
    assign_round(bot)
    assert owner(bot, mention) is None
    assert audit(bot, mention)[-1][:2] == ("bot", "free")
    agent(bot, "cleo")
    assert assign_round(bot) == 1
    assert owner(bot, mention) == "cleo"


def test_who_gave_it_back_does_not_get_it_again_while_somebody_else_is_there(bot: Bot) -> None:
    bo, mention = agent(bot, "bo"), waits(bot)
    assign(bot, mention, to=bo, by="bo")
    assign(bot, mention, to=None, by="bo")
    agent(bot, "zoe")
    for _ in range(3):
        assign(bot, waits(bot), to=agent(bot, f"busy-{_}"), by="anna")
    assign_round(bot)
    assert owner(bot, mention) not in (None, "bo")


def test_what_somebody_took_out_of_hours_is_theirs_for_an_hour(bot: Bot, watch: Watch) -> None:
    nora, mention = agent(bot, "nora", hours="Sat 10:00-12:00"), waits(bot)
    agent(bot, "bo")
    assign(bot, mention, to=nora, by="nora")
    assign_round(bot)
    assert owner(bot, mention) == "nora"
    watch.advance(hours=2)
    assign_round(bot)
    assert owner(bot, mention) == "bo"


def test_without_hours_of_their_own_people_keep_the_channels(tmp_path: Path, watch: Watch) -> None:
    x = FakeChannel("x", clock=watch, staffed_hours="Mon 13:00-15:00")
    facebook = FakeChannel("facebook", clock=watch, staffed_hours="Mon 09:00-11:00")
    bot = make_bot(tmp_path, channels=[x, facebook], clock=watch)
    agent(bot, "bo")
    here, there = waits(bot), waits(bot, channel="facebook")
    assign_round(bot)
    assert (owner(bot, here), owner(bot, there)) == (None, "bo")
    watch.advance(hours=4)
    assign_round(bot)
    assert (owner(bot, here), owner(bot, there)) == ("bo", None)


def test_hours_are_those_of_the_brands_zone_and_stop_on_its_holidays(
    tmp_path: Path, watch: Watch
) -> None:
    bot = make_bot(tmp_path, clock=watch)
    brand = BrandSettings(
        languages=bot.settings.brand.languages, timezone="Asia/Tokyo", holidays="IT"
    )
    object.__setattr__(bot, "settings", bot.settings.model_copy(update={"brand": brand}))
    agent(bot, "kei", hours="Mon-Fri 17:00-19:00")  # 09:00 UTC is 18:00 in Tokyo
    with bot.database.read() as session:
        assert [one.name for one in on_duty(bot, session, watch.now)] == ["kei"]
        assert on_duty(bot, session, watch.now + timedelta(hours=2)) == []
        easter_monday = watch.now + timedelta(days=35)
        assert on_duty(bot, session, easter_monday) == []


def test_the_team_is_on_duty_by_the_hours_of_the_channels_it_sees(
    tmp_path: Path, watch: Watch
) -> None:
    night = FakeChannel("x", clock=watch, staffed_hours="Sat 10:00-12:00")
    bot = make_bot(tmp_path, channels=[night, FakeChannel("facebook", clock=watch)], clock=watch)
    agent(bot, "anna"), agent(bot, "finn", channels=["x"])

    def there(*channels: str) -> list[str]:
        found = read_team(bot, frozenset(channels))
        with bot.database.read() as session:
            queue = [one.name for one in on_duty_on(bot, session, watch.now, frozenset(channels))]
        assert [one.agent.name for one in found if one.on_duty] == queue
        return queue

    assert there() == there("facebook") == ["anna"]
    assert there("x") == []


def test_who_was_invited_and_never_came_is_not_there(bot: Bot, watch: Watch) -> None:
    access.invite(bot.database, name="late", role=Role.APPROVER, now=watch.now)
    with bot.database.read() as session:
        assert on_duty(bot, session, watch.now) == []
        assert read_presence(bot, session, watch.now).elsewhere.there == frozenset()


def test_the_round_is_a_job_and_can_be_switched_off(bot: Bot) -> None:
    assert "assign" in [job.name for job in jobs(bot)]
    quiet = bot.settings.desk.model_copy(update={"assign": False})
    object.__setattr__(bot, "settings", bot.settings.model_copy(update={"desk": quiet}))
    assert "assign" not in [job.name for job in jobs(bot)]
