"""What stands in which list; and whatever happens, nothing falls between them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from listener.models import OPEN, Mention
from responder.approve import Blocked, Conflict, approve, reject
from responder.bot import Bot
from responder.draft import draft_round
from responder.handling.assign import assign, assign_round
from responder.handling.duty import on_duty_on, read_presence
from responder.handling.lists import (
    NOBODY,
    OF_DRAFTS,
    Filters,
    Onlooker,
    View,
    count_drafts,
    drafts_of,
    ids_of,
)
from responder.handling.models import Assignment, Snooze
from responder.handling.snooze import snooze
from responder.models import LIVE_REPLY, OPEN_DRAFT, Draft, Reply
from responder.team import accounts
from responder.team.models import Agent, Role
from sentiment.phase import Phase
from sentiment.prioritize import Level
from sentiment.score import Sentiment
from tests.factories import (
    FakeChannel,
    Watch,
    incoming,
    make_agent,
    make_bot,
    make_draft,
    make_mention,
)


@pytest.fixture
def bot(tmp_path: Path) -> Bot:
    return make_bot(tmp_path)


def looks(bot: Bot, session: Session, agent_id: str | None = None) -> Onlooker:
    presence = read_presence(bot, session, bot.clock())
    return Onlooker(sight=true(), agent_id=agent_id, presence=presence)


def waits(bot: Bot, **changes: object) -> str:
    """Returns the mention's id."""
    escalated = changes.pop("escalated", "")
    with bot.database.write() as session:
        mention = make_mention(session, **changes)
        make_draft(session, mention, escalated=escalated)
        return mention.id


def shown(bot: Bot, view: View, agent_id: str | None = None, **narrow: object) -> list[str]:
    """The mentions of a list, page by page, three at a time."""
    found: list[str] = []
    after, more = "", True
    while more:
        with bot.database.read() as session:
            filters, who = Filters(**narrow), looks(bot, session, agent_id)  # type: ignore[arg-type]
            rows, after = drafts_of(session, view, filters, who, limit=3, after=after)
        found += [row.draft.mention_id for row in rows]
        more = bool(after)
    return found


def test_the_most_urgent_come_first_over_all_pages(bot: Bot) -> None:
    chance, now = Random(7), bot.clock()
    wanted = []
    for _ in range(11):
        due_at = now + timedelta(minutes=chance.randrange(3))
        points = float(chance.randrange(3))
        wanted.append((due_at, -points, waits(bot, due_at=due_at, points=points)))
    assert shown(bot, View.APPROVE) == [key for *_, key in sorted(wanted)]


def test_a_crowd_is_one_row_and_each_of_it_when_asked_for(bot: Bot) -> None:
    crowd = [waits(bot, likeness="a" * 32) for _ in range(5)]
    others = [
        waits(bot, likeness="a" * 32, language="it"),
        waits(bot, likeness="a" * 32, channel="facebook"),
        waits(bot, likeness=""),
        waits(bot, likeness=""),
    ]
    found = shown(bot, View.APPROVE)
    assert sorted(found) == sorted([crowd[0], *others])
    assert shown(bot, View.APPROVE, like="a" * 32, channel="x", language="en") == crowd
    with bot.database.read() as session:
        who = looks(bot, session)
        rows, _ = drafts_of(session, View.APPROVE, Filters(), who, limit=50)
        assert {row.draft.mention_id: row.crowd for row in rows}[crowd[0]] == 5
        assert len(ids_of(session, View.APPROVE, Filters(like="a" * 32), who, limit=50)) == 7


