"""Who wrote: the last sixty minutes, and how many different people stand behind an hour."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from listener.models import Mention
from listener.spikes.watch import Level, Reading, Rule
from responder.crisis.course import Alarm, Key
from responder.crisis.models import Kind
from responder.heard.wanted import lists
from sentiment.score import Sentiment
from sentiment.signals import DANGEROUS

DANGER_PEOPLE: Final = 3
"""So many different people within an hour write of harm, the law or a data leak: a crisis, whatever
else is usual."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """One mention, as far as counting goes. `who`: its author; of one whom the network does not
    name, the mention itself."""

    at: datetime
    channel: str
    who: str
    negative: bool
    dangerous: bool
    topics: Sequence[str]

    def counts_in(self, key: Key) -> bool:
        if key.channel not in ("", self.channel):
            return False
        if key.kind == Kind.TOPIC:
            return key.topic in self.topics
        if key.kind == Kind.DANGER:
            return self.dangerous
        return key.kind == Kind.ALL or self.negative


def read_said(session: Session, since: datetime, until: datetime) -> list[Said]:
    """All that was written in [since, until)."""
    rows = session.execute(
        select(
            Mention.id,
            Mention.created_at,
            Mention.channel,
            Mention.author_id,
            Mention.sentiment,
            Mention.signals,
            Mention.topics,
        ).where(Mention.created_at >= since, Mention.created_at < until)
    )
    return [_said(row) for row in rows]


def _said(row: Any) -> Said:
    return Said(
        at=row.created_at,
        channel=row.channel,
        who=row.author_id or row.id,
        negative=row.sentiment is Sentiment.NEGATIVE,
        dangerous=not DANGEROUS.isdisjoint(row.signals),
        topics=tuple(row.topics),
    )


def belongs(key: Key) -> list[ColumnElement[bool]]:
    """The same of rows. The channel stands behind a concatenation: by its own index the database
    would begin with all there ever was on it."""
    found: list[ColumnElement[bool]] = []
    if key.channel:
        found.append(Mention.channel.concat("") == key.channel)
    if key.kind == Kind.NEGATIVE:
        found.append(Mention.sentiment == Sentiment.NEGATIVE)
    if key.kind == Kind.TOPIC:
        found.append(lists(Mention.topics, key.topic))
    if key.kind == Kind.DANGER:
        found.append(or_(*(lists(Mention.signals, one) for one in sorted(DANGEROUS))))
    return found


def in_row(mention: Mention, key: Key) -> bool:
    """Whether a mention counts in the series."""
    return Said(
        at=mention.created_at,
        channel=mention.channel,
        who="",
        negative=mention.sentiment is Sentiment.NEGATIVE,
        dangerous=not DANGEROUS.isdisjoint(mention.signals),
        topics=mention.topics,
    ).counts_in(key)


class Crowd:
    """How many different people wrote in hours of a series. What was asked of an hour that is over
    is remembered: it is asked each minute while the hour is replayed."""

    def __init__(self) -> None:
        self._known: dict[tuple[Key, datetime, datetime], int] = {}

    def people(self, session: Session, key: Key, since: datetime, until: datetime) -> int:
        place = (key, since, until)
        if place not in self._known:
            said = read_said(session, since, until)
            self._known[place] = count_people(said, key)
        return self._known[place]

    def forget(self, before: datetime) -> None:
        """Late texts may have come for hours that are not old."""
        self._known = {place: n for place, n in self._known.items() if place[2] <= before}


def count_people(said: Iterable[Said], key: Key) -> int:
    return len({one.who for one in said if one.counts_in(key)})


def dangers(said: Sequence[Said]) -> list[Alarm]:
    """The last sixty minutes: those of one channel, and of all together if only these are so
    many."""
    writers: dict[str, set[str]] = {}
    for one in said:
        if one.dangerous:
            writers.setdefault(one.channel, set()).add(one.who)
            writers.setdefault("", set()).add(one.who)
    serious = [name for name in writers if name and len(writers[name]) >= DANGER_PEOPLE]
    if not serious and len(writers.get("", ())) >= DANGER_PEOPLE:
        serious = [""]
    return [
        Alarm(key=Key(Kind.DANGER, "", name), reading=_danger(writers[name])) for name in serious
    ]


def _danger(writers: set[str]) -> Reading:
    people = len(writers)
    return Reading(level=Level.CRISIS, rule=Rule.DANGER, observed=people, authors=people)


LATE: Final = timedelta(hours=2)
"""What was written so long ago may still come in."""
