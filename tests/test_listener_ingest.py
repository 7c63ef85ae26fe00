from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from config.database import Database
from config.settings import LANGUAGES
from listener.alike import alike
from listener.channels.base import Incoming, Media, MediaKind, Missing, Page, Person, Rejected
from listener.ingest import Ingested, ingest, mark_gone, renew
from listener.models import (
    Author,
    Cursor,
    DeadLetter,
    Gap,
    Mention,
    MentionStatus,
    OwnPost,
    as_media,
)
from listener.store import Reading
from sentiment.judge import judge
from sentiment.market import Market
from sentiment.named import Named
from sentiment.prioritize import Level
from sentiment.rivals import Rivals
from sentiment.score import Sentiment
from tests.factories import NOW, incoming, make_database

READING = Reading(
    channel="x", stream="mentions", languages=LANGUAGES, answerable=timedelta(hours=24)
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = make_database(tmp_path)
    yield opened
    opened.close()


def _page(*items: Incoming, position: str = "1", **changes: object) -> Page:
    return replace(Page(items=items, position=position), **changes)  # type: ignore[arg-type]


def _mentions(database: Database) -> list[Mention]:
    with database.read() as session:
        return list(session.scalars(select(Mention).order_by(Mention.external_id)))


def test_a_page_is_stored_scored_and_prioritised(database: Database) -> None:
    item = incoming("1", "Your boot came apart on the trail and I was injured!", language="en")
    assert ingest(database, _page(item), READING, now=NOW) == Ingested(new=1)
    (mention,) = _mentions(database)
    assert (mention.language, mention.priority) == ("en", Level.P1)
    assert mention.due_at == NOW + timedelta(minutes=15)
    assert mention.reasons


def test_the_same_page_again_changes_nothing(database: Database) -> None:
    page = _page(incoming("1"), incoming("2"))
    ingest(database, page, READING, now=NOW)
    assert ingest(database, page, READING, now=NOW) == Ingested(known=2)
    assert len(_mentions(database)) == 2


def test_a_mention_heard_in_two_streams_is_one_mention_with_two_sightings(
    database: Database,
) -> None:
    ingest(database, _page(incoming("1")), READING, now=NOW)
    ingest(database, _page(incoming("1")), replace(READING, stream="search"), now=NOW)
    assert [mention.streams for mention in _mentions(database)] == [["mentions", "search"]]


@pytest.mark.parametrize(
    "trouble", [KeyboardInterrupt(), OperationalError("INSERT", {}, Exception("disk is full"))]
)
def test_rows_and_cursor_are_kept_together_or_not_at_all(
    database: Database, monkeypatch: pytest.MonkeyPatch, trouble: BaseException
) -> None:
    ingest(database, _page(incoming("1"), position="first"), READING, now=NOW)

    def stumbles(media: object) -> list[dict[str, str]]:
        if media:
            raise trouble
        return as_media(media)

    monkeypatch.setattr("listener.making.as_media", stumbles)
    picture = Media(url="https://network.example/1.jpg", kind=MediaKind.IMAGE)
    page = _page(incoming("2"), incoming("3", media=(picture,)), position="second")
    with pytest.raises(type(trouble)):
        ingest(database, page, READING, now=NOW)
    with database.read() as session:
        cursor = session.get_one(Cursor, ("x", "mentions"))
    assert cursor.position == "first"
    assert [mention.external_id for mention in _mentions(database)] == ["1"]


def test_what_the_database_refuses_of_one_item_costs_no_other(database: Database) -> None:
    with database.engine.connect() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER refuses BEFORE INSERT ON mentions WHEN NEW.text = 'poison'"
            " BEGIN SELECT RAISE(ABORT, 'value too long'); END"
        )
        connection.commit()
    stranger = Person(external_id="stranger")
    poison = incoming("2", "poison", author=stranger, conversation="thread-9")
    page = _page(incoming("1"), poison, incoming("3"), position="next")
    assert ingest(database, page, READING, now=NOW) == Ingested(new=2, rejected=1)
    assert [mention.external_id for mention in _mentions(database)] == ["1", "3"]
    with database.read() as session:
        letter = session.scalars(select(DeadLetter)).one()
        assert "value too long" in letter.error
        assert letter.external_id == "2"
        assert session.get_one(Cursor, ("x", "mentions")).position == "next"
        assert [author.external_id for author in session.scalars(select(Author))] == ["giulia-1"]


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize(
    "poison",
    [
        {"external_id": "a b"},
        {"created_at": NOW.replace(tzinfo=None)},
        {"text": None},
        {"author": Person(external_id="1", name=None)},  # type: ignore[arg-type]
        {"engagement": None},
        {"media": 7},
    ],
    ids=str,
)
def test_a_poison_item_anywhere_on_a_page_becomes_a_dead_letter_and_the_page_goes_on(
    database: Database, poison: dict[str, object], place: int
) -> None:
    items = [incoming("1"), incoming("3")]
    items.insert(place, replace(incoming("2"), **poison))  # type: ignore[arg-type]
    page = _page(*items, position="next")
    assert ingest(database, page, READING, now=NOW) == Ingested(new=2, rejected=1)
    assert [mention.external_id for mention in _mentions(database)] == ["1", "3"]
    with database.read() as session:
        assert session.get_one(Cursor, ("x", "mentions")).position == "next"


