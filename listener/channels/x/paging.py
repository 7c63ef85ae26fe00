"""Where a stream of X stands, and how it goes on. Pure.

X lists newest first. The newest id of the *first* page becomes the new mark, and only when the last
page has been read; a walk broken off in the middle goes on from its token
(https://docs.x.com/x-api/fundamentals/pagination, 2026-08).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from listener.channels import wire
from listener.channels.base import Missing
from listener.channels.x import fields
from listener.channels.x.parse import Parsed

OVERLAP: Final = timedelta(minutes=10)
"""Posts appear late and out of order: so far back is read again at each walk
(https://github.com/valory-xyz/IEKit/issues/307, 2025-09)."""

SEARCH_REACH: Final = timedelta(days=6, hours=23)
"""Recent search refuses a since_id older than seven days
(https://docs.x.com/x-api/posts/search-recent-posts, 2026-08)."""

MENTIONS_HORIZON: Final = 780
"""The mentions timeline ends, without a word, at the newest 800 posts, deleted ones counted
(https://docs.x.com/x-api/posts/timelines/introduction, 2026-08): from here on we doubt."""

FIRST_PAGES: Final = 3  # of history when a channel is new


@dataclass(frozen=True, kw_only=True)
class Walk:
    """`high`: everything up to this id has been read. The rest describes a walk under way: the
    token of its next page, the since_id it began with, the newest id of its first page."""

    high: str | None = None
    token: str | None = None
    since: str | None = None
    newest: str | None = None
    pages: int = 0
    seen: int = 0

    @property
    def under_way(self) -> bool:
        return self.token is not None

    @classmethod
    def load(cls, note: object) -> Walk:
        """From its JSON value. What cannot be read counts as never begun."""
        note = wire.mapping(note)
        pending = wire.mapping(note.get("pending"))
        return cls(
            high=fields.optional_id(note.get("high")),
            token=wire.words(pending.get("token")) or None,
            since=fields.optional_id(pending.get("since")),
            newest=fields.optional_id(pending.get("newest")),
            pages=wire.count(pending.get("pages")),
            seen=wire.count(pending.get("seen")),
        )

    def dump(self) -> dict[str, Any]:
        if not self.under_way:
            return {"high": self.high}
        pending = {"token": self.token, "since": self.since, "newest": self.newest}
        return {"high": self.high, "pending": {**pending, "pages": self.pages, "seen": self.seen}}

    def restarted(self) -> Walk:
        """The same walk from its first page, as when X does not know the token any more."""
        return Walk(high=self.high)


def begin(walk: Walk, *, now: datetime, reach: timedelta | None) -> tuple[Walk, Missing | None]:
    """A new walk with its since_id; what lies further back than `reach` is missing for good."""
    if walk.under_way or walk.high is None:
        return walk, None
    mark = fields.time_of(walk.high)
    since, missing = mark - OVERLAP, None
    if reach is not None and since < now - reach:
        since = now - reach
        if mark < since:
            reason = "X searches no further back than seven days"
            missing = Missing(since=mark, until=since, reason=reason)
    return Walk(high=walk.high, since=fields.id_at(since)), missing


def advance(walk: Walk, page: Parsed, *, now: datetime) -> Walk:
    """Where the walk stands after `page`. `now`: the time at X, for a stream that was empty."""
    newest = walk.newest or page.newest
    pages, seen = walk.pages + 1, walk.seen + page.count
    too_far_back = walk.since is None and pages >= FIRST_PAGES
    if page.next_token and page.next_token != walk.token and not too_far_back:
        return Walk(
            high=walk.high,
            token=page.next_token,
            since=walk.since,
            newest=newest,
            pages=pages,
            seen=seen,
        )
    marks = [mark for mark in (walk.high, newest) if mark]
    return Walk(high=max(marks, key=int) if marks else fields.id_at(now))


def beyond_horizon(walk: Walk, page: Parsed, after: Walk) -> Missing | None:
    """The gap a mentions walk leaves when it ended because X lists no more, not because it met
    what we know. `after` is where the walk stands after `page`."""
    ended = not after.under_way and walk.since is not None
    if not ended or walk.seen + page.count < MENTIONS_HORIZON or walk.high is None:
        return None
    oldest = page.oldest or walk.since
    since, until = fields.time_of(walk.high), fields.time_of(str(oldest))
    if until <= since:
        return None
    return Missing(since=since, until=until, reason="X lists no more than the newest 800 mentions")
