"""An entry in one language: its form, its past, and what can be done with it. What an approver
saves is in force at once, what an editor saves waits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import EllipsisType
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from responder.access import Visitor
from responder.approve import Blocked, Conflict, NotFound
from responder.bot import Bot
from responder.desk import tongue
from responder.desk.library import Key, LanguageCode, show_work
from responder.desk.library_cards import lines_of, said_of
from responder.desk.library_faults import faults_of, of_block, of_conflict
from responder.desk.library_fields import EntryForm, Marks, NewEntryForm, body_of, key_from
from responder.desk.library_form import Refusal, show_form
from responder.desk.pages import desk_of, query, render
from responder.desk.retold import retold
from responder.desk.signin import ApproverSeat, EditorSeat, Seat
from responder.desk.tongue import _
from responder.library import shelving
from responder.library.checks import Unfit
from responder.library.models import EntryKind
from responder.library.shelving import Change, Name, history

router = APIRouter(include_in_schema=False)

_ENTRY = "/library/entry/{kind}/{key}/{language}"
_Version = Annotated[int, Field(ge=1, le=2**31 - 1)]


class DecisionForm(BaseModel):
    """`version`: the one that waits; of a wish to retire or to bring back the newest that was
    read."""

    version: _Version
    confirm: Marks = []


class RestoreForm(DecisionForm):
    back_to: _Version


@router.get("/library/new")
def new_page(
    request: Request,
    seat: EditorSeat,
    kind: EntryKind = EntryKind.SAVED_REPLY,
    language: str = "",
    like: str = "",
) -> Response:
    """A new entry; `like`: the name of the one whose words it begins with."""
    bot = desk_of(request).bot
    languages = bot.settings.brand.languages
    body: Mapping[str, Any] = {}
    parts = like.split("/")
    if len(parts) == 3 and parts[0] in list(EntryKind):
        pattern = Name(kind=EntryKind(parts[0]), key=parts[1], language=parts[2])
        with bot.database.read() as session:
            found = said_of(history(session, pattern))
        body = (found.body if found else None) or {}
        kind, language = pattern.kind, pattern.language
    spoken = next((one for one in (language, tongue.spoken()) if one in languages), languages[0])
    if kind is EntryKind.VOICE:
        raise NotFound("Each language has its one voice already")
    name = Name(kind=kind, key="", language=spoken)
    return show_form(request, seat, name, is_new=True, body=body)


@router.post("/library/new")
def add(request: Request, seat: EditorSeat, form: Annotated[NewEntryForm, Form()]) -> Response:
    key = form.key.strip() or key_from(form.title or form.name)
    name = Name(kind=form.entry_kind, key=key, language=form.language)
    return _save(request, seat, name, form, is_new=True)


@router.post("/library/check")
def check(request: Request, seat: EditorSeat, form: Annotated[NewEntryForm, Form()]) -> Response:
    """What stands against what is typed, while it is typed."""
    bot = desk_of(request).bot
    key = form.key.strip() or key_from(form.title or form.name) or "key"
    name = Name(kind=form.entry_kind, key=key, language=form.language)
    body = body_of(name.kind, form)
    return render(
        request,
        "parts/library_check.html",
        seat=seat,
        lines=lines_of(bot, name, body),
        faults=faults_of(name, body),
        checked=name.kind in (EntryKind.SAVED_REPLY, EntryKind.ARTICLE),
        confirmed=frozenset(form.confirm),
    )


@router.get(_ENTRY)
def entry_page(
    request: Request,
    seat: Seat,
    kind: EntryKind,
    key: Key,
    language: LanguageCode,
    beside: str = "",
) -> Response:
    name = _known(desk_of(request).bot, kind, key, language)
    return show_form(request, seat, name, beside=beside)


@router.post(_ENTRY)
def save(
    request: Request,
    seat: EditorSeat,
    kind: EntryKind,
    key: Key,
    language: LanguageCode,
    form: Annotated[EntryForm, Form()],
) -> Response:
    return _save(request, seat, _known(desk_of(request).bot, kind, key, language), form)


@router.post(f"{_ENTRY}/retire")
def retire(
    request: Request,
    seat: EditorSeat,
    kind: EntryKind,
    key: Key,
    language: LanguageCode,
    form: Annotated[DecisionForm, Form()],
) -> Response:
    bot = desk_of(request).bot
    name = _known(bot, kind, key, language)
    try:
        row = shelving.save(bot, name, Change(body=None), by=seat, version=form.version)
    except (Unfit, Conflict) as error:
        return _refused(request, seat, name, error)
    return _go_on(name, "retired" if row.approved_by else "to retire")


@router.post(f"{_ENTRY}/approve")
def approve(
    request: Request,
    seat: ApproverSeat,
    kind: EntryKind,
    key: Key,
    language: LanguageCode,
    form: Annotated[DecisionForm, Form()],
) -> Response:
    bot, confirm = desk_of(request).bot, frozenset(form.confirm)
    name = _known(bot, kind, key, language)
    try:
        shelving.approve(bot, name, version=form.version, by=seat, confirm=confirm)
    except (Unfit, Conflict, Blocked) as error:
        return _refused(request, seat, name, error)
    return _go_on(name, "approved")


@router.post(f"{_ENTRY}/decline")
def decline(
    request: Request,
    seat: ApproverSeat,
    kind: EntryKind,
    key: Key,
    language: LanguageCode,
    form: Annotated[DecisionForm, Form()],
) -> Response:
    bot = desk_of(request).bot
    name = _known(bot, kind, key, language)
    try:
        shelving.decline(bot, name, version=form.version, by=seat)
    except Conflict as error:
        return _refused(request, seat, name, error)
    return _go_on(name, "declined")


@router.post(f"{_ENTRY}/restore")
def restore(
    request: Request,
    seat: EditorSeat,
    kind: EntryKind,
    key: Key,
    language: LanguageCode,
    form: Annotated[RestoreForm, Form()],
) -> Response:
    bot, confirm = desk_of(request).bot, frozenset(form.confirm)
    name = _known(bot, kind, key, language)
    try:
        row = shelving.restore(
            bot, name, form.back_to, by=seat, version=form.version, confirm=confirm
        )
    except (Unfit, Conflict, Blocked) as error:
        return _refused(request, seat, name, error)
    return _go_on(name, "brought back" if row.approved_by else "proposed")


def _known(bot: Bot, kind: EntryKind, key: str, language: str) -> Name:
    """The entry an address names, if some language has it. Raises NotFound."""
    name = Name(kind=kind, key=key, language=language)
    languages = bot.settings.brand.languages
    if language not in languages:
        raise NotFound("The brand does not speak that language")
    with bot.database.read() as session:
        names = (Name(kind=kind, key=key, language=code) for code in languages)
        if not any(history(session, one) for one in names):
            raise NotFound("There is no such entry")
    return name


def _save(
    request: Request, seat: Visitor, name: Name, form: EntryForm, *, is_new: bool = False
) -> Response:
    bot, body = desk_of(request).bot, body_of(name.kind, form)

    def refused(status: int, *sentences: str) -> Response:
        refusal = Refusal(status=status, sentences=sentences, typed=form)
        return show_form(request, seat, name, is_new=is_new, refusal=refusal)

    if faults := faults_of(name, body):
        return refused(422, _("Not saved: something is missing or wrong."), *faults)
    try:
        change = Change(
            body=body,
            owner=form.owner,
            review_by=_date(form.review_by),
            confirm=frozenset(form.confirm),
        )
        row = shelving.save(bot, name, change, by=seat, version=0 if is_new else form.version)
    except Blocked as blocked:
        return refused(422, of_block(blocked))
    except Conflict as conflict:
        with bot.database.read() as session:
            known = history(session, name)
        return refused(409, of_conflict(known, 0 if is_new else form.version, conflict))
    except Unfit as unfit:
        return refused(422, _("Not saved: %(why)s.", why=unfit))
    return _go_on(name, "kept" if row.approved_by else "proposed")


def _date(told: str) -> date | EllipsisType | None:
    try:
        return date.fromisoformat(told) if told else None
    except ValueError:
        raise Unfit(_("the day of review is written as 2027-01-31")) from None


def _refused(request: Request, seat: Visitor, name: Name, error: Exception) -> Response:
    """The page of the work, with what did not happen."""
    status = 409 if isinstance(error, Conflict) else 422
    sentence = _("Nothing was changed: %(why)s.", why=retold(str(error).rstrip(".")))
    return show_work(request, seat, name.kind, name.key, refusal=sentence, status=status)


def _go_on(name: Name, done: str) -> Response:
    path = query(f"/library/entry/{name.kind}/{name.key}", {"done": done})
    return RedirectResponse(f"{path}#{name.language}", status_code=303)
