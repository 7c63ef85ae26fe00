"""What is listened to: mentions, our own statuses, hashtags and words, a page at a time, resumable
anywhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from config.clock import Clock
from listener.channels import wire
from listener.channels.base import Incoming, Missing, Page, Rejected
from listener.channels.mastodon import paging
from listener.channels.mastodon.client import MastodonClient
from listener.channels.mastodon.errors import InvalidRequest
from listener.channels.mastodon.lists import Lists, ReadPage
from listener.channels.mastodon.paging import Row, Walk
from listener.channels.mastodon.parse import Account, Reader
from listener.channels.mastodon.threads import Threads
from listener.channels.metering import Use
from listener.channels.wire import MalformedError


@dataclass(frozen=True, kw_only=True)
class MastodonStreams:
    """Reads pages for one account. `me` answers who we are, asking the server at most once."""

    client: MastodonClient
    me: Callable[[], Account]
    threads: Threads
    clock: Clock

    @property
    def lists(self) -> Lists:
        return Lists(client=self.client, me=self.me)

    def mentions(self, position: str | None) -> Page:
        step = self._step(Walk.load(note(position)), self.lists.mentions(), Use.MENTIONS)
        return _page([step], step.after.dump(), step.lost)

    def own(self, position: str | None) -> Page:
        """Nothing of it counts as missing: it is no mention, and whoever must know whether a reply
        stands asks for it."""
        step = self._step(Walk.load(note(position)), self.lists.own(), Use.OWN, threads=False)
        return _page([step], step.after.dump(), None)

    def tags(self, position: str | None, tags: Sequence[str]) -> Page:
        return self._several(position, {tag: self.lists.tag(tag) for tag in tags})

    def search(self, position: str | None, words: Sequence[str]) -> Page:
        return self._several(position, {query: self.lists.words(query) for query in words})

    def read(
        self, rows: Sequence[Row], *, use: Use, threads: bool = True
    ) -> tuple[list[Incoming], list[Rejected], int]:
        """The texts of these rows, and how many rows, from the first on, were read: the others
        would take more calls than one fetch makes. `threads`: ask for those we do not know."""
        me, reader = self.me(), self.reader()
        held = [(place, row, row.status) for place, row in enumerate(rows) if row.status]
        told = {id(status) for _, row, status in held if row.told}
        count = self.threads.find(
            [status for _, _, status in held],
            worth=lambda status: threads and (id(status) in told or me.is_spoken_to(status)),
            me=me.id,
            use=use,
        )
        items, bad = [], []
        for _, row, status in held[:count]:
            try:
                items.append(reader.read(status, told=row.told))
            except MalformedError as error:
                bad.append(wire.rejected(status, error))
        return items, bad, len(rows) if count == len(held) else held[count][0]

    def reader(self) -> Reader:
        return Reader(
            me=self.me(),
            api_url=self.client.api_url,
            seen=self.clock(),
            place=self.threads.place,
        )

    def _several(self, position: str | None, pages: Mapping[str, ReadPage]) -> Page:
        """One call for each query; while some have pages left, only for those that do."""
        notes = wire.mapping(wire.mapping(note(position)).get("queries"))
        walks = {query: Walk.load(notes.get(query)) for query in pages}
        steps = {}
        for query in [query for query in pages if walks[query].under_way] or pages:
            steps[query] = self._step(walks[query], pages[query], Use.SEARCH)
            walks[query] = steps[query].after
        stand = {"queries": {query: walk.dump() for query, walk in walks.items()}}
        return _page(list(steps.values()), stand, _joined(step.lost for step in steps.values()))

    def _step(self, walk: Walk, read_page: ReadPage, use: Use, *, threads: bool = True) -> _Step:
        """The next page of a walk; from the start again if the server refuses its place."""
        self.me()  # first: what cannot be read for want of it would be asked for in vain
        try:
            rows = read_page(walk)
        except InvalidRequest:
            if not walk.under_way:
                raise
            return self._step(walk.restarted(), read_page, use, threads=threads)
        now = self.clock() + self.client.apart
        fresh = walk.fresh(rows, now)
        items, rejected, done = self.read(fresh, use=use, threads=threads)
        cut = done < len(fresh)
        if cut:
            rows = list(takewhile(lambda row: row is not fresh[done], rows))
        after, ended = paging.advance(walk, rows, now=now, cut=cut)
        lost = paging.unread(walk, rows, after, ended=ended, now=now)
        return _Step(items=tuple(items), rejected=tuple(rejected), after=after, lost=lost)


def note(position: str | None) -> Any:
    """A note of our own making; one that cannot be read counts as none."""
    try:
        return json.loads(position or "null")
    except ValueError:
        return None


@dataclass(frozen=True, kw_only=True)
class _Step:
    items: tuple[Incoming, ...]
    rejected: tuple[Rejected, ...]
    after: Walk
    lost: Missing | None


def _page(steps: Sequence[_Step], stand: object, lost: Missing | None) -> Page:
    items = {item.revision_id: item for step in steps for item in step.items}
    return Page(
        items=tuple(items.values()),
        position=json.dumps(stand),
        more=any(step.after.under_way for step in steps),
        rejected=tuple(bad for step in steps for bad in step.rejected),
        missing=lost,
    )


def _joined(lost: Iterable[Missing | None]) -> Missing | None:
    """One gap that covers them all."""
    gaps = [gap for gap in lost if gap is not None]
    if not gaps:
        return None
    return Missing(
        since=min(gap.since for gap in gaps),
        until=max(gap.until for gap in gaps),
        reason=gaps[0].reason,
    )
