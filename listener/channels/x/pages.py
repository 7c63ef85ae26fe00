"""Pages of posts, in whatever size X can tell them in one answer.

Where even the smallest page is more than we take, its posts are asked for one by one: X names them
in an answer that brings nothing along. One that is too large all alone becomes a dead letter.
https://docs.x.com/x-api/fundamentals/pagination (2026-08)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from listener.channels import outbound, wire
from listener.channels.base import Incoming, Rejected
from listener.channels.errors import TooLarge
from listener.channels.metering import Use
from listener.channels.wire import Answer
from listener.channels.x import fields
from listener.channels.x import parse as x_parse
from listener.channels.x.client import XClient
from listener.channels.x.parse import Parsed
from listener.channels.x.stance import Account

PAGE: Final = 100  # posts, the most any of these routes gives
LEAST: Final = 10  # the fewest all of them give: search no fewer, the timelines 5

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

Params = Mapping[str, str | int]


@dataclass(frozen=True, kw_only=True)
class XPages:
    """For one account. `me` answers who we are, asking X at most once. Raises ChannelError."""

    client: XClient
    me: Callable[[], Account]
    web_url: str
    size: outbound.PageSize = field(default_factory=lambda: outbound.PageSize(PAGE, LEAST))

    def read(self, route: str, params: Params, *, use: Use) -> tuple[Parsed, Answer]:
        """The next page of a route, and the answer it stood in."""

        def ask(size: int) -> Answer:
            return self.client.get(route, {**params, "max_results": size}, use=use)

        try:
            answer = self.size.fitting(ask)
        except TooLarge:
            return self._one_by_one(route, params, use)
        return self.parse(answer), answer

    def parse(self, answer: Answer) -> Parsed:
        return x_parse.parse_body(answer.body, account=self.me(), web_url=self.web_url)

    def _one_by_one(self, route: str, params: Params, use: Use) -> tuple[Parsed, Answer]:
        bare = {key: value for key, value in params.items() if key not in FIELDS}
        shown = {key: value for key, value in params.items() if key in FIELDS}
        answer = self.client.get(route, {**bare, "max_results": LEAST}, use=use)
        items, rejected = list[Incoming](), list[Rejected]()
        for post_id in _ids(answer):
            try:
                one = self.parse(self.client.get("/2/tweets", {**shown, "ids": post_id}, use=use))
            except TooLarge as error:
                rejected.append(wire.rejected({"id": post_id}, error))
                continue
            items += one.items
            rejected += one.rejected
            if not (one.items or one.rejected or one.gone):
                silent = wire.MalformedError("X lists it and says nothing of it")
                rejected.append(wire.rejected({"id": post_id}, silent))
        page = self.parse(answer)
        return replace(page, items=tuple(items), rejected=tuple(rejected)), answer


def _ids(answer: Answer) -> list[str]:
    posts = map(wire.mapping, wire.listing(answer.body.get("data")))
    return [found for post in posts if (found := fields.optional_id(post.get("id")))]
