"""What of ours stands under a status: in its thread, and among our own newest statuses.

Both are read: a thread may be cut off or be read from a cache, and the list of our own may leave
out what is private.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from listener.channels import wire
from listener.channels.base import Written
from listener.channels.errors import Gone, Unavailable
from listener.channels.mastodon.client import MastodonClient
from listener.channels.mastodon.lists import Lists
from listener.channels.mastodon.paging import Walk, goes_below, last_id
from listener.channels.mastodon.parse import Account, author_id, optional_id, text_of
from listener.channels.metering import Use
from listener.channels.wire import Item, MalformedError

_CLOCKS_APART: Final = timedelta(minutes=10)  # how far the server's clock and ours may differ
_PAGES: Final = 5


@dataclass(frozen=True, kw_only=True)
class Own:
    client: MastodonClient
    me: Account
    lists: Lists

    def under(self, place: str, since: datetime) -> Sequence[Written]:
        """Those made after `since`, and up to ten minutes before it, the newest first. Raises
        Unavailable if it cannot be told that there are none, and Gone if there is no such place."""
        floor = since - _CLOCKS_APART
        found: dict[str, Written] = {}
        gone: Gone | None = None
        unread = 0
        try:
            statuses = self._thread(place)
        except Gone as error:
            statuses, gone = [], error
        for status in [*statuses, *self._listed(floor)]:
            try:
                post = self._written(status, place)
            except MalformedError:
                unread += 1
                continue
            if post is not None and post.posted_at >= floor:
                found[post.external_id] = post
        if not found and gone is not None:
            raise gone
        if not found and unread:
            raise Unavailable("a status there could not be read: it may be the reply")
        return sorted(found.values(), key=lambda post: post.posted_at, reverse=True)

    def _thread(self, place: str) -> list[Item]:
        context = self.client.thing(lambda api: api.status_context(place), use=Use.REPLY)
        below = context.get("descendants")
        if not isinstance(below, list):
            raise Unavailable("the server does not say what stands under it")
        return [wire.mapping(one) for one in below]

    def _listed(self, floor: datetime) -> Iterator[Item]:
        """Our own statuses since then."""
        read, walk = self.lists.own(Use.REPLY), Walk()
        for _ in range(_PAGES):
            rows = read(walk).rows
            yield from (row.status for row in rows if row.status is not None)
            last = last_id(rows)
            if last is None or last == walk.below or goes_below(rows, floor):
                return
            walk = Walk(below=last, rows=walk.rows + len(rows))
        raise Unavailable("too many statuses of our own to find one reply among them")

    def _written(self, status: Item, place: str) -> Written | None:
        """None for what is somebody else's, or stands elsewhere. Raises MalformedError."""
        author = author_id(status)
        if author is None:
            raise MalformedError("account.id is no identifier")
        if author != self.me.id or optional_id(status.get("in_reply_to_id")) != place:
            return None
        found, posted_at = optional_id(status.get("id")), wire.moment(status.get("created_at"))
        if found is None or posted_at is None:
            raise MalformedError("id or created_at cannot be read")
        return Written(
            external_id=found,
            text=text_of(status, own=True),
            posted_at=posted_at,
            in_reply_to=place,
            url=wire.words(status.get("url")) or wire.words(status.get("uri")),
        )
