"""The lists a server pages out, a page at a time, as rows.

https://docs.joinmastodon.org/methods/notifications/, .../timelines/#tag, .../search/,
.../accounts/#statuses (2026-11)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from listener.channels import outbound, wire
from listener.channels.errors import AuthFailed, Refused
from listener.channels.mastodon.client import MastodonClient
from listener.channels.mastodon.paging import PAGE, Row, Rows, Walk
from listener.channels.mastodon.parse import Account, optional_id
from listener.channels.metering import Use
from listener.channels.wire import Item

ReadPage = Callable[[Walk], Rows]
"""Reads the next page of a list, from where the walk stands. Raises ChannelError."""

# Since 4.3 Mastodon holds back what strangers write in private, and more, "for review":
# https://docs.joinmastodon.org/entities/NotificationPolicy/ (2026-11). A customer is a stranger.
_HELD_BACK_TOO: Final = {"include_filtered": "true"}


@dataclass(frozen=True, kw_only=True)
class Lists:
    """Of one account. `me` answers who we are."""

    client: MastodonClient
    me: Callable[[], Account]
    size: outbound.PageSize = field(default_factory=lambda: outbound.PageSize(PAGE))

    def mentions(self, use: Use = Use.MENTIONS) -> ReadPage:
        """Notifications that somebody mentions us. Other kinds are rows too, for servers that list
        them in spite of what was asked."""

        def page(walk: Walk) -> Rows:
            below = walk.below

            def ask(size: int) -> list[Any]:
                return self.client.items(
                    lambda api: api.notifications(types=["mention"], limit=size, max_id=below),
                    use=use,
                    extra=_HELD_BACK_TOO,
                )

            return self._page(ask, _notification)

        return page

    def own(self, use: Use = Use.OWN) -> ReadPage:
        """What we wrote ourselves."""

        def page(walk: Walk) -> Rows:
            me, below = self.me().id, walk.below

            def ask(size: int) -> list[Any]:
                return self.client.items(
                    lambda api: api.account_statuses(
                        me, exclude_reblogs=True, limit=size, max_id=below
                    ),
                    use=use,
                )

            return self._page(ask, _status)

        return page

    def tag(self, tag: str, use: Use = Use.SEARCH) -> ReadPage:
        """Public statuses with a hashtag that our server knows of."""

        def page(walk: Walk) -> Rows:
            below = walk.below

            def ask(size: int) -> list[Any]:
                return self.client.items(
                    lambda api: api.timeline_hashtag(tag, limit=size, max_id=below), use=use
                )

            return self._page(ask, _status)

        return page

    def words(self, query: str, use: Use = Use.SEARCH) -> ReadPage:
        """What the server's own search finds. It pages by number: its `max_id` is cut off to
        seconds (https://github.com/mastodon/mastodon/blob/main/app/services/
        statuses_search_service.rb, 2026-11), and would lose rows."""

        def page(walk: Walk) -> Rows:
            offset = walk.rows or None

            def ask(size: int) -> list[Any]:
                found = self.client.item(
                    lambda api: api.search_v2(
                        query, resolve=False, result_type="statuses", limit=size, offset=offset
                    ),
                    use=use,
                )
                return wire.listing(found.get("statuses"))

            try:
                return self._page(ask, _status)
            except AuthFailed as error:
                # Of searching alone: whether the token is good for all else, the mentions tell.
                raise Refused(reason=f"this token may not search: {error.action}") from None

        return page

    def _page(self, ask: Callable[[int], list[Any]], row: Callable[[object], Row]) -> Rows:
        """As large as can be."""
        sizes = list[int]()

        def asked(size: int) -> list[Any]:
            sizes.append(size)
            return ask(size)

        found = self.size.fitting(asked)
        return Rows(rows=[row(one) for one in found], cut=sizes[-1] < PAGE)


def _notification(item: object) -> Row:
    raw = wire.mapping(item)
    named = raw.get("type") == "mention"
    if not raw:
        return Row(id=None, at=None, status=_readable(item))
    status = raw.get("status") if named else None  # missing also where it was deleted meanwhile
    return Row(
        id=optional_id(raw.get("id")),
        at=wire.moment(raw.get("created_at")),
        status=None if status is None else _readable(status),
        told=named,
    )


def _status(item: object) -> Row:
    raw = _readable(item)
    return Row(id=optional_id(raw.get("id")), at=wire.moment(raw.get("created_at")), status=raw)


def _readable(item: object) -> Item:
    """The object itself; around anything else one without an id, to be set aside as unreadable."""
    return item if isinstance(item, Mapping) else {"item": item}
