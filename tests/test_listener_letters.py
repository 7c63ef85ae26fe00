from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from config.database import Database
from listener.channels.base import Page, Rejected
from listener.channels.errors import Refused, Unavailable
from listener.health import channel_health
from listener.ingest import ingest
from listener.letters import (
    Closed,
    NoSuchLetter,
    Outcome,
    dismiss,
    find_letter,
    open_letters,
    retry,
)
from listener.models import DeadLetter, Mention
from listener.poll import Poller
from tests.factories import NOW, FakeChannel, Watch, incoming, make_database

BAD = Rejected(external_id="7", payload='{"id": "7"}', error="text is no text")


@dataclass
class Scene:
    poller: Poller
    channel: FakeChannel
    clock: Watch
    database: Database

    def hears(self, *items: object, rejected: tuple[Rejected, ...] = ()) -> None:
        page = Page(items=items, position="1", rejected=rejected)  # type: ignore[arg-type]
        reading = self.poller.reading(self.channel, "mentions")
        ingest(self.database, page, reading, now=self.clock())

    def letter(self) -> DeadLetter:
        with self.database.read() as session:
            return session.scalars(select(DeadLetter)).one()

    def retry(self) -> Outcome:
        return retry(self.poller, self.channel, self.letter().id)

    def dismiss(self, letter_id: str) -> None:
        with self.database.write() as session:
            dismiss(session, letter_id, by="anna", now=NOW)

    def heard(self) -> list[Mention]:
        with self.database.read() as session:
            return list(session.scalars(select(Mention)))


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    clock, database = Watch(), make_database(tmp_path)
    poller = Poller(
        database=database, languages=("en",), answerable=timedelta(hours=24), clock=clock
    )
    yield Scene(poller=poller, channel=FakeChannel(clock=clock), clock=clock, database=database)
    database.close()


def test_the_same_item_again_is_the_same_letter_tried_once_more(scene: Scene) -> None:
    liked = Rejected(external_id="7", payload='{"id": "7", "likes": 1}', error="still none")
    for bad in (BAD, BAD, liked):
        scene.hears(rejected=(bad,))
    letter = scene.letter()
    assert (letter.tries, letter.external_id, letter.error) == (3, "7", "still none")
    assert letter.payload == liked.payload


def test_an_item_without_an_id_is_known_by_its_payload(scene: Scene) -> None:
    for payload in ("{}", "{}", "[]"):
        scene.hears(rejected=(Rejected(external_id=None, payload=payload, error="no id"),))
    assert sorted(letter.tries for letter in open_letters(scene.database)) == [1, 2]


def test_an_item_that_later_reads_well_closes_its_letter_by_itself(scene: Scene) -> None:
    scene.hears(rejected=(BAD,))
    scene.clock.advance(minutes=1)
    scene.hears(incoming("7"))
    letter = scene.letter()
    assert (letter.closed_at, letter.closed_by) == (scene.clock(), "read after all")
    assert open_letters(scene.database) == []
    assert channel_health(scene.database, "x").letter_count == 0


def test_a_newer_version_that_reads_well_closes_the_letter_of_that_version(scene: Scene) -> None:
    scene.hears(rejected=(BAD,))
    scene.hears(incoming("5", revision_id="7"))
    assert scene.letter().closed_at


def test_what_was_read_and_is_changed_into_something_unreadable_is_open_again(
    scene: Scene,
) -> None:
    scene.hears(rejected=(BAD,))
    scene.hears(incoming("7"))
    scene.hears(rejected=(BAD,))
    assert scene.letter().closed_at, "a stream that lags"
    scene.hears(rejected=(Rejected(external_id="7", payload='{"text": 8}', error="new"),))
    assert scene.letter().closed_at is None


def test_reading_again_keeps_the_text_as_if_it_had_just_been_heard(scene: Scene) -> None:
    scene.hears(rejected=(BAD,))
    scene.channel.shown = {"7": incoming("5", revision_id="7")}
    assert scene.retry() is Outcome.READ
    (mention,) = scene.heard()
    assert (mention.external_id, mention.streams) == ("5", ["mentions"])
    assert scene.letter().closed_by == "read after all"
    with pytest.raises(Closed, match="read after all"):
        scene.retry()


def test_one_the_network_does_not_show_any_more_is_closed(scene: Scene) -> None:
    scene.hears(rejected=(BAD,))
    scene.channel.shown = {"7": None}
    assert scene.retry() is Outcome.GONE
    assert scene.letter().closed_by == "gone from the network"
    assert scene.heard() == []


def test_one_about_which_the_network_says_nothing_clear_stays_open(scene: Scene) -> None:
    scene.hears(rejected=(BAD,))
    assert scene.retry() is Outcome.UNCLEAR
    assert (scene.letter().tries, scene.letter().closed_at) == (2, None)


def test_one_that_still_cannot_be_kept_stays_open_with_the_new_reason(scene: Scene) -> None:
    scene.hears(rejected=(BAD,))
    scene.channel.shown = {"7": incoming("7", conversation="no id")}
    assert scene.retry() is Outcome.UNREADABLE
    letter = scene.letter()
    assert "conversation is no id" in letter.error
    assert (letter.tries, letter.closed_at) == (2, None)


def test_one_without_an_id_cannot_be_asked_for(scene: Scene) -> None:
    scene.hears(rejected=(Rejected(external_id=None, payload="{}", error="no id"),))
    with pytest.raises(Refused, match="no id to ask for"):
        scene.retry()


def test_trouble_of_the_network_changes_nothing(scene: Scene) -> None:
    scene.hears(rejected=(BAD,))
    scene.channel.fail("lookup", Unavailable("reset by peer"))
    with pytest.raises(Unavailable):
        scene.retry()
    assert (scene.letter().tries, scene.letter().closed_at) == (1, None)


def test_a_dismissed_letter_does_not_come_back(scene: Scene) -> None:
    scene.hears(rejected=(BAD,))
    scene.dismiss(scene.letter().id)
    scene.hears(rejected=(Rejected(external_id="7", payload="{}", error="other"),))
    letter = scene.letter()
    assert (letter.closed_by, letter.payload) == ("anna", BAD.payload)
    with pytest.raises(Closed, match="anna"):
        scene.dismiss(letter.id)


def test_a_letter_nobody_knows_is_named_as_such(scene: Scene) -> None:
    with pytest.raises(NoSuchLetter):
        find_letter(scene.database, "nope")
    with pytest.raises(NoSuchLetter):
        scene.dismiss("nope")


def test_open_letters_are_listed_oldest_first_of_one_channel_or_of_all(scene: Scene) -> None:
    for number in (1, 2):
        scene.hears(rejected=(Rejected(external_id=str(number), payload=f"{number}", error="e"),))
        scene.clock.advance(minutes=1)
    assert [letter.external_id for letter in open_letters(scene.database)] == ["1", "2"]
    assert [letter.external_id for letter in open_letters(scene.database, "x")] == ["1", "2"]
    assert open_letters(scene.database, "facebook") == []
