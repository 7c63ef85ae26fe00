"""What X still knows of a stretch of time: recent search reads it again, its counts count it.

https://docs.x.com/x-api/posts/search/introduction, .../counts/introduction (2026-08): seven days.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from config.clock import Clock
from listener.channels import walks, wire
from listener.channels.base import Missing, Page
from listener.channels.errors import AuthFailed, Refused, Unavailable
from listener.channels.metering import Use
from listener.channels.wire import Item
from listener.channels.x import paging
from listener.channels.x.errors import InvalidRequest
from listener.channels.x.pages import FIELDS, XPages
from listener.channels.x.parse import Parsed
from listener.channels.x.stance import Account
from listener.channels.x.stream import keyword_query, mention_query

_INDEXED: Final = timedelta(seconds=30)
"""Recent search ends so long before now:
https://docs.x.com/x-api/posts/search-recent-posts (2026-08)."""

_SETTLED: Final = timedelta(minutes=15)  # an hour is counted when its late posts are in
_HOUR: Final = timedelta(hours=1)
_COUNT_PAGES: Final = 10  # seven days come on one


@dataclass(frozen=True, kw_only=True)
class Search:
    """A stretch being searched from `start` on. `left`: the queries that still have pages, each
    with the token of its next one; `refused`: those X would not hear of, for when no other is left.
    """

    start: datetime
    left: Mapping[str, str | None]
    refused: tuple[str, ...] = ()

    @classmethod
    def load(cls, position: str | None) -> Search | None:
        """From the note; None if it cannot be read."""
        note = wire.mapping(walks.note(position))
        start, left = wire.moment(note.get("start")), wire.mapping(note.get("left"))
        refused = tuple(filter(None, map(wire.words, wire.listing(note.get("refused")))))
        if start is None or not (left or refused):
            return None
        if not left:
            return cls(start=start, left=dict.fromkeys(refused))
        tokens = {query: wire.words(left[query]) or None for query in left}
        return cls(start=start, left=tokens, refused=refused)

    def dump(self) -> str:
        note: dict[str, Any] = {"start": self.start.isoformat(), "left": dict(self.left)}
        return json.dumps(note | ({"refused": self.refused} if self.refused else {}))

    def without(self, query: str) -> Search | None:
        """The others go first. None if there is no other."""
        rest = {other: self.left[other] for other in self.left if other != query}
        return replace(self, left=rest, refused=(*self.refused, query)) if rest else None

    def after(self, query: str, token: str | None) -> Search:
        """Where it stands when X named `token` as the next page of `query`."""
        on = token is not None and token != self.left[query]
        rest = {other: self.left[other] for other in self.left if other != query}
        return replace(self, left={query: token, **rest} if on else rest)


@dataclass(frozen=True, kw_only=True)
class XArchive:
    """`me` answers who we are. `clock` is X's: it refuses times of its future."""

    pages: XPages
    me: Callable[[], Account]
    queries: Sequence[str]
    clock: Clock

    def fill(self, since: datetime, until: datetime, position: str | None) -> Page:
        """One page of one query. What X does not search any more is told as missing, with the first
        page; raises Refused if that is all of it."""
        floor, until = self.clock() - paging.SEARCH_REACH, min(until, self.clock() - _INDEXED)
        search, lost = Search.load(position), None
        if search is None or search.start < floor - paging.SLACK:
            if until <= floor and since < floor:
                raise Refused(reason=paging.TOO_FAR_BACK, for_good=True)
            search = Search(start=max(since, floor), left=dict.fromkeys(self._all_queries()))
            lost = _before(search.start, since)
        if until <= search.start:
            return Page(items=(), position=replace(search, left={}).dump(), missing=lost)
        query = next(iter(search.left))
        try:
            page, search = self._read(search, query, until)
        except Refused:
            others = search.without(query)
            if others is None:
                raise
            return Page(items=(), position=others.dump(), more=True, missing=lost)
        return Page(
            items=page.items,
            position=search.dump(),
            more=bool(search.left or search.refused),
            rejected=page.rejected,
            missing=lost,
        )

    def count(self, since: datetime, until: datetime) -> Mapping[datetime, int]:
        """The hours that lie within, of the last seven days and long enough ago."""
        now = self.clock()
        start = _next_hour(max(since, now - paging.SEARCH_REACH))
        end = _hour(min(until, now - _SETTLED))
        if start >= end:
            return {}
        params: dict[str, str | int] = {
            "query": mention_query(self.me()),
            "granularity": "hour",
            "start_time": _iso(start),
            "end_time": _iso(end),
        }
        found: dict[datetime, int] = {}
        for _ in range(_COUNT_PAGES):
            route = "/2/tweets/counts/recent"
            try:
                body = self.pages.client.get(route, params, use=Use.REPAIR, as_app=True).body
            except AuthFailed as error:
                # Of the app's token alone: the account's own keys may be as good as ever.
                raise Refused(reason=f"check bearer_token: {error.action}") from None
            found |= dict(_hours(body))
            token = wire.words(wire.mapping(body.get("meta")).get("next_token"))
            if not token:
                break
            params["next_token"] = token
        return {hour: found[hour] for hour in sorted(found) if start <= hour < end}

    def _all_queries(self) -> list[str]:
        me = self.me()
        return [mention_query(me), *(keyword_query(query, me) for query in self.queries)]

    def _read(self, search: Search, query: str, until: datetime) -> tuple[Parsed, Search]:
        """A page. Raises Unavailable if X no longer knows its token."""
        params: dict[str, str | int] = {
            **FIELDS,
            "query": query,
            "start_time": _iso(search.start),
            "end_time": _iso(until + timedelta(seconds=1)),  # it is cut off to seconds
        }
        token = search.left[query]
        if token:
            params["next_token"] = token
        try:
            page, _ = self.pages.read("/2/tweets/search/recent", params, use=Use.REPAIR)
        except InvalidRequest as error:
            if not token:
                raise
            raise Unavailable(f"the way through the stretch was lost: {error}") from None
        return page, search.after(query, page.next_token)


def _before(start: datetime, since: datetime) -> Missing | None:
    if start <= since:
        return None
    return Missing(since=since, until=start, reason=paging.TOO_FAR_BACK)


def _hours(body: Item) -> Iterator[tuple[datetime, int]]:
    """The whole hours of an answer; X renamed `tweet_count` to `post_count` in 2.167."""
    for part in map(wire.mapping, wire.listing(body.get("data"))):
        start, end = wire.moment(part.get("start")), wire.moment(part.get("end"))
        number = part.get("tweet_count", part.get("post_count"))
        if start and end and end - start == _HOUR and isinstance(number, int):
            yield start, wire.count(number)


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _next_hour(moment: datetime) -> datetime:
    return moment if moment == _hour(moment) else _hour(moment) + _HOUR


def _iso(moment: datetime) -> str:
    """To the second, as X wants it, in UTC."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
