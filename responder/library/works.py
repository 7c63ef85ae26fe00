"""The library as people look through it: one line a work, which is all entries of one key, with the
languages that have it and those that lack it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from responder.library.models import EntryKind, LibraryEntry, Standing
from sentiment.cues import fold

ANY: Final = "any"
"""As a language that is lacking: whichever it is."""


class Order(StrEnum):
    """What comes first. The values stand in addresses."""

    NAME = "name"
    EDITED = "edited"  # of whose words the team keeps least
    USED = "used"
    RECENT = "recent"


@dataclass(frozen=True, kw_only=True)
class Edition:
    """A work in one language. `title` and what can be found (`text`, folded) are of what is in
    force, or of what is proposed where nothing is."""

    language: str
    title: str
    text: str
    topics: tuple[str, ...]
    phases: tuple[str, ...]
    changed_at: datetime
    changed_by: str
    review_by: date | None
    in_force: bool
    waiting: bool


@dataclass(frozen=True, kw_only=True)
class Use:
    """How often people sent what began with words of ours; `kept`: the share of these words in what
    they sent, 0 to 1, None if nobody can say."""

    used: int = 0
    kept: float | None = None


@dataclass(frozen=True, kw_only=True)
class Work:
    """`editions` by language, in the order of the brand's languages; `lacks`: those it is not in
    force in, though it is in another."""

    kind: EntryKind
    key: str
    editions: Mapping[str, Edition]
    lacks: tuple[str, ...]
    use: Use = Use()

    @property
    def waits(self) -> tuple[str, ...]:
        """The languages in which an approver has to decide."""
        return tuple(one.language for one in self.editions.values() if one.waiting)

    @property
    def latest(self) -> Edition:
        """The one that was changed last."""
        return max(self.editions.values(), key=lambda one: one.changed_at)

    def shown_in(self, *languages: str) -> Edition:
        """Its edition in the first of `languages` that has one; else whichever there is."""
        found = (self.editions[code] for code in languages if code in self.editions)
        return next(found, next(iter(self.editions.values())))


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody looks for; what is empty does not count. `lacks`: a language, or ANY."""

    kind: EntryKind | None = None
    topic: str = ""
    phase: str = ""
    language: str = ""
    lacks: str = ""
    waiting: bool = False
    words: str = ""
    order: Order = Order.NAME


def works(
    session: Session,
    languages: Sequence[str],
    uses: Mapping[tuple[str, str], Use],
    *,
    kind: EntryKind | None = None,
    key: str | None = None,
) -> tuple[Work, ...]:
    """What is in force or proposed in `languages`, by kind and key. `uses`: by kind and key."""
    query = (
        select(
            LibraryEntry.kind,
            LibraryEntry.key,
            LibraryEntry.language,
            LibraryEntry.standing,
            LibraryEntry.body,
            LibraryEntry.changed_at,
            LibraryEntry.changed_by,
            LibraryEntry.review_by,
        )
        .where(
            LibraryEntry.kind.in_(list(EntryKind) if kind is None else [kind]),
            LibraryEntry.language.in_(languages),
            or_(
                LibraryEntry.standing == Standing.WAITING,
                (LibraryEntry.standing == Standing.IN_FORCE) & LibraryEntry.body.is_not(None),
            ),
        )
        .order_by(LibraryEntry.key)
    )
    if key is not None:
        query = query.where(LibraryEntry.key == key)
    rows: dict[tuple[EntryKind, str], dict[str, list[Any]]] = {}
    for row in session.execute(query):
        rows.setdefault((row.kind, row.key), {}).setdefault(row.language, []).append(row)
    kinds = list(EntryKind)
    order = sorted(rows, key=lambda name: (kinds.index(name[0]), name[1]))
    return tuple(_work(name, rows[name], languages, uses) for name in order)


def chosen(found: Iterable[Work], wanted: Wanted) -> tuple[Work, ...]:
    """Those somebody looks for, in the order they want."""
    kept = [work for work in found if _fits(work, wanted)]
    if wanted.order is Order.EDITED:
        kept.sort(key=lambda work: (work.use.kept is None, work.use.kept or 0, -work.use.used))
    elif wanted.order is Order.USED:
        kept.sort(key=lambda work: -work.use.used)
    elif wanted.order is Order.RECENT:
        kept.sort(key=lambda work: work.latest.changed_at, reverse=True)
    return tuple(kept)


def _fits(work: Work, wanted: Wanted) -> bool:
    if wanted.kind not in (None, work.kind):
        return False
    if wanted.waiting and not work.waits:
        return False
    if wanted.lacks and not (work.lacks if wanted.lacks == ANY else wanted.lacks in work.lacks):
        return False
    editions = tuple(work.editions.values())
    if wanted.language:
        editions = tuple(one for one in editions if one.language == wanted.language)
    return any(_says(work.key, one, wanted) for one in editions)


def _says(key: str, edition: Edition, wanted: Wanted) -> bool:
    if wanted.topic and wanted.topic not in edition.topics:
        return False
    if wanted.phase and wanted.phase not in edition.phases:
        return False
    text = f"{key} {edition.text}"
    return all(word in text for word in fold(wanted.words).split())


def _work(
    name: tuple[EntryKind, str],
    rows: Mapping[str, Sequence[Any]],
    languages: Sequence[str],
    uses: Mapping[tuple[str, str], Use],
) -> Work:
    kind, key = name
    editions = {code: _edition(key, rows[code]) for code in languages if code in rows}
    there = {code for code, one in editions.items() if one.in_force}
    return Work(
        kind=kind,
        key=key,
        editions=editions,
        lacks=tuple(code for code in languages if code not in there) if there else (),
        use=uses.get((kind.value, key), Use()),
    )


def _edition(key: str, rows: Sequence[Any]) -> Edition:
    """`rows`: what is in force and what waits of an entry, at least one of them."""
    said = next((row for row in rows if row.standing is Standing.IN_FORCE), rows[0])
    body = said.body or {}
    latest = max(rows, key=lambda row: row.changed_at)
    return Edition(
        language=said.language,
        title=title_of(key, body),
        text=fold(" ".join(_texts(body))),
        topics=_strings(body.get("topics")),
        phases=_strings(body.get("phases")),
        changed_at=latest.changed_at,
        changed_by=latest.changed_by,
        review_by=said.review_by,
        in_force=said.standing is Standing.IN_FORCE,
        waiting=any(row.standing is Standing.WAITING for row in rows),
    )


def title_of(key: str, body: Mapping[str, Any]) -> str:
    """What people call an entry: its title, or the name of the thing; its key where it has none."""
    found = body.get("title") or body.get("name")
    return found if isinstance(found, str) else key


_UNSAID: Final = ("examples", "topics", "phases", "occasion", "form", "kind", "url", "map_url")


def _texts(body: Mapping[str, Any]) -> Iterable[str]:
    """What of an entry somebody would look for: its words, not those of customers."""
    for name, value in body.items():
        if isinstance(value, str) and name not in _UNSAID:
            yield value
        elif name not in _UNSAID:
            yield from _strings(value)


def _strings(value: object) -> tuple[str, ...]:
    found = value if isinstance(value, list | tuple) else ()
    return tuple(one for one in found if isinstance(one, str))
