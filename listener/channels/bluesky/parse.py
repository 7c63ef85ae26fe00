"""Posts of Bluesky, as its servers show them, into our values. Pure: dict in, values out.

A post as the AppView shows it (a *view*) holds the record its author wrote and what the network
adds: who that is, whether we may reply, addresses of pictures. Our own repository holds records
alone. https://github.com/bluesky-social/atproto/tree/main/lexicons/app/bsky/feed (2026-11)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from listener.channels import wire
from listener.channels.base import Answerable, Incoming, Person, Rejected
from listener.channels.bluesky import fields, stance, tid
from listener.channels.bluesky import media as bluesky_media
from listener.channels.bluesky.stance import Account
from listener.channels.wire import Item

_LONGEST_URI: Final = 128  # as a mention's id may be: those of posts have 70 letters


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Reads for one account. `seen`: the moment we read, by the network's clock. `ours`: texts of
    our own posts by their uri, so that a reply to one comes with what it answers."""

    account: Account
    web_url: str
    seen: datetime
    ours: Mapping[str, str] = field(default_factory=dict)

    def post(self, item: object) -> Incoming:
        """A view of a post. Raises MalformedError if it has no address, author or text."""
        view = wire.mapping(item)
        record, address = wire.mapping(view.get("record")), fields.post(view.get("uri"))
        own = address.did == self.account.did
        person = _person(view.get("author"), address.did)
        url = self.url(address.uri, person.handle)
        return Incoming(
            external_id=address.uri,
            # An edit keeps the uri. The cid it changes says nothing about which version is newer,
            # and the store takes the greater one for newer: half of all edits would be passed over.
            revision_id=address.uri,
            text=wire.required_text(record.get("text"), "text"),
            created_at=fields.spoken_at(
                record,
                indexed=wire.moment(view.get("indexedAt")),
                rkey=address.rkey,
                seen=self.seen,
            ),
            conversation=fields.root(record) or address.uri,
            answer_under=address.uri,
            author=person,
            in_reply_to=fields.parent(record),
            url=url,
            answer_url=url,
            language=fields.language(record),
            media=bluesky_media.read(view, record, url),
            context=self._context(view, record),
            addressed=stance.addressed(record, self.account),
            answerable=stance.answerable(view, own=own),
            own=own,
            engagement=_engagement(view),
        )

    def own(self, item: object) -> Incoming:
        """A record of our own repository. Raises MalformedError.

        Its key tells when a reply was approved, which may be hours before it left: of our own posts
        we believe the date.
        """
        raw = wire.mapping(item)
        record, address = wire.mapping(raw.get("value")), fields.post(raw.get("uri"))
        told = wire.moment(record.get("createdAt")) or tid.time_of(address.rkey)
        url = self.url(address.uri, self.account.handle)
        return Incoming(
            external_id=address.uri,
            revision_id=address.uri,
            text=wire.required_text(record.get("text"), "text"),
            created_at=min(told or self.seen, self.seen),
            conversation=fields.root(record) or address.uri,
            answer_under=address.uri,
            author=Person(external_id=address.did, handle=self.account.handle),
            in_reply_to=fields.parent(record),
            url=url,
            answer_url=url,
            answerable=Answerable.NO,
            own=True,
        )

    def url(self, uri: str, handle: str) -> str:
        """Where a person reads a post. An account's number leads there as well as its handle."""
        address = fields.post(uri)
        return f"{self.web_url}/profile/{handle or address.did}/post/{address.rkey}"

    def above(self, item: object) -> set[str]:
        """Posts of our own that one answers, or stands under."""
        record = wire.mapping(wire.mapping(item).get("record"))
        found = {fields.parent(record), fields.root(record)}
        return {uri for uri in found if uri is not None and self.account.wrote(uri)}

    def _context(self, view: Item, record: Item) -> str:
        """What of ours it answers, stands under or quotes; the nearest goes first."""
        for uri in (fields.parent(record), fields.root(record)):
            if uri is not None and uri in self.ours:
                return self.ours[uri]
        return _quoted_text(view) if self.account.wrote(stance.quoted(record)) else ""


def read_all(
    read: Callable[[object], Incoming], raw: Iterable[object]
) -> tuple[tuple[Incoming, ...], tuple[Rejected, ...]]:
    return wire.read_all(read, raw, rejected)


def rejected(item: object, error: Exception) -> Rejected:
    """The note a human gets about an item nobody could read."""
    uri = wire.words(wire.mapping(item).get("uri"))
    known = fields.optional_address(uri) is not None and len(uri) <= _LONGEST_URI
    return wire.noted(item, error, external_id=uri if known else None)


def _person(author: object, did: str) -> Person:
    """Who wrote it. The uri itself names the account; names and handle may be missing."""
    found = wire.mapping(author)
    return Person(
        external_id=did,
        name=wire.words(found.get("displayName")),
        handle=fields.handle(found.get("handle")),
    )


def _quoted_text(view: Item) -> str:
    embed = wire.mapping(wire.mapping(view.get("embed")).get("record"))
    for shown in (embed, wire.mapping(embed.get("record"))):
        text = wire.words(wire.mapping(shown.get("value")).get("text"))
        if text:
            return text
    return ""


def _engagement(view: Item) -> int:
    names = ("likeCount", "replyCount", "repostCount", "quoteCount")
    return sum(wire.count(view.get(name)) for name in names)
