"""Pictures, videos and links of a post of Bluesky. Pure; nothing is downloaded.

https://github.com/bluesky-social/atproto/tree/main/lexicons/app/bsky/embed (2026-11)
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from listener.channels import wire
from listener.channels.base import Media, MediaKind
from listener.channels.bluesky import stance
from listener.channels.wire import Item


def read(view: Item, record: Item, url: str) -> tuple[Media, ...]:
    """The media of a post that stands at `url`. A quoted post is none."""
    embed = wire.mapping(view.get("embed"))
    found = [*_attached(embed, url), *_attached(wire.mapping(embed.get("media")), url)]
    known = {media.url for media in found}
    return (*found, *(link for link in _links(record) if link.url not in known))


def _attached(embed: Item, url: str) -> Iterator[Media]:
    for image in map(wire.mapping, wire.listing(embed.get("images"))):
        address = wire.words(image.get("fullsize")) or wire.words(image.get("thumb"))
        yield Media(url=address or url, kind=MediaKind.IMAGE, alt=wire.words(image.get("alt")))
    if "external" in embed:
        card = wire.mapping(embed["external"])
        address, title = wire.words(card.get("uri")), wire.words(card.get("title"))
        yield Media(url=address or url, kind=MediaKind.LINK, alt=title)
    if "playlist" in embed:
        # The playlist is for players; a person sees the picture of it, and the post itself.
        address = wire.words(embed.get("thumbnail")) or url
        yield Media(url=address, kind=MediaKind.VIDEO, alt=wire.words(embed.get("alt")))
    if embed and not {"images", "external", "playlist", "record", "media"} & embed.keys():
        yield Media(url=url, kind=MediaKind.OTHER)  # of a kind that came after this was written


def _links(record: Item) -> Iterator[Media]:
    """Apps show a long address cut short: the whole one stands beside the text."""
    seen = set()
    for feature in stance.features(record):
        address = wire.words(feature.get("uri"))
        if address not in seen and _leads_somewhere(address):
            seen.add(address)
            yield Media(url=address, kind=MediaKind.LINK)


def _leads_somewhere(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
