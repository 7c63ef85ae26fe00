from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from responder.access import Visitor
from responder.bot import Bot
from responder.library import importing
from responder.library.importing import Became, Taken, import_table
from responder.library.models import EntryKind, LibraryEntry, Standing
from responder.library.shelving import Change, Name, decline, restore, save
from responder.library.store import body_of, entries_of, page_of, seed_once
from responder.library.table import BadTable, read_table, write_table
from responder.team.models import Role
from tests.factories import NOW, make_bot, tiny_book

BEA = Visitor(name="bea", role=Role.EDITOR, agent_id=None)
ANNA = Visitor(name="anna", role=Role.APPROVER, agent_id=None)
SORRY = Name(kind=EntryKind.SAVED_REPLY, key="sorry", language="en")
RETURNS = Name(kind=EntryKind.ARTICLE, key="returns", language="en")
TEXTS = ("We trace your parcel, and write to you here.", "We look for it right now.")
HEADER = "kind,key,language,title,occasion,text1,text2\n"


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Bot]:
    bot = make_bot(tmp_path, book=tiny_book(tmp_path / "book"))
    seed_once(bot.database, bot.newest_book.files, NOW)
    yield bot
    bot.database.close()


def _table(bot: Bot) -> str:
    with bot.database.read() as session:
        rows = session.scalars(
            select(LibraryEntry)
            .where(LibraryEntry.standing == Standing.IN_FORCE, LibraryEntry.body.is_not(None))
            .order_by(LibraryEntry.turn)
        ).all()
    return write_table(rows)


def _take(bot: Bot, table: str, **options: Any) -> Sequence[Taken]:
    return import_table(bot, table, by=ANNA, **options)


def _texts(bot: Bot) -> Sequence[str]:
    replies = bot.book.chapters["en"].saved_replies
    return next(reply.texts for reply in replies if reply.key == "sorry")


def _row(**body: Any) -> LibraryEntry:
    return LibraryEntry(
        kind=EntryKind.ARTICLE, key="returns", language="en", version=1, body=body, owner="",
        review_by=None,
    )  # fmt: skip


def _cells(table: str) -> dict[str, str]:
    return next(iter(csv.DictReader(io.StringIO(table, newline=""))))


def test_a_whole_book_written_out_and_read_back_changes_nothing(tmp_path: Path) -> None:
    bot = make_bot(tmp_path)
    seed_once(bot.database, bot.newest_book.files, NOW)
    before = bot.book
    table = _table(bot)
    taken = _take(bot, table)
    assert {one.became for one in taken} == {Became.UNCHANGED}
    assert len(taken) == sum(len(list(entries_of(one))) for one in before.chapters.values())
    bot.newest_book.look_again()
    assert bot.book is before
    bot.database.close()


def test_a_library_moves_to_another_installation(bot: Bot, tmp_path: Path) -> None:
    body = {"title": "Sorry", "occasion": "other", "texts": TEXTS}
    save(bot, SORRY, Change(body=body, owner="bea", review_by=date(2026, 9, 1)), by=ANNA)
    late = Name(kind=EntryKind.SAVED_REPLY, key="late", language="en")
    save(bot, late, Change(body={**body, "title": "Late"}), by=ANNA)
    other = make_bot(tmp_path / "other", book=tiny_book(tmp_path / "book"))
    seed_once(other.database, other.newest_book.files, NOW)
    refused = [one for one in _take(other, _table(bot), overwrite=True) if one.problem]
    assert refused == []
    assert other.book == bot.book
    with other.database.read() as session:
        row = session.scalars(
            select(LibraryEntry).filter_by(key="sorry", language="en", version=2)
        ).one()
    assert (row.owner, row.review_by) == ("bea", date(2026, 9, 1))
    other.database.close()


def test_what_a_marketer_changes_in_a_cell_is_said_from_then_on(bot: Bot) -> None:
    table = _table(bot).replace("we are looking into it.", TEXTS[1], 1)
    count = [one.became for one in _take(bot, table)]
    assert (count.count(Became.SAVED), count.count(Became.UNCHANGED)) == (1, 5)
    assert TEXTS[1] in _texts(bot)
    assert {one.became for one in _take(bot, table)} == {Became.UNCHANGED}, "the same rows again"


def test_an_editor_s_rows_wait(bot: Bot) -> None:
    table = _table(bot).replace("we are looking into it.", TEXTS[1], 1)
    import_table(bot, table, by=BEA)
    assert TEXTS[1] not in _texts(bot)


