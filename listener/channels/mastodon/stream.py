"""What is listened to: mentions, our own statuses, hashtags and words, a page at a time, resumable
anywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from config.clock import Clock
from listener.channels import outbound, walks, wire
from listener.channels.base import Incoming, Page, Rejected
from listener.channels.errors import TooLarge
from listener.channels.mastodon import paging
from listener.channels.mastodon.client import MastodonClient
from listener.channels.mastodon.errors import InvalidRequest
from listener.channels.mastodon.lists import Lists, ReadPage
from listener.channels.mastodon.paging import PAGE, Row, Walk
from listener.channels.mastodon.parse import Account, Reader
from listener.channels.mastodon.threads import Threads
from listener.channels.metering import Use
from listener.channels.walks import Step
from listener.channels.wire import MalformedError


@dataclass(frozen=True, kw_only=True)
class MastodonStreams:
    """Reads pages for one account. `me` answers who we are, asking the server at most once."""

    client: MastodonClient
    me: Callable[[], Account]
    threads: Threads
    clock: Clock
    size: outbound.PageSize = field(default_factory=lambda: outbound.PageSize(PAGE))

    @property
    def lists(self) -> Lists:
        return Lists(client=self.client, me=self.me, size=self.size)

    def mentions(self, position: str | None) -> Page:
        walk = Walk.load(walks.note(position))
        return walks.alone(self._step(walk, self.lists.mentions(), Use.MENTIONS))

    def own(self, position: str | None) -> Page:
        """Nothing of it counts as missing: it is no mention, and whoever must know whether a reply
        stands asks for it."""
        walk = Walk.load(walks.note(position))
        step = self._step(walk, self.lists.own(), Use.OWN, threads=False)
        return walks.alone(step, told=False)

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
        def step(walk: Walk, query: str) -> Step[Walk]:
            return self._step(walk, pages[query], Use.SEARCH)

        return walks.several(position, pages, load=Walk.load, step=step, now=self.clock())

    def _step(
        self, walk: Walk, read_page: ReadPage, use: Use, *, threads: bool = True
    ) -> Step[Walk]:
        """The next page of a walk; from the start again if the server refuses its place."""
        self.me()  # first: what cannot be read for want of it would be asked for in vain
        now = self.clock() + self.client.apart
        try:
            page = read_page(walk)
        except InvalidRequest:
            if not walk.under_way:
                raise
            return self._step(walk.restarted(), read_page, use, threads=threads)
        except TooLarge as error:
            if not walk.under_way:
                raise  # it is the newest of all: once there is a newer one, it is passed by
            after, lost = paging.passed_by(walk, now=now, reason=str(error))
            return Step(after=after, lost=lost)
        rows, now = page.rows, self.clock() + self.client.apart
        fresh = walk.fresh(rows, now)
        items, rejected, done = self.read(fresh, use=use, threads=threads)
        cut = done < len(fresh)
        if cut:
            rows = list(takewhile(lambda row: row is not fresh[done], rows))
        after, ended = paging.advance(walk, rows, now=now, cut=cut or page.cut)
        lost = paging.unread(walk, rows, after, ended=ended, now=now)
        return Step(after=after, items=items, rejected=rejected, lost=lost)
