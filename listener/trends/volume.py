"""How much was said, by channel and mood, step by step."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from config.database import Database
from listener.models import Cursor
from listener.trends.counts import sums
from listener.trends.scope import Scope, checked
from listener.trends.steps import By, steps


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """One hour, day or week of one channel. `start` is local to the brand's zone.

    The four moods add up to `mentions`; every mention heard counts, whatever became of it.
    """

    start: datetime
    channel: str
    mentions: int = 0
    negative: int = 0
    neutral: int = 0
    positive: int = 0
    unknown: int = 0


def volume(
    database: Database,
    *,
    start: datetime,
    end: datetime,
    by: By,
    channel: str | None = None,
) -> tuple[Bucket, ...]:
    """Mentions created in [start, end), both aware, by local hour, day or week and by channel.

    Ordered by start, then channel, without holes: every channel that was ever polled or has
    mentions in the period has a bucket for every step. Raises ValueError, with a sentence, for a
    period that is empty, too long or out of this world.
    """
    scope = Scope(start=start, end=end, by=by, zone=database.zone, channel=channel or "")
    return volume_of(database, scope)


def volume_of(database: Database, scope: Scope) -> tuple[Bucket, ...]:
    """The same of a scope, however it is narrowed."""
    checked(scope)
    with database.read() as session:
        found = sums(session, scope, "channel", "sentiment", steps=True)
        polled = set(session.scalars(select(Cursor.channel).distinct()))
    moods: dict[tuple[datetime, str], dict[str, int]] = defaultdict(dict)
    for (step, name, mood), measures in found.items():
        moods[step, name][mood.value] = measures.mentions
    return tuple(
        Bucket(
            start=step.astimezone(scope.zone),
            channel=name,
            mentions=sum(moods[step, name].values()),
            **moods[step, name],
        )
        for step in steps(scope.start, scope.end, scope.by, scope.zone)
        for name in _channels(scope, polled | {name for _, name in moods})
    )


def _channels(scope: Scope, known: set[str]) -> list[str]:
    if scope.channel:
        return [scope.channel]
    return sorted(known if scope.channels is None else known & scope.channels)
