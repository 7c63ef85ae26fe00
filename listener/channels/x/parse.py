"""Answers of X that carry posts, into our values. Pure: dict in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from listener.channels import wire
from listener.channels.base import Answerable, Incoming, Person, Rejected
from listener.channels.wire import Item
from listener.channels.x import fields, stance
from listener.channels.x import media as x_media
from listener.channels.x.stance import Account


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """One body read. `referenced`: posts that came along because another one points at them;
    `gone`: ids X lists as deleted or closed to us. The rest is `meta`."""

    items: tuple[Incoming, ...] = ()
    referenced: tuple[Incoming, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    gone: tuple[str, ...] = ()
    newest: str | None = None
    oldest: str | None = None
    next_token: str | None = None
    count: int = 0  # results on this page, unreadable ones included


def parse_account(body: object) -> Account:
    """The answer of `/2/users/me`. Raises MalformedError."""
    user = user_of(wire.mapping(body).get("data"))
    return Account(
        id=fields.post_id(user.get("id")),
        handle=wire.required_text(user.get("username"), "username"),
        name=wire.words(user.get("name")),
    )


def parse_usage(body: object) -> tuple[int, int]:
    """Posts read this month and the monthly cap, 0 where not said; X sends them as text."""
    data = wire.mapping(wire.mapping(body).get("data"))

    def number(key: str) -> int:
        value = data.get(key)
        digits = isinstance(value, str) and value.isascii() and value.isdigit()
        return wire.count(int(str(value)[:18]) if digits else value)

    return number("project_usage"), number("project_cap")


def parse_body(body: object, *, account: Account, web_url: str) -> Parsed:
    """An answer whose `data` is a post or a list of posts. Never raises."""
    whole = wire.mapping(body)
    meta = wire.mapping(whole.get("meta"))
    reader = Reader.of(whole, account=account, web_url=web_url)
    raw = _data(whole)
    items, rejected = wire.read_all(reader.read, raw)
    referenced, _ = wire.read_all(reader.read, reader.posts.values())
    ids = sorted((item.revision_id for item in items), key=int)
    return Parsed(
        items=items,
        referenced=referenced,
        rejected=rejected,
        gone=tuple(_gone(whole)),
        newest=fields.optional_id(meta.get("newest_id")) or (ids[-1] if ids else None),
        oldest=fields.optional_id(meta.get("oldest_id")) or (ids[0] if ids else None),
        next_token=wire.words(meta.get("next_token")) or None,
        count=len(raw),
    )


def chains(body: object) -> dict[str, str]:
    """Every id of every post's edit chain -> the newest id of that chain."""
    found: dict[str, str] = {}
    for post in map(wire.mapping, _data(wire.mapping(body))):
        if revision := fields.optional_id(post.get("id")):
            ids = {*fields.chain(post, revision), revision}
            found |= dict.fromkeys(ids, max(ids, key=int))
    return found


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Reads one post with the help of what came along in `includes`."""

    account: Account
    web_url: str
    users: Mapping[str, Item] = field(default_factory=dict)
    posts: Mapping[str, Item] = field(default_factory=dict)
    media: Mapping[str, Item] = field(default_factory=dict)

    @classmethod
    def of(cls, holder: Item, *, account: Account, web_url: str) -> Reader:
        """A reader for the `includes` of `holder`."""
        includes = wire.mapping(holder.get("includes"))
        posts = wire.listing(includes.get("tweets")) + wire.listing(includes.get("posts"))
        return cls(
            account=account,
            web_url=web_url,
            users=keyed(map(user_of, wire.listing(includes.get("users"))), "id"),
            posts=keyed(posts, "id"),
            media=keyed(wire.listing(includes.get("media")), "media_key"),
        )

    def read(self, item: object) -> Incoming:
        """One post. Raises MalformedError if it has no id or no text."""
        post = wire.mapping(item)
        revision = fields.post_id(post.get("id"))
        first = fields.chain(post, revision)[0]
        references = fields.references(post)
        origin = references.get("retweeted") or references.get("reposted")
        person = self._author(post)
        own = person is not None and person.external_id == self.account.id
        addressed, answerable = self._stance(post, references)
        return Incoming(
            external_id=first,
            revision_id=revision,
            text=self._text(post, origin),
            created_at=wire.moment(post.get("created_at")) or fields.time_of(revision),
            conversation=fields.optional_id(post.get("conversation_id"))
            or references.get("replied_to")
            or first,
            answer_under=revision,
            author=person,
            in_reply_to=references.get("replied_to"),
            url=f"{self.web_url}/{(person and person.handle) or 'i'}/status/{revision}",
            # https://docs.x.com/x-for-websites/web-intents/overview (2026-08)
            answer_url=f"{self.web_url}/intent/tweet?in_reply_to={revision}",
            language=fields.language(post),
            media=x_media.read(post, self.media, f"{self.web_url}/i/status/{revision}"),
            context=self._context(references),
            addressed=addressed,
            answerable=Answerable.NO if own or origin else answerable,
            own=own,
            repost=origin is not None,
            engagement=fields.engagement(post),
        )

    def _author(self, post: Item) -> Person | None:
        author = wire.optional_identifier(post.get("author_id"))
        if author is None:
            return None
        if author == self.account.id and author not in self.users:  # we do not pay to hear it
            return Person(external_id=author, name=self.account.name, handle=self.account.handle)
        user = self.users.get(author, {})
        followers = wire.mapping(user.get("public_metrics")).get("followers_count")
        return Person(
            external_id=author,
            name=wire.words(user.get("name")),
            handle=wire.words(user.get("username")),
            followers=None if followers is None else wire.count(followers),
        )

    def _stance(self, post: Item, references: Mapping[str, str]) -> tuple[bool, Answerable]:
        """Does it speak to us, and may we answer?"""
        named = stance.names_us(post, self.account)
        answers = post.get("in_reply_to_user_id") == self.account.id or self._ours(
            references.get("replied_to")
        )
        quoted = references.get("quoted")
        quotes = quoted is not None and (
            self._ours(quoted) or stance.links_to_ours(post, quoted, self.account)
        )
        addressed = named or answers or quotes
        return addressed, stance.answerable(post, named=named, addressed=addressed)

    def _text(self, post: Item, origin: str | None) -> str:
        """A repost's own text is cut at 140 characters: take the original's when it came along."""
        if origin and isinstance(self.posts.get(origin, {}).get("text"), str):
            return fields.text(self.posts[origin])
        return fields.text(post)

    def _context(self, references: Mapping[str, str]) -> str:
        for kind in ("replied_to", "quoted"):
            other = references.get(kind)
            if other and self._ours(other):
                return wire.words(fields.full(self.posts[other]).get("text"))
        return ""

    def _ours(self, post_id: str | None) -> bool:
        return self.posts.get(post_id or "", {}).get("author_id") == self.account.id


def user_of(value: object) -> Item:
    """A user; in some payloads of the Activity API it stands one level deeper, under `data`."""
    user = wire.mapping(value)
    return wire.mapping(user["data"]) if "data" in user else user


def _data(whole: Item) -> list[Any]:
    value = whole.get("data")
    return value if isinstance(value, list) else [] if value is None else [value]


def _gone(whole: Item) -> Iterator[str]:
    """Partial errors: https://docs.x.com/x-api/fundamentals/response-codes-and-errors (2026-08)."""
    for problem in map(wire.mapping, wire.listing(whole.get("errors"))):
        kind = wire.words(problem.get("type"))
        lost = fields.optional_id(problem.get("resource_id") or problem.get("value"))
        if lost and kind.endswith(("/resource-not-found", "/not-authorized-for-resource")):
            yield lost


def keyed(items: Iterable[object], key: str) -> dict[str, Item]:
    """The objects among `items` by their `key`; those without a usable one are left out."""
    found: dict[str, Item] = {}
    for item in map(wire.mapping, items):
        if identifier := wire.optional_identifier(item.get(key)):
            found[identifier] = item
    return found
