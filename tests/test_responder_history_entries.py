"""What was decided: found, filtered and turned page by page, along the indexes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ColumnElement, text, true

from listener.models import Mention, MentionStatus
from responder.approve import answered_by_hand, approve, reject
from responder.bot import Bot
from responder.history.entries import Entry, Found, every_entry, read_entries
from responder.history.search import SEARCHED, Outcome, Search, drafts_of, replies_of
from responder.models import Approval, AuthorKind, Draft, DraftStatus, ReplyStatus
from responder.paging import BadCursor
from tests.factories import (
    NOW,
    FakeChannel,
    Watch,
    make_author,
    make_bot,
    make_draft,
    make_mention,
    make_reply,
)

SENT, FAILED = ReplyStatus.SENT, ReplyStatus.FAILED


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Bot]:
    found = make_bot(tmp_path, channels=[FakeChannel("x"), FakeChannel("facebook")])
    yield found
    found.database.close()


def replied(bot: Bot, minutes: int = 0, **changes: Any) -> str:
    """The draft of a reply that was settled so many minutes ago."""
    at = NOW - timedelta(minutes=minutes)
    mention = {key: changes.pop(key) for key in ("channel", "language", "name") if key in changes}
    said = changes.pop("said", "Where is my parcel?")
    with bot.database.write() as session:
        author = make_author(session, name=mention.pop("name", "Giulia Rossi"))
        row = make_mention(session, author=author, text=said, created_at=at, **mention)
        draft = make_draft(session, row, created_at=at, changed_at=at)
        values = {"status": SENT, "queued_at": at, "changed_at": at, "posted_at": at}
        make_reply(session, draft, **values | changes)
        return draft.id


def closed(bot: Bot, status: DraftStatus, minutes: int = 0, **changes: Any) -> str:
    at = NOW - timedelta(minutes=minutes)
    with bot.database.write() as session:
        return make_draft(session, status=status, created_at=at, changed_at=at, **changes).id


def find(bot: Bot, visible: ColumnElement[bool] | None = None, **search: Any) -> Found:
    seen = true() if visible is None else visible
    return read_entries(bot, seen, Search(**search), limit=50)


def ids(found: Found) -> list[str]:
    return [entry.draft.id for entry in found.entries]


def test_replies_and_closed_drafts_stand_in_one_list_newest_first(bot: Bot) -> None:
    sent = replied(bot, 5)
    rejected = closed(bot, DraftStatus.REJECTED, 4)
    failed = replied(bot, 3, status=FAILED, posted_at=None, reason="refused")
    expired = closed(bot, DraftStatus.EXPIRED, 2)
    closed(bot, DraftStatus.PENDING, 1)
    found = find(bot)
    assert ids(found) == [expired, failed, rejected, sent]
    assert [entry.outcome for entry in found.entries] == [
        Outcome.EXPIRED,
        Outcome.FAILED,
        Outcome.REJECTED,
        Outcome.SENT,
    ]
    assert found.next is None
    assert found.entries[1].reason == "refused"


@pytest.mark.parametrize("outcome", list(Outcome))
def test_each_outcome_alone(bot: Bot, outcome: Outcome) -> None:
    expected = {one: replied(bot, status=ReplyStatus(one.value)) for one in Outcome if _is(one)}
    for one in (DraftStatus.REJECTED, DraftStatus.WITHDRAWN, DraftStatus.EXPIRED):
        expected[Outcome(one.value)] = closed(bot, one, 7)
    assert ids(find(bot, outcome=outcome)) == [expected[outcome]]


def _is(outcome: Outcome) -> bool:
    return outcome.value in set(ReplyStatus)


def test_a_draft_that_went_with_its_reply_is_told_once(bot: Bot) -> None:
    draft_id = replied(bot, 5, status=FAILED, reason="the customer deleted the text")
    with bot.database.write() as session:
        draft = session.get_one(Draft, draft_id)
        draft.status, draft.changed_at = DraftStatus.WITHDRAWN, NOW - timedelta(minutes=5)
    assert [entry.outcome for entry in find(bot).entries] == [Outcome.FAILED]


def test_who_decided_is_told_and_looked_for(bot: Bot) -> None:
    with bot.database.write() as session:
        words = "Hello Giulia, we are looking into it.\n\n— the Larix team"
        mentions = [make_mention(session, text="My parcel is late again.") for _ in range(3)]
        drafts = [make_draft(session, mention, text=words) for mention in mentions]
    sent, rejected, by_hand = drafts
    approve(bot, sent.id, version=1, by="anna")
    reject(bot, rejected.id, version=1, reason="Needs no answer", by="bo")
    answered_by_hand(bot, by_hand.id, version=1, by="bo")
    by = {entry.draft.id: entry.by for entry in find(bot).entries}
    assert by == {sent.id: "anna", rejected.id: "bo", by_hand.id: "bo"}
    assert ids(find(bot, agent="anna")) == [sent.id]
    assert set(ids(find(bot, agent="bo"))) == {rejected.id, by_hand.id}
    assert not find(bot, agent="nobody").entries


def test_of_several_approvals_the_one_counts_that_let_it_leave(bot: Bot) -> None:
    draft_id = replied(bot, 30)
    with bot.database.write() as session:
        for minutes, who in ((40, "bo"), (30, "cara"), (10, "dora")):
            session.add(
                Approval(
                    draft_id=draft_id,
                    version=1,
                    text_hash="",
                    approved_by=who,
                    approved_at=NOW - timedelta(minutes=minutes),
                )
            )
    (entry,) = find(bot).entries
    assert entry.by == "cara"
    assert ids(find(bot, agent="cara")) == [draft_id]
    assert not find(bot, agent="bo").entries


def test_filters_narrow_together(bot: Bot) -> None:
    wanted = replied(bot, 10, channel="facebook", language="it", author_kind=AuthorKind.AUTO)
    replied(bot, 10, channel="facebook", language="it")
    replied(bot, 10, channel="facebook", language="en", author_kind=AuthorKind.AUTO)
    replied(bot, 10, language="it", author_kind=AuthorKind.AUTO)
    replied(bot, 99, channel="facebook", language="it", author_kind=AuthorKind.AUTO)
    found = find(
        bot,
        channel="facebook",
        language="it",
        author_kind=AuthorKind.AUTO,
        since=NOW - timedelta(minutes=60),
        until=NOW,
    )
    assert ids(found) == [wanted]


@pytest.mark.parametrize(
    ("q", "hits"),
    [("PARCEL", 1), ("warehouse", 2), ("ελένη", 1), ("100%", 0), ("marta", 1), ("rejected", 1)],
)
def test_words_are_looked_for_in_both_texts_and_the_name(bot: Bot, q: str, hits: int) -> None:
    replied(bot, said="Where is my parcel?", text="It leaves the warehouse today.", name="Marta")
    replied(bot, said="Ευχαριστώ!", text="The warehouse thanks you.", name="Ελένη")
    with bot.database.write() as session:
        thanks = make_mention(session, text="Thank you!")
        make_draft(session, thanks, status=DraftStatus.REJECTED, text="This was rejected.")
    assert len(find(bot, q=q).entries) == hits


def test_words_are_looked_for_in_the_last_month_unless_somebody_says_from_when_on(
    bot: Bot,
) -> None:
    old = replied(bot, int(SEARCHED / timedelta(minutes=1)) + 10)
    assert not find(bot, q="parcel").entries
    assert ids(find(bot)) == [old]
    assert ids(find(bot, q="parcel", since=NOW - timedelta(days=60))) == [old]


def test_another_teams_are_not_there(bot: Bot) -> None:
    ours = replied(bot, channel="facebook")
    replied(bot)
    assert ids(find(bot, Mention.channel.in_(["facebook"]))) == [ours]


def test_pages_hold_everything_once_even_what_happened_at_one_moment(bot: Bot) -> None:
    expected = {replied(bot, number // 5) for number in range(12)}
    expected |= {closed(bot, DraftStatus.REJECTED, number // 4) for number in range(8)}
    seen: list[str] = []
    after = ""
    while True:
        found = read_entries(bot, true(), Search(), limit=3, after=after)
        seen += ids(found)
        if found.next is None:
            break
        after = found.next
    assert len(seen) == len(set(seen)) == 20
    assert set(seen) == expected
    assert [entry.draft.id for entry in every_entry(bot, true(), Search(), at_most=99)] == seen
    assert len(list(every_entry(bot, true(), Search(), at_most=7))) == 7


@pytest.mark.parametrize("after", ["x", "e30", "WzEsMl0", "%00"])
def test_a_place_we_never_gave_out_is_refused(bot: Bot, after: str) -> None:
    with pytest.raises(BadCursor):
        read_entries(bot, true(), Search(), limit=3, after=after)


def entry_of(bot: Bot) -> Entry:
    (entry,) = find(bot).entries
    return entry


def test_a_failed_reply_says_whether_it_waits_or_may_be_tried_again(bot: Bot) -> None:
    draft_id = replied(bot, status=FAILED, posted_at=None)
    steps = (
        (DraftStatus.PENDING, MentionStatus.DRAFTED, (True, False)),
        (DraftStatus.WITHDRAWN, MentionStatus.IGNORED, (False, True)),
        (DraftStatus.WITHDRAWN, MentionStatus.GONE, (False, False)),
    )
    for draft_status, mention_status, expected in steps:
        with bot.database.write() as session:
            draft = session.get_one(Draft, draft_id)
            draft.status, draft.mention.status = draft_status, mention_status
            draft.changed_at = NOW
        entry = entry_of(bot)
        assert (entry.open, entry.again) == expected


def test_how_much_of_the_draft_was_kept_is_told_of_what_was_sent(bot: Bot) -> None:
    draft_id = replied(bot)
    assert entry_of(bot).kept is None  # nothing was proposed
    with bot.database.write() as session:
        draft = session.get_one(Draft, draft_id)
        draft.proposed = draft.text
    assert entry_of(bot).kept == 1.0


@pytest.mark.parametrize(
    "search",
    [
        Search(),
        Search(outcome=Outcome.SENT),
        Search(agent="anna"),
        Search(language="it", channel="x"),
        Search(q="parcel", since=NOW - SEARCHED),
        Search(author_kind=AuthorKind.AUTO, until=NOW),
    ],
    ids=["all", "sent", "agent", "language", "words", "automatic"],
)
@pytest.mark.parametrize("beyond", [None, (NOW, "z")], ids=["first page", "second page"])
def test_a_page_is_read_along_the_index(
    bot: Bot, search: Search, beyond: tuple[datetime, str] | None
) -> None:
    """A full sort, or a look at every row, would take seconds with 100,000 replies."""
    for query in (replies_of(search, beyond), drafts_of(search, beyond)):
        if query is None:
            continue
        compiled = query.limit(51).compile(
            bot.database.engine, compile_kwargs={"render_postcompile": True}
        )
        sql = str(compiled).replace("?", "'1'")
        with bot.database.read() as session:
            found = session.execute(text(f"EXPLAIN QUERY PLAN {sql}")).all()
        # What is sorted inside a row's own question (its approvals) is none of the list's.
        plan = [step for _, parent, _, step in found if parent == 0]
        assert any("_changed_at" in step for step in plan[:1]), plan
        assert "USE TEMP B-TREE FOR ORDER BY" not in plan
        assert not [step for step in plan if step.startswith("SCAN") and "INDEX" not in step], plan


def test_a_rare_outcome_is_found_by_its_own_index(bot: Bot) -> None:
    query = replies_of(Search(outcome=Outcome.FAILED), None)
    assert query is not None
    sql = str(query.limit(51).compile(bot.database.engine)).replace("?", "'1'")
    with bot.database.read() as session:
        plan = [row[3] for row in session.execute(text(f"EXPLAIN QUERY PLAN {sql}"))]
    assert "ix_replies_status_not_before" in plan[0]


def test_the_clock_decides_what_the_last_month_is(bot: Bot) -> None:
    draft_id = replied(bot, 5)
    assert isinstance(bot.clock, Watch)
    assert ids(find(bot, q="parcel")) == [draft_id]
    bot.clock.advance(days=31)
    assert not find(bot, q="parcel").entries