def test_a_bad_row_is_named_by_its_number_and_the_others_are_kept(bot: Bot) -> None:
    table = HEADER + "".join(
        (
            "saved_reply,late,en,Late,other,We look for it now.,We trace it for you.\n",
            "saved_reply,bad,en,Bad,party,We look for it now.,We trace it for you.\n",
            "poem,bad,en,Bad,other,We look for it now.,We trace it for you.\n",
            "\n",
            "saved_reply,rude,en,Rude,other,You should know that yourself.,You idiot.\n",
            "saved_reply,late,en,Twice,other,We look for it now.,We trace it for you.\n",
            "saved_reply,wide,en,Wide,other,We look for it.,We trace it.,more,and more\n",
            "saved_reply,early,en,Early,other,We keep it for you.,We store it for you.\n",
        )
    )
    taken = _take(bot, table)
    assert [(one.row, one.became) for one in taken] == [
        (2, Became.SAVED),
        (3, Became.REFUSED),
        (4, Became.REFUSED),
        (6, Became.REFUSED),
        (7, Became.REFUSED),
        (8, Became.REFUSED),
        (9, Became.SAVED),
    ]
    says = [one.problem for one in taken if one.became is Became.REFUSED]
    assert says[0].startswith("occasion: ")
    assert says[1].startswith("kind: 'poem' is none of")
    assert "R27 texts 2: " in says[2]
    assert says[3] == "the same entry stands in row 2"
    assert says[4] == "it has more cells than there are columns"
    keys = [reply.key for reply in bot.book.chapters["en"].saved_replies]
    assert keys == ["thanks", "sorry", "late", "early"]


def test_what_must_be_confirmed_is_saved_once_it_is(bot: Bot) -> None:
    table = (
        HEADER
        + "saved_reply,soon,en,Soon,other,We write as soon as possible.,We trace it for you now.\n"
    )
    (taken,) = _take(bot, table)
    assert taken.problem.startswith("R08 texts 1: ")
    assert _take(bot, table, confirm=frozenset({"R08"}))[0].became is Became.SAVED


def test_what_a_colleague_changed_since_is_not_overwritten_unless_told(bot: Bot) -> None:
    table = _table(bot).replace("we are looking into it.", "We trace it for you now.", 1)
    body = {"title": "Sorry", "occasion": "other", "texts": TEXTS[::-1]}
    save(bot, SORRY, Change(body=body), by=ANNA)
    problems = [one.problem for one in _take(bot, table) if one.problem]
    assert problems == ["anna wrote version 2: read it again"]
    assert _texts(bot) == TEXTS[::-1]
    assert {one.became for one in _take(bot, table, overwrite=True)} == {
        Became.SAVED, Became.UNCHANGED
    }  # fmt: skip
    assert "We trace it for you now." in _texts(bot)


def test_what_a_colleague_removed_does_not_come_back_with_an_old_table(bot: Bot) -> None:
    table = _table(bot)
    save(bot, SORRY, Change(body=None), by=ANNA)
    (problem,) = [one.problem for one in _take(bot, table) if one.problem]
    assert problem == "anna wrote version 2: read it again"
    bare = HEADER + f'saved_reply,sorry,en,Sorry,other,"{TEXTS[0]}",{TEXTS[1]}\n'
    assert _take(bot, bare)[0].problem == "anna removed it as version 2"
    assert "sorry" not in [one.key for one in bot.book.chapters["en"].saved_replies]
    assert _take(bot, bare, overwrite=True)[0].became is Became.SAVED
    assert _texts(bot) == TEXTS


@pytest.mark.parametrize("proposals", [1, 2])
def test_a_table_written_out_after_a_declined_proposal_can_be_taken_in(
    bot: Bot, proposals: int
) -> None:
    for number in range(proposals):
        body = {"title": f"Sorry {number}", "occasion": "other", "texts": TEXTS[::-1]}
        save(bot, SORRY, Change(body=body, owner="bea"), by=BEA)
    decline(bot, SORRY, version=proposals + 1, by=ANNA)
    table = _table(bot).replace("we are looking into it.", "We trace it for you now.", 1)
    assert [one.problem for one in _take(bot, table) if one.problem] == []
    assert "We trace it for you now." in _texts(bot)
    later = table.replace("for you now.", "for you here.", 1)
    (problem,) = [one.problem for one in _take(bot, later) if one.problem]
    assert problem == f"anna wrote version {proposals + 2}: read it again"


