"""Pictures, videos and links of a post of X. Pure; nothing is downloaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from listener.channels import wire
from listener.channels.base import Media, MediaKind
from listener.channels.wire import Item

_TYPES: Final = {
    "photo": MediaKind.IMAGE,
    "animated_gif": MediaKind.VIDEO,  # X keeps them as silent MP4
    "video": MediaKind.VIDEO,
}
# The number before the underscore of a media key says the kind when nothing else came along.
_KEYS: Final = {
    "3": MediaKind.IMAGE,
    "7": MediaKind.VIDEO,
    "13": MediaKind.VIDEO,
    "16": MediaKind.VIDEO,
}
_X_HOSTS: Final = frozenset({"x.com", "twitter.com", "t.co", "pic.twitter.com", "pic.x.com"})


def read(post: Item, known: Mapping[str, Item], url: str) -> tuple[Media, ...]:
    """The media of `post`; `known` is what came in `includes`, `url` the post's own address."""
    return (*_attached(post, known, url), *_links(post))


def _attached(post: Item, known: Mapping[str, Item], url: str) -> Iterator[Media]:
    keys = wire.listing(wire.mapping(post.get("attachments")).get("media_keys"))
    for key in dict.fromkeys(found for key in keys if (found := wire.optional_identifier(key))):
        item = known.get(key, {})
        kind = _TYPES.get(wire.words(item.get("type"))) or _KEYS.get(key.split("_")[0])
        yield Media(
            url=wire.words(item.get("url")) or wire.words(item.get("preview_image_url")) or url,
            kind=kind or MediaKind.OTHER,
            alt=wire.words(item.get("alt_text")),
        )


def _links(post: Item) -> Iterator[Media]:
    """Links that lead out of X; those to a post's own pictures or a quoted post are no news."""
    seen = set()
    for url in map(wire.mapping, wire.listing(wire.mapping(post.get("entities")).get("urls"))):
        if "media_key" in url:  # one of its own pictures, which came along already
            continue
        address = wire.words(url.get("unwound_url")) or wire.words(url.get("expanded_url"))
        if address not in seen and _leads_out(address):
            seen.add(address)
            yield Media(url=address, kind=MediaKind.LINK, alt=wire.words(url.get("title")))


def _leads_out(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    host = (parts.hostname or "").removeprefix("www.")
    return parts.scheme in ("http", "https") and bool(host) and host not in _X_HOSTS
