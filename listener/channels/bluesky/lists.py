"""The lists of Bluesky, a page at a time: notifications, searches, our own repository.

- *notifications*: what mentions, answers or quotes us. Its pages lose rows: the cursor is a bare
  millisecond, and the next page is strictly older. So pages are as large as can be, and what is
  lost at an edge is found by searching.
- *search*: our handle, and the queries of the settings. Typed as plain text a handle notifies
  nobody; what filters against spam hide from notifications is found here too.
- *own posts*: our own repository, straight from the server that keeps it.

A notification holds the record alone. Whether we may answer it, its pictures and counts and what it
quotes are known to `getPosts`, so every row that was not handed on before is asked for there: one
call for 25. Searches bring all that along; texts of ours that are answered are asked for once, and
remembered. A quiet round costs one call for each list.

https://docs.bsky.app/docs/api/app-bsky-notification-list-notifications (2026-11), and there
app-bsky-feed-search-posts, app-bsky-feed-get-posts and com-atproto-repo-list-records
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from config.clock import Clock
from listener.channels import outbound, wire
from listener.channels.base import Incoming, Rejected
from listener.channels.bluesky import errors, fields, tid
from listener.channels.bluesky import parse as bluesky_parse
from listener.channels.bluesky.client import BlueskyClient
from listener.channels.bluesky.paging import Rows
from listener.channels.bluesky.parse import Reader
from listener.channels.bluesky.stance import Account
from listener.channels.bluesky.xrpc import Params
from listener.channels.errors import TooLarge
from listener.channels.metering import Use
from listener.channels.wire import Item, MalformedError

PAGE: Final = 100  # rows, the most any of these methods gives
_REASONS: Final = ("mention", "reply", "quote")
_A_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of a list, whatever it holds. `mark` is that of this very version of the post, `at` the
    moment the list is sorted by."""

    raw: Item
    uri: str
    mark: str
    at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A page of one list: what was read of it, and how a walk sees it. `marks`: the rows that are
    handed on by now."""

    rows: Rows
    items: tuple[Incoming, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """From `since` on, until before `until`, by the moment lists are sorted by."""

    since: datetime
    until: datetime

    @property
    def asked(self) -> Params:
        """For a search. A second too much, because a bound may be cut off to the second."""
        return {"since": fields.iso(self.since), "until": fields.iso(self.until + _A_SECOND)}

    def holds(self, moment: datetime | None) -> bool:
        """What has no readable moment is rather looked at once too often."""
        return moment is None or self.since <= moment < self.until


Known = Callable[[Row], bool]
"""Whether a row need not be handed on."""


def nothing_known(_row: Row) -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class Lists:
    """Every method raises ChannelError. `clock` is the network's. Rows that are `known` are passed
    over."""

    client: BlueskyClient
    web_url: str
    clock: Clock
    size: outbound.PageSize = field(default_factory=lambda: outbound.PageSize(PAGE))

    def notifications(self, cursor: str | None, *, use: Use, known: Known) -> Listed:
        """One page."""
        params: Params = {
            "reasons": list(_REASONS),
            # Else an account may be set to hear of those it follows alone.
            "priority": "false",
        }
        method = "app.bsky.notification.listNotifications"
        body = self._page(method, params, cursor, use)
        # An older server knows no `reasons`.
        raw = [row for row in _listing(body, "notifications") if _reason(row) in _REASONS]
        rows, bad = _rows(raw, _indexed_at)
        wanted = list(dict.fromkeys(row.uri for row in rows if not known(row)))
        too_large: dict[str, TooLarge] = {}
        shown = self.client.posts(wanted, use=use, too_large=too_large)
        items, unreadable = self._read([shown[uri] for uri in wanted if uri in shown], shown, use)
        # One that is not shown yet may be shown later: it is asked for again.
        told = [row for row in rows if row.uri in (*shown, *too_large) or known(row)]
        bad += [bluesky_parse.rejected({"uri": uri}, error) for uri, error in too_large.items()]
        return Listed(
            rows=_sorted_by(rows, body),
            items=items,
            rejected=(*unreadable, *bad),
            marks=frozenset(row.mark for row in told),
        )

    def search(
        self,
        query: str,
        cursor: str | None,
        *,
        use: Use,
        known: Known,
        within: Stretch | None = None,
    ) -> Listed:
        """One page of what matches. Of what matches our handle only that which speaks to us: the
        handle of a shop is the address of its site as well."""
        account = self.client.account()
        params: Params = {"q": query, "sort": "latest"}
        if query == f"@{account.handle}":
            # A search that cannot look our handle up would else leave it out, and find everything.
            params = {**params, "mentions": account.did}
        if within:
            params = {**params, **within.asked}
        body = self._page("app.bsky.feed.searchPosts", params, cursor, use)
        rows, bad = _rows(_listing(body, "posts"), _listed_at)
        items, unreadable = self._read([row.raw for row in rows if not known(row)], {}, use)
        if query in handle_queries(account):
            items = tuple(item for item in items if item.addressed or item.own)
        return _whole(rows, body, items, (*unreadable, *bad))

    def own_posts(self, cursor: str | None, *, use: Use, known: Known = nothing_known) -> Listed:
        """One page of our own repository."""
        params: Params = {"repo": self.client.account().did, "collection": fields.POST}
        body = self._page("com.atproto.repo.listRecords", params, cursor, use)
        rows, bad = _rows(_listing(body, "records"), _keyed_at)
        new = [row.raw for row in rows if not known(row)]
        items, unreadable = bluesky_parse.read_all(self.reader().own, new)
        return _whole(rows, body, items, (*unreadable, *bad))

    def reader(self, ours: Mapping[str, str] | None = None) -> Reader:
        """`ours`: texts of posts of ours, by their uri."""
        return Reader(
            account=self.client.account(),
            web_url=self.web_url,
            seen=self.clock(),
            ours=ours or {},
        )

    def read(self, shown: Mapping[str, Item], *, use: Use) -> tuple[Incoming, ...]:
        """Posts as the network shows them, in our words; what cannot be read is left out."""
        return self._read(list(shown.values()), shown, use)[0]

    def _page(self, method: str, params: Params, cursor: str | None, use: Use) -> Item:
        """A page of a list, as large as can be. Raises LostCursor if the cursor is the matter."""
        after = {**params, "cursor": cursor} if cursor else params

        def ask(size: int) -> Item:
            return self.client.get(method, {**after, "limit": size}, use=use).body

        try:
            return self.size.fitting(ask)
        except (errors.Troubled, errors.InvalidRequest) as error:
            if cursor is None:
                raise
            if errors.is_of_the_cursor(error):
                raise errors.LostCursor.after(error) from None
        # The AppView breaks over a cursor it does not know as over anything else. What it breaks
        # over twice, while it tells the first page, is the cursor: see stream.py.
        try:
            return self.size.fitting(ask)
        except (errors.Troubled, errors.InvalidRequest) as error:
            raise errors.LostCursor.after(error) from None

    def _read(
        self, raw: Sequence[object], shown: Mapping[str, Item], use: Use
    ) -> tuple[tuple[Incoming, ...], tuple[Rejected, ...]]:
        """Views of posts, with the texts of ours that they answer."""
        bare = self.reader()
        above = {uri for view in raw for uri in bare.above(view)}
        reader = self.reader(self.client.texts(above, shown, use=use)) if above else bare
        return bluesky_parse.read_all(reader.post, raw)


def handle_queries(account: Account) -> list[str]:
    """What finds our handle. With its @ the search takes it for the account and finds links to it,
    also those that notified nobody; as plain words it finds plain words.
    https://github.com/bluesky-social/indigo/blob/main/search/parse_query.go (2026-11)"""
    return [f"@{account.handle}", account.handle] if account.handle else []


