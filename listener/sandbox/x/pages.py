"""What a person sees who opens a link to sandbox X."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from listener.sandbox.exchange import Answer, Request, answer_html
from listener.sandbox.pages import Card, card, not_found, page
from listener.sandbox.x.post import Post

if TYPE_CHECKING:
    from listener.sandbox.x.network import XNetwork

NAME = "Sandbox X"
_EXPLANATION = """<h2>Answer by hand</h2>
<p>On the real X this page opens the writing box, with the post below already chosen. X lets
programs answer only who mentioned or quoted the account; everyone else is answered here, by a
person. In the sandbox there is nothing to send.</p>"""
_STATUS = re.compile(r"/(?:[A-Za-z0-9_]{1,15}|i/web)/status/([0-9]{1,19})(?:/photo/\d+)?")


def answer(network: XNetwork, request: Request) -> Answer:
    """The list of threads, one thread, or the page for answering by hand."""
    if request.method != "GET":
        return answer_html(not_found(NAME), status=405)
    found = _STATUS.fullmatch(request.path)
    if request.path == "/":
        return answer_html(_threads(network))
    if found:
        return _thread(network, found[1])
    if request.path == "/intent/tweet":
        return _by_hand(network, request.query.get("in_reply_to", ""))
    return answer_html(not_found(NAME), status=404)


def _threads(network: XNetwork) -> str:
    roots = [post for post in network.current() if post.conversation == post.chain]
    cards = [card(_card(network, post)) for post in reversed(roots)]
    return page("All threads", [f"<h2>{len(roots)} threads</h2>", *cards], network=NAME)


def _thread(network: XNetwork, post_id: str) -> Answer:
    known = _known(network)
    post = known.get(post_id)
    if post is None:
        return answer_html(not_found(NAME), status=404)
    root = known.get(post.conversation, post)
    body = [card(_card(network, root, under=_under(network, root)))]
    return answer_html(page(f"{root.author.name} on X", body, network=NAME))


def _by_hand(network: XNetwork, post_id: str) -> Answer:
    post = network.posts.get(post_id)
    if post is None:
        return answer_html(not_found(NAME), status=404)
    body = [
        _EXPLANATION,
        card(_card(network, post)),
    ]
    return answer_html(page("Answer by hand", body, network=NAME))


def _known(network: XNetwork) -> dict[str, Post]:
    """Every version of every post, each standing for its newest; the deleted ones too."""
    return {**network.deleted, **network.posts}


def _under(network: XNetwork, parent: Post) -> tuple[Card, ...]:
    known = _known(network)
    versions = {post_id for post_id, post in known.items() if post.chain == parent.chain}
    newest = {post.chain: post for post in sorted(known.values(), key=lambda one: int(one.id))}
    below = [post for post in newest.values() if post.in_reply_to in versions]
    return tuple(_card(network, post, under=_under(network, post)) for post in below)


def _card(network: XNetwork, post: Post, *, under: tuple[Card, ...] = ()) -> Card:
    marks = {
        "deleted": post.id in network.deleted,
        "hidden": post.chain in network.hidden,
        "vanished": network.has_vanished(post),
        "edited": post.edited_at is not None,
        "repost": post.reposts is not None,
        "quote": post.quotes is not None,
    }
    return Card(
        id=post.id,
        name=post.author.name,
        handle=post.author.handle,
        text=post.text,
        at=post.edited_at or post.at,
        ours=post.author.handle == network.brand.handle,
        marks=tuple(mark for mark, on in marks.items() if on),
        pictures=tuple(photo.alt for photo in post.photos),
        link=f"/{post.author.handle}/status/{post.id}",
        under=under,
    )