def test_a_declined_wish_to_bring_an_entry_back_does_not_let_an_old_table_do_it(bot: Bot) -> None:
    save(bot, SORRY, Change(body=None), by=ANNA)
    restore(bot, SORRY, 1, by=BEA)
    decline(bot, SORRY, version=3, by=ANNA)
    bare = HEADER + f'saved_reply,sorry,en,Sorry,other,"{TEXTS[0]}",{TEXTS[1]}\n'
    assert _take(bot, bare)[0].problem == "anna removed it as version 2"


def test_columns_that_a_table_has_not_stay_as_they_were(bot: Bot) -> None:
    body = {
        "title": "Sorry", "occasion": "other", "texts": [*TEXTS, "We look where it is for you."],
        "topics": ["delivery"], "words": ["lost parcel", "a; b"], "plain": ["We look for it."],
    }  # fmt: skip
    save(bot, SORRY, Change(body=body), by=ANNA)
    narrow = "kind,key,language,title\nsaved_reply,sorry,en,Lost\n"
    assert _take(bot, narrow)[0].became is Became.SAVED
    assert _body(bot) == {**body, "title": "Lost"}
    some = HEADER + "saved_reply,sorry,en,Lost,other,We trace it for you now.,\n"
    assert _take(bot, some)[0].became is Became.SAVED
    texts = ["We trace it for you now.", "We look where it is for you."]
    assert _body(bot) == {**body, "title": "Lost", "texts": texts}


def test_only_an_empty_cell_empties(bot: Bot) -> None:
    body = {"title": "Sorry", "occasion": "other", "texts": list(TEXTS), "topics": ["delivery"],
            "words": ["lost parcel"], "plain": ["We look for it."]}  # fmt: skip
    save(bot, SORRY, Change(body=body), by=ANNA)
    assert _take(bot, "kind,key,language,topics,plain1\nsaved_reply,sorry,en,,\n")[0].problem == ""
    assert _body(bot) == {name: body[name] for name in ("title", "occasion", "texts", "words")}


def test_what_stands_in_more_comes_before_what_was_in_force(bot: Bot) -> None:
    body = {"title": "Sorry", "occasion": "other", "texts": list(TEXTS), "topics": ["delivery"]}
    save(bot, SORRY, Change(body=body), by=ANNA)
    table = 'kind,key,language,more\nsaved_reply,sorry,en,"{""topics"": [""order""]}"\n'
    assert _take(bot, table)[0].problem == ""
    assert _body(bot) == {**body, "topics": ["order"]}


def _body(bot: Bot) -> Any:
    with bot.database.read() as session:
        return session.scalars(
            select(LibraryEntry.body).filter_by(
                key="sorry", language="en", standing=Standing.IN_FORCE
            )
        ).one()


def test_a_proposal_that_waits_is_not_lost_by_an_import(bot: Bot) -> None:
    body = {"title": "Sorry", "occasion": "other", "texts": TEXTS[::-1]}
    save(bot, SORRY, Change(body=body), by=BEA)
    table = HEADER + f'saved_reply,sorry,en,Sorry,other,"{TEXTS[0]}",{TEXTS[1]}\n'
    (taken,) = _take(bot, table)
    assert (taken.became, taken.problem) == (
        Became.REFUSED, "bea proposed version 2: decide that first"
    )  # fmt: skip
    (taken,) = _take(bot, table, overwrite=True)
    assert (taken.became, taken.superseded) == (
        Became.SAVED, "bea's proposal, version 2, gave way"
    )  # fmt: skip


