"""trends: what the dashboard shows, for scripts; and the rollup it is read from, made anew."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from rich import box
from rich.console import Console
from rich.table import Table

from config.errors import ConfigError
from config.lock import InstanceLock
from listener.trends.counts import counted_channels
from listener.trends.recount import recount
from listener.trends.scope import Scope, checked, period
from listener.trends.steps import By
from listener.trends.volume import Bucket, volume_of
from responder.bot import Bot
from responder.commands import require_known, with_bot

COLUMNS: Final = ("start", "channel", "mentions", "negative", "neutral", "positive", "unknown")
_MINUTES: Final = len("2026-03-01T09:00")
_PIPE_WIDTH: Final = 200  # nobody's terminal cuts a pipe


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The options as they were typed; "" is: not at all."""

    since: str
    until: str
    by: str
    channel: str
    format: str


def tell_trends(config: Path, asked: Asked, out: IO[str]) -> int:
    """Raises ConfigError for options nobody can follow."""
    write = _chosen("--format", asked.format, _FORMATS)
    by = _chosen("--by", asked.by, {one.value: one for one in By})
    with with_bot(config) as bot:
        scope = _scope(bot, asked, by)
        write(bot, scope, volume_of(bot.database, scope), out)
    return 0


def recount_all(config: Path, *, as_json: bool) -> int:
    """Make the counts anew from the mentions. Raises AlreadyRunning while somebody else does."""
    with with_bot(config) as bot, InstanceLock(bot.recount_lock):
        counted = recount(bot.database)
    told = "1 mention was counted" if counted == 1 else f"{counted} mentions were counted"
    print(json.dumps({"mentions": counted}) if as_json else f"{told} anew.")
    return 0


def _chosen(option: str, value: str, known: Mapping[str, Any]) -> Any:
    if value not in known:
        raise ConfigError(
            where=option,
            key=value[:40],
            problem="is not known",
            fix=f"choose from {', '.join(known)}",
        )
    return known[value]


def _scope(bot: Bot, asked: Asked, by: By) -> Scope:
    with bot.database.read() as session:
        require_known(asked.channel or None, sorted({*bot.channels, *counted_channels(session)}))
    try:
        start, end = period(asked.since, asked.until, zone=bot.zone, now=bot.clock())
        return checked(Scope(start=start, end=end, by=by, zone=bot.zone, channel=asked.channel))
    except ValueError as error:
        raise ConfigError(
            where="--from, --to",
            problem=str(error),
            fix="name a period such as --from 2026-03-01 --to 2026-03-31",
        ) from None


def _write_json(_bot: Bot, scope: Scope, buckets: Sequence[Bucket], out: IO[str]) -> None:
    """As GET /api/v1/trends/volume answers."""
    told = {
        "from": _iso(scope.start, scope),
        "to": _iso(scope.end, scope),
        "by": scope.by.value,
        "series": [asdict(one) | {"start": one.start.isoformat()} for one in buckets],
    }
    out.write(json.dumps(told, ensure_ascii=False) + "\n")


def _iso(moment: datetime, scope: Scope) -> str:
    return moment.astimezone(scope.zone).isoformat()


def _write_csv(_bot: Bot, _scope: Scope, buckets: Sequence[Bucket], out: IO[str]) -> None:
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    rows.writerows(_cells(one, one.start.isoformat()) for one in buckets)


def _write_table(_bot: Bot, scope: Scope, buckets: Sequence[Bucket], out: IO[str]) -> None:
    """Framed and coloured on a terminal, columns of plain words in a pipe."""
    console = Console(file=out, highlight=False)
    if not console.is_terminal:
        console = Console(file=out, highlight=False, width=_PIPE_WIDTH)
    shown = _MINUTES if scope.by is By.HOUR else len("2026-03-01")
    table = Table(box=box.SIMPLE_HEAD if console.is_terminal else None, pad_edge=False)
    for name in COLUMNS:
        table.add_column(name, justify="left" if name in ("start", "channel") else "right")
    for one in buckets:
        table.add_row(*map(str, _cells(one, one.start.isoformat()[:shown])))
    totals = [sum(getattr(one, name) for one in buckets) for name in COLUMNS[2:]]
    table.add_row("total", "", *map(str, totals), style="bold")
    console.print(table)


def _write_html(bot: Bot, scope: Scope, buckets: Sequence[Bucket], out: IO[str]) -> None:
    # Loaded only where it is wanted: templates and charts take a second.
    from responder.desk.report.page import trends_page

    out.write(trends_page(bot, scope, buckets))


def _cells(one: Bucket, start: str) -> tuple[object, ...]:
    return start, *(getattr(one, name) for name in COLUMNS[1:])


_Writer = Callable[[Bot, Scope, Sequence[Bucket], IO[str]], None]
_FORMATS: Final[Mapping[str, _Writer]] = {
    "table": _write_table,
    "csv": _write_csv,
    "json": _write_json,
    "html": _write_html,
}
