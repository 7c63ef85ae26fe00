"""A network in memory, and a clock that is moved by hand. Import them from tests.factories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from config.clock import Clock
from listener.channels.base import (
    ChannelOptions,
    Declaration,
    Fee,
    Incoming,
    Length,
    Outgoing,
    Page,
    Person,
    Posted,
    Report,
    Written,
)
from listener.channels.errors import ChannelError, Refused
from listener.channels.metering import Use

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class Watch:
    """A clock that stands still until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now


def incoming(external_id: str, text: str = "Where is my parcel?", **changes: Any) -> Incoming:
    """A text as a channel hands it over."""
    return replace(
        Incoming(
            external_id=external_id,
            revision_id=external_id,
            text=text,
            created_at=NOW,
            conversation=external_id,
            answer_under=external_id,
            author=Person(external_id="giulia-1", name="Giulia Rossi", handle="giulia"),
        ),
        **changes,
    )


def make_outgoing(mention_id: str, text: str, **changes: Any) -> Outgoing:
    """A reply to a text that is the root of its own thread, unless the changes say otherwise."""
    return replace(
        Outgoing(
            mention_id=mention_id,
            answer_under=mention_id,
            conversation=mention_id,
            text=text,
            key="01a202c0ffee",
            made_at=NOW,
        ),
        **changes,
    )


class FakeChannel:
    """A network in memory. Tests fill `feed` and `shown` and read `posts` and `hidden`.

    `feed` is what fetch pages through. `shown` is what lookup says (None: gone); texts it does not
    hold are left out of the answer. `fail("post", Unavailable(...))` makes the next call raise
    before anything happened; with `late=True` after it happened, as when an answer is lost.
    `by_colleagues` are posts of ours typed in the network's own app. `archive` is what `fill` and
    `count` know (None: this network can do neither).
    """

    def __init__(
        self,
        name: str = "x",
        *,
        clock: Clock | None = None,
        streams: Sequence[str] = ("mentions",),
        text_limit: int = 280,
        links_welcome: bool = True,
        page_size: int = 100,
        prices_checked: date | None = None,
        **options: Any,
    ) -> None:
        self.name = name
        self.options = ChannelOptions(**{"kind": name} | options)
        self.declaration = Declaration(
            label=name.capitalize(),
            streams=tuple(streams),
            text_limit=text_limit,
            counted_in="characters",
            links_welcome=links_welcome,
            can_hide=True,
            can_delete=True,
            media_hosts=("pics.example",),
            prices_checked=prices_checked,
            fees=(Fee(what="a reply", micros=15_000),) if prices_checked else (),
            allowances=("100 replies in 15 minutes",),
        )
        self.feed: list[Incoming] = []
        self.shown: dict[str, Incoming | None] = {}
        self.posts: list[tuple[Outgoing, Posted]] = []
        self.by_colleagues: list[Written] = []
        self.archive: list[Incoming] | None = None
        self.hidden: list[str] = []
        self.deleted: list[str] = []
        self.stretched = 1.0
        self.ahead = timedelta()
        self.report = Report(account=f"{name} account")
        self._clock = clock or Watch()
        self._page_size = page_size
        self._errors: dict[tuple[str, bool], list[ChannelError]] = {}

    def fail(self, method: str, *errors: ChannelError, late: bool = False) -> None:
        self._errors.setdefault((method, late), []).extend(errors)

    def fetch(self, stream: str, position: str | None) -> Page:
        self._trouble("fetch")
        start = int(position or 0)
        end = min(start + self._page_size, len(self.feed))
        first = stream == self.declaration.streams[0]
        items = tuple(self.feed[start:end]) if first else ()
        return Page(items=items, position=str(end), more=end < len(self.feed))

    def lookup(
        self, external_ids: Sequence[str], *, use: Use = Use.OWN
    ) -> Mapping[str, Incoming | None]:
        self._trouble("lookup")
        return {key: self.shown[key] for key in external_ids if key in self.shown}

    def post(self, reply: Outgoing) -> Posted:
        self._trouble("post")
        number = len(self.posts) + 1
        posted = Posted(
            external_id=f"{self.name}-reply-{number}",
            url=f"https://network.example/{self.name}-reply-{number}",
            posted_at=self._clock(),
            in_reply_to=reply.answer_under,
        )
        self.posts.append((reply, posted))
        self._trouble("post", late=True)
        return posted

    def own_replies(self, reply: Outgoing, since: datetime) -> Sequence[Written]:
        self._trouble("own_replies")
        ours = [
            Written(
                external_id=posted.external_id,
                text=sent.text,
                posted_at=posted.posted_at,
                in_reply_to=sent.answer_under,
                url=posted.url,
            )
            for sent, posted in self.posts
        ]
        found = [
            written
            for written in (*ours, *self.by_colleagues)
            if written.in_reply_to == reply.answer_under and written.posted_at >= since
        ]
        return sorted(found, key=lambda written: written.posted_at, reverse=True)

    def fill(self, since: datetime, until: datetime, position: str | None) -> Page:
        self._trouble("fill")
        if self.archive is None:
            raise Refused("this network has no way to read a stretch again")
        stretch = [item for item in self.archive if since <= item.created_at < until]
        start = int(position or 0)
        end = min(start + self._page_size, len(stretch))
        return Page(items=tuple(stretch[start:end]), position=str(end), more=end < len(stretch))

    def count(self, since: datetime, until: datetime) -> Mapping[datetime, int] | None:
        self._trouble("count")
        if self.archive is None:
            return None
        hours = (
            item.created_at.replace(minute=0, second=0, microsecond=0) for item in self.archive
        )
        return Counter(hour for hour in hours if since <= hour < until)

    def pressure(self) -> float:
        return self.stretched

    def clock_apart(self) -> timedelta:
        return self.ahead

    def hide(self, external_id: str) -> None:
        self._trouble("hide")
        self.hidden.append(external_id)

    def delete(self, external_id: str) -> None:
        self._trouble("delete")
        self.deleted.append(external_id)
        self.posts = [one for one in self.posts if one[1].external_id != external_id]
        self._trouble("delete", late=True)

    def length(self, text: str) -> Length:
        return Length(used=len(text), limit=self.declaration.text_limit)

    def check(self) -> Report:
        self._trouble("check")
        return self.report

    def _trouble(self, method: str, *, late: bool = False) -> None:
        waiting = self._errors.get((method, late))
        if waiting:
            raise waiting.pop(0)
