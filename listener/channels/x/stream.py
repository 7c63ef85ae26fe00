"""What X pages out: mentions, our own posts and searches, a page at a time, resumable anywhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from config.clock import Clock
from config.http import server_time
from listener.channels import wire
from listener.channels.base import Missing, Page
from listener.channels.metering import Use
from listener.channels.x import paging
from listener.channels.x import parse as x_parse
from listener.channels.x.client import Answer, XClient
from listener.channels.x.errors import InvalidRequest
from listener.channels.x.paging import Walk
from listener.channels.x.parse import Parsed
from listener.channels.x.stance import Account

PAGE: Final = 100  # posts, the most any of these routes gives

FIELDS: Final = {
    "tweet.fields": "attachments,author_id,conversation_id,created_at,display_text_range,"
    "edit_history_tweet_ids,entities,in_reply_to_user_id,lang,note_tweet,public_metrics,"
    "referenced_tweets,reply_settings",
    "expansions": "attachments.media_keys,author_id,referenced_tweets.id",
    "user.fields": "name,public_metrics,username",
    "media.fields": "alt_text,preview_image_url,type,url",
}
"""What we read of a post, and no more: https://docs.x.com/x-api/fundamentals/fields (2026-08)."""

OWN_FIELDS: Final = {
    "tweet.fields": "author_id,conversation_id,created_at,edit_history_tweet_ids,note_tweet,"
    "referenced_tweets",
}
"""Of a post of ours: nothing that comes along with it, for that costs many times the post."""

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

    client: XClient
    me: Callable[[], Account]
    web_url: str
    clock: Clock

    def mentions(self, position: str | None) -> Page:
        route = _Route(
            path=f"/2/users/{self.me().id}/mentions",
            use=Use.MENTIONS,
            params=FIELDS,
            horizon=paging.MENTIONS_HORIZON,
        )
        step = self._step(Walk.load(_note(position)), route)
        return _page([step], step.after.dump(), step.lost)

    def own(self, position: str | None) -> Page:
        """What we wrote ourselves. Nothing of it counts as missing: it is no mention, and whoever
        must know whether a reply stands asks for it."""
        route = _Route(
            path=f"/2/users/{self.me().id}/tweets",
            use=Use.OWN,
            params={**OWN_FIELDS, "exclude": "retweets"},
        )
        step = self._step(Walk.load(_note(position)), route)
        return _page([step], step.after.dump(), None)

    def search(self, position: str | None, queries: Sequence[str]) -> Page:
        """One request for each query; while some have pages left, only for those that do."""
        me, notes = self.me(), wire.mapping(wire.mapping(_note(position)).get("queries"))
        walks = {query: Walk.load(notes.get(query)) for query in queries}
        steps = {}
        for query in [query for query in queries if walks[query].under_way] or queries:
            route = _Route(
                path=_SEARCH,
                use=Use.SEARCH,
                cursor="next_token",
                params={**FIELDS, "query": keyword_query(query, me)},
                reach=paging.SEARCH_REACH,
            )
            steps[query] = self._step(walks[query], route)
            walks[query] = steps[query].after
        stand = {"queries": {query: walk.dump() for query, walk in walks.items()}}
        return _page(list(steps.values()), stand, _joined(step.lost for step in steps.values()))

    def parse(self, answer: Answer) -> Parsed:
        return x_parse.parse_body(answer.body, account=self.me(), web_url=self.web_url)

    def _step(self, walk: Walk, route: _Route) -> _Step:
        """The next page of a walk; from the start again if X refuses its token."""
        begun, lost = paging.begin(walk, now=self.clock(), reach=route.reach)
        params: dict[str, str | int] = {**route.params, "max_results": PAGE}
        if begun.since:
            params["since_id"] = begun.since
        if begun.token:
            params[route.cursor] = begun.token
        try:
            answer = self.client.get(route.path, params, use=route.use)
        except InvalidRequest:
            if not begun.under_way:
                raise
            return self._step(walk.restarted(), route)
        page = self.parse(answer)
        after = paging.advance(begun, page, now=time_at_x(answer, self.clock()))
        lost = lost or paging.unread(begun, page, after, horizon=route.horizon)
        return _Step(page=page, after=after, lost=lost)


def mention_query(account: Account) -> str:
    """What finds the posts that name us, as the mentions do, but not our own."""
    return f"@{account.handle} -is:retweet -from:{account.handle}"


def keyword_query(query: str, account: Account) -> str:
    """A query of the settings, without our own posts."""
    return f"({query}) -from:{account.handle}"


def time_at_x(answer: Answer, ours: datetime) -> datetime:
    """The time by X's clock, or by ours where X does not say."""
    return server_time(answer.headers) or ours


@dataclass(frozen=True, kw_only=True)
class _Step:
    page: Parsed
    after: Walk
    lost: Missing | None


def _page(steps: Sequence[_Step], stand: object, lost: Missing | None) -> Page:
    items = {item.revision_id: item for step in steps for item in step.page.items}
    return Page(
        items=tuple(items.values()),
        position=json.dumps(stand),
        more=any(step.after.under_way for step in steps),
        rejected=tuple(bad for step in steps for bad in step.page.rejected),
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


def _note(position: str | None) -> object:
    """A note of our own making; one that cannot be read counts as none."""
    try:
        return json.loads(position or "null")
    except ValueError:
        return None