def test_an_edit_is_the_same_mention_judged_anew_and_wants_a_new_draft(
    database: Database,
) -> None:
    ingest(database, _page(incoming("1", "Great shop, thank you!")), READING, now=NOW)
    with database.write() as session:
        session.scalars(select(Mention)).one().status = MentionStatus.DRAFTED
    edited = incoming("1", "My parcel never arrived, I want my money back", revision_id="2")
    assert ingest(database, _page(edited), READING, now=NOW) == Ingested(changed=1)
    (mention,) = _mentions(database)
    assert (mention.revision_id, mention.version) == ("2", 2)
    assert mention.status is MentionStatus.NEW
    assert "delivery" in mention.topics


def test_a_mention_knows_whether_it_is_private_and_so_does_its_newer_wording(
    database: Database,
) -> None:
    page = _page(incoming("1", private=True), incoming("2"))
    ingest(database, page, READING, now=NOW)
    assert [mention.private for mention in _mentions(database)] == [True, False]
    edited = incoming("1", "for all to read", revision_id="2", private=False)
    ingest(database, _page(edited), READING, now=NOW)
    assert [mention.private for mention in _mentions(database)] == [False, False]


def _heard_before_we_kept_who_can_read_it(database: Database, **changes: object) -> None:
    ingest(database, _page(incoming("1")), READING, now=NOW - timedelta(days=2))
    with database.write() as session:
        mention = session.scalars(select(Mention)).one()
        for name, value in changes.items():
            setattr(mention, name, value)


@pytest.mark.parametrize("stream", ["mentions", "search"])
def test_a_mention_read_again_in_the_same_words_takes_over_that_it_is_private(
    database: Database, stream: str
) -> None:
    _heard_before_we_kept_who_can_read_it(database)
    again = _page(incoming("1", private=True))
    assert ingest(database, again, replace(READING, stream=stream), now=NOW) == Ingested(known=1)
    (mention,) = _mentions(database)
    assert (mention.private, mention.changed_at, mention.version) == (True, NOW, 1)
    ingest(database, again, READING, now=NOW + timedelta(hours=1))
    assert _mentions(database)[0].changed_at == NOW, "nothing is new about it now"


@pytest.mark.parametrize("status", [MentionStatus.ANSWERED, MentionStatus.GONE])
def test_a_closed_mention_takes_over_that_it_is_private_and_stays_closed_since_when_it_was(
    database: Database, status: MentionStatus
) -> None:
    closed_at = NOW - timedelta(days=1)
    _heard_before_we_kept_who_can_read_it(database, status=status, changed_at=closed_at)
    ingest(database, _page(incoming("1", private=True)), READING, now=NOW)
    (mention,) = _mentions(database)
    assert (mention.private, mention.status, mention.changed_at) == (True, status, closed_at)


def test_a_lookup_tells_that_a_mention_is_private(database: Database) -> None:
    _heard_before_we_kept_who_can_read_it(database)
    assert renew(database, [incoming("1", private=True)], READING, now=NOW) == 1
    assert renew(database, [incoming("1", private=True)], READING, now=NOW) == 0
    assert _mentions(database)[0].private


def test_an_older_version_shown_late_does_not_say_who_can_read_the_newer_one(
    database: Database,
) -> None:
    private = incoming("1000", "new", revision_id="1005", private=True)
    ingest(database, _page(private), READING, now=NOW)
    ingest(database, _page(incoming("1000", "new")), READING, now=NOW)
    ingest(database, _page(incoming("1000", "old")), READING, now=NOW)
    assert _mentions(database)[0].private


