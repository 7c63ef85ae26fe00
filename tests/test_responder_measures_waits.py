"""Waits read from the rows say what the clocks read from the same rows, whatever happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config.settings import BrandSettings
from listener.models import Author, Mention, MentionStatus, OwnPost
from listener.timing import State
from listener.trends.scope import Scope
from responder.bot import Bot
from responder.clocks import read_answers
from responder.measures.of_scope import waits_of
from responder.measures.rounds import NEVER, Rounds
from responder.measures.staffed import micros, moment
from responder.measures.waiting import backlogs
from responder.measures.waits import read_waits
from responder.models import Audit, AuthorKind, ReplyStatus
from sentiment.phase import Phase
from sentiment.prioritize import TO_BUY, Level
from tests.factories import (
    NOW,
    Watch,
    make_author,
    make_conversation,
    make_draft,
    make_mention,
    make_reply,
)
from tests.measured import open_bot, scope_until

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LATER = NOW + 20 * DAY


@pytest.fixture
def clock() -> Watch:
    return Watch(LATER)


@pytest.fixture
def bot(tmp_path: Path, clock: Watch) -> Iterator[Bot]:
    yield from open_bot(tmp_path, clock)


def scope_of(bot: Bot, end: datetime = LATER, **changes: Any) -> Scope:
    return scope_until(end, bot, **changes)


def waits(bot: Bot, begin: datetime = NOW, end: datetime = LATER) -> Rounds:
    with bot.database.read() as session:
        return read_waits(bot, session, (begin, end))


def rows_of(rounds: Rounds) -> set[tuple[datetime, datetime | None, datetime, str]]:
    return {
        (
            moment(wait.started),
            None if wait.ended == NEVER else moment(wait.ended),
            moment(wait.due),
            wait.text.channel,
        )
        for wait in rounds.waits
    }


def by_the_clocks(bot: Bot) -> set[tuple[datetime, datetime | None, datetime, str]]:
    """The same of every text there is, customer by customer."""
    found: set[tuple[datetime, datetime | None, datetime, str]] = set()
    with bot.database.read() as session:
        mentions = session.scalars(select(Mention)).all()
        for texts, timings in read_answers(bot, session, mentions):
            for timing in timings:
                if timing.state is not State.DROPPED:
                    assert timing.due_at is not None
                    found.add((timing.started_at, timing.ended_at, timing.due_at, texts[0].channel))
    return found


def _a_story(session: Session, chance: Random) -> None:
    """One customer in one conversation: some texts, some answers, here or in the app."""
    channel = chance.choice(["x", "facebook"])
    author = make_author(session, channel=channel) if chance.random() < 0.9 else None
    conversation = make_conversation(session, channel=channel)
    for _ in range(chance.choice([1, 1, 1, 2, 3, 4])):
        at = NOW + chance.randrange(15 * 24 * 60) * MINUTE
        mention = make_mention(
            session,
            channel=channel,
            author=author,
            conversation=conversation,
            created_at=at,
            priority=chance.choice(list(Level)),
            reasons=[TO_BUY] if chance.random() < 0.2 else ["complaint"],
        )
        _what_became_of_it(session, mention, chance)


def _what_became_of_it(session: Session, mention: Mention, chance: Random) -> None:
    then = mention.created_at + chance.randrange(1, 4 * 24 * 60) * MINUTE
    fate = chance.random()
    if fate < 0.5:
        reply = make_reply(
            session,
            make_draft(session, mention),
            status=ReplyStatus.SENT,
            external_id=f"reply to {mention.external_id}",
            author_kind=chance.choice(list(AuthorKind)),
            queued_at=then,
            not_before=then,
            posted_at=then,
        )
        mention.status = MentionStatus.ANSWERED
        if chance.random() < 0.2:
            reply.vanished_at = then + chance.randrange(1, 900) * MINUTE
        if chance.random() < 0.7:  # the stream shows us our own reply
            _own_post(session, mention, reply.external_id or "", then)
        if chance.random() < 0.2:
            mention.status, mention.changed_at = MentionStatus.GONE, then + HOUR
    elif fate < 0.7:
        mention.status, mention.changed_at = MentionStatus.ANSWERED_OUTSIDE, then
        if chance.random() < 0.5:
            _own_post(session, mention, f"typed below {mention.external_id}", then - MINUTE)
        elif chance.random() < 0.7:
            session.add(Audit(at=then, who="anna", action="answered outside", subject=mention.id))
    elif fate < 0.85:
        mention.status, mention.changed_at = MentionStatus.LISTEN_ONLY, mention.created_at


def _own_post(session: Session, mention: Mention, external_id: str, at: datetime) -> None:
    session.add(
        OwnPost(
            channel=mention.channel, external_id=external_id, in_reply_to=mention.external_id,
            text="Hello", posted_at=at, heard_at=at,
        )
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_the_waits_are_those_of_the_clocks(bot: Bot, seed: int) -> None:
    chance = Random(seed)
    with bot.database.write() as session:
        for _ in range(60):
            _a_story(session, chance)
    found = rows_of(waits(bot))
    assert found == by_the_clocks(bot)
    assert len(found) > 40
    assert rows_of(waits_of(bot, scope_of(bot)).rounds) == found


def test_what_is_kept_of_a_day_follows_what_happens_to_it(bot: Bot, clock: Watch) -> None:
    with bot.database.write() as session:
        author, conversation = make_author(session), make_conversation(session)
        first = make_mention(
            session, author=author, conversation=conversation, created_at=NOW, changed_at=NOW
        )
        draft = make_draft(session, first)
    assert not waits_of(bot, scope_of(bot)).rounds.answered.any()
    clock.advance(hours=1)
    with bot.database.write() as session:  # another text of theirs, two days later, is answered
        second = make_mention(
            session, author=session.get_one(Author, author.id), conversation=conversation,
            created_at=NOW + 2 * DAY, changed_at=clock(), status=MentionStatus.ANSWERED,
        )  # fmt: skip
        make_reply(
            session, make_draft(session, second), status=ReplyStatus.SENT, posted_at=clock(),
            not_before=clock(), changed_at=clock(),
        )  # fmt: skip
    found = waits_of(bot, scope_of(bot, end=LATER + DAY)).rounds
    assert found.answered.tolist() == [True]
    assert found.started.tolist() == [micros(NOW)]
    assert draft.mention_id == first.id


def test_a_calendar_that_was_changed_counts_for_what_is_past(bot: Bot) -> None:
    sunday = NOW - DAY + 3 * HOUR
    with bot.database.write() as session:
        mention = make_mention(session, created_at=sunday, status=MentionStatus.ANSWERED)
        make_reply(
            session, make_draft(session, mention), status=ReplyStatus.SENT,
            posted_at=NOW + 10 * MINUTE, not_before=NOW + 10 * MINUTE,
        )  # fmt: skip
    scope = scope_of(bot, start=NOW - 3 * DAY)
    taken = waits_of(bot, scope).rounds.taken
    assert taken.tolist() == [micros(NOW + 10 * MINUTE) - micros(sunday)]
    brand = BrandSettings(languages=("en", "it"), staffed_hours="Mon-Fri 10:00-18:00")
    changed = replace(bot, settings=bot.settings.model_copy(update={"brand": brand}))
    found = waits_of(changed, scope).rounds
    assert found.taken.tolist() == [10 * 60 * 1_000_000]
    assert found.open_then.tolist() == [False]


def test_a_scope_narrows_to_channels_language_topic_and_phase(bot: Bot) -> None:
    with bot.database.write() as session:
        make_mention(session, topics=["delivery"], phase=Phase.OWNERSHIP)
        make_mention(session, channel="facebook", language="it", topics=["refund", "returns"])

    def number(**changes: Any) -> int:
        return len(waits_of(bot, scope_of(bot, **changes)).rounds.waits)

    assert number() == 2
    assert number(channel="x") == 1
    assert number(channels=frozenset({"facebook"})) == 1
    assert number(channels=frozenset({"mastodon"})) == 0
    assert number(language="it") == 1
    assert number(topic="returns") == 1
    assert number(topic="return") == 0
    assert number(phase="ownership") == 1


def test_of_a_long_period_days_are_sampled_and_weekdays_alike(bot: Bot) -> None:
    assert waits_of(bot, scope_of(bot)).every == 1
    long = scope_of(bot, start=NOW - 400 * DAY)
    assert waits_of(bot, long).every == 8  # every seventh day would be Mondays alone
    assert (datetime(2026, 1, 1, tzinfo=UTC) + 8 * DAY).weekday() != 3


def test_who_waits_is_told_by_channel(bot: Bot) -> None:
    with bot.database.write() as session:
        make_mention(session, created_at=NOW)
        make_mention(session, created_at=LATER - HOUR)
        make_mention(session, channel="facebook", status=MentionStatus.ANSWERED)
    with bot.database.read() as session:
        found = backlogs(session, scope_of(bot), LATER)
    assert set(found) == {"x"}
    assert (found["x"].waiting, found["x"].late, found["x"].oldest) == (2, 1, NOW)
