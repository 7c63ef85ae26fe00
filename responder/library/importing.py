"""A table of the library taken in: row by row, and what is wrong with one stops no other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from responder.access import Visitor
from responder.approve import Blocked, Conflict, NotFound
from responder.bot import Bot
from responder.library.checks import Unfit, fit
from responder.library.models import (
    CAME_TO_NOTHING,
    SPOILED,
    EntryKind,
    LibraryEntry,
    Standing,
)
from responder.library.shelving import Change, Name, history, save
from responder.library.store import body_of
from responder.library.table import Line, change_of, read_table


class Became(StrEnum):
    """What became of a row."""

    UNCHANGED = "unchanged"
    SAVED = "saved"  # in force, or waiting if its maker is no approver
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of the row that a spreadsheet counts as `row`. `superseded`: whose proposal gave
    way to it, as a sentence."""

    row: int
    became: Became
    name: str = ""
    problem: str = ""
    superseded: str = ""


def import_table(
    bot: Bot,
    text: str,
    *,
    by: Visitor,
    confirm: frozenset[str] = frozenset(),
    overwrite: bool = False,
) -> tuple[Taken, ...]:
    """Save every row that says something new. `overwrite`: also what somebody changed, proposed or
    removed after the table was written out. Entries that are not in it stay. Raises BadTable,
    before anything."""
    lines = lines_of(text)
    stands = all_stands(bot)
    return tuple(
        _take(bot, line, stands, by=by, confirm=confirm, overwrite=overwrite) for line in lines
    )


def lines_of(text: str) -> tuple[Line, ...]:
    """The rows of a table; of two that mean the same entry the second has a problem. Raises
    BadTable."""
    first: dict[Name, int] = {}
    lines = []
    for line in read_table(text):
        twin = first.setdefault(line.name, line.number) if line.name else line.number
        again = f"the same entry stands in row {twin}" if twin != line.number else line.problem
        lines.append(replace(line, problem=again))
    return tuple(lines)


@dataclass(frozen=True, kw_only=True)
class Stands:
    """What is known of an entry: what is in force of it, if anything is, and its newest version
    that counts or waits."""

    in_force: LibraryEntry | None
    newest: LibraryEntry


def _take(
    bot: Bot,
    line: Line,
    stands: Mapping[Name, Stands],
    *,
    by: Visitor,
    confirm: frozenset[str],
    overwrite: bool,
) -> Taken:
    name = line.name
    if name is None or line.problem:
        return _refused(line, line.problem)
    try:
        plan = plan_of(line, stands.get(name), confirm=confirm, overwrite=overwrite)
        if plan is None:
            return Taken(row=line.number, became=Became.UNCHANGED, name=str(name))
        row = _save(bot, name, plan.change, by=by, version=plan.version, overwrite=overwrite)
    except Blocked as error:
        found = "; ".join(f"{one.rule} {one.message}" for one in error.findings)
        return _refused(line, found)
    except (Unfit, Conflict, NotFound) as error:
        return _refused(line, str(error))
    except IntegrityError:
        return _refused(line, "somebody saved it at the same moment: take the table in once more")
    return Taken(
        row=line.number, became=Became.SAVED, name=str(name), superseded=told_superseded(bot, row)
    )


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a row shall make of its entry. `version`: the one it was made from; None: any."""

    change: Change
    version: int | None


def plan_of(
    line: Line, known: Stands | None, *, confirm: frozenset[str], overwrite: bool
) -> Plan | None:
    """What a row without a problem asks for; None if its entry says so already. Raises Unfit, and
    Conflict for what somebody removed."""
    if line.name is None:
        raise Unfit(line.problem)
    change = replace(change_of(line, _readable(known)), confirm=confirm)
    if known and known.in_force and _says_the_same(known.in_force, line.name, change):
        return None
    version = None if overwrite or known is None else line.version
    if known and not known.in_force and version is None and not overwrite:
        _require_never_removed(known.newest)
    return Plan(change=change, version=version)


def told_superseded(bot: Bot, row: LibraryEntry) -> str:
    """Whose proposal gave way to a version, as a sentence; "" if nobody else's did."""
    with bot.database.read() as session:
        past = history(session, Name(kind=row.kind, key=row.key, language=row.language))
    for one in past:
        gave_way = one.version == row.version - 1 and one.standing is Standing.SUPERSEDED
        if gave_way and one.changed_by != row.changed_by:
            return f"{one.changed_by}'s proposal, version {one.version}, gave way"
    return ""


def _save(
    bot: Bot, name: Name, change: Change, *, by: Visitor, version: int | None, overwrite: bool
) -> LibraryEntry:
    """As `save`; once more if another process wrote a version of that number at that moment."""
    try:
        return save(bot, name, change, by=by, version=version, overwrite=overwrite)
    except IntegrityError:
        return save(bot, name, change, by=by, version=version, overwrite=overwrite)


def _readable(known: Stands | None) -> LibraryEntry | None:
    row = known.in_force if known else None
    return row if row is not None and SPOILED not in (row.body or {}) else None


def _require_never_removed(newest: LibraryEntry) -> None:
    """A table without versions must not say again what somebody took out."""
    if newest.standing is Standing.IN_FORCE:
        raise Conflict(f"{newest.changed_by} removed it as version {newest.version}")


def _says_the_same(known: LibraryEntry, name: Name, change: Change) -> bool:
    """Whether it is what stands already: then not even the checker is asked."""
    owner = known.owner if change.owner is None else " ".join(change.owner.split())
    review_by = known.review_by if change.review_by is ... else change.review_by
    return (
        (known.owner, known.review_by) == (owner, review_by)
        and change.body is not None
        and known.body == body_of(fit(name.kind, name.key, change.body))
    )


def _refused(line: Line, problem: str) -> Taken:
    return Taken(row=line.number, became=Became.REFUSED, name=str(line.name or ""), problem=problem)


def all_stands(bot: Bot) -> dict[Name, Stands]:
    """What there is of every entry that ever was, without proposals that came to nothing: one that
    was declined must not hide that the entry was removed."""
    found: dict[Name, Stands] = {}
    query = (
        select(LibraryEntry)
        .where(
            LibraryEntry.kind.in_(list(EntryKind)),
            LibraryEntry.standing.not_in(CAME_TO_NOTHING),
        )
        .order_by(LibraryEntry.version)
    )
    with bot.database.read() as session:
        for row in session.scalars(query):
            name = Name(kind=row.kind, key=row.key, language=row.language)
            before = found.get(name)
            stands = row.standing is Standing.IN_FORCE and row.body is not None
            in_force = row if stands else before.in_force if before else None
            found[name] = Stands(in_force=in_force, newest=row)
    return found
