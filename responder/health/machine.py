"""This installation: its version, room on the disk, the size of the store, the last backup, the
weights texts are judged by, and how long a language model takes."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from statistics import median
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from config.settings import ROOT
from responder.backup import LastBackup, database_file, last_backup
from responder.bot import Bot, trained_weights
from responder.model.drafting import WORDED
from responder.model.tables import Outcome, Suggestion
from responder.models import Audit, Draft

_DAY: Final = timedelta(days=1)
_LATEST: Final = 200  # questions to a model whose times are counted


@dataclass(frozen=True, kw_only=True)
class Machine:
    """`database`: bytes, its log included; None where nobody can say. `weights_at`: when they were
    learned here; None for those that came with the program. `backup`: None where none is known."""

    version: str
    disk_free: int
    disk_total: int
    database: int | None
    backup: LastBackup | None
    weights_at: datetime | None
    weights_of: str


@dataclass(frozen=True, kw_only=True)
class ModelTimes:
    """A language model in the last 24 hours. `waited`: until it was asked about a draft; `took`:
    until its words stood there, of those that were taken. Medians; None where there were none."""

    outcomes: Mapping[Outcome, int]
    waited: timedelta | None
    took: timedelta | None


def read_machine(session: Session, bot: Bot) -> Machine:
    usage = shutil.disk_usage(bot.state)
    weights = trained_weights(bot.state)
    return Machine(
        version=version(),
        disk_free=usage.free,
        disk_total=usage.total,
        database=_database_bytes(session, bot),
        backup=last_backup(bot.state),
        weights_at=_changed_at(weights),
        weights_of=bot.weights.made_of,
    )


def read_model_times(session: Session, now: datetime) -> ModelTimes:
    """What a model was asked since yesterday, and how long that took."""
    since = now - _DAY
    counted = session.execute(
        select(Suggestion.outcome, func.count().label("number"))
        .where(Suggestion.asked_at > since)
        .group_by(Suggestion.outcome)
    )
    latest = session.execute(
        select(Suggestion.asked_at, Draft.created_at, Audit.at)
        .join(Draft, Draft.id == Suggestion.draft_id)
        .outerjoin(Audit, (Audit.subject == Suggestion.draft_id) & (Audit.action == WORDED))
        .where(Suggestion.asked_at > since, Suggestion.outcome != Outcome.SKIPPED)
        .order_by(Suggestion.asked_at.desc())
        .limit(_LATEST)
    ).all()
    return ModelTimes(
        outcomes={row.outcome: row.number for row in counted},
        waited=_median([asked - created for asked, created, _ in latest]),
        took=_median([worded - asked for asked, _, worded in latest if worded is not None]),
    )


@cache
def version() -> str:
    """As pyproject.toml says; "" where that file is missing."""
    try:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        return str(project["project"]["version"])
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        return ""


def _median(lengths: list[timedelta]) -> timedelta | None:
    seconds = [length.total_seconds() for length in lengths]
    return timedelta(seconds=median(seconds)) if seconds else None


def _database_bytes(session: Session, bot: Bot) -> int | None:
    if not bot.database.is_sqlite:
        found = session.scalar(text("SELECT pg_database_size(current_database())"))
        return int(found) if found is not None else None
    file = database_file(bot.database)
    if file is None:
        return None
    return sum(_size(Path(f"{file}{ending}")) for ending in ("", "-wal"))


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _changed_at(file: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except OSError:
        return None
