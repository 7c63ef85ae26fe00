"""Where a stream of a Facebook Page stands, and how it goes on. Pure.

Graph has no since_id: a walk reads posts newest first until there can be nothing new. A new comment
may hang under an old post, so posts of the last week are looked at in every walk, those of the last
month once an hour, and all there are once a day. The deeper walks also find what was edited or set
free by a moderator.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from listener.channels import walks, wire
from listener.channels.base import Incoming, Missing
from listener.channels.facebook.parse import Feed, Thread

OVERLAP: Final = timedelta(hours=1)
_WEEK: Final = timedelta(days=7)
_MONTH: Final = timedelta(days=30)
_DEEP_EVERY: Final = timedelta(hours=1)
_WHOLE_EVERY: Final = timedelta(days=1)
_AHEAD: Final = timedelta(minutes=5)  # clocks may differ by so much
MOST_PAGES: Final = 200  # of a walk: Graph may send empty pages with a next one for ever


@dataclass(frozen=True, kw_only=True)
class Walk:
    """`high`: everything up to then, by Facebook's clock, has been read; `swept`, `whole`: when
    the last deep walk, and the last through everything, began, by ours. The rest describes a walk
    under way."""

    high: datetime | None = None
    swept: datetime | None = None
    whole: datetime | None = None
    after: str | None = None
    newest: datetime | None = None
    begun: datetime | None = None
    deep: bool = False
    full: bool = False
    pages: int = 0

    @classmethod
    def load(cls, position: str | None) -> Walk:
        """From the note. One that cannot be read counts as never begun."""
        note = wire.mapping(walks.note(position))
        return cls(
            high=wire.moment(note.get("high")),
            swept=wire.moment(note.get("swept")),
            whole=wire.moment(note.get("whole")),
            after=wire.words(note.get("after")) or None,
            newest=wire.moment(note.get("newest")),
            begun=wire.moment(note.get("begun")),
            deep=note.get("deep") is True,
            full=note.get("full") is True,
            pages=wire.count(note.get("pages")),
        )

    def dump(self) -> str:
        note = {
            "high": wire.iso(self.high),
            "swept": wire.iso(self.swept),
            "whole": wire.iso(self.whole),
            "after": self.after,
            "newest": wire.iso(self.newest),
            "begun": wire.iso(self.begun),
            "deep": self.deep,
            "full": self.full,
            "pages": self.pages,
        }
        return json.dumps({key: value for key, value in note.items() if value})

    def restarted(self) -> Walk:
        return Walk(high=self.high, swept=self.swept, whole=self.whole)

    @property
    def floor(self) -> datetime | None:
        """What is older than this has been handed on by earlier walks. None: hand on everything."""
        if self.full and self.whole and self.begun:
            return min(self.begun - _MONTH, self.whole - OVERLAP)
        return None if self.deep or self.high is None else self.high - OVERLAP

    def wants(self, item: Incoming) -> bool:
        return self.floor is None or item.created_at >= self.floor

    def wants_post(self, thread: Thread) -> bool:
        """Like `wants`, but an edited or newly commented post counts as new."""
        return self.floor is None or thread.touched >= self.floor


def begin(walk: Walk, *, now: datetime) -> Walk:
    if walk.after is not None:
        return walk
    full = walk.whole is not None and now - walk.whole >= _WHOLE_EVERY
    due = walk.swept is None or walk.high is None or now - walk.swept >= _DEEP_EVERY
    return replace(walk.restarted(), begun=now, deep=due or full, full=full)


def advance(walk: Walk, feed: Feed, *, now: datetime) -> Walk:
    """Where the walk stands after `feed`. The new mark is taken from the first page alone: what
    came while later pages were read lies after it, and is found by the next walk."""
    newest = walk.newest or max((_latest(thread) for thread in feed.threads), default=None)
    pages = walk.pages + 1
    goes_on = feed.after is not None and feed.after != walk.after and pages < MOST_PAGES
    if goes_on and (not feed.threads or any(_recent(t, walk, now) for t in feed.threads)):
        return replace(walk, after=feed.after, newest=newest, pages=pages)
    # A date of the future, were it taken for a mark, would hide all that comes until then.
    marks = [min(mark, now + _AHEAD) for mark in (walk.high, newest) if mark]
    return Walk(
        high=max(marks, default=None),
        swept=walk.begun if walk.deep else walk.swept,
        whole=walk.begun if walk.full or walk.whole is None else walk.whole,
    )


def cut_short(walk: Walk, feed: Feed, after: Walk) -> Missing | None:
    """What a walk leaves unread that ends because it had as many pages as we read, and not because
    the feed did. An hourly deep walk only looks again."""
    if after.after is not None or feed.after is None or walk.pages + 1 < MOST_PAGES:
        return None
    until = min((thread.post.created_at for thread in feed.threads if thread.post), default=None)
    if walk.high is None or until is None or until <= walk.high:
        return None
    reason = f"one walk reads no more than {MOST_PAGES} pages: what is older was not read"
    return Missing(since=walk.high, until=until, reason=reason)


def _recent(thread: Thread, walk: Walk, now: datetime) -> bool:
    """May there be something new below this post?"""
    if walk.full:
        return True
    created = thread.post.created_at if thread.post else thread.touched
    if created >= now - (_MONTH if walk.deep else _WEEK):
        return True
    return walk.high is not None and _latest(thread) >= walk.high - OVERLAP


def _latest(thread: Thread) -> datetime:
    times = [item.created_at for item in thread.comments.items]
    return max([thread.touched, *times])
