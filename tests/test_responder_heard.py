"""The mentions behind a number: the very ones that are counted, newest first, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects import sqlite

from config.database import Database
from listener.models import Mention
from listener.trends.counts import sums
from listener.trends.models import Rollup
from listener.trends.scope import Scope
from listener.trends.steps import By
from responder.heard import stretches as counted
from responder.heard.listing import behind, every_mention, read_mentions
from responder.heard.stretches import Stretch, stretches
from responder.heard.wanted import Wanted
from responder.models import DraftStatus
from responder.paging import BadCursor
from sentiment.phase import Phase
from sentiment.rivals import WITHOUT_US
from sentiment.score import Sentiment
from tests.factories import (
    ROME,
    make_author,
    make_conversation,
    make_database,
    make_draft,
    make_mention,
)

START = datetime(2026, 3, 25, tzinfo=UTC)
NOW = START + timedelta(days=14)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = make_database(tmp_path)
    yield database
    database.close()


def wanted(**changes: Any) -> Wanted:
    return replace(Wanted(start=START, end=NOW, zone=ROME), **changes)


def ids(database: Database, asked: Wanted, limit: int = 50) -> list[str]:
    """Every page, one after the other."""
    found, after = list[str](), ""
    while True:
        page = read_mentions(database, asked, now=NOW, limit=limit, after=after)
        assert len(page.mentions) <= limit
        found += [one.id for one in page.mentions]
        after = page.next
        if not after:
            return found


MINUTES = st.integers(0, 14 * 24 * 60)
SAID = st.fixed_dictionaries(
    {
        "created_at": MINUTES.map(lambda minutes: START + timedelta(minutes=minutes)),
        "channel": st.sampled_from(["x", "facebook"]),
        "language": st.sampled_from(["it", "el"]),
        "sentiment": st.sampled_from(Sentiment),
        "phase": st.sampled_from([Phase.OWNERSHIP, Phase.UNKNOWN]),
        "topics": st.lists(st.sampled_from(["delivery", "size"]), max_size=2, unique=True),
        "aspects": st.lists(st.just("wish fit Größe"), max_size=1),
        "rivals": st.sampled_from([[], ["Alpina"], ["Alpina", WITHOUT_US]]),
        "acquainted": st.booleans(),
        "private": st.booleans(),
        "text": st.sampled_from(["Wo ist mein Paket?", "Πού είναι το δέμα;"]),
    }
)
ASKED = st.fixed_dictionaries(
    {},
    optional={
        "start": MINUTES.map(lambda minutes: START + timedelta(minutes=minutes)),
        "channel": st.sampled_from(["x", "facebook", "nope"]),
        "language": st.just("it"),
        "sentiment": st.sampled_from(Sentiment),
        "phase": st.just(Phase.OWNERSHIP),
        "topic": st.just("delivery"),
        "facet": st.sampled_from(["aspect:wish fit Größe", "topic:size"]),
        "q": st.sampled_from(["paket", "δέμα", "Giulia", "100%"]),
        "weekday": st.integers(0, 6),
        "hour": st.integers(0, 23),
        "acquainted": st.booleans(),
        "ours": st.just(True),
        "private": st.just(False),
        "channels": st.just(frozenset({"facebook"})),
    },
)


def is_wanted(one: Mention, asked: Wanted) -> bool:
    """By hand, from what the words of the filters mean."""
    local = one.created_at.astimezone(ROME)
    kind, _, value = asked.facet.partition(":")
    return (
        (asked.start <= one.created_at < asked.end if asked.only is None else one.id in asked.only)
        and asked.channel in ("", one.channel)
        and (asked.channels is None or one.channel in asked.channels)
        and asked.language in ("", one.language)
        and asked.sentiment in (None, one.sentiment)
        and asked.phase in (None, one.phase)
        and (not asked.topic or asked.topic in one.topics)
        and (not kind or value in {"topic": one.topics, "aspect": one.aspects}[kind])
        and asked.q.lower() in f"{one.text} Giulia Rossi giulia".lower()
        and asked.weekday in (None, local.weekday())
        and asked.hour in (None, local.hour)
        and asked.acquainted in (None, one.acquainted)
        and (asked.private or not one.private)
        and not (asked.ours and WITHOUT_US in one.rivals)
    )


@settings(max_examples=60)
@given(
    said=st.lists(SAID, max_size=12),
    asked=ASKED,
    limit=st.integers(1, 5),
    only=st.none() | st.sets(st.integers(0, 11)),
)
def test_every_page_together_is_what_a_look_at_each_mention_finds(
    tmp_path_factory: pytest.TempPathFactory,
    said: list[dict[str, Any]],
    asked: dict[str, Any],
    limit: int,
    only: set[int] | None,
) -> None:
    database = make_database(tmp_path_factory.mktemp("heard"))
    try:
        with database.write() as session:
            author, thread = make_author(session), make_conversation(session)
            for one in said:
                make_mention(session, author=author, conversation=thread, **one)
        question = wanted(**asked) if asked.get("start", START) < NOW else wanted()
        with database.read() as session:
            every = session.scalars(select(Mention)).all()
        if only is not None:
            chosen = frozenset(one.id for place, one in enumerate(every) if place in only)
            question = replace(question, only=chosen)
        right = [one for one in every if is_wanted(one, question)]
        right.sort(key=lambda one: (one.created_at, one.id), reverse=True)
        assert ids(database, question, limit) == [one.id for one in right]
        total = read_mentions(database, question, now=NOW, limit=limit).total
        if total is not None and (question.private or question.only is not None):
            assert total == len(right)
    finally:
        database.close()


def test_a_number_and_its_list_are_of_one_mind(database: Database) -> None:
    with database.write() as session:
        for number in range(70):
            make_mention(
                session,
                created_at=START + timedelta(hours=5 * number),
                topics=["size"] if number % 3 else ["delivery"],
            )
    scope = Scope(start=START, end=NOW, by=By.DAY, zone=ROME, topic="size")
    with database.read() as session:
        counted = sum(one.mentions for one in sums(session, scope).values())
    found = ids(database, wanted(topic="size"))
    assert len(found) == counted == 45
    csv = every_mention(database, wanted(topic="size"), now=NOW, at_most=1000)
    assert [one.id for one in csv] == found
    assert len(list(every_mention(database, wanted(), now=NOW, at_most=7))) == 7


def test_words_are_looked_for_in_the_newest_and_that_is_said(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.write() as session:
        for day in range(10):
            make_mention(session, created_at=START + timedelta(days=day, hours=12))
    monkeypatch.setattr(counted, "SEARCHED", 3)
    found = read_mentions(database, wanted(q="parcel"), now=NOW, limit=50)
    assert len(found.mentions) == 3
    assert found.since == datetime(2026, 3, 31, 22, tzinfo=UTC)  # the midnight in Rome before
    assert read_mentions(database, wanted(), now=NOW, limit=50).since is None


def test_a_mention_leads_to_its_newest_draft(database: Database) -> None:
    with database.write() as session:
        mention = make_mention(session, created_at=START)
        other = make_mention(session, created_at=START)
        make_draft(session, mention, status=DraftStatus.REJECTED, created_at=START)
        newest = make_draft(session, mention, created_at=START + timedelta(hours=1)).id
    found = read_mentions(database, wanted(), now=NOW, limit=50)
    assert found.drafts == {mention.id: newest}
    assert other.id in {one.id for one in found.mentions}


@pytest.mark.parametrize("after", ["nope", "W10", "WyJ4IiwieSJd"])
def test_a_cursor_we_never_gave_out_is_refused(database: Database, after: str) -> None:
    with pytest.raises(BadCursor):
        read_mentions(database, wanted(), now=NOW, limit=5, after=after)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"channel": "x", "sentiment": Sentiment.NEGATIVE},
        {"channels": frozenset({"x", "facebook"}), "language": "it"},
        {"topic": "delivery", "facet": "aspect:wish fit Kestrel", "private": False},
        {"q": "parcel"},
    ],
)
def test_only_the_stretch_is_read_by_the_index_of_moments(
    database: Database, asked: dict[str, Any]
) -> None:
    stretch = Stretch(start=START, end=START + timedelta(days=1), mentions=5)
    query = behind(wanted(**asked), stretch, (NOW, "x")).limit(51)
    compiled = query.compile(
        dialect=sqlite.dialect(),
        compile_kwargs={"literal_binds": True},
    )
    plan = _plan(database, str(compiled))
    assert "ix_mentions_created_at (created_at>? AND created_at<?)" in plan
    assert "SCAN mentions" not in plan


def test_which_stretches_there_are_is_read_by_the_rollups_key(database: Database) -> None:
    with database.read() as session:
        before = session.scalar(select(func.count()).select_from(Rollup))
        assert stretches(session, wanted(channel="x", topic="delivery")) == []
    assert before == 0
    plan = _plan(
        database,
        "SELECT start, sum(mentions) FROM rollups WHERE grain = 'day' AND facet = 'topic:size' "
        "AND start >= '2026-03-01' AND start < '2026-04-01' GROUP BY start ORDER BY start DESC",
    )
    assert "PRIMARY KEY (grain=? AND facet=? AND start>? AND start<?)" in plan
    assert "TEMP B-TREE" not in plan


def test_what_is_counted_and_gone_since_is_no_fault(database: Database) -> None:
    with database.write() as session:
        make_mention(session, created_at=START)
    with database.write() as session:
        session.execute(delete(Mention))  # as no part of ours does: past the counting
    assert read_mentions(database, wanted(), now=NOW, limit=5).mentions == ()


def _plan(database: Database, statement: str) -> str:
    with database.read() as session:
        rows = session.execute(text(f"EXPLAIN QUERY PLAN {statement}"))
        return "\n".join(str(row[3]) for row in rows)
