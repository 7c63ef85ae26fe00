"""A stretch of time on Bluesky, read again: notifications from the newest on down to it, and
searches that are told its bounds.

Search keeps to `since` and `until` where the server honours them; where it does not, the list is
walked down like the notifications. https://docs.bsky.app/docs/api/app-bsky-feed-search-posts
(2026-11)
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from listener.channels import walks, wire
from listener.channels.base import Missing, Page
from listener.channels.bluesky import paging
from listener.channels.bluesky.lists import Listed, Row, Stretch
from listener.channels.bluesky.stream import NOTIFICATIONS, SEARCH, BlueskyStreams
from listener.channels.errors import Refused
from listener.channels.metering import Use


@dataclass(frozen=True, kw_only=True)
class Search:
    """Where a search through a stretch stands. `left`: the lists that still have pages, each with
    the cursor of its next one; `pages`, `oldest`: of the list that is being read. `refused`: those
    the network would not give, for when no other is left."""

    left: Mapping[str, str | None]
    pages: int = 0
    oldest: datetime | None = None
    refused: tuple[str, ...] = ()

    @classmethod
    def load(cls, position: str | None) -> Search | None:
        """From the note; None if it cannot be read."""
        note = wire.mapping(walks.note(position))
        left = wire.mapping(note.get("left"))
        refused = tuple(filter(None, map(wire.words, wire.listing(note.get("refused")))))
        if not left:
            return cls(left=dict.fromkeys(refused)) if refused else None
        return cls(
            left={name: wire.words(left[name]) or None for name in left},
            refused=refused,
            pages=wire.count(note.get("pages")),
            oldest=wire.moment(note.get("oldest")),
        )

    def dump(self) -> str:
        oldest = wire.iso(self.oldest)
        note = {"left": dict(self.left), "pages": self.pages, "oldest": oldest}
        return json.dumps(note | ({"refused": self.refused} if self.refused else {}))

    def after(self, name: str, listed: Listed, since: datetime) -> tuple[Search, bool]:
        """Where it stands after a page of that list, and whether that list had to be left too
        early."""
        cursor, times = listed.rows.cursor, listed.rows.times
        seen = min([*times, *([self.oldest] if self.oldest else [])], default=None)
        on = cursor is not None and cursor != self.left[name]
        if not on or paging.far_enough(times, since):
            return self._without(name), False
        if self.pages + 1 >= paging.MOST_PAGES:
            return replace(self._without(name), oldest=seen), True
        left = {**self.left, name: cursor}
        return replace(self, left=left, pages=self.pages + 1, oldest=seen), False

    def refusing(self, name: str) -> Search | None:
        """The others go first. None if there is no other."""
        others = self._without(name)
        return replace(others, refused=(*self.refused, name)) if others.left else None

    def _without(self, name: str) -> Search:
        left = {other: self.left[other] for other in self.left if other != name}
        return Search(left=left, refused=self.refused)


@dataclass(frozen=True, kw_only=True)
class BlueskyArchive:
    streams: BlueskyStreams

    def fill(self, since: datetime, until: datetime, position: str | None) -> Page:
        """One page of one list. Raises ChannelError; Unavailable when the network no longer knows
        the position."""
        search = Search.load(position) or Search(left=self._all())
        name = next(iter(search.left))
        try:
            listed = self._listed(name, search.left[name], Stretch(since=since, until=until))
        except Refused:
            others = search.refusing(name)
            if others is None:
                raise
            return Page(items=(), position=others.dump(), more=True)
        after, cut_off = search.after(name, listed, since)
        return Page(
            items=listed.items,
            position=replace(after, oldest=None).dump() if cut_off else after.dump(),
            more=bool(after.left or after.refused),
            rejected=listed.rejected,
            missing=_unread(since, after.oldest or until) if cut_off else None,
        )

    def _all(self) -> dict[str, str | None]:
        queries = self.streams.all_queries()
        return dict.fromkeys([NOTIFICATIONS, *(f"{SEARCH} {query}" for query in queries)])

    def _listed(self, name: str, cursor: str | None, within: Stretch) -> Listed:
        lists, (kind, _, query) = self.streams.lists, name.partition(" ")

        def outside(row: Row) -> bool:
            return not within.holds(row.at)

        if kind == SEARCH and query:
            return lists.search(query, cursor, use=Use.REPAIR, known=outside, within=within)
        return lists.notifications(cursor, use=Use.REPAIR, known=outside)


def _unread(since: datetime, until: datetime) -> Missing | None:
    if until <= since:
        return None
    reason = f"one search reads no more than {paging.MOST_PAGES} pages"
    return Missing(since=since, until=until, reason=reason)
