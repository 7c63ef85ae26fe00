"""What the library lacks: entries a language does not have, dates of review gone by, proposals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from responder.library.models import EntryKind, LibraryEntry, Standing

_NAMES: Final = {
    "it": "Italian",
    "en": "English",
    "fr": "French",
    "de": "German",
    "es": "Spanish",
    "pl": "Polish",
    "el": "Greek",
}


@dataclass(frozen=True, kw_only=True)
class Lacks:
    """`lacks`: what other languages have and this one has not, as "article: gift_card"; `of`: how
    many entries there are in all languages together."""

    lacks: tuple[str, ...]
    of: int


@dataclass(frozen=True, kw_only=True)
class Overdue:
    """An entry whose date of review has gone by. `name`: kind/key/language."""

    name: str
    review_by: date
    owner: str


@dataclass(frozen=True, kw_only=True)
class Completeness:
    """`languages`: of each the brand answers in. `waiting`: the names of what is proposed."""

    languages: dict[str, Lacks]
    overdue: tuple[Overdue, ...]
    waiting: tuple[str, ...]


def completeness(session: Session, languages: Sequence[str], today: date) -> Completeness:
    """How complete the library is in `languages`, on a day."""
    rows = session.scalars(
        select(LibraryEntry)
        .where(
            LibraryEntry.language.in_(languages),
            LibraryEntry.kind.in_(list(EntryKind)),
            or_(
                LibraryEntry.standing == Standing.WAITING,
                (LibraryEntry.standing == Standing.IN_FORCE) & LibraryEntry.body.is_not(None),
            ),
        )
        .order_by(LibraryEntry.kind, LibraryEntry.key, LibraryEntry.language)
    ).all()
    in_force = [row for row in rows if row.standing is Standing.IN_FORCE]
    return Completeness(
        languages=_lacks(in_force, languages),
        overdue=tuple(
            Overdue(name=_name(row), review_by=row.review_by, owner=row.owner)
            for row in in_force
            if row.review_by is not None and row.review_by < today
        ),
        waiting=tuple(_name(row) for row in rows if row.standing is Standing.WAITING),
    )


def sentence(language: str, found: Lacks) -> str:
    """ "Polish lacks 3 of 14: article: gift_card, …"."""
    name = _NAMES.get(language, language)
    if not found.lacks:
        return f"{name} has all {found.of}"
    return f"{name} lacks {len(found.lacks)} of {found.of}: {', '.join(found.lacks)}"


def _lacks(rows: Iterable[LibraryEntry], languages: Sequence[str]) -> dict[str, Lacks]:
    kinds = list(EntryKind)
    had: dict[tuple[EntryKind, str], set[str]] = {}
    for row in rows:
        had.setdefault((row.kind, row.key), set()).add(row.language)
    every = sorted(had, key=lambda one: (kinds.index(one[0]), one[1]))
    return {
        language: Lacks(
            lacks=tuple(f"{kind}: {key}" for kind, key in every if language not in had[kind, key]),
            of=len(every),
        )
        for language in languages
    }


def _name(row: LibraryEntry) -> str:
    return f"{row.kind}/{row.key}/{row.language}"
