"""Every trouble there is a sentence for: present when it should be, away when it should not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from listener.channels.base import Report
from listener.models import (
    Breaker,
    Cause,
    Cursor,
    DeadLetter,
    Gap,
    MentionStatus,
    Operation,
    SpendEntry,
)
from responder import readiness
from responder.bot import Bot
from responder.condition import Condition, Severity
from responder.models import Lease, PauseLevel, ReplyStatus
from responder.pause import set_pause
from responder.pulse import Pulse
from responder.readiness import conditions
from sentiment.prioritize import Level
from tests.factories import NOW, FakeChannel, Watch, make_bot, make_draft, make_mention, make_reply


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def bot(tmp_path: Path, watch: Watch) -> Iterator[Bot]:
    channel = FakeChannel("x", poll_seconds=60, monthly_budget_usd=100)
    channel.declaration = replace(channel.declaration, prices_checked=NOW.date())
    bot = make_bot(tmp_path, channels=[channel], clock=watch)
    fetched(bot)
    yield bot
    bot.database.close()


def fetched(bot: Bot) -> None:
    with bot.database.write() as session:
        session.merge(
            Cursor(
                channel="x",
                stream="mentions",
                started_at=NOW,
                fetched_at=bot.clock(),
                failures=0,
                last_error="",
            )
        )


def found(bot: Bot, pulse: Pulse | None = None) -> dict[str, Condition]:
    """By cause, without the note about SQLite's version, which depends on the machine."""
    fetched(bot)
    known = {one.cause: one for one in conditions(bot, pulse, bot.clock())}
    known.pop("sqlite", None)
    return known


def red(bot: Bot, pulse: Pulse | None = None) -> list[str]:
    return [one.text for one in found(bot, pulse).values() if one.severity is Severity.RED]


def warned(bot: Bot, pulse: Pulse | None = None) -> list[str]:
    return [one.text for one in found(bot, pulse).values() if one.severity is Severity.WARNING]


def put(bot: Bot, *rows: object) -> None:
    with bot.database.write() as session:
        session.add_all(rows)


def breaker(operation: Operation, cause: Cause, seconds: float) -> Breaker:
    return Breaker(
        channel="x",
        operation=operation,
        cause=cause,
        blocked_until=NOW + timedelta(seconds=seconds),
        reason="secret-token",
        changed_at=NOW,
    )


def gap(**changes: Any) -> Gap:
    values = {"since": NOW, "until": NOW, "noticed_at": NOW, "next_try_at": NOW} | changes
    return Gap(channel="x", stream="mentions", reason="a storm", **values)


def test_all_is_well_at_first(bot: Bot) -> None:
    assert found(bot) == {}


@pytest.mark.parametrize(
    ("free", "told"), [(200, []), (199, ["the disk is nearly full: 199 MB are free"])]
)
def test_a_nearly_full_disk_is_red(free: int, told: list[str]) -> None:
    assert [one.text for one in readiness._disk(free)] == told


@pytest.mark.parametrize(
    ("version", "ill"),
    [((3, 6, 23), False), ((3, 7, 0), True), ((3, 51, 2), True), ((3, 51, 3), False)],
)
def test_the_versions_of_sqlite_with_the_wal_reset_bug_are_known(
    version: tuple[int, ...], ill: bool
) -> None:
    assert readiness._has_wal_bug(version) is ill


def test_a_breaker_is_red_while_it_holds_and_names_no_words_of_the_network(
    bot: Bot, watch: Watch
) -> None:
    put(bot, breaker(Operation.READ, Cause.TROUBLE, 60))
    assert red(bot) == ["x: reading is held back until 2026-03-02T09:01:00Z"]
    watch.advance(minutes=15, seconds=59)
    assert len(red(bot)) == 1, "half open: nobody knows yet"
    watch.advance(seconds=1)
    assert found(bot) == {}


def test_refused_keys_are_told_as_such(bot: Bot) -> None:
    put(bot, breaker(Operation.WRITE, Cause.AUTH, 60))
    assert red(bot) == ["x does not accept our keys: python run_bot.py check"]


def test_a_rate_limit_is_a_note_until_it_is_over(bot: Bot, watch: Watch) -> None:
    put(bot, breaker(Operation.WRITE, Cause.LIMIT, 60))
    assert [one.severity for one in found(bot).values()] == [Severity.NOTE]
    watch.advance(seconds=60)
    assert found(bot) == {}


def test_the_lease_of_another_installation_is_red_and_our_own_is_not(bot: Bot) -> None:
    with bot.database.write() as session:
        holder = f"{bot.sender.place}#4711"
        session.add(Lease(channel="x", holder=holder, fence=1, until=NOW + timedelta(seconds=60)))
    assert red(bot) == []
    with bot.database.write() as session:
        session.get_one(Lease, "x").holder = "elsewhere:/srv#1"
    assert red(bot) == ["another installation sends on x until 2026-03-02T09:01:00Z"]


