"""What Bluesky pages out, resumable anywhere: the streams *notifications*, *search* and *own*."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from config.clock import Clock
from listener.channels import wire
from listener.channels.base import OWN_STREAM, Missing, Page
from listener.channels.bluesky import paging
from listener.channels.bluesky.lists import LOST_CURSOR, Listed, Lists, Row, handle_queries
from listener.channels.bluesky.paging import Rows, Walk
from listener.channels.errors import ChannelError
from listener.channels.metering import Use

NOTIFICATIONS: Final = "notifications"
SEARCH: Final = "search"


@dataclass(frozen=True, kw_only=True)
class BlueskyStreams:
    """Every method raises ChannelError. `clock` is the network's."""

    lists: Lists
    queries: Sequence[str]
    clock: Clock

    def notifications(self, position: str | None) -> Page:
        step = self._step(Walk.load(_note(position)), NOTIFICATIONS)
        return _page([step], step.after.dump(), step.lost)

    def own(self, position: str | None) -> Page:
        """What we wrote ourselves. Nothing of it counts as missing: it is no mention, and whoever
        must know whether a reply stands asks for it."""
        step = self._step(Walk.load(_note(position)), OWN_STREAM)
        return _page([step], step.after.dump(), None)

    def search(self, position: str | None) -> Page:
        """One request for each query; while some have pages left, only for those that do."""
        notes = wire.mapping(wire.mapping(_note(position)).get("queries"))
        walks = {query: Walk.load(notes.get(query)) for query in self.all_queries()}
        steps = {}
        for query in [query for query in walks if walks[query].under_way] or list(walks):
            steps[query] = self._step(walks[query], SEARCH, query)
            walks[query] = steps[query].after
        stand = {"queries": {query: walk.dump() for query, walk in walks.items()}}
        lost = [step.lost for step in steps.values() if step.lost]
        return _page(list(steps.values()), stand, _joined(lost))

    def all_queries(self) -> list[str]:
        """What is searched for: our handle, and the queries of the settings."""
        account = self.lists.client.account()
        return list(dict.fromkeys([*handle_queries(account), *self.queries]))

    def _step(self, walk: Walk, stream: str, query: str = "") -> _Step:
        """The next page of a walk; from the start again if its cursor is not known any more."""
        walk = paging.begin(walk, now=self.clock())
        try:
            listed = self._listed(walk, stream, query)
        except LOST_CURSOR as error:
            if not walk.under_way:
                raise
            again = walk.restarted()
            if again is None:
                return self._given_up(walk, error)
            walk, listed = again, self._listed(again, stream, query)
        after, lost = paging.advance(walk, listed.rows, now=self.clock(), marks=listed.marks)
        return _Step(listed=listed, after=after, lost=lost)

    def _given_up(self, walk: Walk, error: ChannelError) -> _Step:
        after, lost = paging.broken_off(walk, now=self.clock(), reason=str(error))
        nothing = Listed(rows=Rows(times=(), cursor=None))
        return _Step(listed=nothing, after=after, lost=lost)

    def _listed(self, walk: Walk, stream: str, query: str) -> Listed:
        def known(row: Row) -> bool:
            return row.mark in walk.known

        if stream == SEARCH:
            return self.lists.search(query, walk.cursor, use=Use.SEARCH, known=known)
        if stream == OWN_STREAM:
            return self.lists.own_posts(walk.cursor, use=Use.OWN, known=known)
        return self.lists.notifications(walk.cursor, use=Use.MENTIONS, known=known)


@dataclass(frozen=True, kw_only=True)
class _Step:
    listed: Listed
    after: Walk
    lost: Missing | None


def _page(steps: Sequence[_Step], stand: object, lost: Missing | None) -> Page:
    items = {item.external_id: item for step in steps for item in step.listed.items}
    return Page(
        items=tuple(items.values()),
        position=json.dumps(stand),
        more=any(step.after.under_way for step in steps),
        rejected=tuple(bad for step in steps for bad in step.listed.rejected),
        missing=lost,
    )


def _joined(gaps: Sequence[Missing]) -> Missing | None:
    """One gap that covers them all."""
    if not gaps:
        return None
    return Missing(
        since=min(gap.since for gap in gaps),
        until=max(gap.until for gap in gaps),
        reason=gaps[0].reason,
    )


def _note(position: str | None) -> object:
    """A note of our own making; one that cannot be read counts as none."""
    try:
        return json.loads(position or "null")
    except ValueError:
        return None
