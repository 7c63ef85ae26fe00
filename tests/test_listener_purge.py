from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from config.database import Database
from listener import purge
from listener.channels.base import Media, MediaKind, Page, Rejected
from listener.ingest import ingest, renew
from listener.letters import dismiss
from listener.models import (
    OPEN,
    Conversation,
    DeadLetter,
    Mention,
    MentionStatus,
    OwnPost,
)
from listener.purge import purge_closed
from listener.store import Reading
from tests.factories import NOW, incoming, make_database, make_mention

READING = Reading(channel="x", stream="mentions", languages=("en",), answerable=timedelta(hours=24))
LATER = NOW + timedelta(days=31)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = make_database(tmp_path)
    yield opened
    opened.close()


def _mention(database: Database) -> Mention:
    with database.read() as session:
        return session.scalars(select(Mention)).one()


def _answered(database: Database) -> Mention:
    picture = Media(url="https://network.example/1.jpg", kind=MediaKind.IMAGE)
    item = incoming("1", "I hate this shop!", media=(picture,), context="Our new tents are here")
    ingest(database, Page(items=(item,), position="1"), READING, now=NOW)
    with database.write() as session:
        mention = session.scalars(select(Mention)).one()
        mention.status = MentionStatus.ANSWERED
        return mention


def test_words_of_what_is_closed_go_and_what_they_told_stays(database: Database) -> None:
    before = _answered(database)
    assert purge_closed(database, "x", 30, NOW + timedelta(days=29)) == 0
    assert purge_closed(database, "x", 30, LATER) == 1
    mention = _mention(database)
    assert (mention.text, mention.media, mention.purged_at) == ("", [], LATER)
    assert mention.sentiment is before.sentiment
    assert (mention.status, mention.likeness) == (MentionStatus.ANSWERED, before.likeness)
    with database.read() as session:
        assert session.scalars(select(Conversation)).one().context == ""
    assert purge_closed(database, "x", 30, LATER) == 0


def test_a_later_sighting_does_not_bring_the_words_back(database: Database) -> None:
    _answered(database)
    purge_closed(database, "x", 30, LATER)
    edited = incoming("1", "I hate this shop and you", revision_id="2")
    ingest(database, Page(items=(edited,), position="2"), READING, now=LATER)
    renew(database, [replace(edited, revision_id="3")], READING, now=LATER)
    assert (_mention(database).text, _mention(database).version) == ("", 1)


@pytest.mark.parametrize("status", OPEN)
def test_what_still_wants_an_answer_keeps_its_words(
    database: Database, status: MentionStatus
) -> None:
    with database.write() as session:
        make_mention(session, status=status)
    assert purge_closed(database, "x", 30, LATER) == 0
    assert _mention(database).text


def test_what_is_gone_from_the_network_goes_here_within_a_day(database: Database) -> None:
    with database.write() as session:
        make_mention(session, status=MentionStatus.GONE)
    assert purge_closed(database, "x", 30, NOW + timedelta(hours=22)) == 0
    assert purge_closed(database, "x", 30, NOW + timedelta(hours=24)) == 1


def test_other_channels_and_those_that_may_keep_words_are_left_alone(database: Database) -> None:
    _answered(database)
    assert purge_closed(database, "facebook", 30, LATER) == 0
    assert purge_closed(database, "x", None, LATER) == 0
    assert _mention(database).text


def test_a_context_somebody_still_needs_stays(database: Database) -> None:
    _answered(database)
    sibling = incoming("2", "And when?", conversation="1", context="Our new tents are here")
    ingest(database, Page(items=(sibling,), position="2"), READING, now=LATER)
    assert purge_closed(database, "x", 30, LATER) == 1
    with database.read() as session:
        assert session.scalars(select(Conversation)).one().context == "Our new tents are here"


def test_a_great_many_are_erased_in_several_transactions(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge, "AT_ONCE", 2)
    with database.write() as session:
        for _ in range(5):
            make_mention(session, status=MentionStatus.IGNORED)
    assert purge_closed(database, "x", 30, LATER) == 5


def test_words_of_our_own_posts_and_of_closed_dead_letters_go_too(database: Database) -> None:
    own = incoming("9", "We are on it!", own=True, in_reply_to="1")
    bad = [Rejected(external_id=None, payload=f'{{"id": {n}}}', error="no text") for n in (1, 2)]
    page = Page(items=(own,), position="1", rejected=tuple(bad))
    ingest(database, page, READING, now=NOW)
    with database.write() as session:
        first = session.scalars(select(DeadLetter).order_by(DeadLetter.payload)).first()
        assert first
        dismiss(session, first.id, by="anna", now=NOW)
    purge_closed(database, "x", 30, LATER)
    with database.read() as session:
        assert session.scalars(select(OwnPost.text)).one() == ""
        letters = session.scalars(select(DeadLetter).order_by(DeadLetter.payload)).all()
    assert [letter.payload for letter in letters] == ["", '{"id": 2}']