def test_every_filter_narrows_and_none_lets_others_through(bot: Bot) -> None:
    with bot.database.write() as session:
        bo = make_agent(session, name="bo", role=Role.APPROVER).id
    wanted: dict[str, object] = {
        "channel": "facebook",
        "language": "it",
        "sentiment": Sentiment.NEGATIVE,
        "phase": Phase.RETIREMENT,
        "priority": Level.P2,
    }
    narrow: dict[str, object] = {**wanted, "topic": "refund", "q": "παραγγελία", "owner": bo}
    text = "Πού είναι η ΠΑΡΑΓΓΕΛΊΑ μου;"
    one = waits(bot, **wanted, topics=["delivery", "refund"], text=text)
    other = waits(bot, topics=["refunds"], text="100% sure_ly another")
    assign(bot, one, to=bo, by="anna")
    for name, value in narrow.items():
        assert shown(bot, View.APPROVE, None, **{name: value}) == [one], name
    assert shown(bot, View.APPROVE, languages=("pl", "en")) == [other]
    assert shown(bot, View.APPROVE, owner=NOBODY) == [other]
    for words in ("100%", "SURE_LY", "giulia rossi"):
        assert other in shown(bot, View.APPROVE, q=words)
    assert shown(bot, View.APPROVE, q="1%0") == shown(bot, View.APPROVE, topic="%") == []


def test_each_list_holds_its_own_and_the_counts_say_so(bot: Bot) -> None:
    now = bot.clock()
    with bot.database.write() as session:
        bo = make_agent(session, name="bo", role=Role.APPROVER).id
    plain, hand, mine = waits(bot), waits(bot, status="by_hand"), waits(bot)
    up, late = waits(bot, escalated="a threat"), waits(bot, due_at=now - timedelta(minutes=5))
    sleeps = waits(bot, escalated="a threat", due_at=now - timedelta(minutes=5))
    snooze(bot, sleeps, until=now + timedelta(hours=1), for_answer=False, by="anna")
    for one in (plain, hand, mine, up, late):
        assign(bot, one, to=bo, by="anna")
    lists = {view: set(shown(bot, view, bo)) for view in OF_DRAFTS}
    assert lists == {
        View.APPROVE: {plain, mine, up, late},
        View.BY_HAND: {hand},
        View.SNOOZED: {sleeps},
        View.MINE: {plain, hand, mine, up, late},
        View.ESCALATED: {up},
        View.SLIPPING: {late, sleeps},
    }
    with bot.database.read() as session:
        counts = count_drafts(session, looks(bot, session, bo))
        there = on_duty_on(bot, session, now)
    assert counts == {view: len(held) for view, held in lists.items()}
    assert [one.name for one in there] == ["bo"]


