"""Digests are told when they are due, and at most once, whatever dies when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from config.digests import When
from config.hours import Hours
from config.settings import ResponderSettings
from listener.trends.steps import start_of_day
from responder.bot import Bot
from responder.reports.letter import Letter
from responder.reports.models import Digest, Telling
from responder.reports.periods import Due, last_whole, newest_due
from responder.reports.telling import Teller, recover
from tests.factories import NOW, FakeChannel, Watch, make_bot

ROME = ZoneInfo("Europe/Rome")
MORNING = When.read("08:00")
MONDAYS = When.read("Mon 08:00")


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Post:
    """One place, which may refuse, or end the process before or after it took the letter."""

    key: str
    does: str = "takes"
    took: list[str] = field(default_factory=list)

    def deliver(self, letter: Letter) -> str:
        if self.does == "dies before":
            raise Killed
        if self.does == "refuses":
            return "the box is full"
        self.took.append(letter.title)
        if self.does == "dies after":
            raise Killed
        return ""


def compose(due: Due, now: datetime) -> Letter:
    return Letter(title=due.end.isoformat(), text="", html="")


@pytest.fixture
def watch() -> Watch:
    return Watch(datetime(2026, 3, 2, 12, tzinfo=UTC))  # a Monday


@pytest.fixture
def bot(tmp_path: Path, watch: Watch) -> Iterator[Bot]:
    bot = make_bot(tmp_path, channels=[FakeChannel(clock=watch)], clock=watch)
    yield bot
    bot.database.close()


def teller(bot: Bot, *posts: Post, when: When = MORNING) -> Teller:
    return Teller(bot=bot, name="team", when=when, carriers=posts, compose=compose)


def statuses(bot: Bot) -> list[tuple[str, Telling]]:
    with bot.database.read() as session:
        rows = session.scalars(select(Digest).order_by(Digest.ends_at, Digest.place))
        return [(f"{row.ends_at.astimezone(ROME):%d} {row.place}", row.status) for row in rows]


def test_a_new_digest_begins_with_the_next_period_and_tells_each_once(
    bot: Bot, watch: Watch
) -> None:
    post = Post("a")
    for _ in range(3 * 24):
        teller(bot, post).round()
        watch.advance(hours=1)
    days = ["2026-03-02T23:00:00+00:00", "2026-03-03T23:00:00+00:00", "2026-03-04T23:00:00+00:00"]
    assert post.took == days
    assert statuses(bot)[0] == ("02 a", Telling.PASSED)


def test_who_was_away_tells_the_newest_and_not_ten(bot: Bot, watch: Watch) -> None:
    post = Post("a")
    teller(bot, post).round()
    watch.advance(days=10)
    for _ in range(3):
        teller(bot, post).round()
    assert post.took == ["2026-03-11T23:00:00+00:00"]


def test_a_place_that_says_no_is_asked_again_and_no_other_is_told_twice(
    bot: Bot, watch: Watch
) -> None:
    good, full = Post("a"), Post("b", "refuses")
    teller(bot, good, full).round()
    watch.advance(days=1)
    for _ in range(4):
        teller(bot, good, full).round()
    assert (len(good.took), full.took) == (1, [])
    full.does = "takes"
    teller(bot, good, full).round()
    assert full.took == [], "it waits a minute"
    watch.advance(minutes=2)
    teller(bot, good, full).round()
    assert (len(good.took), len(full.took)) == (1, 1)


def test_what_falls_into_quiet_hours_is_told_at_their_end(bot: Bot, watch: Watch) -> None:
    quiet = ResponderSettings(quiet_hours="22:00-09:30")
    bot = replace(bot, settings=bot.settings.model_copy(update={"responder": quiet}))
    post = Post("a")
    teller(bot, post).round()
    watch.now = datetime(2026, 3, 3, 9, 29, tzinfo=ROME)
    teller(bot, post).round()
    assert post.took == []
    watch.advance(minutes=1)
    teller(bot, post).round()
    assert len(post.took) == 1


def test_a_call_that_was_cut_off_is_not_made_again_and_stays_visible(
    bot: Bot, watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    post = Post("a")
    teller(bot, post).round()
    watch.advance(days=1)
    post.does = "dies before"
    with pytest.raises(Killed):
        teller(bot, post).round()
    post.does = "takes"
    recover(bot)
    teller(bot, post).round()
    assert post.took == []
    assert statuses(bot)[-1] == ("03 a", Telling.UNCLEAR)
    assert "on its way to a when the program ended" in caplog.text
    watch.advance(days=1)
    teller(bot, post).round()
    assert len(post.took) == 1, "the next period is told as ever"


@contextmanager
def dying_at(bot: Bot, number: int | None) -> Iterator[None]:
    """The process ends at the `number`th statement or commit from now on."""
    seen = 0

    def count(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            raise Killed

    names = ("before_cursor_execute", "commit")
    for name in names:
        event.listen(bot.database.engine, name, count)
    try:
        yield
    finally:
        for name in names:
            event.remove(bot.database.engine, name, count)


@dataclass(frozen=True)
class Turn:
    """So many hours pass, and the process may die at a statement, or in a call."""

    hours: int
    dies_at: int | None
    first: str
    second: str


DOES = st.sampled_from(["takes", "refuses", "dies before", "dies after"])
TURNS = st.builds(
    Turn, st.integers(0, 40), st.none() | st.integers(1, 25), DOES, DOES
)  # fmt: skip


@settings(max_examples=60)
@given(turns=st.lists(TURNS, min_size=1, max_size=12), when=st.sampled_from([MORNING, MONDAYS]))
def test_a_period_is_told_at_most_once_at_a_place_whatever_dies_when(
    turns: list[Turn], when: When, tmp_path_factory: pytest.TempPathFactory
) -> None:
    watch = Watch(datetime(2026, 3, 2, 12, tzinfo=UTC))
    bot = make_bot(tmp_path_factory.mktemp("once"), clock=watch)
    first, second = Post("a"), Post("b")
    teller(bot, first, second, when=when).round()
    for turn in turns:
        watch.advance(hours=turn.hours)
        first.does, second.does = turn.first, turn.second
        with suppress(Killed), dying_at(bot, turn.dies_at):
            recover(bot)
            teller(bot, first, second, when=when).round()
    watch.advance(days=8, hours=1)
    first.does = second.does = "takes"
    recover(bot)
    teller(bot, first, second, when=when).round()
    newest = newest_due(when, watch.now, ROME, None).end.isoformat()
    for post in (first, second):
        assert not [one for one, times in Counter(post.took).items() if times > 1]
        assert post.took[-1] == newest, "nothing that died keeps the next one from being told"
    bot.database.close()


MOMENTS = st.integers(0, 3 * 365 * 24 * 60).map(
    lambda minutes: datetime(2025, 1, 8, tzinfo=UTC) + timedelta(minutes=minutes)
)
TIMES = st.times().map(lambda time: f"{time:%H:%M}")
WHENS = st.builds(
    lambda day, time: When.read(f"{day} {time}".strip()),
    st.sampled_from(["", "Mon", "wed", "SUN"]),
    TIMES,
)
QUIET = st.none() | st.builds(
    lambda a, b: Hours.read(f"{a:02}:00-{b:02}:00") if a != b else None,
    st.integers(0, 23),
    st.integers(0, 23),
)


@given(when=WHENS, now=MOMENTS, quiet=QUIET, zone=st.sampled_from(["Europe/Rome", "Asia/Kolkata"]))
def test_the_newest_period_is_over_whole_and_due(
    when: When, now: datetime, quiet: Hours | None, zone: str
) -> None:
    here = ZoneInfo(zone)
    due = newest_due(when, now, here, quiet)
    assert due.end <= due.since <= now
    days = 1 if when.weekday is None else 7
    assert (due.end.astimezone(here).date() - due.start.astimezone(here).date()).days == days
    for edge in (due.start, due.end):
        assert start_of_day(edge, here) == edge
    assert quiet is None or not quiet.hold(due.since, here)
    later = newest_due(when, now + timedelta(days=days), here, quiet)
    assert later.end > due.end, "each in its turn"
    assert newest_due(when, due.since, here, quiet) == due


def test_the_last_whole_week_begins_on_monday() -> None:
    week = last_whole(True, datetime(2026, 3, 4, 10, tzinfo=UTC), ROME)
    assert (week.start, week.end) == (
        datetime(2026, 2, 23, tzinfo=ROME),
        datetime(2026, 3, 2, tzinfo=ROME),
    )
    assert last_whole(False, NOW, ROME).end == datetime(NOW.year, NOW.month, NOW.day, tzinfo=ROME)


@pytest.mark.parametrize("text", ["", "8", "Mon", "Funday 08:00", "Mon 25:00", "Mon Tue 08:00"])
def test_a_when_nobody_can_follow_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        When.read(text)