def test_an_edit_after_our_answer_does_not_ask_for_a_second_one(database: Database) -> None:
    ingest(database, _page(incoming("1")), READING, now=NOW)
    with database.write() as session:
        session.scalars(select(Mention)).one().status = MentionStatus.ANSWERED
    ingest(database, _page(incoming("1", "edited: thanks!")), READING, now=NOW)
    assert _mentions(database)[0].status is MentionStatus.ANSWERED


@pytest.mark.parametrize("newest_first", [True, False])
def test_of_two_versions_on_one_page_the_newer_one_counts(
    database: Database, *, newest_first: bool
) -> None:
    versions = [incoming("1000", "new", revision_id="1005"), incoming("1000", "old")]
    page = _page(*(versions if newest_first else reversed(versions)))
    ingest(database, page, READING, now=NOW)
    (mention,) = _mentions(database)
    assert (mention.text, mention.revision_id) == ("new", "1005")


def test_a_stream_that_lags_cannot_bring_an_older_wording_back(database: Database) -> None:
    ingest(database, _page(incoming("1000", "new", revision_id="1005")), READING, now=NOW)
    late = ingest(database, _page(incoming("1000", "old")), READING, now=NOW)
    assert late == Ingested(known=1)
    (mention,) = _mentions(database)
    assert (mention.text, mention.answer_under, mention.version) == ("new", "1000", 1)


