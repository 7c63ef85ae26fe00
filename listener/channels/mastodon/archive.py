"""What the server still lists of a stretch of time: each list is read once more, from its top down
to where the stretch begins, because ids say nothing of time."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile
from typing import Any, Final

from listener.channels import walks, wire
from listener.channels.base import Missing, Page
from listener.channels.errors import Refused, Unavailable
from listener.channels.mastodon.errors import InvalidRequest
from listener.channels.mastodon.lists import ReadPage
from listener.channels.mastodon.paging import (
    ENDLESS,
    MOST_PAGES,
    WINDOW,
    Row,
    Walk,
    goes_below,
    last_id,
    reached,
)
from listener.channels.mastodon.stream import MastodonStreams
from listener.channels.metering import Use

_MENTIONS: Final = "mentions"


@dataclass(frozen=True, kw_only=True)
class Search:
    """`left`: the lists still to be read, the first of them from `below` on, after so many `pages`
    and `rows` down to `lowest`. `beyond`: the mentions ended there, later than the stretch.
    `refused`: the lists the server would not give, for when no other is left."""

    left: tuple[str, ...]
    beyond: datetime | None = None
    below: str | None = None
    pages: int = 0
    rows: int = 0
    lowest: datetime | None = None
    refused: tuple[str, ...] = ()

    @classmethod
    def load(cls, position: str | None) -> Search | None:
        """From the note; None if it cannot be read."""
        told = wire.mapping(walks.note(position))
        left = tuple(filter(None, map(wire.words, wire.listing(told.get("left")))))
        if not isinstance(told.get("left"), list):
            return None
        return cls(
            left=left,
            beyond=wire.moment(told.get("beyond")),
            below=wire.optional_identifier(told.get("below")),
            pages=wire.count(told.get("pages")),
            rows=wire.count(told.get("rows")),
            lowest=wire.moment(told.get("lowest")),
            refused=tuple(filter(None, map(wire.words, wire.listing(told.get("refused"))))),
        )

    def dump(self) -> str:
        told: dict[str, Any] = {"left": self.left, "beyond": wire.iso(self.beyond)}
        if self.below:
            told |= {"below": self.below, "pages": self.pages, "rows": self.rows}
            told["lowest"] = wire.iso(self.lowest)
        return json.dumps(told | ({"refused": self.refused} if self.refused else {}))

    def without_the_lost(self, lists: Collection[str]) -> Search:
        """Without those that are read no more, as when a query was taken out of the settings."""
        left = tuple(name for name in self.left if name in lists)
        same = left[:1] == self.left[:1]
        refused = tuple(name for name in self.refused if name in lists)
        if not left:  # those the server would not hear of, when no other is left
            return Search(left=refused, beyond=self.beyond)
        if same:
            return replace(self, left=left, refused=refused)
        return Search(left=left, beyond=self.beyond, refused=refused)

    def refusing(self) -> Search | None:
        """The other lists go first. None if there is no other."""
        name, *others = self.left
        if not others:
            return None
        refused = (*self.refused, name)
        return Search(left=tuple(others), beyond=self.beyond, refused=refused)

    def next_list(self, beyond: datetime | None = None) -> Search:
        return Search(left=self.left[1:], beyond=self.beyond or beyond, refused=self.refused)


@dataclass(frozen=True, kw_only=True)
class MastodonArchive:
    streams: MastodonStreams
    tags: Sequence[str]
    words: Sequence[str]

    def fill(self, since: datetime, until: datetime, position: str | None) -> Page:
        """One page of one list. Where the mentions end within the stretch, what lies below is
        missing; if they end above it, raises Refused when all else has been read."""
        lists = self._lists()
        search = Search.load(position) or Search(left=tuple(lists))
        search = search.without_the_lost(lists)
        if not search.left:
            if search.beyond:
                told = f"{search.beyond:%Y-%m-%d %H:%M} UTC"
                reason = f"the server lists no mentions before {told}"
                raise Refused(reason=reason, for_good=True)
            return Page(items=(), position=search.dump())
        name = search.left[0]
        try:
            rows = self._rows(lists[name], search)
        except Refused:
            others = search.refusing()
            if others is None:
                raise
            return Page(items=(), position=others.dump(), more=True)
        within = [row for row in rows if row.at is None or since <= row.at < until]
        items, rejected, done = self.streams.read(within, use=Use.REPAIR)
        lost = None
        if done < len(within):  # the rest of the page waits
            after = self._on(search, list(takewhile(lambda row: row is not within[done], rows)))
        elif goes_below(rows, since):
            after = search.next_list()
        elif not self._ends(search, rows):
            after = self._on(search, rows)
        else:
            after, lost = self._short(search, rows, since, until)
        return Page(
            items=tuple(items),
            position=after.dump(),
            more=bool(after.left or after.refused or after.beyond),
            rejected=tuple(rejected),
            missing=lost,
        )

    def _lists(self) -> Mapping[str, ReadPage]:
        lists, use = self.streams.lists, Use.REPAIR
        return {
            _MENTIONS: lists.mentions(use),
            **{f"#{tag}": lists.tag(tag, use) for tag in self.tags},
            **{query: lists.words(query, use) for query in self.words},
        }

    def _rows(self, read_page: ReadPage, search: Search) -> list[Row]:
        """A page. Raises Unavailable if the server does not know its place any more."""
        try:
            return list(read_page(Walk(below=search.below, rows=search.rows)).rows)
        except InvalidRequest as error:
            if search.below is None:
                raise
            raise Unavailable(f"the way through the stretch was lost: {error}") from None

    def _on(self, search: Search, rows: Sequence[Row]) -> Search:
        return replace(
            search,
            below=last_id(rows),
            pages=search.pages + 1,
            rows=search.rows + len(rows),
            lowest=reached(rows) or search.lowest,
        )

    def _ends(self, search: Search, rows: Sequence[Row]) -> bool:
        last = last_id(rows)
        return last is None or last == search.below or search.pages + 1 >= MOST_PAGES

    def _short(
        self, search: Search, rows: Sequence[Row], since: datetime, until: datetime
    ) -> tuple[Search, Missing | None]:
        """A list ended before it came to where the stretch begins. Of keywords nothing older need
        be there; mentions that are there no more we have to tell of."""
        lowest = reached(rows) or search.lowest
        ours = search.pages + 1 >= MOST_PAGES  # our own limit, not the list, ended it
        if lowest is None or lowest <= since or (search.left[0] != _MENTIONS and not ours):
            return search.next_list(), None
        if ours:
            unread = Missing(since=since, until=min(lowest, until), reason=ENDLESS)
            return search.next_list(), unread
        if lowest >= until:
            return search.next_list(beyond=lowest), None
        return search.next_list(), Missing(since=since, until=lowest, reason=WINDOW)
