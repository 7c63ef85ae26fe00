"""The brand book as it stands in the database: stocked once from its files, read when it changed.

The files are the beginning. From the first start on, a language's entries are kept in the database
(docs/library.md); names, handles and hosts stay in `brand.toml`: they are settings, not texts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import Row, String, func, select, type_coerce
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from config.book import Article, Chapter, Page, Product, Promotion, SavedReply, Store, Voice
from config.brand import BrandBook
from config.database import Database
from responder.library.models import EntryKind, LibraryEntry, Standing

VOICE: Final = "voice"
"""The key of the one voice a language has."""

MODELS: Final[Mapping[EntryKind, type[Page]]] = MappingProxyType(
    {
        EntryKind.VOICE: Voice,
        EntryKind.SAVED_REPLY: SavedReply,
        EntryKind.ARTICLE: Article,
        EntryKind.PRODUCT: Product,
        EntryKind.STORE: Store,
        EntryKind.PROMOTION: Promotion,
    }
)
_FIELDS: Final = MappingProxyType(
    {
        EntryKind.SAVED_REPLY: "saved_replies",
        EntryKind.ARTICLE: "articles",
        EntryKind.PRODUCT: "products",
        EntryKind.STORE: "stores",
        EntryKind.PROMOTION: "promotions",
    }
)
_BY: Final = "bot"


def page_of(kind: EntryKind, key: str, body: Mapping[str, Any]) -> Page:
    """The value a body stands for. Raises ValidationError."""
    named = {} if kind is EntryKind.VOICE else {"key": key}
    return MODELS[kind].model_validate({**body, **named})


def body_of(page: Page) -> dict[str, Any]:
    """A value as it is kept: what it leaves out, and what is as usual, is left out."""
    return page.model_dump(mode="json", exclude={"key"}, exclude_defaults=True)


def newest_turn(session: Session) -> int:
    """How many versions have come in force so far; 0 while there is no library."""
    return session.scalar(select(func.max(LibraryEntry.turn))) or 0


# -- the beginning


def seed_once(database: Database, files: BrandBook, now: datetime) -> int:
    """Put in the chapters of languages of which the library has nothing yet, all at once; returns
    how many entries that were. Harmless to repeat, also by two processes at a time."""
    with database.read() as session:
        if not _lacking(session, files):
            return 0
    try:
        with database.write() as session:
            rows = [row for language in _lacking(session, files) for row in _rows(files, language)]
            for turn, row in enumerate(rows, newest_turn(session) + 1):
                row.turn, row.changed_at, row.approved_at = turn, now, now
            session.add_all(rows)
    except IntegrityError:  # another process was faster: then it is done
        return 0
    return len(rows)


def _lacking(session: Session, files: BrandBook) -> list[str]:
    known = set(session.scalars(select(LibraryEntry.language).distinct()))
    return [language for language in files.chapters if language not in known]


def _rows(files: BrandBook, language: str) -> Iterator[LibraryEntry]:
    for kind, key, page in entries_of(files.chapters[language]):
        yield LibraryEntry(
            kind=kind,
            key=key,
            language=language,
            version=1,
            standing=Standing.IN_FORCE,
            body=body_of(page),
            changed_by=_BY,
            approved_by=_BY,
        )


def entries_of(chapter: Chapter) -> Iterator[tuple[EntryKind, str, Page]]:
    """All that stands in a chapter, with kinds and keys."""
    yield EntryKind.VOICE, VOICE, chapter.voice
    for kind, field in _FIELDS.items():
        for page in getattr(chapter, field):
            yield kind, page.key, page


# -- reading


@dataclass(frozen=True, kw_only=True)
class ReadBook:
    """`faults`: what was left out and why, one sentence each. `turn`: which state was read."""

    book: BrandBook
    turn: int
    faults: tuple[str, ...] = ()


def read_book(session: Session, files: BrandBook) -> ReadBook:
    """The book of now, with the cover and the languages of the files.

    An entry that cannot be read is left out and named. Where a language has no voice or no saved
    reply left, what it said before speaks, and those of the files if it never said anything that
    can be read: a customer must not wait because of a bad row.
    """
    turn = newest_turn(session)
    pages, faults = _pages(_in_force(session, tuple(files.chapters)))
    chapters = dict(files.chapters)
    for language, found in pages.items():
        for kind in (EntryKind.VOICE, EntryKind.SAVED_REPLY):
            if not found[kind]:
                found[kind] = _earlier(session, kind, language)
                whose = "of before" if found[kind] else "of the files"
                faults.append(f"no {kind} of {language} can be read: that {whose} speaks")
        chapters[language] = _chapter(found, chapters[language])
    book = BrandBook(cover=files.cover, chapters=MappingProxyType(chapters))
    return ReadBook(book=book, turn=turn, faults=tuple(faults))


_Pages = dict[str, dict[EntryKind, list[Page]]]


def _pages(rows: Iterable[Row[Any]]) -> tuple[_Pages, list[str]]:
    """By language and kind what can be read, and a sentence about each row that cannot. A language
    of which nothing can be read is there too."""
    pages: _Pages = defaultdict(lambda: defaultdict(list))
    faults = []
    for row in rows:
        found, name = pages[row.language], f"{row.kind} {row.key} ({row.language})"
        try:
            kind = EntryKind(row.kind)
            found[kind].append(page_of(kind, row.key, row.body))
        except ValidationError as error:
            faults.append(f"{name} is left out: {in_a_line(error)}")
        except (TypeError, ValueError, RecursionError):
            faults.append(f"{name} is left out: nobody can read it")
    return pages, faults


def _earlier(session: Session, kind: EntryKind, language: str) -> list[Page]:
    """What the entries of a kind said before, each as it can be read newest."""
    rows = session.execute(
        select(*_COLUMNS)
        .where(
            LibraryEntry.kind == kind,
            LibraryEntry.language == language,
            LibraryEntry.standing == Standing.FORMER,
            LibraryEntry.turn.is_not(None),
            LibraryEntry.body.is_not(None),
        )
        .order_by(LibraryEntry.turn.desc())
    )
    pages, _ = _pages(rows)
    newest: dict[str, Page] = {}
    for page in pages[language][kind]:
        newest.setdefault(getattr(page, "key", VOICE), page)
    return list(newest.values())


def in_a_line(error: ValidationError) -> str:
    """What is wrong first, with its place, and without the words that were given."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part)[:40] for part in first["loc"])
    said = first["msg"].removeprefix("Value error, ")
    return f"{where}: {said}" if where else said


