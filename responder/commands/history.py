"""import: what people said before we listened, from an export."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from config.errors import ConfigError
from config.lock import AlreadyRunning, InstanceLock
from listener.importing.columns import Unclear, read_columns
from listener.importing.files import Unreadable
from listener.importing.gathering import Asked
from listener.importing.moments import Order
from listener.importing.work import Ground, Summary, import_history
from responder.bot import Bot, trained_weights

_LOG: Final = 64 << 20  # bytes of write-ahead log from which it is taken into the database


def asked_of(path: Path, columns: str, channel: str | None, dates: str) -> Asked:
    """What was typed, understood. Raises ConfigError."""
    if dates not in ("", *Order):
        raise _wrong("--dates", f"{dates!r} is neither day nor month", "say which is first")
    try:
        named = read_columns(columns)
    except Unclear as error:
        raise _wrong("--columns", str(error), "such as created_at=posted,text=body") from None
    order = Order(dates) if dates else None
    return Asked(path=path, columns=named, channel=channel or "", order=order)


def import_file(bot: Bot, asked: Asked, *, as_json: bool) -> int:
    """0: done, whatever rows had to be given back; 1: not one row of those there are could be kept.
    Raises ConfigError, and AlreadyRunning while another import runs."""
    try:
        with _Bar() as bar:
            done = import_history(asked, ground_of(bot), bar)
    except (Unclear, Unreadable) as error:
        raise _wrong(str(asked.path), str(error), "see docs/import.md") from None
    notes = [*done.gathered.notes, *_unknown_channels(bot, done)]
    if as_json:
        print(json.dumps(_as_json(done, notes)))
    else:
        _tell(done, notes, sys.stdout)
    return 1 if done.gathered.rejected and not done.rows else 0


def ground_of(bot: Bot) -> Ground:
    """What an import stands on here."""
    return Ground(
        poller=bot.poller,
        zone=bot.zone,
        names=_names(bot),
        calendar=bot.calendar,
        folder=bot.state,
        weights=trained_weights(bot.state),
        tidy=lambda: take_in_log(bot),
    )


def take_in_log(bot: Bot) -> None:
    """While `run` is running it takes the write-ahead log into the database. While it is not, the
    log of a long import would grow as large as the database itself."""
    place = bot.database.engine.url.database
    log = Path(f"{place}-wal") if bot.database.is_sqlite and place else None
    if log is None or not log.exists() or log.stat().st_size < _LOG:
        return
    with suppress(AlreadyRunning), InstanceLock(bot.lock_file):
        bot.database.take_in_log()


class _Bar:
    """How far it is, on a terminal; a pipe stays quiet."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[told]}"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._read: TaskID | None = None
        self._kept: TaskID | None = None

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._progress.stop()

    def reading(self, done: int, size: int) -> None:
        if self._read is None:
            self._read = self._progress.add_task("reading", total=size, told="")
        self._progress.update(self._read, completed=done, told=f"{done / 1e6:,.1f} MB")

    def keeping(self, done: int, total: int) -> None:
        if self._kept is None:
            self._kept = self._progress.add_task("judging", total=total, told="")
        self._progress.update(self._kept, completed=done, told=f"{done:,} of {total:,}")


def _names(bot: Bot) -> dict[str, str]:
    """The names a channel may go by in a file: its own; the network's, where one is of it."""
    labels: dict[str, list[str]] = {}
    for name, channel in bot.channels.items():
        labels.setdefault(channel.declaration.label.lower(), []).append(name)
    alone = {label: names[0] for label, names in labels.items() if len(names) == 1}
    return alone | {name.lower(): name for name in bot.channels}


def _unknown_channels(bot: Bot, done: Summary) -> list[str]:
    return [
        f"{name} is not configured: its mentions are kept under that name, and nothing is heard or"
        " answered there"
        for name in done.channels
        if name not in bot.channels
    ]


def _as_json(done: Summary, notes: list[str]) -> Mapping[str, Any]:
    found = done.gathered
    return {
        "file": done.file,
        "rows": done.rows,
        "new": done.new,
        "known": done.known,
        "repeated": found.repeated,
        "left_out": sum(found.left_out.values()),
        "rejected": found.rejected,
        "report": str(found.report) if found.report else None,
        "examples": found.examples,
        "channels": dict(done.channels),
        "from": done.span[0].isoformat() if done.span else None,
        "to": done.span[1].isoformat() if done.span else None,
        "resumed_at": done.resumed_at,
        "seconds": round(done.seconds, 3),
        "rows_per_second": round(done.kept_now / done.seconds, 1),
        "notes": notes,
    }


def _tell(done: Summary, notes: list[str], out: IO[str]) -> None:
    found = done.gathered
    span = f", {done.span[0]:%Y-%m-%d} to {done.span[1]:%Y-%m-%d}" if done.span else ""
    out.write(f"{done.new:,} new mentions, {done.known:,} known before{span}\n")
    if done.resumed_at:
        out.write(f"went on after {done.resumed_at:,} rows\n")
    if found.repeated:
        out.write(f"{found.repeated:,} rows stand in the file twice\n")
    for reason, number in found.left_out.most_common():
        out.write(f"{number:,} left out: {reason}\n")
    for note in notes:
        out.write(f"{note}\n")
    if found.rejected:
        out.write(f"{found.rejected:,} bad rows, such as\n")
    for example in found.examples:
        out.write(f"  {example}\n")
    if found.report:
        out.write(f"all of them, with the reasons: {found.report}\n")
    rate = done.kept_now / done.seconds
    out.write(f"{done.seconds:,.1f} s, {rate:,.0f} rows a second\n")


def _wrong(where: str, problem: str, fix: str) -> ConfigError:
    return ConfigError(where=where, problem=problem, fix=fix)
