"""Where a stream of Bluesky stands, and how it goes on. Pure.

Its lists are sorted by a moment that says little: the earlier of what the author's device says and
when the post was listed. So a walk goes back well beyond what was seen before, some walks a week
back, and no page counts as the last one because it is short, empty or known: authors we mute are
taken out after a page is cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from listener.channels import wire
from listener.channels.base import Missing
from listener.channels.wire import Item

OVERLAP: Final = timedelta(minutes=10)  # so far back every walk reads again
DEEP_EVERY: Final = timedelta(hours=6)
DEEP: Final = timedelta(days=7)  # so far back do the deep ones, for what was dated back
FIRST_REACH: Final = timedelta(hours=24)
"""A new channel reads so much history: who wrote earlier expects no answer any more, as
`answerable_hours` has it."""

MOST_PAGES: Final = 200  # of a walk: there may be empty pages with a next one for ever
_MOST_RESTARTS: Final = 2  # of a walk, when its cursor is not known any more
_AHEAD: Final = timedelta(minutes=5)  # clocks may differ by so much
_TAIL: Final = 10
"""A walk has gone far enough when so many rows at the end of a page are too old: one alone may be
out of order."""


@dataclass(frozen=True, kw_only=True)
class Rows:
    """A page as a walk sees it: the moments its rows are sorted by, and the cursor of the next."""

    times: Sequence[datetime]
    cursor: str | None


@dataclass(frozen=True, kw_only=True)
class Walk:
    """`high`: everything up to then has been read; `swept`: when the last deep walk began; `known`:
    marks of the newest rows that were handed on. The rest describes a walk under way: its next
    page, how far back it goes, its newest and oldest moment so far, what `known` will be."""

    high: datetime | None = None
    swept: datetime | None = None
    known: frozenset[str] = frozenset()
    cursor: str | None = None
    floor: datetime | None = None
    newest: datetime | None = None
    oldest: datetime | None = None
    begun: datetime | None = None
    fresh: frozenset[str] = frozenset()
    deep: bool = False
    pages: int = 0
    restarts: int = 0

    @property
    def under_way(self) -> bool:
        return self.cursor is not None

    @classmethod
    def load(cls, note: object) -> Walk:
        """From its JSON value. What cannot be read counts as never begun."""
        note = wire.mapping(note)
        pending = wire.mapping(note.get("pending"))
        floor = wire.moment(pending.get("floor"))
        cursor = wire.words(pending.get("cursor")) or None
        return cls(
            high=wire.moment(note.get("high")),
            swept=wire.moment(note.get("swept")),
            known=_marks(note),
            cursor=cursor if floor else None,
            floor=floor,
            newest=wire.moment(pending.get("newest")),
            oldest=wire.moment(pending.get("oldest")),
            begun=wire.moment(pending.get("begun")),
            fresh=_marks(pending),
            deep=pending.get("deep") is True,
            pages=wire.count(pending.get("pages")),
            restarts=wire.count(pending.get("restarts")),
        )

    def dump(self) -> dict[str, Any]:
        note = _without_nothing(
            high=wire.iso(self.high), swept=wire.iso(self.swept), known=sorted(self.known)
        )
        if self.under_way:
            note["pending"] = _without_nothing(
                cursor=self.cursor,
                floor=wire.iso(self.floor),
                newest=wire.iso(self.newest),
                oldest=wire.iso(self.oldest),
                begun=wire.iso(self.begun),
                known=sorted(self.fresh),
                deep=self.deep,
                pages=self.pages,
                restarts=self.restarts,
            )
        return note

    def restarted(self) -> Walk | None:
        """The same walk from its first page, as when its cursor is not known any more. None if that
        was tried often enough: the list cannot be read beyond that page."""
        if self.restarts >= _MOST_RESTARTS:
            return None
        return replace(self, cursor=None, pages=0, restarts=self.restarts + 1)


def begin(walk: Walk, *, now: datetime) -> Walk:
    """A walk under way, or a new one, which goes as far back as it must."""
    if walk.under_way:
        return walk
    rested = Walk(high=walk.high, swept=walk.swept, known=walk.known, begun=now)
    if walk.high is None:
        return replace(rested, floor=now - FIRST_REACH, deep=True)
    if walk.swept is None or now - walk.swept >= DEEP_EVERY:
        return replace(rested, floor=min(now - DEEP, walk.high - OVERLAP), deep=True)
    return replace(rested, floor=walk.high - OVERLAP)


def advance(
    walk: Walk, page: Rows, *, now: datetime, marks: frozenset[str] = frozenset()
) -> tuple[Walk, Missing | None]:
    """Where the walk stands after `page`, and what it leaves out if it must end early. `marks`: the
    rows of the page that are handed on by now.

    The new mark is taken from the first page: what comes while later pages are read lies after it,
    and is found by the next walk.
    """
    first = walk.pages == 0
    after = replace(
        walk,
        newest=max(page.times, default=None) if first else walk.newest,
        oldest=min([*page.times, *([walk.oldest] if walk.oldest else [])], default=None),
        fresh=marks if first else walk.fresh,
        pages=walk.pages + 1,
    )
    on = page.cursor is not None and page.cursor != walk.cursor
    if not on or far_enough(page.times, walk.floor):
        return _ended(after, now), None
    if after.pages >= MOST_PAGES:
        reason = f"one walk reads no more than {MOST_PAGES} pages"
        return broken_off(after, now=now, reason=reason)
    return replace(after, cursor=page.cursor), None


def broken_off(walk: Walk, *, now: datetime, reason: str) -> tuple[Walk, Missing | None]:
    """A walk ends before it was far enough. What it did not read is missing, unless an earlier walk
    has read it and this one only looked again."""
    since, until = walk.floor, walk.oldest or walk.begun or now
    if walk.high is not None and since is not None:
        since = max(since, walk.high)
    if since is None or since >= until:
        return _ended(walk, now), None
    told = f"{reason}: what is older was not read"
    return _ended(walk, now), Missing(since=since, until=until, reason=told)


def _ended(walk: Walk, now: datetime) -> Walk:
    # A moment of the future, were it taken for a mark, would hide all that comes until then.
    marks = [min(mark, now + _AHEAD) for mark in (walk.high, walk.newest) if mark]
    return Walk(
        high=max(marks, default=walk.begun or now),
        swept=walk.begun if walk.deep else walk.swept,
        known=walk.fresh,
    )


def far_enough(times: Sequence[datetime], floor: datetime | None) -> bool:
    """Is all at the end of a page older than that? A page without rows tells nothing."""
    tail = times[-_TAIL:]
    return bool(tail) and floor is not None and all(moment < floor for moment in tail)


def _marks(note: Item) -> frozenset[str]:
    return frozenset(filter(None, map(wire.words, wire.listing(note.get("known")))))


def _without_nothing(**note: Any) -> dict[str, Any]:
    return {key: value for key, value in note.items() if value}
