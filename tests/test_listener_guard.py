"""A network that wants to be left alone is left alone: by all threads, and after a restart."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import event, select, text

from config.database import Database
from listener import breaker
from listener.breaker import (
    FAILURES,
    LONGEST_WAIT,
    MOST_JITTER,
    Answered,
    Circuit,
    Circuits,
    Failed,
    NotLetIn,
    Outcome,
    Outcomes,
    Told,
)
from listener.channels.base import Incoming, Report
from listener.channels.errors import (
    AuthFailed,
    BudgetSpent,
    ChannelError,
    Gone,
    PolicyBlock,
    RateLimited,
    Refused,
    Unavailable,
    Unknown,
)
from listener.channels.metering import Use
from listener.guard import Guarded
from listener.models import Breaker, Cause, Cursor, Operation
from listener.poll import Poller
from tests.factories import NOW, FakeChannel, Watch, incoming, make_database, make_outgoing
from tests.patience import PATIENCE

READ, WRITE = Operation.READ, Operation.WRITE
REPLY = make_outgoing("1", "Hello")


class NoJitter(random.Random):
    """Chance that never adds anything, so that times can be named."""

    def random(self) -> float:
        return 0.0


class Heard(FakeChannel):
    """Counts what reaches the network."""

    def __init__(self, *, clock: Watch) -> None:
        super().__init__(clock=clock)
        self.asked: list[str] = []
        self.used: list[Use] = []

    def lookup(
        self, external_ids: Sequence[str], *, use: Use = Use.OWN
    ) -> Mapping[str, Incoming | None]:
        self.used.append(use)
        return super().lookup(external_ids, use=use)

    def _trouble(self, method: str, *, late: bool = False) -> None:
        if not late:
            self.asked.append(method)
        super()._trouble(method, late=late)


@dataclass
class Watched:
    network: Heard
    channel: Guarded
    clock: Watch
    database: Database

    def restart(self, chance: random.Random | None = None) -> Guarded:
        self.channel = Guarded(
            self.network, database=self.database, clock=self.clock, chance=chance or NoJitter()
        )
        return self.channel

    def fail_reading(self, *errors: ChannelError) -> None:
        """Let reads fail with these, one after the other."""
        for error in errors:
            self.network.fail("fetch", error)
            with pytest.raises(type(error)):
                self.channel.fetch("mentions", None)

    def fail_writing(self, *errors: ChannelError) -> None:
        for error in errors:
            self.network.fail("post", error)
            with pytest.raises(type(error)):
                self.channel.post(REPLY)

    def row(self, operation: Operation) -> Breaker | None:
        with self.database.read() as session:
            return session.get(Breaker, ("x", operation))

    def held(self, operation: Operation) -> ChannelError | None:
        """What a call gets to hear without the network being asked, or None if it goes out."""
        before = len(self.network.asked)
        try:
            _call(self.channel, operation)
        except ChannelError as error:
            assert len(self.network.asked) == before, "the network was asked"
            assert error.held_until is not None
            return error
        assert len(self.network.asked) == before + 1
        return None


def _call(channel: Guarded, operation: Operation) -> None:
    if operation is READ:
        channel.fetch("mentions", None)
    else:
        channel.hide("1")


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    clock, database = Watch(), make_database(tmp_path)
    network = Heard(clock=clock)
    guarded = Guarded(network, database=database, clock=clock, chance=NoJitter())
    yield Watched(network=network, channel=guarded, clock=clock, database=database)
    database.close()


def _five() -> list[ChannelError]:
    return [Unavailable(f"status 503, number {n}") for n in range(FAILURES)]


def _doubts() -> list[ChannelError]:
    return [Unknown(f"reset by peer, number {n}") for n in range(FAILURES)]


# What is passed on, and what is asked


def test_it_is_the_channel_it_wraps(watched: Watched) -> None:
    network, channel = watched.network, watched.channel
    network.feed, network.shown = [incoming("1")], {"1": incoming("1")}
    network.archive = [incoming("1")]
    assert (channel.name, channel.options, channel.declaration) == (
        network.name, network.options, network.declaration,
    )  # fmt: skip
    assert channel.fetch("mentions", None).items == (incoming("1"),)
    assert channel.lookup(["1"]) == channel.lookup(["1"], use=Use.REPLY) == {"1": incoming("1")}
    assert network.used == [Use.OWN, Use.REPLY]
    posted = channel.post(REPLY)
    (written,) = channel.own_replies(REPLY, NOW)
    assert written.external_id == posted.external_id
    hour = timedelta(hours=1)
    assert channel.fill(NOW, NOW + hour, None).items == (incoming("1"),)
    assert channel.count(NOW, NOW + hour) == {NOW: 1}
    channel.hide("1")
    assert network.hidden == ["1"]
    assert channel.length("four").used == 4
    assert channel.check() == Report(account="x account")


READS: dict[str, Callable[[Guarded], object]] = {
    "fetch": lambda channel: channel.fetch("mentions", None),
    "lookup": lambda channel: channel.lookup(["1"]),
    "own_replies": lambda channel: channel.own_replies(REPLY, NOW),
    "fill": lambda channel: channel.fill(NOW, NOW, None),
    "count": lambda channel: channel.count(NOW, NOW),
}
WRITES: dict[str, Callable[[Guarded], object]] = {
    "post": lambda channel: channel.post(REPLY),
    "hide": lambda channel: channel.hide("1"),
}


@pytest.mark.parametrize("method", list(READS))
def test_every_way_of_reading_waits_once_reading_is_blocked(watched: Watched, method: str) -> None:
    watched.fail_reading(RateLimited(until=NOW + timedelta(minutes=15), scope="app"))
    watched.network.asked.clear()
    with pytest.raises(RateLimited):
        READS[method](watched.channel)
    assert watched.network.asked == []


@pytest.mark.parametrize("method", list(WRITES))
def test_every_way_of_writing_waits_once_writing_is_blocked(watched: Watched, method: str) -> None:
    watched.fail_writing(PolicyBlock(until=NOW + timedelta(hours=24), detail="spam"))
    watched.network.asked.clear()
    with pytest.raises(PolicyBlock):
        WRITES[method](watched.channel)
    assert watched.network.asked == []


@pytest.mark.parametrize("method", [*READS, *WRITES])
def test_trouble_counts_whatever_was_asked(watched: Watched, method: str) -> None:
    for error in _five():
        watched.network.fail(method, error)
        with pytest.raises(Unavailable):
            (READS | WRITES)[method](watched.channel)
    assert watched.held(READ if method in READS else WRITE) is not None
    assert watched.held(WRITE if method in READS else READ) is None


# What the network says


@pytest.mark.parametrize("scope", ["account", "app"])
def test_a_limit_of_the_account_stops_reading_and_writing_until_it_ends(
    watched: Watched, scope: str
) -> None:
    until = NOW + timedelta(minutes=15)
    watched.fail_reading(RateLimited(until=until, scope=scope, detail="too many calls"))
    for operation in Operation:
        error = watched.held(operation)
        assert isinstance(error, RateLimited)
        assert (error.until, error.held_until) == (until, until)
        assert "2026-03-02 09:15:00" in str(error)
        assert "too many calls" in str(error)
    watched.clock.advance(minutes=15)
    assert (watched.held(READ), watched.held(WRITE)) == (None, None)


def test_a_limit_of_one_call_stops_writing_but_of_reading_only_the_stream(
    watched: Watched,
) -> None:
    limit = RateLimited(until=NOW + timedelta(minutes=15), scope="call")
    watched.fail_reading(limit)
    assert watched.held(READ) is None
    watched.fail_writing(limit)
    assert watched.held(READ) is None
    assert isinstance(watched.held(WRITE), RateLimited)


def test_after_a_limit_all_come_back_later_by_the_same_chance(watched: Watched) -> None:
    until = NOW + timedelta(minutes=15)
    expected = until + MOST_JITTER * random.Random(3).random()
    assert until < expected < until + MOST_JITTER
    watched.restart(chance=random.Random(3))
    watched.network.fail("fetch", RateLimited(until=until))
    with pytest.raises(RateLimited) as told:
        watched.channel.fetch("mentions", None)
    error = watched.held(READ)
    assert isinstance(error, RateLimited)
    assert told.value.until == error.until == expected
    assert told.value.held_until is None, "this one was asked"


def test_offence_stops_writing_alone_survives_a_restart_and_is_never_shortened(
    watched: Watched,
) -> None:
    until = NOW + timedelta(hours=24)
    watched.fail_writing(PolicyBlock(until=until, detail="blocked as abusive (code 368)"))
    assert watched.held(READ) is None
    watched.fail_reading(RateLimited(until=NOW + timedelta(minutes=1), scope="account"))
    watched.restart()
    watched.clock.advance(hours=23, minutes=59)
    error = watched.held(WRITE)
    assert isinstance(error, PolicyBlock)
    assert error.until == until
    assert "code 368" in str(error)
    assert watched.held(READ) is None
    watched.clock.advance(minutes=1)
    assert watched.held(WRITE) is None


def test_keys_that_are_refused_twice_stop_both_for_five_minutes(watched: Watched) -> None:
    watched.fail_reading(AuthFailed("make a new token"), AuthFailed("make a new token"))
    for operation in Operation:
        error = watched.held(operation)
        assert isinstance(error, AuthFailed)
        assert error.held_until == NOW + timedelta(minutes=5)
        assert "make a new token" in str(error)
        assert "09:05:00" in str(error)
    watched.clock.advance(minutes=5)
    watched.fail_reading(AuthFailed("make a new token"))
    assert isinstance(watched.held(READ), AuthFailed), "one probe is enough"
    watched.clock.advance(minutes=5)
    assert (watched.held(READ), watched.held(READ)) == (None, None)


def test_a_stream_the_plan_does_not_include_does_not_stop_the_others(watched: Watched) -> None:
    for _ in range(10):
        watched.fail_reading(AuthFailed("this plan has no search"))
        assert watched.held(READ) is None
        assert watched.held(WRITE) is None
        watched.clock.advance(seconds=1)


def test_a_token_that_may_only_read_does_not_make_us_deaf(watched: Watched) -> None:
    watched.fail_writing(AuthFailed("Read only"), AuthFailed("Read only"))
    assert isinstance(watched.held(WRITE), AuthFailed)
    assert watched.held(READ) is None


@pytest.mark.parametrize("error", [Refused("no"), Gone(), BudgetSpent(), Unknown("x", True)])
def test_a_no_is_an_answer_of_a_healthy_network(watched: Watched, error: ChannelError) -> None:
    watched.fail_reading(*[error] * 3 * FAILURES)
    watched.fail_writing(*[error] * 3 * FAILURES)
    assert (watched.held(READ), watched.held(WRITE)) == (None, None)


# Trouble


def test_five_failures_within_a_minute_open_it_for_a_minute(watched: Watched) -> None:
    watched.fail_reading(*_five()[1:])
    assert watched.held(WRITE) is None
    watched.fail_reading(Unavailable("the last straw"))
    error = watched.held(READ)
    assert isinstance(error, Unavailable)
    assert error.held_until == NOW + timedelta(seconds=60)
    assert error.retry_after == 60
    assert "the last straw" in str(error)
    assert "09:01:00" in str(error)
    assert watched.held(WRITE) is None
    watched.clock.advance(seconds=60)
    assert watched.held(READ) is None


def test_sends_that_nobody_can_tell_the_end_of_open_it_too(watched: Watched) -> None:
    watched.fail_writing(*_doubts())
    assert isinstance(watched.held(WRITE), Unavailable)
    assert watched.held(READ) is None


def test_five_failures_in_more_than_a_minute_are_no_reason(watched: Watched) -> None:
    for error in _five() * 3:
        watched.fail_reading(error)
        watched.clock.advance(seconds=16)
    assert watched.held(READ) is None


def test_a_success_between_failures_starts_the_count_anew(watched: Watched) -> None:
    watched.fail_reading(*_five()[1:])
    watched.channel.fetch("mentions", None)
    watched.fail_reading(*_five()[1:])
    assert watched.held(READ) is None


def test_each_probe_that_fails_doubles_the_wait_to_a_quarter_of_an_hour(watched: Watched) -> None:
    watched.fail_reading(*_five())
    waits = []
    for _ in range(7):
        row = watched.row(READ)
        assert row is not None
        assert row.blocked_until is not None
        waits.append((row.blocked_until - watched.clock.now).total_seconds())
        watched.clock.now = row.blocked_until
        watched.fail_reading(Unavailable("still down"))
    assert waits == [60, 120, 240, 480, 885, 885, 885]
    watched.clock.advance(minutes=15)
    assert watched.held(READ) is None
    watched.fail_reading(*_five())
    row = watched.row(READ)
    assert row is not None
    assert row.blocked_until == watched.clock.now + timedelta(seconds=60)


def test_while_one_probes_the_others_wait(watched: Watched) -> None:
    watched.fail_reading(*_five())
    watched.clock.advance(seconds=60)
    inside, go_on = threading.Event(), threading.Event()
    answer = watched.network.lookup

    def slow(external_ids: Any, **options: Any) -> Any:
        inside.set()
        assert go_on.wait(PATIENCE)
        return answer(external_ids, **options)

    watched.network.lookup = slow  # type: ignore[method-assign]
    probe = threading.Thread(target=watched.channel.lookup, args=(["1"],))
    probe.start()
    assert inside.wait(PATIENCE)
    error = watched.held(READ)
    assert isinstance(error, Unavailable)
    assert error.held_until == watched.clock.now + timedelta(seconds=5)
    go_on.set()
    probe.join(PATIENCE)
    assert watched.held(READ) is None


def test_of_many_threads_one_probes(watched: Watched) -> None:
    watched.fail_reading(*_five())
    watched.clock.advance(seconds=60)
    watched.network.asked.clear()
    together = threading.Barrier(8)
    watched.network.fail("fetch", *[Unavailable("still down")] * 8)

    def ask() -> None:
        together.wait(PATIENCE)
        with pytest.raises(Unavailable):
            watched.channel.fetch("mentions", None)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert watched.network.asked == ["fetch"]


def test_a_fault_of_ours_frees_the_probe_and_blames_nobody_for_a_read(watched: Watched) -> None:
    watched.fail_reading(*_five())
    watched.clock.advance(seconds=60)
    fetch = watched.network.fetch
    watched.network.fetch = lambda stream, position: 1 / 0  # type: ignore[assignment,method-assign,return-value]
    for _ in range(2 * FAILURES):
        with pytest.raises(ZeroDivisionError):
            watched.channel.fetch("mentions", None)
    watched.network.fetch = fetch  # type: ignore[method-assign]
    assert watched.held(READ) is None


def test_a_fault_of_ours_in_a_send_counts_as_nobody_knows_whether_it_stands(
    watched: Watched,
) -> None:
    watched.network.post = lambda reply: 1 / 0  # type: ignore[assignment,method-assign,return-value]
    for _ in range(FAILURES):
        with pytest.raises(ZeroDivisionError):
            watched.channel.post(REPLY)
    assert isinstance(watched.held(WRITE), Unavailable)


def test_a_check_always_asks_and_opens_nothing(watched: Watched) -> None:
    watched.fail_writing(PolicyBlock(until=NOW + timedelta(hours=24), detail="spam"))
    watched.fail_reading(*_five())
    assert watched.channel.check().problems == ()
    assert isinstance(watched.held(WRITE), PolicyBlock)
    assert isinstance(watched.held(READ), Unavailable)


# What is kept


def test_a_restart_goes_on_where_the_last_one_stopped(watched: Watched) -> None:
    watched.fail_reading(*_five()[:3])
    watched.restart()
    watched.fail_reading(*_five()[3:])
    watched.restart()
    assert isinstance(watched.held(READ), Unavailable)
    watched.clock.advance(seconds=60)
    watched.restart()
    watched.fail_reading(Unavailable("still down"))
    watched.restart()
    error = watched.held(READ)
    assert error is not None
    assert error.held_until == NOW + timedelta(seconds=60 + 120)


def test_nothing_is_written_while_nothing_changes(watched: Watched) -> None:
    written: list[str] = []

    @event.listens_for(watched.database.engine, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            written.append(statement)

    for _ in range(3):
        watched.channel.fetch("mentions", None)
        watched.channel.hide("1")
    watched.fail_reading(RateLimited(until=NOW + timedelta(minutes=1), scope="call"))
    assert written == []
    watched.fail_writing(PolicyBlock(until=NOW + timedelta(hours=1), detail="spam"))
    assert len(written) == 1
    for _ in range(3):
        assert watched.held(WRITE) is not None
    assert len(written) == 1


def test_what_another_process_learned_is_not_undone(watched: Watched) -> None:
    other = Guarded(
        watched.network, database=watched.database, clock=watched.clock, chance=NoJitter()
    )
    watched.channel.hide("1")
    watched.network.fail("post", PolicyBlock(until=NOW + timedelta(hours=24), detail="spam"))
    with pytest.raises(PolicyBlock):
        other.post(REPLY)
    watched.fail_writing(Unknown("reset by peer"))
    assert isinstance(watched.held(WRITE), PolicyBlock)
    row = watched.row(WRITE)
    assert row is not None
    assert (row.cause, row.blocked_until) == (Cause.POLICY, NOW + timedelta(hours=24))


def test_a_database_that_takes_nothing_never_hides_what_the_call_brought(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    watched.fail_writing(Unknown("reset by peer"))
    with watched.database.write() as session:
        session.execute(text("DROP TABLE breakers"))
    posted = watched.channel.post(REPLY)
    assert posted.external_id == "x-reply-1"
    assert "in memory only" in caplog.text
    watched.fail_writing(*_doubts())
    assert isinstance(watched.held(WRITE), Unavailable)


def test_the_rows_say_why_and_since_when(watched: Watched) -> None:
    watched.clock.advance(minutes=3)
    watched.fail_reading(AuthFailed("make a new token"), AuthFailed("make a new token"))
    with watched.database.read() as session:
        rows = session.scalars(select(Breaker).order_by(Breaker.operation)).all()
    assert [(row.operation, row.cause, row.reason, row.changed_at) for row in rows] == [
        (READ, Cause.AUTH, "make a new token", watched.clock.now),
        (WRITE, Cause.AUTH, "make a new token", watched.clock.now),
    ]


# Together with the pollers


def test_a_stream_that_was_held_back_waits_for_the_network_and_has_not_failed(
    watched: Watched,
) -> None:
    poller = Poller(
        database=watched.database,
        languages=("en",),
        answerable=timedelta(hours=24),
        clock=watched.clock,
    )
    watched.network.fail("lookup", RateLimited(until=NOW + timedelta(minutes=15)))
    with pytest.raises(RateLimited):
        watched.channel.lookup(["1"])
    (polled,) = poller.poll(watched.channel)
    assert "rate limit until 2026-03-02 09:15:00" in polled.error
    with watched.database.read() as session:
        cursor = session.get_one(Cursor, ("x", "mentions"))
    assert (cursor.failures, cursor.not_before) == (0, NOW + timedelta(minutes=15))
    watched.clock.advance(minutes=15)
    (polled,) = poller.poll(watched.channel)
    assert (polled.error, polled.waiting) == ("", False)


# Whatever happens, in whatever order


@dataclass(frozen=True)
class Starts:
    """A call wants to go out."""

    operation: Operation


@dataclass(frozen=True)
class Ends:
    """A call under way ends: the oldest (0) or a newer one."""

    which: int
    outcomes: Outcomes


@dataclass(frozen=True)
class Passes:
    """Seconds go by."""

    seconds: int


def _told(cause: Cause) -> st.SearchStrategy[Told]:
    moments = st.sampled_from([0, 30, 300, 1000, 86_400]).map(lambda s: NOW + timedelta(seconds=s))
    return st.builds(Told, cause=st.just(cause), until=moments, reason=st.just("told"))


OUTCOMES: st.SearchStrategy[Outcome] = st.one_of(
    st.just(Answered()),
    st.just(Failed(reason="503")),
    st.just(NotLetIn(reason="401")),
    _told(Cause.LIMIT),
    _told(Cause.POLICY),
)
STEPS = st.one_of(
    st.builds(Starts, st.sampled_from(Operation)),
    st.builds(Ends, st.integers(0, 3), st.dictionaries(st.sampled_from(Operation), OUTCOMES)),
    st.builds(Passes, st.sampled_from([0, 1, 59, 60, 75, 300, 900])),
)
BEFORE = st.sampled_from(
    [
        Circuit(),
        Circuit(cause=Cause.TROUBLE, failures=4, first_failure_at=NOW),
        Circuit(cause=Cause.TROUBLE, blocked_until=NOW, failures=5, first_failure_at=NOW, opened=9),
        Circuit(cause=Cause.AUTH, blocked_until=NOW),
        Circuit(cause=Cause.LIMIT, blocked_until=NOW),
        Circuit(cause=Cause.TROUBLE, blocked_until=NOW + timedelta(seconds=60)),
    ]
)


@given(
    read=BEFORE,
    write=BEFORE,
    steps=st.lists(STEPS, min_size=5, max_size=40),
    jitters=st.randoms(use_true_random=False),
)
@hypothesis_settings(max_examples=400)
def test_there_are_never_two_probes_nor_long_waits_for_failures_nor_words_cut_short(
    read: Circuit, write: Circuit, steps: list[Starts | Ends | Passes], jitters: random.Random
) -> None:
    now = NOW
    circuits: Circuits = {READ: read, WRITE: write}
    under_way: list[Operation | None] = [None, None]  # of each call, the operation that it probes
    said = dict.fromkeys(Operation, NOW)  # until when the network wants to be left alone
    for step in steps:
        if isinstance(step, Passes):
            now += timedelta(seconds=step.seconds)
        elif isinstance(step, Starts):
            entered = breaker.enter(circuits[step.operation], now)
            if entered is not None:
                circuits = {**circuits, step.operation: entered}
                under_way.append(step.operation if entered.probing else None)
        elif under_way:
            for operation, outcome in step.outcomes.items():
                if isinstance(outcome, Told):
                    said[operation] = max(said[operation], outcome.until)
            probe = under_way.pop(step.which % len(under_way))
            jitter = MOST_JITTER * jitters.random()
            circuits = breaker.leave_both(circuits, step.outcomes, now, probe=probe, jitter=jitter)
        for operation, circuit in circuits.items():
            probes = under_way.count(operation)
            assert probes <= 1
            assert circuit.probing == bool(probes), "else nobody would ever ask again"
            _holds(circuit, said[operation], now)


def _holds(circuit: Circuit, said: datetime, now: datetime) -> None:
    if circuit.is_open(now):
        assert circuit.blocked_until is not None
        assert circuit.blocked_until <= max(now + LONGEST_WAIT, said)
    if now < said:
        assert circuit.is_open(now)


@given(jitter=st.floats(0, 1), opened=st.integers(0, 10_000))
def test_no_wait_for_failures_is_longer_than_a_quarter_of_an_hour(
    jitter: float, opened: int
) -> None:
    half_open = Circuit(cause=Cause.TROUBLE, blocked_until=NOW, opened=opened, failures=5)
    probing = breaker.enter(half_open, NOW)
    assert probing == replace(half_open, probing=True)
    again = breaker.leave(
        probing, Failed(reason="503"), NOW, probe=True, jitter=MOST_JITTER * jitter
    )
    assert again.blocked_until is not None
    assert timedelta(seconds=60) <= again.blocked_until - NOW <= LONGEST_WAIT
