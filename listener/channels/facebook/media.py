"""What hangs on a post or comment of Facebook. Pure; nothing is downloaded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from listener.channels import wire
from listener.channels.base import Media, MediaKind
from listener.channels.wire import Item

# https://developers.facebook.com/docs/graph-api/reference/story-attachment (2026-11): the type has
# dozens of values, the part before the first "_" tells enough.
_KINDS: Final = {
    "photo": MediaKind.IMAGE,
    "sticker": MediaKind.IMAGE,
    "cover": MediaKind.IMAGE,
    "profile": MediaKind.IMAGE,
    "album": MediaKind.IMAGE,
    "animated": MediaKind.VIDEO,
    "video": MediaKind.VIDEO,
    "share": MediaKind.LINK,
    "link": MediaKind.LINK,
}


def read(holder: Item, url: str) -> tuple[Media, ...]:
    """The attachments of a post (`attachments`) or comment (`attachment`) that stands at `url`."""
    many = wire.listing(wire.mapping(holder.get("attachments")).get("data"))
    return tuple(
        media
        for part in (*many, holder.get("attachment"))
        for media in _each(wire.mapping(part), url)
    )


def _each(part: Item, url: str) -> Iterator[Media]:
    inner = wire.listing(wire.mapping(part.get("subattachments")).get("data"))
    for item in map(wire.mapping, inner):
        yield _media(item, url)
    if part and not inner:
        yield _media(part, url)


def _media(part: Item, url: str) -> Media:
    name = wire.words(part.get("media_type")) or wire.words(part.get("type"))
    kind = _KINDS.get(name.split("_")[0].casefold(), MediaKind.OTHER)
    picture = wire.mapping(wire.mapping(part.get("media")).get("image")).get("src")
    address = wire.words(part.get("unshimmed_url")) or wire.words(part.get("url"))
    first, second = (wire.words(picture), address)
    if kind is not MediaKind.IMAGE:
        first, second = second, first
    return Media(url=first or second or url, kind=kind, alt=wire.words(part.get("title")))
