"""The commands about the library. Whoever may run them decides as an approver does."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from sqlalchemy import select

from config.errors import ConfigError
from responder.access import Visitor
from responder.approve import Blocked, Conflict, NotFound
from responder.bot import Bot
from responder.commands import BY, with_bot
from responder.library.checks import Unfit
from responder.library.gaps import completeness, sentence
from responder.library.importing import Became, Taken, import_table, told_superseded
from responder.library.models import EntryKind, LibraryEntry, Standing
from responder.library.shelving import Change, Name, approve, decline, history, restore, save
from responder.library.table import BadTable, write_table
from responder.library.views import VersionView, entry_view
from responder.team.models import Role

_ME: Final = Visitor(name=BY, role=Role.ADMIN, agent_id=None)
_FAILURES: Final = (Unfit, Blocked, Conflict, NotFound)


def list_entries(
    config: Path, kind: str | None, language: str | None, *, waiting: bool, as_json: bool
) -> int:
    with with_bot(config) as bot:
        rows = _rows(bot, kind, language, waiting=waiting)
    if as_json:
        told = [VersionView.model_validate(row).model_dump(mode="json") for row in rows]
        print(json.dumps(told, ensure_ascii=False))
        return 0
    for row in rows:
        print(f"{row.kind}/{row.key}/{row.language}  {_about(row)}")
    if not rows:
        print("Nothing waits." if waiting else "There is no such entry.")
    return 0


def show_entry(config: Path, entry: str, *, as_json: bool) -> int:
    """One entry with its past, the newest version first. Exit code 1 if it never was."""
    name = _name(entry)
    with with_bot(config) as bot, bot.database.read() as session:
        known = history(session, name)
    if not known:
        return _failed(f"There is no {name}")
    if as_json:
        print(entry_view(known).model_dump_json())
        return 0
    for row in known:
        print(f"{row.standing.value.replace('_', ' ')}: {_about(row)}")
        body = "removed" if row.body is None else json.dumps(row.body, ensure_ascii=False, indent=2)
        print("    " + body.replace("\n", "\n    "))
    return 0


def tell_completeness(config: Path, *, as_json: bool) -> int:
    """What each language lacks, what is overdue for review, and what waits. Always 0."""
    with with_bot(config) as bot, bot.database.read() as session:
        today = bot.clock().astimezone(bot.zone).date()
        found = completeness(session, bot.settings.brand.languages, today)
        faults = bot.newest_book.faults()
    if as_json:
        told = {**asdict(found), "left_out": faults}
        print(json.dumps(told, ensure_ascii=False, default=str))
        return 0
    for language, lacks in found.languages.items():
        print(sentence(language, lacks))
    for one in found.overdue:
        owner = f", owner {one.owner}" if one.owner else ""
        print(f"{one.name} was to be reviewed by {one.review_by}{owner}")
    for waits in found.waiting:
        print(f"{waits} waits for an approver")
    for fault in faults:
        print(fault)
    return 0


def export_entries(
    config: Path, file: Path, kind: str | None, language: str | None, *, force: bool
) -> int:
    with with_bot(config) as bot:
        rows = _rows(bot, kind, language, waiting=False)
    try:
        # utf-8-sig: without the mark, Excel takes a file for one of the country's old encoding.
        with file.open("w" if force else "x", encoding="utf-8-sig", newline="") as out:
            out.write(write_table(rows))
    except FileExistsError:
        raise ConfigError(
            where=str(file), problem="is there already", fix="add --force, or name another file"
        ) from None
    except OSError as error:
        raise ConfigError(
            where=str(file),
            problem=f"cannot be written ({error.strerror})",
            fix="name a file in a folder that is there",
        ) from None
    print(f"{len(rows)} entries written to {file}")
    return 0


def import_entries(
    config: Path, file: Path, confirm: Sequence[str], *, overwrite: bool, as_json: bool
) -> int:
    """Exit code 1 if a row was refused; the others are saved nevertheless."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        problem = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror
        raise ConfigError(
            where=str(file), problem=f"cannot be read: {problem}", fix="save it as CSV UTF-8"
        ) from None
    with with_bot(config) as bot:
        try:
            taken = import_table(bot, text, by=_ME, confirm=frozenset(confirm), overwrite=overwrite)
        except BadTable as error:
            raise ConfigError(
                where=str(file), problem=str(error), fix="begin with what `library export` writes"
            ) from None
    _tell(taken, as_json=as_json)
    return int(any(one.became is Became.REFUSED for one in taken))


def approve_entries(config: Path, entries: Sequence[str], confirm: Sequence[str]) -> int:
    """Exit code 1 if one of them could not be approved."""
    return _each(
        config,
        entries,
        lambda bot, name, version: approve(
            bot, name, version=version, by=_ME, confirm=frozenset(confirm)
        ),
    )


