"""What X pages out: mentions, our own posts and searches, a page at a time, resumable anywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from config.clock import Clock
from config.http import server_time
from listener.channels import walks
from listener.channels.base import Page
from listener.channels.metering import Use
from listener.channels.walks import Step
from listener.channels.wire import Answer
from listener.channels.x import paging
from listener.channels.x.errors import InvalidRequest
from listener.channels.x.pages import FIELDS, OWN_FIELDS, XPages
from listener.channels.x.paging import Walk
from listener.channels.x.stance import Account

_SEARCH: Final = "/2/tweets/search/recent"


@dataclass(frozen=True, kw_only=True)
class _Route:
    """Where a stream is read, and how. `cursor`: the parameter of a next page. `reach`: how far
    back X lets us ask. `horizon`: how many posts it lists at all."""

    path: str
    use: Use
    cursor: str = "pagination_token"
    params: Mapping[str, str] = field(default_factory=dict)
    reach: timedelta | None = None
    horizon: int | None = None


@dataclass(frozen=True, kw_only=True)
class XStreams:
    """Reads pages for one account. `me` answers who we are, asking X at most once."""

    pages: XPages
    me: Callable[[], Account]
    clock: Clock

    def mentions(self, position: str | None) -> Page:
        route = _Route(
            path=f"/2/users/{self.me().id}/mentions",
            use=Use.MENTIONS,
            params=FIELDS,
            horizon=paging.MENTIONS_HORIZON,
        )
        return walks.alone(self._step(Walk.load(walks.note(position)), route))

    def own(self, position: str | None) -> Page:
        """What we wrote ourselves. Nothing of it counts as missing: it is no mention, and whoever
        must know whether a reply stands asks for it."""
        route = _Route(
            path=f"/2/users/{self.me().id}/tweets",
            use=Use.OWN,
            params={**OWN_FIELDS, "exclude": "retweets"},
        )
        return walks.alone(self._step(Walk.load(walks.note(position)), route), told=False)

    def search(self, position: str | None, queries: Sequence[str]) -> Page:
        me = self.me()

        def step(walk: Walk, query: str) -> Step[Walk]:
            route = _Route(
                path=_SEARCH,
                use=Use.SEARCH,
                cursor="next_token",
                params={**FIELDS, "query": keyword_query(query, me)},
                reach=paging.SEARCH_REACH,
            )
            return self._step(walk, route)

        return walks.several(position, queries, load=Walk.load, step=step, now=self.clock())

    def _step(self, walk: Walk, route: _Route) -> Step[Walk]:
        """The next page of a walk; from the start again if X refuses its token."""
        begun, lost = paging.begin(walk, now=self.clock(), reach=route.reach)
        params: dict[str, str | int] = dict(route.params)
        if begun.since:
            params["since_id"] = begun.since
        if begun.token:
            params[route.cursor] = begun.token
        try:
            page, answer = self.pages.read(route.path, params, use=route.use)
        except InvalidRequest:
            if not begun.under_way:
                raise
            return self._step(walk.restarted(), route)
        after = paging.advance(begun, page, now=time_at_x(answer, self.clock()))
        lost = lost or paging.unread(begun, page, after, horizon=route.horizon)
        return Step(after=after, items=page.items, rejected=page.rejected, lost=lost)


def mention_query(account: Account) -> str:
    """What finds the posts that name us, as the mentions do, but not our own."""
    return f"@{account.handle} -is:retweet -from:{account.handle}"


def keyword_query(query: str, account: Account) -> str:
    """A query of the settings, without our own posts."""
    return f"({query}) -from:{account.handle}"


def time_at_x(answer: Answer, ours: datetime) -> datetime:
    """The time by X's clock, or by ours where X does not say."""
    return server_time(answer.headers) or ours
