"""What Bluesky pages out, resumable anywhere: the streams *notifications*, *search* and *own*."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from config.clock import Clock
from listener.channels import walks
from listener.channels.base import OWN_STREAM, Page
from listener.channels.bluesky import paging
from listener.channels.bluesky.errors import LostCursor
from listener.channels.bluesky.lists import Listed, Lists, Row, handle_queries
from listener.channels.bluesky.paging import Walk
from listener.channels.errors import ChannelError, TooLarge
from listener.channels.metering import Use
from listener.channels.walks import Step

NOTIFICATIONS: Final = "notifications"
SEARCH: Final = "search"


@dataclass(frozen=True, kw_only=True)
class BlueskyStreams:
    """Every method raises ChannelError. `clock` is the network's."""

    lists: Lists
    queries: Sequence[str]
    clock: Clock

    def notifications(self, position: str | None) -> Page:
        return walks.alone(self._step(Walk.load(walks.note(position)), NOTIFICATIONS))

    def own(self, position: str | None) -> Page:
        """What we wrote ourselves. Nothing of it counts as missing: it is no mention, and whoever
        must know whether a reply stands asks for it."""
        return walks.alone(self._step(Walk.load(walks.note(position)), OWN_STREAM), told=False)

    def search(self, position: str | None) -> Page:
        def step(walk: Walk, query: str) -> Step[Walk]:
            return self._step(walk, SEARCH, query)

        queries = self.all_queries()
        return walks.several(position, queries, load=Walk.load, step=step, now=self.clock())

    def all_queries(self) -> list[str]:
        """What is searched for: our handle, and the queries of the settings."""
        account = self.lists.client.account()
        return list(dict.fromkeys([*handle_queries(account), *self.queries]))

    def _step(self, walk: Walk, stream: str, query: str = "") -> Step[Walk]:
        """The next page of a walk; from the start again if its cursor is not known any more."""
        walk = paging.begin(walk, now=self.clock())
        try:
            listed = self._listed(walk, stream, query)
        except LostCursor as error:
            again = walk.restarted()
            if again is None:
                return self._given_up(walk, error)
            walk, listed = again, self._listed(again, stream, query)
        except TooLarge as error:
            if not walk.under_way:
                raise  # it is the newest of all: once there is a newer one, it is passed by
            return self._given_up(walk, error)
        after, lost = paging.advance(walk, listed.rows, now=self.clock(), marks=listed.marks)
        return Step(after=after, items=listed.items, rejected=listed.rejected, lost=lost)

    def _given_up(self, walk: Walk, error: ChannelError) -> Step[Walk]:
        after, lost = paging.broken_off(walk, now=self.clock(), reason=str(error))
        return Step(after=after, lost=lost)

    def _listed(self, walk: Walk, stream: str, query: str) -> Listed:
        def known(row: Row) -> bool:
            return row.mark in walk.known

        if stream == SEARCH:
            return self.lists.search(query, walk.cursor, use=Use.SEARCH, known=known)
        if stream == OWN_STREAM:
            return self.lists.own_posts(walk.cursor, use=Use.OWN, known=known)
        return self.lists.notifications(walk.cursor, use=Use.MENTIONS, known=known)
