"""What a person sees who opens a link to sandbox Facebook."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from listener.sandbox.exchange import Answer, Request, answer_html
from listener.sandbox.facebook.objects import Object, Place
from listener.sandbox.pages import Card, card, not_found, page

if TYPE_CHECKING:
    from listener.sandbox.facebook.network import FacebookNetwork

NAME = "Sandbox Facebook"
# As on the real network (/page/posts/number/), and with the whole id.
_POST = re.compile(r"(?:/(?P<page>\d+))?/posts/(?P<post>\d+(?:_\d+)?)/?")
_PLACES = {
    Place.PAGE: "post of the Page",
    Place.VISITOR: "written on the Page by a visitor",
    Place.TAGGED: "elsewhere, naming the Page",
}


def is_page(request: Request) -> bool:
    """Whether this is a browser's request: the Graph has no such path, and / needs `ids` there."""
    if request.method != "GET":
        return False
    return bool(_POST.fullmatch(request.path)) or (request.path == "/" and not request.query)


def answer(network: FacebookNetwork, request: Request) -> Answer:
    """The list of posts, or one post with its comments."""
    if request.path == "/":
        return answer_html(_posts(network))
    found = _POST.fullmatch(request.path)
    page_id = (found and found["page"]) or network.page_id
    post_id = found["post"] if found else ""
    post = network.objects.get(post_id if "_" in post_id else f"{page_id}_{post_id}")
    if post is None or post.is_comment:
        return answer_html(not_found(NAME), status=404)
    body = [card(_card(network, post, under=_under(network, post.id, None)))]
    return answer_html(page(f"{post.author.name} on Facebook", body, network=NAME))


def _posts(network: FacebookNetwork) -> str:
    found = network.posts(*Place)
    cards = [card(_card(network, post)) for post in found]
    return page("All posts", [f"<h2>{len(found)} posts</h2>", *cards], network=NAME)


def _under(network: FacebookNetwork, post_id: str, parent: str | None) -> tuple[Card, ...]:
    """The comments at one level, deleted ones too: a person must see that one was there."""
    below = [
        one for one in network.objects.values() if one.post == post_id and one.parent == parent
    ]
    return tuple(
        _card(
            network,
            one,
            under=_under(network, post_id, one.id) if parent is None else (),
        )
        for one in sorted(below, key=lambda one: (one.at, one.id))
    )


def _card(network: FacebookNetwork, one: Object, *, under: tuple[Card, ...] = ()) -> Card:
    marks = {
        "deleted": one.deleted,
        "hidden": one.hidden,
        "vanished": one.id in network.vanished,
        "edited": one.edited,
    }
    place = (_PLACES[one.place],) if one.place else ()
    comments = len(network.comments_on(one.id)) if not under else 0
    count = (f"{comments} comments",) if comments and not one.is_comment else ()
    return Card(
        id=one.id,
        name=one.author.name,
        text=one.text,
        at=one.at,
        ours=network.is_ours(one),
        marks=place + count + tuple(mark for mark, on in marks.items() if on),
        pictures=(one.photo_alt,) if one.photo else (),
        link=f"/posts/{one.post or one.id}#c{one.id}",
        under=under,
    )