def test_a_text_that_trips_the_judge_becomes_a_dead_letter_and_the_rest_is_heard(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tripped(text: str, **options: object) -> object:
        if text == "poison":
            raise RecursionError("too deep")
        return judge(text, languages=LANGUAGES)

    monkeypatch.setattr("listener.store.judge", tripped)
    page = _page(incoming("1"), incoming("2", "poison"), incoming("3"), position="next")
    assert ingest(database, page, READING, now=NOW) == Ingested(new=2, rejected=1)
    with database.read() as session:
        assert "RecursionError" in session.scalars(select(DeadLetter)).one().error
        assert session.get_one(Cursor, ("x", "mentions")).position == "next"


def test_a_wording_older_than_one_that_said_the_same_does_not_come_back(
    database: Database,
) -> None:
    """Edited from A to B and back to A: the last version is the one to hold others against."""
    ingest(database, _page(incoming("1000", "A")), READING, now=NOW)
    ingest(database, _page(incoming("1000", "A", revision_id="1009")), READING, now=NOW)
    ingest(database, _page(incoming("1000", "B", revision_id="1005")), READING, now=NOW)
    (mention,) = _mentions(database)
    assert (mention.text, mention.revision_id, mention.version) == ("A", "1009", 1)


def test_a_stream_does_not_bring_words_back_under_a_tombstone(database: Database) -> None:
    ingest(database, _page(incoming("1000", "old")), READING, now=NOW)
    mark_gone(database, "x", ["1000"], NOW)
    ingest(database, _page(incoming("1000", "new", revision_id="1005")), READING, now=NOW)
    (mention,) = _mentions(database)
    assert (mention.text, mention.status) == ("old", MentionStatus.GONE)


def test_our_own_answers_are_kept_once_and_are_no_mentions(database: Database) -> None:
    ours = incoming("9", "We are on it!", own=True, in_reply_to="1", url="https://x.example/9")
    page = _page(incoming("1"), ours, incoming("8", "Good morning!", own=True))
    assert ingest(database, page, READING, now=NOW) == Ingested(new=1, own=1)
    again = ingest(database, page, replace(READING, stream="search"), now=NOW)
    assert again == Ingested(known=1)
    with database.read() as session:
        own = session.scalars(select(OwnPost)).one()
    assert (own.external_id, own.in_reply_to, own.text) == ("9", "1", "We are on it!")
    assert (own.url, own.posted_at, own.settled_at) == ("https://x.example/9", NOW, None)


def test_a_date_that_cannot_be_is_told_beside_the_priority(database: Database) -> None:
    far = incoming("1", created_at=NOW + timedelta(days=400))
    long_ago = incoming("2", created_at=datetime(1970, 1, 1, tzinfo=UTC))
    ahead = incoming("3", created_at=NOW + timedelta(minutes=1))
    ingest(database, _page(far, long_ago, ahead), READING, now=NOW)
    one, two, three = _mentions(database)
    assert (one.created_at, three.created_at) == (NOW, NOW)
    assert two.created_at == NOW - timedelta(days=7)
    assert "the network dates it 2027-04-06, which cannot be" in one.reasons
    assert "the network dates it 1970-01-01, which cannot be" in two.reasons
    assert not any("dates it" in reason for reason in three.reasons)


def test_near_identical_texts_are_found_together(database: Database) -> None:
    texts = {
        "1": "Boycott Larix now, they pollute our river!!!",
        "2": "@larix BOYCOTT LARIX NOW they pollute our riveeer 🤬 https://x.example/1",
        "3": "I like Larix, they clean our river",
        "4": "Boycott Larix now, they pollute our river 2",
    }
    items = [incoming(key, text) for key, text in texts.items()]
    items[3] = replace(items[3], created_at=NOW - timedelta(hours=25))
    ingest(database, _page(*items), READING, now=NOW)
    with database.read() as session:
        found = {row.external_id: alike(session, row) for row in session.scalars(select(Mention))}
    assert found == {"1": 1, "2": 1, "3": 0, "4": 0}


def test_what_our_own_other_account_writes_is_no_mention(database: Database) -> None:
    sister = Person(external_id="9", handle="LarixOutdoor")
    reading = replace(READING, our_handles=frozenset({"larixoutdoor"}))
    ingest(database, _page(incoming("1", author=sister), incoming("2")), reading, now=NOW)
    assert [mention.external_id for mention in _mentions(database)] == ["2"]


def test_a_mention_that_was_gone_and_is_seen_again_by_a_lookup_is_new_again(
    database: Database,
) -> None:
    ingest(database, _page(incoming("1")), READING, now=NOW)
    mark_gone(database, "x", ["1"], NOW)
    ingest(database, _page(incoming("1")), READING, now=NOW)
    assert _mentions(database)[0].status is MentionStatus.GONE, "a stream may lag"
    assert renew(database, [incoming("1")], READING, now=NOW) == 1
    assert _mentions(database)[0].status is MentionStatus.NEW


def test_own_posts_and_reposts_are_dropped(database: Database) -> None:
    page = _page(incoming("1", own=True), incoming("2", repost=True), incoming("3"))
    assert ingest(database, page, READING, now=NOW) == Ingested(new=1)


def test_an_unreadable_item_goes_to_the_dead_letters_once_and_the_page_goes_on(
    database: Database,
) -> None:
    bad = Rejected(external_id=None, payload='{"id": 7}', error="text is missing")
    page = _page(incoming("1"), incoming("no\nid"), rejected=(bad,))
    ingest(database, page, READING, now=NOW)
    ingest(database, page, READING, now=NOW)
    with database.read() as session:
        letters = session.scalars(select(DeadLetter)).all()
    assert len(letters) == 2
    assert {letter.error for letter in letters} >= {"text is missing"}
    assert len(_mentions(database)) == 1


def test_history_before_the_first_start_gets_no_draft_but_what_is_heard_late_does(
    database: Database,
) -> None:
    old = incoming("1", created_at=NOW - timedelta(hours=25))
    recent = incoming("2", created_at=NOW - timedelta(hours=23))
    ingest(database, _page(old, recent), READING, now=NOW)
    three_days_on = NOW + timedelta(days=3)
    late = incoming("3", created_at=NOW + timedelta(hours=1))
    ingest(database, _page(late), READING, now=three_days_on)
    assert [mention.status for mention in _mentions(database)] == [
        MentionStatus.LISTEN_ONLY,
        MentionStatus.NEW,
        MentionStatus.NEW,
    ]


def test_a_hole_the_network_leaves_is_a_visible_gap(database: Database) -> None:
    hole = Missing(since=NOW - timedelta(days=9), until=NOW - timedelta(days=7), reason="7 days")
    ingest(database, _page(missing=hole), READING, now=NOW)
    with database.read() as session:
        gap = session.scalars(select(Gap)).one()
    assert (gap.since, gap.reason) == (hole.since, "7 days")
    assert (gap.next_try_at, gap.filled_at) == (NOW, None)


def test_holes_that_touch_are_one_gap_until_somebody_begins_to_fill_it(
    database: Database,
) -> None:
    for days in (9, 8, 7):
        since = NOW - timedelta(days=days)
        hole = Missing(since=since, until=since + timedelta(days=1), reason="7 days")
        ingest(database, _page(missing=hole), READING, now=NOW)
        if days == 8:
            with database.read() as session:
                gap = session.scalars(select(Gap)).one()
            assert gap.until - gap.since == timedelta(days=2)
            with database.write() as session:
                session.scalars(select(Gap)).one().position = "under way"
    with database.read() as session:
        gaps = session.scalars(select(Gap).order_by(Gap.since)).all()
    assert [gap.until - gap.since for gap in gaps] == [timedelta(days=2), timedelta(days=1)]


def test_who_says_stop_has_opted_out(database: Database) -> None:
    ingest(database, _page(incoming("1", "STOP", language="en")), READING, now=NOW)
    with database.read() as session:
        assert session.scalars(select(Author)).one().opted_out_at == NOW


def test_an_author_renamed_is_the_same_author(database: Database) -> None:
    ingest(database, _page(incoming("1")), READING, now=NOW)
    renamed = Person(external_id="giulia-1", name="Giulia Bianchi", handle="gb")
    ingest(database, _page(incoming("2", author=renamed)), READING, now=NOW)
    with database.read() as session:
        assert session.scalars(select(Author)).one().name == "Giulia Bianchi"


def test_an_unknown_author_is_no_obstacle(database: Database) -> None:
    ingest(database, _page(incoming("1", author=None)), READING, now=NOW)
    assert _mentions(database)[0].author_id is None


def test_a_deleted_mention_is_gone_unless_it_was_answered(database: Database) -> None:
    ingest(database, _page(incoming("1"), incoming("2")), READING, now=NOW)
    with database.write() as session:
        session.scalars(
            select(Mention).where(Mention.external_id == "2")
        ).one().status = MentionStatus.ANSWERED
    assert mark_gone(database, "x", ["1", "2"], NOW) == 1
    assert [mention.status for mention in _mentions(database)] == [
        MentionStatus.GONE,
        MentionStatus.ANSWERED,
    ]


def test_looking_again_takes_over_edits_and_never_adds_mentions(database: Database) -> None:
    ingest(database, _page(incoming("1")), READING, now=NOW)
    changed = renew(
        database, [incoming("1", "edited"), incoming("9", "stranger")], READING, now=NOW
    )
    assert changed == 1
    assert [mention.text for mention in _mentions(database)] == ["edited"]


@hypothesis_settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(st.lists(st.tuples(st.integers(0, 8), st.text(max_size=20)), max_size=6), max_size=6)
)
def test_whatever_pages_come_in_whatever_order_each_id_is_stored_exactly_once(
    tmp_path_factory: pytest.TempPathFactory, pages: list[list[tuple[int, str]]]
) -> None:
    fresh = make_database(tmp_path_factory.mktemp("ingest"))
    for page in pages:
        items = [incoming(str(number), text) for number, text in page]
        ingest(fresh, _page(*items), READING, now=NOW)
    heard = {str(number) for page in pages for number, _ in page}
    assert [mention.external_id for mention in _mentions(fresh)] == sorted(heard)
    fresh.close()


