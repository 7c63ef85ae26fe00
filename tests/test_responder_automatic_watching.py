"""The week in shadow: it counts from when the rule could show something, channel by channel."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from listener.channels.base import ChannelOptions
from responder.approve import approve
from responder.automatic.models import Judgement, Review, ShadowAnswer
from responder.automatic.report import report, rules
from responder.automatic.reviews import judge
from responder.automatic.rule import SHADOW
from responder.automatic.rules import Wanted, add_rule
from responder.bot import Bot
from responder.draft import draft_round
from responder.incidents import Opening, close_incident, open_incident
from responder.models import PauseLevel, Reply, ReplyStatus
from responder.pause import lift_pause, set_pause
from tests.auto_story import GLAD, THANKS, book_in, draft_of, eager_bot, hear, replies
from tests.factories import NOW, FakeChannel, Watch, make_author, make_auto_rule, make_bot

HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> Watch:
    return Watch()


@pytest.fixture
def bot(tmp_path: Path, clock: Watch) -> Iterator[Bot]:
    made = eager_bot(tmp_path, clock)
    yield made
    made.database.close()


def _begin(bot: Bot) -> None:
    add_rule(bot, Wanted(name="thanks", topics=("praise",), per_hour=60), by="anna")


def _thanked(bot: Bot, clock: Watch, **changes: Any) -> str:
    mention = hear(bot, **GLAD | {"created_at": clock.now} | changes)
    draft_round(bot)
    return mention


def _switch(bot: Bot, *, on: bool) -> None:
    channel = bot.channels["x"]
    assert isinstance(channel, FakeChannel)
    channel.options = ChannelOptions(kind="x", auto_reply=on)


def _shown(bot: Bot) -> list[ShadowAnswer]:
    with bot.database.read() as session:
        return list(session.scalars(select(ShadowAnswer).order_by(ShadowAnswer.id)))


def test_a_week_in_which_the_channel_was_off_was_no_week(bot: Bot, clock: Watch) -> None:
    _switch(bot, on=False)
    _begin(bot)
    _thanked(bot, clock)
    clock.now = NOW + SHADOW + HOUR
    _switch(bot, on=True)
    late = _thanked(bot, clock)
    assert replies(bot) == []
    assert "shadow until 16 Mar 2026" in draft_of(bot, late).reason
    (rule,) = rules(bot)
    assert (rule.state, rule.sends_from) == ("shadow", {"x": clock.now + SHADOW})
    clock.now += SHADOW
    _thanked(bot, clock)
    assert len(replies(bot)) == 1
    assert rules(bot)[0].state == "live"


def test_a_week_in_which_nothing_came_or_nobody_ran_it_was_no_week(bot: Bot, clock: Watch) -> None:
    _begin(bot)
    clock.now = NOW + 3 * SHADOW
    _thanked(bot, clock)
    assert replies(bot) == []
    assert len(_shown(bot)) == 1


def _a_pause(bot: Bot, *, begins: bool) -> None:
    if begins:
        set_pause(bot.database, channel="", level=PauseLevel.AUTO, by="anna", now=bot.clock())
    else:
        lift_pause(bot.database, channel="", by="anna", now=bot.clock())


def _a_crisis(bot: Bot, *, begins: bool) -> None:
    if begins:
        opening = Opening(title="Fire", words=("fire",))
        bot.state.joinpath("crisis").write_text(
            open_incident(bot.database, opening, by="anna", now=bot.clock())
        )
    else:
        crisis = bot.state.joinpath("crisis").read_text()
        close_incident(bot.database, crisis, by="anna", now=bot.clock())


def _the_channel_off(bot: Bot, *, begins: bool) -> None:
    _switch(bot, on=not begins)


@pytest.mark.parametrize("hold", [_a_pause, _a_crisis, _the_channel_off])
def test_what_went_by_unshown_begins_the_week_anew(bot: Bot, clock: Watch, hold: Any) -> None:
    _begin(bot)
    _thanked(bot, clock)
    clock.now = NOW + HOUR
    hold(bot, begins=True)
    _thanked(bot, clock)
    hold(bot, begins=False)
    assert len(_shown(bot)) == 1
    clock.now = NOW + SHADOW
    _thanked(bot, clock)
    assert replies(bot) == []
    clock.now = NOW + 2 * SHADOW
    _thanked(bot, clock)
    assert len(replies(bot)) == 1


@pytest.mark.parametrize("topic", ["praise", "delivery"])
def test_a_week_in_an_incident_was_no_week_whatever_the_incident_is_about(
    bot: Bot, clock: Watch, topic: str
) -> None:
    _begin(bot)
    _thanked(bot, clock)
    clock.now = NOW + HOUR
    opening = Opening(title="Boots are late", topics=(topic,))
    incident = open_incident(bot.database, opening, by="anna", now=clock.now)
    _thanked(bot, clock)
    clock.now = NOW + SHADOW + HOUR
    close_incident(bot.database, incident, by="anna", now=clock.now)
    late = _thanked(bot, clock)
    assert replies(bot) == []
    assert "shadow until 16 Mar 2026" in draft_of(bot, late).reason


def test_what_no_rule_would_answer_goes_by_in_an_incident_without_a_loss(
    bot: Bot, clock: Watch
) -> None:
    _begin(bot)
    _thanked(bot, clock)
    opening = Opening(title="Boots are late", topics=("delivery",))
    open_incident(bot.database, opening, by="anna", now=clock.now)
    _thanked(bot, clock, topics=["praise", "delivery"])
    _thanked(bot, clock, topics=["delivery"], signals=["complaint"])
    assert rules(bot)[0].sends_from == {"x": NOW + SHADOW}


@pytest.mark.parametrize("channel", ["", "x"])
def test_a_week_in_which_nothing_was_polled_was_no_week(
    bot: Bot, clock: Watch, channel: str
) -> None:
    _begin(bot)
    _thanked(bot, clock)
    clock.now = NOW + HOUR
    set_pause(bot.database, channel=channel, level=PauseLevel.ALL, by="anna", now=clock.now)
    clock.now = NOW + SHADOW
    lift_pause(bot.database, channel=channel, by="anna", now=clock.now)
    late = _thanked(bot, clock)
    assert replies(bot) == []
    assert "shadow until 16 Mar 2026" in draft_of(bot, late).reason


@pytest.mark.parametrize(
    ("channel", "level"),
    [("facebook", PauseLevel.ALL), ("", PauseLevel.SEND), ("x", PauseLevel.AUTO)],
)
def test_the_week_goes_on_in_a_pause_in_which_the_channel_is_heard_and_nothing_came(
    bot: Bot, clock: Watch, channel: str, level: PauseLevel
) -> None:
    _begin(bot)
    _thanked(bot, clock)
    set_pause(bot.database, channel=channel, level=level, by="anna", now=clock.now)
    lift_pause(bot.database, channel=channel, by="anna", now=clock.now)
    assert rules(bot)[0].sends_from == {"x": NOW + SHADOW}


def test_a_rule_whose_week_is_over_sends_after_a_pause_in_which_nothing_was_polled(
    bot: Bot, clock: Watch
) -> None:
    with bot.database.write() as session:
        make_auto_rule(session)
    set_pause(bot.database, channel="", level=PauseLevel.ALL, by="anna", now=clock.now)
    lift_pause(bot.database, channel="", by="anna", now=clock.now)
    _thanked(bot, clock)
    assert len(replies(bot)) == 1


def test_once_its_week_is_over_a_hold_only_holds(bot: Bot, clock: Watch) -> None:
    with bot.database.write() as session:
        make_auto_rule(session)
    _a_pause(bot, begins=True)
    _thanked(bot, clock)
    _a_pause(bot, begins=False)
    _thanked(bot, clock)
    assert len(replies(bot)) == 1


def test_a_channel_that_is_added_later_has_a_week_of_its_own(tmp_path: Path, clock: Watch) -> None:
    channels = [FakeChannel(name=name, clock=clock, auto_reply=True) for name in ("x", "facebook")]
    bot = make_bot(tmp_path, channels=channels, clock=clock, book=book_in(tmp_path))
    with bot.database.write() as session:
        make_auto_rule(session, watched=("x",))
    _thanked(bot, clock, channel="facebook")
    assert replies(bot) == []
    assert len(_shown(bot)) == 1
    _thanked(bot, clock)
    assert [reply.channel for reply in replies(bot)] == ["x"]
    (rule,) = rules(bot)
    assert (rule.state, rule.sends_from) == ("live", {"x": NOW - SHADOW, "facebook": NOW + SHADOW})
    bot.database.close()


def test_a_rule_that_goes_back_to_shadow_is_watched_anew(bot: Bot, clock: Watch) -> None:
    with bot.database.write() as session:
        make_auto_rule(session, sample_percent=100)
    heard = [_thanked(bot, clock) for _ in range(2)]
    assert len(replies(bot)) == len(heard)
    _both_were_wrong(bot)
    clock.now = NOW + 2 * SHADOW
    _thanked(bot, clock)
    assert len(replies(bot)) == len(heard), "nothing came in its new week"
    assert rules(bot)[0].sends_from == {"x": clock.now + SHADOW}


def _both_were_wrong(bot: Bot) -> None:
    with bot.database.write() as session:
        for reply in session.scalars(select(Reply)):
            reply.status, reply.posted_at = ReplyStatus.SENT, NOW
    with bot.database.read() as session:
        reviews = list(session.scalars(select(Review.id)))
    for review in reviews:
        judge(bot, review, verdict=Judgement.BAD, by="anna")


def test_a_rule_in_shadow_shows_also_beside_one_that_sends(bot: Bot, clock: Watch) -> None:
    with bot.database.write() as session:
        make_auto_rule(session, name="live")
        new = make_auto_rule(session, name="new", live_from=NOW + SHADOW, watched=()).id
    mention = _thanked(bot, clock)
    (reply,) = replies(bot)
    (shown,) = _shown(bot)
    assert (shown.rule_id, shown.mention_id) == (new, mention)
    assert reply.text.startswith(shown.offered), "what was offered says nothing of a machine"
    assert [one.rule.name for one in report(bot).rules if one.shadow.shown] == ["new"]


def test_what_the_rule_showed_beside_one_that_sent_counts_once(bot: Bot, clock: Watch) -> None:
    with bot.database.write() as session:
        author = make_author(session)
        make_auto_rule(session, name="live")
        make_auto_rule(session, name="new", live_from=NOW + SHADOW, per_author=2)
    for _ in range(2):
        _thanked(bot, clock, author=author)
    assert len(_shown(bot)) == 2


def test_a_rule_in_shadow_takes_turns_with_its_own_words(bot: Bot, clock: Watch) -> None:
    _begin(bot)
    heard = [_thanked(bot, clock) for _ in range(2 * len(THANKS) + 1)]
    said = [one.text.partition(",")[2] for one in _shown(bot)]
    assert {said.count(words) for words in said} == {2}
    assert len(said) == 2 * len(THANKS)
    assert draft_of(bot, heard[-1]).reason == "the words want a human: R25"


def test_what_people_send_in_its_stead_is_not_counted_twice(bot: Bot, clock: Watch) -> None:
    _begin(bot)
    for _ in range(2 * len(THANKS)):
        draft = draft_of(bot, _thanked(bot, clock))
        approve(bot, draft.id, version=1, by="anna", confirm=frozenset({"R25"}))
    assert len(_shown(bot)) == 2 * len(THANKS)


def test_whose_author_nobody_knows_waits_and_the_card_says_why(bot: Bot, clock: Watch) -> None:
    with bot.database.write() as session:
        make_auto_rule(session)
    mention = _thanked(bot, clock, author=None)
    assert replies(bot) == []
    assert "does not say who wrote it" in draft_of(bot, mention).reason
