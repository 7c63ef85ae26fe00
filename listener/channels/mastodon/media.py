"""Pictures, videos and links of a status. Pure; nothing is downloaded.

https://docs.joinmastodon.org/entities/MediaAttachment/, .../PreviewCard/ (2026-11)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from listener.channels import wire
from listener.channels.base import Media, MediaKind
from listener.channels.wire import Item

_TYPES: Final = {
    "image": MediaKind.IMAGE,
    "gifv": MediaKind.VIDEO,  # kept as silent MP4
    "video": MediaKind.VIDEO,
}


def read(status: Item, url: str) -> tuple[Media, ...]:
    """The media of `status`, with the words its author describes them by; `url` is its own
    address, for what has none."""
    return (*_attached(status, url), *_card(status))


def _attached(status: Item, url: str) -> Iterator[Media]:
    for item in map(wire.mapping, wire.listing(status.get("media_attachments"))):
        addresses = (wire.words(item.get(key)) for key in ("url", "remote_url", "preview_url"))
        yield Media(
            url=next(filter(None, addresses), url),
            kind=_TYPES.get(wire.words(item.get("type")), MediaKind.OTHER),
            alt=wire.words(item.get("description")),
        )


def _card(status: Item) -> Iterator[Media]:
    card = wire.mapping(status.get("card"))
    address = wire.words(card.get("url"))
    if address.startswith(("https://", "http://")):
        yield Media(url=address, kind=MediaKind.LINK, alt=wire.words(card.get("title")))
