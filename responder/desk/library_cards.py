"""An entry as its pages show it: its texts one by one with what the checker says of each, how long
each is on every channel, who changed it, and what became of its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from config.book import Article, Occasion, Page, SavedReply
from responder.bot import Bot
from responder.desk.library_fields import FIELDS_OF, Shape
from responder.desk.library_words import field_name
from responder.desk.words import language_name
from responder.library.checks import found_in
from responder.library.differences import Difference, differences
from responder.library.lengths import Measured, lengths_of
from responder.library.models import EntryKind, LibraryEntry, Standing
from responder.library.shelving import Name, history, wrapping
from responder.library.store import page_of
from responder.library.works import Use, title_of
from responder.voice.finding import Finding

_VERSIONS_SHOWN = 30


@dataclass(frozen=True, kw_only=True)
class TextLine:
    """One text of an entry under its name. `number`: which of several, from 1; 0: the only one."""

    label: str
    number: int
    text: str
    is_link: bool
    findings: tuple[Finding, ...]
    measured: Measured | None


@dataclass(frozen=True, kw_only=True)
class Card:
    """An entry in one language: what is `said`, or only proposed; neither: it lacks."""

    name: Name
    language_name: str
    title: str
    version: int
    said: LibraryEntry | None
    waiting: LibraryEntry | None
    lines: tuple[TextLine, ...]
    use: Use


@dataclass(frozen=True, kw_only=True)
class Past:
    """One version, and what it changed of the one before it that was in force."""

    row: LibraryEntry
    changes: tuple[Difference, ...]
    begins: bool  # nothing was in force before it


def card_of(bot: Bot, session: Session, name: Name, uses: Mapping[Any, Use]) -> Card:
    """The card of one language. Checks its texts, which takes some milliseconds."""
    known = history(session, name)
    said, waiting = said_of(known), waiting_of(known)
    shown = said or waiting
    body = (shown.body if shown else None) or {}
    return Card(
        name=name,
        language_name=language_name(name.language),
        title=title_of(name.key, body),
        version=known[0].version if known else 0,
        said=said,
        waiting=waiting,
        lines=lines_of(bot, name, body) if body else (),
        use=uses.get((name.kind.value, name.key, name.language), Use()),
    )


def said_of(known: Sequence[LibraryEntry]) -> LibraryEntry | None:
    """What is in force of an entry and says something."""
    found = (one for one in known if one.standing is Standing.IN_FORCE and one.body is not None)
    return next(found, None)


def waiting_of(known: Sequence[LibraryEntry]) -> LibraryEntry | None:
    return next((one for one in known if one.standing is Standing.WAITING), None)


def lines_of(bot: Bot, name: Name, body: Mapping[str, Any]) -> tuple[TextLine, ...]:
    """The texts of a body, also of one that could not be kept, with what is said of each."""
    page = leniently(name, body)
    findings, measured = _looked_over(bot, name, page) if page is not None else ({}, {})
    lines = []
    for field in FIELDS_OF[name.kind]:
        if field.shape not in (Shape.LINE, Shape.TEXT, Shape.TEXTS, Shape.LINK, Shape.DATE):
            continue
        value = body.get(field.name)
        texts = value if isinstance(value, list | tuple) else [value] if value else []
        for number, text in enumerate(texts, 1):
            place = (field.name, number if field.shape is Shape.TEXTS else 0)
            # Steps are said one after the other: they are looked over as one, with the last.
            last = field.name == "steps" and number == len(texts)
            place = (field.name, 0) if last else place
            lines.append(
                TextLine(
                    label=field_name(field.name),
                    number=number if field.shape is Shape.TEXTS else 0,
                    text=str(text),
                    is_link=field.shape is Shape.LINK,
                    findings=findings.get(place, ()),
                    measured=measured.get(place),
                )
            )
    return tuple(lines)


def leniently(name: Name, body: Mapping[str, Any]) -> Page | None:
    """The value of a body; of one that is not fit yet, what can be looked over of it."""
    try:
        return page_of(name.kind, name.key, body)
    except ValidationError:
        texts = {
            field: tuple(one for one in body.get(field, ()) if isinstance(one, str))
            for field in ("texts", "plain", "steps")
        }
        if name.kind is EntryKind.SAVED_REPLY:
            told = body.get("occasion")
            return SavedReply.model_construct(
                key=name.key,
                title="",
                occasion=Occasion(told) if told in list(Occasion) else Occasion.OTHER,
                texts=texts["texts"],
                plain=texts["plain"],
            )
        if name.kind is EntryKind.ARTICLE:
            return Article.model_construct(
                key=name.key,
                title="",
                topics=(),
                url="",
                answer=str(body.get("answer", "")),
                steps=texts["steps"],
            )
    return None


_Place = tuple[str, int]


def _looked_over(
    bot: Bot, name: Name, page: Page
) -> tuple[dict[_Place, tuple[Finding, ...]], dict[_Place, Measured]]:
    """What the checker says and how long it is, by field and number of each text."""
    if name.language not in bot.book.chapters:
        return {}, {}
    around = wrapping(bot, name.language)
    measured = lengths_of(page, around.voice, bot.channels)
    return (
        {(said.field, said.number): found for said, found in found_in(page, around)},
        {(one.field, one.number): one for one in measured},
    )


def past_of(known: Sequence[LibraryEntry]) -> tuple[Past, ...]:
    """The versions, the newest first, each with what it changed."""
    found = []
    for at, row in enumerate(known[:_VERSIONS_SHOWN]):
        before = next(
            (
                one
                for one in known[at + 1 :]
                if one.standing in (Standing.IN_FORCE, Standing.FORMER)
            ),
            None,
        )
        old = before.body if before else None
        found.append(Past(row=row, changes=differences(old, row.body), begins=old is None))
    return tuple(found)
