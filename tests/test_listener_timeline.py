"""A mention once visible is in the store once, or something visible says what is missing: whatever
happens on the network, in whatever order, and wherever the process dies."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from listener.models import DeadLetter, Gap, Mention, MentionStatus, OwnPost
from tests.factories import make_database
from tests.fakes import NOW
from tests.timeline import (
    PAGE,
    Delete,
    Edit,
    Heal,
    Killed,
    Round,
    Say,
    Step,
    Wait,
    World,
    a_world,
)

WHICH = st.integers(0, 40)
HOW = st.sampled_from(["named", "keyword", "both"])
TIMES = st.sampled_from([1, 2, 12, 23])
SAYS = st.one_of(
    st.builds(Say, how=HOW, times=TIMES),
    st.builds(Say, how=HOW, minutes=st.integers(1, 10)),
    st.builds(Say, how=st.sampled_from(["stranger", "repost", "own"])),
    st.builds(Say, how=HOW, poison=st.just(True)),
)
CHANGES = st.one_of(st.builds(Edit, WHICH), st.builds(Delete, WHICH), st.builds(Heal, WHICH))
HAPPENINGS = st.one_of(SAYS, SAYS, CHANGES)
# Only an @mention is counted by the hour: nothing finds a keyword that comes so late.
LATE = st.builds(
    Say, how=st.sampled_from(["named", "both"]), minutes=st.sampled_from([11, 45, 100, 300])
)
WAITS = st.builds(Wait, st.sampled_from([0.5, 2, 5, 11, 80]))


def acts(happenings: st.SearchStrategy[Step], *rounds: str) -> st.SearchStrategy[list[Step]]:
    """Something happens, some time passes, the bot works: so often that much goes wrong."""
    work = st.builds(
        Round,
        what=st.sampled_from(rounds),
        meanwhile=st.lists(happenings, max_size=3).map(tuple),
        dies=st.one_of(st.none(), st.integers(1, 50)),
    )
    act = st.tuples(st.lists(happenings, max_size=3), WAITS, work)
    return st.lists(act, min_size=2, max_size=7).map(
        lambda all_acts: [step for said, wait, round_ in all_acts for step in (*said, wait, round_)]
    )


OPEN_LETTER = DeadLetter.closed_at.is_(None)
SETTINGS = settings(
    max_examples=8,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all tables, to copy: making them takes longer than a day of theirs."""
    folder = tmp_path_factory.mktemp("timeline")
    make_database(folder).close()
    return folder


def _play(empty: Path, steps: Iterable[Step], *, mends: bool) -> None:
    with _beginning(empty) as world:
        _ends_well(world, steps, mends=mends)


@contextmanager
def _beginning(empty: Path) -> Iterator[World]:
    with TemporaryDirectory() as folder:
        shutil.copy(empty / "bot.db", folder)
        with a_world(Path(folder)) as world:
            yield world


def _ends_well(world: World, steps: Iterable[Step], *, mends: bool = False) -> None:
    for step in steps:
        world.take(step)
    world.settle(mends=mends)
    check(world)


@pytest.fixture
def world(empty: Path) -> Iterator[World]:
    with _beginning(empty) as begun:
        yield begun


@SETTINGS
@given(steps=acts(HAPPENINGS, "poll", "poll", "refresh"))
def test_polling_alone_hears_all_that_is_listed_within_ten_minutes_once_in_its_newest_words(
    empty: Path, steps: list[Step]
) -> None:
    _play(empty, steps, mends=False)


@SETTINGS
@given(steps=acts(st.one_of(HAPPENINGS, LATE), "poll", "mend", "refresh"))
def test_what_is_listed_hours_late_is_found_by_counting(empty: Path, steps: list[Step]) -> None:
    _play(empty, steps, mends=True)


def test_a_poll_that_dies_before_any_of_its_statements_loses_nothing(world: World) -> None:
    """The first text is too old for the next poll's overlap, once the second one is known."""

    def rounds() -> Iterator[Step]:
        yield Round()
        for dies in count():
            yield from (Say("keyword"), Wait(11), Say("both"), Round(dies=dies))
            if not world.died:
                return
            yield Round()

    _ends_well(world, rounds())
    assert world.numbers > 60, "so many statements a poll has"


