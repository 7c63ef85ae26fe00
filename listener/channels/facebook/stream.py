"""What a Facebook Page pages out: its feed with the comments under each post, and tagging posts.

https://developers.facebook.com/docs/graph-api/reference/page/feed, .../page/tagged (2026-11)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from config.clock import Clock
from listener.channels import walks
from listener.channels.base import Incoming, Missing, Page, Rejected
from listener.channels.errors import Refused
from listener.channels.facebook import paging
from listener.channels.facebook.client import FacebookClient
from listener.channels.facebook.paging import Walk
from listener.channels.facebook.parse import Reader, Thread
from listener.channels.outbound import PageSize
from listener.channels.wire import Answer

_ATTACHED: Final = "{media_type,type,title,url,unshimmed_url,media,subattachments}"
COMMENT_FIELDS: Final = (
    "id,message,from,created_time,parent{id},attachment,permalink_url,comment_count,like_count,"
    "is_hidden,can_comment"
)
POST_FIELDS: Final = (
    "id,message,from,created_time,updated_time,permalink_url,is_hidden,shares,attachments"
    + _ATTACHED
)
_NESTED: Final = (
    f"comments.filter(stream).order(reverse_chronological).limit(25).summary(1){{{COMMENT_FIELDS}}}"
)
POSTS_AT_ONCE: Final = 10
"""A page. Under each post up to 20 pages of comments may follow, and all of it is one fetch: it
must end long before anybody takes it for hung, and a call that fails costs all of it again."""
_COMMENTS: Final = 100
_COMMENT_PAGES: Final = 20  # further pages of comments under one post, in one fetch

STREAMS: Final = {"feed": f"{POST_FIELDS},{_NESTED}", "tagged": POST_FIELDS}
"""Stream -> the fields it asks for. Its name is the edge of the Page."""


@dataclass(frozen=True, kw_only=True)
class FacebookStreams:
    client: FacebookClient
    page_id: str
    web_url: str
    clock: Clock
    post_size: PageSize = field(default_factory=lambda: PageSize(POSTS_AT_ONCE))
    comment_size: PageSize = field(default_factory=lambda: PageSize(_COMMENTS))

    def read(self, stream: str, position: str | None) -> Page:
        """The next page of `stream`. Raises ChannelError."""
        self.client.spare()
        walk = paging.begin(Walk.load(position), now=self.clock())
        params: dict[str, str | int] = {"fields": STREAMS[stream]}
        if walk.after:
            params["after"] = walk.after
        try:
            answer = self.posts(stream, params)
        except Refused:
            if not walk.after:
                raise
            return self.read(stream, walk.restarted().dump())  # the cursor is no longer known
        feed = self.reader().feed(answer.body)
        after = paging.advance(walk, feed, now=self.clock())
        found = [self._below(thread, walk) for thread in feed.threads]
        lost = [paging.cut_short(walk, feed, after), *(part.lost for part in found)]
        return Page(
            items=tuple(item for part in found for item in part.items),
            position=after.dump(),
            more=after.after is not None,
            rejected=feed.rejected + tuple(bad for part in found for bad in part.rejected),
            missing=walks.joined(lost),
        )

    def posts(self, stream: str, params: Mapping[str, str | int]) -> Answer:
        """A page of posts, as large as can be. Raises ChannelError."""
        path = f"{self.page_id}/{stream}"
        return self.post_size.fitting(lambda size: self.client.get(path, {**params, "limit": size}))

    def comments(self, post: str, after: str) -> Answer:
        """The next page of comments under a post, as large as can be. Raises ChannelError."""
        params: dict[str, str | int] = {
            "fields": COMMENT_FIELDS,
            "filter": "stream",
            "order": "reverse_chronological",
            "after": after,
        }
        return self.comment_size.fitting(
            lambda size: self.client.get(f"{post}/comments", {**params, "limit": size})
        )

    def reader(self) -> Reader:
        return Reader(page_id=self.page_id, web_url=self.web_url, seen=self.clock())

    def _below(self, thread: Thread, walk: Walk) -> _Found:
        """A post and what is new below it, with the comments that did not come along."""
        items = [thread.post] if thread.post and walk.wants_post(thread) else []
        items += [item for item in thread.comments.items if walk.wants(item)]
        rejected, page = list(thread.rejected), thread.comments
        for _ in range(_COMMENT_PAGES):
            known = page.items and not any(walk.wants(item) for item in page.items)
            if page.after is None or known:
                return _Found(items=tuple(items), rejected=tuple(rejected))
            answer = self.comments(thread.id, page.after)
            page = self.reader().comments(answer.body, post_id=thread.id, context=thread.context)
            items += [item for item in page.items if walk.wants(item)]
            rejected += page.rejected
        lost = _unread(thread, walk, items) if page.after else None
        return _Found(items=tuple(items), rejected=tuple(rejected), lost=lost)


@dataclass(frozen=True, kw_only=True)
class _Found:
    items: tuple[Incoming, ...]
    rejected: tuple[Rejected, ...]
    lost: Missing | None = None


def _unread(thread: Thread, walk: Walk, items: list[Incoming]) -> Missing | None:
    """The stretch between what was known and the oldest comment one fetch could reach."""
    until = min((item.created_at for item in items if item is not thread.post), default=None)
    if walk.high is None or until is None or until <= walk.high:
        return None
    reason = f"more new comments under post {thread.id} than one fetch reads"
    return Missing(since=walk.high, until=until, reason=reason)
