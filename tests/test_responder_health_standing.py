"""Whether anything leaves, and what keeps a channel from sending."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from listener.models import Breaker, Cause, Operation, SpendEntry
from responder.bot import Bot
from responder.health.held import Held, Why, held_channels, of_breaker
from responder.health.standing import (
    BY_FILE,
    Stance,
    Standings,
    Stop,
    overall,
    read_standings,
    standing,
)
from responder.models import PauseLevel
from responder.pause import EVERYWHERE, set_pause
from tests.factories import NOW, FakeChannel, make_auto_rule, make_bot

SEND, AUTO, ALL = PauseLevel.SEND, PauseLevel.AUTO, PauseLevel.ALL


def stop(channel: str, level: PauseLevel) -> Stop:
    return Stop(channel=channel, level=level, by="bo")


@pytest.mark.parametrize(
    ("stops", "automatic", "stance"),
    [
        ([], set(), Stance.APPROVE_ONLY),
        ([], {"x"}, Stance.REPLYING),
        ([stop("x", AUTO)], {"x"}, Stance.APPROVE_ONLY),
        ([stop(EVERYWHERE, AUTO)], {"x"}, Stance.APPROVE_ONLY),
        ([stop("x", AUTO), stop(EVERYWHERE, SEND)], {"x"}, Stance.STOPPED),
        ([stop("x", ALL), stop(EVERYWHERE, AUTO)], {"x"}, Stance.STOPPED),
        ([stop("facebook", ALL)], {"x"}, Stance.REPLYING),
    ],
)
def test_the_strictest_pause_says_how_a_channel_stands(
    stops: list[Stop], automatic: set[str], stance: Stance
) -> None:
    assert standing(stops, "x", automatic).stance is stance


def test_all_together_stand_as_the_freest_of_them_does() -> None:
    one = standing([], "x", {"x"})
    other = standing([stop("facebook", SEND)], "facebook", set())
    assert overall([stop("facebook", SEND)], [one, other]).stance is Stance.REPLYING
    assert overall([stop("facebook", SEND)], [other]).stance is Stance.STOPPED
    assert overall([stop(EVERYWHERE, ALL)], []).stance is Stance.STOPPED
    assert overall([], []).stance is Stance.APPROVE_ONLY


def read(bot: Bot) -> Standings:
    with bot.database.read() as session:
        return read_standings(session, bot, bot.channels)


def test_a_channel_replies_by_itself_only_with_a_rule_that_is_live_there(tmp_path: Path) -> None:
    x, facebook = FakeChannel("x", auto_reply=True), FakeChannel("facebook", auto_reply=True)
    off = FakeChannel("mastodon")
    bot = make_bot(tmp_path, channels=[x, facebook, off])
    assert read(bot).overall.stance is Stance.APPROVE_ONLY
    with bot.database.write() as session:
        make_auto_rule(session, watched=("x", "mastodon"))
    found = read(bot)
    assert {name: one.stance for name, one in found.channels.items()} == {
        "x": Stance.REPLYING,
        "facebook": Stance.APPROVE_ONLY,  # its week in shadow has not begun there
        "mastodon": Stance.APPROVE_ONLY,  # switched off in the settings
    }
    assert found.overall.stance is Stance.REPLYING
    bot.database.close()


def test_who_stopped_it_and_why_is_told(tmp_path: Path) -> None:
    bot = make_bot(tmp_path, channels=[FakeChannel("x"), FakeChannel("facebook")])
    set_pause(bot.database, channel="x", level=AUTO, by="bo", now=NOW, why="an old\n reason")
    later = NOW + timedelta(minutes=5)
    set_pause(bot.database, channel="x", level=SEND, by="cara", now=later, why="wrong prices: all")
    set_pause(bot.database, channel="facebook", level=SEND, by="bo", now=later)
    found = read(bot).channels
    assert found["x"].stop == Stop(
        channel="x", level=SEND, by="cara", since=later, why="wrong prices: all"
    )
    assert found["facebook"].stop is not None
    assert found["facebook"].stop.why == ""
    bot.pause_file.touch()
    by_file = read(bot).overall
    assert by_file.stance is Stance.STOPPED
    assert by_file.stop is not None
    assert by_file.stop.by == BY_FILE
    bot.database.close()


def breaker(operation: Operation, cause: Cause, minutes: int) -> Breaker:
    until = NOW + timedelta(minutes=minutes)
    return Breaker(
        channel="x", operation=operation, cause=cause, blocked_until=until, changed_at=NOW
    )


@pytest.mark.parametrize(
    ("operation", "cause", "minutes", "why"),
    [
        (Operation.WRITE, Cause.AUTH, 4, Why.KEYS),
        (Operation.READ, Cause.AUTH, 4, Why.KEYS),
        (Operation.WRITE, Cause.AUTH, -4, Why.KEYS),  # nobody has tried since
        (Operation.WRITE, Cause.TROUBLE, -20, None),
        (Operation.READ, Cause.TROUBLE, 1, Why.DOWN),
        (Operation.WRITE, Cause.POLICY, 30, Why.OFFENCE),
        (Operation.WRITE, Cause.LIMIT, 3, Why.LIMIT),
        (Operation.WRITE, Cause.LIMIT, -3, None),  # its end closes it
        (Operation.READ, Cause.LIMIT, 3, None),  # says nothing about sending
    ],
)
def test_what_a_breaker_says_about_sending(
    operation: Operation, cause: Cause, minutes: int, why: Why | None
) -> None:
    held = of_breaker(breaker(operation, cause, minutes), NOW)
    assert (held and held.why) == why
    if held:
        assert held.until == (NOW + timedelta(minutes=minutes) if minutes > 0 else None)


def held(bot: Bot) -> dict[str, Held]:
    with bot.database.read() as session:
        return held_channels(session, bot)


def test_the_worst_reason_is_told_and_money_is_one(tmp_path: Path) -> None:
    x = FakeChannel("x", prices_checked=date(2026, 3, 1), monthly_budget_usd=1)
    bot = make_bot(tmp_path, channels=[x, FakeChannel("facebook")])
    assert held(bot) == {}
    spent = {"use": "reply", "operation": "post", "micros": 300_000, "settled": True}
    with bot.database.write() as session:
        session.add(SpendEntry(channel="x", at=NOW, **spent))
    found = held(bot)
    assert found["x"].why is Why.MONEY
    assert found["x"].until is not None
    with bot.database.write() as session:
        session.add(breaker(Operation.WRITE, Cause.AUTH, 4))
        session.add(breaker(Operation.READ, Cause.LIMIT, 4))
    keys = Held(channel="x", why=Why.KEYS, until=NOW + timedelta(minutes=4))
    assert held(bot) == {"x": keys}
    bot.database.close()
