"""Where a list of the server stands, and how it goes on. Pure.

A list is read from the top downwards by `max_id`, newest first, until the row is met that was the
newest last time. Not by `since_id` or `min_id`: snac ignores the one, and answers the other with
the newest page instead of the next one (2.75), so that rows between are lost. Ids are compared for
equality alone, what comes after what is told by the order of the list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from listener.channels import wire
from listener.channels.base import Missing
from listener.channels.mastodon.parse import optional_id
from listener.channels.wire import Item

PAGE: Final = 40
"""Rows asked for: the most every list gives (https://docs.joinmastodon.org/methods/timelines/,
2026-11). Pages may be shorter, because what we may not see is taken out of them afterwards."""

OVERLAP: Final = timedelta(minutes=10)  # so far back is read again: rows may be listed late
FIRST_REACH: Final = timedelta(hours=24)  # a new channel reads so much history
FIRST_PAGES: Final = 10  # but no more pages of it
MOST_PAGES: Final = 200  # of any walk: a server may page in circles

_SHORT: Final = 20  # rows: a page of fewer is no full one on any server we know
_LAST: Final = 3  # rows that tell how far down a page reaches: one may carry any date

WINDOW: Final = "the server lists no further back"
ENOUGH: Final = f"a first start reads no more than {FIRST_PAGES} pages"
ENDLESS: Final = f"one reading ends after {MOST_PAGES} pages"


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of a list. `id` is the list's own (of a notification, not of its status); without one
    the list cannot be read on below it. `status` is missing where it holds nothing for us."""

    id: str | None
    at: datetime | None
    status: Item | None = None
    told: bool = False  # a notification that we are mentioned


@dataclass(frozen=True, kw_only=True)
class Rows:
    """A page of a list. `cut`: it was asked for smaller than usual, so that there being few of them
    says nothing."""

    rows: Sequence[Row]
    cut: bool = False


@dataclass(frozen=True, kw_only=True)
class Walk:
    """`newest`: the first row of the last whole walk, `at`: its time; `read`: up to then, by the
    server's clock, all that was listed has been read. The rest describes a walk under way: the row
    below which its next page begins, the first row of its first page, when it began, down to when
    it has reached, how many pages and rows it had, and whether it has met what is known."""

    newest: str | None = None
    at: datetime | None = None
    read: datetime | None = None
    below: str | None = None
    top: str | None = None
    top_at: datetime | None = None
    began: datetime | None = None
    reached: datetime | None = None
    pages: int = 0
    rows: int = 0
    met: bool = False

    @property
    def under_way(self) -> bool:
        return self.below is not None

    @property
    def known(self) -> datetime | None:
        """Up to then nothing is left to be read. None: nothing was ever read."""
        if self.read is None:
            return self.at
        return max(self.read - OVERLAP, self.at or self.read - OVERLAP)

    @classmethod
    def load(cls, note: object) -> Walk:
        """From its JSON value. What cannot be read counts as never begun."""
        note = wire.mapping(note)
        pending = wire.mapping(note.get("pending"))
        return cls(
            newest=optional_id(note.get("newest")),
            at=wire.moment(note.get("at")),
            read=wire.moment(note.get("read")),
            below=optional_id(pending.get("below")),
            top=optional_id(pending.get("top")),
            top_at=wire.moment(pending.get("top_at")),
            began=wire.moment(pending.get("began")),
            reached=wire.moment(pending.get("reached")),
            pages=wire.count(pending.get("pages")),
            rows=wire.count(pending.get("rows")),
            met=pending.get("met") is True,
        )

    def dump(self) -> dict[str, Any]:
        note: dict[str, Any] = {
            "newest": self.newest,
            "at": wire.iso(self.at),
            "read": wire.iso(self.read),
        }
        if self.under_way:
            note["pending"] = {
                "below": self.below,
                "top": self.top,
                "top_at": wire.iso(self.top_at),
                "began": wire.iso(self.began),
                "reached": wire.iso(self.reached),
                "pages": self.pages,
                "rows": self.rows,
                "met": self.met,
            }
        return note

    def restarted(self) -> Walk:
        """The same walk from its first page, as when the server refuses its place."""
        return Walk(newest=self.newest, at=self.at, read=self.read)

    def floor(self, now: datetime) -> datetime:
        """What is older has been handed on by earlier walks, or is no business of ours."""
        mark = self.at or self.read
        return mark - OVERLAP if mark else (self.began or now) - FIRST_REACH

    def fresh(self, rows: Sequence[Row], now: datetime) -> list[Row]:
        """Those of a page that are to be handed on: all above the row we know, whatever their date,
        and below it what the overlap reads again."""
        floor = self.floor(now)
        place = 0 if self.met else _place(rows, self.newest)
        above, below = rows[:place], rows[place:]
        return [*above, *(row for row in below if row.at is None or row.at >= floor)]