class Day:
    """A small team's day, deed by deed."""

    NAMES = ("anna", "bo", "cleo")
    HOURS = ("", "Mon-Sun 08:00-12:00", "Mon-Sun 22:00-06:00")

    def __init__(self, folder: Path) -> None:
        self.watch = Watch()
        self.network = FakeChannel("x", clock=self.watch)
        self.bot = make_bot(folder, channels=[self.network], clock=self.watch)
        with self.bot.database.write() as session:
            for name, hours in zip(self.NAMES, self.HOURS, strict=True):
                make_agent(session, name=name, role=Role.APPROVER, hours=hours)

    def run(self, deed: str, number: int) -> None:
        with suppress(Conflict, Blocked):
            work: Callable[[int], object] = getattr(self, deed)
            work(number)
        self.bot.poller.poll(self.network)
        draft_round(self.bot)

    def customer_writes(self, number: int) -> None:
        key, texts = f"m{len(self.network.feed)}", ("Where is my parcel?", "It came broken!")
        item = incoming(key, texts[number % 2], created_at=self.watch.now, conversation="thread")
        self.network.feed.append(item)

    def customer_edits(self, number: int) -> None:
        if not self.network.feed:
            return
        old = self.network.feed[number % len(self.network.feed)]
        new = incoming(
            old.external_id,
            f"{old.text} Please hurry.",
            created_at=old.created_at,
            conversation="thread",
            revision_id=f"{old.revision_id}+",
        )
        self.network.feed.append(new)

    def time_passes(self, number: int) -> None:
        self.watch.advance(minutes=(5, 45, 400)[number % 3])

    def round_gives_out(self, _: int) -> None:
        assign_round(self.bot)

    def somebody_takes(self, number: int) -> None:
        if draft := self._some_draft(number):
            with self.bot.database.read() as session:
                name = self.NAMES[number % 3]
                key = session.scalars(select(Agent.id).where(Agent.name == name)).one()
            assign(self.bot, draft.mention_id, to=key if number % 4 else None, by=name)

    def somebody_snoozes(self, number: int) -> None:
        if draft := self._some_draft(number):
            until = self.watch.now + timedelta(hours=1 + number % 5)
            snooze(self.bot, draft.mention_id, until=until, for_answer=number % 2 == 0, by="anna")

    def somebody_approves(self, number: int) -> None:
        if draft := self._some_draft(number):
            everything = frozenset({str(finding["rule"]) for finding in draft.findings})
            approve(self.bot, draft.id, version=draft.version, by="bo", confirm=everything)

    def somebody_rejects(self, number: int) -> None:
        if draft := self._some_draft(number):
            reject(self.bot, draft.id, version=draft.version, reason="", by="bo")

    def an_account_closes(self, number: int) -> None:
        accounts.disable(self.bot.database, self.NAMES[number % 3], self.watch.now)

    def it_gets_urgent(self, number: int) -> None:
        if draft := self._some_draft(number):
            with self.bot.database.write() as session:
                session.get_one(Mention, draft.mention_id).priority = Level.P1

    def _some_draft(self, number: int) -> Draft | None:
        with self.bot.database.read() as session:
            drafts = session.scalars(
                select(Draft).where(OPEN_DRAFT, Draft.status == "pending").order_by(Draft.id)
            ).all()
        return drafts[number % len(drafts)] if drafts else None

    def nothing_slips(self) -> None:
        """Every open mention stands in exactly one place, and is counted if it slips."""
        homes = (View.APPROVE, View.BY_HAND, View.SNOOZED)
        held = {view: set(shown_by_draft(self.bot, view)) for view in (*homes, View.SLIPPING)}
        now = self.watch.now
        with self.bot.database.read() as session:
            for mention in session.scalars(select(Mention).where(Mention.status.in_(OPEN))):
                places = [view for view in homes if mention.id in held[view]]
                leaving = select(Reply.id).where(Reply.mention_id == mention.id, LIVE_REPLY)
                under_way = session.scalar(leaving.limit(1)) is not None
                assert len(places) + under_way == 1, (mention.status, places, under_way)
                if not places:
                    continue
                if places == [View.SNOOZED]:
                    assert session.get_one(Snooze, mention.id).until > now
                    assert mention.priority is not Level.P1
                slips = mention.due_at < now or not self._is_owned(session, mention)
                assert (mention.id in held[View.SLIPPING]) is slips
            counts = count_drafts(session, looks(self.bot, session))
        assert counts[View.SLIPPING] == len(held[View.SLIPPING])

    def _is_owned(self, session: Session, mention: Mention) -> bool:
        """As a person would say it, not as the query does."""
        row = session.get(Assignment, mention.id)
        if row is None or row.agent.disabled_at is not None:
            return False
        hour = self.watch.now.astimezone(self.bot.zone).hour
        there = {"anna": True, "bo": 8 <= hour < 12, "cleo": hour >= 22 or hour < 6}
        just_taken = row.by == row.agent.name and self.watch.now - row.since < timedelta(hours=1)
        return there[row.agent.name] or just_taken


def shown_by_draft(bot: Bot, view: View) -> list[str]:
    with bot.database.read() as session:
        ids = [key for key, _ in ids_of(session, view, Filters(), looks(bot, session), limit=999)]
        return list(session.scalars(select(Draft.mention_id).where(Draft.id.in_(ids))))


DEEDS = (
    "customer_writes", "customer_edits", "time_passes", "round_gives_out", "somebody_takes",
    "somebody_snoozes", "somebody_approves", "somebody_rejects", "an_account_closes",
    "it_gets_urgent",
)  # fmt: skip


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 11)), min_size=4, max_size=14))
def test_whatever_happens_every_open_mention_has_its_place(deeds: list[tuple[str, int]]) -> None:
    with TemporaryDirectory() as folder:
        day = Day(Path(folder))
        day.run("customer_writes", 0)
        for deed, number in deeds:
            day.run(deed, number)
            day.nothing_slips()
        assign_round(day.bot)
        day.nothing_slips()
        day.bot.database.close()
