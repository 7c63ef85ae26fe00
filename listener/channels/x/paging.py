"""Where a stream of X stands, and how it goes on. Pure.

X lists newest first. The newest id of the *first* page becomes the new mark, and only when the last
page has been read; a walk broken off in the middle goes on from its token
(https://docs.x.com/x-api/fundamentals/pagination, 2026-08).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
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

FIRST_REACH: Final = timedelta(hours=24)
"""A new channel reads so much history: who wrote earlier expects no answer any more, as
`answerable_hours` has it, and each post read costs money."""

FIRST_PAGES: Final = 10
"""But no more pages of it, empty ones counted: mentions end at the newest 800 by themselves, a
search for a common word would read, and bill, tens of thousands."""

TOO_FAR_BACK: Final = "X searches no further back than seven days"

SLACK: Final = timedelta(minutes=30)  # what we may overstep SEARCH_REACH by: X allows an hour


_AHEAD: Final = timedelta(minutes=5)  # clocks may differ by so much


@dataclass(frozen=True, kw_only=True)
class Walk:
    """`high`: the newest id read. `until`: up to the time of this id all has been searched, though
    perhaps in vain, or was told as missing. The rest describes a walk under way: the token of its
    next page, the since_id it began with, or at a first start how far back it wants to go, the
    newest id of its first page, and what `until` will be at its end."""

    high: str | None = None
    until: str | None = None
    token: str | None = None
    since: str | None = None
    floor: str | None = None
    newest: str | None = None
    begun: str | None = None
    pages: int = 0
    seen: int = 0

    @property
    def under_way(self) -> bool:
        return self.token is not None

    @property
    def known(self) -> str | None:
        """Nothing before this id is left to be read."""
        return _later(self.high, self.until)

    @classmethod
    def load(cls, note: object) -> Walk:
        """From its JSON value. What cannot be read counts as never begun."""
        note = wire.mapping(note)
        pending = wire.mapping(note.get("pending"))
        return cls(
            high=fields.optional_id(note.get("high")),
            until=fields.optional_id(note.get("until")),
            token=wire.words(pending.get("token")) or None,
            since=fields.optional_id(pending.get("since")),
            floor=fields.optional_id(pending.get("floor")),
            newest=fields.optional_id(pending.get("newest")),
            begun=fields.optional_id(pending.get("begun")),
            pages=wire.count(pending.get("pages")),
            seen=wire.count(pending.get("seen")),
        )

    def dump(self) -> dict[str, Any]:
        note: dict[str, Any] = {"high": self.high, "until": self.until}
        if self.under_way:
            names = ("token", "since", "floor", "newest", "begun", "pages", "seen")
            note["pending"] = {name: getattr(self, name) for name in names}
        return note

    def restarted(self) -> Walk:
        """The same walk from its first page, as when X does not know the token any more."""
        return Walk(high=self.high, until=self.until)


def begin(walk: Walk, *, now: datetime, reach: timedelta | None) -> tuple[Walk, Missing | None]:
    """A new walk with its since_id; what lies further back than `reach` is missing for good.

    It is told once: what was searched in vain since `high` is not missing, nor is what was told.
    """
    if walk.under_way:
        return walk, None
    if walk.high is None or walk.known is None:
        return replace(walk, floor=fields.id_at(now - FIRST_REACH)), None
    since, known = fields.time_of(walk.high) - OVERLAP, fields.time_of(walk.known)
    until, missing = walk.until, None
    if reach is not None and since < now - reach:
        furthest = now - reach
        just_beyond = furthest - SLACK <= known < furthest
        since = known if just_beyond else furthest
        if known < since:
            missing = Missing(since=known, until=since, reason=TOO_FAR_BACK)
            until = fields.id_at(since)
    return Walk(high=walk.high, until=until, since=fields.id_at(since)), missing


def advance(walk: Walk, page: Parsed, *, now: datetime) -> Walk:
    """Where the walk stands after `page`. `now`: the time at X."""
    newest, pages = walk.newest or page.newest, walk.pages + 1
    begun = walk.begun or fields.id_at(now - OVERLAP)
    goes_on = page.next_token is not None and page.next_token != walk.token
    if goes_on and not _enough(walk, page, pages):
        return replace(
            walk,
            token=page.next_token,
            newest=newest,
            begun=begun,
            pages=pages,
            seen=walk.seen + page.count,
        )
    # An id of the future, were it taken for a mark, would hide all that comes until then.
    ahead = fields.id_at(now + _AHEAD)
    marks = [min(mark, ahead, key=int) for mark in (walk.high, newest) if mark]
    high = _later(*marks) or fields.id_at(now)
    return Walk(high=high, until=_later(walk.until, begun))


def unread(walk: Walk, page: Parsed, after: Walk, *, horizon: int | None = None) -> Missing | None:
    """The gap a walk leaves that ended before it met what we know or, at a first start, before it
    was as far back as it wanted. `after` is where it stands after `page`; `horizon`: how many posts
    X lists at all, where it ends without a word."""
    if horizon is not None and walk.seen + page.count >= horizon:
        reason = "X lists no more than the newest 800 mentions"
    elif walk.since is None and page.next_token is not None:
        reason = f"a first start reads no more than {FIRST_PAGES} pages"
    else:
        return None
    start, oldest = walk.known or walk.floor, page.oldest or walk.since or after.high
    if after.under_way or start is None or oldest is None or int(oldest) <= int(start):
        return None
    return Missing(since=fields.time_of(start), until=fields.time_of(oldest), reason=reason)


def _enough(walk: Walk, page: Parsed, pages: int) -> bool:
    """Has a first walk gone back far enough? Later ones end where they meet what is known."""
    if walk.since is not None:
        return False
    reached = walk.floor and page.oldest and int(page.oldest) <= int(walk.floor)
    return bool(reached) or pages >= FIRST_PAGES


def _later(*ids: str | None) -> str | None:
    return max((one for one in ids if one), key=int, default=None)
