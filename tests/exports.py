"""Exports for tests: files as people have them, and what an import makes of them."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import inspect, select

from config.database import Base, Database
from listener.importing.gathering import Asked
from listener.importing.work import Ground, Summary, import_history
from listener.models import Author, Conversation, Mention
from listener.trends.models import Rollup
from listener.trends.recount import recount
from responder.bot import Bot
from responder.commands.history import ground_of

_OURS: Final = frozenset({"id", "author_id", "conversation_id", "heard_at", "changed_at"})
"""Columns that say when and as what we keep a row, not what it is."""


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]], **how: Any) -> Path:
    """`rows` with all columns any of them has."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, names, **how)
        out.writeheader()
        out.writerows(rows)
    return path


def take(bot: Bot, path: Path, *, channel: str = "x", **how: Any) -> Summary:
    """Import in this process."""
    return import_history(Asked(path=path, channel=channel, **how), ground_of(bot))


def ground(bot: Bot) -> Ground:
    return ground_of(bot)


def mentions(bot: Bot) -> dict[str, Mention]:
    """All there are, by their ids on their networks."""
    with bot.database.read() as session:
        return {one.external_id: one for one in session.scalars(select(Mention))}


def kept(database: Database, *, without: Sequence[str] = ()) -> dict[str, Any]:
    """Everything a store holds of mentions, authors, conversations and counts, but for our ids and
    the moments of keeping: equal for stores that hold the same."""
    left_out = _OURS | set(without)
    with database.read() as session:
        names = {one.id: one.external_id for one in session.scalars(select(Author))}
        threads = {one.id: one.external_id for one in session.scalars(select(Conversation))}
        found = {
            "mentions": sorted(
                (
                    _plain(one, left_out)
                    | {
                        "author": names.get(one.author_id or ""),
                        "thread": threads[one.conversation_id],
                    }
                    for one in session.scalars(select(Mention))
                ),
                key=lambda one: (one["channel"], one["external_id"]),
            ),
            "authors": sorted(
                (
                    {**_plain(one, left_out), "opted_out_at": one.opted_out_at is not None}
                    for one in session.scalars(select(Author))
                ),
                key=lambda one: (one["channel"], one["external_id"]),
            ),
            "conversations": sorted(threads.values()),
        }
    return found | {"counts": counts(database)}


def counts(database: Database) -> list[dict[str, Any]]:
    with database.read() as session:
        rows = [_plain(one, frozenset()) for one in session.scalars(select(Rollup))]
    return sorted(rows, key=str)


def recounted(database: Database) -> list[dict[str, Any]]:
    """The same, counted anew from the mentions."""
    recount(database)
    return counts(database)


def _plain(row: Base, left_out: frozenset[str] | set[str]) -> dict[str, Any]:
    return {
        one.key: getattr(row, one.key)
        for one in inspect(row).mapper.column_attrs
        if one.key not in left_out
    }
