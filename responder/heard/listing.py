"""A page of the mentions behind a number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload

from config.database import Database
from listener.models import Author, Mention
from responder.heard.stretches import Stretch, searched, stretches, total
from responder.heard.wanted import Wanted, narrowed
from responder.models import Draft
from responder.paging import cursor_of, moment_and_id
from responder.search import contains

AT_ONCE: Final = 500  # rows read at a time for a long list


Place = tuple[datetime, str]
"""Where a page ends: the moment and the id of its last mention."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """`next` goes into `after` to read on; "": that was all. `drafts`: the newest draft of those
    that have one. `total`: of all pages, where that is known. `since`: words were looked for so far
    back only; None: in all."""

    mentions: tuple[Mention, ...]
    drafts: Mapping[str, str]
    next: str
    total: int | None = None
    since: datetime | None = None


def read_mentions(
    database: Database, wanted: Wanted, *, now: datetime, limit: int, after: str = ""
) -> Found:
    """A page. Raises BadCursor."""
    beyond = moment_and_id(after) if after else None
    with database.read() as session:
        if wanted.only is None:
            every = stretches(session, wanted)
            known, since = searched(every) if wanted.q else (every, None)
            rows = _newest(session, wanted, known, limit + 1, beyond)
            number = total(wanted, every, now)
        else:
            rows, number = _of_ids(session, wanted, wanted.only, limit + 1, beyond)
            since = None
        shown = rows[:limit]
        drafts = _drafts(session, shown)
    last = shown[-1] if rows[limit:] else None
    return Found(
        mentions=tuple(shown),
        drafts=drafts,
        next=cursor_of(last.created_at.isoformat(), last.id) if last else "",
        total=number,
        since=since,
    )


def every_mention(
    database: Database, wanted: Wanted, *, now: datetime, at_most: int
) -> Iterator[Mention]:
    """The same without pages, up to so many: read in short transactions."""
    left, after = at_most, ""
    while left > 0:
        found = read_mentions(database, wanted, now=now, limit=min(left, AT_ONCE), after=after)
        yield from found.mentions
        left, after = left - len(found.mentions), found.next
        if not after:
            return


def _newest(
    session: Session, wanted: Wanted, known: Sequence[Stretch], limit: int, beyond: Place | None
) -> list[Mention]:
    rows: list[Mention] = []
    for stretch in known:
        if beyond is None or stretch.start <= beyond[0]:
            query = behind(wanted, stretch, beyond).limit(limit - len(rows))
            rows += session.scalars(query)
        if len(rows) == limit:
            break
    return rows


def _of_ids(
    session: Session, wanted: Wanted, ids: frozenset[str], limit: int, beyond: Place | None
) -> tuple[list[Mention], int]:
    """Those of `ids` that fit, from `beyond` on, and how many fit in all."""
    places: list[Place] = []
    for some in _chunks(sorted(ids)):
        found: Any = select(Mention.created_at, Mention.id).where(Mention.id.in_(some))
        rows = session.execute(_sifted(found, wanted))
        places += ((at, key) for at, key in rows if wanted.is_then(at))
    places.sort(reverse=True)
    shown = [key for at, key in places if beyond is None or (at, key) < beyond][:limit]
    known: dict[str, Mention] = {}
    for some in _chunks(shown):
        whole = select(Mention).options(joinedload(Mention.author)).where(Mention.id.in_(some))
        known |= {one.id: one for one in session.scalars(whole)}
    return [known[key] for key in shown], len(places)


def _chunks(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), AT_ONCE):
        yield keys[start : start + AT_ONCE]


def _sifted(query: Select[Any], wanted: Wanted) -> Select[Any]:
    """By everything but the moment."""
    query = query.where(*narrowed(wanted))
    if not wanted.q:
        return query
    return query.outerjoin(Mention.author).where(
        contains(wanted.q, Mention.text, Author.name, Author.handle)
    )


def behind(wanted: Wanted, stretch: Stretch, beyond: Place | None = None) -> Select[Any]:
    """The mentions of one stretch, newest first, along the index of their moments."""
    query = (
        select(Mention)
        .options(joinedload(Mention.author))
        .where(Mention.created_at >= stretch.start, Mention.created_at < stretch.end)
    )
    query = _sifted(query, wanted)
    if beyond is not None:
        moment, row_id = beyond
        # Not as "less, or equal and …": for an "or" the database would leave the index.
        query = query.where(
            Mention.created_at <= moment, or_(Mention.created_at < moment, Mention.id < row_id)
        )
    return query.order_by(Mention.created_at.desc(), Mention.id.desc())


def _drafts(session: Session, shown: Sequence[Mention]) -> Mapping[str, str]:
    ids = [mention.id for mention in shown]
    query = select(Draft.mention_id, Draft.id).where(Draft.mention_id.in_(ids))
    return {row[0]: row[1] for row in session.execute(query.order_by(Draft.created_at, Draft.id))}
