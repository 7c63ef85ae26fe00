"""The mentions behind a number, newest first. Read only.

What is counted beside the mentions (listener/trends) says in which hours or days there are any at
all: only those are read, and only until a page is full. So a page costs what a page costs, also
where three in a million are looked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, String, cast, func, or_, select
from sqlalchemy.orm import Session, joinedload

from config.database import Database
from listener.models import Author, Mention
from listener.trends.cells import FacetKind, facet
from listener.trends.models import ALL, Cube, Grain, Rollup
from listener.trends.steps import By, begin, following
from responder.models import Draft
from responder.paging import cursor_of, moment_and_id
from responder.search import contains
from sentiment.phase import Phase
from sentiment.score import Sentiment

SEARCHED: Final = 100_000
"""So many mentions are looked at for words, the newest ones: every text is read."""
AT_ONCE: Final = 500  # rows read at a time for a long list
_FEW_DAYS: Final = timedelta(days=3)
_COLUMNS: Final = {
    FacetKind.TOPIC: Mention.topics,
    FacetKind.RIVAL: Mention.rivals,
    FacetKind.ASPECT: Mention.aspects,
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """[start, end), aware; the rest narrows, and "" or None is all. `facet`: as the rollup writes
    it, "aspect:…". `weekday` (Monday is 0) and `hour` are local. `channels`: those the reader may
    see; None: every one. `private`: also those written in private."""

    start: datetime
    end: datetime
    zone: ZoneInfo
    channel: str = ""
    language: str = ""
    topic: str = ""
    phase: Phase | None = None
    sentiment: Sentiment | None = None
    facet: str = ""
    q: str = ""
    weekday: int | None = None
    hour: int | None = None
    acquainted: bool | None = None
    channels: frozenset[str] | None = None
    private: bool = True


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """An hour or a day in which there are some; `mentions`: how many there may be."""

    start: datetime
    end: datetime
    mentions: int


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
        every = stretches(session, wanted)
        known, since = _searched(every) if wanted.q else (every, None)
        rows: list[Mention] = []
        for stretch in known:
            if beyond is None or stretch.start <= beyond[0]:
                query = behind(wanted, stretch, beyond).limit(limit + 1 - len(rows))
                rows += session.scalars(query)
            if len(rows) > limit:
                break
        shown = rows[:limit]
        drafts = _drafts(session, shown)
    last = shown[-1] if rows[limit:] else None
    return Found(
        mentions=tuple(shown),
        drafts=drafts,
        next=cursor_of(last.created_at.isoformat(), last.id) if last else "",
        total=_total(wanted, every, now),
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


def stretches(session: Session, wanted: Wanted) -> list[Stretch]:
    """Where there are any, newest first."""
    by, table = _grain(wanted), _table(wanted)
    query = (
        select(table.start, func.sum(table.mentions))
        .where(
            table.grain == Grain(by.value),
            table.start >= begin(wanted.start, by, wanted.zone),
            table.start < wanted.end,
            *_counted(wanted, table),
        )
        .group_by(table.start)
        .order_by(table.start.desc())
    )
    return [
        Stretch(
            start=max(start, wanted.start),
            end=min(following(start, by, wanted.zone), wanted.end),
            mentions=int(number),
        )
        for start, number in session.execute(query)
        if number and _is_then(start.astimezone(wanted.zone), wanted)
    ]


def behind(
    wanted: Wanted, stretch: Stretch, beyond: tuple[datetime, str] | None = None
) -> Select[Any]:
    """The mentions of one stretch, newest first, along the index of their moments."""
    query = (
        select(Mention)
        .options(joinedload(Mention.author))
        .where(
            Mention.created_at >= stretch.start,
            Mention.created_at < stretch.end,
            *_narrowed(wanted),
        )
    )
    if wanted.q:
        query = query.outerjoin(Mention.author).where(
            contains(wanted.q, Mention.text, Author.name, Author.handle)
        )
    if beyond is not None:
        moment, row_id = beyond
        # Not as "less, or equal and …": for an "or" the database would leave the index.
        query = query.where(
            Mention.created_at <= moment, or_(Mention.created_at < moment, Mention.id < row_id)
        )
    return query.order_by(Mention.created_at.desc(), Mention.id.desc())


def _grain(wanted: Wanted) -> By:
    """Hours where single hours are asked for, or few: days else."""
    by_the_clock = wanted.weekday is not None or wanted.hour is not None
    return By.HOUR if by_the_clock or wanted.end - wanted.start <= _FEW_DAYS else By.DAY


def _facets(wanted: Wanted) -> list[str]:
    """Those of the rollup that play a part, the rarest kind first."""
    kinds = (
        (FacetKind.TOPIC, wanted.topic),
        (FacetKind.PHASE, wanted.phase),
        (FacetKind.LANGUAGE, wanted.language),
    )
    named = [wanted.facet] if wanted.facet else []
    return named + [facet(kind, value) for kind, value in kinds if value]


def _table(wanted: Wanted) -> type[Rollup] | type[Cube]:
    """Cubes know several at once, but no hours."""
    several = len(_facets(wanted)) > 1
    return Cube if several and _grain(wanted) is By.DAY else Rollup


def _counted(wanted: Wanted, table: type[Rollup] | type[Cube]) -> Iterator[ColumnElement[bool]]:
    """In a rollup only the rarest of several facets narrows."""
    if table is Cube:
        topic = facet(FacetKind.TOPIC, wanted.topic) if wanted.topic else ALL
        yield Cube.facet == (wanted.facet or topic)
        if wanted.language:
            yield Cube.language == wanted.language
        if wanted.phase is not None:
            yield Cube.phase == wanted.phase
    else:
        yield Rollup.facet == next(iter(_facets(wanted)), ALL)
    if wanted.channel:
        yield table.channel == wanted.channel
    if wanted.channels is not None:
        yield table.channel.in_(sorted(wanted.channels))
    if wanted.sentiment is not None:
        yield table.sentiment == wanted.sentiment


def _narrowed(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """The same of the mentions. The channel stands behind a function: by its own index the database
    would read and sort all there ever was on it."""
    channel = func.coalesce(Mention.channel, "")
    if wanted.channel:
        yield channel == wanted.channel
    if wanted.channels is not None:
        yield channel.in_(sorted(wanted.channels))
    if wanted.language:
        yield Mention.language == wanted.language
    if wanted.phase is not None:
        yield Mention.phase == wanted.phase
    if wanted.sentiment is not None:
        yield Mention.sentiment == wanted.sentiment
    if wanted.acquainted is not None:
        yield Mention.acquainted.is_(wanted.acquainted)
    if not wanted.private:
        yield Mention.private.is_(False)
    if wanted.topic:
        yield lists(Mention.topics, wanted.topic)
    if wanted.facet:
        kind, _, value = wanted.facet.partition(":")
        yield lists(_COLUMNS[FacetKind(kind)], value)


def lists(column: Any, value: str) -> ColumnElement[bool]:
    """Whether the list holds it: it is kept as JSON, where one is no part of another in quotes."""
    return cast(column, String).contains(json.dumps(value), autoescape=True)


def _is_then(local: datetime, wanted: Wanted) -> bool:
    return wanted.weekday in (None, local.weekday()) and wanted.hour in (None, local.hour)


def _searched(every: Sequence[Stretch]) -> tuple[Sequence[Stretch], datetime | None]:
    """The newest stretches, up to so many mentions, and how far back they go; None: that is all."""
    seen = 0
    for place, stretch in enumerate(every, start=1):
        seen += stretch.mentions
        if seen >= SEARCHED and place < len(every):
            return every[:place], stretch.start
    return every, None


def _total(wanted: Wanted, every: Sequence[Stretch], now: datetime) -> int | None:
    """How many there are, where the rollup knows: of whole steps, by what it tells apart."""
    by, zone = _grain(wanted), wanted.zone
    whole = begin(wanted.start, by, zone) == wanted.start and (
        wanted.end > now or begin(wanted.end, by, zone) == wanted.end
    )
    several = len(_facets(wanted)) > 1 and _table(wanted) is Rollup
    apart = wanted.q or wanted.acquainted is not None or (wanted.topic and wanted.facet)
    return None if apart or several or not whole else sum(one.mentions for one in every)


def _drafts(session: Session, shown: Sequence[Mention]) -> Mapping[str, str]:
    ids = [mention.id for mention in shown]
    query = select(Draft.mention_id, Draft.id).where(Draft.mention_id.in_(ids))
    return {row[0]: row[1] for row in session.execute(query.order_by(Draft.created_at, Draft.id))}
