"""What people do with the library: save, propose, approve, decline, remove, bring back.

An approver's word is in force at once; an editor's waits for an approver, and what was said before
goes on. Every change is a new version, and names the newest one its maker has read; proposals that
came to nothing need not have been read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import EllipsisType
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from config.book import Page
from listener.normalize import clean
from responder.access import Visitor
from responder.approve import Blocked, Conflict, NotFound
from responder.audit import note
from responder.bot import Bot
from responder.library.checks import Unfit, Wrapping, findings_of, fit
from responder.library.models import EntryKind, LibraryEntry, Standing
from responder.library.store import body_of, newest_turn
from responder.library.unread import newest_counted, require_read
from responder.team.models import Role
from responder.voice.check import unconfirmed
from responder.voice.finding import Finding

_LONGEST_OWNER: Final = 64


@dataclass(frozen=True, kw_only=True)
class Name:
    """Which entry."""

    kind: EntryKind
    key: str
    language: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.key}/{self.language}"


@dataclass(frozen=True, kw_only=True)
class Change:
    """What an entry shall say; no `body`: it shall go. `owner` None and `review_by` ...: as they
    were. `confirm`: the rules whose findings somebody has looked at."""

    body: Mapping[str, Any] | None
    owner: str | None = None
    review_by: date | EllipsisType | None = ...
    confirm: frozenset[str] = field(default_factory=frozenset)


def save(
    bot: Bot,
    name: Name,
    change: Change,
    *,
    by: Visitor,
    version: int | None = None,
    overwrite: bool = False,
) -> LibraryEntry:
    """A new version of an entry, or a new entry; the newest one as it is if nothing changes.

    `version`: the newest one that was read, 0 for none; None: whichever it is, but a colleague's
    proposal only with `overwrite`. Raises Unfit, Blocked, Conflict; NotFound if nothing can go.
    """
    page, findings = looked_at(bot, name, change)
    with bot.database.write() as session:
        known = history(session, name)
        require_read(known, version, by=by, overwrite=overwrite)
        row = _next(name, change, page, known)
        if known and _is_settled(known[0], by) and _alike(known[0], row):
            return known[0]
        if row.body is None:
            _require_removable(session, name, known)
        row.findings = [finding.as_json() for finding in findings]
        row.changed_at, row.changed_by = bot.clock(), by.name
        for former in known:
            if former.standing is Standing.WAITING:
                former.standing = Standing.SUPERSEDED
                _note(session, former, "supersede library entry", by, now=row.changed_at)
        session.flush()
        session.add(row)
        if by.may(Role.APPROVER):
            _put_in_force(session, row, known, by=by.name, now=row.changed_at)
        session.flush()
        _note(session, row, _deed(row), by)
    bot.newest_book.look_again()
    return row


def approve(
    bot: Bot,
    name: Name,
    *,
    version: int,
    by: Visitor,
    confirm: frozenset[str] = frozenset(),
) -> LibraryEntry:
    """Put a version that waits in force. What its maker confirmed stays confirmed; what the checker
    blocks by now still blocks. Raises NotFound, Conflict, Unfit, Blocked."""
    with bot.database.read() as session:
        proposed = _waiting(history(session, name), name, version)
    confirmed = confirm | {str(finding["rule"]) for finding in proposed.findings}
    looked_at(bot, name, Change(body=proposed.body, confirm=confirmed))
    with bot.database.write() as session:
        known = history(session, name)
        row = _waiting(known, name, version)
        if row.body is None:
            _require_removable(session, name, known)
        _put_in_force(session, row, known, by=by.name, now=bot.clock())
        session.flush()
        _note(session, row, "approve library entry", by)
    bot.newest_book.look_again()
    return row


def decline(bot: Bot, name: Name, *, version: int, by: Visitor) -> LibraryEntry:
    """Say no to a version that waits: what is in force stays. Raises NotFound, Conflict."""
    with bot.database.write() as session:
        row = _waiting(history(session, name), name, version)
        row.standing = Standing.DECLINED
        row.approved_at, row.approved_by = bot.clock(), by.name
        _note(session, row, "decline library entry", by)
        return row


def restore(
    bot: Bot,
    name: Name,
    back_to: int,
    *,
    by: Visitor,
    version: int | None = None,
    confirm: frozenset[str] = frozenset(),
    overwrite: bool = False,
) -> LibraryEntry:
    """Say again what an earlier version said, as a new one. Raises as `save`, and NotFound."""
    with bot.database.read() as session:
        found = next((one for one in history(session, name) if one.version == back_to), None)
    if found is None or found.body is None:
        raise NotFound(f"There is no version {back_to} of {name} that says anything")
    change = Change(body=found.body, owner=found.owner, review_by=found.review_by, confirm=confirm)
    return save(bot, name, change, by=by, version=version, overwrite=overwrite)


def history(session: Session, name: Name) -> Sequence[LibraryEntry]:
    """Every version of an entry, the newest first; none if it never was."""
    return session.scalars(
        select(LibraryEntry).where(_is(name)).order_by(LibraryEntry.version.desc())
    ).all()


def _is(name: Name) -> ColumnElement[bool]:
    return and_(
        LibraryEntry.kind == name.kind,
        LibraryEntry.key == name.key,
        LibraryEntry.language == name.language,
    )


def looked_at(bot: Bot, name: Name, change: Change) -> tuple[Page | None, tuple[Finding, ...]]:
    """The value to be kept and what the checker says of it. Raises Unfit, Blocked."""
    if change.body is None:
        return None, ()
    chapters = bot.book.chapters
    if name.language not in chapters:
        known = ", ".join(chapters)
        raise Unfit(f"language: {name.language[:16]!r} is not one of brand.languages ({known})")
    page = fit(name.kind, name.key, change.body)
    findings = findings_of(page, wrapping(bot, name.language))
    if in_the_way := unconfirmed(findings, change.confirm):
        raise Blocked(in_the_way)
    return page, findings


def wrapping(bot: Bot, language: str) -> Wrapping:
    """What stands around a text when it is said in `language`, one of the book's."""
    return Wrapping(
        language=language,
        languages=bot.settings.brand.languages,
        voice=bot.book.chapters[language].voice,
        house=bot.house(language),
    )


