from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from types import MappingProxyType

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from config.brand import BrandBook
from config.database import Database
from responder.access import Visitor
from responder.bot import Bot
from responder.draft import draft_round
from responder.library.gaps import completeness
from responder.library.models import EntryKind, LibraryEntry, Standing
from responder.library.newest import NewestBook
from responder.library.shelving import Change, Name, save
from responder.library.store import body_of, entries_of, page_of, read_book, seed_once
from responder.library.views import library_page
from responder.models import Draft
from responder.team.models import Role
from tests.factories import NOW, make_bot, make_mention, tiny_book

ANNA = Visitor(name="anna", role=Role.APPROVER, agent_id=None)
SORRY = Name(kind=EntryKind.SAVED_REPLY, key="sorry", language="en")
WORDS = ["We trace your parcel, and write to you here.", "We look for it, and tell you here."]


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Bot]:
    """With a library of the smallest book there is."""
    bot = make_bot(tmp_path, book=tiny_book(tmp_path / "book"))
    assert seed_once(bot.database, bot.newest_book.files, NOW) == 6
    yield bot
    bot.database.close()


def _only(book: BrandBook, *languages: str) -> BrandBook:
    chapters = {language: book.chapters[language] for language in languages}
    return BrandBook(cover=book.cover, chapters=MappingProxyType(chapters))


def _count(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(LibraryEntry)) or 0


def _spoil(bot: Bot, **wanted: object) -> None:
    """As a hand that edits the database would."""
    with bot.database.write() as session:
        spoilt = update(LibraryEntry).filter_by(**wanted).values(body={"title": 7})
        session.execute(spoilt)


def test_the_library_begins_with_the_book_of_the_files_and_says_the_same(bot: Bot) -> None:
    with bot.database.read() as session:
        found = read_book(session, bot.newest_book.files)
        rows = session.scalars(select(LibraryEntry)).all()
    assert found.book == bot.newest_book.files
    assert found.faults == ()
    assert {(row.version, row.standing, row.approved_by) for row in rows} == {
        (1, Standing.IN_FORCE, "bot")
    }


def test_every_entry_of_a_whole_book_is_kept_as_it_is(tmp_path: Path) -> None:
    bot = make_bot(tmp_path)
    seed_once(bot.database, bot.newest_book.files, NOW)
    assert bot.book == bot.newest_book.files
    assert bot.book is not bot.newest_book.files
    for chapter in bot.book.chapters.values():
        for kind, key, page in entries_of(chapter):
            assert page_of(kind, key, body_of(page)) == page
    bot.database.close()


def test_it_begins_once(bot: Bot) -> None:
    assert seed_once(bot.database, bot.newest_book.files, NOW) == 0
    assert _count(bot.database) == 6


def test_two_processes_that_start_at_once_begin_it_once(tmp_path: Path) -> None:
    bot = make_bot(tmp_path, book=tiny_book(tmp_path / "book"))
    others = [Database(str(bot.database.engine.url)) for _ in range(4)]
    together = Barrier(len(others))

    def begin(database: Database) -> int:
        together.wait()
        return seed_once(database, bot.newest_book.files, NOW)

    with ThreadPoolExecutor(len(others)) as pool:
        assert sorted(pool.map(begin, others)) == [0, 0, 0, 6]
    assert _count(bot.database) == 6
    for database in (*others, bot.database):
        database.close()


def test_a_language_that_joins_later_begins_with_its_file_and_the_others_stay(
    tmp_path: Path,
) -> None:
    book = tiny_book(tmp_path / "book")
    bot = make_bot(tmp_path, book=_only(book, "en"), languages=("en",))
    seed_once(bot.database, bot.newest_book.files, NOW)
    save(bot, SORRY, _sorry(WORDS), by=ANNA)
    assert seed_once(bot.database, book, NOW) == 3
    found = NewestBook(bot.database, book)()
    assert found.chapters["it"] == book.chapters["it"]
    assert found.chapters["en"].saved_replies[1].texts == tuple(WORDS)
    bot.database.close()


