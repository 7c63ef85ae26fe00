from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from config.database import Database
from listener.models import Mention
from responder.limits import (
    EVERYWHERE,
    PER_AUTHOR,
    PER_CHANNEL,
    PER_CONVERSATION,
    house_is_full,
    too_many_automatic,
    too_many_to_one,
)
from responder.models import AuthorKind, Reply, ReplyStatus
from tests.factories import (
    NOW,
    make_author,
    make_conversation,
    make_database,
    make_draft,
    make_mention,
    make_reply,
)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    database: Database = make_database(tmp_path)
    with database.write() as session:
        yield session
    database.close()


def answered(session: Session, mention: Mention, **changes: object) -> Reply:
    values = {"author_kind": AuthorKind.AUTO, "status": ReplyStatus.SENT, "posted_at": NOW}
    return make_reply(session, make_draft(session, mention), **values | changes)


def test_a_first_automatic_reply_is_not_too_many(session: Session) -> None:
    assert too_many_automatic(session, make_mention(session), NOW) == ""


def test_two_bots_in_one_conversation_stop(session: Session) -> None:
    thread = make_conversation(session)
    for _ in range(PER_CONVERSATION):
        mention = make_mention(session, conversation=thread)
        assert too_many_automatic(session, mention, NOW) == ""
        answered(session, mention)
    again = make_mention(session, conversation=thread)
    assert "one conversation" in too_many_automatic(session, again, NOW)


def test_nobody_gets_more_than_three_in_a_day(session: Session) -> None:
    author = make_author(session)
    for _ in range(PER_AUTHOR):
        answered(session, make_mention(session, author=author))
    again = make_mention(session, author=author)
    assert "one person" in too_many_automatic(session, again, NOW)
    assert too_many_automatic(session, again, NOW + timedelta(hours=24)) == ""


def test_who_answers_within_seconds_twice_is_left_to_a_human(session: Session) -> None:
    author = make_author(session)
    for minute in (0, 5):
        posted = NOW + timedelta(minutes=minute)
        answered(session, make_mention(session, author=author, created_at=posted), posted_at=posted)
        latest = make_mention(session, author=author, created_at=posted + timedelta(seconds=20))
    assert "may be a program" in too_many_automatic(session, latest, NOW + timedelta(minutes=6))


def test_a_channel_sends_no_more_than_twenty_in_a_quarter_of_an_hour(session: Session) -> None:
    for _ in range(PER_CHANNEL):
        answered(session, make_mention(session))
    waiting = make_mention(session)
    assert "15 minutes" in too_many_automatic(session, waiting, NOW + timedelta(minutes=14))
    assert too_many_automatic(session, waiting, NOW + timedelta(minutes=15)) == ""


def test_all_channels_together_send_no_more_than_sixty_in_an_hour(session: Session) -> None:
    for number in range(EVERYWHERE):
        answered(session, make_mention(session, channel=f"account-{number % 10}"))
    elsewhere = make_mention(session, channel="another")
    assert "in an hour" in too_many_automatic(session, elsewhere, NOW + timedelta(minutes=30))


def test_what_humans_approve_counts_for_nothing_here(session: Session) -> None:
    author = make_author(session)
    for _ in range(PER_CHANNEL + 1):
        answered(session, make_mention(session, author=author), author_kind=AuthorKind.HUMAN)
    assert too_many_automatic(session, make_mention(session, author=author), NOW) == ""


def test_a_queued_reply_does_not_stand_in_its_own_way(session: Session) -> None:
    author = make_author(session)
    replies = [answered(session, make_mention(session, author=author)) for _ in range(PER_AUTHOR)]
    own = replies[-1]
    assert too_many_to_one(session, own.mention, NOW, but=own.id) == ""


def test_what_waits_to_leave_counts_however_long_it_waits(session: Session) -> None:
    queued = {"status": ReplyStatus.QUEUED, "posted_at": None}
    for _ in range(PER_CHANNEL):
        answered(session, make_mention(session), **queued)
    waiting = make_mention(session)
    assert "15 minutes" in too_many_automatic(session, waiting, NOW + timedelta(hours=9))


def test_what_left_counts_from_when_it_left_until_there_is_room_again(session: Session) -> None:
    left = NOW + timedelta(hours=9)
    for second in range(PER_CHANNEL):
        stamp = left + timedelta(seconds=second)
        assert house_is_full(session, "x", stamp) is None
        answered(session, make_mention(session), stamped_at=stamp)
    full = house_is_full(session, "x", left + timedelta(minutes=1))
    assert full is not None
    assert full.until == left + timedelta(minutes=15)
    assert "15 minutes" in full.reason
    assert house_is_full(session, "facebook", left + timedelta(minutes=1)) is None
    assert house_is_full(session, "x", full.until) is None


def test_over_all_channels_sixty_leave_in_an_hour_and_the_next_waits(session: Session) -> None:
    for number in range(EVERYWHERE):
        mention = make_mention(session, channel=f"account-{number % 10}")
        answered(session, mention, queued_at=NOW - timedelta(hours=8), stamped_at=NOW)
    full = house_is_full(session, "another", NOW + timedelta(minutes=30))
    assert full is not None
    assert full.until == NOW + timedelta(hours=1)
