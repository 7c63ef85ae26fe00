"""What a person sees who opens a link to sandbox Bluesky. The addresses are those of bsky.app."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from listener.sandbox.bluesky.lexicon import IMAGES, POST, WITH_MEDIA
from listener.sandbox.bluesky.record import Account, Record
from listener.sandbox.exchange import Answer, Request, answer_html
from listener.sandbox.pages import Card, card, not_found, page

if TYPE_CHECKING:
    from listener.sandbox.bluesky.network import BlueskyNetwork

NAME = "Sandbox Bluesky"
_PROFILE = re.compile(r"/profile/(?P<who>[a-zA-Z0-9.:%-]+)(?:/post/(?P<key>[a-z2-7]{13}))?/?")


def answer(network: BlueskyNetwork, request: Request) -> Answer:
    """The list of threads, one thread, or the posts of one account."""
    if request.method != "GET":
        return answer_html(not_found(NAME), status=405)
    if request.path == "/":
        return answer_html(_threads(network))
    found = _PROFILE.fullmatch(request.path)
    account = network.account_at(found["who"]) if found else None
    if found is None or account is None:
        return answer_html(not_found(NAME), status=404)
    return _thread(network, account, found["key"]) if found["key"] else _profile(network, account)


def _threads(network: BlueskyNetwork) -> str:
    roots = [one for one in network.posts.values() if one.in_reply_to is None]
    cards = [card(_card(network, one)) for one in _newest_first(roots)]
    return page("All threads", [f"<h2>{len(roots)} threads</h2>", *cards], network=NAME)


def _profile(network: BlueskyNetwork, account: Account) -> Answer:
    posts = [one for one in network.repos[account.did].values() if one.collection == POST]
    cards = [card(_card(network, one)) for one in _newest_first(posts)]
    heading = f"<h2>{len(cards)} posts of this account</h2>"
    return answer_html(page(f"{account.name} on Bluesky", [heading, *cards], network=NAME))


def _thread(network: BlueskyNetwork, account: Account, key: str) -> Answer:
    post = network.records.get(f"at://{account.did}/{POST}/{key}")
    if post is None:
        return answer_html(not_found(NAME), status=404)
    root, passed = post, {post.uri}
    while root.in_reply_to in network.records and root.in_reply_to not in passed:
        root = network.records[root.in_reply_to]
        passed.add(root.uri)
    body = [card(_card(network, root, under=_under(network, root, {root.uri})))]
    who = network.accounts[root.did]
    return answer_html(page(f"{who.name} on Bluesky", body, network=NAME))


def _under(network: BlueskyNetwork, parent: Record, shown: set[str]) -> tuple[Card, ...]:
    """The answers, also those the AppView hides: a person must see that one was there. `shown`: the
    at-URIs of what stands on the page, for answers that go round in a circle."""
    about = network.towards.get(parent.uri, {}).values()
    found = [one for one in about if one.in_reply_to == parent.uri]
    below = [one for one in found if one.uri not in shown]
    shown |= {one.uri for one in below}
    return tuple(
        _card(network, one, under=_under(network, one, shown))
        for one in sorted(below, key=lambda one: (one.at, one.key))
    )


def _newest_first(posts: list[Record]) -> list[Record]:
    return sorted(posts, key=lambda one: (one.at, one.key), reverse=True)


def _card(network: BlueskyNetwork, one: Record, *, under: tuple[Card, ...] = ()) -> Card:
    who = network.accounts[one.did]
    marks = {
        "deleted": not one.lives,
        "edited": sum(version.value is not None for version in one.versions) > 1,
        "gated": one.last.gated,
        "vanished": one.uri in network.vanished,
        "taken down": who.down,
        "quote": one.quotes is not None,
    }
    return Card(
        id=one.key,
        name=who.name,
        handle=who.handle,
        text=one.text,
        at=one.at,
        ours=one.did == network.brand.did,
        marks=tuple(mark for mark, on in marks.items() if on),
        pictures=_pictures(one),
        link=f"/profile/{who.handle}/post/{one.key}#c{one.key}",
        under=under,
    )


def _pictures(one: Record) -> tuple[str, ...]:
    embed = one.value.get("embed")
    if isinstance(embed, dict) and embed.get("$type") == WITH_MEDIA:
        embed = embed.get("media")
    if not isinstance(embed, dict) or embed.get("$type") != IMAGES:
        return ()
    return tuple(str(image["alt"]) for image in embed["images"])