def decline_entries(config: Path, entries: Sequence[str]) -> int:
    """Exit code 1 if one of them could not be declined."""
    return _each(
        config, entries, lambda bot, name, version: decline(bot, name, version=version, by=_ME)
    )


def remove_entry(config: Path, entry: str, *, overwrite: bool) -> int:
    name = _name(entry)
    with with_bot(config) as bot:
        try:
            row = save(bot, name, Change(body=None), by=_ME, overwrite=overwrite)
        except _FAILURES as error:
            return _failed(str(error))
        _tell_superseded(bot, row)
    print(f"{name} is removed; `library restore` brings a version of it back")
    return 0


def restore_entry(
    config: Path, entry: str, back_to: int, confirm: Sequence[str], *, overwrite: bool
) -> int:
    name, rules = _name(entry), frozenset(confirm)
    with with_bot(config) as bot:
        try:
            row = restore(bot, name, back_to, by=_ME, confirm=rules, overwrite=overwrite)
        except _FAILURES as error:
            return _failed(_told(error))
        _tell_superseded(bot, row)
    print(f"{name} says again what version {back_to} said, as version {row.version}")
    return 0


def _each(
    config: Path, entries: Sequence[str], deed: Callable[[Bot, Name, int], LibraryEntry]
) -> int:
    """Do it to the waiting version of each; say of each what came of it."""
    names, bad = [_name(entry) for entry in entries], 0
    with with_bot(config) as bot:
        for name in names:
            with bot.database.read() as session:
                known = history(session, name)
            waits = next((row for row in known if row.standing is Standing.WAITING), None)
            if waits is None:
                bad += _failed(f"{name}: nothing of it waits")
                continue
            try:
                row = deed(bot, name, waits.version)
            except _FAILURES as error:
                bad += _failed(f"{name}: {_told(error)}")
            else:
                print(f"{name}: version {row.version} is {row.standing.value.replace('_', ' ')}")
    return int(bool(bad))


def _rows(
    bot: Bot, kind: str | None, language: str | None, *, waiting: bool
) -> Sequence[LibraryEntry]:
    order = (LibraryEntry.kind, LibraryEntry.language, LibraryEntry.turn, LibraryEntry.key)
    query = select(LibraryEntry).where(LibraryEntry.kind.in_(list(EntryKind))).order_by(*order)
    if waiting:
        query = query.where(LibraryEntry.standing == Standing.WAITING)
    else:
        query = query.where(
            LibraryEntry.standing == Standing.IN_FORCE, LibraryEntry.body.is_not(None)
        )
    if kind is not None:
        query = query.where(LibraryEntry.kind == _kind(kind, where="--kind"))
    if language is not None:
        if language not in bot.settings.brand.languages:
            known = ", ".join(bot.settings.brand.languages)
            raise ConfigError(
                where="--language", key=language, problem="is not ours", fix=f"one of {known}"
            )
        query = query.where(LibraryEntry.language == language)
    with bot.database.read() as session:
        return session.scalars(query).all()


def _kind(kind: str, *, where: str) -> EntryKind:
    if kind not in list(EntryKind):
        raise ConfigError(
            where=where, key=kind, problem="no such kind", fix=f"one of {', '.join(EntryKind)}"
        )
    return EntryKind(kind)


def _name(entry: str) -> Name:
    parts = entry.split("/")
    if len(parts) != 3:
        raise ConfigError(
            where="library",
            key=entry,
            problem="is no entry",
            fix="kind/key/language, as `library list` shows it",
        )
    return Name(kind=_kind(parts[0], where="library"), key=parts[1], language=parts[2])


def _about(row: LibraryEntry) -> str:
    owner = f", owner {row.owner}" if row.owner else ""
    review = f", review by {row.review_by}" if row.review_by else ""
    return f"version {row.version} of {row.changed_at:%Y-%m-%d} by {row.changed_by}{owner}{review}"


def _told(error: Exception) -> str:
    if isinstance(error, Blocked):
        return "; ".join(f"{one.rule} {one.message}" for one in error.findings)
    return str(error)


def _tell(taken: Sequence[Taken], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps([asdict(one) for one in taken], ensure_ascii=False))
        return
    for one in taken:
        if one.became is Became.REFUSED:
            print(f"row {one.row}: {one.name}: {one.problem}", file=sys.stderr)
        elif one.superseded:
            print(f"row {one.row}: {one.name}: {one.superseded}", file=sys.stderr)
    count = Counter(one.became for one in taken)
    print(", ".join(f"{count[became]} {became}" for became in Became))


def _tell_superseded(bot: Bot, row: LibraryEntry) -> None:
    if told := told_superseded(bot, row):
        print(told)


def _failed(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1
