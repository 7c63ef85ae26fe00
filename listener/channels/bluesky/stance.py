"""How a post of Bluesky stands to us: does it speak to us, and may we answer it? Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from listener.channels import wire
from listener.channels.base import Answerable
from listener.channels.bluesky import fields
from listener.channels.wire import Item


@dataclass(frozen=True, kw_only=True)
class Account:
    """Who we are on Bluesky. The handle stands without its @, and may be unknown for a while."""

    did: str
    handle: str

    def wrote(self, uri: str | None) -> bool:
        address = fields.optional_post(uri)
        return address is not None and address.did == self.did


def addressed(record: Item, account: Account) -> bool:
    """It names us, answers us or somebody in a thread of ours, or quotes us."""
    return (
        names_us(record, account)
        or account.wrote(fields.parent(record))
        or account.wrote(fields.root(record))
        or account.wrote(quoted(record))
    )


def names_us(record: Item, account: Account) -> bool:
    """As a link to our account, which notifies us, or typed as plain text, which does not: apps
    make such a link only for a handle they could look up."""
    if any(feature.get("did") == account.did for feature in features(record)):
        return True
    if not account.handle:
        return False
    # Not a part of another handle, nor of an address of electronic mail.
    typed = rf"(?<![\w@.])@{re.escape(account.handle)}(?![\w-]|\.\w)"
    return re.search(typed, wire.words(record.get("text")), re.IGNORECASE) is not None


def quoted(record: Item) -> str | None:
    """The post it quotes, with or without pictures beside it."""
    embed = wire.mapping(record.get("embed"))
    inner = wire.mapping(embed.get("record"))
    for value in (inner.get("uri"), wire.mapping(inner.get("record")).get("uri")):
        found = fields.optional_post(value)
        if found is not None:
            return found.uri
    return None


def answerable(view: Item, *, own: bool) -> Answerable:
    """Who limits replies to a thread (a thread gate) limits them for everybody: the server would
    take ours all the same, and show it to nobody."""
    closed = wire.mapping(view.get("viewer")).get("replyDisabled") is True
    return Answerable.NO if own or closed else Answerable.YES


def features(record: Item) -> Iterator[Item]:
    """The links, mentions and tags in a text."""
    for facet in map(wire.mapping, wire.listing(record.get("facets"))):
        yield from map(wire.mapping, wire.listing(facet.get("features")))
