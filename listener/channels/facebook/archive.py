"""A stretch of time on the Page, read again: posts made in it, and comments made in it.

Graph takes `since` and `until` for posts, but knows no way to ask for the comments of a time: they
are looked for under the posts of the stretch and of the month before it. What came later under
older posts is found by the daily walk through everything (see paging.py).
https://developers.facebook.com/docs/graph-api/reference/page/feed (2026-11)
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from listener.channels import walks, wire
from listener.channels.base import Incoming, Missing, Page, Rejected
from listener.channels.errors import Gone, Refused, Unavailable
from listener.channels.facebook.client import FacebookClient
from listener.channels.facebook.paging import MOST_PAGES
from listener.channels.facebook.parse import Parsed, Reader
from listener.channels.facebook.stream import STREAMS, FacebookStreams
from listener.channels.wire import Item

_BEFORE: Final = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Below:
    """A post with comments still to be read: from where on, and what it says if it is ours."""

    post: str
    after: str
    context: str = ""


@dataclass(frozen=True, kw_only=True)
class Search:
    """Where a search stands: `below` goes first, then the feed goes on after `after`, unless all of
    it has been `listed`."""

    below: tuple[Below, ...] = ()
    after: str | None = None
    listed: bool = False
    pages: int = 0

    @classmethod
    def load(cls, position: str | None) -> Search:
        """From the note. One that cannot be read counts as never begun."""
        note = wire.mapping(walks.note(position))
        return cls(
            below=tuple(_below(note.get("below"))),
            after=wire.words(note.get("after")) or None,
            listed=note.get("listed") is True,
            pages=wire.count(note.get("pages")),
        )

    def dump(self) -> str:
        below = [[one.post, one.after, one.context] for one in self.below]
        return json.dumps(
            {"below": below, "after": self.after, "listed": self.listed, "pages": self.pages}
        )


@dataclass(frozen=True, kw_only=True)
class FacebookArchive:
    """One request for each page, so that it goes on anywhere."""

    client: FacebookClient
    streams: FacebookStreams

    def fill(self, since: datetime, until: datetime, position: str | None) -> Page:
        """Raises Unavailable when Facebook no longer knows the position."""
        self.client.spare()
        search = Search.load(position)
        read = self._comments if search.below else self._feed
        try:
            found = read(search, since, until)
        except Refused as error:
            if search == Search():
                raise
            raise Unavailable(f"the way through the stretch was lost: {error}") from None
        return Page(
            items=tuple(item for item in found.items if since <= item.created_at < until),
            position=found.search.dump(),
            more=bool(found.search.below) or not found.search.listed,
            rejected=tuple(found.rejected),
            missing=found.lost,
        )

    def _feed(self, search: Search, since: datetime, until: datetime) -> _Found:
        params: dict[str, str | int] = {
            "fields": STREAMS["feed"],
            "since": int((since - _BEFORE).timestamp()),
            "until": int(until.timestamp()) + 1,
        }
        if search.after:
            params["after"] = search.after
        body = self.streams.posts("feed", params).body
        feed = self._reader().feed(body)
        items = [thread.post for thread in feed.threads if thread.post]
        below = []
        for thread in feed.threads:
            items += thread.comments.items
            if thread.comments.after and _reaches(thread.comments, since):
                below.append(
                    Below(post=thread.id, after=thread.comments.after, context=thread.context)
                )
        rejected = list(feed.rejected) + [bad for each in feed.threads for bad in each.rejected]
        pages = search.pages + 1
        on = feed.after is not None and feed.after != search.after and pages < MOST_PAGES
        after = feed.after if on else None
        lost = None
        if feed.after and pages >= MOST_PAGES and (times := [post.created_at for post in items]):
            reason = f"one search reads no more than {MOST_PAGES} pages"
            lost = Missing(since=since, until=min(times), reason=reason)
        return _Found(
            items=items,
            rejected=rejected,
            lost=lost if lost and lost.since < lost.until else None,
            search=Search(below=tuple(below), after=after, listed=not on, pages=pages),
        )

    def _comments(self, search: Search, since: datetime, _until: datetime) -> _Found:
        first, *rest = search.below
        try:
            body: Item = self.streams.comments(first.post, first.after).body
        except Gone:
            # Deleted meanwhile, and its comments with it; or we may read nothing any more.
            self.client.get(f"{self.streams.page_id}/feed", {"fields": "id", "limit": 1})
            body = {}
        page = self._reader().comments(body, post_id=first.post, context=first.context)
        if page.after and page.after != first.after and _reaches(page, since):
            rest.insert(0, replace(first, after=page.after))
        return _Found(
            items=page.items,
            rejected=page.rejected,
            search=replace(search, below=tuple(rest)),
        )

    def _reader(self) -> Reader:
        return self.streams.reader()


@dataclass(frozen=True, kw_only=True)
class _Found:
    items: Sequence[Incoming]
    rejected: Sequence[Rejected]
    search: Search
    lost: Missing | None = None


def _reaches(page: Parsed, since: datetime) -> bool:
    """May the next page, of older comments, still hold some of the stretch?"""
    return not page.items or any(item.created_at >= since for item in page.items)


def _below(note: object) -> Iterable[Below]:
    for parts in wire.listing(note):
        post, after, context = (*map(wire.words, wire.listing(parts)), "", "", "")[:3]
        if wire.optional_identifier(post) and after:
            yield Below(post=post, after=after, context=context)
