"""What a person sees who opens a link to sandbox Mastodon."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from listener.sandbox.exchange import Answer, Request, answer_html
from listener.sandbox.mastodon import text
from listener.sandbox.mastodon.objects import Status, Visibility
from listener.sandbox.pages import Card, card, not_found, page

if TYPE_CHECKING:
    from listener.sandbox.mastodon.network import MastodonNetwork

NAME: Final = "Sandbox Mastodon"
_STATUS: Final = re.compile(r"/(?:@|users/)(?P<acct>[^/]+)/(?:statuses/)?(?P<id>[0-9a-f]+)/?")
_PROFILE: Final = re.compile(r"/(?:@|users/)(?P<acct>[^/]+)/?")
_TAG: Final = re.compile(r"/tags/(?P<tag>[^/]+)/?")
_MARKS: Final = {
    Visibility.UNLISTED: "quiet public",
    Visibility.PRIVATE: "followers only",
    Visibility.DIRECT: "private mention",
}


def answer(network: MastodonNetwork, request: Request) -> Answer:
    """The list of threads, one thread, what somebody has written, or what has a tag."""
    if request.method != "GET":
        return answer_html(not_found(NAME), status=405)
    path = unquote(request.path)
    if path == "/":
        return answer_html(_threads(network))
    if found := _STATUS.fullmatch(path):
        return _thread(network, found["id"])
    if found := _PROFILE.fullmatch(path):
        return _profile(network, found["acct"])
    if found := _TAG.fullmatch(path):
        return _tagged(network, found["tag"].lower())
    return answer_html(not_found(NAME), status=404)


def _threads(network: MastodonNetwork) -> str:
    roots = [one for one in network.current() if one.conversation == one.id and not one.boosts]
    return _list(network, "All threads", f"{len(roots)} threads", roots)


def _profile(network: MastodonNetwork, acct: str) -> Answer:
    account = network.find_account(acct)
    if account is None:
        return answer_html(not_found(NAME), status=404)
    found = [one for one in network.current() if one.author.acct == account.acct]
    marks = " · run by a machine" if account.bot else ""
    return answer_html(_list(network, account.name, f"@{account.acct}{marks}", found))


def _tagged(network: MastodonNetwork, tag: str) -> Answer:
    found = [one for one in network.current() if tag in text.tags(one.text)]
    return answer_html(_list(network, f"#{tag}", f"{len(found)} posts", found))


def _list(network: MastodonNetwork, title: str, about: str, found: list[Status]) -> str:
    cards = [card(_card(network, one)) for one in reversed(found)]
    return page(title, [f"<h2>{escape(about)}</h2>", *cards], network=NAME)


def _thread(network: MastodonNetwork, status_id: str) -> Answer:
    status = _known(network).get(status_id)
    if status is None:
        return answer_html(not_found(NAME), status=404)
    root = _known(network).get(status.conversation, status)
    body = [card(_card(network, root, under=_under(network, root)))]
    return answer_html(page(f"{root.author.name} on Mastodon", body, network=NAME))


def _known(network: MastodonNetwork) -> dict[str, Status]:
    """The deleted ones too: a person must see that one was there."""
    return {**network.deleted, **network.statuses}


def _under(network: MastodonNetwork, parent: Status) -> tuple[Card, ...]:
    below = sorted(
        (one for one in _known(network).values() if one.answers == parent.id),
        key=lambda one: one.number,
    )
    return tuple(_card(network, one, under=_under(network, one)) for one in below)


def _card(network: MastodonNetwork, one: Status, *, under: tuple[Card, ...] = ()) -> Card:
    marks = {
        "deleted": one.id in network.deleted,
        "vanished": network.has_vanished(one),
        "edited": one.edited_at is not None,
        "boost": one.boosts is not None,
        "bot": network.accounts[one.author.acct.lower()].bot,
        _MARKS.get(one.visibility, ""): one.visibility in _MARKS,
        f"content warning: {one.spoiler}": bool(one.spoiler),
    }
    shown = _known(network).get(one.boosts or "", one)
    return Card(
        id=one.id,
        name=one.author.name,
        handle=one.author.acct,
        text=shown.text,
        at=one.edited_at or one.at,
        ours=one.author.is_ours,
        marks=tuple(mark for mark, on in marks.items() if on),
        pictures=tuple(media.alt for media in shown.media),
        link=f"/@{one.author.acct}/{one.id}",
        under=under,
    )