def test_a_filling_that_dies_before_any_of_its_statements_loses_nothing(world: World) -> None:
    """No difference is read twice: what the dying round loses, the one after it does not find."""

    def rounds() -> Iterator[Step]:
        yield Round()
        for dies in count():
            yield from (Say(minutes=15), Wait(11), Say(), Round(), Wait(80))
            yield Round("mend", dies=dies)
            if not world.died:
                return
            yield from (Wait(60), Round("mend"))

    _ends_well(world, rounds(), mends=True)
    assert world.numbers > 60, "so many statements a comparison and a gap have"


@pytest.mark.parametrize("minutes", [1 / 60, 9, 180, 5 * 24 * 60])
def test_what_is_listed_late_is_heard_however_late(world: World, minutes: float) -> None:
    late: list[Step] = [Say(), Round(), Say(minutes=minutes), Wait(0.5)]
    after: list[Step] = [Say(), Round(), Wait(minutes), Say(), Round()]
    _ends_well(world, [*late, *after], mends=minutes > 10)


def test_more_than_the_network_lists_is_a_gap_that_is_filled_by_searching(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.channels.x.paging.MENTIONS_HORIZON", 30)
    monkeypatch.setattr("listener.sandbox.x.read._MENTIONS_REACH", 40)
    for step in (Say(), Round(), Wait(60), Say(times=70), Round()):
        world.take(step)
    with world.database.read() as session:
        gap = session.scalars(select(Gap)).one()
        heard = session.scalar(select(func.count()).select_from(Mention))
    assert "newest 800" in gap.reason
    assert (heard, gap.filled_at) == (41, None)
    world.take(Wait(2))
    world.take(Round("mend"))
    with world.database.read() as session:
        assert session.get_one(Gap, gap.id).found == 30
    _ends_well(world, (), mends=True)


def test_the_same_mention_from_every_side_is_one_mention_with_all_its_sightings(
    world: World,
) -> None:
    _ends_well(world, [Say("both"), Round()])
    with world.database.write() as session:
        session.add(
            Gap(
                channel="x", stream="mentions", since=NOW - timedelta(hours=1),
                until=NOW + timedelta(hours=1), reason="a test", noticed_at=NOW, next_try_at=NOW,
            )
        )  # fmt: skip
    world.take(Round("mend"))
    with world.database.read() as session:
        assert session.scalars(select(Mention)).one().streams == ["mentions", "search", "fill"]


def test_after_a_long_outage_the_newest_are_heard_first(world: World) -> None:
    for step in (Say(), Round(), Wait(600), Say(times=35)):
        world.take(step)
    asked = []

    def between() -> None:
        asked.append(1)
        if len(asked) == 3:  # who we are, the first page, and now the second
            raise Killed

    world.network.between = between
    with pytest.raises(Killed):
        world.poller().poll(world.channel())
    with world.database.read() as session:
        heard = set(session.scalars(select(Mention.external_id)))
    assert heard == {world.said[0], *world.said[-PAGE:]}
    world.network.between = lambda: None
    _ends_well(world, ())


def check(world: World) -> None:
    network = world.network
    with world.database.read() as session:
        waiting = set(session.scalars(select(DeadLetter.external_id).where(OPEN_LETTER)))
        assert waiting.isdisjoint(session.scalars(select(Mention.external_id))), "was read well"
    world.retry_letters()
    with world.database.read() as session:
        mentions = session.scalars(select(Mention)).all()
        letters = session.scalars(select(DeadLetter).where(OPEN_LETTER)).all()
        own = session.scalars(select(OwnPost.external_id)).all()
        gaps = session.scalars(select(Gap).where(Gap.filled_at.is_(None))).all()
    heard = {mention.external_id: mention for mention in mentions}
    assert len(heard) == len(mentions), "twice in the store"
    assert gaps == [], "all could be filled"

    living = {one for one in world.said if one in network.chains}
    poison = living & network.poison
    assert {letter.external_id for letter in letters} == poison
    assert living - poison == {
        key for key, mention in heard.items() if mention.status is not MentionStatus.GONE
    }
    for key in living - poison:
        newest = network.posts[network.chain(key)[-1]]
        assert (heard[key].text, heard[key].revision_id) == (newest.text, newest.id)
    deleted = {one for one in world.said if one not in network.chains}
    assert heard.keys() - living <= deleted, "what nobody said to us"
    assert sorted(own) == sorted(one for one in world.ours if one in network.chains)