def advance(
    walk: Walk, rows: Sequence[Row], *, now: datetime, cut: bool = False
) -> tuple[Walk, bool]:
    """Where the walk stands after `rows`, and whether the list itself ended there. `now`: the time
    at the server. `cut`: the page had more rows than these, which wait."""
    floor = walk.floor(now)
    last = last_id(rows)
    first = next((row for row in rows if row.id), Row(id=None, at=None))
    on = replace(
        walk,
        below=last,
        top=walk.top or first.id,
        top_at=walk.top_at or (first.at if walk.top is None else None),
        began=walk.began or now,
        reached=reached(rows) or walk.reached,
        pages=walk.pages + 1,
        rows=walk.rows + len(rows),
        met=walk.met or _meets(walk, rows, floor),
    )
    ended = last is None or last == walk.below
    enough = on.met and not cut and (goes_below(rows, floor) or len(rows) < _SHORT)
    if not ended and not enough and on.pages < _most(walk):
        return on, False
    # A time of the future, were it taken for a mark, would hide all that comes until then.
    at = min(on.top_at, now) if on.top_at else walk.at
    return Walk(newest=on.top, at=at if on.top else None, read=on.began), ended


def unread(
    walk: Walk, rows: Sequence[Row], after: Walk, *, ended: bool, now: datetime
) -> Missing | None:
    """The gap a walk leaves that ended before it met what it knows or, at a first start, before it
    was as far back as it wanted. `after` is where it stands after `rows`."""
    floor = walk.floor(now)
    if after.under_way or walk.met or _meets(walk, rows, floor):
        return None
    if walk.known is None:
        reason, since = ENOUGH, floor
        if ended:  # a list that is all there: nothing more was ever said to us
            return None
    else:
        reason, since = (WINDOW if ended else ENDLESS), walk.known
        if ended and walk.newest is None and walk.rows + len(rows) < PAGE:
            return None  # there never was anything; now there is, and it was read
    until = reached(rows) or walk.reached or now
    return Missing(since=since, until=until, reason=reason) if since < until else None


def passed_by(walk: Walk, *, now: datetime, reason: str) -> tuple[Walk, Missing | None]:
    """A walk that cannot go on below its place ends there, with what it leaves unread."""
    since, until = walk.known or walk.floor(now), walk.reached or now
    after = Walk(newest=walk.top, at=min(walk.top_at or now, now), read=walk.began)
    if walk.met or since >= until:
        return after, None
    return after, Missing(since=since, until=until, reason=f"{reason}: what is older was not read")


def last_id(rows: Sequence[Row]) -> str | None:
    """Below this row the next page begins."""
    return next((row.id for row in reversed(rows) if row.id), None)


def goes_below(rows: Sequence[Row], moment: datetime) -> bool:
    """Does a page go down below that moment?"""
    down = reached(rows)
    return down is not None and down < moment


def _meets(walk: Walk, rows: Sequence[Row], floor: datetime) -> bool:
    """Is the row we know among these, or are they below where it was? It may have been deleted."""
    if walk.newest is not None and any(row.id == walk.newest for row in rows):
        return True
    mark = walk.at or floor
    return goes_below(rows, mark)


def _place(rows: Sequence[Row], newest: str | None) -> int:
    """The place of the row we know; the length of the page if it is not there."""
    places = (place for place, row in enumerate(rows) if newest and row.id == newest)
    return next(places, len(rows))


def reached(rows: Sequence[Row]) -> datetime | None:
    """Down to when a page goes, by the last of its rows; None if they do not say."""
    return max((row.at for row in rows[-_LAST:] if row.at), default=None)


def _most(walk: Walk) -> int:
    return FIRST_PAGES if walk.known is None else MOST_PAGES
