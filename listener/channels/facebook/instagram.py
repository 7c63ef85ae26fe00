"""Comments and captions of Instagram, as Graph answers them, into our values. Pure.

https://developers.facebook.com/docs/instagram-platform/reference/instagram-media/comments and
.../instagram-user/mentioned_comment (2026-11). No channel calls this yet: the bot does not hear
Instagram. `scripts/check_shapes.py` holds it against recorded payloads, so that a channel for it
would find it ready.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from listener.channels import wire
from listener.channels.base import Answerable, Incoming, Media, MediaKind, Person
from listener.channels.facebook.parse import Parsed, next_cursor
from listener.channels.wire import Item, MalformedError

_MEDIA = {
    "IMAGE": MediaKind.IMAGE,
    "CAROUSEL_ALBUM": MediaKind.IMAGE,
    "VIDEO": MediaKind.VIDEO,
    "REELS": MediaKind.VIDEO,
}


@dataclass(frozen=True, kw_only=True)
class InstagramReader:
    """Reads for the account of that user name. `seen`: the moment we read."""

    username: str
    seen: datetime

    def parse(self, body: object) -> Parsed:
        """A list, a map of ids, one comment or media, or the answer about a mention.

        Objects without any text (a picture without caption, a profile) are no items. Never raises.
        """
        items, bad = [], []
        for item, conversation in _texts(body):
            try:
                items.append(self.read(item, conversation=conversation))
            except MalformedError as error:
                bad.append(wire.rejected(item, error))
        return Parsed(items=tuple(items), rejected=tuple(bad), after=next_cursor(body))

    def read(self, item: Item, *, conversation: str | None = None) -> Incoming:
        """A comment (`text`) or a media (`caption`). Raises MalformedError."""
        external_id = wire.identifier(item.get("id"))
        caption = "caption" in item
        person = _person(item)
        own = person is not None and self.username in (person.handle, person.external_id)
        top = wire.optional_identifier(item.get("parent_id")) or external_id
        url = wire.words(item.get("permalink"))
        hidden = item.get("hidden") is True
        return Incoming(
            external_id=external_id,
            revision_id=external_id,
            text=wire.required_text(item.get("caption" if caption else "text"), "text"),
            created_at=wire.moment(item.get("timestamp")) or self.seen,
            conversation=conversation or external_id,
            answer_under=top,  # Instagram takes replies to top-level comments only
            author=person,
            in_reply_to=top if top != external_id else conversation,
            url=url,
            answer_url=url,
            media=_media(item, url),
            answerable=Answerable.NO if own or hidden else Answerable.YES,
            own=own,
            engagement=wire.count(item.get("like_count")) + wire.count(item.get("comments_count")),
        )


def _texts(body: object) -> Iterator[tuple[Item, str | None]]:
    """Every object that has a text of its own, with the id of the media it stands under."""
    whole = wire.mapping(body)
    if "data" in whole:
        roots = wire.listing(whole["data"])
    elif "id" in whole:
        roots = [whole, whole.get("mentioned_comment"), whole.get("mentioned_media")]
    else:
        roots = list(whole.values())
    for root in map(wire.mapping, roots):
        yield from _with_comments(root, None)


def _with_comments(item: Item, media: str | None) -> Iterator[tuple[Item, str | None]]:
    if "text" in item or "caption" in item:
        yield item, media or wire.optional_identifier(wire.mapping(item.get("media")).get("id"))
    below = media if "text" in item else wire.optional_identifier(item.get("id"))
    for edge in ("comments", "replies"):
        for comment in wire.listing(wire.mapping(item.get(edge)).get("data")):
            found = wire.mapping(comment)
            yield found, below
            replies = wire.listing(wire.mapping(found.get("replies")).get("data"))
            yield from ((wire.mapping(reply), below) for reply in replies)


def _person(item: Item) -> Person | None:
    author = wire.mapping(item.get("from"))
    name = wire.words(author.get("username")) or wire.words(item.get("username"))
    found = wire.optional_identifier(author.get("id")) or wire.optional_identifier(name)
    return Person(external_id=found, handle=name) if found else None


def _media(item: Item, url: str) -> tuple[Media, ...]:
    address = wire.words(item.get("media_url")) or url
    kind = _MEDIA.get(wire.words(item.get("media_type")), MediaKind.OTHER)
    return (Media(url=address, kind=kind),) if "media_type" in item else ()