def test_few_words_beside_a_picture_are_never_called_neutral(database: Database) -> None:
    picture = Media(url="https://a.example/1.jpg", kind=MediaKind.IMAGE, alt="a burnt plug")
    ingest(database, _page(incoming("1", "what is this?", media=(picture,))), READING, now=NOW)
    (mention,) = _mentions(database)
    assert mention.sentiment is Sentiment.UNKNOWN
    assert mention.scored_by == "media"
    assert any("cannot read; described as: a burnt plug" in reason for reason in mention.reasons)


def test_two_words_are_read_in_the_language_their_author_wrote_before(database: Database) -> None:
    page = _page(incoming("1", "Dov'è il mio pacco? Aspetto da giorni"), incoming("2", "ok?"))
    ingest(database, _page(page.items[0]), READING, now=NOW)
    ingest(database, _page(page.items[1]), READING, now=NOW)
    languages = {mention.external_id: mention.language for mention in _mentions(database)}
    assert languages == {"1": "it", "2": "it"}


MARKET = Market(
    products={"en": (Named("Kestrel 2", ("boots",)),)},
    rivals=Rivals(ours=Named("Larix", ("larix",)), others=(Named("Nordgrat", ("nordgrat",)),)),
)


def test_a_mention_keeps_what_it_says_of_products_and_competitors_and_anew_when_it_changes(
    database: Database,
) -> None:
    reading = replace(READING, market=MARKET)
    item = incoming("1", "The boots are too small for me", language="en", addressed=False)
    ingest(database, _page(item), reading, now=NOW)
    (mention,) = _mentions(database)
    assert (mention.aspects, mention.rivals) == (["complaint fit Kestrel 2"], [])
    edited = replace(item, text="Nordgrat is far cheaper than that", revision_id="2")
    ingest(database, _page(edited), reading, now=NOW)
    (mention,) = _mentions(database)
    assert (mention.aspects, mention.rivals) == ([], ["Nordgrat", "-"])