def _rows(
    raw: Sequence[object], at: Callable[[Item], datetime | None]
) -> tuple[list[Row], list[Rejected]]:
    """The rows of a list, and those without the address of a post."""
    rows, bad = [], []
    for item in raw:
        found = wire.mapping(item)
        try:
            uri = fields.post(found.get("uri")).uri
        except MalformedError as error:
            bad.append(bluesky_parse.rejected(item, error))
            continue
        version = f"{uri} {wire.words(found.get('cid'))}"
        mark = hashlib.sha256(version.encode("utf-8", "replace")).hexdigest()[:10]
        rows.append(Row(raw=found, uri=uri, mark=mark, at=at(found)))
    return rows, bad


def _whole(
    rows: Sequence[Row], body: Item, items: tuple[Incoming, ...], rejected: tuple[Rejected, ...]
) -> Listed:
    marks = frozenset(row.mark for row in rows)
    return Listed(rows=_sorted_by(rows, body), items=items, rejected=rejected, marks=marks)


def _listing(body: Item, name: str) -> list[object]:
    """The rows of an answer. One without a list is no answer: it would pass for the last page."""
    rows = body.get(name)
    if not isinstance(rows, list):
        raise errors.Troubled(f"Bluesky answered without {name}")
    return rows


def _sorted_by(rows: Sequence[Row], body: Item) -> Rows:
    return Rows(
        times=[row.at for row in rows if row.at],
        cursor=wire.words(body.get("cursor")) or None,
    )


def _reason(row: object) -> object:
    return wire.mapping(row).get("reason", _REASONS[0])


def _indexed_at(row: Item) -> datetime | None:
    return wire.moment(row.get("indexedAt"))


def _listed_at(view: Item) -> datetime | None:
    return fields.listed_at(wire.mapping(view.get("record")), indexed=_indexed_at(view))


def _keyed_at(record: Item) -> datetime | None:
    address = fields.optional_post(record.get("uri"))
    return tid.time_of(address.rkey) if address else None