def test_a_reply_is_in_doubt_for_a_quarter_of_an_hour_at_most(bot: Bot, watch: Watch) -> None:
    with bot.database.write() as session:
        make_reply(session, status=ReplyStatus.UNKNOWN, doubted_at=NOW)
    watch.advance(minutes=15)
    assert red(bot) == []
    watch.advance(seconds=1)
    told = "x: 1 reply is in doubt since 2026-03-02T09:00:00Z: does it stand or not?"
    assert red(bot) == [told]


def test_failed_replies_are_told_one_by_one_until_they_are_many(bot: Bot) -> None:
    def fail(session: Session) -> None:
        reply = make_reply(session, status=ReplyStatus.FAILED)
        reply.draft.status = make_draft(session).status

    with bot.database.write() as session:
        decided = make_reply(session, status=ReplyStatus.FAILED)
        assert decided.draft.status == "approved"
        for _ in range(5):
            fail(session)
    told = warned(bot)
    assert len(told) == 5
    assert all(line.endswith("on x did not leave: a human decides") for line in told)
    with bot.database.write() as session:
        fail(session)
    assert warned(bot) == ["6 replies on x did not leave: a human decides"]


def test_a_reply_that_vanished_is_told_for_a_day(bot: Bot, watch: Watch) -> None:
    with bot.database.write() as session:
        make_reply(session, status=ReplyStatus.SENT, vanished_at=NOW)
    (one,) = found(bot).values()
    assert one.once
    watch.advance(hours=24)
    assert found(bot) == {}


def test_a_gap_is_red_after_an_hour_while_it_can_still_be_filled(bot: Bot, watch: Watch) -> None:
    put(bot, gap(), gap(filled_at=NOW))
    watch.advance(hours=1)
    assert red(bot) == []
    watch.advance(seconds=1)
    assert red(bot) == ["x: 1 unfilled gap, from 2026-03-02T09:00:00Z on"]


@pytest.mark.parametrize("hours", [1, 23])
def test_a_gap_the_network_refuses_to_fill_is_told_while_it_is_tried_again(
    bot: Bot, watch: Watch, hours: int
) -> None:
    put(bot, gap(next_try_at=NOW + timedelta(days=1), refused=True))
    watch.advance(hours=hours)
    told = (
        "x: 1 gap, from 2026-03-02T09:00:00Z on, that the network refuses to fill:"
        " tried again for a week"
    )
    assert (red(bot), warned(bot)) == ([], [told])


def test_a_gap_that_nothing_can_fill_does_not_stay_red_for_ever(bot: Bot, watch: Watch) -> None:
    put(bot, gap(next_try_at=None))
    assert warned(bot) == ["x: 1 gap, from 2026-03-02T09:00:00Z on, that nothing can fill"]
    assert red(bot) == []
    watch.advance(days=7)
    assert found(bot) == {}


def test_a_text_nobody_could_read_is_red_after_a_quarter_of_an_hour(bot: Bot, watch: Watch) -> None:
    def letter(number: int, **changes: Any) -> DeadLetter:
        values = {"payload": "{}", "error": "no text", "heard_at": NOW} | changes
        return DeadLetter(channel="x", stream="mentions", fingerprint=str(number), **values)

    put(bot, letter(1), letter(2), letter(3, closed_at=NOW))
    watch.advance(minutes=15)
    assert red(bot) == []
    watch.advance(seconds=1)
    assert red(bot) == ["x: 2 unreadable texts wait for a human"]


def test_an_urgent_mention_waits_ten_minutes_before_somebody_is_woken(
    bot: Bot, watch: Watch
) -> None:
    with bot.database.write() as session:
        make_mention(session, priority=Level.P2)
        make_mention(session, priority=Level.P1, status=MentionStatus.IGNORED)
        make_reply(session, make_draft(session, make_mention(session, priority=Level.P1)))
        make_draft(session, make_mention(session, priority=Level.P1))
        make_mention(session, priority=Level.P1, status=MentionStatus.BY_HAND)
    watch.advance(minutes=10)
    assert warned(bot) == []
    watch.advance(seconds=1)
    told = "x: 2 mentions of priority P1 wait, since 2026-03-02T09:00:00Z"
    assert warned(bot) == [told]


@pytest.mark.parametrize(
    ("micros", "severity"), [(51_900_000, None), (52_000_000, "warning"), (65_000_000, "red")]
)
def test_the_fullest_pot_is_told_at_80_percent_and_when_it_is_empty(
    bot: Bot, micros: int, severity: str | None
) -> None:
    put(bot, SpendEntry(channel="x", at=NOW, use="mentions", operation="GET", micros=micros))
    told = [one.severity for cause, one in found(bot).items() if "money" in cause]
    assert told == ([severity] if severity else [])


