"""Pure: which hours of the past are known. Silence counts, but only where somebody listened: an
hour that was not read is missing, and not zero."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Final

from listener.forecast.model import HOUR, each_hour

Stretch = tuple[datetime, datetime]
"""From the first moment to before the second."""
Counts = Mapping[datetime, int]
"""Mentions by the hour; one that is not in it had none."""

_WEEK: Final = timedelta(weeks=1)
_GIVEN_UP: Final = timedelta(weeks=1)
_NEWEST: Final = 4  # weeks, that say what a full one is
_FULL: Final = 0.2  # of the fullest of them


@dataclass(frozen=True, kw_only=True)
class Listening:
    """How a stream is read: the first time, and up to when without a rest."""

    since: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One channel: mentions by hour, and its streams. None: history was brought in, and nobody
    listens there."""

    counts: Counts
    streams: Sequence[Listening]

    @property
    def since(self) -> datetime | None:
        """When somebody began to listen."""
        return min((stream.since for stream in self.streams), default=None)

    @property
    def last_before(self) -> datetime | None:
        """The end of the history from before that, if there is any."""
        since = self.since
        hours = [hour for hour in self.counts if since is None or hour + HOUR <= since]
        return max(hours) + HOUR if hours else None


def unread(channels: Iterable[Heard], end: datetime) -> Iterator[Stretch]:
    """What lies behind the point a stream has reached, and what lies between the history that was
    brought in and the first fetch."""
    reached = []
    for heard in channels:
        history, since = heard.last_before, heard.since
        reached += [stream.until for stream in heard.streams]
        if history and since:
            yield history, since
        elif history:
            reached.append(history)
    # Who fell so far behind the others does not belong to what we hear any more: a search that was
    # taken away, a channel that was closed. Its silence is the new usual.
    newest = max(reached, default=end)
    yield from ((moment, end) for moment in reached if moment > newest - _GIVEN_UP)


def begins(heard: Heard, end: datetime) -> datetime:
    """Where the past of a channel begins: with the first fetch, or with the history from before.
    Full hours, counted back from `end`."""
    full = _full_since(heard)
    since = heard.since or end
    return full or end - max(0, (end - since) // HOUR) * HOUR


def _full_since(heard: Heard) -> datetime | None:
    """How far back weeks are full. A first fetch brings stragglers along, months old: their weeks
    would pass for quiet ones."""
    last, first = heard.last_before, min(heard.counts, default=None)
    if last is None or first is None:
        return None
    totals = [0.0] * ((last - first - HOUR) // _WEEK + 1)
    for hour, count in heard.counts.items():
        if hour < last:
            totals[(last - hour - HOUR) // _WEEK] += count
    totals[-1] *= _WEEK / (last - first - (len(totals) - 1) * _WEEK)
    enough = _FULL * max(totals[:_NEWEST])
    full = sum(1 for _ in takewhile(lambda total: total >= enough, totals))
    return max(first, last - full * _WEEK)


def known_counts(
    counts: Counts, holes: Iterable[Stretch], start: datetime, end: datetime
) -> tuple[int | None, ...]:
    """Each full hour of [start, end); None where a hole touches it."""
    missing = {hour for hole in holes for hour in _touched(hole, start, end)}
    return tuple(None if hour in missing else counts.get(hour, 0) for hour in each_hour(start, end))


def _touched(hole: Stretch, start: datetime, end: datetime) -> Iterator[datetime]:
    since = start + max(0, (hole[0] - start) // HOUR) * HOUR
    yield from each_hour(since, min(hole[1], end))