_COLUMNS: Final = (
    # As it stands there: of a kind nobody knows the row alone is left out.
    type_coerce(LibraryEntry.kind, String).label("kind"),
    LibraryEntry.key,
    LibraryEntry.language,
    LibraryEntry.body,
)


def _in_force(session: Session, languages: Sequence[str]) -> Sequence[Row[Any]]:
    """In the order in which entries first came in: where two fit a mention alike, the first does,
    and a changed word must not change which."""
    first = (
        select(
            LibraryEntry.kind,
            LibraryEntry.key,
            LibraryEntry.language,
            func.min(LibraryEntry.turn).label("turn"),
        )
        .group_by(LibraryEntry.kind, LibraryEntry.key, LibraryEntry.language)
        .subquery()
    )
    return session.execute(
        select(*_COLUMNS)
        .join(
            first,
            (first.c.kind == LibraryEntry.kind)
            & (first.c.key == LibraryEntry.key)
            & (first.c.language == LibraryEntry.language),
        )
        .where(
            LibraryEntry.standing == Standing.IN_FORCE,
            LibraryEntry.body.is_not(None),
            LibraryEntry.language.in_(languages),
        )
        .order_by(first.c.turn)
    ).all()


def _chapter(pages: Mapping[EntryKind, Sequence[Any]], files: Chapter) -> Chapter:
    voices = pages.get(EntryKind.VOICE, ())
    found = {field: tuple(pages.get(kind, ())) for kind, field in _FIELDS.items()}
    found["saved_replies"] = found["saved_replies"] or files.saved_replies
    return Chapter(voice=voices[0] if voices else files.voice, **found)