def test_a_channel_that_costs_nothing_has_no_budget_to_warn_of(bot: Bot) -> None:
    channel = bot.channels["x"]
    assert isinstance(channel, FakeChannel)
    channel.declaration = replace(channel.declaration, prices_checked=None)
    put(bot, SpendEntry(channel="x", at=NOW, use="mentions", operation="GET", micros=10**9))
    assert found(bot) == {}


def test_prices_nobody_looked_up_for_90_days_are_told(bot: Bot) -> None:
    channel = bot.channels["x"]
    assert isinstance(channel, FakeChannel)
    old = date(2025, 12, 1)
    channel.declaration = replace(channel.declaration, prices_checked=old)
    assert warned(bot) == ["the prices of X were last looked up on 2025-12-01"]


@pytest.mark.parametrize(
    ("apart", "told"),
    [
        (0, []),
        (-30, []),
        (-31, ["our clock is 31 s ahead of the one of x"]),
        (25 + 30, []),
        (25 + 31, ["our clock is 31 s behind the one of x"]),
    ],
)
def test_a_clock_that_is_off_shows_in_what_we_posted(
    bot: Bot, apart: float, told: list[str]
) -> None:
    """A call takes 25 s at most: that much the network may say it was later than our stamp."""
    with bot.database.write() as session:
        make_reply(
            session,
            status=ReplyStatus.SENT,
            sends=1,
            stamped_at=NOW,
            posted_at=NOW + timedelta(seconds=apart),
        )
    assert red(bot) == told


def test_a_reply_found_later_says_nothing_about_the_clock(bot: Bot) -> None:
    with bot.database.write() as session:
        late: dict[str, Any] = {"status": ReplyStatus.SENT, "stamped_at": NOW}
        posted = NOW - timedelta(hours=1)
        make_reply(session, sends=2, posted_at=posted, **late)
        make_reply(session, sends=1, posted_at=posted, reason="found on the network", **late)
    assert red(bot) == []


def test_a_pause_is_a_note(bot: Bot) -> None:
    set_pause(bot.database, channel="x", level=PauseLevel.SEND, by="anna", now=NOW)
    bot.pause_file.touch()
    assert [one.severity for one in found(bot).values()] == [Severity.NOTE, Severity.NOTE]


def test_what_the_network_said_at_the_last_check_is_told(bot: Bot) -> None:
    pulse = Pulse()
    pulse.reported("x", Report(account="Acme", token_days_left=14))
    assert found(bot, pulse) == {}
    pulse.reported("x", Report(account="Acme", token_days_left=13, problems=("write is missing",)))
    assert warned(bot, pulse) == ["the token of x ends in 13 days", "x: write is missing"]
    pulse.reported("x", Report(problems=("503",)))
    assert found(bot, pulse) == {}, "who polls it tells that it cannot be reached"


class Ticks:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def job(act: Callable[[Pulse, Ticks], object]) -> Pulse:
    ticks = Ticks()
    pulse = Pulse(ticks=ticks)
    pulse.expect("poll x", seconds=60, deadline=300)
    act(pulse, ticks)
    return pulse


def test_a_job_that_hangs_is_late_fails_or_is_lost_is_red(bot: Bot) -> None:
    def hang(pulse: Pulse, ticks: Ticks) -> None:
        pulse.began("poll x")
        ticks.now += 301
        pulse.write_off()

    def be_late(pulse: Pulse, ticks: Ticks) -> None:
        pulse.began("poll x")
        pulse.left_out("poll x")
        ticks.now += 181

    def stop(pulse: Pulse, ticks: Ticks) -> None:
        ticks.now += 181

    def fail(pulse: Pulse, _ticks: Ticks) -> None:
        for _ in range(5):
            pulse.ended(pulse.began("poll x"), ok=False)

    told = [red(bot, job(act))[0] for act in (hang, be_late, stop, fail)]
    lost = red(bot, job(lambda pulse, _: pulse.missed("poll x")))
    assert [*told, *lost] == [
        "the round poll x hangs; a fresh one took its place",
        "the round poll x gave no sign of life since 2026-03-02T08:56:59Z; left out since: 1",
        "the round poll x has not run since 2026-03-02T08:56:59Z",
        "the round poll x failed 5 times in a row",
        "the scheduler lost 1 of the rounds poll x",
    ]


@dataclass
class Broken:
    bot: Bot

    def table(self, name: str) -> None:
        with self.bot.database.engine.begin() as connection:
            connection.execute(text(f"DROP TABLE {name}"))


def test_a_database_that_cannot_be_read_is_one_condition(bot: Bot) -> None:
    Broken(bot).table("gaps")
    assert [one.text for one in conditions(bot, None, NOW) if one.severity is Severity.RED] == [
        "the database cannot be read"
    ]
