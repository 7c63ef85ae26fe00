"""The library as a spreadsheet: out, and back in after a look at what would change."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy import select

from responder.access import Visitor
from responder.desk import library_words
from responder.desk.exported import note_export
from responder.desk.library_fields import Marks
from responder.desk.pages import desk_of, render
from responder.desk.signin import EditorSeat, Seat
from responder.desk.tongue import _
from responder.library.importing import Became, Taken, import_table
from responder.library.models import EntryKind, LibraryEntry, Standing
from responder.library.rehearsal import Foreseen, rehearse, to_confirm
from responder.library.table import BadTable, write_table
from responder.team.models import Role

router = APIRouter(include_in_schema=False)

_SHOWN: Final = 200  # rows of a table that are shown one by one


class TableForm(BaseModel):
    """A table that was looked at, to be taken in or looked at once more."""

    table: Annotated[str, Field(max_length=1_000_000)]
    confirm: Marks = []
    overwrite: bool = False


@router.get("/library/table")
def table_page(request: Request, seat: Seat) -> Response:
    return _show(request, seat)


@router.get("/library/export.csv")
def export(request: Request, seat: Seat, kind: str = "", language: str = "") -> Response:
    """What is in force, all of it or of one kind or language."""
    bot = desk_of(request).bot
    order = (LibraryEntry.kind, LibraryEntry.key, LibraryEntry.language)
    wanted = select(LibraryEntry).where(
        LibraryEntry.standing == Standing.IN_FORCE, LibraryEntry.body.is_not(None)
    )
    kinds = [EntryKind(kind)] if kind in list(EntryKind) else list(EntryKind)
    languages = bot.settings.brand.languages
    spoken = [language] if language in languages else list(languages)
    wanted = wanted.where(LibraryEntry.kind.in_(kinds), LibraryEntry.language.in_(spoken))
    with bot.database.read() as session:
        text = write_table(session.scalars(wanted.order_by(*order)))
    held_to = [*([kind] if len(kinds) == 1 else []), *spoken[: len(spoken) == 1]]
    detail = ", ".join(held_to) or "everything"
    note_export(bot, seat, "library", detail=detail, now=bot.clock())
    name = "-".join(["library", *held_to])
    return Response(
        "\ufeff" + text,  # by this mark spreadsheets know UTF-8
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}.csv"'},
    )


@router.post("/library/import")
def look(request: Request, seat: EditorSeat, file: Annotated[UploadFile, File()]) -> Response:
    """What taking a file in would change. Nothing is kept."""
    try:
        text = file.file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        refusal = _("This file is no UTF-8 text: save it as “CSV UTF-8” in your spreadsheet.")
        return _show(request, seat, refusal=refusal)
    return _rehearsed(request, seat, TableForm(table=text))


@router.post("/library/import/again")
def look_again(request: Request, seat: EditorSeat, form: Annotated[TableForm, Form()]) -> Response:
    """The same once more, with what was ticked since."""
    return _rehearsed(request, seat, form)


@router.post("/library/import/apply")
def take_in(request: Request, seat: EditorSeat, form: Annotated[TableForm, Form()]) -> Response:
    bot = desk_of(request).bot
    try:
        taken = import_table(
            bot, form.table, by=seat, confirm=frozenset(form.confirm), overwrite=form.overwrite
        )
    except BadTable as bad:
        return _show(request, seat, refusal=_no_table(bad))
    return _show(request, seat, taken=taken)


def _rehearsed(request: Request, seat: Visitor, form: TableForm) -> Response:
    bot = desk_of(request).bot
    try:
        rows = rehearse(
            bot, form.table, by=seat, confirm=frozenset(form.confirm), overwrite=form.overwrite
        )
    except BadTable as bad:
        return _show(request, seat, refusal=_no_table(bad))
    return _show(request, seat, rows=rows, form=form)


def _no_table(bad: BadTable) -> str:
    return _("This is no table of the library: %(why)s.", why=bad)


def _show(
    request: Request,
    seat: Visitor,
    *,
    refusal: str = "",
    rows: tuple[Foreseen, ...] | None = None,
    form: TableForm | None = None,
    taken: tuple[Taken, ...] | None = None,
) -> Response:
    bot = desk_of(request).bot
    found = rows or ()
    told = [row for row in found if row.became is not Became.UNCHANGED]
    return render(
        request,
        "library_table.html",
        seat=seat,
        status=422 if refusal else 200,
        refusal=refusal,
        form=form,
        rows=None if rows is None else told[:_SHOWN],
        more=max(0, len(told) - _SHOWN),
        counts={became: sum(row.became is became for row in found) for became in Became},
        to_confirm=to_confirm(found),
        taken=taken,
        refused=[one for one in taken or () if one.became is Became.REFUSED][:_SHOWN],
        taken_counts={one: sum(t.became is one for t in taken or ()) for one in Became},
        may_edit=seat.may(Role.EDITOR),
        may_decide=seat.may(Role.APPROVER),
        Became=Became,
        kinds=list(EntryKind),
        languages=bot.settings.brand.languages,
        say=library_words,
    )
