"""Posts by their at-URIs, and what one account has posted and passed on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from listener.sandbox.bluesky import lists, problems, told
from listener.sandbox.bluesky.ids import place
from listener.sandbox.bluesky.lexicon import IMAGES, REPOST
from listener.sandbox.bluesky.look import Look, Seen
from listener.sandbox.bluesky.record import Record, Version, parent_of, root_of, subject_of

if TYPE_CHECKING:
    from listener.sandbox.bluesky.api import Call

_NO_REPLIES: Final = "posts_no_replies"
_MEDIA: Final = "posts_with_media"
_OWN_THREADS: Final = "posts_and_author_threads"


@dataclass(frozen=True, kw_only=True)
class Item:
    """A post in a feed. `repost`: the record that passed it on, if it is not the account's own."""

    seen: Seen
    key: tuple[str, str]
    repost: Record | None = None


def posts(call: Call) -> Any:
    """Each once and in the order asked. What is deleted, or behind a block, is left out."""
    look = call.look()
    uris = dict.fromkeys(call.query["uris"])
    if not all(uri.startswith("at://did:") for uri in uris):
        raise problems.internal(502)  # a handle is too much for the AppView here
    found = [look.post(uri) for uri in uris]
    return {"posts": [told.post(look, one) for one in found if one and not look.hidden(one.did)]}


def author(call: Call) -> Any:
    look = call.look(own_at_once=call.network.reads_own_writes)
    account = look.account(call.query["actor"])
    if account is None or account.down:
        raise problems.no_profile()
    _refuse_blocked(look, account.did)
    items = sorted(_items(look, account.did), key=lambda one: one.key, reverse=True)
    fitting = [one for one in items if _fits(call.query["filter"], one, account.did)]
    visible = [one for one in fitting if not look.hidden(one.seen.did)]
    page, cursor = lists.by_moment_and_cid(visible, call.query.get("cursor"), call.query["limit"])
    body: dict[str, Any] = {"feed": [_item(look, one) for one in page]}
    return body | ({"cursor": cursor} if cursor else {})


def _refuse_blocked(look: Look, did: str) -> None:
    if look.block(look.viewer, did):
        raise problems.invalid(f"Requester has blocked actor: {did}", "BlockedActor")
    if look.block(did, look.viewer):
        raise problems.invalid(f"Requester is blocked by actor: {did}", "BlockedByActor")


def _items(look: Look, did: str) -> list[Item]:
    found = []
    for uri, record in look.network.repos[did].items():
        seen, version = look.post(uri), look.network.shown(uri)
        if seen is not None:
            found.append(Item(seen=seen, key=seen.key))
        elif version is not None and version.value is not None and record.collection == REPOST:
            passed = look.post(subject_of(version.value) or "")
            if passed is not None:
                found.append(Item(seen=passed, key=_key(version), repost=record))
    return found


def _key(version: Version) -> tuple[str, str]:
    return version.sort_at, version.cid


def _fits(kind: str, item: Item, did: str) -> bool:
    """Filters nobody knows are none."""
    value = item.seen.value
    if kind == _MEDIA:
        media = value.get("embed")
        return item.repost is None and isinstance(media, dict) and media.get("$type") == IMAGES
    if item.repost is not None or parent_of(value) is None:
        return True
    if kind == _OWN_THREADS:
        return (root_of(value) or "").startswith(f"at://{did}/")
    return kind != _NO_REPLIES


def _item(look: Look, item: Item) -> dict[str, Any]:
    body: dict[str, Any] = {"post": told.post(look, item.seen)}
    reply = _reply(look, item.seen) if not item.seen.version.gated else None
    if reply:
        body["reply"] = reply
    if item.repost is not None:
        body["reason"] = {
            "by": told.basic(look, look.network.accounts[item.repost.did]),
            "uri": item.repost.uri,
            "cid": item.repost.last.cid,
            "indexedAt": item.key[0],
            "$type": "app.bsky.feed.defs#reasonRepost",
        }
    return body


def _reply(look: Look, seen: Seen) -> dict[str, Any] | None:
    root, parent = root_of(seen.value), parent_of(seen.value)
    if root is None or parent is None:
        return None
    body = {"root": told.maybe(look, root), "parent": told.maybe(look, parent)}
    above = look.post(parent)
    for name, uri in (("root", root), ("parent", parent)):
        shown = look.post(uri)
        if shown is not None and look.apart(seen.did, shown.did):
            body[name] = told.blocked(look, uri, shown.did)
    before = place(parent_of(above.value) or "") if above is not None else None
    if before is not None and before.repo in look.network.accounts:
        body["grandparentAuthor"] = told.basic(look, look.network.accounts[before.repo])
    return body