def test_while_there_is_no_library_the_files_speak(tmp_path: Path) -> None:
    bot = make_bot(tmp_path)
    assert bot.book is bot.newest_book.files
    bot.database.close()


def _thanks() -> Change:
    return Change(body={"title": "Thanks", "occasion": "praise", "texts": WORDS})


# -- what cannot be read


def test_an_entry_that_cannot_be_read_is_left_out_and_named(
    bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    _spoil(bot, key="sorry", language="it")
    with caplog.at_level(logging.ERROR):
        replies = bot.book.chapters["it"].saved_replies
    assert [reply.key for reply in replies] == ["thanks"]
    (fault,) = bot.newest_book.faults()
    assert fault.startswith("saved_reply sorry (it) is left out: title: ")
    assert caplog.messages == [fault]


def test_a_language_without_a_voice_or_a_reply_speaks_as_its_file_does_and_says_so(
    bot: Bot,
) -> None:
    _spoil(bot, language="it")
    assert bot.book.chapters["it"] == bot.newest_book.files.chapters["it"]
    assert bot.book.chapters["en"] == bot.newest_book.files.chapters["en"]
    assert bot.newest_book.faults()[3:] == (
        "no voice of it can be read: that of the files speaks",
        "no saved_reply of it can be read: that of the files speaks",
    )


def test_a_language_whose_voice_was_spoiled_speaks_as_it_did_before(bot: Bot) -> None:
    voice = Name(kind=EntryKind.VOICE, key="voice", language="en")
    body = body_of(bot.book.chapters["en"].voice)
    for signature in ("Your Tiny team", "All of Tiny", "Spoilt"):
        save(bot, voice, Change(body={**body, "signature": signature}), by=ANNA)
    _spoil(bot, kind=EntryKind.VOICE, language="en", standing=Standing.IN_FORCE)
    newest = NewestBook(bot.database, bot.newest_book.files)
    assert newest().chapters["en"].voice.signature == "All of Tiny"
    assert newest.faults()[1:] == ("no voice of en can be read: that of before speaks",)


@pytest.mark.parametrize(
    "spoilt", ["[]", '"x"', "7", "{broken", '{"texts": {"a": 1}}', "true", "[" * 9000, "NaN"]
)
def test_one_row_that_a_hand_spoiled_stops_no_other(bot: Bot, spoilt: str) -> None:
    save(bot, Name(kind=EntryKind.SAVED_REPLY, key="thanks", language="en"), _thanks(), by=ANNA)
    with bot.database.write() as session:
        session.execute(
            text("UPDATE library SET body = :spoilt WHERE key = 'sorry' AND language = 'en'"),
            {"spoilt": spoilt},
        )
    newest = NewestBook(bot.database, bot.newest_book.files)
    for _ in range(2):
        assert [one.texts for one in newest().chapters["en"].saved_replies] == [tuple(WORDS)]
    (fault,) = newest.faults()
    assert fault.startswith("saved_reply sorry (en) is left out: ")
    with bot.database.read() as session:
        listed = library_page(session, limit=50).items
        completeness(session, ("en", "it"), NOW.date())
    assert len(listed) == 6, "the lists show it as well"


def test_a_row_of_a_kind_nobody_knows_stops_no_other(bot: Bot) -> None:
    with bot.database.write() as session:
        session.execute(text("UPDATE library SET kind = 'banner' WHERE key = 'sorry'"))
    newest = NewestBook(bot.database, bot.newest_book.files)
    assert [one.key for one in newest().chapters["en"].saved_replies] == ["thanks"]
    assert newest.faults()[0] == "banner sorry (en) is left out: nobody can read it"
    with bot.database.read() as session:
        assert len(library_page(session, limit=50).items) == 4


def test_the_files_never_pass_for_a_library_that_cannot_be_read(bot: Bot) -> None:
    newest = NewestBook(bot.database, bot.newest_book.files)
    with bot.database.write() as session:
        session.execute(text("ALTER TABLE library RENAME COLUMN body TO elsewhere"))
    for _ in range(2):
        with pytest.raises(SQLAlchemyError):
            newest()
    with bot.database.write() as session:
        session.execute(text("ALTER TABLE library RENAME COLUMN elsewhere TO body"))
    assert newest() is not bot.newest_book.files


def test_a_library_that_does_not_answer_leaves_the_book_of_before(
    bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    newest = NewestBook(bot.database, bot.newest_book.files, every=0)
    save(bot, SORRY, _sorry(WORDS), by=ANNA)
    known = newest()
    with bot.database.write() as session:
        session.execute(text("ALTER TABLE library RENAME TO elsewhere"))
    assert newest() is known
    assert newest() is known
    assert len(caplog.messages) == 1
    with bot.database.write() as session:
        session.execute(text("ALTER TABLE elsewhere RENAME TO library"))
    save(bot, SORRY, _sorry(WORDS[::-1]), by=ANNA)
    assert newest().chapters["en"].saved_replies[1].texts == tuple(WORDS[::-1])


# -- the newest


def test_a_change_made_in_another_process_counts_without_a_restart(bot: Bot) -> None:
    elsewhere = Database(str(bot.database.engine.url))
    newest = NewestBook(elsewhere, bot.newest_book.files, every=0)
    before = newest()
    assert newest() is before
    save(bot, SORRY, _sorry(WORDS), by=ANNA)
    assert newest().chapters["en"].saved_replies[1].texts == tuple(WORDS)
    assert before.chapters["en"].saved_replies[1].texts != tuple(WORDS), "what was read stays"
    elsewhere.close()


def test_to_ask_again_soon_asks_no_database(bot: Bot) -> None:
    newest = NewestBook(bot.database, bot.newest_book.files, every=3600)
    before = newest()
    save(bot, SORRY, _sorry(WORDS), by=ANNA)
    assert newest() is before
    newest.look_again()
    assert newest() is not before


def test_who_asks_while_another_looks_does_not_wait(bot: Bot) -> None:
    newest = NewestBook(bot.database, bot.newest_book.files, every=0)
    before = newest()
    save(bot, SORRY, _sorry(WORDS), by=ANNA)
    with newest._lock:
        assert newest() is before
    assert newest() is not before


def test_a_changed_entry_keeps_its_place_among_the_others(bot: Bot) -> None:
    thanks = Name(kind=EntryKind.SAVED_REPLY, key="thanks", language="en")
    body = {"title": "Thanks", "occasion": "praise", "texts": WORDS}
    save(bot, thanks, Change(body=body), by=ANNA)
    assert [reply.key for reply in bot.book.chapters["en"].saved_replies] == ["thanks", "sorry"]


def test_what_the_house_settled_follows_the_book(bot: Bot) -> None:
    assert bot.house("en").signature == "The Tiny team"
    assert bot.house("en") is bot.house("en")
    voice = Name(kind=EntryKind.VOICE, key="voice", language="en")
    body = body_of(bot.book.chapters["en"].voice)
    save(bot, voice, Change(body={**body, "signature": "Yours, Tiny"}), by=ANNA)
    assert bot.house("en").signature == "Yours, Tiny"
    assert bot.house("it").signature == "Il team Tiny"


def test_the_next_draft_is_written_in_the_words_just_saved(bot: Bot) -> None:
    save(bot, SORRY, _sorry(WORDS), by=ANNA)
    with bot.database.write() as session:
        mention = make_mention(session, text="Where is my parcel?")
    draft_round(bot)
    with bot.database.read() as session:
        draft = session.scalars(select(Draft).where(Draft.mention_id == mention.id)).one()
    assert any(words in draft.text for words in WORDS), draft.text


def _sorry(texts: list[str]) -> Change:
    return Change(body={"title": "Sorry", "occasion": "other", "texts": texts})
