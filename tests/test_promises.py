"""The promises, in any order of events: customers write and edit, people approve, pause and answer
in the app, networks lose answers, the process is killed, time passes."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)
from sqlalchemy import select

from listener.channels.base import Incoming, Outgoing, Page, Posted, Written
from listener.channels.errors import RateLimited, Unavailable, Unknown
from listener.channels.metering import Use
from listener.models import Mention, MentionStatus, OwnPost
from responder.approve import Blocked, Conflict, approve, edit, hide, reject, take_back
from responder.draft import draft_round
from responder.models import (
    Approval,
    Draft,
    DraftStatus,
    PauseLevel,
    Reply,
    ReplyStatus,
)
from responder.outbox import text_hash
from responder.outside import outside_round
from responder.pause import lift_pause, set_pause
from responder.post import post_round
from responder.settle import recover, settle_by_human
from tests.factories import FakeChannel, Watch, incoming, make_auto_rule, make_bot

_TEXTS = ("Where is my parcel?", "Thank you so much!", "It came broken.")


class Killed(BaseException):
    """SIGKILL, as far as one thread can tell."""


class Fate(StrEnum):
    """What happens to one post."""

    FINE = "fine"
    LOST = "it never arrived, and nobody says so"
    UNHEARD = "it stands, and nobody says so"
    TOO_MUCH = "the network wants to be left alone"
    KILLED = "we die before the network stores it"
    KILLED_AFTER = "we die after the network stored it"


class Network(FakeChannel):
    """It may kill its caller before or after it stored a post, or keep its answer to itself."""

    def __init__(self, clock: Watch) -> None:
        super().__init__(clock=clock, auto_reply=True, sends_per_15_minutes=10_000)
        self.watch = clock
        self.slowness = 0  # seconds a call takes; 600: the machine slept in it
        self.fates: list[Fate] = []  # of the coming posts

    def lookup(
        self, external_ids: Sequence[str], *, use: Use = Use.OWN
    ) -> Mapping[str, Incoming | None]:
        self.watch.advance(seconds=self.slowness)
        return super().lookup(external_ids, use=use)

    def post(self, reply: Outgoing) -> Posted:
        self.watch.advance(seconds=self.slowness)
        fate = self.fates.pop(0) if self.fates else Fate.FINE
        if fate is Fate.KILLED:
            raise Killed
        if fate is Fate.LOST:
            raise Unknown("the connection broke")
        if fate is Fate.TOO_MUCH:
            raise RateLimited(until=self._clock() + timedelta(minutes=3))
        posted = super().post(reply)
        if fate is Fate.KILLED_AFTER:
            raise Killed
        if fate is Fate.UNHEARD:
            raise Unknown("the connection broke")
        return posted

    def own_replies(self, reply: Outgoing, since: object) -> list[Written]:
        """Lags behind as much as the bot allows for."""
        self.watch.advance(seconds=self.slowness)
        lag = timedelta(seconds=self.options.read_lag_seconds)
        found = super().own_replies(reply, since)  # type: ignore[arg-type]
        return [written for written in found if written.posted_at + lag <= self._clock()]

    def fetch(self, stream: str, position: str | None) -> Page:
        """All of it at every poll: edits and deletions of any age are seen."""
        self._trouble("fetch")
        left = [item for item in self.feed if self.shown[item.external_id] is not None]
        return Page(items=tuple(left), position="")


class Promises(RuleBasedStateMachine):
    mentions = Bundle("mentions")

    @initialize(target=mentions)
    def begin(self) -> Any:
        """Three customers wait, and their answers are approved: now let things happen."""
        self.folder = Path(tempfile.mkdtemp())
        self.clock = Watch()
        self.network = Network(self.clock)
        self.bot = make_bot(self.folder, channels=[self.network], clock=self.clock, undo_seconds=0)
        with self.bot.database.write() as session:
            make_auto_rule(session)
        self.paused = False
        self.posts_at_pause = 0
        self.native: Counter[str] = Counter()
        self.hidden: set[str] = set()
        self.by_human: set[str] = set()
        begun = [self.somebody_writes(text) for text in _TEXTS]
        self.poll()
        self.somebody_approves_everything()
        return multiple(*begun)

    def teardown(self) -> None:
        if not hasattr(self, "bot"):
            return
        try:
            self.nothing_is_lost_in_the_end()
        finally:
            self.bot.database.close()
            shutil.rmtree(self.folder)

    # Customers

    @rule(
        target=mentions,
        text=st.sampled_from(_TEXTS),
    )
    def somebody_writes(self, text: str) -> str:
        key = f"m{len(self.network.feed)}"
        item = incoming(key, f"{text} {key}", created_at=self.clock())
        self.network.feed.append(item)
        self.network.shown[key] = item
        return key

    @rule(key=mentions)
    def the_author_edits(self, key: str) -> None:
        old = self.network.shown[key]
        if old is None:
            return
        version = len(old.revision_id.removeprefix(key)) + 1
        new = incoming(
            key,
            f"{old.text} Please hurry.",
            created_at=old.created_at,
            revision_id=key + "b" * version,
            answer_under=old.answer_under,
        )
        self.network.shown[key] = new
        self.network.feed[int(key[1:])] = new

    @rule(key=mentions)
    def the_author_deletes(self, key: str) -> None:
        self.network.shown[key] = None

    # People of the team

    @rule(key=mentions)
    def a_colleague_answers_in_the_app(self, key: str) -> None:
        self.native[key] += 1
        written = Written(
            external_id=f"native-{key}-{self.native[key]}",
            text="Solved by phone",
            posted_at=self.clock(),
            in_reply_to=key,
        )
        self.network.by_colleagues.append(written)
        with self.bot.database.write() as session:
            session.add(
                OwnPost(
                    channel="x",
                    external_id=written.external_id,
                    in_reply_to=key,
                    text=written.text,
                    posted_at=written.posted_at,
                    heard_at=self.clock(),
                )
            )

    @rule()
    def somebody_approves_everything(self) -> None:
        with self.bot.database.read() as session:
            pending = session.scalars(
                select(Draft).where(Draft.status == DraftStatus.PENDING).order_by(Draft.id)
            ).all()
        for draft in pending:
            with suppress(Conflict, Blocked):
                approve(self.bot, draft.id, version=draft.version, by="anna", confirm=_ANYTHING)

    @rule(rounds=st.data())
    def somebody_decides(self, rounds: st.DataObject) -> None:
        with self.bot.database.read() as session:
            drafts = session.scalars(
                select(Draft).where(Draft.status == DraftStatus.PENDING).order_by(Draft.id)
            ).all()
        if not drafts:
            return
        draft = rounds.draw(st.sampled_from(drafts))
        what = rounds.draw(
            st.sampled_from(["approve", "approve", "approve", "change", "edit", "reject"])
        )
        try:
            if what == "approve":
                approve(self.bot, draft.id, version=draft.version, by="anna", confirm=_ANYTHING)
            elif what == "change":
                approve(
                    self.bot,
                    draft.id,
                    version=draft.version,
                    by="anna",
                    text=f"Other words. {draft.text}",
                    confirm=_ANYTHING,
                )
            elif what == "edit":
                edit(self.bot, draft.id, version=draft.version, text=f"{draft.text} Bye!", by="bo")
            else:
                reject(self.bot, draft.id, version=draft.version, reason="no", by="bo")
        except (Conflict, Blocked):
            pass

    @rule()
    def somebody_hides_a_mention(self) -> None:
        with self.bot.database.read() as session:
            found = session.scalar(
                select(Mention).where(Mention.status == MentionStatus.DRAFTED).limit(1)
            )
        if found is not None:
            hide(self.bot, found.id, by="anna")
            self.hidden.add(found.external_id)

    @rule()
    def somebody_looks_for_a_reply_in_doubt(self) -> None:
        """And says what the network shows: refused while it may not show it yet."""
        with self.bot.database.read() as session:
            reply = session.scalar(
                select(Reply).where(Reply.status == ReplyStatus.UNKNOWN).limit(1)
            )
            if reply is None:
                return
            key = reply.mention.external_id
        lag = timedelta(seconds=self.network.options.read_lag_seconds)
        stands = any(
            sent.mention_id == key and posted.posted_at + lag <= self.clock()
            for sent, posted in self.network.posts
        )
        with suppress(LookupError):
            settle_by_human(self.bot, reply.id, stands=stands, by="anna")
            self.by_human |= {key} if stands else set()

    @rule()
    def somebody_takes_back_what_is_queued(self) -> None:
        with self.bot.database.read() as session:
            queued = session.scalar(
                select(Reply).where(Reply.status == ReplyStatus.QUEUED).limit(1)
            )
        if queued is not None:
            take_back(self.bot, queued.id, by="anna")

    @precondition(lambda self: not self.paused)
    @rule(level=st.sampled_from([PauseLevel.SEND, PauseLevel.ALL]))
    def pause(self, level: PauseLevel) -> None:
        set_pause(self.bot.database, channel="", level=level, by="anna", now=self.clock())
        self.paused, self.posts_at_pause = True, len(self.network.posts)

    @precondition(lambda self: self.paused)
    @rule()
    def resume(self) -> None:
        lift_pause(self.bot.database, channel="", by="anna", now=self.clock())
        self.paused = False

    # The world

    @rule(method=st.sampled_from(["fetch", "lookup", "own_replies"]))
    def the_next_reading_fails(self, method: str) -> None:
        self.network.fail(method, Unavailable("no answer"))

    @rule(seconds=st.sampled_from([0, 0, 4, 24, 600]))
    def calls_take_so_long(self, seconds: int) -> None:
        self.network.slowness = seconds

    @rule(seconds=st.sampled_from([1, 3, 20, 46, 200]))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds=seconds)

    # The bot

    @rule()
    def poll(self) -> None:
        self.bot.poller.poll(self.network)
        draft_round(self.bot)

    @rule(
        fates=st.lists(st.sampled_from(Fate), min_size=1, max_size=4),
        waits=st.lists(st.sampled_from([0, 1, 20, 46, 200]), min_size=2, max_size=3),
    )
    def post(self, fates: list[Fate], waits: list[int]) -> None:
        """A few rounds, each after so many seconds, and what happens to the posts they make."""
        self.network.fates = list(fates)
        for wait in waits:
            self.clock.advance(seconds=wait)
            self._post_round()

    def _post_round(self) -> None:
        try:
            post_round(self.bot, "x")
            outside_round(self.bot, "x")
        except Killed:
            # A new process: it recovers, and knows nothing but what is on disk.
            self.bot.__dict__.pop("sender", None)
            recover(self.bot)

    # The promises

    @invariant()
    def nobody_is_answered_twice(self) -> None:
        if hasattr(self, "network"):
            under = Counter(sent.mention_id for sent, _ in self.network.posts)
            assert all(count == 1 for count in under.values()), under

    @invariant()
    def nothing_leaves_while_paused(self) -> None:
        if getattr(self, "paused", False):
            assert len(self.network.posts) == self.posts_at_pause

    @invariant()
    def only_approved_words_stand_on_the_network(self) -> None:
        if not hasattr(self, "bot"):
            return
        with self.bot.database.read() as session:
            allowed = set(session.scalars(select(Approval.text_hash)))
        assert {text_hash(sent.text) for sent, _ in self.network.posts} <= allowed

    def nothing_is_lost_in_the_end(self) -> None:
        """Left alone on a good day, every mention has an answer, or somebody who must act."""
        self.network._errors.clear()
        self.network.fates.clear()
        self.network.slowness = 0
        lift_pause(self.bot.database, channel="", by="anna", now=self.clock())
        self.paused = False
        for _ in range(12):
            self.clock.advance(minutes=6)
            self.bot.poller.poll(self.network)
            draft_round(self.bot)
            post_round(self.bot, "x")
            outside_round(self.bot, "x")
        self.nobody_is_answered_twice()
        with self.bot.database.read() as session:
            open_replies = session.scalars(
                select(Reply).where(
                    Reply.status.in_((ReplyStatus.QUEUED, ReplyStatus.SENDING, ReplyStatus.UNKNOWN))
                )
            ).all()
            assert not open_replies, [(reply.status, reply.reason) for reply in open_replies]
            heard = {mention.external_id: mention for mention in session.scalars(select(Mention))}
            assert set(heard) >= {key for key, item in self.network.shown.items() if item}
            with_a_draft = set(
                session.scalars(select(Draft.mention_id).where(Draft.status == DraftStatus.PENDING))
            )
            sent = {
                reply.mention_id: reply
                for reply in session.scalars(select(Reply).where(Reply.status == ReplyStatus.SENT))
            }
        # Of a reply that a human saw, the bot does not know the id.
        on_the_network = {
            posted.external_id
            for reply, posted in self.network.posts
            if reply.mention_id not in self.by_human
        }
        assert {reply.external_id for reply in sent.values() if reply.external_id} == on_the_network
        for mention in heard.values():
            settled = mention.status not in (MentionStatus.NEW, MentionStatus.DRAFTED)
            assert settled or mention.id in with_a_draft, (mention.external_id, mention.status)
            assert (mention.status is MentionStatus.ANSWERED) == (mention.id in sent)


_ANYTHING = frozenset(f"R{number:02d}" for number in range(60))


class ManyPromises(Promises):
    """The same in many more orders."""


def so_often(examples: int) -> settings:
    return settings(
        max_examples=examples,
        # Without shrinking: it takes many minutes here, and the steps read like a story anyway.
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        stateful_step_count=30,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )


Promises.TestCase.settings = so_often(15)
ManyPromises.TestCase.settings = so_often(100)
TestPromises = Promises.TestCase
TestManyPromises = pytest.mark.real(ManyPromises.TestCase)
