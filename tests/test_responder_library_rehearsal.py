"""What a table would change, and what taking it in does change, are the same."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from sqlalchemy import func, select

from responder.bot import Bot
from responder.library.importing import Became, import_table
from responder.library.models import LibraryEntry, Standing
from responder.library.rehearsal import Foreseen, rehearse, to_confirm
from responder.library.shelving import Change, save
from responder.library.table import BadTable, write_table
from responder.team.models import Role
from tests.factories import make_bot, tiny_book
from tests.shelf import BEA, stock
from tests.test_responder_library_works import BODY, LATE, SORRY

EDITOR = type(BEA)(name="ed", role=Role.EDITOR, agent_id=None)


@pytest.fixture
def bot(tmp_path: Path) -> Bot:
    bot = make_bot(tmp_path, book=tiny_book(tmp_path / "book"))
    stock(bot)
    return bot


def _table(bot: Bot, **changes: str) -> str:
    """What is in force, with cells of sorry/en changed."""
    with bot.database.read() as session:
        rows = session.scalars(
            select(LibraryEntry).where(LibraryEntry.standing == Standing.IN_FORCE)
        )
        text = write_table(rows)
    lines = list(csv.DictReader(io.StringIO(text)))
    for line in lines:
        if (line["key"], line["language"]) == ("sorry", "en"):
            line.update(changes)
    out = io.StringIO()
    writer = csv.DictWriter(out, lines[0].keys())
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue()


def _only(rows: tuple[Foreseen, ...]) -> Foreseen:
    (row,) = (one for one in rows if one.became is not Became.UNCHANGED)
    return row


def _versions(bot: Bot) -> int:
    with bot.database.read() as session:
        return session.scalar(select(func.count()).select_from(LibraryEntry)) or 0


def test_nothing_is_written_and_the_same_comes_of_it(bot: Bot) -> None:
    table, before = _table(bot, text1="We look into it this very minute."), _versions(bot)
    rows = rehearse(bot, table, by=BEA)
    assert _versions(bot) == before
    row = _only(rows)
    assert (row.became, row.name, row.is_new, row.gives_way) == (Became.SAVED, SORRY, False, "")
    assert [(one.field, one.number) for one in row.changes] == [("texts", 1)]
    taken = import_table(bot, table, by=BEA)
    assert [(one.row, one.became) for one in taken] == [(one.row, one.became) for one in rows]
    assert _versions(bot) == before + 1


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"text1": ""}, "texts"),
        ({"url": "http://x", "kind": "nonsense"}, "kind"),
        ({"version": "9"}, "read it again"),
        ({"topics": "nonsense"}, "no topic nonsense"),
    ],
)
def test_a_row_that_would_be_refused_says_why(
    bot: Bot, cells: dict[str, str], problem: str
) -> None:
    table = _table(bot, **cells)
    if cells.get("version"):
        save(bot, SORRY, Change(body={**BODY, "title": "Sorry"}), by=BEA)
        table = _table(bot, version="1", text1="Other words than those of bea.")
    row = _only(rehearse(bot, table, by=BEA))
    assert row.became is Became.REFUSED
    assert problem in row.problem
    assert [one.became for one in import_table(bot, table, by=BEA)].count(Became.REFUSED) == 1


def test_what_has_to_be_confirmed_is_asked_once_for_all_rows(bot: Bot) -> None:
    table = _table(bot, text1="We look into it as soon as possible, and tell you.")
    row = _only(rows := rehearse(bot, table, by=BEA))
    assert (row.became, row.may_be_confirmed) == (Became.REFUSED, True)
    (finding,) = to_confirm(rows)
    assert finding.rule == "R08"
    again = rehearse(bot, table, by=BEA, confirm=frozenset({"R08"}))
    assert _only(again).became is Became.SAVED


def test_a_new_entry_and_a_proposal_that_gives_way_are_told(bot: Bot) -> None:
    save(bot, SORRY, Change(body={**BODY, "title": "Sorry"}), by=EDITOR)
    table = _table(bot, text1="We look into it this very minute.")
    assert _only(rehearse(bot, table, by=BEA)).became is Became.REFUSED
    assert _only(rehearse(bot, table, by=BEA, overwrite=True)).gives_way == "ed"
    new = f"kind,key,language,title,occasion,text1,text2\nsaved_reply,{LATE.key},en,Late,other,"
    new += '"We trace your parcel for you, and write.","We look for your parcel right now."\n'
    row = _only(rehearse(bot, new, by=BEA))
    assert (row.became, row.is_new) == (Became.SAVED, True)


def test_what_is_no_table_is_refused_as_a_whole(bot: Bot) -> None:
    with pytest.raises(BadTable):
        rehearse(bot, "nonsense", by=BEA)
