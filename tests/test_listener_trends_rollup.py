"""Whatever happens to mentions, what is counted is what a count of the mentions themselves says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from config.database import Database
from config.lock import InstanceLock
from listener.models import Mention
from listener.trends import recount as recount_module
from listener.trends.cells import Change, FacetKind, Sums, sums_of
from listener.trends.counts import sums
from listener.trends.models import Cube, Rollup, RollupZone
from listener.trends.recount import count_if_new, recount
from listener.trends.scope import Scope
from listener.trends.steps import By, begin
from listener.trends.upkeep import count_in
from sentiment.phase import Phase
from sentiment.score import Sentiment
from tests.factories import NOW, ROME, make_author, make_conversation, make_database, make_mention

KOLKATA = ZoneInfo("Asia/Kolkata")

# Around the night in which Rome's clocks change, and the end of a month.
MOMENTS = st.integers(0, 8 * 24 * 60).map(
    lambda minutes: datetime(2026, 3, 27, tzinfo=UTC) + timedelta(minutes=minutes, seconds=7)
)
JUDGED = st.fixed_dictionaries(
    {
        "created_at": MOMENTS,
        "channel": st.sampled_from(["x", "facebook"]),
        "language": st.sampled_from(["it", "el"]),
        "phase": st.sampled_from([Phase.OWNERSHIP, Phase.UNKNOWN]),
        "sentiment": st.sampled_from(Sentiment),
        "sentiment_score": st.floats(-1, 1),
        "topics": st.lists(st.sampled_from(["delivery", "size"]), max_size=2),
        "rivals": st.lists(st.just("Alpina"), max_size=1),
        "aspects": st.lists(st.just("wish fit Kestrel"), max_size=1),
        "reach": st.none() | st.integers(0, 3_000_000_000),
        "acquainted": st.booleans(),
    }
)
PERIODS = st.tuples(MOMENTS, st.timedeltas(timedelta(minutes=1), timedelta(days=9)))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = make_database(tmp_path)
    yield database
    database.close()


Counts = dict[tuple[Any, ...], Sums]


def rows(database: Database) -> Counts:
    """All that is counted, whichever table it is in."""
    found: Counts = {}
    with database.read() as session:
        for table in (Rollup, Cube):
            key = [column.name for column in table.__table__.primary_key]
            for row in session.scalars(select(table)):
                found[table.__tablename__, *(getattr(row, name) for name in key)] = Sums(
                    *(getattr(row, name) for name in Sums._fields)
                )
    return found


def counted_by_hand(database: Database) -> Counts:
    """The rows that all mentions together make, as if they came at once."""
    change = Change(database.zone)
    with database.read() as session:
        for mention in session.scalars(select(Mention)):
            change.add(mention)
    found: Counts = {("rollups", *key): sums for key, sums in change.rollup.rows()}
    return found | {("cubes", *key): sums for key, sums in change.cube.rows()}


def empty(session: Session) -> None:
    session.execute(delete(Rollup))
    session.execute(delete(Cube))


class Mentions(RuleBasedStateMachine):
    """Mentions come, change and go, one by one and in bulk; counts are held against them."""

    folder: Path

    @initialize()
    def begin(self) -> None:
        self.database = make_database(self.folder)
        with self.database.write() as session:
            session.execute(delete(Mention))
            empty(session)
            self.author = make_author(session, external_id=f"a{id(self)}").id
            self.conversation = make_conversation(session, external_id=f"c{id(self)}").id

    @rule(judged=st.lists(JUDGED, min_size=1, max_size=4))
    def some_are_heard(self, judged: list[dict[str, object]]) -> None:
        with self.database.write() as session:
            for one in judged:
                make_mention(session, **one, **self._of())

    @rule(judged=JUDGED)
    def one_is_written_in_bulk(self, judged: dict[str, object]) -> None:
        with self.database.write() as session:
            kept = make_mention(session, **judged, **self._of())
            empty(session)
            count_in(
                session, [*session.scalars(select(Mention).where(Mention.id != kept.id)), kept]
            )

    @rule(judged=JUDGED, which=st.integers(0))
    def one_is_judged_anew(self, judged: dict[str, object], which: int) -> None:
        with self.database.write() as session:
            if mention := self._one(session.scalars(select(Mention).order_by(Mention.id)), which):
                for name, value in judged.items():
                    setattr(mention, name, value)

    @rule(which=st.integers(0))
    def one_goes(self, which: int) -> None:
        with self.database.write() as session:
            if mention := self._one(session.scalars(select(Mention).order_by(Mention.id)), which):
                session.delete(mention)

    @rule(judged=JUDGED)
    def one_is_taken_back_with_its_savepoint(self, judged: dict[str, object]) -> None:
        with self.database.write() as session:
            savepoint = session.begin_nested()
            make_mention(session, **judged, **self._of())
            savepoint.rollback()

    @rule(zone=st.sampled_from([ROME, KOLKATA]))
    def the_brand_moves(self, zone: ZoneInfo) -> None:
        self.database.zone = zone
        recount(self.database)

    @invariant()
    def the_rollup_is_the_count(self) -> None:
        assert rows(self.database) == counted_by_hand(self.database)

    @rule(
        period=PERIODS,
        by=st.sampled_from(By),
        steps=st.booleans(),
        dimensions=st.lists(
            st.sampled_from(["channel", "language", "phase", "sentiment"]), unique=True, max_size=3
        ),
        narrowed=st.fixed_dictionaries(
            {},
            optional={
                "channel": st.just("x"),
                "language": st.just("el"),
                "topic": st.just("size"),
                "phase": st.just("ownership"),
                "channels": st.just(frozenset({"facebook"})),
            },
        ),
    )
    def any_period_is_read_to_the_second(
        self,
        period: tuple[datetime, timedelta],
        by: By,
        steps: bool,
        dimensions: list[str],
        narrowed: dict[str, str],
    ) -> None:
        start, length = period
        zone = self.database.zone
        scope = Scope(start=start, end=start + length, by=by, zone=zone, **narrowed)  # type: ignore[arg-type]
        with self.database.read() as session:
            found = sums(session, scope, *dimensions, steps=steps)
            mentions = [one for one in session.scalars(select(Mention)) if self._in(one, scope)]
        expected: Counter[tuple[object, ...]] = Counter()
        for one in mentions:
            key = tuple(getattr(one, name) for name in dimensions)
            expected[(begin(one.created_at, by, zone), *key) if steps else key] += 1
        assert {key: sum_.mentions for key, sum_ in found.items()} == dict(expected)
        for name in Sums._fields:
            told = sum(getattr(one, name) for one in found.values())
            assert told == sum(getattr(sums_of(one), name) for one in mentions), name

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()

    @staticmethod
    def _in(mention: Mention, scope: Scope) -> bool:
        return (
            scope.start <= mention.created_at < scope.end
            and scope.channel in ("", mention.channel)
            and scope.language in ("", mention.language)
            and scope.phase in ("", mention.phase.value)
            and (not scope.topic or scope.topic in mention.topics)
            and (scope.channels is None or mention.channel in scope.channels)
        )

    def _of(self) -> dict[str, object]:
        return {"author_id": self.author, "conversation_id": self.conversation}

    @staticmethod
    def _one(mentions: Iterator[Mention], which: int) -> Mention | None:
        found = list(mentions)
        return found[which % len(found)] if found else None


def test_what_is_counted_is_what_there_is_whatever_happens(tmp_path: Path) -> None:
    machine = type("InThisFolder", (Mentions,), {"folder": tmp_path})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=40, stateful_step_count=12, deadline=None)
    )


def test_a_mention_with_two_topics_counts_in_both(database: Database) -> None:
    with database.write() as session:
        make_mention(session, topics=["delivery", "refund"])
        make_mention(session, topics=["delivery"])
    scope = Scope(start=NOW, end=NOW + timedelta(days=1), by=By.DAY, zone=ROME)
    with database.read() as session:
        found = sums(session, scope, "facet", kind=FacetKind.TOPIC)
    assert {key[0]: value.mentions for key, value in found.items()} == {
        "topic:delivery": 2,
        "topic:refund": 1,
    }


def test_facets_are_not_told_apart_within_a_topic(database: Database) -> None:
    scope = Scope(start=NOW, end=NOW + timedelta(days=1), by=By.DAY, zone=ROME, topic="size")
    with database.read() as session, pytest.raises(ValueError, match="within a topic"):
        sums(session, scope, "facet", kind=FacetKind.TOPIC)


def test_a_store_from_before_is_counted_at_the_first_start(
    database: Database, tmp_path: Path
) -> None:
    with database.write() as session:
        make_mention(session)
        empty(session)
    count_if_new(database, tmp_path / "recount.lock")
    assert rows(database) == counted_by_hand(database) != {}
    with database.write() as session:
        empty(session)
    count_if_new(database, tmp_path / "recount.lock")
    assert rows(database) == {}, "it is not counted at every start"


def test_a_brand_that_moves_gets_the_days_of_its_new_zone(
    database: Database, tmp_path: Path
) -> None:
    with database.write() as session:
        make_mention(session, created_at=datetime(2026, 3, 1, 20, tzinfo=UTC))
    count_if_new(database, tmp_path / "recount.lock")
    database.zone = KOLKATA
    count_if_new(database, tmp_path / "recount.lock")
    assert rows(database) == counted_by_hand(database)
    with database.read() as session:
        assert session.scalars(select(RollupZone.zone)).all() == ["Asia/Kolkata"]


def _while_it_counts(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], None]) -> None:
    """Have `meanwhile` happen before the first day is counted anew."""
    first, then = [meanwhile], recount_module._recount_day

    def day(*given: Any) -> int:
        if first:
            first.pop()()
        return then(*given)

    monkeypatch.setattr(recount_module, "_recount_day", day)


def test_what_goes_or_comes_while_all_is_counted_anew_is_counted_right(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.write() as session:
        for days in (0, 1, 2, 2):
            make_mention(session, created_at=NOW + timedelta(days=days), topics=["size"])

    def meanwhile() -> None:
        with database.write() as session:
            gone, judged = session.scalars(
                select(Mention).where(Mention.created_at > NOW + timedelta(days=1, hours=1))
            )
            session.delete(gone)
            judged.topics, judged.language = ["delivery"], "el"
            make_mention(session, created_at=NOW + timedelta(days=5), topics=["size"])

    _while_it_counts(monkeypatch, meanwhile)
    recount(database)
    assert rows(database) == counted_by_hand(database)


def test_a_start_does_not_count_what_another_process_is_counting(
    database: Database, tmp_path: Path
) -> None:
    with database.write() as session:
        make_mention(session)
        empty(session)
    lock = tmp_path / "recount.lock"
    with InstanceLock(lock):
        count_if_new(database, lock)
        assert rows(database) == {}
    count_if_new(database, lock)
    assert rows(database) == counted_by_hand(database)