def _next(
    name: Name, change: Change, page: Page | None, known: Sequence[LibraryEntry]
) -> LibraryEntry:
    last = newest_counted(known)
    owner = " ".join(clean(change.owner).split()) if change.owner is not None else None
    if owner and len(owner) > _LONGEST_OWNER:
        raise Unfit(f"owner: at most {_LONGEST_OWNER} letters")
    review_by = change.review_by
    if isinstance(review_by, EllipsisType):
        review_by = last.review_by if last else None
    return LibraryEntry(
        kind=name.kind,
        key=name.key,
        language=name.language,
        version=known[0].version + 1 if known else 1,
        standing=Standing.WAITING,
        body=None if page is None else body_of(page),
        owner=(last.owner if last else "") if owner is None else owner,
        review_by=review_by,
    )


def _alike(one: LibraryEntry, other: LibraryEntry) -> bool:
    return (one.body, one.owner, one.review_by) == (other.body, other.owner, other.review_by)


def _is_settled(newest: LibraryEntry, by: Visitor) -> bool:
    """Whether saying the same again would decide nothing."""
    if newest.standing is Standing.WAITING:
        return not by.may(Role.APPROVER)
    return newest.standing is Standing.IN_FORCE


def _require_removable(session: Session, name: Name, known: Sequence[LibraryEntry]) -> None:
    if not any(one.standing is Standing.IN_FORCE and one.body is not None for one in known):
        raise NotFound(f"There is no {name} to remove")
    if name.kind is EntryKind.VOICE:
        raise Unfit("a language keeps its voice: change it instead")
    if name.kind is EntryKind.SAVED_REPLY and _count(session, name) < 2:
        raise Unfit("it is the last saved reply of its language: change it instead")


def _count(session: Session, name: Name) -> int:
    """How many entries of its kind and language there are."""
    return (
        session.scalar(
            select(func.count()).where(
                LibraryEntry.kind == name.kind,
                LibraryEntry.language == name.language,
                LibraryEntry.standing == Standing.IN_FORCE,
                LibraryEntry.body.is_not(None),
            )
        )
        or 0
    )


def _put_in_force(
    session: Session, row: LibraryEntry, known: Sequence[LibraryEntry], *, by: str, now: datetime
) -> None:
    for former in known:
        if former.standing is Standing.IN_FORCE:
            former.standing = Standing.FORMER
    session.flush()  # only then is its place free
    row.standing, row.turn = Standing.IN_FORCE, newest_turn(session) + 1
    row.approved_at, row.approved_by = now, by


def _waiting(known: Sequence[LibraryEntry], name: Name, version: int) -> LibraryEntry:
    found = next((one for one in known if one.version == version), None)
    if found is None:
        raise NotFound(f"There is no version {version} of {name}")
    if found.standing is not Standing.WAITING:
        raise Conflict(f"Version {version} does not wait: it is {_STANDS[found.standing]}")
    return found


_STANDS: Final = {
    Standing.IN_FORCE: "in force",
    Standing.FORMER: "a former one",
    Standing.DECLINED: "declined",
    Standing.SUPERSEDED: "superseded by a later one",
}


def _deed(row: LibraryEntry) -> str:
    verb = "save" if row.body is not None else "remove"
    return f"{verb} library entry" if row.standing is Standing.IN_FORCE else f"propose to {verb}"


def _note(
    session: Session, row: LibraryEntry, action: str, by: Visitor, now: datetime | None = None
) -> None:
    said = f"{row.kind}/{row.key}/{row.language} version {row.version}"
    at = now or row.approved_at or row.changed_at
    note(session, who=by.name, action=action, subject=row.id, now=at, detail=said)