@pytest.mark.parametrize("times", [1, 2])
def test_two_who_save_at_the_same_moment_are_told_so_at_worst(
    bot: Bot, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    left = [IntegrityError("INSERT", {}, Exception("UNIQUE"))] * times

    def at_once(*given: Any, **named: Any) -> LibraryEntry:
        if left:
            raise left.pop()
        return save(*given, **named)

    monkeypatch.setattr(importing, "save", at_once)
    (taken,) = _take(bot, HEADER + f'saved_reply,sorry,en,Other,other,"{TEXTS[0]}",{TEXTS[1]}\n')
    assert taken.became is (Became.SAVED if times == 1 else Became.REFUSED)
    assert ("same moment" in taken.problem) is (times == 2)


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_table_may_come_back_as_spreadsheets_of_other_countries_write_it(
    bot: Bot, delimiter: str
) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerows(csv.reader(io.StringIO(_table(bot), newline="")))
    taken = _take(bot, "\ufeff" + out.getvalue())
    assert (len(taken), {one.became for one in taken}) == (6, {Became.UNCHANGED})


def test_columns_nobody_filled_leave_owner_and_review_date_alone(bot: Bot) -> None:
    body = {"title": "Sorry", "occasion": "other", "texts": TEXTS}
    save(bot, SORRY, Change(body=body, owner="bea", review_by=date(2026, 9, 1)), by=ANNA)
    text1, text2 = TEXTS
    (taken,) = _take(bot, HEADER + f'saved_reply,sorry,en,Other,other,"{text1}",{text2}\n')
    assert taken.became is Became.SAVED
    assert "Other" in _table(bot)
    assert ",bea,2026-09-01," in _table(bot)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("", "there is no kind, key, language"),
        ("kind,key\n", "there is no language"),
        ("kind,key,language,colour\n", "nobody reads these columns: colour"),
        ("kind,key,language,kind\n", "a column stands twice: kind"),
        ('kind,key,language\nvoice,"voice,en\n', "unexpected end of data"),
    ],
)
def test_what_is_no_table_of_the_library_is_refused_before_anything(
    bot: Bot, table: str, says: str
) -> None:
    with pytest.raises(BadTable, match=says):
        _take(bot, table)


@pytest.mark.parametrize(
    ("column", "cell", "says"),
    [
        ("review_by", "soon", "review_by: write the day as"),
        ("version", "two", "version: "),
        ("more", "{", "more: it is no JSON"),
        ("more", "[1]", "more: it is no JSON object"),
        ("more", '{"colour": "red"}', "colour: "),
        ("more", '{"title": "\\ud800"}', "title: "),
        ("more", "[" * 9000, "more: it is no JSON"),
        ("key", "../x", "key: "),
        ("language", "xx", "language: 'xx' is not one of"),
    ],
)
def test_a_cell_nobody_can_read_is_told(bot: Bot, column: str, cell: str, says: str) -> None:
    cells = {
        "kind": "saved_reply", "key": "late", "language": "en", "occasion": "other",
        "title": "Late" if "title" not in cell else "", "text1": TEXTS[0], "text2": TEXTS[1],
    }  # fmt: skip
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, [*cells, *({column} - {*cells})])
    writer.writeheader()
    writer.writerow({**cells, column: cell})
    (taken,) = _take(bot, out.getvalue())
    assert taken.problem.startswith(says), taken


# -- cells


@pytest.mark.parametrize(
    "evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "'=1", "''-x", "＝1"]
)
def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless_and_comes_back(evil: str) -> None:
    table = write_table(
        [_row(title=evil, topics=["returns"], answer="=1", url="https://a.example")]
    )
    assert _cells(table)["title"] == f"'{evil}"
    assert _cells(table)["answer"] == "'=1"
    (line,) = read_table(table)
    assert line.change is not None
    assert line.change.body is not None
    assert line.change.body["title"] == evil


def test_an_apostrophe_before_a_word_is_no_shield() -> None:
    (line,) = read_table(write_table([_row(title="'Tis late")]))
    assert line.change is not None
    assert line.change.body == {"title": "'Tis late"}


_WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


@given(
    title=_WORDS,
    answer=_WORDS,
    steps=st.lists(_WORDS, max_size=4),
    topics=st.lists(_WORDS, max_size=3),
)
def test_whatever_is_written_out_is_read_back(
    title: str, answer: str, steps: list[str], topics: list[str]
) -> None:
    body = {"title": title, "answer": answer, "steps": steps, "topics": topics}
    (line,) = read_table(write_table([_row(**body)]))
    assert line.change is not None, line.problem
    assert line.change.body == body


def test_every_column_has_a_field_and_every_field_a_column(tmp_path: Path) -> None:
    bot = make_bot(tmp_path)
    seed_once(bot.database, bot.newest_book.files, NOW)
    with bot.database.read() as session:
        rows = session.scalars(select(LibraryEntry).order_by(LibraryEntry.turn)).all()
    for row, line in zip(rows, read_table(write_table(rows)), strict=True):
        assert line.change is not None
        assert line.change.body is not None
        assert body_of(page_of(row.kind, row.key, line.change.body)) == row.body
    bot.database.close()
