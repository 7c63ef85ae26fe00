"""How a post of X stands to us: does it speak to us, and may we answer it through the API? Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from listener.channels import wire
from listener.channels.base import Answerable
from listener.channels.wire import Item
from listener.channels.x import fields


@dataclass(frozen=True, kw_only=True)
class Account:
    """Who we are on X. The handle stands without its @."""

    id: str
    handle: str
    name: str = ""


def names_us(post: Item, account: Account) -> bool:
    """Is our handle in it, be it typed or put by X in front of a reply in a thread of ours?"""
    mentions = [*_mentions(post), *_mentions(fields.full(post))]
    if mentions:
        return any(_is_us(mention, account) for mention in mentions)
    handle = rf"(?<![\w@])@{re.escape(account.handle)}(?!\w)"
    return re.search(handle, wire.words(fields.full(post).get("text")), re.IGNORECASE) is not None


def links_to_ours(post: Item, quoted: str, account: Account) -> bool:
    """Does it carry the address of a post of ours? So a quote shows if nothing else came along."""
    link = f"/{account.handle}/status/{quoted}".casefold()
    urls = wire.listing(wire.mapping(post.get("entities")).get("urls"))
    addresses = (wire.words(wire.mapping(url).get("expanded_url")).casefold() for url in urls)
    return any(address.endswith(link) for address in addresses)


def answerable(post: Item, *, named: bool, addressed: bool) -> Answerable:
    """Since 2026-02-23 an app may reply only to a post whose author mentions or quotes the account,
    or to its own: https://docs.x.com/changelog, https://docs.x.com/x-api/posts/manage-tweets.

    A handle that X itself put in front of a reply counts as a mention here: in 2026 such replies
    were both accepted and refused, so it is tried once, and a refusal sends the case to a human.
    Whoever limits replies still lets in those they mention
    (https://help.x.com/en/using-x/x-conversations, 2026-08).
    """
    who = wire.words(post.get("reply_settings")).replace("_", "").casefold()
    if who in ("", "everyone", "other"):
        return Answerable.YES if addressed else Answerable.BY_HAND
    if named:
        return Answerable.YES
    return Answerable.NO if who == "mentionedusers" else Answerable.BY_HAND


def _is_us(mention: Item, account: Account) -> bool:
    handle = wire.words(mention.get("username")).casefold()
    return mention.get("id") == account.id or handle == account.handle.casefold()


def _mentions(holder: Item) -> list[Item]:
    found = wire.listing(wire.mapping(holder.get("entities")).get("mentions"))
    return [wire.mapping(mention) for mention in found]
