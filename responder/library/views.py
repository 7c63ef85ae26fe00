"""What other programs see of the library, and its list page by page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from responder.library.models import EntryKind, LibraryEntry, Standing
from responder.paging import BadCursor, cursor_of, one_page, parts_of
from responder.views import FindingView, PageView


class VersionView(BaseModel):
    """One version of an entry. `body` is null where it removes the entry. `findings`: what the
    checker said and somebody confirmed, or what is a mere hint. `approved_by` also names who
    declined. Times are UTC."""

    model_config = ConfigDict(from_attributes=True)

    kind: EntryKind
    key: str
    language: str
    version: int
    standing: Standing
    body: dict[str, Any] | None
    owner: str
    review_by: date | None
    findings: list[FindingView]
    changed_at: datetime
    changed_by: str
    approved_at: datetime | None
    approved_by: str


class EntryView(BaseModel):
    """An entry with its past. `version` is its newest, which a change names; `in_force` is what is
    said, null if the entry was removed or never approved; `waiting` what is proposed."""

    kind: EntryKind
    key: str
    language: str
    version: int
    in_force: VersionView | None
    waiting: VersionView | None
    history: list[VersionView]


def entry_view(known: Sequence[LibraryEntry]) -> EntryView:
    """`known`: its versions, the newest first; at least one."""
    views = [VersionView.model_validate(row) for row in known]
    newest = views[0]
    said = (one for one in views if one.standing is Standing.IN_FORCE and one.body is not None)
    return EntryView(
        kind=newest.kind,
        key=newest.key,
        language=newest.language,
        version=newest.version,
        in_force=next(said, None),
        waiting=next((one for one in views if one.standing is Standing.WAITING), None),
        history=views,
    )


def library_page(
    session: Session,
    *,
    kind: EntryKind | None = None,
    language: str | None = None,
    waiting: bool = False,
    limit: int,
    after: str | None = None,
) -> PageView[VersionView]:
    """What is in force, or what waits, by kind, key and language. Raises BadCursor."""
    order = (LibraryEntry.kind, LibraryEntry.key, LibraryEntry.language)
    query = select(LibraryEntry).where(LibraryEntry.kind.in_(list(EntryKind))).order_by(*order)
    if waiting:
        query = query.where(LibraryEntry.standing == Standing.WAITING)
    else:
        query = query.where(
            LibraryEntry.standing == Standing.IN_FORCE, LibraryEntry.body.is_not(None)
        )
    if kind is not None:
        query = query.where(LibraryEntry.kind == kind)
    if language is not None:
        query = query.where(LibraryEntry.language == language)
    if after:
        query = query.where(tuple_(*order) > tuple_(*_place(after)))
    rows, last = one_page(session, query, limit)
    return PageView(
        items=[VersionView.model_validate(row) for row in rows],
        next=last and cursor_of(last.kind.value, last.key, last.language),
    )


def _place(after: str) -> tuple[EntryKind, str, str]:
    kind, key, language = parts_of(after, 3)
    if kind not in list(EntryKind):
        raise BadCursor("after is not a cursor of this list")
    return EntryKind(kind), key, language
