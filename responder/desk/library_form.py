"""The page on which an entry is read and written in one language, with another one beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from responder.access import Visitor
from responder.bot import Bot
from responder.desk import library_words, tongue
from responder.desk.library_cards import (
    Past,
    TextLine,
    lines_of,
    past_of,
    said_of,
    waiting_of,
)
from responder.desk.library_faults import faults_of
from responder.desk.library_fields import (
    FIELDS_OF,
    EntryForm,
    Typed,
    body_of,
    sent_as,
    values_of,
)
from responder.desk.pages import desk_of, render
from responder.desk.words import language_name
from responder.library.differences import Difference, differences
from responder.library.models import EntryKind, LibraryEntry
from responder.library.placeholders import allowed_in
from responder.library.shelving import Name, history
from responder.library.works import title_of
from responder.team.models import Role


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """What did not happen and why: one sentence or several. `typed`: the form as it was sent."""

    status: int
    sentences: tuple[str, ...]
    typed: EntryForm | None = None


@dataclass(frozen=True, kw_only=True)
class _Opened:
    """What is opened: an entry, or a new one; what its fields hold if not what stands there; what
    was typed and refused; the language to read beside it."""

    name: Name
    is_new: bool
    body: Mapping[str, Any] | None
    typed: EntryForm | None
    beside: str


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """All the page shows. `body`: what its fields hold; `beside`: the same entry in another
    language, to read while one writes; `others`: the languages it could be. `theirs`: what is in
    force now, held against what was typed."""

    name: Name
    is_new: bool
    title: str
    language_name: str
    version: int
    said: LibraryEntry | None
    waiting: LibraryEntry | None
    proposed: tuple[Difference, ...]
    fields: Sequence[Typed]
    values: Mapping[str, Any]
    placeholders: Mapping[str, str]
    owner: str
    review_by: str
    lines: tuple[TextLine, ...]
    faults: tuple[str, ...]
    past: tuple[Past, ...]
    beside: LibraryEntry | None
    beside_values: Mapping[str, Any]
    others: tuple[str, ...]
    theirs: tuple[Difference, ...]


def show_form(
    request: Request,
    seat: Visitor,
    name: Name,
    *,
    is_new: bool = False,
    body: Mapping[str, Any] | None = None,
    beside: str = "",
    refusal: Refusal | None = None,
) -> Response:
    """The page of one entry. `body`: what a new one begins with."""
    bot = desk_of(request).bot
    typed = refusal.typed if refusal else None
    if typed is not None:
        body = body_of(name.kind, typed)
    opened = _Opened(name=name, is_new=is_new, body=body, typed=typed, beside=beside)
    with bot.database.read() as session:
        sheet = _sheet(bot, session, seat, opened)
    return render(
        request,
        "library_entry.html",
        seat=seat,
        status=refusal.status if refusal else 200,
        sheet=sheet,
        may_edit=seat.may(Role.EDITOR),
        may_decide=seat.may(Role.APPROVER),
        confirmed=frozenset(typed.confirm) if typed else frozenset(),
        refusal=refusal,
        languages=bot.settings.brand.languages,
        sent_as=sent_as,
        say=library_words,
    )


def _sheet(bot: Bot, session: Session, seat: Visitor, opened: _Opened) -> Sheet:
    name, typed, is_new = opened.name, opened.typed, opened.is_new
    known = () if is_new else history(session, name)
    said, waiting = said_of(known), waiting_of(known)
    there = _there(bot, session, name, is_new=is_new)
    shown = waiting if waiting is not None and waiting.changed_by == seat.name else said or waiting
    body = opened.body
    if body is None:
        body = _body(shown) or _begin(name.kind, there)
    codes = (opened.beside, tongue.spoken(), bot.book.bridge, *there)
    other = next((there[code] for code in codes if code in there), None)
    newest = known[0].version if known else 0
    return Sheet(
        name=name,
        is_new=is_new,
        title=title_of(name.key, body if body.get("title") or body.get("name") else _body(other)),
        language_name=language_name(name.language),
        version=newest,
        said=said,
        waiting=waiting,
        proposed=differences(_body(said), waiting.body) if waiting else (),
        fields=FIELDS_OF[name.kind],
        values=values_of(name.kind, body),
        placeholders={
            field.name: found
            for field in FIELDS_OF[name.kind]
            if (found := allowed_in(name.kind, field.name))
        },
        owner=typed.owner if typed else shown.owner if shown else "",
        review_by=typed.review_by if typed else _day(shown.review_by if shown else None),
        lines=lines_of(bot, name, body),
        faults=faults_of(name, body) if typed else (),
        past=past_of(known),
        beside=other,
        beside_values=values_of(name.kind, _body(other)),
        others=tuple(there),
        theirs=(
            differences(_body(waiting or said), body) if typed and typed.version < newest else ()
        ),
    )


def _there(bot: Bot, session: Session, name: Name, *, is_new: bool) -> dict[str, LibraryEntry]:
    """What is in force of the same work in other languages."""
    if is_new:
        return {}
    found = {}
    for code in bot.settings.brand.languages:
        other = Name(kind=name.kind, key=name.key, language=code)
        if code != name.language and (row := said_of(history(session, other))):
            found[code] = row
    return found


def _begin(kind: EntryKind, there: Mapping[str, LibraryEntry]) -> dict[str, Any]:
    """What a language that lacks an entry begins with: all that is no language's own."""
    pattern = next(iter(there.values()), None)
    body = _body(pattern)
    return {
        field.name: body[field.name]
        for field in FIELDS_OF[kind]
        if not field.own and field.name in body
    }


def _body(row: LibraryEntry | None) -> Mapping[str, Any]:
    return (row.body if row else None) or {}


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
