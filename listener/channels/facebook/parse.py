"""Posts and comments of a Facebook Page, into our values. Pure: dict in, values out.

Fields: https://developers.facebook.com/docs/graph-api/reference/comment, .../page-post (2026-11).
The author (`from`) comes only with a Page token and Advanced Access, and never for people's posts
on `/tagged` (https://developers.facebook.com/docs/graph-api/reference/page/tagged, 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

from listener.channels import wire
from listener.channels.base import Answerable, Incoming, Person, Rejected
from listener.channels.facebook import media as facebook_media
from listener.channels.wire import Item, MalformedError

_DEPTH = 100  # a chain of parents may be a circle


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """A list read. `after` is the cursor of the next page, None on the last one."""

    items: tuple[Incoming, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    after: str | None = None


@dataclass(frozen=True, kw_only=True)
class Thread:
    """A post with what came along of its comments; `comments.after`: there are more."""

    post: Incoming | None
    id: str
    context: str
    touched: datetime  # when it was last changed or commented
    comments: Parsed
    rejected: tuple[Rejected, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Feed:
    threads: tuple[Thread, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    after: str | None = None


def next_cursor(body: object) -> str | None:
    """Where the next page begins. `cursors.after` stands on the last page too: only `next` tells
    (https://developers.facebook.com/docs/graph-api/results, 2026-11)."""
    paging = wire.mapping(wire.mapping(body).get("paging"))
    following = wire.words(paging.get("next"))
    if not following:
        return None
    cursor = wire.words(wire.mapping(paging.get("cursors")).get("after"))
    return cursor or _parameter(following, "after")


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Reads for one Page. `seen`: the moment we read, for texts without a readable time."""

    page_id: str
    web_url: str
    seen: datetime
    parents: Mapping[str, Item] = field(default_factory=dict)

    def feed(self, body: object) -> Feed:
        """A list of posts, with or without nested comments. Never raises."""
        raw = wire.listing(wire.mapping(body).get("data"))
        threads, bad = wire.read_all(self.thread, raw)
        return Feed(threads=threads, rejected=bad, after=next_cursor(body))

    def thread(self, item: object) -> Thread:
        """A post with its comments. Raises MalformedError only if the post has no id: comments
        under a post whose own text is unreadable are kept."""
        raw = wire.mapping(item)
        post_id = wire.identifier(raw.get("id"))
        post, bad = None, []
        try:
            post = self.post(raw)
        except MalformedError as error:
            bad.append(wire.rejected({k: raw[k] for k in raw if k != "comments"}, error))
        context = post.text if post and post.own else ""
        comments = self.comments(raw.get("comments"), post_id=post_id, context=context)
        return Thread(
            post=post,
            id=post_id,
            context=context,
            touched=wire.moment(raw.get("updated_time"))
            or (post.created_at if post else self.seen),
            comments=comments,
            rejected=(*bad, *comments.rejected),
        )

    def comments(self, body: object, *, post_id: str | None, context: str = "") -> Parsed:
        """A list of comments; `post_id` None: each one's id tells. Never raises."""
        raw = wire.listing(wire.mapping(body).get("data"))
        reader = self._knowing(raw)

        def read(item: object) -> Incoming:
            return reader.comment(item, post_id=post_id, context=context)

        items, bad = wire.read_all(read, raw)
        return Parsed(items=items, rejected=bad, after=next_cursor(body))

    def post(self, item: object) -> Incoming:
        """A post on the Page, or one that tags it. Raises MalformedError."""
        raw = wire.mapping(item)
        post_id = wire.identifier(raw.get("id"))
        person = _person(raw)
        own = person is not None and person.external_id == self.page_id
        url = self._absolute(raw.get("permalink_url")) or f"{self.web_url}/{post_id}"
        comments = wire.mapping(wire.mapping(raw.get("comments")).get("summary"))
        closed = own or raw.get("is_hidden") is True or comments.get("can_comment") is False
        return Incoming(
            external_id=post_id,
            revision_id=post_id,
            text=wire.required_text(raw.get("message", ""), "message"),
            created_at=wire.moment(raw.get("created_time")) or self.seen,
            conversation=post_id,
            answer_under=post_id,
            author=person,
            url=url,
            answer_url=url,
            media=facebook_media.read(raw, url),
            answerable=Answerable.NO if closed else Answerable.YES,
            own=own,
            engagement=wire.count(wire.mapping(raw.get("shares")).get("count"))
            + wire.count(comments.get("total_count")),
        )

    def comment(self, item: object, *, post_id: str | None = None, context: str = "") -> Incoming:
        """A comment, or a reply to one. Raises MalformedError."""
        raw = wire.mapping(item)
        link = self._absolute(raw.get("permalink_url"))
        comment_id = wire.optional_identifier(raw.get("id")) or _id_in(link)
        if comment_id is None:
            raise MalformedError("id is no identifier")
        top = self._top(raw, comment_id, link)
        person = _person(raw)
        own = person is not None and person.external_id == self.page_id
        post_id = post_id or self._post_of(comment_id)
        url = link or self.comment_url(comment_id, under=top)
        nested = top != comment_id
        above = self.parents.get(top, {}) if nested else raw
        closed = own or raw.get("is_hidden") is True or above.get("can_comment") is False
        return Incoming(
            external_id=comment_id,
            revision_id=comment_id,
            text=wire.required_text(raw.get("message", ""), "message"),
            created_at=wire.moment(raw.get("created_time")) or self.seen,
            conversation=post_id,
            answer_under=top,
            author=person,
            in_reply_to=(_parent(raw) or top) if nested else post_id,
            url=url,
            answer_url=url,
            media=facebook_media.read(raw, url),
            context=context,
            answerable=Answerable.NO if closed else Answerable.YES,
            own=own,
            engagement=wire.count(raw.get("like_count")) + wire.count(raw.get("comment_count")),
        )

    def comment_url(self, comment_id: str, *, under: str) -> str:
        """Where a comment is read, in the form of Facebook's own permalinks."""
        post, _, number = comment_id.rpartition("_")
        if not post:
            return f"{self.web_url}/{comment_id}"
        above = under.rpartition("_")[2]
        place = f"{self.web_url}/{self.page_id}/posts/{post}?comment_id="
        if under == comment_id or above == post:  # right under the post
            return f"{place}{number}"
        return f"{place}{above}&reply_comment_id={number}"

    def _post_of(self, comment_id: str) -> str:
        """Comments are called POST_COMMENT, and posts PAGE_POST."""
        post = comment_id.rpartition("_")[0]
        return f"{self.page_id}_{post}" if post else comment_id

    def _top(self, raw: Item, comment_id: str, link: str) -> str:
        """The comment right under the post: Facebook nests no deeper, so replies go there."""
        top, above = comment_id, _parent(raw)
        for _ in range(_DEPTH):
            if above is None:
                break
            top, raw = above, self.parents.get(above) or wire.mapping(raw.get("parent"))
            above = _parent(raw)
        if top == comment_id and _parameter(link, "reply_comment_id"):
            post, first = comment_id.rpartition("_")[0], _parameter(link, "comment_id") or ""
            return wire.optional_identifier(_whole(post, first)) or top
        return top

    def _knowing(self, raw: Iterable[object]) -> Reader:
        found = {}
        for item in map(wire.mapping, raw):
            if comment_id := wire.optional_identifier(item.get("id")):
                found[comment_id] = item
        return Reader(page_id=self.page_id, web_url=self.web_url, seen=self.seen, parents=found)

    def _absolute(self, value: object) -> str:
        path = wire.words(value)
        try:
            return urljoin(f"{self.web_url}/", path) if path else ""
        except ValueError:
            return ""


def _parent(raw: Item) -> str | None:
    return wire.optional_identifier(wire.mapping(raw.get("parent")).get("id"))


def _person(raw: Item) -> Person | None:
    author = wire.mapping(raw.get("from"))
    found = wire.optional_identifier(author.get("id"))
    return Person(external_id=found, name=wire.words(author.get("name"))) if found else None


def _id_in(link: str) -> str | None:
    """The id of a comment that came without one, from its permalink."""
    number = _parameter(link, "reply_comment_id") or _parameter(link, "comment_id")
    parts = [part for part in urlsplit(link).path.split("/") if part] if number else []
    return wire.optional_identifier(_whole(parts[-1], number or "")) if parts else None


def _whole(post: str, number: str) -> str:
    """Permalinks name a comment by its number or by its whole id, POST_NUMBER."""
    return number if "_" in number else f"{post}_{number}"


def _parameter(link: str, name: str) -> str | None:
    try:
        found: Any = parse_qs(urlsplit(link).query).get(name)
    except ValueError:
        return None
    return found[0] if found else None
